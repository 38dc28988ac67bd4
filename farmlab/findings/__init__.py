"""What it means: one thing that somebody should know, with why, since when, and what to check."""

from farmlab.findings.calibration import CONTEXT_HOURS, DAYS, FORMAT, calibrate
from farmlab.findings.looking import look
from farmlab.findings.operation import of_syncs
from farmlab.findings.ranking import ranked
from farmlab.findings.recalibration import factors

__all__ = ["CONTEXT_HOURS", "DAYS", "FORMAT", "calibrate", "factors", "look", "of_syncs", "ranked"]
