"""Writing readings: what is new goes in, what is the same stays, what differs moves the old value aside.

For every sensor and time there is a line of values, each known from its ``learned_at`` until the next one's.
The last stands in ``reading``, the earlier ones in ``reading_superseded``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import BigInteger, Integer, bindparam, column, insert, select, update, values

from farmlab.domain import Sensor
from farmlab.store import late, tables
from farmlab.store.base import Door, farm_id, fetch
from farmlab.store.freshness import learned
from farmlab.store.intake import NAMES, Columns, columns, stored
from farmlab.store.rows import from_row
from farmlab.store.types import from_ms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    import pandas as pd
    from numpy.typing import NDArray
    from sqlalchemy import Connection

CHUNK: Final = 100_000
"""Rows of one transaction: a quarter of a second, so that nobody waits long for a turn."""
_ROWS_AT_ONCE: Final = 100
"""Rows of one INSERT on SQLite; one by one they take half as long again."""


@dataclass(frozen=True, slots=True)
class Written:
    """How many readings were new, had been seen before with the same value, or changed a value."""

    new: int = 0
    seen: int = 0
    changed: int = 0

    def __add__(self, other: Written) -> Written:
        return Written(self.new + other.new, self.seen + other.seen, self.changed + other.changed)


class Writing(Door):
    """The way in for readings."""

    def write(self, farm: str, frame: pd.DataFrame, *, learned_at: datetime) -> Written:
        """How many readings were new, seen before, or changed.

        ``frame`` has the columns house, sensor (source key), time (with zone), value in SI units, and if
        need be quality, raw and learned_at, which goes before the argument. The same value again changes
        nothing and leaves no trace; a different one counts from when it was learned, whatever the order of arrival.

        Raises
        ------
        UnknownName
            No such farm or sensor; then nothing is written.
        DataError
            The frame is not as described; then nothing is written.
        StoreError
            The database is locked, full or out of reach. Whole chunks may be in; write the frame again.
        """
        with self._reading() as connection:
            owner = farm_id(connection, farm)
            ids, houses = _sensors(connection, owner)
        done = Written()
        for batch in _rounds(columns(frame, ids, learned_at)):
            for first in range(0, len(batch), CHUNK):
                chunk = batch.take(slice(first, first + CHUNK))
                with self._writing(owner) as connection:
                    written, news = _write(connection, chunk)
                    learned(connection, owner, _newest(chunk, news, houses))
                done += written
        return done


def _sensors(connection: Connection, owner: int) -> tuple[dict[tuple[int, str], int], dict[int, int]]:
    """The ids of the farm's sensors by house and source key, and their houses by id."""
    known = tables.sensor.c
    rows = connection.execute(select(tables.sensor).where(known.farm_id == owner).order_by(known.house, known.id))
    sensors = [from_row(Sensor, row) for row in rows]
    return {(s.house, s.source_key): s.id for s in sensors}, {s.id: s.house for s in sensors}


def _rounds(batch: Columns) -> Iterator[Columns]:
    """The rows in portions that name no sensor and time twice, in the order in which they count."""
    again = batch.repeats()
    while again.any():
        first = ~again
        yield batch.take(first)
        batch = batch.take(again)
        again = batch.repeats()
    yield batch


def _newest(chunk: Columns, news: NDArray[np.bool_], houses: dict[int, int]) -> dict[int, datetime]:
    """For each house that has news, when the newest of it was learned."""
    found: dict[int, int] = {}
    sensor_ids, moments = chunk.sensor_id[news], chunk.learned_at[news]
    for sensor_id in np.unique(sensor_ids).tolist():
        house = houses[sensor_id]
        found[house] = max(int(moments[sensor_ids == sensor_id].max()), found.get(house, 0))
    return {house: from_ms(ms) for house, ms in found.items()}


def _write(connection: Connection, chunk: Columns) -> tuple[Written, NDArray[np.bool_]]:
    """What was done with one chunk, and which of its rows brought something new."""
    known = _known(connection, chunk)
    if not len(known):
        _insert(connection, chunk)
        return Written(new=len(chunk)), np.ones(len(chunk), dtype=bool)
    place, found = _match(chunk, known)
    old = known.take(place)
    same = found & _equal(chunk, old)
    behind = found & (chunk.learned_at < old.learned_at)
    changed = found & ~same & ~behind
    _insert(connection, chunk.take(~found))
    _supersede(connection, chunk.take(changed))
    told = np.zeros(len(chunk), dtype=bool)
    told[behind] = late.write(connection, chunk.take(behind))
    news = ~found | changed | told
    count = int((~found).sum())
    differing = int((changed | told).sum())
    return Written(new=count, seen=len(chunk) - count - differing, changed=differing), news


def _known(connection: Connection, chunk: Columns) -> Columns:
    """What the store holds of each of the chunk's sensors in its span of time, sorted alike."""
    sensor_ids, first = np.unique(chunk.sensor_id, return_index=True)
    last = np.append(first[1:], len(chunk)) - 1
    spans = zip(sensor_ids.tolist(), chunk.ts[first].tolist(), chunk.ts[last].tolist(), strict=True)
    span = values(column("sensor_id", Integer), column("lo", BigInteger), column("hi", BigInteger))
    wanted, reading = span.data(list(spans)).cte("wanted").c, tables.reading.c
    # The span of all says nothing new, but lets PostgreSQL see that few rows are meant.
    within = reading.ts.between(int(chunk.ts.min()), int(chunk.ts.max()))
    query = (
        select(reading.sensor_id, reading.ts, reading.value, reading.quality, reading.learned_at)
        .where(reading.sensor_id == wanted.sensor_id, reading.ts.between(wanted.lo, wanted.hi), within)
        .order_by(reading.sensor_id, reading.ts)
    )
    return stored(fetch(connection, query))


def _match(chunk: Columns, known: Columns) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """For each row of the chunk a place in ``known``, and whether it is really the same sensor and time."""
    earliest = int(chunk.ts.min())
    span = int(chunk.ts.max()) - earliest + 1
    wanted = chunk.sensor_id * span + (chunk.ts - earliest)
    there = known.sensor_id * span + (known.ts - earliest)
    place = np.minimum(np.searchsorted(there, wanted), len(known) - 1)
    return place, there[place] == wanted


def _equal(one: Columns, other: Columns) -> NDArray[np.bool_]:
    value = (one.value == other.value) | (np.isnan(one.value) & np.isnan(other.value))
    return np.asarray(value & (one.quality == other.quality))


def _insert(connection: Connection, chunk: Columns) -> None:
    """The fast way in: SQLAlchemy would look at every row."""
    driver: Any = connection.connection.driver_connection
    names = ", ".join(NAMES)
    if connection.dialect.name == "postgresql":
        with driver.cursor() as cursor, cursor.copy(f"COPY reading ({names}) FROM STDIN") as copy:
            for row in chunk.table().tolist():
                copy.write_row(row)
        return
    flat = chunk.table().ravel().tolist()
    for first in range(0, len(flat), _ROWS_AT_ONCE * len(NAMES)):
        part = flat[first : first + _ROWS_AT_ONCE * len(NAMES)]
        places = ", ".join(["(?, ?, ?, ?, ?, ?)"] * (len(part) // len(NAMES)))
        driver.execute(f"INSERT INTO reading ({names}) VALUES {places}", part)  # noqa: S608


def _supersede(connection: Connection, chunk: Columns) -> None:
    """Move the values that stand there aside, and put these in their place."""
    if not len(chunk):
        return
    reading, old = tables.reading, tables.reading_superseded
    here = (reading.c.sensor_id == bindparam("at_sensor"), reading.c.ts == bindparam("at_ts"))
    kept = select(*(reading.c[name] for name in NAMES), bindparam("learned_at", type_=old.c.superseded_at.type))
    names = ("at_sensor", "at_ts", "value", "quality", "raw", "learned_at")
    rows = [dict(zip(names, row, strict=True)) for row in chunk.table().tolist()]
    connection.execute(insert(old).from_select([*NAMES, "superseded_at"], kept.where(*here)), rows)
    fresh: dict[str, Any] = {name: bindparam(name) for name in names[2:]}
    connection.execute(update(reading).where(*here).values(**fresh), rows)
