"""What the form of findings shows: one card a finding that waits for somebody, worst first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from farmlab import actions, clock
from farmlab.dashboard import render, state, words
from farmlab.dashboard.seen import urgency
from farmlab.dashboard.state import State
from farmlab.domain import ActionStatus, FindingStatus
from farmlab.findings.ahead import expected
from farmlab.text import sure

if TYPE_CHECKING:
    from datetime import datetime

    from farmlab.domain import Action, Finding
    from farmlab.store import Store

TEMPLATES: Final = Path(__file__).parent / "templates"
WAITING: Final = (FindingStatus.OPEN, FindingStatus.ACKNOWLEDGED, FindingStatus.SNOOZED)
MOST: Final = 40
"""More cards than this nobody reads; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Step:
    """A recommended step: its number, what it says, and what became of it. ``waits`` while it can be done."""

    number: int
    text: str
    stands: str
    waits: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A finding as the form shows it."""

    id: str
    status: FindingStatus
    state: State
    where: str
    title: str
    since: str
    sure: str
    why: tuple[str, ...]
    check: tuple[str, ...]
    stands: str
    said: tuple[str, ...]
    timezone: str


@dataclass(frozen=True, slots=True)
class Page:
    """All cards, and how many findings are not shown."""

    drawn: datetime
    cards: tuple[Card, ...]
    more: int = 0

    @property
    def sentence(self) -> str:
        """The first line: how many findings wait."""
        waiting = [card for card in self.cards if card.status is FindingStatus.OPEN]
        if not self.cards:
            return "Nothing waits for an answer."
        if not waiting:
            return "Somebody is at everything that is open."
        urgent = sum(card.state is State.CRITICAL for card in waiting)
        count = words.count(len(waiting), "finding").capitalize()
        verb = "waits" if len(waiting) == 1 else "wait"
        critical = "it is critical" if len(waiting) == 1 else f"{urgent} of them critical"
        return f"{count} {verb} for an answer{f', {critical}' if urgent else ''}."


def read(store: Store, *, at: datetime) -> Page:
    """Everything that the form shows at this moment; farms that are retired have nobody to answer."""
    zones = {farm.name: farm.timezone for farm in store.farms()}
    waiting = sorted((item for item in store.findings(status=WAITING) if item.farm in zones), key=urgency)
    cards = tuple(_card(store, finding, zones[finding.farm], at) for finding in waiting[:MOST])
    return Page(at, cards, max(len(waiting) - MOST, 0))


def steps(store: Store, finding: str, *, at: datetime) -> tuple[Step, ...]:
    """The recommended steps of a finding; one that nobody wrote down yet has the number 0."""
    item = store.finding(finding)
    zone = store.farm(item.farm).timezone
    return tuple(_step(action, zone, at) for action in actions.of(item, store.actions(finding)))


def header(page: Page) -> str:
    """The head of the page as HTML."""
    return render.environment(TEMPLATES).get_template("header.html.j2").render(page=page)


def html(card: Card) -> str:
    """A card as HTML."""
    return render.environment(TEMPLATES).get_template("card.html.j2").render(card=card)


def message(sentence: str, *, trouble: bool = False) -> str:
    """A sentence that answers what somebody just did, as HTML."""
    return render.environment(TEMPLATES).get_template("message.html.j2").render(sentence=sentence, trouble=trouble)


def step(item: Step) -> str:
    """A step as HTML."""
    return render.environment(TEMPLATES).get_template("step.html.j2").render(step=item)


@cache
def style() -> str:
    """The style of forms, as an element; it stands on that of the dashboards."""
    return f"<style>{(TEMPLATES / 'form.css').read_text()}</style>"


def _card(store: Store, finding: Finding, timezone: str, at: datetime) -> Card:
    house = store.house(finding.farm, finding.house).label if finding.house else "the farm"
    history = store.history(finding.id)
    return Card(
        id=finding.id,
        status=finding.status,
        state=state.BY_SEVERITY[finding.severity],
        where=f"{finding.farm} · {house}",
        title=finding.title,
        since=expected(finding, timezone) or words.since(finding.start, timezone, at),
        sure=sure(finding.score),
        why=tuple(
            f"{one.cause} ({one.confidence:.0%}){f': {one.evidence}' if one.evidence else ''}" for one in finding.why
        ),
        check=finding.check,
        stands=_stands(finding, timezone, at),
        said=tuple(_line(entry, timezone, at) for entry in history[1:]),
        timezone=timezone,
    )


def _line(entry: dict[str, Any], timezone: str, at: datetime) -> str:
    when = clock.spoken(entry["at"], timezone, at=at)
    stands = "" if entry["note"].startswith("step ") else f"{entry['status'].said} "
    return f"{when} {entry['by']}: {stands}{entry['note']}".strip()


def _stands(finding: Finding, timezone: str, at: datetime) -> str:
    if finding.status is FindingStatus.SNOOZED and finding.snoozed_until:
        return f"snoozed until {clock.spoken(finding.snoozed_until, timezone, at=at)}"
    return finding.status.said


def _step(action: Action, timezone: str, at: datetime) -> Step:
    due = f" until {clock.spoken(action.due, timezone, at=at)}" if action.due else ""
    overdue = ", overdue" if actions.is_overdue(action, at) else ""
    planned = due + overdue if action.status is ActionStatus.SCHEDULED else ""
    by = f" by {action.by}" if action.by else ""
    outcome = f": {action.outcome}" if action.outcome else ""
    stands = f"{action.status}{by}{planned}{outcome}"
    return Step(action.id, action.step, stands, action.status in actions.WAITING)
