"""Methods that compare with a sample of the clean past: the sample is the state, the model is fitted from it again."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pandas as pd

from farmlab.models.classic.statistic import StatisticDetector, trailing_mean, width

if TYPE_CHECKING:
    from collections.abc import Mapping

    from farmlab.models.classic.statistic import Learned, Values
    from farmlab.models.intake import Table

MOST_ROWS: Final = 1000
SHARE: Final = 4
"""At most every fourth row is learned from, so that the threshold is calibrated on rows that are new to the model."""
HOUR: Final = pd.Timedelta(hours=1)


class ReferenceSample(StatisticDetector):
    """Compare value, change, and distance from the mean of the last hour with those of a sample of the clean past."""

    @abstractmethod
    def _model(self, sample: Values) -> Any:
        """A model of the sample (one row each), which is the same whenever it is made."""

    @abstractmethod
    def _unusual(self, model: Any, rows: Values) -> Values:
        """How unusual each row is, at least 0."""

    def fit(self, X: pd.DataFrame, *, clean: pd.DataFrame | None = None) -> Any:
        """A sample of what is usual, and the threshold; see :meth:`farmlab.models.base.Detector.fit`."""
        self._models: dict[str, Any] = {}
        return super().fit(X, clean=clean)

    def _learn(self, values: Values, seen: Table) -> Learned:
        learned: Learned = {"mean": float(np.nanmean(values)), "sd": width(values)}
        rows = _embedded(values, learned, seen)
        known = rows[np.isfinite(rows).all(axis=1)]
        every = max(SHARE, -(-len(known) // MOST_ROWS))
        return {**learned, "sample": np.unique(known[::every], axis=0).tolist()}

    def _statistic(self, values: Values, learned: Learned, seen: Table) -> Values:
        out = np.full(len(values), np.nan)
        rows = _embedded(values, learned, seen)
        known = np.isfinite(rows).all(axis=1)
        if known.any() and learned["model"] is not None:
            out[known] = self._unusual(learned["model"], rows[known])
        return out

    def _known(self, column: str) -> Learned:
        learned = super()._known(column)
        if column not in self._models:
            self._models[column] = self._model(np.array(learned["sample"])) if learned["sample"] else None
        return {**learned, "model": self._models[column]}

    def _restore(self, learned: Mapping[str, Any]) -> None:
        self._models = {}
        super()._restore(learned)


def _embedded(values: Values, learned: Learned, seen: Table) -> Values:
    scaled = (values - learned["mean"]) / learned["sd"]
    change = np.diff(scaled, prepend=np.nan)
    off = scaled - trailing_mean(scaled, seen.per(HOUR))
    return cast("Values", np.column_stack([scaled, change, off]))
