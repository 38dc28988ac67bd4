"""Locks by name, so that one farm is synced or one home served by one process at a time."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import delete, func, insert, select

from farmlab import clock
from farmlab.errors import Busy
from farmlab.store import tables
from farmlab.store.base import Door
from farmlab.store.types import from_ms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from sqlalchemy import Connection, Row


class Locks(Door):
    """Who holds what."""

    @contextmanager
    def lock(self, name: str, *, owner: str, ttl: timedelta) -> Iterator[None]:
        """Hold the lock of this name inside the ``with``; it lapses after ``ttl``.

        A lock that has lapsed, or whose process is dead on this machine, is taken over. It is not
        re-entrant: the same owner has to wait as well.

        Raises
        ------
        Busy
            Somebody else holds it.
        """
        token = uuid4().hex
        self._take_lock(name, owner, ttl, token)
        try:
            yield
        finally:
            self._release_lock(token)

    def _take_lock(self, name: str, owner: str, ttl: timedelta, token: str) -> None:
        table = tables.lock
        with self._writing() as connection:
            now = _now(connection)
            held = connection.execute(select(table).where(table.c.name == name)).first()
            if held is not None and _alive(held, now):
                raise Busy(
                    f"it is held by {held.owner} (process {held.pid} on {held.host})",
                    where=name,
                    next_step=f"Wait for it; it lapses in {clock.in_words(held.expires_at - now)}.",
                )
            connection.execute(delete(table).where(table.c.name == name))
            values = {"name": name, "owner": owner, "token": token, "expires_at": now + ttl}
            connection.execute(insert(table).values(**values, **_this_process()))

    def _release_lock(self, token: str) -> None:
        with self._writing() as connection:
            connection.execute(delete(tables.lock).where(tables.lock.c.token == token))


def _now(connection: Connection) -> datetime:
    """The database's own clock, so that machines agree on when a lock lapses."""
    if connection.dialect.name == "postgresql":
        seconds = connection.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one()
        return from_ms(int(seconds * 1000))
    days = connection.execute(select(func.julianday("now"))).scalar_one()
    return from_ms(round((days - 2440587.5) * 86_400_000))


def _this_process() -> dict[str, Any]:
    import psutil

    process = psutil.Process()
    return {"host": socket.gethostname(), "pid": process.pid, "process_started": process.create_time()}


def _alive(held: Row[Any], now: datetime) -> bool:
    if held.expires_at <= now:
        return False
    return held.host != socket.gethostname() or _running(held.pid, held.process_started)


def _running(pid: int, started: float) -> bool:
    """Whether this very process still runs; a number may have gone to another one meanwhile."""
    import psutil

    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - started) < 1 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
