"""How much thinner the clean past is around a reading than around its neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from farmlab.models.classic.reference_sample import ReferenceSample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from farmlab.models.classic.statistic import Values


class Lof(ReferenceSample):
    """Local outlier factor (Breunig et al. 2000) of a reading among the clean past.

    Parameters
    ----------
    neighbours
        So many readings of the past are its surroundings.
    budget
        False episodes a sensor-day that may be caused.
    beside
        Columns that are not judged.

    Examples
    --------
    >>> import pandas as pd
    >>> times = pd.date_range("2026-06-01", periods=14 * 24, freq="1h", tz="UTC")
    >>> X = pd.DataFrame({"temp_c": np.random.default_rng(1).normal(22, 1, len(times))}, index=times)
    >>> detector = Lof().fit(X)
    >>> X.iloc[300] += 20
    >>> bool(detector.score_samples(X)["temp_c"].iloc[300] > 0.5)
    True
    """

    name: ClassVar[str] = "lof"
    least: ClassVar[float] = 1.2

    def __init__(
        self, *, neighbours: int = 20, budget: float = 0.05, beside: Sequence[str] = (), random_state: int | None = 0
    ) -> None:
        super().__init__(budget=budget, beside=beside, random_state=random_state)
        self.neighbours = neighbours

    def _model(self, sample: Values) -> Any:
        from sklearn.neighbors import LocalOutlierFactor

        sample = np.repeat(sample, 2, axis=0) if len(sample) == 1 else sample
        around = min(self.neighbours, len(sample) - 1)
        return LocalOutlierFactor(n_neighbors=around, novelty=True).fit(sample)

    def _unusual(self, model: Any, rows: Values) -> Values:
        return np.asarray(np.maximum(-model.score_samples(rows), 0))
