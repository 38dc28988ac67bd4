"""Every table of the first release."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Integer, nullable=False)


def _text(*names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]


def _moment(*names: str, nullable: bool = True) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.BigInteger, nullable=nullable) for name in names]


def _number(*names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer, nullable=nullable) for name in names]


def _json(*names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.JSON, nullable=nullable) for name in names]


def _pk(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*(columns or ("id",)), name=f"pk_{table}")


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def _of(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}")


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def upgrade() -> None:
    _places()
    _things()
    _readings()
    _events()
    _findings()
    _runs()
    _models_and_locks()


def _places() -> None:
    op.create_table(
        "farm",
        _id(),
        *_text("name", "timezone", "integration"),
        *_json("settings"),
        *_text("location"),
        sa.Column("poll_minutes", sa.Double, nullable=False),
        sa.Column("simulated", sa.Boolean, nullable=False),
        *_moment("retired_at"),
        _pk("farm"),
        _unique("farm", "name"),
    )
    op.create_table(
        "house",
        _id(),
        *_number("farm_id", "number"),
        *_text("name", "kind"),
        *_number("capacity", nullable=True),
        *_json("set_points"),
        *_text("source_key"),
        *_moment("retired_at"),
        _pk("house"),
        _of("house", "farm_id", "farm.id"),
        _unique("house", "farm_id", "number"),
    )
    op.create_table(
        "flock",
        _id(),
        *_number("farm_id", "house"),
        sa.Column("placed_on", sa.Date, nullable=False),
        *_text("breed"),
        *_number("birds_placed", nullable=True),
        sa.Column("expected_harvest", sa.Date),
        sa.Column("ended_on", sa.Date),
        _pk("flock"),
        _of("flock", "farm_id", "farm.id"),
        _unique("flock", "farm_id", "house", "placed_on"),
    )


def _things() -> None:
    op.create_table(
        "device",
        _id(),
        *_number("farm_id", "house"),
        *_text("kind", "name", "source_key"),
        _pk("device"),
        _of("device", "farm_id", "farm.id"),
        _unique("device", "farm_id", "house", "kind", "name"),
    )
    op.create_table(
        "equipment",
        _id(),
        *_number("farm_id", "house"),
        *_text("kind"),
        *_number("number"),
        sa.Column("installed_on", sa.Date),
        sa.Column("rating", sa.Double),
        *_text("rating_unit"),
        *_json("sensors"),
        _pk("equipment"),
        _of("equipment", "farm_id", "farm.id"),
        _unique("equipment", "farm_id", "house", "kind", "number"),
    )
    op.create_table(
        "sensor",
        _id(),
        *_number("farm_id", "house"),
        *_text("source_key", "metric", "position"),
        *_text("kind", nullable=True),
        *_text("name", "device"),
        _pk("sensor"),
        _of("sensor", "farm_id", "farm.id"),
        _unique("sensor", "farm_id", "house", "source_key"),
    )


def _readings() -> None:
    op.create_table("reading", *_one_reading(), _pk("reading", "sensor_id", "ts"), sqlite_with_rowid=False)
    op.create_table(
        "reading_superseded",
        _id(),
        *_one_reading(),
        *_moment("superseded_at", nullable=False),
        _pk("reading_superseded"),
    )
    _index("reading_superseded", "sensor_id", "ts")
    op.create_table(
        "watermark",
        *_number("farm_id", "house"),
        *_moment("learned_at", "backdated", nullable=False),
        _pk("watermark", "farm_id", "house"),
        _of("watermark", "farm_id", "farm.id"),
    )


def _one_reading() -> list[sa.Column[Any]]:
    return [
        *_number("sensor_id"),
        *_moment("ts", nullable=False),
        sa.Column("value", sa.Double),
        sa.Column("quality", sa.SmallInteger, nullable=False),
        *_text("raw", nullable=True),
        *_moment("learned_at", nullable=False),
    ]


def _events() -> None:
    op.create_table(
        "event",
        _id(),
        *_number("farm_id", "house"),
        *_moment("time", nullable=False),
        *_text("kind", "message", "code", "equipment", "source"),
        *_moment("ended_at"),
        *_moment("learned_at", nullable=False),
        *_moment("end_learned_at"),
        *_text("by", "identity"),
        _pk("event"),
        _of("event", "farm_id", "farm.id"),
        _unique("event", "farm_id", "identity"),
    )
    _index("event", "farm_id", "time")


def _findings() -> None:
    op.create_table(
        "finding",
        *_text("id"),
        *_number("farm_id", "house"),
        *_text("source", "key", "category", "kind", "subject"),
        *_moment("start", nullable=False),
        *_moment("end"),
        *_moment("detected_at", nullable=False),
        *_text("title"),
        sa.Column("score", sa.Double, nullable=False),
        *_text("severity"),
        *_json("why", "check", "data"),
        *_text("status"),
        *_moment("snoozed_until"),
        _pk("finding"),
        _of("finding", "farm_id", "farm.id"),
    )
    _index("finding", "farm_id", "key")
    _index("finding", "farm_id", "start")
    _about_finding("finding_history", *_moment("at", nullable=False), *_text("by", "status", "note"))
    _about_finding("action", *_text("step", "status", "by"), *_moment("at", "due"), *_text("outcome"))
    _about_finding(
        "feedback",
        *_text("answer", "by"),
        *_moment("at", nullable=False),
        *_text("note"),
        *_moment("learned_at", nullable=False),
    )


def _about_finding(table: str, *columns: sa.Column[Any]) -> None:
    op.create_table(table, _id(), *_text("finding"), *columns, _pk(table), _of(table, "finding", "finding.id"))
    _index(table, "finding")


def _runs() -> None:
    op.create_table(
        "run",
        _id(),
        *_text("notebook", "farm"),
        *_number("house"),
        *_moment("slot", nullable=False),
        *_text("status"),
        *_json("parameters"),
        *_text("fingerprint", "code_version"),
        *_moment("watermark", "started_at", "ended_at"),
        *_json("verdict", nullable=True),
        *_text("error", "page", "folder"),
        *_json("timings", "results"),
        _pk("run"),
        _unique("run", "notebook", "farm", "house", "slot"),
    )
    _index("run", "slot")
    op.create_table(
        "sync_run",
        _id(),
        *_number("farm_id"),
        *_text("source"),
        *_moment("started_at", nullable=False),
        *_text("status"),
        *_moment("ended_at"),
        *_number("new", "seen", "changed", "rejected"),
        *_text("error", "payload", "known_as"),
        _pk("sync_run"),
        _of("sync_run", "farm_id", "farm.id"),
    )
    _index("sync_run", "farm_id", "started_at")


def _models_and_locks() -> None:
    op.create_table(
        "model",
        _id(),
        *_text("name"),
        *_number("version"),
        *_text("task", "farm", "scope"),
        *_moment("fitted_at", nullable=False),
        *_moment("window_start", "window_end"),
        *_json("features", "metrics", "libraries", "state"),
        sa.Column("champion", sa.Boolean, nullable=False),
        _pk("model"),
        _unique("model", "name", "farm", "scope", "version"),
    )
    _index("model", "task", "farm", "scope")
    op.create_table(
        "lock",
        *_text("name", "owner", "host"),
        *_number("pid"),
        sa.Column("process_started", sa.Double, nullable=False),
        *_text("token"),
        *_moment("expires_at", nullable=False),
        _pk("lock", "name"),
    )
