"""What somebody should know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any


class Category(StrEnum):
    """What a finding is about."""

    SENSOR = "sensor"
    ANOMALY = "anomaly"
    FAILURE = "failure"
    FORECAST = "forecast"
    OPTIMISATION = "optimisation"
    OPERATION = "operation"


class Severity(StrEnum):
    """How soon somebody has to act: never, this week, today."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class FindingStatus(StrEnum):
    """Where a finding stands in its life."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    FALSE_ALARM = "false_alarm"
    KNOWN = "known"

    @property
    def said(self) -> str:
        """As people say it: "a false alarm"."""
        return "a false alarm" if self is FindingStatus.FALSE_ALARM else str(self)

    @property
    def needs_somebody(self) -> bool:
        """Whether it is an alert: not over, asleep, false or known."""
        return self in (FindingStatus.OPEN, FindingStatus.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One possible cause, how sure (0–1), and what speaks for it."""

    cause: str
    confidence: float
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that somebody should know.

    ``key`` names what is wrong with what, without time; the store joins findings of one key whose
    windows touch into one ``id`` that stays the same over runs.
    """

    category: Category
    kind: str
    house: int
    subject: str
    start: datetime
    title: str
    farm: str = ""
    end: datetime | None = None
    detected_at: datetime | None = None
    score: float = 0.5
    severity: Severity = Severity.WARNING
    why: tuple[Hypothesis, ...] = ()
    check: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    status: FindingStatus = FindingStatus.OPEN
    snoozed_until: datetime | None = None
    id: str = ""

    @property
    def key(self) -> str:
        """What is wrong with what: ``house/subject/category/kind``."""
        return f"{self.house}/{self.subject}/{self.category}/{self.kind}"

    @property
    def is_outlook(self) -> bool:
        """Whether it says what may come or could be better, not that something is wrong."""
        return self.category in (Category.FORECAST, Category.OPTIMISATION) or self.kind.endswith("_risk")

    def new_id(self) -> str:
        """A short id for a finding that is seen for the first time."""
        text = f"{self.farm}/{self.key}/{self.start.isoformat()}"
        return "F" + blake2b(text.encode(), digest_size=5).hexdigest()
