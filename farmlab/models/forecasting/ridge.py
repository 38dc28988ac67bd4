"""Linear regression of the next two days on the last week (ridge168)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import numpy as np

from farmlab.models.forecasting.member import Member
from farmlab.models.forecasting.packing import pack, unpack
from farmlab.models.forecasting.window import DAY, HORIZON, WEEK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from farmlab.models.forecasting.window import Values, Windows

PENALTIES: Final = (1.0, 10.0, 100.0, 1000.0)
PAIRS: Final = 3
"""Fourier pairs of the day, and of the week."""


class Ridge(Member):
    """The next 48 values minus the last one, from the last 168 minus the last one and the time of day and week.

    One singular value decomposition serves all hours ahead. The penalty α is the one with the smallest
    Σ residual² / (1 − min(0.95, 2 df / n))², which counts each degree of freedom twice as hours are alike.
    """

    name: ClassVar[str] = "ridge168"
    least_days: ClassVar[float] = 28.0

    def fit(self, window: Windows) -> Self:
        """Learn from every hour of the window that has a week before it and two days after it."""
        places = np.arange(WEEK - 1, window.length - HORIZON)
        y = window.values[0]
        self.scale_ = float(np.std(y)) or 1.0
        past = y[places[:, None] + np.arange(1 - WEEK, 1)]
        X = self._inputs(past, window.ends[0] - (window.length - 1 - places))
        Y = (y[places[:, None] + np.arange(1, HORIZON + 1)] - past[:, -1:]) / self.scale_
        self.mean_, offset = X.mean(axis=0), Y.mean(axis=0)
        self.weights_ = np.vstack([_solved(X - self.mean_, Y - offset), offset])
        return self

    def paths(self, windows: Windows) -> Values:
        """From the last week of each row."""
        past = windows.values[:, -WEEK:]
        X = self._inputs(past, windows.ends) - self.mean_
        return np.asarray(past[:, -1:] + self.scale_ * (X @ self.weights_[:-1] + self.weights_[-1]))

    def state(self) -> dict[str, Any]:
        """The weights and what centres them."""
        return {"scale": self.scale_, "mean": pack(self.mean_), "weights": pack(self.weights_)}

    def restore(self, state: Mapping[str, Any]) -> Self:
        """Take them over."""
        self.scale_, self.mean_, self.weights_ = state["scale"], unpack(state["mean"]), unpack(state["weights"])
        return self

    def _inputs(self, past: Values, ends: NDArray[np.int64]) -> Values:
        return np.hstack([(past[:, :-1] - past[:, -1:]) / self.scale_, _clock(ends)])


def _clock(ends: NDArray[np.int64]) -> Values:
    turns = [2 * np.pi * ends * pair / period for period in (DAY, WEEK) for pair in range(1, PAIRS + 1)]
    return np.column_stack([wave(turn) for turn in turns for wave in (np.sin, np.cos)])


def _solved(X: Values, Y: Values) -> Values:
    """The weights of the best penalty; Σ residual² follows from the decomposition alone."""
    u, s, v = np.linalg.svd(X, full_matrices=False)
    turned, total = u.T @ Y, float(np.sum(Y**2))
    best, chosen = np.inf, s / (s**2 + PENALTIES[-1])
    for penalty in PENALTIES:
        kept = s**2 / (s**2 + penalty)
        left = total - float(np.sum((2 * kept - kept**2) * np.sum(turned**2, axis=1)))
        score = left / (1 - min(0.95, 2 * float(kept.sum()) / len(X))) ** 2
        if score < best:
            best, chosen = score, s / (s**2 + penalty)
    return np.asarray(v.T @ (chosen[:, None] * turned))
