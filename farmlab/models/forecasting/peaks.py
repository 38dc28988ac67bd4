"""The highest hour of the coming day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.models.forecasting.window import DAY, as_times

if TYPE_CHECKING:
    from farmlab.models.forecasting.log import Log
    from farmlab.models.forecasting.window import Values

DAYS: Final = 14
EITHER_SIDE_HOURS: Final = 2
"""The hour of a peak is right about half the time within so many hours."""


@dataclass(frozen=True, slots=True)
class Peak:
    """The height of the highest hour, and the window in which it is expected (ends of hours)."""

    height: float
    start: pd.Timestamp
    end: pd.Timestamp


def peak(path: Values, log: Log, y: Values, newest: int) -> Peak:
    """The largest forecast of the next 24 hours plus the median of past peak errors, as a mean is biased low."""
    place = int(np.argmax(path[:DAY]))
    middle = newest + 1 + place
    window = np.array([max(newest + 1, middle - EITHER_SIDE_HOURS), min(newest + DAY, middle + EITHER_SIDE_HOURS)])
    start, end = as_times(window)
    return Peak(float(path[place]) + _usual_error(log, y, newest), start, end)


def _usual_error(log: Log, y: Values, newest: int) -> float:
    """Median over the forecasts of the last two weeks; 0 while none can be judged."""
    recent = (log.origins + DAY <= newest) & (log.origins > newest - (DAYS + 1) * DAY)
    paths = log.issued[recent, 0, :DAY]
    truth = (log.errors(y, newest)[recent, :DAY] + paths) if len(paths) else paths
    known = np.isfinite(truth).all(axis=1)
    return float(np.median(truth[known].max(axis=1) - paths[known].max(axis=1))) if known.any() else 0.0
