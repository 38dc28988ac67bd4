"""Distance from the middle half of the clean past."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from farmlab.models import rule_statistics
from farmlab.models.classic.statistic import StatisticDetector

if TYPE_CHECKING:
    from farmlab.models.classic.statistic import Learned, Values
    from farmlab.models.intake import Table


class Iqr(StatisticDetector):
    """How many interquartile ranges a value lies outside of the quartiles of the clean past (Tukey's fences).

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
    >>> detector = Iqr().fit(X)
    >>> bool(detector.score_samples(X + 9)["temp_c"].min() > 0.5)
    True
    """

    name: ClassVar[str] = "iqr"
    least: ClassVar[float] = 0.5

    def _learn(self, values: Values, seen: Table) -> Learned:  # noqa: ARG002
        low, high = np.nanquantile(values, [0.25, 0.75])
        grain = rule_statistics.grain(values[:, None])[0]
        return {"low": float(low), "high": float(high), "range": float(max(high - low, grain))}

    def _statistic(self, values: Values, learned: Learned, seen: Table) -> Values:  # noqa: ARG002
        outside = np.maximum(learned["low"] - values, values - learned["high"])
        return np.asarray(np.maximum(outside, 0) / learned["range"])
