"""How far outside of the region of the clean past a reading lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from farmlab.models.classic.reference_sample import ReferenceSample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from farmlab.models.classic.statistic import Values


class OneClassSvm(ReferenceSample):
    """How little a reading resembles the support of the clean past (Schölkopf et al. 2001, Gaussian kernel).

    The statistic is ln(offset / resemblance), which goes on growing far outside, where the decision function
    of the machine stays the same.

    Parameters
    ----------
    nu
        The share of the sample that may lie outside.
    budget
        False episodes a sensor-day that may be caused.
    beside
        Columns that are not judged.

    Examples
    --------
    >>> import pandas as pd
    >>> times = pd.date_range("2026-06-01", periods=14 * 24, freq="1h", tz="UTC")
    >>> X = pd.DataFrame({"temp_c": np.random.default_rng(1).normal(22, 1, len(times))}, index=times)
    >>> detector = OneClassSvm().fit(X)
    >>> X.iloc[300] += 20
    >>> bool(detector.score_samples(X)["temp_c"].iloc[300] > 0.5)
    True
    """

    name: ClassVar[str] = "one_class_svm"
    least: ClassVar[float] = 0.1

    def __init__(
        self, *, nu: float = 0.05, budget: float = 0.05, beside: Sequence[str] = (), random_state: int | None = 0
    ) -> None:
        super().__init__(budget=budget, beside=beside, random_state=random_state)
        self.nu = nu

    def _model(self, sample: Values) -> Any:
        from sklearn.svm import OneClassSVM

        return OneClassSVM(nu=self.nu).fit(sample)

    def _unusual(self, model: Any, rows: Values) -> Values:
        likeness = np.maximum(model.score_samples(rows), 1e-300)
        return np.asarray(np.maximum(np.log(model.offset_[0] / likeness), 0))
