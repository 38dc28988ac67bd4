"""What was said by a device, a service or a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """What an event says."""

    ALARM = "alarm"
    FAILURE = "failure"
    MAINTENANCE_STARTED = "maintenance_started"
    MAINTENANCE_DONE = "maintenance_done"
    MEDICATION = "medication"
    DOOR = "door"
    APPLICATION_ERROR = "application_error"
    CONNECTION = "connection"
    LABEL = "label"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something said by a device, a service or a person."""

    house: int
    time: datetime
    kind: EventKind
    message: str = ""
    code: str = ""
    equipment: str = ""
    source: str = ""
    ended_at: datetime | None = None
    learned_at: datetime | None = None
    by: str = ""
    id: int = 0
