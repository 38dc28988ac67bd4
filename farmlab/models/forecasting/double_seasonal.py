"""Exponential smoothing of a level with a rhythm of the day and of the week (dshw)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import numpy as np

from farmlab.models.forecasting.member import Member
from farmlab.models.forecasting.window import DAY, HORIZON, WEEK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from farmlab.models.forecasting.window import Values, Windows

LEVEL: Final = (0.01, 0.03, 0.1, 0.3, 0.6)
DAILY: Final = (0.05, 0.15, 0.3, 0.5)
WEEKLY: Final = (0.0, 0.1, 0.25)
WEEKLY_FROM_DAYS: Final = 21
BEST: Final = 3
LONGEST_MEMORY: Final = 0.995
TRIED_EVERY_HOURS: Final = 6


@dataclass(frozen=True, slots=True)
class _Walked:
    """The end of a walk over windows: the next 48 hours without the last error, that error, all errors, and trials.

    The last axis runs over windows × parameters.
    """

    ahead: Values
    last: Values
    errors: Values
    trials: tuple[tuple[int, Values, Values], ...]


class DoubleSeasonal(Member):
    """f = l + s[t mod 24] + w[t mod 168]; each error e moves l by a·e, s by d(1−a)e and w by g(1−a)e.

    The forecast adds φ^h times the last error, φ being how much of an error is left an hour later. Of a grid
    of 60 (a, d, g) the mean of the three is used that forecast real 24 hours of the window best.

    Parameters
    ----------
    weekly
        There may be a rhythm of the week; it is learned from three weeks on.
    """

    name: ClassVar[str] = "dshw"
    least_days: ClassVar[float] = 3.0

    def __init__(self, *, weekly: bool = True) -> None:
        self.weekly = weekly

    def fit(self, window: Windows) -> Self:
        """Choose the three sets of parameters by their 24 h forecasts inside the window."""
        weekly = WEEKLY if self.weekly and window.length >= WEEKLY_FROM_DAYS * DAY else (0.0,)
        grid = np.array([(a, d, g) for a in LEVEL for d in DAILY for g in weekly])
        first = int(0.4 * window.length)
        tried = range(max(first, 2 * DAY) - 1, window.length - DAY, TRIED_EVERY_HOURS)
        walked = _walk(window.values[:1], grid, trials=frozenset(tried))
        memory = _lag_one(walked.errors[window.length // 3 :])
        best = np.argsort(_scores(walked, window.values[0], memory), kind="stable")[:BEST]
        self.parameters_ = np.column_stack([grid[best], memory[best]])
        return self

    def paths(self, windows: Windows) -> Values:
        """The mean of the three forecasts from each row."""
        rows, memory = len(windows.values), self.parameters_[:, 3]
        walked = _walk(windows.values, self.parameters_[:, :3])
        fading = np.tile(memory, rows) ** np.arange(1, HORIZON + 1)[:, None]
        ahead = (walked.ahead + fading * walked.last).reshape(HORIZON, rows, -1)
        return np.asarray(ahead.mean(axis=2).T)

    def state(self) -> dict[str, Any]:
        """The three sets of parameters."""
        return {"parameters": self.parameters_.tolist()}

    def restore(self, state: Mapping[str, Any]) -> Self:
        """Take them over."""
        self.parameters_ = np.array(state["parameters"], dtype=float)
        return self


def _walk(values: Values, parameters: Values, trials: frozenset[int] = frozenset()) -> _Walked:
    """All windows with all parameters, hour by hour; what stands at each of the ``trials`` is kept."""
    count, hours = len(parameters), values.shape[1]
    a, d, g = (np.tile(column, len(values)) for column in parameters.T)
    by_day, by_week, with_week = d * (1 - a), g * (1 - a), bool(g.any())
    y = np.repeat(values, count, axis=0).T.copy()
    level, day = _begin(y)
    week, errors, kept = np.zeros((WEEK, y.shape[1])), np.empty_like(y), []
    for hour in range(hours):
        seasonal, weekly = day[hour % DAY], week[hour % WEEK]
        error = errors[hour]
        np.subtract(y[hour], level, out=error)
        error -= seasonal
        if with_week:
            error -= weekly
            weekly += by_week * error
        level += a * error
        seasonal += by_day * error
        if hour in trials:
            kept.append((hour, _ahead(level, day, week, hour, DAY), y[hour] - level - seasonal - weekly))
    last = y[-1] - level - day[(hours - 1) % DAY] - week[(hours - 1) % WEEK]
    return _Walked(_ahead(level, day, week, hours - 1, HORIZON), last, errors, tuple(kept))


def _begin(y: Values) -> tuple[Values, Values]:
    """Level and daily rhythm of the first days, at most a week."""
    days = y[: min(7, len(y) // DAY) * DAY].reshape(-1, DAY, y.shape[1])
    means = days.mean(axis=1)
    return means[0].copy(), (days - means[:, None]).mean(axis=0)


def _ahead(level: Values, day: Values, week: Values, hour: int, count: int) -> Values:
    times = np.arange(hour + 1, hour + 1 + count)
    return np.asarray(level + day[times % DAY] + week[times % WEEK])


def _lag_one(errors: Values) -> Values:
    """How much of an error is left an hour later, by column."""
    power = np.sum(errors[:-1] ** 2, axis=0)
    left = np.sum(errors[:-1] * errors[1:], axis=0) / np.where(power > 0, power, 1.0)
    return np.asarray(np.clip(left, 0.0, LONGEST_MEMORY))


def _scores(walked: _Walked, truth: Values, memory: Values) -> Values:
    """Mean absolute error of the 24 h forecasts of each set of parameters."""
    fading = memory ** np.arange(1, DAY + 1)[:, None]
    total = np.zeros(len(memory))
    for hour, ahead, last in walked.trials:
        total += np.abs(truth[hour + 1 : hour + 1 + DAY, None] - ahead - fading * last).mean(axis=0)
    return total
