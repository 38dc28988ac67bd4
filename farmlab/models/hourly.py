"""Readings of any step as hours, and gaps in hours bridged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from farmlab.features import series

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAY = 24
SHORT_GAP_HOURS = 3
REACH_DAYS = 7
DECAY_PER_HOUR = 0.98


def hourly(readings: pd.Series, *, amount: bool = False) -> pd.Series:
    """One value an hour, labelled at its end: the mean, or the sum of an ``amount``.

    An hour needs half of the readings that the usual step promises, else it is missing; the missing part
    of an amount is made up in proportion. Readings are known as missing (NaN) when they were flagged.

    >>> times = pd.date_range("2026-07-01 00:15", periods=8, freq="15min", tz="UTC")
    >>> hourly(pd.Series([1.0, 2, 3, 4, 5, None, None, None], index=times)).tolist()
    [2.5, nan]
    >>> hourly(pd.Series([1.0, 2, 3, 4, 5, 5, None, None], index=times), amount=True).tolist()
    [10.0, 20.0]
    """
    index = pd.DatetimeIndex(readings.index)
    if index.nunique() < 2:
        return pd.Series(dtype=float, index=pd.DatetimeIndex([], tz="UTC", name="time"))
    mean = series.hourly(readings.to_frame("value"))["value"].rename_axis("time")
    per_hour = max(1.0, pd.Timedelta(hours=1) / series.step_of(index))
    return mean * per_hour if amount else mean


def bridge(y: pd.Series) -> pd.Series:
    """The hourly series without gaps; hours before the first known value are dropped.

    Up to three hours are joined by a line. Longer gaps follow the same hours of the days around (the two
    nearest known ones on each side, at most a week away), shifted so that both edges fit; at the open end
    the shift fades by 2 % an hour.

    >>> days = pd.Series([10.0, 20, 30] * 24, index=pd.date_range("2026-07-01", periods=72, freq="h", tz="UTC"))
    >>> holed = days.copy()
    >>> holed.iloc[30:40] = None
    >>> bool((bridge(holed) == days).all())
    True
    """
    values = y.to_numpy(float)
    known = np.flatnonzero(~np.isnan(values))
    if len(known) == 0:
        return y.iloc[:0]
    first = int(known[0])
    return pd.Series(bridged(values[first:]), index=y.index[first:], name=y.name)


def bridged(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Like :func:`bridge`, of hours whose first is known."""
    filled = values.copy()
    for start, stop in _gaps(values):
        if stop == len(values):
            filled[start:] = _open_end(values, start)
        elif stop - start <= SHORT_GAP_HOURS:
            filled[start:stop] = np.interp(np.arange(start, stop), [start - 1, stop], values[[start - 1, stop]])
        else:
            filled[start:stop] = _between(values, start, stop)
    return filled


def _gaps(values: NDArray[np.float64]) -> list[tuple[int, int]]:
    missing = np.concatenate([[False], np.isnan(values), [False]])
    edges = np.flatnonzero(missing[1:] != missing[:-1])
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _profile(values: NDArray[np.float64], places: NDArray[np.int_]) -> NDArray[np.float64]:
    """Mean of the two nearest known same-hour values on each side; the mean of all where there is none."""
    found = []
    for side in (-1, 1):
        steps = places[:, None] + side * DAY * np.arange(1, REACH_DAYS + 1)
        inside = (steps >= 0) & (steps < len(values))
        near = np.where(inside, values[np.clip(steps, 0, len(values) - 1)], np.nan)
        near[np.cumsum(~np.isnan(near), axis=1) > 2] = np.nan
        found.append(near)
    both = np.concatenate(found, axis=1)
    count = np.sum(~np.isnan(both), axis=1)
    return np.where(count > 0, np.nansum(both, axis=1) / np.maximum(count, 1), np.nanmean(values))


def _between(values: NDArray[np.float64], start: int, stop: int) -> NDArray[np.float64]:
    places = np.arange(start - 1, stop + 1)
    profile = _profile(values, places)
    edges = values[[start - 1, stop]] - profile[[0, -1]]
    between: NDArray[np.float64] = profile + np.interp(places, places[[0, -1]], edges)
    return between[1:-1]


def _open_end(values: NDArray[np.float64], start: int) -> NDArray[np.float64]:
    places = np.arange(start - 1, len(values))
    profile = _profile(values, places)
    offset = values[start - 1] - profile[0]
    onwards: NDArray[np.float64] = profile + offset * DECAY_PER_HOUR ** np.arange(len(places))
    return onwards[1:]
