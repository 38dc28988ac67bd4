"""Findings: one id for one thing as long as it is seen, its status, and its history."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Select, insert, select, update

from farmlab.domain import Finding, FindingStatus, Severity
from farmlab.errors import DataError, UnknownName
from farmlab.store import tables
from farmlab.store.base import Door, check_house, farm_id
from farmlab.store.rows import from_row, from_rows, term, terms, to_row

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row

GAP: Final = timedelta(hours=6)
"""Two windows of one thing that lie no further apart are one finding."""
MACHINE: Final = "farmlab"
"""Who stands in the history when no person did it."""
KNOWN_FOR: Final = timedelta(days=30)
"""What somebody called known is not an alert again when it comes back within this time."""
_CLOSES: Final = (FindingStatus.OPEN, FindingStatus.ACKNOWLEDGED, FindingStatus.SNOOZED)
_QUIET: Final = (FindingStatus.SNOOZED, FindingStatus.KNOWN, FindingStatus.FALSE_ALARM)
"""Nobody looks at these; one that gets more severe opens again."""
NEXT: Final = {
    # where a finding stands → what a person may say of it
    FindingStatus.OPEN: {"acknowledged", "snoozed", "resolved", "false_alarm", "known"},
    FindingStatus.ACKNOWLEDGED: {"open", "snoozed", "resolved", "false_alarm", "known"},
    FindingStatus.SNOOZED: {"open", "acknowledged", "snoozed", "resolved", "false_alarm", "known"},
    FindingStatus.RESOLVED: {"open", "false_alarm", "known"},
    FindingStatus.FALSE_ALARM: {"open", "acknowledged", "known"},
    FindingStatus.KNOWN: {"open", "acknowledged", "resolved", "false_alarm"},
}
_RANK: Final = list(Severity)


class Findings(Door):
    """The life of findings."""

    def save_findings(
        self, farm: str, findings: Iterable[Finding], *, source: str, at: datetime, close_absent: bool = True
    ) -> list[Finding]:
        """The findings as they stand in the store now, each once.

        A finding of the same key whose window touches (gap of at most 6 h) is the same one: it keeps id
        and first sight, and what was said of it by a person (acknowledged, known, false alarm, snoozed
        until its time has passed). One that was resolved opens again, unless a person resolved it after
        the end of the window; a known, snoozed or false one does when it gets more severe. What comes back
        within 30 days after somebody called it known is known from the start. With ``close_absent``, what this
        source saw last and does not see now has ended, and is resolved when it was open; a snoozed one sleeps on.
        """
        with self._writing() as connection:
            owner = farm_id(connection, farm)
            ids = [_save(connection, owner, replace(item, farm=farm), source, at) for item in findings]
            if close_absent:
                _close_absent(connection, owner, source, set(ids), at)
            return [found(connection, finding_id) for finding_id in dict.fromkeys(ids)]

    def standing(self, farm: str, seen: Iterable[Finding], *, at: datetime) -> list[Finding]:
        """What is seen, each with where it stood at ``at`` by what people had said until then; nothing is written.

        What was resolved and is seen again is open, as is what nobody has said anything of.
        """
        with self._reading() as connection:
            owner = farm_id(connection, farm)
            return [replace(item, status=_stood(connection, owner, item, at)) for item in seen]

    def findings(
        self,
        farm: str | None = None,
        *,
        house: int = 0,
        status: Iterable[FindingStatus | str] = (),
        category: str | None = None,
        start: datetime | None = None,
        until: datetime | None = None,
    ) -> list[Finding]:
        """Findings whose window overlaps (start, until], newest first."""
        finding = tables.finding.c
        wanted = terms(FindingStatus, status)
        where = [
            *((finding.house == house,) if house else ()),
            *((finding.status.in_(wanted),) if wanted else ()),
            *((finding.category == category,) if category else ()),
            *((finding.end.is_(None) | (finding.end > start),) if start else ()),
            *((finding.start <= until,) if until else ()),
        ]
        with self._reading() as connection:
            if farm is not None:
                where.append(finding.farm_id == farm_id(connection, farm))
            query = selected().where(*where).order_by(finding.start.desc(), finding.id)
            return from_rows(Finding, connection.execute(query))

    def finding(self, finding: str) -> Finding:
        """The finding of this id; an unknown one names the nearest."""
        with self._reading() as connection:
            return found(connection, finding)

    def set_status(
        self,
        finding: str,
        status: FindingStatus | str,
        *,
        by: str,
        at: datetime,
        note: str = "",
        until: datetime | None = None,
    ) -> Finding:
        """The finding with what somebody said of it; a snoozed one sleeps ``until`` then.

        Raises
        ------
        UnknownName
            No such finding or status.
        DataError
            Snoozed without an end, or with one that has passed; it stands there already, or cannot go there
            (:data:`NEXT`).
        """
        word = term(FindingStatus, status)
        if word is FindingStatus.SNOOZED and (until is None or until <= at):
            raise DataError("a finding is snoozed until a moment to come", next_step="Say until when.")
        with self._writing() as connection:
            _check_next(connection, found(connection, finding), word)
            enter(connection, finding, word, by=by, at=at, note=note, until=until)
            return found(connection, finding)

    def history(self, finding: str) -> list[dict[str, Any]]:
        """Every status that the finding had, oldest first: ``at``, ``by``, ``status``, ``note``."""
        entry = tables.finding_history.c
        with self._reading() as connection:
            found(connection, finding)
            query = select(entry.at, entry.by, entry.status, entry.note).where(entry.finding == finding)
            return [dict(row._mapping) for row in connection.execute(query.order_by(entry.id))]


def selected() -> Select[Any]:
    """Findings with the name of their farm."""
    return select(tables.finding, tables.farm.c.name.label("farm")).join(tables.farm)


def found(connection: Connection, finding_id: str) -> Finding:
    """The finding of this id, or the error that names the nearest one."""
    row = connection.execute(selected().where(tables.finding.c.id == finding_id)).first()
    if row is None:
        known = connection.execute(select(tables.finding.c.id).order_by(tables.finding.c.start.desc()).limit(500))
        raise UnknownName.among("finding", finding_id, known.scalars(), next_step="Run: farmlab findings list.")
    return from_row(Finding, row)


def _check_next(connection: Connection, finding: Finding, word: FindingStatus) -> None:
    if word in NEXT[finding.status]:
        return
    entry = tables.finding_history.c
    query = select(entry.by, entry.at).where(entry.finding == finding.id, entry.status == finding.status)
    by, at = connection.execute(query.order_by(entry.id.desc())).first() or (MACHINE, finding.detected_at)
    again = f"`farmlab findings reopen {finding.id}` opens it again."
    raise DataError(
        f"{finding.id} is {finding.status.said} already, by {by} at {at:%Y-%m-%d %H:%M} UTC",
        next_step=f"`farmlab findings show {finding.id}` tells more." if word is finding.status else again,
    )


def enter(
    connection: Connection,
    finding_id: str,
    status: FindingStatus,
    *,
    by: str,
    at: datetime,
    note: str,
    until: datetime | None = None,
) -> None:
    """Let a finding stand there from now on, and write it into its history."""
    values = {"status": status, "snoozed_until": until if status is FindingStatus.SNOOZED else None}
    connection.execute(update(tables.finding).where(tables.finding.c.id == finding_id).values(**values))
    entry = {"finding": finding_id, "at": at, "by": by, "status": status, "note": note}
    connection.execute(insert(tables.finding_history).values(**entry))


def _save(connection: Connection, owner: int, seen: Finding, source: str, at: datetime) -> str:
    check_house(connection, owner, seen.house)
    known = _touching(connection, owner, seen)
    if known is None:
        return _new(connection, owner, seen, source, at)
    finding_id: str = known.id
    if known.status is FindingStatus.RESOLVED:
        if _settled(connection, finding_id, seen):
            return finding_id
        enter(connection, finding_id, FindingStatus.OPEN, by=MACHINE, at=at, note="seen again")
    elif known.status is FindingStatus.SNOOZED and known.snoozed_until <= at:
        enter(connection, finding_id, FindingStatus.OPEN, by=MACHINE, at=at, note="no longer snoozed")
    elif known.status in _QUIET and _worse(seen.severity, known.severity):
        enter(connection, finding_id, FindingStatus.OPEN, by=MACHINE, at=at, note=f"{seen.severity} now")
    connection.execute(
        update(tables.finding).where(tables.finding.c.id == finding_id).values(source=source, **_joined(known, seen))
    )
    return finding_id


def _touching(connection: Connection, owner: int, seen: Finding) -> Row[Any] | None:
    """The newest finding of the same key whose window touches; one that is not resolved goes first."""
    finding = tables.finding.c
    touches: list[ColumnElement[bool]] = [finding.end.is_(None) | (finding.end >= seen.start - GAP)]
    if seen.end is not None:
        touches.append(finding.start <= seen.end + GAP)
    query = select(tables.finding).where(finding.farm_id == owner, finding.key == seen.key, *touches)
    resolved = finding.status == FindingStatus.RESOLVED
    return connection.execute(query.order_by(resolved, finding.start.desc())).first()


def _stood(connection: Connection, owner: int, seen: Finding, at: datetime) -> FindingStatus:
    known = _touching(connection, owner, seen)
    if known is None:
        return FindingStatus.KNOWN if _known_by(connection, owner, seen, at) else FindingStatus.OPEN
    entry = tables.finding_history.c
    said = select(entry.status).where(entry.finding == known.id, entry.at <= at).order_by(entry.id.desc())
    status: FindingStatus = connection.execute(said).scalar() or FindingStatus.OPEN
    woken = status is FindingStatus.SNOOZED and known.snoozed_until is not None and known.snoozed_until <= at
    opens = status is FindingStatus.RESOLVED and not _settled(connection, known.id, seen)
    worse = status in _QUIET and _worse(seen.severity, known.severity)
    return FindingStatus.OPEN if woken or opens or worse else status


def _settled(connection: Connection, finding_id: str, seen: Finding) -> bool:
    """Whether a person resolved the finding, and what is seen now ended before."""
    entry = tables.finding_history.c
    query = select(entry.by, entry.at, entry.status).where(entry.finding == finding_id).order_by(entry.id.desc())
    closing = list(takewhile(lambda row: row.status is FindingStatus.RESOLVED, connection.execute(query).all()))
    by, at, _ = closing[-1] if closing else (MACHINE, None, None)
    return by != MACHINE and seen.end is not None and at is not None and seen.end <= at


def _joined(known: Row[Any], seen: Finding) -> dict[str, Any]:
    """What a new sight changes: the window grows, and the newest judgement counts."""
    end = None if seen.end is None else max(seen.end, known.end or seen.end)
    names = ("score", "severity", "why", "check", "title", "data")
    return {name: getattr(seen, name) for name in names} | {"end": end, "start": min(seen.start, known.start)}


def _new(connection: Connection, owner: int, seen: Finding, source: str, at: datetime) -> str:
    finding_id = seen.id or seen.new_id()
    values = to_row(replace(seen, detected_at=seen.detected_at or at), tables.finding)
    values |= {"id": finding_id, "farm_id": owner, "source": source, "key": seen.key}
    known_by = _known_by(connection, owner, seen, at)
    connection.execute(insert(tables.finding).values(**values))
    enter(connection, finding_id, seen.status, by=MACHINE, at=at, note=f"found by {source}")
    if known_by:
        enter(connection, finding_id, FindingStatus.KNOWN, by=MACHINE, at=at, note=f"known before, by {known_by}")
    return finding_id


def _worse(now: Severity, before: Severity) -> bool:
    return _RANK.index(now) > _RANK.index(before)


def _known_by(connection: Connection, owner: int, seen: Finding, at: datetime) -> str:
    """Who called the same thing known within the last 30 days, "" when nobody did or it was less severe then."""
    finding, entry = tables.finding.c, tables.finding_history.c
    alike = (finding.farm_id == owner, finding.key == seen.key)
    before = connection.execute(select(tables.finding).where(*alike).order_by(finding.start.desc())).first()
    if before is None or before.status is not FindingStatus.KNOWN or _worse(seen.severity, before.severity):
        return ""
    lately = (entry.status == FindingStatus.KNOWN, entry.by != MACHINE, entry.at.between(at - KNOWN_FOR, at))
    said = select(entry.by).join(tables.finding).where(*alike, *lately)
    return connection.execute(said.order_by(entry.id.desc())).scalar() or ""


def _close_absent(connection: Connection, owner: int, source: str, seen: set[str], at: datetime) -> None:
    finding = tables.finding.c
    mine = (finding.farm_id == owner, finding.source == source, finding.status.in_(_CLOSES) | finding.end.is_(None))
    query = select(finding.id, finding.status, finding.snoozed_until, finding.end, finding.start).where(*mine)
    for row in [row for row in connection.execute(query).all() if row.id not in seen]:
        if row.end is None:
            ended = update(tables.finding).where(finding.id == row.id).values(end=max(at, row.start))
            connection.execute(ended)
        asleep = row.status is FindingStatus.SNOOZED and row.snoozed_until > at  # else what flickers would wake it
        if row.status in _CLOSES and not asleep:
            enter(connection, row.id, FindingStatus.RESOLVED, by=MACHINE, at=at, note="no longer seen")
