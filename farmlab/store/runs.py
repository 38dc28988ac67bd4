"""Runs of notebooks, one per slot, and attempts to take data in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from farmlab.domain import Run, RunStatus, SyncRun
from farmlab.errors import Busy
from farmlab.store import tables
from farmlab.store.base import Door, add, change, farm_id
from farmlab.store.rows import from_row, from_rows, terms, to_row

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection, Select


class Runs(Door):
    """Who ran what, when, and how it ended."""

    def claim(self, run: Run, *, force: bool = False) -> Run:
        """The run with its id, its slot now taken; a slot whose run failed may be taken again.

        With ``force`` also one whose run has ended in another way.

        Raises
        ------
        Busy
            Another run has or had this slot.
        """
        free = {RunStatus.FAILED}
        if force:
            free |= {RunStatus.DONE, RunStatus.DISQUALIFIED, RunStatus.SKIPPED}
        claimed = replace(run, status=RunStatus.CLAIMED)
        with self._writing() as connection:
            return _take(connection, claimed, free)

    def save_run(self, run: Run) -> Run:
        """The run of this id, brought up to date; one without an id is put into its slot."""
        with self._writing() as connection:
            if not run.id:
                return _take(connection, run, {RunStatus.FAILED})
            change(connection, tables.run, run.id, to_row(run, tables.run), kind="run")
        return run

    def runs(
        self,
        *,
        farm: str | None = None,
        notebook: str | None = None,
        house: int | None = None,
        status: Iterable[RunStatus | str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = 200,
    ) -> list[Run]:
        """The runs, newest slot first, at most ``limit``; with slots from ``since`` to ``until``, both included."""
        query = _runs(farm=farm, notebook=notebook, house=house, status=status).limit(limit)
        if since is not None:
            query = query.where(tables.run.c.slot >= since)
        if until is not None:
            query = query.where(tables.run.c.slot <= until)
        with self._reading() as connection:
            return from_rows(Run, connection.execute(query))

    def last_run(
        self,
        notebook: str,
        farm: str,
        house: int,
        *,
        status: Iterable[RunStatus | str] = RunStatus.DONE,
        before: datetime | None = None,
    ) -> Run | None:
        """The run of the newest slot (before a moment) that ended like this; None without any."""
        query = _runs(farm=farm, notebook=notebook, house=house, status=status)
        if before is not None:
            query = query.where(tables.run.c.slot < before)
        with self._reading() as connection:
            row = connection.execute(query.limit(1)).first()
        return None if row is None else from_row(Run, row)

    def start_sync(self, sync: SyncRun) -> SyncRun:
        """The attempt with its id."""
        with self._writing() as connection:
            values = to_row(sync, tables.sync_run, farm_id=farm_id(connection, sync.farm))
            return replace(sync, id=add(connection, tables.sync_run, values))

    def finish_sync(self, sync: SyncRun) -> SyncRun:
        """The attempt of this id, brought up to date."""
        with self._writing() as connection:
            change(connection, tables.sync_run, sync.id, to_row(sync, tables.sync_run), kind="sync run")
        return sync

    def syncs(self, farm: str | None = None, *, limit: int = 50) -> list[SyncRun]:
        """The attempts of a farm or of all, newest first, at most ``limit``."""
        sync = tables.sync_run.c
        query = select(tables.sync_run, tables.farm.c.name.label("farm")).join(tables.farm)
        with self._reading() as connection:
            if farm is not None:
                query = query.where(sync.farm_id == farm_id(connection, farm))
            query = query.order_by(sync.started_at.desc(), sync.id.desc()).limit(limit)
            return from_rows(SyncRun, connection.execute(query))


def _take(connection: Connection, run: Run, free: set[RunStatus]) -> Run:
    table, values = tables.run, to_row(run, tables.run)
    same = [table.c[name] == values[name] for name in ("notebook", "farm", "house", "slot")]
    known = connection.execute(select(table.c.id, table.c.status).where(*same)).first()
    if known is None:
        return replace(run, id=add(connection, table, values))
    if known.status not in free:
        raise Busy(
            f"the run of {run.slot:%Y-%m-%d %H:%M} UTC is {known.status} already",
            where=f"{run.notebook}, {run.farm}, house {run.house}",
            next_step="Wait for it, or run it again with --force.",
        )
    change(connection, table, known.id, values, kind="run")
    return replace(run, id=known.id)


def _runs(
    *, farm: str | None, notebook: str | None, house: int | None, status: Iterable[RunStatus | str]
) -> Select[Any]:
    run = tables.run.c
    ended = terms(RunStatus, status)
    wanted = ((run.farm, farm), (run.notebook, notebook), (run.house, house))
    query = select(tables.run).where(*(column == value for column, value in wanted if value is not None))
    if ended:
        query = query.where(run.status.in_(ended))
    return query.order_by(run.slot.desc(), run.id.desc())
