"""All farms side by side: what the overview shows, read from the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from farmlab import clock
from farmlab.dashboard import state, svg, words
from farmlab.dashboard.seen import LIVING, Seen, see, urgency
from farmlab.dashboard.source import end as end_of
from farmlab.dashboard.state import Fresh, State
from farmlab.domain import FindingStatus, Severity
from farmlab.findings.ahead import expected

if TYPE_CHECKING:
    from farmlab.dashboard.source import Source
    from farmlab.domain import Farm, Finding
    from farmlab.store import Store

GAP: Final = timedelta(minutes=45)
POINTS: Final = 120
"""Enough for a plot as small as this one."""
SHOWN: Final = 5
"""Findings that are listed in full; the others are counted."""
LEAST_SPAN: Final = 4.0
"""The temperature plots span at least so many kelvin, or noise would look like drama."""


@dataclass(frozen=True, slots=True)
class Spark:
    """24 hours of temperature: path data in a box of 1000 × 100, and the sentence that it shows."""

    line: str
    target: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One house."""

    label: str
    link: str
    state: State
    stock: str
    temperature: str
    compared: str
    fresh: Fresh
    trouble: str
    spark: Spark


@dataclass(frozen=True, slots=True)
class Panel:
    """One farm."""

    name: str
    simulated: bool
    state: State
    verdict: str
    source: str
    fresh: Fresh
    findings: str
    tiles: tuple[Tile, ...]

    @property
    def worst(self) -> State:
        """The state of the farm itself or of its worst house."""
        return max([self.state, *(tile.state for tile in self.tiles)])


@dataclass(frozen=True, slots=True)
class Line:
    """One open finding."""

    state: State
    where: str
    title: str
    since: str
    check: str
    link: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole page."""

    drawn: datetime
    state: State
    sentence: str
    farms: tuple[Panel, ...]
    findings: tuple[Line, ...]
    more: int


def read(source: Source, *, at: datetime) -> Overview:
    """Everything that the overview shows at this moment, the worst first."""
    farms = {farm.name: farm for farm in source.store.farms()}
    every = (one for one in source.store.findings(status=LIVING) if one.farm in farms)
    living = sorted((one for one in every if one.severity is not Severity.INFO), key=urgency)
    panels = tuple(sorted((_panel(source, farm, living, at) for farm in farms.values()), key=lambda one: -one.worst))
    houses = [tile.state for panel in panels for tile in panel.tiles]
    return Overview(
        drawn=at,
        state=max((panel.worst for panel in panels), default=State.NONE),
        sentence=_sentence(panels, houses),
        farms=panels,
        findings=tuple(line(one, at, farms[one.farm].timezone) for one in living[:SHOWN]),
        more=len(living[SHOWN:]),
    )


def line(finding: Finding, at: datetime, zone: str) -> Line:
    """A finding in one line: what, where, since when, and what to check first."""
    where = f"{finding.farm}, house {finding.house}" if finding.house else finding.farm
    seen = "" if finding.status is FindingStatus.OPEN else f", {finding.status}"
    return Line(
        state=state.BY_SEVERITY[finding.severity],
        where=where,
        title=finding.title,
        since=(expected(finding, zone) or f"since {clock.spoken(finding.start, zone, at=at)}") + seen,
        check=finding.check[0] if finding.check else "",
        link=link(finding.farm, finding.house),
    )


def link(farm: str, house: int) -> str:
    """Where the dashboard of a house is, seen from the other dashboard."""
    return "house.ipynb?" + urlencode({"farm": farm, "house": house})


def _panel(source: Source, farm: Farm, living: list[Finding], at: datetime) -> Panel:
    store = source.store
    houses = [see(store, farm, house, at=at, metric=["temp", "temp_set", "birds"]) for house in store.houses(farm.name)]
    newest = max((one.newest for one in houses if one.newest), default=None)
    mine = [one for one in living if one.farm == farm.name]
    fresh, own = state.freshness(newest, at, farm), state.worst(one for one in mine if one.house == 0)
    judged, verdict = _verdict(source, farm, houses, end_of(farm, newest, at))
    span = max([LEAST_SPAN, *(high - low for low, high in filter(None, map(_range, houses)))])
    return Panel(
        name=farm.name,
        simulated=farm.simulated,
        state=max(judged, own, State.WARNING if fresh.late else State.OK),
        verdict=verdict,
        source=asked(store, farm, at),
        fresh=fresh,
        findings=words.count(len(mine), "open finding"),
        tiles=tuple(_tile(one, span) for one in sorted(houses, key=lambda one: -one.state)),
    )


def _verdict(source: Source, farm: Farm, houses: list[Seen], end: datetime) -> tuple[State, str]:
    if not houses:
        return State.OK, "There is nothing to judge yet."
    verdict = source.verdict(farm, tuple(one.house for one in houses), end)
    return state.BY_VERDICT[verdict.state], verdict.sentence


def asked(store: Store, farm: Farm, at: datetime) -> str:
    """Where the farm's data come from, and how the last attempt went."""
    syncs = store.syncs(farm.name)
    if farm.integration == "none":
        return f"from files, last {words.ago(syncs[0].started_at, at)}" if syncs else "by hand or from files"
    poll = next((one for one in syncs if one.source == farm.integration), None)
    if poll is None:
        return f"{farm.integration}, not asked yet"
    return f"{farm.integration}, last sync {words.ago(poll.started_at, at)}: {poll.status}"


def _tile(seen: Seen, span: float) -> Tile:
    value, target = _newest(seen), seen.last("temp_set_c")
    return Tile(
        label=seen.house.label,
        link=link(seen.farm.name, seen.house.number),
        state=seen.state,
        stock=seen.stock,
        temperature=words.quantity(value, "temp"),
        compared="" if value is None or target is None else words.compared(value, target, "temp"),
        fresh=seen.fresh,
        trouble=_trouble(seen),
        spark=_spark(seen, span),
    )


def _trouble(seen: Seen) -> str:
    if seen.fresh.late:
        return seen.fresh.text
    return seen.findings[0].title if seen.findings else ""


def _newest(seen: Seen) -> float | None:
    known = seen.temperature()
    return float(known.iloc[-1]) if len(known) else None


def _range(seen: Seen) -> tuple[float, float] | None:
    """The lowest and the highest of the temperature and what was set."""
    drawn = [one for one in (seen.temperature(), seen.series("temp_set_c")) if len(one)]
    return (min(float(one.min()) for one in drawn), max(float(one.max()) for one in drawn)) if drawn else None


def _spark(seen: Seen, span: float) -> Spark:
    """The same kelvin in the same height for all houses of a farm, each around its own middle."""
    series, around = seen.temperature(), _range(seen)
    if around is None or series.empty:
        return Spark("", "", "No temperature in the last 24 hours.")
    middle = sum(around) / 2
    box = svg.Box(seen.start, seen.end, middle - span * 0.55, middle + span * 0.55)
    sentence = f"Temperature over 24 hours: {words.number(series.min(), 1)} to {words.quantity(series.max(), 'temp')}."
    target = svg.thin(seen.series("temp_set_c"), POINTS)
    return Spark(svg.line(svg.thin(series, POINTS), box, gap=GAP), svg.line(target, box, gap=GAP), sentence)


def _sentence(panels: tuple[Panel, ...], houses: list[State]) -> str:
    if not panels:
        return "There is no farm yet."
    if not houses:
        return "There is no house yet."
    late = [f"{panel.name}: {panel.fresh.text}." for panel in panels if panel.fresh.late]
    return " ".join([state.verdict_of(houses), *late[:2]])
