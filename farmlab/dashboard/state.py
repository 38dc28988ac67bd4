"""How a house or a farm stands, and the sentences that say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from farmlab import clock, states, text
from farmlab.dashboard import words
from farmlab.domain import Severity, VerdictState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from farmlab.domain import Farm, Finding


class State(IntEnum):
    """Worst last, so that ``max`` is the worst."""

    NONE = 0
    OK = 1
    WARNING = 2
    CRITICAL = 3

    @property
    def shape(self) -> str:
        """A mark that differs in shape as well as colour."""
        return (states.NOTHING, states.OK, states.WARNING, states.CRITICAL)[self].shape

    @property
    def word(self) -> str:
        """What the mark means."""
        return ("empty", "ok", "warning", "critical")[self]


BY_SEVERITY: Final = {Severity.INFO: State.OK, Severity.WARNING: State.WARNING, Severity.CRITICAL: State.CRITICAL}
BY_VERDICT: Final = {
    VerdictState.OK: State.OK,
    VerdictState.WARNING: State.WARNING,
    VerdictState.DISQUALIFIED: State.CRITICAL,
}


@dataclass(frozen=True, slots=True)
class Fresh:
    """How old the newest reading is, in words, and whether it should be younger."""

    text: str
    late: bool


def freshness(newest: datetime | None, now: datetime, farm: Farm) -> Fresh:
    """The age of the newest reading; a farm without integration has no age that it should have."""
    if newest is None:
        return Fresh("no data yet", late=farm.integration != "none")
    if farm.integration == "none":
        return Fresh(f"until {clock.spoken(newest, farm.timezone, at=now)}", late=False)
    age = now - newest
    if age <= allowed(farm):
        return Fresh(words.ago(newest, now), late=False)
    return Fresh(f"no data since {clock.spoken(newest, farm.timezone, at=now)}, {clock.in_words(age)}", late=True)


def allowed(farm: Farm) -> timedelta:
    """The age from which on data are late: three polls, at least a quarter of an hour."""
    return max(timedelta(minutes=3 * farm.poll_minutes), timedelta(minutes=15))


def worst(findings: Iterable[Finding]) -> State:
    """The state that these findings put their subject in."""
    return max((BY_SEVERITY[finding.severity] for finding in findings), default=State.OK)


def verdict_of(houses: Iterable[State]) -> str:
    """The first sentence of a page: how many houses need somebody.

    >>> verdict_of([State.OK, State.CRITICAL, State.CRITICAL, State.WARNING])
    'Two houses need you today; one more wants a look.'
    >>> verdict_of([State.OK, State.NONE]), verdict_of([State.WARNING])
    ('Both houses are in order.', 'One house wants a look; nothing is urgent.')
    """
    known = list(houses)
    asking = states.asking(known.count(State.CRITICAL), known.count(State.WARNING))
    if asking:
        return f"{asking}."
    whole = {1: "The house is", 2: "Both houses are"}.get(len(known), f"All {text.in_words(len(known))} houses are")
    return f"{whole} in order."
