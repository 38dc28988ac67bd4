"""What people do about findings: recommended steps, and their word on what was found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, select

from farmlab.domain import Action, ActionStatus, Feedback, Finding
from farmlab.errors import UnknownName
from farmlab.store import tables
from farmlab.store.base import Door, add, change, farm_id
from farmlab.store.findings import selected
from farmlab.store.rows import from_rows, terms, to_row

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection, Select


class Answers(Door):
    """Actions and feedback."""

    def add_feedback(self, feedback: Feedback) -> Feedback:
        """The word on a finding with its id; known from when it was said, unless it says otherwise."""
        kept = replace(feedback, learned_at=feedback.learned_at or feedback.at)
        with self._writing() as connection:
            _check_finding(connection, kept.finding)
            return replace(kept, id=add(connection, tables.feedback, to_row(kept, tables.feedback)))

    def feedback(self, finding: str | None = None) -> list[Feedback]:
        """What was said of one finding or of all, oldest first."""
        with self._reading() as connection:
            return from_rows(Feedback, connection.execute(_of(tables.feedback, finding)))

    def answered(self, farm: str, *, until: datetime) -> list[tuple[Finding, Feedback]]:
        """Every answer that was known at ``until``, with the finding of the farm it speaks of, oldest first."""
        finding, word = tables.finding, tables.feedback
        with self._reading() as connection:
            owner = farm_id(connection, farm)
            said = select(word).join(finding).where(finding.c.farm_id == owner, word.c.learned_at <= until)
            words = from_rows(Feedback, connection.execute(said.order_by(word.c.learned_at, word.c.id)))
            named = selected().where(finding.c.farm_id == owner, finding.c.id.in_({one.finding for one in words}))
            known = {one.id: one for one in from_rows(Finding, connection.execute(named))}
        return [(known[one.finding], one) for one in words]

    def save_action(self, action: Action) -> Action:
        """The step with its id, new or brought up to date by id."""
        with self._writing() as connection:
            _check_finding(connection, action.finding)
            values = to_row(action, tables.action)
            if action.id:
                change(connection, tables.action, action.id, values, kind="action")
                return action
            return replace(action, id=add(connection, tables.action, values))

    def actions(self, finding: str | None = None, status: Iterable[ActionStatus | str] = ()) -> list[Action]:
        """The steps for one finding or for all, oldest first."""
        wanted = terms(ActionStatus, status)
        query = _of(tables.action, finding)
        if wanted:
            query = query.where(tables.action.c.status.in_(wanted))
        with self._reading() as connection:
            return from_rows(Action, connection.execute(query))


def _of(table: Table, finding: str | None) -> Select[Any]:
    query = select(table).order_by(table.c.id)
    return query if finding is None else query.where(table.c.finding == finding)


def _check_finding(connection: Connection, finding_id: str) -> None:
    known = connection.execute(select(tables.finding.c.id).where(tables.finding.c.id == finding_id)).first()
    if known is None:
        raise UnknownName(f"there is no finding {finding_id!r}", next_step="Run: farmlab findings list.")
