"""Rows parted by time: learned from the first, methods compared and calibrated on the middle, measured on the last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from farmlab.errors import InsufficientData
from farmlab.models.failure import forest
from farmlab.models.failure.measured import figures, pr_auc, threshold_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Values = NDArray[np.float64]
    Flags = NDArray[np.bool_]

HORIZONS: Final = {"risk_0_24h": (0.0, 24.0), "risk_24_48h": (24.0, 48.0)}
"""Horizon → hours to the failure: more than the first, at most the second."""
FIRST: Final = "risk_0_24h"
LEARN: Final = 0.6
CHOOSE: Final = 0.8
"""Rows up to here (shares of the failures, in order of time) are learned from; up to there methods are chosen and
calibrated; the rest measures."""
LEAST_FAILURES: Final = 20
LEAST_EACH: Final = 3
"""Failures in each of the three parts."""
MOST_ROWS: Final = 30_000
"""Of rows without a failure a sample is learned from, each standing for as many as were left out."""


@dataclass(frozen=True, slots=True)
class Split:
    """Which rows are for learning, for choosing, and for measuring."""

    learn: Flags
    choose: Flags
    measure: Flags


@dataclass(frozen=True, slots=True)
class Calibrated:
    """One horizon: how scores become probabilities, from where on it calls, and the figures of held-out rows."""

    slope: float
    intercept: float
    threshold: float
    measured: Mapping[str, float | None]

    def risk(self, score: Values, *, shift: float = 0.0) -> Values:
        """Probabilities of log-odds; ``shift`` is added where failures are rarer than in training."""
        return _logistic(self.slope * score + self.intercept + shift)

    def state(self) -> dict[str, Any]:
        """As JSON values."""
        kept = {"slope": self.slope, "intercept": self.intercept, "threshold": self.threshold}
        return {**kept, "measured": dict(self.measured)}

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Calibrated:
        """What :meth:`state` gave."""
        numbers = {name: float(state[name]) for name in ("slope", "intercept", "threshold")}
        return cls(measured=dict(state["measured"]), **numbers)


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned.

    Attributes
    ----------
    soon, first
        Trees for a failure within both horizons, and, of rows with one, for the first horizon.
    horizons
        By name, each calibrated by itself.
    tried
        Mean average precision of both horizons on the middle part, by method.
    """

    soon: forest.Forest
    first: forest.Forest
    horizons: Mapping[str, Calibrated]
    tried: Mapping[str, float]

    def risk(self, X: Values, *, shift: float = 0.0) -> dict[str, Values]:
        """Calibrated probabilities by horizon."""
        scores = _scores(self.soon, self.first, X)
        return {name: self.horizons[name].risk(scores[name], shift=shift) for name in HORIZONS}

    def state(self) -> dict[str, Any]:
        """As JSON values."""
        trees = {"soon": self.soon.state(), "first": self.first.state()}
        horizons = {name: part.state() for name, part in self.horizons.items()}
        return {**trees, "horizons": horizons, "tried": dict(self.tried)}

    @classmethod
    def restored(cls, state: Mapping[str, Any], *, columns: int) -> Learned:
        """What :meth:`state` gave."""
        soon, first = (forest.Forest.restored(state[name], columns=columns) for name in ("soon", "first"))
        horizons = {name: Calibrated.restored(state["horizons"][name]) for name in HORIZONS}
        return cls(soon, first, horizons, dict(state["tried"]))


def within(hours: Values, horizon: str) -> Flags:
    """Which rows are followed by a failure in this horizon."""
    more, most = HORIZONS[horizon]
    return (hours > more) & (hours <= most)


def split(
    hours: Values, order: Values, failure: NDArray[np.int64], *, gap: float, bounds: tuple[float, float] | None = None
) -> Split:
    """The rows in three parts by ``order`` (hours, or any number that says what came first).

    The bounds lie between failures, at shares of them, where they are not given. Rows whose horizon reaches over a
    bound are in no part.

    Raises
    ------
    InsufficientData
        Fewer than twenty failures, or fewer than three in one of the parts.
    """
    moments = np.sort([order[failure == one].max() for one in np.unique(failure[np.isfinite(hours)]) if one >= 0])
    if len(moments) < LEAST_FAILURES // (2 if bounds else 1):
        raise InsufficientData(
            f"{len(moments)} failures are known, and {LEAST_FAILURES} are needed to learn from",
            next_step="Write them down: farmlab record failure; until then a model taught on simulated ones serves.",
        )
    first, second = bounds or (_between(moments, LEARN), _between(moments, CHOOSE))
    parts = Split(order <= first - gap, (order > first) & (order <= second - gap), order > second)
    needed = [("learn", parts.learn), ("choose", parts.choose), *([] if bounds else [("measure", parts.measure)])]
    for name, rows in needed:
        if len(np.unique(failure[rows & np.isfinite(hours)])) < LEAST_EACH:
            raise InsufficientData(
                f"too few failures are left to {name} with, {LEAST_EACH} are needed",
                next_step="Write down more of them, over a longer time.",
            )
    return parts


def learn(
    X: Values,
    hours: Values,
    failure: NDArray[np.int64],
    parts: Split,
    methods: Sequence[str],
    *,
    random_state: int | None,
) -> Learned:
    """The method with the highest average precision on the middle part, each horizon calibrated on it."""
    for name in HORIZONS:
        for rows, what in ((parts.learn, "learn from"), (parts.choose, "choose by")):
            if len(np.unique(failure[rows & within(hours, name)])) < LEAST_EACH:
                raise InsufficientData(
                    f"too few failures fall into a horizon to {what}, {LEAST_EACH} are needed",
                    next_step="Write down more of them, over a longer time.",
                )
    grown = {name: _grow(name, X, hours, parts.learn, random_state) for name in methods}
    scores = {name: _scores(*trees, X) for name, trees in grown.items()}
    tried = {name: _worth(score, hours, parts.choose) for name, score in scores.items()}
    best = max(tried, key=lambda name: tried[name])
    horizons = {name: _calibrate(scores[best][name], within(hours, name), hours, failure, parts) for name in HORIZONS}
    return Learned(*grown[best], horizons, tried)


def _grow(
    method: str, X: Values, hours: Values, rows: Flags, random_state: int | None
) -> tuple[forest.Forest, forest.Forest]:
    """Trees for a failure within both horizons, and trees that tell the first from the second."""
    soon = np.isfinite(hours)
    chosen, weight = _sample(rows, soon, random_state)
    both = forest.grow(method, X[chosen], soon[chosen], weight, random_state=random_state)
    hits = np.flatnonzero(rows & soon)
    early = hours[hits] <= HORIZONS[FIRST][1]
    return both, forest.grow(method, X[hits], early, np.ones(len(hits)), random_state=random_state, small=True)


def _scores(soon: forest.Forest, first: forest.Forest, X: Values) -> dict[str, Values]:
    """Log-odds of each horizon before calibration."""
    either, early = _logistic(soon.score(X)), _logistic(first.score(X))
    return {name: _log_odds(either * (early if name == FIRST else 1 - early)) for name in HORIZONS}


def _worth(scores: Mapping[str, Values], hours: Values, rows: Flags) -> float:
    worth = [pr_auc(within(hours[rows], name), scores[name][rows]) for name in HORIZONS]
    return round(float(np.mean(worth)), 4)


def _calibrate(score: Values, truth: Flags, hours: Values, failure: NDArray[np.int64], parts: Split) -> Calibrated:
    middle, last = parts.choose, parts.measure
    slope, intercept = _sigmoid(score[middle], truth[middle])
    fitted = Calibrated(slope, intercept, 0.0, {})
    threshold = threshold_for(truth[middle], fitted.risk(score[middle]))
    told = figures(truth[last], fitted.risk(score[last]), hours[last], failure[last], threshold=threshold)
    return Calibrated(slope, intercept, threshold, told.state())


def _between(moments: Values, share: float) -> float:
    at = int(share * len(moments))
    return float((moments[at - 1] + moments[at]) / 2)


def _sample(rows: Flags, truth: Flags, random_state: int | None) -> tuple[NDArray[np.intp], Values]:
    hits, others = np.flatnonzero(rows & truth), np.flatnonzero(rows & ~truth)
    room = max(MOST_ROWS - len(hits), len(hits))
    kept = others
    if len(others) > room:
        kept = np.sort(np.random.default_rng(random_state).choice(others, room, replace=False))
    chosen = np.concatenate([hits, kept])
    return chosen, np.concatenate([np.ones(len(hits)), np.full(len(kept), len(others) / max(len(kept), 1))])


def _sigmoid(score: Values, truth: Flags) -> tuple[float, float]:
    """Slope and intercept of the logistic that turns scores into frequencies (Platt); never one that falls."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1.0).fit(score[:, None], truth)
    slope, intercept = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    if slope <= 0:
        share = float(truth.mean())
        return 0.0, float(np.log(share / (1 - share)))
    return float(f"{slope:.6g}"), float(f"{intercept:.6g}")


def _log_odds(share: Values) -> Values:
    clipped = np.clip(share, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped / (1 - clipped)))


def _logistic(score: Values) -> Values:
    return np.asarray(1 / (1 + np.exp(-np.clip(score, -30, 30))))
