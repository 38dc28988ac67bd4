"""The tab "Anomalies": what is open, a week of findings on one time axis, and the episodes of single sensors."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from farmlab import clock, results, text
from farmlab.dashboard import overview, plots, state, svg, words
from farmlab.dashboard.house import Span
from farmlab.dashboard.insights import stored
from farmlab.dashboard.insights.stored import Head
from farmlab.dashboard.insights.summary import open_findings
from farmlab.dashboard.seen import urgency
from farmlab.dashboard.state import State
from farmlab.domain import Category, FindingStatus, Severity
from farmlab.findings.ahead import expected

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from farmlab.dashboard.source import Source
    from farmlab.domain import Farm, Finding

WEEK: Final = timedelta(days=7)
MOST: Final = 12
"""Findings that are shown in full."""
NOTEBOOK: Final = "anomaly"
FAR_H: Final = 24
"""What does no harm within a day is not said to do any."""


@dataclass(frozen=True, slots=True)
class Card:
    """A finding with what helps to act on it.

    ``also`` are the titles of what has the same cause; ``drawing`` is the picture that its analysis made of it.
    """

    state: State
    where: str
    link: str
    title: str
    since: str
    sure: str
    why: str
    check: str
    harm: str
    also: tuple[str, ...]
    drawing: Any


@dataclass(frozen=True, slots=True)
class Row:
    """One house on the time axis of the week."""

    label: str
    link: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Episodes:
    """How many stretches of single sensors the last run of a farm marked, by kind."""

    farm: str
    text: str
    age: str
    late: bool


@dataclass(frozen=True, slots=True)
class Anomalies:
    """The whole tab."""

    head: Head
    cards: tuple[Card, ...]
    more: int
    rows: tuple[Row, ...]
    days: tuple[plots.Tick, ...]
    episodes: tuple[Episodes, ...]


def read(source: Source, at: datetime) -> Anomalies:
    """What the store holds of it at this moment."""
    farms = {farm.name: farm for farm in source.store.farms()}
    found = sorted((one for one in open_findings(source) if not one.is_outlook), key=urgency)
    drawings = {name: _drawings(source, farm, at) for name, farm in farms.items()}
    zone = next(iter(farms.values())).timezone if farms else "UTC"
    return Anomalies(
        head=Head(at, state.worst(found), _sentence(found, at), stored.silence(source, at)),
        cards=tuple(card(one, farms[one.farm], at, drawings[one.farm].get(one.key, "")) for one in found[:MOST]),
        more=len(found[MOST:]),
        rows=tuple(_rows(source, farms.values(), at)),
        days=_days(at, zone),
        episodes=tuple(filter(None, (_episodes(source, farm, at) for farm in farms.values()))),
    )


def card(one: Finding, farm: Farm, at: datetime, drawing: str = "") -> Card:
    """A finding as it is shown."""
    noted = "" if one.status is FindingStatus.OPEN else f", {one.status}"
    return Card(
        state=state.BY_SEVERITY[one.severity],
        where=f"{farm.name}, house {one.house}" if one.house else farm.name,
        link=overview.link(farm.name, one.house) if one.house else "",
        title=one.title,
        since=(expected(one, farm.timezone) or words.since(one.start, farm.timezone, at)) + noted,
        sure=text.sure(one.score),
        why=_why(one) if one.why else "",
        check=one.check[0] if one.check else "",
        harm=_harm(one.data.get("harm_h")),
        also=tuple(str(title) for title in listed(one.data.get("also"))),
        drawing=_shown(drawing, one.title) if drawing else "",
    )


def _why(one: Finding) -> str:
    """The likeliest cause; an advice rests on what was measured, of which nobody has to be sure."""
    best = one.why[0]
    return best.cause if one.category is Category.OPTIMISATION else f"{best.cause} ({best.confidence:.0%})"


def _harm(hours: object) -> str:
    """How long until it does harm, as the analysis judged it."""
    if not isinstance(hours, int | float) or not 0 <= hours < FAR_H:
        return ""
    return (
        f"harm within about {clock.in_words(timedelta(hours=round(hours)))}" if hours >= 1 else "harm within the hour"
    )


def listed(said: object) -> list[Any]:
    """A list in the data of a finding; none when it is no list."""
    return list(said) if isinstance(said, list | tuple) else []


def was_alert(one: Finding) -> bool:
    """Whether something was wrong that asked for somebody: no information, no false alarm, and nothing foretold."""
    return not (one.severity is Severity.INFO or one.status is FindingStatus.FALSE_ALARM or one.is_outlook)


def _sentence(found: list[Finding], at: datetime) -> str:
    if not found:
        return "Nothing unusual is open."
    new = sum((one.detected_at or one.start) > at - timedelta(hours=24) for one in found)
    return f"{words.count(len(found), 'finding').capitalize()} open, {new or 'none'} of them new in 24 hours."


@lru_cache(maxsize=64)
def _shown(drawing: str, alt: str) -> Any:
    """The drawing made harmless, once and not at every renewal."""
    from farmlab.publish import html

    return html.drawing(drawing, alt)


def _drawings(source: Source, farm: Farm, at: datetime) -> dict[str, str]:
    last = stored.last(source, farm, NOTEBOOK, at)
    found = last.found.findings if last else ()
    return {one.key: str(one.data[results.DRAWING]) for one in found if one.data.get(results.DRAWING)}


def _rows(source: Source, farms: Iterable[Farm], at: datetime) -> Iterable[Row]:
    """The houses that had a finding in the week, with its time, farm by farm."""
    for farm in farms:
        week = source.store.findings(farm.name, start=at - WEEK, until=at)
        told = [one for one in week if was_alert(one)]
        for number in sorted({one.house for one in told}):
            label = f"{farm.name}, house {number}" if number else farm.name
            mine = tuple(_span(one, at) for one in told if one.house == number)
            yield Row(label, overview.link(farm.name, number) if number else "", mine)


def _span(one: Finding, at: datetime) -> Span:
    box = svg.Box(at - WEEK, at, 0, 1)
    left, right = box.across(one.start) / 10, box.across(one.end or at) / 10
    return Span(left, max(right - left, 0.6), state.BY_SEVERITY[one.severity], one.title)


def _days(at: datetime, zone: str) -> tuple[plots.Tick, ...]:
    """The midnights of the week; every second one is minor."""
    box = svg.Box(at - WEEK, at, 0, 1)
    today = clock.local_date(at, zone)
    days = [today - timedelta(days=back) for back in range(7)]
    ticks = [(day, clock.midnight(day, zone)) for day in days]
    return tuple(
        plots.Tick(box.across(moment) / 10, f"{day.day} {day:%b}", minor=place % 2 != 0)
        for place, (day, moment) in enumerate(ticks)
        if at - WEEK + timedelta(hours=6) < moment < at - timedelta(hours=6)
    )


def _episodes(source: Source, farm: Farm, at: datetime) -> Episodes | None:
    last = stored.last(source, farm, NOTEBOOK, at)
    if last is None:
        return None
    kinds = Counter(str(row.get("kind")) for row in last.table("episodes"))
    said = " · ".join(f"{many} {kind.replace('_', ' ')}" for kind, many in kinds.most_common()) or "none"
    return Episodes(farm.name, said, last.age, last.late)
