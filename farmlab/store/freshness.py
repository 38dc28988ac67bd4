"""How new the knowledge is: newest readings, what was learned last, and whether records changed."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, func, insert, select, update

from farmlab.store import tables
from farmlab.store.base import Door, farm_id
from farmlab.store.types import from_ms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, Connection, Select


class Freshness(Door):
    """What a fingerprint of an analysis is made of."""

    def newest(self, farm: str, *, house: int = 0) -> dict[int, datetime]:
        """Time of the newest reading with a value, by house (0 = of the farm itself)."""
        reading, sensor = tables.reading.c, tables.sensor.c
        last = (
            select(reading.ts)
            .where(reading.sensor_id == sensor.id, reading.value.is_not(None))
            .order_by(reading.ts.desc())
            .limit(1)
            .scalar_subquery()
        )
        with self._reading() as connection:
            query = select(sensor.house, last.label("ts")).where(sensor.farm_id == farm_id(connection, farm))
            rows = connection.execute(query.where(sensor.house == house) if house else query).all()
        found: dict[int, int] = {}
        for number, ts in rows:
            if ts is not None:
                found[number] = max(ts, found.get(number, ts))
        return {number: from_ms(found[number]) for number in sorted(found)}

    def watermark(self, farm: str, *, house: int = 0) -> datetime | None:
        """The moment at which the newest reading or event of the scope was learned; None without any."""
        mark = tables.watermark.c
        with self._reading() as connection:
            query = select(func.max(mark.learned_at)).where(mark.farm_id == farm_id(connection, farm))
            if house:
                query = query.where(mark.house.in_((0, house)))
            return connection.execute(query).scalar()

    def record_version(self, farm: str, *, house: int = 0) -> str:
        """A text that changes when farm, house, flock, equipment, sensor, model or feedback records do.

        Readings and events that were backdated (learned before what is the newest already) count too,
        since the watermark does not show them.
        """
        digest = blake2b(digest_size=8)
        with self._reading() as connection:
            for query in _record_queries(farm_id(connection, farm), farm, house):
                for row in connection.execute(query):
                    digest.update(repr(tuple(row)).encode("utf-8", "replace"))
                digest.update(b"\x1e")
        return digest.hexdigest()


def learned(connection: Connection, farm: int, news: Mapping[int, datetime]) -> None:
    """Remember for each house when the newest of its news was learned."""
    mark = tables.watermark
    for number, moment in news.items():
        same = (mark.c.farm_id == farm, mark.c.house == number)
        known = connection.execute(select(mark).where(*same)).first()
        if known is None:
            values = {"farm_id": farm, "house": number, "learned_at": moment, "backdated": 0}
            connection.execute(insert(mark).values(**values))
        elif moment > known.learned_at:
            connection.execute(update(mark).where(*same).values(learned_at=moment))
        else:
            connection.execute(update(mark).where(*same).values(backdated=mark.c.backdated + 1))


def _record_queries(owner: int, farm: str, house: int) -> list[Select[Any]]:
    model, feedback, finding, mark = tables.model.c, tables.feedback, tables.finding, tables.watermark.c
    scope = {name: _scope(table, house) for name, table in tables.METADATA.tables.items() if "house" in table.c}
    farms = select(tables.farm).where(tables.farm.c.id == owner)
    houses = select(tables.house).where(tables.house.c.farm_id == owner, *_only(tables.house.c.number, house))
    owned = [
        select(table).where(table.c.farm_id == owner, *scope[table.name]).order_by(table.c.id)
        for table in (tables.flock, tables.equipment, tables.sensor)
    ]
    models = select(model.id, model.champion).where(model.farm.in_((farm, ""))).order_by(model.id)
    answers = select(feedback).join(finding).where(finding.c.farm_id == owner, *scope["finding"])
    late = select(mark.house, mark.backdated).where(mark.farm_id == owner, *scope["watermark"])
    return [farms, houses, *owned, models, answers.order_by(feedback.c.id), late.order_by(mark.house)]


def _scope(table: Table, house: int) -> tuple[ColumnElement[bool], ...]:
    return (table.c.house.in_((0, house)),) if house else ()


def _only(column: ColumnElement[int], number: int) -> tuple[ColumnElement[bool], ...]:
    return (column == number,) if number else ()
