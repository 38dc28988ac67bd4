"""What every estimator has: parameters in the constructor, ``fit``, and a state that is plain JSON.

A fitted estimator is kept as a dictionary of numbers and texts, so that loading one never executes anything.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from farmlab.errors import NotFitted, VersionMismatch

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

STATE_VERSION = 1
"""Raised when a stored state can no longer be read; an older one asks for another fit."""


class Estimator(ABC):
    """A named method with parameters that are plain values, and a fitted state that is plain JSON."""

    name: ClassVar[str]
    """The name in the registry and in stored states."""
    task: ClassVar[str]
    """What it is for: ``anomaly``, ``forecast``, ``failure`` …"""

    def __init__(self, *, random_state: int | None = 0) -> None:
        self.random_state = random_state

    @property
    def parameters(self) -> dict[str, Any]:
        """The arguments of the constructor, which every estimator keeps under their own names."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    @abstractmethod
    def fit(self, X: pd.DataFrame) -> Self:
        """The estimator, learned from clean history.

        Raises
        ------
        InsufficientData
            The history is too short; the sentence says what is there and what is needed.
        """

    @abstractmethod
    def _state(self) -> dict[str, Any]:
        """What was learned, as JSON values."""

    @abstractmethod
    def _restore(self, learned: Mapping[str, Any]) -> None:
        """Take over what :meth:`_state` gave."""

    @property
    @abstractmethod
    def is_fitted(self) -> bool:
        """Whether :meth:`fit` or :meth:`from_state` has filled it."""

    def to_state(self) -> dict[str, Any]:
        """Everything needed to use this estimator elsewhere, as JSON values.

        Raises
        ------
        NotFitted
            Nothing was learned yet.
        """
        self._check_fitted()
        return {
            "model": self.name,
            "state_version": STATE_VERSION,
            "parameters": self.parameters,
            "learned": self._state(),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """The estimator of a stored state.

        Raises
        ------
        VersionMismatch
            The state is of another estimator or of another version of it.
        """
        if state.get("model") != cls.name or state.get("state_version") != STATE_VERSION:
            raise VersionMismatch(
                f"the stored state is of {state.get('model')!r}, version {state.get('state_version')}",
                where=cls.name,
                next_step="Train it again.",
            )
        estimator = cls(**state["parameters"])
        estimator._restore(state["learned"])
        return estimator

    def _check_fitted(self) -> None:
        if not self.is_fitted:
            raise NotFitted("it was not fitted yet", where=self.name, next_step="Call fit with clean history first.")


class Detector(Estimator):
    """An estimator that says how unusual each reading is, from its past only.

    A score lies in [0, 1]; 0.5 is the threshold that the detector calibrated on clean history of the same
    sensor. Where it cannot judge (grace period, empty house, no value) the score is 0.
    """

    task: ClassVar[str] = "anomaly"

    @abstractmethod
    def fit(self, X: pd.DataFrame, *, clean: pd.DataFrame | None = None) -> Self:
        """The detector, calibrated on history; ``clean`` (True = may be learned from) leaves known faults out.

        Raises
        ------
        InsufficientData
            No column has enough history; the sentence says what is there and what is needed.
        """

    @abstractmethod
    def score_channels(self, X: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """Scores by channel (what exactly was unusual), each with the index and judged columns of ``X``."""

    def score_samples(self, X: pd.DataFrame) -> pd.DataFrame:
        """Scores with the index and the judged columns of ``X``.

        The highest of the channels. ``X`` may begin before the window of interest; what comes first serves
        as context.

        Raises
        ------
        NotFitted
            Called before ``fit``.
        """
        channels = list(self.score_channels(X).values())
        highest = channels[0]
        for other in channels[1:]:
            highest = highest.where(highest >= other, other)
        return highest

    def raise_thresholds(self, factors: Mapping[str, Mapping[str, float]]) -> Self:
        """The detector itself, its thresholds so many times as high: column → channel → factor.

        It is what people said of its alarms. Parts that are detectors, and ``thresholds_`` by channel, are found by
        themselves; a detector that keeps its thresholds elsewhere is left as it is, as are limits that are physical.
        """
        for part in vars(self).values():
            if isinstance(part, Detector) and part.is_fitted:
                part.raise_thresholds(factors)
        for channel, threshold in dict(getattr(self, "thresholds_", {})).items():
            told = [factors.get(column, {}).get(channel, 1.0) for column in self.columns_]  # type: ignore[attr-defined]
            self.thresholds_[channel] = threshold.times(np.array(told))  # type: ignore[attr-defined]
        return self

    @property
    @abstractmethod
    def grace_(self) -> dict[str, str]:
        """Columns that cannot be judged (fully) yet, each with the sentence why."""

    @property
    @abstractmethod
    def expected_rate_(self) -> pd.Series:
        """Expected false episodes per day of each column, computed from the clean history it was fitted on."""
