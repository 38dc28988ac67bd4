"""What devices, services and people said, and when FarmLab learned of it."""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from farmlab.domain import Event, EventKind
from farmlab.errors import UnknownName
from farmlab.store import tables
from farmlab.store.base import Door, add, check_house, farm_id
from farmlab.store.freshness import learned
from farmlab.store.rows import from_row, terms, to_row
from farmlab.store.types import to_ms

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection, Row


class Events(Door):
    """Events of farms."""

    def write_events(self, farm: str, events: Iterable[Event], *, learned_at: datetime) -> int:
        """How many of the events are new.

        An event is the same when house, time, kind, code, message and equipment are; then only an end
        that was not known before is taken over. An event's own ``learned_at`` goes before the one given.

        Raises
        ------
        UnknownName
            No such farm or house; then none is written.
        """
        with self._reading() as connection:
            owner = farm_id(connection, farm)
        with self._writing(owner) as connection:
            return sum(_write(connection, owner, event, event.learned_at or learned_at) for event in events)

    def events(
        self,
        farm: str,
        *,
        house: int = 0,
        kinds: Iterable[EventKind | str] = (),
        start: datetime | None = None,
        until: datetime | None = None,
        known_at: datetime | None = None,
    ) -> list[Event]:
        """Events of a farm or of one house in (start, until], oldest first, as far as they were known."""
        event = tables.event.c
        wanted = terms(EventKind, kinds)
        where = [
            *((event.house == house,) if house else ()),
            *((event.kind.in_(wanted),) if wanted else ()),
            *((event.time > start,) if start else ()),
            *((event.time <= until,) if until else ()),
            *((event.learned_at <= known_at,) if known_at else ()),
        ]
        with self._reading() as connection:
            query = select(tables.event).where(event.farm_id == farm_id(connection, farm), *where)
            rows = connection.execute(query.order_by(event.time, event.id)).all()
        return [_as_known(row, known_at) for row in rows]

    def remove_label(self, farm: str, label: int, *, at: datetime) -> None:
        """Take back what somebody labelled; no other event ever goes.

        Raises
        ------
        UnknownName
            There is no label of this id.
        """
        event = tables.event.c
        with self._reading() as connection:
            owner = farm_id(connection, farm)
        with self._writing(owner) as connection:
            mine = (event.farm_id == owner, event.kind == EventKind.LABEL)
            house = connection.execute(select(event.house).where(event.id == label, *mine)).scalar()
            if house is None:
                known = connection.execute(select(event.id).where(*mine)).scalars()
                raise UnknownName.among("label", str(label), map(str, known), next_step="List them first.")
            connection.execute(delete(tables.event).where(event.id == label))
            learned(connection, owner, {house: at})


def _write(connection: Connection, owner: int, event: Event, learned_at: datetime) -> int:
    check_house(connection, owner, event.house)
    table = tables.event
    identity = _identity(event)
    known = connection.execute(select(table).where(table.c.farm_id == owner, table.c.identity == identity)).first()
    if known is not None:
        news = _news(known, event, learned_at)
        if news:
            connection.execute(update(table).where(table.c.id == known.id).values(**news))
            learned(connection, owner, {event.house: learned_at})
        return 0
    end_learned_at = learned_at if event.ended_at else None
    values = to_row(replace(event, learned_at=learned_at), table)
    add(connection, table, values | {"farm_id": owner, "identity": identity, "end_learned_at": end_learned_at})
    learned(connection, owner, {event.house: learned_at})
    return 1


def _news(known: Row[Any], event: Event, learned_at: datetime) -> dict[str, Any]:
    """What changes in an event that is known already."""
    news: dict[str, Any] = {}
    if event.ended_at is not None and to_ms(event.ended_at) != (known.ended_at and to_ms(known.ended_at)):
        news |= {"ended_at": event.ended_at, "end_learned_at": learned_at}
    if learned_at < known.learned_at:
        news |= {"learned_at": learned_at}
    return news


def _identity(event: Event) -> str:
    parts = (str(event.house), str(to_ms(event.time)), event.kind, event.code, event.message, event.equipment)
    return blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _as_known(row: Row[Any], known_at: datetime | None) -> Event:
    """The event of a row, still running when its end was learned later."""
    event = from_row(Event, row)
    later = known_at is not None and row.end_learned_at is not None and row.end_learned_at > known_at
    return replace(event, ended_at=None) if later else event
