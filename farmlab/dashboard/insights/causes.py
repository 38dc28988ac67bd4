"""The tab "Causes": why, ranked, with what speaks for and against it; and what it was in the last months."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from farmlab.dashboard import state, words
from farmlab.dashboard.insights import anomalies, stored
from farmlab.dashboard.insights.anomalies import Card
from farmlab.dashboard.insights.stored import Head
from farmlab.dashboard.insights.summary import open_findings
from farmlab.dashboard.seen import urgency

if TYPE_CHECKING:
    from datetime import datetime

    from farmlab.dashboard.source import Source
    from farmlab.domain import Finding

PAST: Final = timedelta(days=90)
MOST: Final = 12
COMMON: Final = 8


@dataclass(frozen=True, slots=True)
class Cause:
    """One hypothesis: how sure (percent), and what it rests on."""

    text: str
    percent: float
    evidence: str


@dataclass(frozen=True, slots=True)
class Reasoned:
    """A finding with its causes, the likeliest first, the evidence, and what to check in order."""

    card: Card
    causes: tuple[Cause, ...]
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Common:
    """How often a cause came first; ``share`` of the most frequent one, in percent."""

    text: str
    many: int
    share: float


@dataclass(frozen=True, slots=True)
class Causes:
    """The whole tab."""

    head: Head
    reasoned: tuple[Reasoned, ...]
    more: int
    common: tuple[Common, ...]
    counted: str


def read(source: Source, at: datetime) -> Causes:
    """What the store holds of it at this moment."""
    farms = {farm.name: farm for farm in source.store.farms()}
    found = sorted((one for one in open_findings(source) if one.why and not one.is_outlook), key=urgency)
    past = [one for one in source.store.findings(start=at - PAST, until=at) if one.why and anomalies.was_alert(one)]
    return Causes(
        head=Head(at, state.worst(found), _sentence(found), stored.silence(source, at)),
        reasoned=tuple(_reasoned(one, anomalies.card(one, farms[one.farm], at)) for one in found[:MOST]),
        more=len(found[MOST:]),
        common=_common(past),
        counted=f"{words.count(len(past), 'finding').capitalize()} of {PAST.days} days, by the cause that came first.",
    )


def _sentence(found: list[Finding]) -> str:
    if not found:
        return "Nothing is open that has a cause to look for."
    first = found[0]
    where = f"House {first.house}: " if first.house else ""
    return f"{where}{first.title} – most likely {first.why[0].cause}."


def _reasoned(one: Finding, card: Card) -> Reasoned:
    items = [item for item in anomalies.listed(one.data.get("evidence")) if isinstance(item, dict)]
    return Reasoned(
        card=card,
        causes=tuple(Cause(why.cause, round(100 * why.confidence), why.evidence) for why in one.why[:4]),
        speaks_for=tuple(str(item.get("text", "")) for item in items if item.get("for")),
        speaks_against=tuple(str(item.get("text", "")) for item in items if not item.get("for")),
        checks=one.check[:4],
    )


def _common(past: list[Finding]) -> tuple[Common, ...]:
    counts = Counter(one.why[0].cause for one in past).most_common(COMMON)
    most = counts[0][1] if counts else 1
    return tuple(Common(cause, many, 100 * many / most) for cause, many in counts)
