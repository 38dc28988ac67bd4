"""What was measured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from farmlab.domain.places import Sensor


class Quality(StrEnum):
    """How far a single reading can be trusted, as said by its source or found at intake."""

    OK = "ok"
    SUSPECT = "suspect"
    """A number that cannot be true (outside what is possible, a frozen controller)."""
    MISSING = "missing"
    """The source said that it has no value; kept because silence and "no value" differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One value of one sensor. ``value`` is None when the source said that it has none."""

    sensor: Sensor
    time: datetime
    value: float | None
    quality: Quality = Quality.OK
    learned_at: datetime | None = None
    raw: str | None = None
