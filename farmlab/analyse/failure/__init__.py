"""Risk of failure for any machines: tables of readings and of what happened in, a risk for each reading out."""

from farmlab.analyse.failure.judging import Judged, judge
from farmlab.analyse.failure.reading import Asked, Tables, read
from farmlab.analyse.failure.report import prepare, write_report, write_risk

__all__ = ["Asked", "Judged", "Tables", "judge", "prepare", "read", "write_report", "write_risk"]
