"""Thresholds from a sensor's own clean past, scores against them, and how often a false alarm is to be expected.

The daily maxima M of a statistic on clean days are taken as log-Gumbel: with b = max(sd(ln M) √6/π, 0.05) and
m = mean(ln M) - 0.5772 b, a budget of p false alarms a day has the threshold exp(m - b ln(-ln(1 - p))). On public
indoor data that kept budgets of 0.01 to 0.3 within a factor of about one, where quantiles of points did not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

EULER: Final = 0.5772
NARROWEST: Final = 0.05
"""The spread of ln M is never taken as smaller: few days always look more alike than they are."""
FARTHEST: Final = 1.5
"""No threshold is taken from farther outside of what was seen than half as much again as the largest clean value."""
SMALLEST_FACTOR: Final = 0.5
FEWEST_DAYS: Final = 3
OUTLIER: Final = 5.0
"""Days whose ln M lies this many robust deviations above the median are not clean and are left out."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """Per column: the value that a clean day seldom exceeds, the spread of ln M, and false alarms a day.

    A column that could not be calibrated has an infinite threshold and a rate of 0.
    """

    value: NDArray[np.float64]
    spread: NDArray[np.float64]
    rate: NDArray[np.float64]

    def score(self, statistic: NDArray[np.float64], factor: NDArray[np.float64] | float = 1.0) -> NDArray[np.float64]:
        """The statistic as a score in [0, 1], 0.5 where it reaches ``factor`` times the threshold."""
        with np.errstate(divide="ignore", over="ignore"):
            distance = np.log(np.nan_to_num(statistic, nan=0.0)) - np.log(self.value * factor)
            return np.asarray(1 / (1 + np.exp(-distance / self.spread)))

    def times(self, factors: NDArray[np.float64]) -> Threshold:
        """The thresholds so many times as high, column by column; fewer false alarms are to be expected then."""
        with np.errstate(divide="ignore"):
            rate = -np.expm1(np.log1p(-self.rate) * factors ** (-1 / self.spread))
        return Threshold(self.value * factors, self.spread, rate)

    def at_least(self, other: Threshold) -> Threshold:
        """The higher of two thresholds, column by column."""
        higher = other.value > self.value
        return Threshold(np.maximum(self.value, other.value), self.spread, np.where(higher, other.rate, self.rate))

    def of(self, columns: Sequence[int]) -> Threshold:
        """The thresholds of some columns."""
        chosen = list(columns)
        return Threshold(self.value[chosen], self.spread[chosen], self.rate[chosen])

    def state(self) -> dict[str, list[float | None]]:
        """The numbers as JSON values; None stands for infinity."""
        return {
            name: [float(x) if np.isfinite(x) else None for x in getattr(self, name)]
            for name in ("value", "spread", "rate")
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Threshold:
        """What :meth:`state` gave, read back."""
        columns = (np.array([np.inf if x is None else x for x in state[name]]) for name in ("value", "spread", "rate"))
        return cls(*columns)


def expected_rate(columns: Sequence[str], thresholds: Iterable[Threshold]) -> pd.Series:
    """False episodes a day to expect of each column, the sum over the channels."""
    rates = np.sum([threshold.rate for threshold in thresholds], axis=0)
    return pd.Series(rates, index=list(columns), name="expected_rate")


def uncalibrated(columns: Sequence[str], threshold: Threshold, why: str) -> dict[str, str]:
    """The columns that have no threshold, each with the reason."""
    return {column: why for column, value in zip(columns, threshold.value, strict=True) if not np.isfinite(value)}


def daily_maxima(
    statistic: NDArray[np.float64], days: NDArray[np.int64], *, usable: NDArray[np.bool_], coverage: float = 0.5
) -> NDArray[np.float64]:
    """The largest usable value of each day and column; missing where less than half of the day is usable.

    Parameters
    ----------
    statistic
        One row per step, one column per sensor.
    days
        The day of each row, ascending.
    usable
        What may be learned from, like ``statistic``.
    coverage
        The share of a full day's rows that must be usable.
    """
    starts = np.flatnonzero(np.r_[True, days[1:] != days[:-1]])
    full = np.diff(np.r_[starts, len(days)]).max()
    counts = np.add.reduceat(usable, starts, axis=0, dtype=np.int64)
    highest = np.maximum.reduceat(np.where(usable, np.nan_to_num(statistic, nan=0.0), 0.0), starts, axis=0)
    return np.asarray(np.where(counts >= coverage * full, highest, np.nan))


def without_outliers(maxima: NDArray[np.float64]) -> NDArray[np.float64]:
    """The daily maxima without days that stand out so far that something was wrong on them."""
    logs = np.log(np.maximum(maxima, 1e-12))
    known = np.isfinite(logs).any(axis=0)
    middle, wide = np.zeros(maxima.shape[1]), np.ones(maxima.shape[1])
    middle[known] = np.nanmedian(logs[:, known], axis=0)
    wide[known] = np.fmax(1.4826 * np.nanmedian(np.abs(logs[:, known] - middle[known]), axis=0), 0.2)
    return np.asarray(np.where(logs > middle + OUTLIER * wide, np.nan, maxima))


def gumbel(
    maxima: NDArray[np.float64], *, budget: float, floor: NDArray[np.float64], least: NDArray[np.float64] | None = None
) -> Threshold:
    """The threshold that is exceeded on a share ``budget`` of clean days, never below ``floor``.

    Maxima below ``least`` (a tenth of the floor) are taken as this: how small they are tells nothing.
    """
    location, spread, days = _fitted(maxima, floor / 10 if least is None else least)
    spread = spread * _caution(days)
    value = np.exp(location - spread * np.log(-np.log1p(-budget)))
    value = np.fmax(np.fmin(value, FARTHEST * _largest(maxima)), floor)
    return _threshold(value, location, spread, days)


def shared(
    maxima: Mapping[str, NDArray[np.float64]], *, budget: float, floor: NDArray[np.float64]
) -> dict[str, Threshold]:
    """The thresholds of channels that see the same things, which are exceeded on a share ``budget`` of days together.

    Each is calibrated by itself for an equal part; then all are multiplied by that factor at which the days on which
    any of them is exceeded are as many as intended. Alarms of two channels at once would else count twice.
    """
    apart = {name: gumbel(part, budget=budget / len(maxima), floor=floor) for name, part in maxima.items()}
    joint = np.fmax.reduce([part / apart[name].value for name, part in maxima.items()])
    found = gumbel(joint, budget=budget, floor=np.full(len(floor), SMALLEST_FACTOR))
    factor = np.where(np.isfinite(found.value), found.value, 1.0)
    lowered = {name: threshold.times(np.fmax(factor, floor / threshold.value)) for name, threshold in apart.items()}
    total = np.sum([threshold.rate for threshold in lowered.values()], axis=0)
    share = np.where(total > 0, np.fmin(found.rate, total) / np.where(total > 0, total, 1.0), 1.0)
    return {name: replace(threshold, rate=threshold.rate * share) for name, threshold in lowered.items()}


def multiple(maxima: NDArray[np.float64], *, times: float, floor: NDArray[np.float64]) -> Threshold:
    """``times`` the largest clean value (more after few days), never below ``floor``.

    The rate is that of the fitted log-Gumbel, but at most one in n + 1 for the largest of n days and less beyond it.
    """
    location, spread, days = _fitted(maxima, floor)
    largest = _largest(maxima)
    margin = times * _caution(days)
    found = _threshold(np.fmax(margin * largest, floor), location, spread, days)
    beyond = np.fmax(largest, floor / margin) / found.value
    return replace(found, rate=np.fmin(found.rate, beyond ** (1 / spread) / (days + 1)))


def _caution(days: NDArray[np.int64]) -> NDArray[np.float64]:
    """How much wider it has to be, since the next days will hold what the few seen ones did not."""
    return np.asarray(1 + 1 / np.fmax(days, 1))


def _largest(maxima: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.max(np.where(np.isfinite(maxima), maxima, 0.0), axis=0, initial=0.0))


def _fitted(
    maxima: NDArray[np.float64], least: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    logs = np.log(np.maximum(maxima, least))
    days = np.isfinite(logs).sum(axis=0)
    count = np.fmax(days, 1)
    mean = np.nansum(logs, axis=0) / count
    variance = np.nansum((logs - mean) ** 2, axis=0) / np.fmax(count - 1, 1)
    spread = np.fmax(np.sqrt(6 * variance) / np.pi, NARROWEST)
    return mean - EULER * spread, spread, days


def _threshold(
    value: NDArray[np.float64], location: NDArray[np.float64], spread: NDArray[np.float64], days: NDArray[np.int64]
) -> Threshold:
    known = days >= FEWEST_DAYS
    exceeded = -np.expm1(-np.exp(-(np.log(value) - location) / spread))
    return Threshold(np.where(known, value, np.inf), spread, np.where(known, exceeded, 0.0))
