"""What to do about findings: the recommended steps, and what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from farmlab.domain import Action, ActionStatus, FindingStatus
from farmlab.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import pandas as pd

    from farmlab.domain import Finding
    from farmlab.store import Store

_NEEDING: Final = (FindingStatus.OPEN, FindingStatus.ACKNOWLEDGED)
WAITING: Final = (ActionStatus.RECOMMENDED, ActionStatus.SCHEDULED)
"""A step that is neither done nor left out."""


def steps(store: Store, farm: str | None = None, *, house: int = 0, at: datetime) -> list[Action]:
    """The steps of all findings that need somebody, what is overdue and planned first; nothing is written.

    A step that nobody wrote down yet has no number. Steps of findings that are resolved, false, known or asleep
    are not listed, nor those that their finding no longer advises and nobody has taken up.
    """
    needing = store.findings(farm, house=house, status=_NEEDING)
    known: dict[str, list[Action]] = {}
    for action in store.actions():
        known.setdefault(action.finding, []).append(action)
    every = [step for finding in needing for step in of(finding, known.get(finding.id, []))]
    return sorted(every, key=lambda action: _urgency(action, at))


def of(finding: Finding, known: Iterable[Action]) -> list[Action]:
    """The steps of a finding, given what became of those that are kept already."""
    kept = {action.step: action for action in known}
    advised = [kept.get(step, Action(finding=finding.id, step=step)) for step in dict.fromkeys(finding.check)]
    taken_up = [action for action in kept.values() if action.status is not ActionStatus.RECOMMENDED]
    return advised + [action for action in taken_up if action.step not in finding.check]


def recommend(store: Store, *, farm: str | None = None, at: datetime) -> list[Action]:
    """The steps as :func:`steps` lists them, each with its number; new ones are kept, each once."""
    for finding in store.findings(farm, status=_NEEDING):
        store.recommend(finding.id, finding.check, at=at)
    return steps(store, farm, at=at)


def schedule(store: Store, action: int, *, by: str, at: datetime, due: datetime | None = None) -> Action:
    """The step, planned by somebody; ``due`` says until when.

    Raises
    ------
    UnknownName, DataError
        No such step; it is over, or planned for a time that has passed.
    """
    if due is not None and due <= at:
        raise DataError("a step is planned for a moment to come", next_step="Say until when with --due.")
    return store.act(action, ActionStatus.SCHEDULED, by=by, at=at, due=due)


def done(store: Store, action: int, *, by: str, at: datetime, outcome: str = "") -> Action:
    """The step, done by somebody, and what it brought."""
    return store.act(action, ActionStatus.EXECUTED, by=by, at=at, outcome=outcome)


def skip(store: Store, action: int, *, by: str, at: datetime, outcome: str = "") -> Action:
    """The step, left out by somebody, and why."""
    return store.act(action, ActionStatus.SKIPPED, by=by, at=at, outcome=outcome)


def is_overdue(action: Action, at: datetime) -> bool:
    """Whether somebody planned it for a moment that has passed."""
    return action.status is ActionStatus.SCHEDULED and action.due is not None and action.due < at


def table(store: Store, farm: str, *, house: int = 0, at: datetime) -> pd.DataFrame:
    """What is to be done on a farm, for a report: house, finding, step, status, by, due (UTC); nothing is written."""
    import pandas as pd

    findings = {finding.id: finding for finding in store.findings(farm, house=house, status=_NEEDING)}
    rows = [
        {"house": findings[one.finding].house, "finding": findings[one.finding].title, "step": one.step,
         "status": "overdue" if is_overdue(one, at) else str(one.status), "by": one.by, "due": one.due}
        for one in steps(store, farm, house=house, at=at)
        if one.status in WAITING and one.finding in findings
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["house", "finding", "step", "status", "by", "due"])


_ORDER: Final = (ActionStatus.SCHEDULED, ActionStatus.RECOMMENDED, ActionStatus.EXECUTED, ActionStatus.SKIPPED)


def _urgency(action: Action, at: datetime) -> tuple[bool, int, float]:
    due = action.due.timestamp() if action.due and action.status is ActionStatus.SCHEDULED else float("inf")
    return not is_overdue(action, at), _ORDER.index(action.status), due
