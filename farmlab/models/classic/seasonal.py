"""What is left after trend and season, both from the past."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np
import pandas as pd

from farmlab.models.classic.statistic import DAY, StatisticDetector, width

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from farmlab.models.classic.statistic import Learned, Values
    from farmlab.models.intake import Table

WEEK: Final = pd.Timedelta(days=7)
PERIODS: Final = (DAY, WEEK)
CYCLES: Final = 3
"""A season is learned where at least so many of its cycles were seen."""


class Seasonal(StatisticDetector):
    """How far a value lies from trend and seasons, in the standard deviations of that distance.

    A decomposition as by MSTL, but causal: the seasons (of the day, and of the week from three weeks on) are
    medians by slot of the clean past that was fitted on; the trend is the median of the 24 hours before, without
    season. MSTL itself smooths with values that come later.

    Parameters
    ----------
    budget
        False episodes a sensor-day that may be caused.
    beside
        Columns that are not judged.

    Examples
    --------
    >>> times = pd.date_range("2026-06-01", periods=14 * 24, freq="1h", tz="UTC")
    >>> wave = 22 + 5 * np.sin(np.arange(len(times)) / 24 * 2 * np.pi)
    >>> X = pd.DataFrame({"temp_c": wave + np.random.default_rng(1).normal(0, 0.2, len(times))}, index=times)
    >>> detector = Seasonal().fit(X)
    >>> X.iloc[300] += 3
    >>> bool(detector.score_samples(X)["temp_c"].iloc[300] > 0.5)
    True
    """

    name: ClassVar[str] = "seasonal"
    least: ClassVar[float] = 1.0

    def _learn(self, values: Values, seen: Table) -> Learned:
        left, seasons = values - _middle(values, seen.per(DAY), center=True), {}
        for period in PERIODS:
            if seen.times[-1] - seen.times[0] + seen.step < CYCLES * period:
                break
            slots = pd.Series(left).groupby(_slots(seen, period)).median()
            season = slots.reindex(range(seen.per(period))).fillna(0.0).to_numpy(float)
            seasons[str(period.days)] = (season - season.mean()).tolist()
            left = left - season[_slots(seen, period)]
        return {"seasons": seasons, "sd": width(self._left(values, seasons, seen))}

    def _statistic(self, values: Values, learned: Learned, seen: Table) -> Values:
        return np.asarray(np.abs(self._left(values, learned["seasons"], seen)) / learned["sd"])

    @staticmethod
    def _left(values: Values, seasons: dict[str, list[float]], seen: Table) -> Values:
        for days, season in seasons.items():
            values = values - np.array(season)[_slots(seen, pd.Timedelta(days=int(days)))]
        before = np.r_[np.nan, values[:-1]] if len(values) else values
        return values - _middle(before, seen.per(DAY))


def _slots(seen: Table, period: pd.Timedelta) -> NDArray[np.int64]:
    """The place of each row in its cycle."""
    seconds = seen.times.as_unit("s").asi8
    return np.asarray(seconds // int(seen.step.total_seconds()) % seen.per(period), dtype=np.int64)


def _middle(values: Values, samples: int, *, center: bool = False) -> Values:
    """The median of the last ``samples`` values, or of those around (for learning only: all of it is past then)."""
    rolling = pd.Series(values).rolling(samples, center=center, min_periods=max(1, samples // 2))
    return np.asarray(rolling.median(), dtype=float)
