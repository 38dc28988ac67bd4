"""The next hours of every series of a file, with the interval that its past errors give."""

from __future__ import annotations

from farmlab.analyse.forecast.ahead import Ahead, Foreseen, foresee, horizon_of
from farmlab.analyse.forecast.left import (
    as_values,
    assumptions,
    headline,
    prepare,
    warnings,
    write_forecast,
    write_report,
)

__all__ = [
    "Ahead",
    "Foreseen",
    "as_values",
    "assumptions",
    "foresee",
    "headline",
    "horizon_of",
    "prepare",
    "warnings",
    "write_forecast",
    "write_report",
]
