"""The shape of a series against its own past: patterns that no single value shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import numpy as np
import pandas as pd

from farmlab.models import calibration, habituation, nearest, rule_statistics
from farmlab.models.base import Detector
from farmlab.models.calibration import Threshold
from farmlab.models.intake import Table, aligned, require_days, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Values = NDArray[np.float64]

CHANNEL: Final = "pattern"
FEWEST_DAYS: Final = 3
FEWEST_MAXIMA: Final = 5
USUAL: Final = 0.95
"""Distance and size are told in multiples of this quantile of their own past."""
SMALLEST: Final = 0.05
"""That quantile is never taken as smaller, in standard deviations of the series."""
FLOOR: Final = 1.25
LONGEST: Final = pd.Timedelta(hours=96)
"""What is flagged is not remembered for so long; after that it is the new normal."""
DIGITS: Final = 3


class Shape(Detector):
    """Whether the last 100 samples of a sensor look like anything in its own past.

    The larger of two numbers, each in multiples of the 95 % quantile of its past: the distance of the stretch from
    the nearest of 200 earlier ones, and its root-mean-square size about the usual value. One channel, ``pattern``.

    Parameters
    ----------
    beside
        Columns that are not judged.
    budget
        False episodes a sensor-day.

    Examples
    --------
    >>> times = pd.date_range("2026-06-01", periods=12 * 288, freq="5min", tz="UTC")
    >>> wave = np.sin(np.arange(len(times)) / 36) + np.random.default_rng(1).normal(0, 0.1, len(times))
    >>> shape = Shape().fit(pd.DataFrame({"amps": wave}, index=times))
    >>> wave[-150:] = 0.5
    >>> bool(shape.score_samples(pd.DataFrame({"amps": wave}, index=times)).iloc[-1, 0] > 0.5)
    True
    """

    name: ClassVar[str] = "shape"

    def __init__(self, *, beside: Sequence[str] = (), budget: float = 0.0125, random_state: int | None = 0) -> None:
        super().__init__(random_state=random_state)
        self.beside, self.budget = list(beside), budget

    @property
    def parameters(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().parameters, "beside": self.beside, "budget": self.budget}

    @property
    def is_fitted(self) -> bool:
        """Whether a threshold is there."""
        return hasattr(self, "threshold_")

    def fit(self, X: pd.DataFrame, *, clean: pd.DataFrame | None = None) -> Self:
        """Scale, threshold and remembered past; see :meth:`farmlab.models.base.Detector.fit`."""
        history = table(X, beside=self.beside)
        require_days(history, days=FEWEST_DAYS)
        self.columns_, self.step_ = history.columns, history.step
        values = np.where(aligned(clean, history) & history.judged[:, None], history.values, np.nan)
        self.middle_, self.wide_ = _middle_and_width(values)
        scaled = (rule_statistics.bridged(values) - self.middle_) / self.wide_
        self._learn(scaled, history)
        self.context_first_ = _slot(history) + max(0, len(scaled) - nearest.REACH)
        self.context_ = np.round(scaled[-nearest.REACH :], DIGITS)
        return self

    def _learn(self, scaled: Values, history: Table) -> None:
        far = np.column_stack([nearest.distances(column, _slot(history)) for column in scaled.T])
        size = _size(scaled)
        self.usual_ = np.array([_usual(far), _usual(size)])
        statistic = self._statistic(far, size)
        days = history.times.as_unit("s").asi8 // 86_400
        maxima = calibration.daily_maxima(statistic, days, usable=np.isfinite(statistic))
        maxima = calibration.without_outliers(maxima)
        maxima = np.where(np.isfinite(maxima).sum(axis=0) >= FEWEST_MAXIMA, maxima, np.nan)
        floor = np.full(len(self.columns_), FLOOR)
        self.threshold_ = calibration.gumbel(maxima, budget=self.budget, floor=floor)
        per_hour = history.per(pd.Timedelta(hours=1))
        self.alarms_ = habituation.recent_alarms(statistic, self.threshold_.value, per_hour=per_hour)

    def _statistic(self, far: Values, size: Values) -> Values:
        return np.fmax(far / self.usual_[0], size / self.usual_[1])

    def raise_thresholds(self, factors: Mapping[str, Mapping[str, float]]) -> Self:
        """The detector itself with higher thresholds; see :meth:`farmlab.models.base.Detector.raise_thresholds`."""
        told = [factors.get(column, {}).get(CHANNEL, 1.0) for column in self.columns_]
        self.threshold_ = self.threshold_.times(np.array(told))
        return self

    def score_channels(self, X: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """Scores of the channel; see :meth:`farmlab.models.base.Detector.score_channels`."""
        self._check_fitted()
        names = [column for column in X.columns if column in self.columns_]
        recent = table(X, step=self.step_, columns=self.columns_)
        return {CHANNEL: recent.like_original(self._scores(recent))[names]}

    def _scores(self, recent: Table) -> Values:
        first, scaled = self._joined(recent)
        most, longest = self.threshold_.value * self.usual_[0], recent.per(LONGEST)
        far = [
            nearest.distances(column, first, most=limit, longest=longest)
            for column, limit in zip(scaled.T, most, strict=True)
        ]
        statistic = self._statistic(np.column_stack(far), _size(scaled))[-len(recent.values) :]
        per_hour = recent.per(pd.Timedelta(hours=1))
        raised = habituation.factors(statistic, self.threshold_.value, per_hour=per_hour, before=self.alarms_)
        return np.where(recent.judged[:, None], self.threshold_.score(statistic, raised), 0.0)

    def _joined(self, recent: Table) -> tuple[int, Values]:
        """The recent values in standard deviations with the remembered past before them, and the first's number."""
        own = np.where(recent.judged[:, None], recent.values, np.nan)
        scaled = (rule_statistics.bridged(own) - self.middle_) / self.wide_
        first, ahead = _slot(recent), _slot(recent) - self.context_first_
        if not 0 < ahead < len(self.context_) + nearest.REACH:
            return first, scaled
        before = np.full((ahead, scaled.shape[1]), np.nan)
        before[: len(self.context_)] = self.context_[:ahead]
        return self.context_first_, np.vstack([before, scaled])

    @property
    def grace_(self) -> dict[str, str]:
        """Columns without enough days of history, which score 0."""
        unknown = ~np.isfinite(self.threshold_.value)
        why = f"fewer than {FEWEST_MAXIMA} days of history for its patterns"
        return {column: why for column, none in zip(self.columns_, unknown, strict=True) if none}

    @property
    def expected_rate_(self) -> pd.Series:
        """Expected false episodes per day of each column."""
        return pd.Series(self.threshold_.rate, index=list(self.columns_), name="expected_rate")

    def _state(self) -> dict[str, Any]:
        rounded = [[round(float(x), DIGITS) if np.isfinite(x) else None for x in row] for row in self.context_]
        return {
            "columns_": list(self.columns_),
            "step_s": self.step_.total_seconds(),
            "middle_": [float(x) for x in self.middle_],
            "wide_": [float(x) for x in self.wide_],
            "usual_": [[float(x) for x in row] for row in self.usual_],
            "threshold_": self.threshold_.state(),
            "alarms_": [int(x) for x in self.alarms_],
            "context_first_": self.context_first_,
            "context_": rounded,
        }

    def _restore(self, learned: Mapping[str, Any]) -> None:
        self.columns_, self.step_ = tuple(learned["columns_"]), pd.Timedelta(seconds=learned["step_s"])
        for name in ("middle_", "wide_", "usual_", "context_"):
            setattr(self, name, np.array(learned[name], dtype=float))
        self.threshold_ = Threshold.restored(learned["threshold_"])
        self.alarms_ = np.array(learned["alarms_"], dtype=np.int64)
        self.context_first_ = int(learned["context_first_"])


def _slot(seen: Table) -> int:
    """The number of the first step since 1970."""
    return int(seen.times[0].timestamp() // seen.step.total_seconds())


def _middle_and_width(values: Values) -> tuple[Values, Values]:
    middle, wide = np.zeros(values.shape[1]), np.ones(values.shape[1])
    known = np.isfinite(values).any(axis=0)
    middle[known] = np.nanmedian(values[:, known], axis=0)
    wide[known] = np.nanstd(values[:, known], axis=0)
    return middle, np.fmax(wide, rule_statistics.grain(values))


def _usual(statistic: Values) -> Values:
    """The 95 % quantile of each column, never too small."""
    out = np.full(statistic.shape[1], SMALLEST)
    known = np.isfinite(statistic).any(axis=0)
    out[known] = np.fmax(np.nanquantile(statistic[:, known], USUAL, axis=0), SMALLEST)
    return out


def _size(scaled: Values) -> Values:
    """The root of the mean square over the last stretch; missing where one is."""
    out = np.full(scaled.shape, np.nan)
    if len(scaled) >= nearest.LENGTH:
        windows = np.lib.stride_tricks.sliding_window_view(scaled, nearest.LENGTH, axis=0)
        out[nearest.LENGTH - 1 :] = np.sqrt(np.einsum("ijk,ijk->ij", windows, windows) / nearest.LENGTH)
    return out
