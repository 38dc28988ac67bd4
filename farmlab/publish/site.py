"""The site's first page: what needs somebody now, all houses, and the state of every report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from farmlab import notebooks, text
from farmlab.publish import assets, history, houses, words
from farmlab.publish.reports import Report, reports_of
from farmlab.states import CRITICAL, WARNING, asking

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from farmlab.config import Settings
    from farmlab.domain import Farm
    from farmlab.publish.houses import HouseState
    from farmlab.states import State
    from farmlab.store import Store

_JUST_NOW: Final = timedelta(minutes=1)


def publish_index(store: Store, settings: Settings, at: datetime) -> Path:
    """Write ``index.html`` of the site as of ``at``, and the history page of every report; return its path."""
    analyses = notebooks.catalogue(settings)
    farms = [_farm(store, settings, analyses, farm, at) for farm in store.farms()]
    for farm in farms:
        history.write(store, settings, analyses, farm.record, at)
    page = assets.render("site.html.j2", **_view(sorted(farms, key=lambda farm: farm.rank), at))
    return assets.write(settings.site / "index.html", page)


@dataclass(frozen=True, slots=True, kw_only=True)
class _FarmView:
    """One farm on the first page."""

    record: Farm
    newest: datetime | None
    own: HouseState
    houses: list[HouseState]
    table: dict[str, Any] | None
    reports: list[Report]
    sentence: str

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def simulated(self) -> bool:
        return self.record.simulated

    @property
    def anchor(self) -> str:
        return f"farm-{text.slug(self.record.name)}"

    @property
    def attention(self) -> list[HouseState]:
        """The farm itself and its houses that somebody must look at, the worst first."""
        return sorted((item for item in [*self.houses, self.own] if item.findings), key=lambda item: item.state.rank)

    @property
    def rank(self) -> tuple[int, int, str]:
        """The farm with the most urgent houses comes first; one that only shows old records last."""
        return min(item.state.rank for item in [self.own, *self.houses]), -len(self.attention), self.name


def _farm(store: Store, settings: Settings, analyses: list[notebooks.Notebook], farm: Farm, at: datetime) -> _FarmView:
    newest = store.newest(farm.name)
    own, states = houses.states(store, settings, farm, newest, at)
    reports = reports_of(store, settings, analyses, farm, at)
    last = max(newest.values(), default=None)
    return _FarmView(
        record=farm,
        newest=last,
        own=own,
        houses=states,
        table=houses.table(store, settings, farm, states, at),
        reports=reports,
        sentence=_sentence(farm, own, states, last, at),
    )


def _view(farms: list[_FarmView], at: datetime) -> dict[str, Any]:
    zone = farms[0].record.timezone if farms else "UTC"
    states = [house for farm in farms for house in farm.houses]
    return {
        "title": "FarmLab",
        "date": words.day(at, zone),
        "headline": _headline(farms),
        "counts": _counts(states),
        "freshness": _freshness(farms, at),
        "farms": farms,
        "made": words.moment(at, zone, at),
    }


def _headline(farms: list[_FarmView]) -> str:
    if not farms:
        return "No farm yet"
    states = [house for farm in farms for house in farm.houses]
    said = asking(*(sum(house.state.rank == state.rank for house in states) for state in (CRITICAL, WARNING)))
    if said:
        return said
    troubled = [farm.name for farm in farms if farm.own.findings]
    if troubled:
        return f"{' and '.join(troubled)}: the houses are in order, but FarmLab needs you"
    heard = [house for house in states if house.newest]
    if not heard:
        return "No readings yet"
    return f"All {words.count(len(heard), 'house')} are in order" if len(heard) > 1 else "The house is in order"


def _counts(states: list[HouseState]) -> list[tuple[State, str]]:
    """How many houses are in each state, the worst first: ■ 1 ▲ 2 ● 5."""
    kinds = sorted({house.state for house in states}, key=lambda state: state.rank)
    return [(kind, f"{sum(house.state == kind for house in states)} {kind.word}") for kind in kinds]


def _freshness(farms: list[_FarmView], at: datetime) -> str:
    live = [farm for farm in farms if farm.record.integration != "none" and farm.newest]
    shown = live or [farm for farm in farms if farm.newest]
    said = [_data_until(farm.record, farm.newest, at, alone=len(shown) == 1) for farm in shown if farm.newest]
    return " · ".join(said) or "No readings yet."


def _data_until(farm: Farm, newest: datetime, at: datetime, *, alone: bool) -> str:
    age = f", {words.lasting(newest, at)} old" if at - newest >= _JUST_NOW else ""
    until = f"data until {words.moment(newest, farm.timezone, at)}{age}"
    return words.sentence(until) if alone else f"{farm.name}: {until}"


def _sentence(farm: Farm, own: HouseState, states: list[HouseState], newest: datetime | None, at: datetime) -> str:
    if newest is None:
        return "No readings yet; bring some in with farmlab sync or farmlab import."
    until = f"data until {words.moment(newest, farm.timezone, at)}"
    source = "entered by hand or imported" if farm.integration == "none" else f"by {farm.integration}"
    quiet = not own.findings and not any(house.findings for house in states)
    order = "Nothing is wrong. " if quiet else ""
    return f"{order}{words.sentence(words.count(len(states), 'house'))}, {until}, {source}."
