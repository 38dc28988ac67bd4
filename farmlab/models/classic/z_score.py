"""Distance from the mean in standard deviations."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from farmlab.models.classic.statistic import StatisticDetector, width

if TYPE_CHECKING:
    from farmlab.models.classic.statistic import Learned, Values
    from farmlab.models.intake import Table


class ZScore(StatisticDetector):
    """How many standard deviations a value lies from the mean of the clean past.

    It knows neither the hour nor the sensor's last values, so it sees nothing that stays in the usual range.

    Parameters
    ----------
    budget
        False episodes a sensor-day that may be caused.
    beside
        Columns that are not judged.

    Examples
    --------
    >>> import pandas as pd
    >>> times = pd.date_range("2026-06-01", periods=7 * 24, freq="1h", tz="UTC")
    >>> X = pd.DataFrame({"temp_c": np.random.default_rng(1).normal(22, 1, len(times))}, index=times)
    >>> detector = ZScore().fit(X)
    >>> bool(detector.score_samples(X + 9)["temp_c"].min() > 0.5)
    True
    """

    name: ClassVar[str] = "z_score"
    least: ClassVar[float] = 1.0

    def _learn(self, values: Values, seen: Table) -> Learned:  # noqa: ARG002
        return {"mean": float(np.nanmean(values)), "sd": width(values)}

    def _statistic(self, values: Values, learned: Learned, seen: Table) -> Values:  # noqa: ARG002
        return np.asarray(np.abs(values - learned["mean"]) / learned["sd"])
