"""What every part of the store stands on: the engine, transactions, and the ids behind the names."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, func, insert, select, update

from farmlab.errors import UnknownName
from farmlab.store import migrate, tables
from farmlab.store.engine import WRITES
from farmlab.store.faults import translated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection, Engine, Executable

RECORDS = 0
"""The queue in which writers of records stand; writers of readings and events stand in that of their farm."""


class Door:
    """An open database. Reading sees one moment; writers of one queue come one after the other."""

    def __init__(self, engine: Engine, where: str) -> None:
        self._engine = engine
        self._where = where

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with translated(self._where), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self, queue: int = RECORDS) -> Iterator[Connection]:
        """One short transaction. SQLite has a single queue; PostgreSQL one per number."""
        with translated(self._where), self._engine.connect() as connection:
            connection.execution_options(**{WRITES: True})
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("farmlab"), queue)))
                yield connection

    def _migrate(self, *, read_only: bool) -> None:
        with self._reading() as connection:
            if migrate.is_current(connection, where=self._where):
                return
        if read_only:
            raise migrate.outdated(self._where)
        with self._writing() as connection:
            if not migrate.is_current(connection, where=self._where):
                migrate.upgrade(connection)


def farm_id(connection: Connection, name: str) -> int:
    """The id of the farm of this name, or the error that names the nearest one."""
    found: int | None = connection.execute(select(tables.farm.c.id).where(tables.farm.c.name == name)).scalar()
    if found is None:
        names = connection.execute(select(tables.farm.c.name).order_by(tables.farm.c.name)).scalars()
        raise UnknownName.among("farm", name, names, next_step="Run: farmlab farm add NAME.")
    return found


def check_house(connection: Connection, farm: int, number: int) -> None:
    """Raise unless the farm has this house; 0 is the farm itself."""
    numbers = house_numbers(connection, farm)
    if number and number not in numbers:
        raise UnknownName.among("house", number, numbers, next_step="Add it with: farmlab house add.")


def house_numbers(connection: Connection, farm: int) -> list[int]:
    """The numbers of the farm's houses."""
    query = select(tables.house.c.number).where(tables.house.c.farm_id == farm).order_by(tables.house.c.number)
    return list(connection.execute(query).scalars())


def upsert(connection: Connection, table: Table, values: Mapping[str, Any], *, by: tuple[str, ...]) -> int:
    """The id of the row whose columns ``by`` are as in ``values``; made or brought up to date."""
    same = [table.c[name] == values[name] for name in by]
    found: int | None = connection.execute(select(table.c.id).where(*same)).scalar()
    if found is None:
        return add(connection, table, values)
    connection.execute(update(table).where(table.c.id == found).values(**values))
    return found


def add(connection: Connection, table: Table, values: Mapping[str, Any]) -> int:
    """The id of the new row."""
    return int(connection.execute(insert(table).values(**values)).inserted_primary_key[0])  # type: ignore[index]


def change(connection: Connection, table: Table, record_id: int, values: Mapping[str, Any], *, kind: str) -> None:
    """Bring the row of this id up to date; an unknown id is an error."""
    done = connection.execute(update(table).where(table.c.id == record_id).values(**values))
    if not done.rowcount:
        raise UnknownName(f"there is no {kind} with the id {record_id}", next_step="Read it again from the store.")


def fetch(connection: Connection, query: Executable) -> list[tuple[Any, ...]]:
    """The rows of a query as the driver gives them; for many numbers, SQLAlchemy's own cost as much again."""
    cursor: Any = connection.execute(query).cursor
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
