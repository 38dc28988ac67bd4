"""What to do about findings: the recommended steps, and what became of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from farmlab.domain import Action, ActionStatus, FindingStatus
from farmlab.errors import DataError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from farmlab.domain import Finding
    from farmlab.store import Store

_NEEDING = (FindingStatus.OPEN, FindingStatus.ACKNOWLEDGED)


def recommend(store: Store, *, farm: str | None = None, at: datetime) -> list[Action]:
    """The steps that the findings which need somebody advise, each kept once; new ones are added."""
    return [action for finding in store.findings(farm, status=_NEEDING) for action in _of(store, finding, at)]


def schedule(store: Store, action: int, *, by: str, at: datetime, due: datetime | None = None) -> Action:
    """The step, planned by somebody; ``due`` says until when."""
    planned = replace(_open(store, action), status=ActionStatus.SCHEDULED, by=by, at=at, due=due)
    return store.save_action(planned)


def done(store: Store, action: int, *, by: str, at: datetime, outcome: str = "") -> Action:
    """The step, done by somebody, and what it brought."""
    return store.save_action(replace(_open(store, action), status=ActionStatus.EXECUTED, by=by, at=at, outcome=outcome))


def skip(store: Store, action: int, *, by: str, at: datetime, outcome: str = "") -> Action:
    """The step, left out by somebody, and why."""
    return store.save_action(replace(_open(store, action), status=ActionStatus.SKIPPED, by=by, at=at, outcome=outcome))


def _of(store: Store, finding: Finding, at: datetime) -> Iterable[Action]:
    known = {action.step: action for action in store.actions(finding=finding.id)}
    new = [step for step in finding.check if step not in known]
    return [*known.values(), *(store.save_action(Action(finding=finding.id, step=step, at=at)) for step in new)]


def _open(store: Store, number: int) -> Action:
    """The step of this number, which is neither done nor left out yet.

    Raises
    ------
    UnknownName, DataError
        There is none; it is over.
    """
    known = {action.id: action for action in store.actions()}
    if number not in known:
        raise UnknownName.among("action", number, known, next_step="Run: farmlab actions list.")
    action = known[number]
    if action.status in (ActionStatus.EXECUTED, ActionStatus.SKIPPED):
        raise DataError(
            f"action {number} is {action.status} already", next_step="`farmlab actions list` shows what is open."
        )
    return action
