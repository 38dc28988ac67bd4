"""What people do about findings: recommended steps, and their word on what was found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Table, insert, select

from farmlab.domain import Action, ActionStatus, Answer, Feedback, Finding, FindingStatus
from farmlab.errors import DataError, UnknownName
from farmlab.store import tables
from farmlab.store.base import Door, add, change, farm_id
from farmlab.store.findings import enter, found, selected
from farmlab.store.rows import from_rows, terms, to_row

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection, Select

_OVER: Final = (ActionStatus.EXECUTED, ActionStatus.SKIPPED)
_STAYS: Final = (FindingStatus.RESOLVED, FindingStatus.SNOOZED)
"""That it was true does not open what is mended, nor wake what sleeps."""


class Answers(Door):
    """Actions and feedback."""

    def answer(self, word: Feedback) -> Finding:
        """The finding as it stands after somebody's word on it: acknowledged when true, false alarm, or known.

        The word is known from when it was said, unless it says otherwise.

        Raises
        ------
        UnknownName
            No such finding.
        DataError
            The last word on it was the same.
        """
        with self._writing() as connection:
            finding = found(connection, word.finding)
            _check_news(connection, word)
            kept = replace(word, learned_at=word.learned_at or word.at)
            add(connection, tables.feedback, to_row(kept, tables.feedback))
            said = f"answered {word.answer}" + (f": {word.note}" if word.note else "")
            stands = _stands(finding.status, word.answer)
            enter(connection, finding.id, stands, by=word.by, at=word.at, note=said, until=finding.snoozed_until)
            return found(connection, finding.id)

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

    def recommend(self, finding: str, steps: Iterable[str], *, at: datetime) -> None:
        """Keep the steps that a finding advises, each once, however often and by however many it is said."""
        with self._writing() as connection:
            known = {action.step for action in from_rows(Action, connection.execute(_of(tables.action, finding)))}
            for step in dict.fromkeys(steps):
                if step not in known:
                    add(connection, tables.action, to_row(Action(finding=finding, step=step, at=at), tables.action))

    def act(
        self,
        number: int,
        status: ActionStatus,
        *,
        by: str,
        at: datetime,
        due: datetime | None = None,
        outcome: str = "",
    ) -> Action:
        """The step after somebody did something about it, which the history of its finding tells, too.

        Raises
        ------
        UnknownName
            No such step.
        DataError
            It is done or left out already.
        """
        with self._writing() as connection:
            action = _open(connection, number)
            done = replace(action, status=status, by=by, at=at, due=due or action.due, outcome=outcome)
            change(connection, tables.action, number, to_row(done, tables.action), kind="action")
            _tell(connection, done)
            return done

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


def _check_news(connection: Connection, word: Feedback) -> None:
    said = from_rows(Feedback, connection.execute(_of(tables.feedback, word.finding)))
    if said and said[-1].answer is word.answer:
        raise DataError(
            f"{word.finding} was answered {word.answer} already, by {said[-1].by} at {said[-1].at:%Y-%m-%d %H:%M} UTC",
            next_step="One answer counts; another one takes it back.",
        )


def _stands(status: FindingStatus, answer: Answer) -> FindingStatus:
    """Where a finding stands after an answer."""
    if answer is Answer.TRUE:
        return status if status in _STAYS else FindingStatus.ACKNOWLEDGED
    return FindingStatus.FALSE_ALARM if answer is Answer.FALSE else FindingStatus.KNOWN


def _open(connection: Connection, number: int) -> Action:
    """The step of this number, which is neither done nor left out yet."""
    known = {action.id: action for action in from_rows(Action, connection.execute(_of(tables.action, None)))}
    if number not in known:
        raise UnknownName.among("action", number, known, next_step="Run: farmlab actions list.")
    action = known[number]
    if action.status in _OVER:
        raise DataError(
            f"action {number} is {action.status} already, by {action.by}",
            next_step="`farmlab actions list` shows what is open.",
        )
    return action


def _tell(connection: Connection, action: Action) -> None:
    """Write a step into the history of its finding, which stands where it did."""
    note = f"step {action.status}: {action.step}" + (f" ({action.outcome})" if action.outcome else "")
    stands = found(connection, action.finding).status
    entry = {"finding": action.finding, "at": action.at, "by": action.by, "status": stands, "note": note}
    connection.execute(insert(tables.finding_history).values(**entry))
