"""What the well-known methods have in common: one statistic per reading, against the sensor's own clean days."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import numpy as np
import pandas as pd

from farmlab.errors import InsufficientData
from farmlab.models import calibration, rule_statistics
from farmlab.models.calibrated import CalibratedDetector
from farmlab.models.calibration import Threshold
from farmlab.models.intake import Table, aligned, require_days, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Values = NDArray[np.float64]
    Learned = dict[str, Any]

FEWEST_DAYS: Final = 3
DAY: Final = pd.Timedelta(days=1)
CHANNEL: Final = "unusual"


class StatisticDetector(CalibratedDetector):
    """A statistic of one column at a time, from its past, and a threshold that few clean days exceed.

    A method says what it learns of the clean values of a column (:meth:`_learn`) and how unusual each value is
    by that (:meth:`_statistic`); the threshold is the log-Gumbel one of :mod:`farmlab.models.calibration`.

    Parameters
    ----------
    budget
        False episodes a sensor-day that may be caused.
    beside
        Columns that are not judged.
    """

    least: ClassVar[float]
    """No threshold is lower, in the unit of the statistic."""
    by_column: ClassVar[bool] = True
    """Other columns change nothing."""

    def __init__(self, *, budget: float = 0.05, beside: Sequence[str] = (), random_state: int | None = 0) -> None:
        super().__init__(random_state=random_state)
        self.budget, self.beside = budget, list(beside)

    @abstractmethod
    def _learn(self, values: Values, seen: Table) -> Learned:
        """What is to be known of the clean ``values`` of one column (missing where not clean), as JSON values."""

    @abstractmethod
    def _statistic(self, values: Values, learned: Learned, seen: Table) -> Values:
        """How unusual each value of one column is, from it and earlier ones only; missing where nobody can say."""

    def fit(self, X: pd.DataFrame, *, clean: pd.DataFrame | None = None) -> Self:
        """What is usual, and the threshold; see :meth:`farmlab.models.base.Detector.fit`."""
        history = table(X, beside=self.beside)
        require_days(history, days=FEWEST_DAYS)
        usable = aligned(clean, history) & history.judged[:, None] & np.isfinite(history.values)
        enough = usable.sum(axis=0) >= FEWEST_DAYS * history.per(DAY) / 2
        self.columns_, self.step_ = history.columns, history.step
        self.learned_ = {
            column: self._learn(np.where(usable[:, at], history.values[:, at], np.nan), history)
            for at, column in enumerate(self.columns_)
            if enough[at]
        }
        self.thresholds_ = {CHANNEL: self._threshold(history, usable)}
        if not np.isfinite(self.thresholds_[CHANNEL].value).any():
            raise InsufficientData(
                f"no column has {FEWEST_DAYS} days with at least half of their readings",
                next_step="Wait for more readings, or give a longer history.",
            )
        return self

    def _threshold(self, history: Table, usable: NDArray[np.bool_]) -> Threshold:
        statistic = self._grid(history)
        days = history.times.as_unit("s").asi8 // 86_400
        maxima = calibration.daily_maxima(statistic, days, usable=usable & np.isfinite(statistic))
        floor = np.full(len(self.columns_), self.least)
        return calibration.gumbel(calibration.without_outliers(maxima), budget=self.budget, floor=floor)

    def _grid(self, seen: Table) -> Values:
        values = np.where(seen.judged[:, None], seen.values, np.nan)
        statistic = np.full(values.shape, np.nan)
        for at, column in enumerate(self.columns_):
            if column in self.learned_:
                statistic[:, at] = self._statistic(values[:, at], self._known(column), seen)
        return statistic

    def _known(self, column: str) -> Learned:
        """What was learned of a column, with what can be made of it again."""
        return self.learned_[column]

    def score_channels(self, X: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """Scores in one channel; see :meth:`farmlab.models.base.Detector.score_channels`."""
        self._check_fitted()
        recent = table(X, step=self.step_, columns=self.columns_)
        scores = self.thresholds_[CHANNEL].score(self._grid(recent))
        return {CHANNEL: recent.like_original(scores)[[name for name in X.columns if name in self.columns_]]}

    @property
    def grace_(self) -> dict[str, str]:
        """Columns without enough clean days, which score 0."""
        why = f"fewer than {FEWEST_DAYS} days with at least half of their readings"
        return self._uncalibrated(why)

    def _state(self) -> dict[str, Any]:
        return {
            "columns_": list(self.columns_),
            "step_s": self.step_.total_seconds(),
            "learned_": self.learned_,
            "threshold_": self.thresholds_[CHANNEL].state(),
        }

    def _restore(self, learned: Mapping[str, Any]) -> None:
        self.columns_, self.step_ = tuple(learned["columns_"]), pd.Timedelta(seconds=learned["step_s"])
        self.learned_ = dict(learned["learned_"])
        self.thresholds_ = {CHANNEL: Threshold.restored(learned["threshold_"])}


def width(values: Values) -> float:
    """The standard deviation of the known values, never less than the sensor's grain."""
    known = values[np.isfinite(values)]
    return float(max(known.std() if len(known) else 0.0, rule_statistics.grain(values[:, None])[0]))


def trailing_mean(values: Values, samples: int) -> Values:
    """The mean of the last ``samples`` values where at least half of them are known.

    >>> trailing_mean(np.array([1.0, 3.0, np.nan, 5.0]), 2).tolist()
    [1.0, 2.0, 3.0, 5.0]
    """
    rolling = pd.Series(values).rolling(samples, min_periods=max(1, samples // 2))
    return np.asarray(rolling.mean(), dtype=float)
