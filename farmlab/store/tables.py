"""Every table of the store. Columns bear the names of the fields in :mod:`farmlab.domain`.

A house is kept by its number; 0 is the farm itself. Runs and models keep the farm's name, because they may
speak of a farm that is not in this store (the sample). A change here needs a migration; a test compares.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    UniqueConstraint,
)
from sqlalchemy.schema import SchemaItem

from farmlab import domain
from farmlab.store.types import Moment, Structured, Word, Words

METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_MAPPING: Final = Structured(dict[str, Any])
_NAMES: Final = Structured(tuple[str, ...])


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _house() -> Column[int]:
    return Column("house", Integer, nullable=False)


def _farm() -> Column[int]:
    return Column("farm_id", Integer, ForeignKey("farm.id"), nullable=False)


def _words(*names: str) -> list[Column[str]]:
    return [Column(name, Words, nullable=False) for name in names]


def _of_farm(name: str, *parts: SchemaItem) -> Table:
    """A table with an id of its own whose rows belong to a farm."""
    return Table(name, METADATA, _id(), _farm(), *parts)


def _of_finding(name: str, *parts: SchemaItem) -> Table:
    """A table with an id of its own whose rows speak of a finding."""
    finding_id = Column("finding", Words, ForeignKey("finding.id"), nullable=False, index=True)
    return Table(name, METADATA, _id(), finding_id, *parts)


farm: Final = Table(
    "farm",
    METADATA,
    _id(),
    Column("name", Words, nullable=False, unique=True),
    *_words("timezone", "integration"),
    Column("settings", _MAPPING, nullable=False),
    *_words("location"),
    Column("poll_minutes", Double, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("retired_at", Moment),
)

house: Final = _of_farm(
    "house",
    Column("number", Integer, nullable=False),
    *_words("name"),
    Column("kind", Word(domain.HouseKind), nullable=False),
    Column("capacity", Integer),
    Column("set_points", Structured(tuple[tuple[float, float], ...]), nullable=False),
    *_words("source_key"),
    Column("retired_at", Moment),
    UniqueConstraint("farm_id", "number"),
)

flock: Final = _of_farm(
    "flock",
    _house(),
    Column("placed_on", Date, nullable=False),
    *_words("breed"),
    Column("birds_placed", Integer),
    Column("expected_harvest", Date),
    Column("ended_on", Date),
    UniqueConstraint("farm_id", "house", "placed_on"),
)

device: Final = _of_farm(
    "device",
    _house(),
    *_words("kind", "name", "source_key"),
    UniqueConstraint("farm_id", "house", "kind", "name"),
)

equipment: Final = _of_farm(
    "equipment",
    _house(),
    *_words("kind"),
    Column("number", Integer, nullable=False),
    Column("installed_on", Date),
    Column("rating", Double),
    *_words("rating_unit"),
    Column("sensors", _NAMES, nullable=False),
    UniqueConstraint("farm_id", "house", "kind", "number"),
)

sensor: Final = _of_farm(
    "sensor",
    _house(),
    *_words("source_key", "metric", "position"),
    Column("kind", Words),
    *_words("name", "device"),
    UniqueConstraint("farm_id", "house", "source_key"),
)


def _one_reading() -> list[Column[Any]]:
    return [
        Column("value", Double),
        Column("quality", SmallInteger, nullable=False),
        Column("raw", Words),
        Column("learned_at", BigInteger, nullable=False),
    ]


# Sensors are never deleted, and a foreign key would cost a tenth of the speed of an import.
reading: Final = Table(
    "reading",
    METADATA,
    Column("sensor_id", Integer, primary_key=True, autoincrement=False),
    Column("ts", BigInteger, primary_key=True, autoincrement=False),
    *_one_reading(),
    sqlite_with_rowid=False,
)

reading_superseded: Final = Table(
    "reading_superseded",
    METADATA,
    _id(),
    Column("sensor_id", Integer, nullable=False),
    Column("ts", BigInteger, nullable=False),
    *_one_reading(),
    Column("superseded_at", BigInteger, nullable=False),
    Index(None, "sensor_id", "ts"),
)

watermark: Final = Table(
    "watermark",
    METADATA,
    Column("farm_id", Integer, ForeignKey("farm.id"), primary_key=True),
    Column("house", Integer, primary_key=True, autoincrement=False),
    Column("learned_at", Moment, nullable=False),
    Column("backdated", BigInteger, nullable=False),
)

event: Final = _of_farm(
    "event",
    _house(),
    Column("time", Moment, nullable=False),
    Column("kind", Word(domain.EventKind), nullable=False),
    *_words("message", "code", "equipment", "source"),
    Column("ended_at", Moment),
    Column("learned_at", Moment, nullable=False),
    Column("end_learned_at", Moment),
    *_words("by"),
    Column("identity", Words, nullable=False),
    UniqueConstraint("farm_id", "identity"),
    Index(None, "farm_id", "time"),
)

finding: Final = Table(
    "finding",
    METADATA,
    Column("id", Words, primary_key=True),
    _farm(),
    _house(),
    *_words("source", "key"),
    Column("category", Word(domain.Category), nullable=False),
    *_words("kind", "subject"),
    Column("start", Moment, nullable=False),
    Column("end", Moment),
    Column("detected_at", Moment, nullable=False),
    *_words("title"),
    Column("score", Double, nullable=False),
    Column("severity", Word(domain.Severity), nullable=False),
    Column("why", Structured(tuple[domain.Hypothesis, ...]), nullable=False),
    Column("check", _NAMES, nullable=False),
    Column("data", _MAPPING, nullable=False),
    Column("status", Word(domain.FindingStatus), nullable=False),
    Column("snoozed_until", Moment),
    Index(None, "farm_id", "key"),
    Index(None, "farm_id", "start"),
)

finding_history: Final = _of_finding(
    "finding_history",
    Column("at", Moment, nullable=False),
    *_words("by"),
    Column("status", Word(domain.FindingStatus), nullable=False),
    *_words("note"),
)

action: Final = _of_finding(
    "action",
    *_words("step"),
    Column("status", Word(domain.ActionStatus), nullable=False),
    *_words("by"),
    Column("at", Moment),
    Column("due", Moment),
    *_words("outcome"),
)

feedback: Final = _of_finding(
    "feedback",
    Column("answer", Word(domain.Answer), nullable=False),
    *_words("by"),
    Column("at", Moment, nullable=False),
    *_words("note"),
    Column("learned_at", Moment, nullable=False),
)

run: Final = Table(
    "run",
    METADATA,
    _id(),
    *_words("notebook", "farm"),
    _house(),
    Column("slot", Moment, nullable=False),
    Column("status", Word(domain.RunStatus), nullable=False),
    Column("parameters", _MAPPING, nullable=False),
    *_words("fingerprint", "code_version"),
    Column("watermark", Moment),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    Column("verdict", Structured(domain.Verdict)),
    *_words("error", "page", "folder"),
    Column("timings", _MAPPING, nullable=False),
    Column("results", _MAPPING, nullable=False),
    UniqueConstraint("notebook", "farm", "house", "slot"),
    Index(None, "slot"),
)

sync_run: Final = _of_farm(
    "sync_run",
    *_words("source"),
    Column("started_at", Moment, nullable=False),
    Column("status", Word(domain.SyncStatus), nullable=False),
    Column("ended_at", Moment),
    *(Column(name, Integer, nullable=False) for name in ("new", "seen", "changed", "rejected")),
    *_words("error", "payload", "known_as"),
    Index(None, "farm_id", "started_at"),
)

model: Final = Table(
    "model",
    METADATA,
    _id(),
    *_words("name"),
    Column("version", Integer, nullable=False),
    *_words("task", "farm", "scope"),
    Column("fitted_at", Moment, nullable=False),
    Column("window_start", Moment),
    Column("window_end", Moment),
    Column("features", _NAMES, nullable=False),
    *(Column(name, _MAPPING, nullable=False) for name in ("metrics", "libraries", "state")),
    Column("champion", Boolean, nullable=False),
    UniqueConstraint("name", "farm", "scope", "version"),
    Index(None, "task", "farm", "scope"),
)

model_history: Final = Table(
    "model_history",
    METADATA,
    _id(),
    *_words("task", "farm", "scope"),
    Column("at", Moment, nullable=False),
    *_words("by"),
    Column("what", Word(domain.ModelStep), nullable=False),
    *_words("note"),
    Column("model_id", Integer),
    Index(None, "task", "farm", "scope"),
)
"""``model_id`` outlives the model, which may have been pruned."""

lock: Final = Table(
    "lock",
    METADATA,
    Column("name", Words, primary_key=True),
    *_words("owner", "host"),
    Column("pid", Integer, nullable=False),
    Column("process_started", Double, nullable=False),
    *_words("token"),
    Column("expires_at", Moment, nullable=False),
)
