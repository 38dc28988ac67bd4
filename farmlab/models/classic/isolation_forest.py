"""How easily random cuts separate a reading from the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from farmlab.models.classic.reference_sample import ReferenceSample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from farmlab.models.classic.statistic import Values


class IsolationForest(ReferenceSample):
    """How easily random cuts separate a reading from the clean past (Liu, Ting & Zhou 2008).

    The statistic is s / (1 - s) of the anomaly score s, so that the rarest readings are told apart. The usual
    contamination is not guessed: the threshold is calibrated.

    Parameters
    ----------
    trees
        How many.
    budget
        False episodes a sensor-day that may be caused.
    beside
        Columns that are not judged.

    Examples
    --------
    >>> import pandas as pd
    >>> times = pd.date_range("2026-06-01", periods=14 * 24, freq="1h", tz="UTC")
    >>> X = pd.DataFrame({"temp_c": np.random.default_rng(1).normal(22, 1, len(times))}, index=times)
    >>> detector = IsolationForest(trees=20).fit(X)
    >>> X.iloc[300] += 20
    >>> bool(detector.score_samples(X)["temp_c"].iloc[300] > 0.5)
    True
    """

    name: ClassVar[str] = "isolation_forest"
    least: ClassVar[float] = 0.5

    def __init__(
        self, *, trees: int = 100, budget: float = 0.05, beside: Sequence[str] = (), random_state: int | None = 0
    ) -> None:
        super().__init__(budget=budget, beside=beside, random_state=random_state)
        self.trees = trees

    def _model(self, sample: Values) -> Any:
        from sklearn.ensemble import IsolationForest as Forest

        return Forest(n_estimators=self.trees, random_state=self.random_state).fit(sample)

    def _unusual(self, model: Any, rows: Values) -> Values:
        score = np.minimum(-model.score_samples(rows), 0.999)
        return np.asarray(score / (1 - score))
