"""How unlike earlier stretches the last stretch of readings is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from farmlab.models import rule_statistics
from farmlab.models.classic.statistic import StatisticDetector, width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from farmlab.models.classic.statistic import Learned, Values
    from farmlab.models.intake import Table

COMPONENTS: Final = 8
MOST_WINDOWS: Final = 2000
NARROWEST: Final = 1e-6


class SubsequencePca(StatisticDetector):
    """Distance of the last raw stretch of readings from those of the clean past, by its principal components.

    With t the coordinates of a stretch on the first eight components, λ their variances and σ² the mean
    variance of the rest: √((Σ t²/λ + r²/σ²) / m), the distance of probabilistic PCA (Tipping & Bishop 1999).
    Stretches are not normalised: their level matters.

    Parameters
    ----------
    window
        The stretch m, in samples.
    budget
        False episodes a sensor-day that may be caused.
    beside
        Columns that are not judged.

    Examples
    --------
    >>> import pandas as pd
    >>> times = pd.date_range("2026-06-01", periods=14 * 144, freq="10min", tz="UTC")
    >>> wave = 22 + np.sin(np.arange(len(times)) / 144 * 2 * np.pi)
    >>> X = pd.DataFrame({"temp_c": wave + np.random.default_rng(1).normal(0, 0.1, len(times))}, index=times)
    >>> detector = SubsequencePca().fit(X.iloc[:-144])
    >>> X.iloc[-72:, 0] += np.sin(np.arange(72))
    >>> bool(detector.score_samples(X)["temp_c"].iloc[-1] > 0.5)
    True
    """

    name: ClassVar[str] = "subsequence_pca"
    least: ClassVar[float] = 0.5

    def __init__(
        self, *, window: int = 64, budget: float = 0.05, beside: Sequence[str] = (), random_state: int | None = 0
    ) -> None:
        super().__init__(budget=budget, beside=beside, random_state=random_state)
        self.window = window

    def _learn(self, values: Values, seen: Table) -> Learned:  # noqa: ARG002
        mean, sd = float(np.nanmean(values)), width(values)
        stretches = self._stretches((values - mean) / sd)
        stretches = stretches[np.isfinite(stretches).all(axis=1)]
        stretches = stretches[:: max(1, len(stretches) // MOST_WINDOWS)]
        if len(stretches) <= COMPONENTS:
            return {"mean": mean, "sd": sd, "axes": []}
        centre = stretches.mean(axis=0)
        _, sizes, axes = np.linalg.svd(stretches - centre, full_matrices=False)
        variances = np.maximum(sizes**2 / len(stretches), NARROWEST)
        rest = float(np.sum(variances[COMPONENTS:]) / max(1, self.window - COMPONENTS))
        return {
            "mean": mean,
            "sd": sd,
            "centre": centre.tolist(),
            "axes": axes[:COMPONENTS].tolist(),
            "variances": variances[:COMPONENTS].tolist(),
            "rest": max(rest, NARROWEST),
        }

    def _statistic(self, values: Values, learned: Learned, seen: Table) -> Values:  # noqa: ARG002
        out = np.full(len(values), np.nan)
        if not learned["axes"] or len(values) < self.window:
            return out
        away = self._stretches((values - learned["mean"]) / learned["sd"]) - np.array(learned["centre"])
        along = away @ np.array(learned["axes"]).T
        rest = np.maximum((away**2).sum(axis=1) - (along**2).sum(axis=1), 0)
        distance = (along**2 / np.array(learned["variances"])).sum(axis=1) + rest / learned["rest"]
        out[self.window - 1 :] = np.sqrt(distance / self.window)
        return out

    def _stretches(self, values: Values) -> Values:
        """All stretches, one a row; those with more than a short gap have missing values."""
        known = rule_statistics.bridged(values[:, None])[:, 0]
        if len(known) < self.window:
            return np.empty((0, self.window))
        return np.asarray(np.lib.stride_tricks.sliding_window_view(known, self.window))
