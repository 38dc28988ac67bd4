"""One house: what its dashboard shows, read from the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from farmlab import clock, states, units
from farmlab.dashboard import ahead, plots, state, svg, words
from farmlab.dashboard.ahead import Ahead
from farmlab.dashboard.plots import Plot, Tick
from farmlab.dashboard.seen import Seen, see
from farmlab.dashboard.state import Fresh, State
from farmlab.domain import Category, Severity
from farmlab.features import water_feed
from farmlab.findings.ahead import expected

if TYPE_CHECKING:
    from farmlab.dashboard.source import Source
    from farmlab.domain import Finding
    from farmlab.store import Store

HOUR: Final = timedelta(hours=1)
LIVE: Final = ("temp", "rh", "co2", "nh3", "pressure", "vent_level", "water", "feed", "weight", "power",
               "illuminance", "occupancy")  # fmt: skip
TARGETS: Final = {"temp": "temp_set_c", "pressure": "pressure_set_pa"}


@dataclass(frozen=True, slots=True)
class Live:
    """One sensor now: its value beside its target or its yesterday, and its last hour."""

    label: str
    value: str
    compared: str
    change: str
    state: State
    trouble: str


@dataclass(frozen=True, slots=True)
class Span:
    """A finding on the time axis, in percent."""

    left: float
    width: float
    state: State
    title: str


@dataclass(frozen=True, slots=True)
class Block:
    """A finding with everything that helps to act on it."""

    state: State
    word: str
    title: str
    since: str
    why: str
    sure: str
    check: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HousePage:
    """The whole page."""

    drawn: datetime
    name: str
    simulated: bool
    state: State
    sentence: str
    verdict: str
    verdict_state: State
    stock: str
    fresh: Fresh
    live: tuple[Live, ...]
    plots: tuple[Plot, ...]
    hours: tuple[Tick, ...]
    spans: tuple[Span, ...]
    findings: tuple[Block, ...]
    ahead: Ahead


def choices(store: Store) -> list[tuple[str, tuple[str, int]]]:
    """Every house of every farm, with the words to choose it by."""
    return [
        (f"{farm.name} · {house.label}", (farm.name, house.number))
        for farm in store.farms()
        for house in store.houses(farm.name)
    ]


def read(source: Source, farm: str, house: int, *, at: datetime) -> HousePage:
    """Everything that the page of a house shows at this moment.

    Raises
    ------
    UnknownName
        No such farm or house.
    """
    seen = see(source.store, source.store.farm(farm), source.store.house(farm, house), at=at)
    verdict = source.verdict(seen.farm, (seen.house,), seen.end)
    return HousePage(
        drawn=at,
        name=f"{farm} · {seen.house.label}",
        simulated=seen.farm.simulated,
        state=seen.state,
        sentence=_sentence(seen),
        verdict=verdict.sentence,
        verdict_state=state.BY_VERDICT[verdict.state],
        stock=seen.stock,
        fresh=seen.fresh,
        live=tuple(filter(None, (_live(seen, metric) for metric in LIVE))),
        plots=plots.stack(seen),
        hours=plots.hours(seen.start, seen.end, seen.farm.timezone),
        spans=tuple(_span(seen, one) for one in seen.findings if _in_window(seen, one)),
        findings=tuple(_block(seen, one) for one in seen.findings),
        ahead=ahead.read(source, seen),
    )


def _sentence(seen: Seen) -> str:
    label = seen.house.label
    if seen.findings and seen.state >= State.WARNING:
        return f"{label}: {seen.findings[0].title}"
    if seen.newest is None or seen.fresh.late:
        return f"{label}: {seen.fresh.text}"
    if seen.state is State.NONE:
        return f"{label} stands empty."
    return f"{label} is in order."


def _live(seen: Seen, metric: str) -> Live | None:
    what = units.METRICS[metric]
    series = seen.temperature() if metric == "temp" else seen.series(what.column)
    if series.empty:
        return None
    value, since = float(series.iloc[-1]), seen.end - series.index[-1].to_pydatetime()
    counted = what.kind == "day_counter"
    trouble = next((one for one in seen.findings if _concerns(one, metric)), None)
    return Live(
        label=words.name(metric) + (" today" if counted else ""),
        value=words.quantity(value, metric),
        compared=_yesterday(seen, metric) if counted else _target(seen, metric, value),
        change=_late(seen, series.index[-1].to_pydatetime()) if since > HOUR else _change(seen, metric, value),
        state=state.BY_SEVERITY[trouble.severity] if trouble else State.OK,
        trouble=trouble.title if trouble else "",
    )


def _target(seen: Seen, metric: str, value: float) -> str:
    target = seen.last(TARGETS[metric]) if metric in TARGETS else None
    return "" if target is None else words.compared(value, target, metric)


def _yesterday(seen: Seen, metric: str) -> str:
    before = seen.before(units.METRICS[metric].column, seen.start)
    return "" if before is None else f"yesterday by now {words.quantity(before, metric)}"


def _change(seen: Seen, metric: str, value: float) -> str:
    what = units.METRICS[metric]
    if what.kind == "day_counter":
        added = water_feed.amounts(seen.frame[what.column], kind=what.kind, timezone=seen.farm.timezone)
        return f"{words.signed(float(added.loc[seen.end - HOUR :].sum()), what.digits)} in 1 h"
    series = seen.temperature() if metric == "temp" else seen.series(what.column)
    earlier = series.loc[: seen.end - HOUR]
    if earlier.empty:
        return ""
    return f"{words.signed(value - float(earlier.iloc[-1]), what.digits)} in 1 h"


def _late(seen: Seen, moment: datetime) -> str:
    return f"since {clock.spoken(moment, seen.farm.timezone, at=seen.at)}"


def _concerns(finding: Finding, metric: str) -> bool:
    """Whether a finding is about sensors of this metric."""
    what = units.METRICS[metric]
    names = f"{finding.subject} {finding.kind}".lower()
    return finding.data.get("metric") == metric or what.column in names or what.label.lower() in names


def _in_window(seen: Seen, finding: Finding) -> bool:
    """Whether a finding is marked on the time axis: mere information, which may go on for days, is not."""
    if finding.severity is Severity.INFO:
        return False
    return finding.start < seen.end and (finding.end is None or finding.end > seen.start)


def _span(seen: Seen, finding: Finding) -> Span:
    box = svg.Box(seen.start, seen.end, 0, 1)
    left = box.across(finding.start) / 10
    right = box.across(finding.end or seen.end) / 10
    return Span(left, max(right - left, 0.3), state.BY_SEVERITY[finding.severity], finding.title)


def _block(seen: Seen, finding: Finding) -> Block:
    first = finding.why[0] if finding.why else None
    why = f"{first.cause}: {first.evidence}".rstrip(": ") if first else ""
    zone = seen.farm.timezone
    return Block(
        state=state.BY_SEVERITY[finding.severity],
        word=states.SEVERITIES[finding.severity].word,
        title=finding.title,
        since=expected(finding, zone) or words.since(finding.start, zone, seen.at),
        why=why,
        sure=_sure(finding, first.confidence) if first else "",
        check=finding.check,
    )


def _sure(finding: Finding, confidence: float) -> str:
    """How sure the cause is; an advice rests on what was measured, of which nobody has to be sure."""
    if finding.category is Category.OPTIMISATION:
        return "why"
    word = "likely" if confidence >= 0.6 else "possible" if confidence >= 0.3 else "a guess"
    return f"{word} ({confidence:.0%})"
