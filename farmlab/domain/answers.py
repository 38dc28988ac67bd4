"""What people did about a finding, and what they said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ActionStatus(StrEnum):
    """Where a recommended step stands."""

    RECOMMENDED = "recommended"
    SCHEDULED = "scheduled"
    EXECUTED = "executed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A recommended step and what became of it."""

    finding: str
    step: str
    status: ActionStatus = ActionStatus.RECOMMENDED
    by: str = ""
    at: datetime | None = None
    due: datetime | None = None
    outcome: str = ""
    id: int = 0


class Answer(StrEnum):
    """Somebody's word on a finding."""

    TRUE = "true"
    FALSE = "false"
    KNOWN = "known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """Somebody's word on a finding."""

    finding: str
    answer: Answer
    by: str
    at: datetime
    note: str = ""
    learned_at: datetime | None = None
    id: int = 0
