"""Regular time: the step of a table, one row per step, hourly means, and runs.

A table of readings has a UTC DatetimeIndex; a row belongs to the interval that ends at its time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from farmlab.errors import InsufficientData

if TYPE_CHECKING:
    from numpy.typing import NDArray

HALF_COVERAGE = 0.5
"""An hour counts when at least this share of its readings came."""
FIRST_TIMES = 25
"""So many times say where in their steps readings come; no later one moves what was there."""


def step_of(index: pd.DatetimeIndex) -> pd.Timedelta:
    """The usual time between two rows, to the second.

    Raises
    ------
    InsufficientData
        Fewer than two different times.

    >>> step_of(pd.date_range("2026-07-01", periods=4, freq="5min", tz="UTC"))
    Timedelta('0 days 00:05:00')
    """
    gaps = np.diff(np.unique(_seconds(index)))
    if not len(gaps):
        raise InsufficientData("there are fewer than two times", next_step="Give a longer window.")
    return pd.Timedelta(seconds=max(1, int(np.median(gaps))))


def late(times: NDArray[np.int64], width: int) -> int:
    """How long after the full steps of this width the times (in order) come; 0 where they are near them.

    >>> late(np.array([1800, 5400, 9000]), 3600), late(np.array([3, 3598, 7200]), 3600)
    (1800, 0)
    """
    after = times[:FIRST_TIMES] % width
    near = np.median(np.minimum(after, width - after)) <= width / 4 if len(after) else True
    return 0 if near else int(np.median(after))


def numbered(times: NDArray[np.int64], width: int, *, late: int = 0) -> NDArray[np.int64]:
    """The number of the step that each time is next to, where steps come ``late``.

    Times in the middle of two steps each have one of their own.

    >>> numbered(np.array([1800, 5400, 9000]), 3600).tolist()
    [1, 2, 3]
    """
    return np.asarray((times - late + width // 2) // width)


def regular(wide: pd.DataFrame, *, step: pd.Timedelta) -> tuple[pd.DataFrame, NDArray[np.intp]]:
    """The table with one row per step and none missing, and for each row of ``wide`` its new row.

    Infinite values become missing. Of several readings in one step the first is kept, so that nothing
    that comes later changes what was there. ``wide`` must be sorted by time.
    """
    width = int(step.total_seconds())
    seconds = _seconds(wide.index)
    slots = numbered(seconds, width, late=late(seconds, width))
    if not len(slots):
        return wide.astype(float), np.empty(0, dtype=np.intp)
    rows = (slots - slots[0]).astype(np.intp)
    values = np.full((int(rows[-1]) + 1, wide.shape[1]), np.nan)
    read = wide.to_numpy(dtype=float, na_value=np.nan)
    first = np.r_[True, rows[1:] != rows[:-1]]
    values[rows[first]] = np.where(np.isfinite(read[first]), read[first], np.nan)
    times = pd.to_datetime((slots[0] + np.arange(len(values))) * width, unit="s", utc=True)
    return pd.DataFrame(values, index=pd.DatetimeIndex(times, name="time"), columns=wide.columns), rows


def sorted_by_time(wide: pd.DataFrame) -> pd.DataFrame:
    """The table in order of time, each time once (the first of several stays)."""
    if wide.index.is_monotonic_increasing and wide.index.is_unique:
        return wide
    ordered = wide.sort_index(kind="stable")
    return ordered[~ordered.index.duplicated(keep="first")]


def hourly(wide: pd.DataFrame, *, coverage: float = HALF_COVERAGE) -> pd.DataFrame:
    """Hourly means, labelled at the end of the hour; hours with too few readings are missing.

    The expected number of readings is that of the table's step.

    >>> times = pd.date_range("2026-07-01 00:15", periods=5, freq="15min", tz="UTC")
    >>> hourly(pd.DataFrame({"temp_c": [20.0, 21, 22, 23, 30]}, index=times))["temp_c"].tolist()
    [21.5, nan]
    """
    if wide.empty:
        return wide
    expected = max(1, round(pd.Timedelta(hours=1) / step_of(_index(wide))))
    grouped = wide.resample("1h", label="right", closed="right")
    return grouped.mean().where(grouped.count() >= coverage * expected)


def run_lengths(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """How often each value was repeated up to here, column by column; 0 where there is none.

    >>> run_lengths(np.array([[1.0], [1.0], [np.nan], [1.0], [2.0]])).ravel().tolist()
    [1, 2, 0, 1, 1]
    """
    rows = np.arange(len(values))[:, None]
    present = np.isfinite(values)
    same = np.zeros_like(present)
    same[1:] = values[1:] == values[:-1]
    starts = np.maximum.accumulate(np.where(same, 0, rows), axis=0)
    return np.where(present, rows - starts + 1, 0)


def missing_runs(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """How many values in a row have been missing up to here, column by column.

    >>> missing_runs(np.array([[1.0], [np.nan], [np.nan], [1.0]])).ravel().tolist()
    [0, 1, 2, 0]
    """
    rows = np.arange(len(values))[:, None]
    last = np.maximum.accumulate(np.where(np.isfinite(values), rows, -1), axis=0)
    return rows - last


def excursion(values: NDArray[np.float64], *, longest: int = 3) -> NDArray[np.float64]:
    """How far the values left and came back: the size of a spike of up to ``longest`` samples, at its return.

    The largest over L of min|x[t-k] - (x[t-L-1] + x[t])/2| - |x[t] - x[t-L-1]|, never negative.

    >>> excursion(np.array([[20.0], [20], [20], [26], [20]])).ravel().tolist()
    [0.0, 0.0, 0.0, 0.0, 6.0]
    """
    out = np.zeros_like(values)
    for length in range(1, min(longest, len(values) - 2) + 1):
        before, now = values[: -length - 1], values[length + 1 :]
        middle = (before + now) / 2
        outside = [np.abs(values[length + 1 - k : len(values) - k] - middle) for k in range(1, length + 1)]
        size = np.minimum.reduce(outside) - np.abs(now - before)
        out[length + 1 :] = np.fmax(out[length + 1 :], size)
    return out


def _index(wide: pd.DataFrame) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(wide.index)


def _seconds(index: pd.Index) -> NDArray[np.int64]:
    seconds: NDArray[np.int64] = pd.DatetimeIndex(index).as_unit("s").asi8
    return seconds
