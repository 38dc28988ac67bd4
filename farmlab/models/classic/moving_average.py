"""Distance from the mean of the last hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from farmlab.models.classic.statistic import StatisticDetector, trailing_mean, width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from farmlab.models.classic.statistic import Learned, Values
    from farmlab.models.intake import Table


class MovingAverage(StatisticDetector):
    """How far a value lies from the mean of the hours before it, in the standard deviations of that distance.

    Parameters
    ----------
    hours
        So much of the past is averaged.
    budget
        False episodes a sensor-day that may be caused.
    beside
        Columns that are not judged.

    Examples
    --------
    >>> times = pd.date_range("2026-06-01", periods=7 * 24, freq="1h", tz="UTC")
    >>> X = pd.DataFrame({"temp_c": np.random.default_rng(1).normal(22, 1, len(times))}, index=times)
    >>> detector = MovingAverage().fit(X)
    >>> X.iloc[100] += 9
    >>> bool(detector.score_samples(X)["temp_c"].iloc[100] > 0.5)
    True
    """

    name: ClassVar[str] = "moving_average"
    least: ClassVar[float] = 1.0

    def __init__(
        self, *, hours: float = 6.0, budget: float = 0.05, beside: Sequence[str] = (), random_state: int | None = 0
    ) -> None:
        super().__init__(budget=budget, beside=beside, random_state=random_state)
        self.hours = hours

    def _learn(self, values: Values, seen: Table) -> Learned:
        return {"sd": width(self._distance(values, seen))}

    def _statistic(self, values: Values, learned: Learned, seen: Table) -> Values:
        return np.asarray(np.abs(self._distance(values, seen)) / learned["sd"])

    def _distance(self, values: Values, seen: Table) -> Values:
        before = np.r_[np.nan, values[:-1]] if len(values) else values
        return values - trailing_mean(before, seen.per(pd.Timedelta(hours=self.hours)))
