"""Farms, their houses, and the flocks in them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from farmlab import clock
from farmlab.domain import Farm, Flock, House
from farmlab.errors import DataError, UnknownName
from farmlab.store import tables
from farmlab.store.base import Door, add, change, check_house, farm_id, upsert
from farmlab.store.rows import from_row, from_rows, to_row

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


class Farms(Door):
    """The places: who has which houses, and which birds are in them."""

    def add_farm(self, farm: Farm) -> Farm:
        """The farm with its id.

        Raises
        ------
        DataError
            There is a farm of this name already, or the name is empty.
        """
        with self._writing() as connection:
            _check_name(connection, farm)
            return replace(farm, id=add(connection, tables.farm, to_row(farm, tables.farm)))

    def farms(self, *, retired: bool = False) -> list[Farm]:
        """All farms by name; retired ones only when asked for."""
        query = select(tables.farm).order_by(tables.farm.c.name)
        if not retired:
            query = query.where(tables.farm.c.retired_at.is_(None))
        with self._reading() as connection:
            return from_rows(Farm, connection.execute(query))

    def farm(self, name: str) -> Farm:
        """The farm of this name, retired or not; an unknown one names the nearest."""
        with self._reading() as connection:
            query = select(tables.farm).where(tables.farm.c.id == farm_id(connection, name))
            return from_row(Farm, connection.execute(query).one())

    def update_farm(self, farm: Farm) -> Farm:
        """The farm of this id, brought up to date; with a new name its runs, models and their history follow."""
        with self._writing() as connection:
            _check_name(connection, farm)
            before = connection.execute(select(tables.farm.c.name).where(tables.farm.c.id == farm.id)).scalar()
            change(connection, tables.farm, farm.id, to_row(farm, tables.farm), kind="farm")
            for table in (tables.run, tables.model, tables.model_history):
                connection.execute(update(table).where(table.c.farm == before).values(farm=farm.name))
        return farm

    def houses(self, farm: str, *, retired: bool = False) -> list[House]:
        """The houses of a farm by number; retired ones only when asked for."""
        house = tables.house.c
        with self._reading() as connection:
            query = select(tables.house).where(house.farm_id == farm_id(connection, farm)).order_by(house.number)
            if not retired:
                query = query.where(house.retired_at.is_(None))
            return from_rows(House, connection.execute(query))

    def house(self, farm: str, number: int) -> House:
        """The house of this number, retired or not; an unknown one names those that there are."""
        known = {house.number: house for house in self.houses(farm, retired=True)}
        if number not in known:
            raise UnknownName.among("house", number, known, next_step="Add it with: farmlab house add.")
        return known[number]

    def save_house(self, farm: str, house: House) -> House:
        """The house with its id, made or brought up to date by its number."""
        if house.number < 1:
            raise DataError(f"a house cannot have the number {house.number}", next_step="Count from 1.")
        with self._writing() as connection:
            values = to_row(house, tables.house, farm_id=farm_id(connection, farm))
            return replace(house, id=upsert(connection, tables.house, values, by=("farm_id", "number")))

    def flocks(self, farm: str, *, house: int = 0) -> list[Flock]:
        """The flocks of a farm or of one house, in the order of placement."""
        flock = tables.flock.c
        with self._reading() as connection:
            query = select(tables.flock).where(flock.farm_id == farm_id(connection, farm))
            if house:
                query = query.where(flock.house == house)
            return from_rows(Flock, connection.execute(query.order_by(flock.placed_on, flock.house)))

    def save_flock(self, farm: str, flock: Flock) -> Flock:
        """The flock with its id, brought up to date by id, else by house and day of placement."""
        with self._writing() as connection:
            values = to_row(flock, tables.flock, farm_id=farm_id(connection, farm))
            check_house(connection, values["farm_id"], flock.house)
            if flock.id:
                change(connection, tables.flock, flock.id, values, kind="flock")
                return flock
            return replace(flock, id=upsert(connection, tables.flock, values, by=("farm_id", "house", "placed_on")))

    def flock_at(self, farm: str, house: int, moment: datetime) -> Flock | None:
        """The flock that is in the house on the farm's day of this moment; None when it stands empty."""
        day = clock.local_date(moment, self.farm(farm).timezone)
        held = [flock for flock in self.flocks(farm, house=house) if flock.holds(day)]
        return held[-1] if held else None


def _check_name(connection: Connection, farm: Farm) -> None:
    if not farm.name.strip():
        raise DataError("a farm needs a name", next_step="Give it one.")
    same = select(tables.farm.c.id).where(tables.farm.c.name == farm.name, tables.farm.c.id != farm.id)
    if connection.execute(same).first():
        raise DataError(f"there is a farm {farm.name!r} already", next_step="Choose another name, or restore it.")
