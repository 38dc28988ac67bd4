"""Readings that arrive after a newer word on the same sensor and time: they take their place in the line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import insert, select, update

from farmlab.store import tables

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy import Connection, Row

    from farmlab.store.intake import Columns


def write(connection: Connection, late: Columns) -> NDArray[np.bool_]:
    """Which of the rows added a value to the line, rather than only telling that it was known earlier."""
    return np.array([_place(connection, row) for row in late.table().tolist()], dtype=bool)


def _place(connection: Connection, row: list[Any]) -> bool:
    sensor_id, ts, value, quality, raw, learned_at = row
    line = _line(connection, sensor_id, ts)
    before = [entry for entry in line if entry.learned_at <= learned_at]
    after = next(entry for entry in line if entry.learned_at > learned_at)
    if before and _says(before[-1], value, quality):
        return False
    if before:
        _change(connection, before[-1], superseded_at=learned_at)
    if _says(after, value, quality):
        _change(connection, after, learned_at=learned_at)
        return False
    values = {"sensor_id": sensor_id, "ts": ts, "value": value, "quality": quality, "raw": raw}
    kept = values | {"learned_at": learned_at, "superseded_at": after.learned_at}
    connection.execute(insert(tables.reading_superseded).values(**kept))
    return True


def _line(connection: Connection, sensor_id: int, ts: int) -> list[Row[Any]]:
    """Every value of this sensor and time in the order in which they were known, the current one last."""
    old, now = tables.reading_superseded, tables.reading
    entries = connection.execute(
        select(old).where(old.c.sensor_id == sensor_id, old.c.ts == ts).order_by(old.c.learned_at, old.c.superseded_at)
    ).all()
    current = connection.execute(select(now).where(now.c.sensor_id == sensor_id, now.c.ts == ts)).one()
    return [*entries, current]


def _says(entry: Row[Any], value: float | None, quality: int) -> bool:
    return bool(entry.value == value and entry.quality == quality)


def _change(connection: Connection, entry: Row[Any], **values: int) -> None:
    if hasattr(entry, "superseded_at"):
        table = tables.reading_superseded
        connection.execute(update(table).where(table.c.id == entry.id).values(**values))
        return
    now = tables.reading
    here = (now.c.sensor_id == entry.sensor_id, now.c.ts == entry.ts)
    connection.execute(update(now).where(*here).values(**values))
