"""Intervals from the errors of real forecasts, as wide as it takes to hold what they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from farmlab.models.forecaster import DAY, NOMINAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from farmlab.models.backtest import Replay

FIRST_AIM = 0.12
AIM_PER_DAY = 0.1
AIM_RANGE = (0.01, 0.6)
LEAST_ORIGINS = 8
SHRINK = 0.5


@dataclass(frozen=True, slots=True)
class Interval:
    """What to add to the path issued now (``lower``, ``upper``), and what was added at each past origin.

    ``low`` and ``high`` are NaN where too few errors were known at that time; ``coverage`` is the share
    of past hours that fell inside, by day ahead (NaN where none could be judged).
    """

    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    coverage: Mapping[int, float]


def adaptive(past: Replay) -> Interval:
    """The 80 % interval that follows from a replay, day 1 and day 2 apart.

    Quantiles of the errors known at each moment, pooled over h ± 1 hours ahead. The share of misses that
    they aim at starts at .12 and moves by .1 · (.20 − misses) per day of origins whose truth has come, as
    measured in reference experiments to cover 75–85 %. Errors count in units of what is usual at their
    hour of the day, so that a quiet night does not borrow the width of the afternoon. Errors of n days make
    the interval wider by 1/n, as few days do not know what the next one brings.
    """
    errors, rows, hours = past.errors, *past.errors.shape
    clock = _hours_of_day(past)
    low, high = np.full((rows + 1, hours), np.nan), np.full((rows + 1, hours), np.nan)
    for day in range(1, hours // DAY + 1):
        block = slice((day - 1) * DAY, day * DAY)
        low[:, block], high[:, block] = _walk(errors[:, block], clock[:, block], day * DAY // past.every, past.every)
    judged = np.isfinite(errors) & np.isfinite(low[:-1])
    inside = judged & (errors >= low[:-1]) & (errors <= high[:-1])
    coverage = {day: _share(inside, judged, day) for day in range(1, hours // DAY + 1)}
    return Interval(low[-1], high[-1], low[:-1], high[:-1], coverage)


def _hours_of_day(past: Replay) -> NDArray[np.int_]:
    """Hour of the day (UTC) of each error, and in a last row of the hours after the newest moment."""
    start = pd.date_range(past.origins[0], periods=len(past.origins) + 1, freq=f"{past.every}h").hour.to_numpy()
    clock: NDArray[np.int_] = (start[:, None] + np.arange(1, past.paths.shape[1] + 1)) % DAY
    return clock


def _walk(
    errors: NDArray[np.float64], clock: NDArray[np.int_], lag: int, every: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bounds at each origin from the errors whose whole day had come by then; ``lag`` origins earlier."""
    low, high = np.full(clock.shape, np.nan), np.full(clock.shape, np.nan)
    aim = FIRST_AIM
    for row in range(len(clock)):
        newest = row - lag
        if newest >= 0 and np.isfinite(low[newest]).any():
            aim = _moved(aim, errors[newest], low[newest], high[newest], every)
        if newest + 1 >= LEAST_ORIGINS:
            wider = 1 + DAY / ((newest + 1) * every)
            low[row], high[row] = _bounds(errors[: newest + 1], clock[: newest + 1], clock[row], aim, wider)
    return low, high


def _moved(
    aim: float, errors: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], every: int
) -> float:
    known = np.isfinite(errors)
    if not known.any():
        return aim
    misses = float(np.mean((errors < low)[known] | (errors > high)[known]))
    step = AIM_PER_DAY * every / DAY
    return float(np.clip(aim + step * ((1 - NOMINAL) - misses), *AIM_RANGE))


def _bounds(
    errors: NDArray[np.float64], clock: NDArray[np.int_], wanted: NDArray[np.int_], aim: float, wider: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    usual = _usual(errors, clock)
    relative = errors / usual[clock]
    around = np.clip(np.arange(DAY) + np.array([[-1], [0], [1]]), 0, DAY - 1)
    pooled = np.sort(relative[:, around].reshape(-1, DAY), axis=0)
    middle = _quantile(pooled, 0.5)
    low, high = (middle + wider * (_quantile(pooled, share) - middle) for share in (aim / 2, 1 - aim / 2))
    return low * usual[wanted], high * usual[wanted]


def _usual(errors: NDArray[np.float64], clock: NDArray[np.int_]) -> NDArray[np.float64]:
    """Mean absolute error by hour of the day ± 1, half-way towards that of the whole day; never 0."""
    known = np.isfinite(errors)
    sums = np.bincount(clock[known], np.abs(errors[known]), DAY)
    counts = np.bincount(clock[known], minlength=DAY)
    wide_sums, wide_counts = (sum(np.roll(part, shift) for shift in (-1, 0, 1)) for part in (sums, counts))
    overall = float(sums.sum() / max(1, counts.sum()))
    usual = np.where(wide_counts > 0, wide_sums / np.maximum(wide_counts, 1), overall)
    return SHRINK * overall + (1 - SHRINK) * usual + 1e-12


def _quantile(ascending: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Quantile of each column, sorted with NaN last, linear in between; NaN for a column without values."""
    counts = np.isfinite(ascending).sum(axis=0)
    place = share * np.maximum(counts - 1, 0)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, np.maximum(counts - 1, 0))
    columns = np.arange(ascending.shape[1])
    first, second = ascending[below, columns], ascending[above, columns]
    between: NDArray[np.float64] = first + (place - below) * (second - first)
    return between


def _share(inside: NDArray[np.bool_], judged: NDArray[np.bool_], day: int) -> float:
    block = slice((day - 1) * DAY, day * DAY)
    count = int(judged[:, block].sum())
    return float(inside[:, block].sum() / count) if count else float("nan")
