"""Two models of failure on the same held-out rows: the newer takes over only when it is clearly better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab.models.failure.learning import HORIZONS, LEAST_EACH, within
from farmlab.models.failure.measured import pr_auc

if TYPE_CHECKING:
    import pandas as pd

    from farmlab.models.failure.risk import FailureRisk

MARGIN: Final = 0.02
"""So much higher must the mean PR-AUC of a challenger be; less is within what another week of rows does."""


@dataclass(frozen=True, slots=True)
class Contest:
    """Mean PR-AUC of both horizons for challenger and champion; missing where too few failures are left."""

    challenger: float
    champion: float
    rows: int

    @property
    def won(self) -> bool:
        """Whether the challenger takes over; what cannot be compared does not."""
        return self.challenger > self.champion + MARGIN

    @property
    def words(self) -> str:
        """The outcome in half a sentence."""
        if not np.isfinite([self.challenger, self.champion]).all():
            return f"too few failures in the {self.rows} rows that neither has learned from"
        return f"PR-AUC {self.challenger:.3f} against {self.champion:.3f} on {self.rows} held-out rows"


def contest(
    challenger: FailureRisk, champion: FailureRisk, X: pd.DataFrame, hours: pd.Series, order: pd.Series
) -> Contest:
    """Both on the rows that neither was learned, chosen or calibrated on.

    ``X``, ``hours`` and ``order`` are features, hours to the next failure, and hours since 1970, row by row, as
    :meth:`FailureRisk.fit` takes them.
    """
    begin = max(float(model.about_.get("measured_from") or -np.inf) for model in (challenger, champion))
    rows = ((order >= begin) & hours.notna()).to_numpy()
    left = hours.to_numpy(float)[rows]
    return Contest(_worth(challenger, X[rows], left), _worth(champion, X[rows], left), int(rows.sum()))


def _worth(model: FailureRisk, X: pd.DataFrame, hours: np.ndarray) -> float:
    risks, worth = model.predict(X), []
    for name in HORIZONS:
        truth = within(hours, name)
        worth.append(pr_auc(truth, risks[name].to_numpy()) if truth.sum() >= LEAST_EACH else np.nan)
    return float(np.mean(worth))
