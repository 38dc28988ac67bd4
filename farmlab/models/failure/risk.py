"""Failures of the next day and of the day after it, by trees that know how machines looked before past failures."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import numpy as np
import pandas as pd

from farmlab.errors import ConfigError, InsufficientData, VersionMismatch
from farmlab.models.base import Estimator
from farmlab.models.failure import forest
from farmlab.models.failure.learning import HORIZONS, Learned, learn, split

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

AUTO: Final = "auto"


class FailureRisk(Estimator):
    """Probabilities of failure for each row of features, the two horizons apart.

    Rows are moments of units; they may hold missing values. Boosted trees and a random forest are tried, the
    better one is kept (``method`` names one instead), see :mod:`farmlab.models.failure.learning`.

    Attributes
    ----------
    columns_
        The features, in their order.
    learned_
        What was learned; None before.
    about_
        What it was learned from: rows, failures, units, a fingerprint of the table, and from when on (in ``order``)
        rows were held out.
    """

    name: ClassVar[str] = "failure_risk"
    task: ClassVar[str] = "failure"

    def __init__(self, *, method: str = AUTO, random_state: int | None = 0) -> None:
        super().__init__(random_state=random_state)
        if method not in (AUTO, *forest.METHODS):
            known = ", ".join((AUTO, *forest.METHODS))
            raise ConfigError(f"there is no method {method!r}", where=self.name, next_step=f"Known: {known}.")
        self.method = method
        self.columns_: tuple[str, ...] = ()
        self.learned_: Learned | None = None
        self.about_: dict[str, Any] = {}

    @property
    def is_fitted(self) -> bool:
        """Whether something was learned."""
        return self.learned_ is not None

    def fit(
        self,
        X: pd.DataFrame,
        hours: pd.Series | None = None,
        *,
        order: pd.Series | None = None,
        unit: pd.Series | None = None,
        bounds: tuple[float, float] | None = None,
    ) -> Self:
        """The model, learned from rows whose outcome is known.

        Parameters
        ----------
        X
            Features, one row a unit and moment.
        hours
            Hours to the unit's next failure; infinite where none came in two days; missing where that is not known
            (then the row is left out), as while something is broken.
        order
            Hours by which the rows are parted into past and future; the times of the index where not given.
        unit
            Which machine each row is of; failures at one time of one unit are one failure.
        bounds
            In ``order``: up to where is learned from, and up to where methods are chosen; else by the failures.

        Raises
        ------
        InsufficientData
            Too few failures; the sentence says how many there are and how many are needed.
        """
        if hours is None:
            raise InsufficientData("no failures were given", where=self.name, next_step="Write them down.")
        when = _hours_of(X.index) if order is None else order.to_numpy(float)
        names = np.zeros(len(X), dtype=int) if unit is None else pd.factorize(unit)[0]
        known = ~np.isnan(hours.to_numpy(float))
        values, left, when, names = X.to_numpy(float)[known], hours.to_numpy(float)[known], when[known], names[known]
        failure = _numbered(names, when, left)
        gap = max(last for _, last in HORIZONS.values())
        parts = split(left, when, failure, gap=gap, bounds=bounds)
        methods = forest.METHODS if self.method == AUTO else (self.method,)
        self.columns_ = tuple(map(str, X.columns))
        self.learned_ = learn(values, left, failure, parts, methods, random_state=self.random_state)
        self.about_ = {
            "rows": len(values),
            "units": len(np.unique(names)),
            "failures": len(np.unique(failure[failure >= 0])),
            "table": _digest(np.round(values, 6).tobytes()),
            "measured_from": float(when[parts.measure].min()) if parts.measure.any() else None,
        }
        return self

    def predict(self, X: pd.DataFrame, *, rarer: float = 1.0) -> pd.DataFrame:
        """Probabilities, one column a horizon, with the rows of ``X``.

        ``rarer`` says how many times fewer failures are to be expected than in training.
        """
        return pd.DataFrame(self._fitted.risk(self._values(X), shift=-float(np.log(rarer))), index=X.index)

    def alarms(self, X: pd.DataFrame) -> pd.DataFrame:
        """Where it would call: as likely as where every second call was right on held-out rows of its training."""
        risks = self.predict(X)
        return pd.DataFrame({name: risks[name] >= self._fitted.horizons[name].threshold for name in HORIZONS})

    def contributions(self, X: pd.DataFrame) -> pd.DataFrame:
        """What each feature adds to the score of each row; positive speaks for a failure within two days."""
        parts = self._fitted.soon.contributions(self._values(X))
        return pd.DataFrame(parts, index=X.index, columns=list(self.columns_))

    def figures(self, horizon: str) -> Mapping[str, float | None]:
        """The held-out figures of a horizon (:class:`~farmlab.models.failure.measured.Figures`)."""
        return self._fitted.horizons[horizon].measured

    def usual(self, horizon: str, *, rarer: float = 1.0) -> float:
        """The probability of any row: what a risk is to be compared with."""
        odds = float(self.figures(horizon)["prevalence"] or 0.0)
        return odds / (odds + rarer * (1 - odds))

    def threshold(self, horizon: str) -> float:
        """The probability from which on it would call."""
        return self._fitted.horizons[horizon].threshold

    @property
    def _fitted(self) -> Learned:
        self._check_fitted()
        assert self.learned_ is not None
        return self.learned_

    def _values(self, X: pd.DataFrame) -> NDArray[np.float64]:
        self._check_fitted()
        return X.reindex(columns=list(self.columns_)).to_numpy(float)

    def _state(self) -> dict[str, Any]:
        kept = {"columns": list(self.columns_), "about": self.about_, "learned": self._fitted.state()}
        return {**kept, "digest": _digest(_canonical(kept))}

    def _restore(self, learned: Mapping[str, Any]) -> None:
        kept = {name: part for name, part in learned.items() if name != "digest"}
        if learned.get("digest") != _digest(_canonical(kept)):
            raise VersionMismatch("the stored model was changed", where=self.name, next_step="Train it again.")
        self.columns_ = tuple(kept["columns"])
        self.about_ = dict(kept["about"])
        self.learned_ = Learned.restored(kept["learned"], columns=len(self.columns_))


def _numbered(names: NDArray[np.intp], when: NDArray[np.float64], left: NDArray[np.float64]) -> NDArray[np.int64]:
    """The number of the failure that comes next; −1 where none does."""
    soon = np.isfinite(left)
    which = np.full(len(left), -1, dtype=np.int64)
    pairs = np.column_stack([names[soon], np.round(when[soon] + left[soon], 1)])
    which[soon] = np.unique(pairs, axis=0, return_inverse=True)[1].ravel()
    return which


def _hours_of(index: pd.Index) -> NDArray[np.float64]:
    times = pd.DatetimeIndex(index)
    return np.asarray((times - pd.Timestamp(0, tz=times.tz)) / pd.Timedelta(hours=1), dtype=float)


def _canonical(kept: Mapping[str, Any]) -> bytes:
    return json.dumps(kept, sort_keys=True).encode()


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=12).hexdigest()
