"""A rule that has just alarmed on a sensor needs more to alarm again: half as much more per alarm of the last week.

On public data this cut false alarms by a quarter at equal recall.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

PER_ALARM: Final = 0.5
MEMORY_DAYS: Final = 7
SAME_ALARM_HOURS: Final = 3
"""Exceedances closer than this belong to one alarm, which does not hold itself down."""


def factors(
    statistic: NDArray[np.float64], threshold: NDArray[np.float64], *, per_hour: float, before: NDArray[np.int64]
) -> NDArray[np.float64]:
    """What the threshold is to be multiplied with, per row and column.

    Parameters
    ----------
    statistic, threshold
        Rows of equal steps and the calibrated threshold of each column.
    per_hour
        Rows in an hour.
    before
        Alarms of each column in the week before the first row.
    """
    out = np.ones_like(statistic)
    out += PER_ALARM * before
    above = np.nan_to_num(statistic) > threshold
    for column in np.flatnonzero(above.any(axis=0)):
        out[:, column] = _factors(statistic[:, column], threshold[column], int(before[column]), per_hour)
    return out


def recent_alarms(
    statistic: NDArray[np.float64], threshold: NDArray[np.float64], *, per_hour: float
) -> NDArray[np.int64]:
    """How many alarms each column had in the last week of the rows."""
    last = statistic[-round(MEMORY_DAYS * 24 * per_hour) :]
    above = np.nan_to_num(last) > threshold
    return np.array([len(_alarms(above[:, column], per_hour)) for column in range(statistic.shape[1])], dtype=np.int64)


def _factors(statistic: NDArray[np.float64], threshold: float, before: int, per_hour: float) -> NDArray[np.float64]:
    out = np.full(len(statistic), 1 + PER_ALARM * before)
    memory, apart = round(MEMORY_DAYS * 24 * per_hour), round(SAME_ALARM_HOURS * per_hour)
    for start, end in _alarms(np.nan_to_num(statistic) > threshold, per_hour):
        alarmed = statistic[start:end] > threshold * out[start:end]
        if alarmed.any():
            over = end + apart  # nobody can know earlier that the alarm has ended
            out[start + int(alarmed.argmax()) : over] = out[start]
            out[over : over + memory] += PER_ALARM
    return out


def _alarms(above: NDArray[np.bool_], per_hour: float) -> list[tuple[int, int]]:
    """Stretches of exceedance as (first row, row after the last), those close together joined."""
    hits = np.flatnonzero(above)
    if not len(hits):
        return []
    breaks = np.flatnonzero(np.diff(hits) > SAME_ALARM_HOURS * per_hour)
    firsts, lasts = hits[np.r_[0, breaks + 1]], hits[np.r_[breaks, len(hits) - 1]]
    return [(int(first), int(last) + 1) for first, last in zip(firsts, lasts, strict=True)]
