"""The words of FarmLab as frozen, typed objects.

Records that the store keeps carry ``id``; 0 means "not stored yet". A farm is called by its name and a
house by its number (0 = the farm itself, or all houses), so that integrations and notebooks need no ids.
Times are in UTC, values in the SI unit of their metric (:mod:`farmlab.units`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from farmlab import clock, units


class Quality(StrEnum):
    """How far a single reading can be trusted, as said by its source or found at intake."""

    OK = "ok"
    SUSPECT = "suspect"
    """A number that cannot be true (outside what is possible, a frozen controller)."""
    MISSING = "missing"
    """The source said that it has no value; kept because silence and "no value" differ."""


class HouseKind(StrEnum):
    """What lives in a house."""

    BROILER = "broiler"
    LAYER = "layer"
    ROOM = "room"


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


class VerdictState(StrEnum):
    """How far to trust what stands below."""

    OK = "ok"
    WARNING = "warning"
    DISQUALIFIED = "disqualified"


class RunStatus(StrEnum):
    """Where a run stands."""

    CLAIMED = "claimed"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    DISQUALIFIED = "disqualified"
    SKIPPED = "skipped"


class SyncStatus(StrEnum):
    """How an attempt to take data in ended."""

    RUNNING = "running"
    SUCCESS = "success"
    PARTIAL = "partial"
    FAILED = "failed"


class ActionStatus(StrEnum):
    """Where a recommended step stands."""

    RECOMMENDED = "recommended"
    SCHEDULED = "scheduled"
    EXECUTED = "executed"
    SKIPPED = "skipped"


class Answer(StrEnum):
    """Somebody's word on a finding."""

    TRUE = "true"
    FALSE = "false"
    KNOWN = "known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Farm:
    """The top of everything. ``settings`` are those of its integration; secrets in them are references."""

    name: str
    timezone: str = "UTC"
    integration: str = "none"
    settings: Mapping[str, Any] = field(default_factory=dict)
    location: str = ""
    poll_minutes: float = 5.0
    simulated: bool = False
    retired_at: datetime | None = None
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A numbered house of a farm. ``set_points`` are (age in days, °C) pairs, linear in between."""

    number: int
    name: str = ""
    kind: HouseKind = HouseKind.BROILER
    capacity: int | None = None
    set_points: tuple[tuple[float, float], ...] = ()
    source_key: str = ""
    retired_at: datetime | None = None
    id: int = 0

    @property
    def label(self) -> str:
        """What people call it: its name, or "House 3"."""
        return self.name or f"House {self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flock:
    """One batch of birds in a house. Unknown breed or number is "" or None, never a guess."""

    house: int
    placed_on: date
    breed: str = ""
    birds_placed: int | None = None
    expected_harvest: date | None = None
    ended_on: date | None = None
    id: int = 0

    def age_days(self, moment: datetime, timezone: str) -> int:
        """Age at this moment: day 0 is placement, the day changes at the farm's midnight."""
        return clock.age_days(self.placed_on, moment, timezone)

    def holds(self, day: date) -> bool:
        """Whether the flock is in the house on this day."""
        return self.placed_on <= day and (self.ended_on is None or day <= self.ended_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A controller, building device, machine or camera; house 0 = of the farm."""

    house: int
    kind: str
    name: str
    source_key: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """A fan, heater, inlet, pump, feed or water line; ``sensors`` are the source keys that tell of it."""

    house: int
    kind: str
    number: int = 1
    installed_on: date | None = None
    rating: float | None = None
    rating_unit: str = ""
    sensors: tuple[str, ...] = ()
    id: int = 0

    @property
    def label(self) -> str:
        """What people call it: "tunnel fan 2"."""
        return f"{self.kind.replace('_', ' ')} {self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """One measured or counted quantity; unique in a farm by (house, source key)."""

    house: int
    source_key: str
    metric: str
    position: str = ""
    kind: units.Kind | None = None
    name: str = ""
    device: str = ""
    id: int = 0

    @property
    def column(self) -> str:
        """Its column in a wide table, with unit and position.

        >>> Sensor(house=1, source_key="Temperature_Sensor_2", metric="temp", position="2").column
        'temp_c_2'
        """
        column = units.METRICS[self.metric].column
        return f"{column}_{self.position}" if self.position else column

    @property
    def counts(self) -> units.Kind:
        """How its values add up: what was said of this sensor, else what is usual for the metric."""
        return self.kind or units.METRICS[self.metric].kind

    @property
    def label(self) -> str:
        """What people call it: "temperature 2"."""
        return self.name or f"{units.METRICS[self.metric].label} {self.position}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One value of one sensor. ``value`` is None when the source said that it has none."""

    sensor: Sensor
    time: datetime
    value: float | None
    quality: Quality = Quality.OK
    learned_at: datetime | None = None
    raw: str | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How far the data of a scope and window can be trusted, with the sentences why.

    ``coverage`` is the share of expected readings that came; ``newest`` the newest reading;
    ``flagged`` the share of readings that a quality rule marked.
    """

    state: VerdictState
    reasons: tuple[str, ...] = ()
    coverage: float | None = None
    flagged: float | None = None
    newest: datetime | None = None
    start: datetime | None = None
    until: datetime | None = None
    sensors_at_fault: tuple[str, ...] = ()
    simulated: bool = False

    @property
    def sentence(self) -> str:
        """The first reason, or the all-clear."""
        return self.reasons[0] if self.reasons else "The data are in order."


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

    def new_id(self) -> str:
        """A short id for a finding that is seen for the first time."""
        text = f"{self.farm}/{self.key}/{self.start.isoformat()}"
        return "F" + blake2b(text.encode(), digest_size=5).hexdigest()


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of one notebook for one scope and one slot (the scheduled time)."""

    notebook: str
    farm: str
    house: int
    slot: datetime
    status: RunStatus = RunStatus.CLAIMED
    parameters: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""
    code_version: str = ""
    watermark: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    verdict: Verdict | None = None
    error: str = ""
    page: str = ""
    folder: str = ""
    timings: Mapping[str, float] = field(default_factory=dict)
    results: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncRun:
    """One attempt to take data in."""

    farm: str
    source: str
    started_at: datetime
    status: SyncStatus = SyncStatus.RUNNING
    ended_at: datetime | None = None
    new: int = 0
    seen: int = 0
    changed: int = 0
    rejected: int = 0
    error: str = ""
    payload: str = ""
    known_as: str = "receipt"
    id: int = 0


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
