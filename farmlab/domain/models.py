"""Fitted estimators, and what was done with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRecord:
    """A named, versioned, fitted estimator: what is known of it, and its state as plain JSON."""

    name: str
    version: int
    task: str
    farm: str
    scope: str
    fitted_at: datetime
    window_start: datetime | None = None
    window_end: datetime | None = None
    features: tuple[str, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)
    champion: bool = False
    id: int = 0


class ModelStep(StrEnum):
    """What was done with a model."""

    TRAINED = "trained"
    FAILED = "failed"
    PROMOTED = "promoted"
    ROLLED_BACK = "rolled_back"
    KEPT_OUT = "kept_out"
    """A challenger that was no better than the champion"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChange:
    """One line of the history of a task and scope; ``model_id`` is None for a training that failed."""

    task: str
    farm: str
    scope: str
    at: datetime
    what: ModelStep
    by: str = ""
    note: str = ""
    model_id: int | None = None
    id: int = 0
