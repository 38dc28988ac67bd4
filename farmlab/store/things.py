"""What is installed on a farm: devices, equipment and sensors."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Table, select

from farmlab import units
from farmlab.domain import Device, Equipment, Sensor
from farmlab.store import tables
from farmlab.store.base import Door, add, change, check_house, farm_id, upsert
from farmlab.store.rows import from_row, from_rows, to_row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Select

Thing = TypeVar("Thing", Device, Equipment, Sensor)


class Things(Door):
    """Devices, equipment and sensors of farms."""

    def devices(self, farm: str) -> list[Device]:
        """The devices of a farm by house, kind and name."""
        device = tables.device.c
        return self._things(Device, tables.device, farm, order=(device.house, device.kind, device.name))

    def save_device(self, farm: str, device: Device) -> Device:
        """The device with its id, brought up to date by id, else by house, kind and name."""
        return self._save(farm, tables.device, device, by=("farm_id", "house", "kind", "name"))

    def equipment(self, farm: str, *, house: int = 0) -> list[Equipment]:
        """The equipment of a farm or of one house by house, kind and number."""
        item = tables.equipment.c
        where = (item.house == house,) if house else ()
        return self._things(Equipment, tables.equipment, farm, *where, order=(item.house, item.kind, item.number))

    def save_equipment(self, farm: str, equipment: Equipment) -> Equipment:
        """The equipment with its id, brought up to date by id, else by house, kind and number."""
        return self._save(farm, tables.equipment, equipment, by=("farm_id", "house", "kind", "number"))

    def sensors(self, farm: str, *, house: int = 0, metric: str | None = None) -> list[Sensor]:
        """The sensors of a farm or of one house, by house and in the order in which they were made."""
        sensor = tables.sensor.c
        where = [sensor.house == house] if house else []
        if metric is not None:
            where.append(sensor.metric == metric)
        return self._things(Sensor, tables.sensor, farm, *where, order=(sensor.house, sensor.id))

    def save_sensors(self, farm: str, sensors: Iterable[Sensor]) -> list[Sensor]:
        """The sensors with their ids, made or brought up to date by house and source key.

        Raises
        ------
        UnknownName
            No such farm, house or metric; then none is saved.
        """
        with self._reading() as connection:
            owner = farm_id(connection, farm)
            known = _known_sensors(connection, owner)
        wanted = list(sensors)
        fresh = [sensor for sensor in wanted if not _same(sensor, known.get(_key(sensor)))]
        if fresh:
            known = self._write_sensors(owner, fresh)
        return [known[_key(sensor)] for sensor in wanted]

    def _write_sensors(self, owner: int, sensors: list[Sensor]) -> dict[tuple[int, str], Sensor]:
        with self._writing() as connection:
            known = _known_sensors(connection, owner)
            for house in {sensor.house for sensor in sensors}:
                check_house(connection, owner, house)
            for sensor in sensors:
                units.metric(sensor.metric)
                values = to_row(sensor, tables.sensor, farm_id=owner)
                if _key(sensor) in known:
                    change(connection, tables.sensor, known[_key(sensor)].id, values, kind="sensor")
                else:
                    known[_key(sensor)] = replace(sensor, id=add(connection, tables.sensor, values))
            return _known_sensors(connection, owner)

    def _things(self, kind: type[Thing], table: Table, farm: str, *where: Any, order: tuple[Any, ...]) -> list[Thing]:
        with self._reading() as connection:
            query: Select[Any] = select(table).where(table.c.farm_id == farm_id(connection, farm), *where)
            return from_rows(kind, connection.execute(query.order_by(*order)))

    def _save(self, farm: str, table: Table, thing: Thing, *, by: tuple[str, ...]) -> Thing:
        with self._writing() as connection:
            values = to_row(thing, table, farm_id=farm_id(connection, farm))
            check_house(connection, values["farm_id"], thing.house)
            if thing.id:
                change(connection, table, thing.id, values, kind=table.name)
                return thing
            return replace(thing, id=upsert(connection, table, values, by=by))


def _key(sensor: Sensor) -> tuple[int, str]:
    return sensor.house, sensor.source_key


def _same(sensor: Sensor, known: Sensor | None) -> bool:
    return known is not None and replace(sensor, id=known.id) == known


def _known_sensors(connection: Connection, owner: int) -> dict[tuple[int, str], Sensor]:
    rows = connection.execute(select(tables.sensor).where(tables.sensor.c.farm_id == owner))
    sensors = (from_row(Sensor, row) for row in rows)
    return {_key(sensor): sensor for sensor in sensors}
