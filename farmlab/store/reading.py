"""Reading readings back: tidy export rows, or one wide table a house, as known at any moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from farmlab.domain import Sensor
from farmlab.store import frames, tables
from farmlab.store.base import Door, check_house, farm_id, fetch
from farmlab.store.rows import from_rows
from farmlab.store.types import to_ms

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    import pandas as pd
    from sqlalchemy import Connection, Select, Table


class Reading(Door):
    """The way out for readings."""

    def read(
        self,
        farm: str,
        *,
        house: int = 0,
        sensor: str | None = None,
        metric: str | Sequence[str] | None = None,
        position: str | None = None,
        start: datetime | None = None,
        until: datetime | None = None,
        known_at: datetime | None = None,
        step: timedelta | str | None = None,
    ) -> pd.DataFrame:
        """Readings in (start, until] as export rows, sorted by house, sensor and time.

        House 0 means all houses. With ``known_at`` they are as they were known at that moment. With
        ``step`` gauges are averaged, counters give their last and amounts their sum, at the end of each step;
        steps of whole days end at the farm's midnight, and day counters give their highest.
        """
        with self._reading() as connection:
            chosen = _sensors(connection, farm, house or None, metric, sensor=sensor, position=position)
            rows = _rows(connection, chosen, start, until, known_at, names=("quality", "learned_at"))
            zone = _zone(connection, farm)
        return frames.tidy(rows, chosen, farm=farm, step=step, zone=zone)

    def wide(
        self,
        farm: str,
        house: int,
        *,
        metric: str | Sequence[str] | None = None,
        start: datetime | None = None,
        until: datetime | None = None,
        known_at: datetime | None = None,
        step: timedelta | str | None = None,
    ) -> pd.DataFrame:
        """Readings of one house in (start, until]: a row for each time, a column for each sensor.

        Columns are named as :attr:`farmlab.domain.Sensor.column`; a sensor without readings has an empty
        one. Counters stay as they are. House 0 gives the sensors of the farm itself.
        """
        with self._reading() as connection:
            chosen = _sensors(connection, farm, house, metric)
            rows = _rows(connection, chosen, start, until, known_at)
            zone = _zone(connection, farm)
        return frames.wide(rows, chosen, step=step, zone=zone)


def _zone(connection: Connection, farm: str) -> str:
    return str(connection.execute(select(tables.farm.c.timezone).where(tables.farm.c.name == farm)).scalar_one())


def _sensors(
    connection: Connection,
    farm: str,
    house: int | None,
    metric: str | Sequence[str] | None,
    *,
    sensor: str | None = None,
    position: str | None = None,
) -> list[Sensor]:
    owner, known = farm_id(connection, farm), tables.sensor.c
    check_house(connection, owner, house or 0)
    metrics = [metric] if isinstance(metric, str) else metric
    where = [
        *((known.house == house,) if house is not None else ()),
        *((known.metric.in_(metrics),) if metrics is not None else ()),
        *((known.source_key == sensor,) if sensor is not None else ()),
        *((known.position == position,) if position is not None else ()),
    ]
    query = select(tables.sensor).where(known.farm_id == owner, *where).order_by(known.house, known.id)
    return from_rows(Sensor, connection.execute(query))


def _rows(
    connection: Connection,
    sensors: Sequence[Sensor],
    start: datetime | None,
    until: datetime | None,
    known_at: datetime | None,
    *,
    names: Sequence[str] = (),
) -> list[tuple[Any, ...]]:
    """Rows of sensor id, time, value and the columns ``names``."""
    query: Any = _selected(tables.reading, sensors, start, until, names)
    if known_at is not None:
        moment, old = to_ms(known_at), tables.reading_superseded
        then = _selected(old, sensors, start, until, names).where(
            old.c.learned_at <= moment, old.c.superseded_at > moment
        )
        query = query.where(tables.reading.c.learned_at <= moment).union_all(then)
    return fetch(connection, query)


def _selected(
    table: Table, sensors: Sequence[Sensor], start: datetime | None, until: datetime | None, names: Sequence[str]
) -> Select[Any]:
    column = table.c
    query = select(column.sensor_id, column.ts, column.value, *(column[name] for name in names))
    query = query.where(column.sensor_id.in_([sensor.id for sensor in sensors]))
    if start is not None:
        query = query.where(column.ts > to_ms(start))
    return query if until is None else query.where(column.ts <= to_ms(until))
