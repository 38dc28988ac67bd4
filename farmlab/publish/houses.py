"""The houses of a farm on the first page: their state, what is wrong in them, and the table of all."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from farmlab import clock, results, text
from farmlab.domain import FindingStatus, RunStatus, Severity, VerdictState
from farmlab.errors import DataError
from farmlab.publish import html, words
from farmlab.states import NOTHING, SEVERITIES, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd

    from farmlab.config import Settings
    from farmlab.domain import Farm, Finding, House, Run
    from farmlab.states import State
    from farmlab.store import Store

TABLE: Final = "houses"
"""The table that a run may record for the first page: a row a house, with the number in column ``house``."""

_HEADINGS: Final = {
    "age": "age",
    "temp": "temp",
    "rh": "RH",
    "water_feed": "water/feed",
    "weight_vs_target": "weight vs target",
    "mortality": "mortality",
    "verdict": "data",
    "spark": "last 24 h",
}
_NOTICED: Final = (FindingStatus.OPEN, FindingStatus.ACKNOWLEDGED)
_JUST_NOW: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseState:
    """One house, or the farm itself (number 0), and what is wrong in it, the worst first."""

    number: int
    label: str
    state: State
    newest: datetime | None = None
    findings: list[dict[str, Any]] = field(default_factory=list)


def states(
    store: Store, settings: Settings, farm: Farm, newest: Mapping[int, datetime], at: datetime
) -> tuple[HouseState, list[HouseState]]:
    """The farm itself and its houses as they are at ``at``."""
    noticed = [item for item in store.findings(farm.name, status=_NOTICED) if item.severity is not Severity.INFO]
    drawn = _drawings(store, settings, farm) if noticed else {}
    shown = [replace(item, data={**item.data, results.DRAWING: drawn.get(item.key, "")}) for item in noticed]
    own = _state(farm, None, shown, newest, at)
    return own, [_state(farm, house, shown, newest, at) for house in store.houses(farm.name)]


def table(
    store: Store, settings: Settings, farm: Farm, houses: list[HouseState], at: datetime
) -> dict[str, Any] | None:
    """The table of all houses: as the newest run recorded it, else their newest readings."""
    if not houses:
        return None
    run, frame = _recorded(store, settings, farm)
    if run is None or frame is None:
        rows = [_plain_row(house, farm, at) for house in houses]
        return {"columns": ["house", "newest reading"], "rows": rows, "note": ""}
    by_number: dict[int, Mapping[Any, Any]] = {int(row["house"]): row for row in frame.to_dict("records")}
    columns = [name for name in frame.columns if name != "house"]
    rows = [_row(house, columns, by_number.get(house.number, {})) for house in houses]
    note = f"As of {words.moment(_end(run), farm.timezone, at)}."
    return {
        "columns": ["house", *(_HEADINGS.get(name, name.replace("_", " ")) for name in columns)],
        "rows": rows,
        "note": note,
    }


def _state(
    farm: Farm, house: House | None, noticed: list[Finding], newest: Mapping[int, datetime], at: datetime
) -> HouseState:
    number = house.number if house else 0
    mine = sorted((item for item in noticed if item.house == number), key=_urgency)
    heard = newest.get(number)
    state = words.worst(mine) if mine or heard or house is None else NOTHING
    return HouseState(
        number=number,
        label=house.label if house else "The farm",
        state=state,
        newest=heard,
        findings=[_finding(item, house.label if house else "", farm, at) for item in mine],
    )


def _urgency(finding: Finding) -> tuple[int, float]:
    return SEVERITIES[finding.severity].rank, -finding.score


def _finding(item: Finding, where: str, farm: Farm, at: datetime) -> dict[str, Any]:
    """A finding as the template shows it."""
    best = max(item.why, key=lambda hypothesis: hypothesis.confidence, default=None)
    drawing = item.data.get(results.DRAWING)
    return {
        "state": SEVERITIES[item.severity],
        "where": where,
        "title": item.title,
        "since": _window(item, farm, at),
        "sure": text.sure(item.score),
        "change": "acknowledged" if item.status is FindingStatus.ACKNOWLEDGED else "",
        "why": _why(best.cause, best.evidence) if best else "",
        "check": item.check[0] if item.check else "",
        "drawing": html.drawing(str(drawing), item.title) if drawing else "",
    }


def _window(item: Finding, farm: Farm, at: datetime) -> str:
    """Since when; from when to when, once it has been over for an hour; what is foretold: when it is expected."""
    if "from" in item.data:
        first, last = (words.moment(clock.parse_time(item.data[end]), farm.timezone, at) for end in ("from", "to"))
        return f"expected {first}" + (f" – {last}" if last != first else "")
    start = words.moment(item.start, farm.timezone, at)
    if item.end is None or at - item.end < _JUST_NOW:
        return f"since {start} ({words.lasting(item.start, at)})"
    return f"{start} – {words.moment(item.end, farm.timezone, at)} ({words.lasting(item.start, item.end)})"


def _why(cause: str, evidence: str) -> str:
    return f"{words.sentence(cause)}: {evidence}" if evidence else words.sentence(cause)


def _drawings(store: Store, settings: Settings, farm: Farm) -> dict[str, str]:
    """The newest drawing of each finding, by its key, as the last good run of each notebook recorded it."""
    good: dict[tuple[str, int], Run] = {}
    for run in store.runs(farm=farm.name, status=(RunStatus.DONE,)):
        good.setdefault((run.notebook, run.house), run)
    found: dict[str, str] = {}
    for run in sorted(good.values(), key=lambda run: run.slot):
        try:
            recorded = results.load(settings.runs / run.folder).findings
        except DataError:
            continue
        found |= {item.key: str(item.data[results.DRAWING]) for item in recorded if item.data.get(results.DRAWING)}
    return found


def _recorded(store: Store, settings: Settings, farm: Farm) -> tuple[Run | None, pd.DataFrame | None]:
    """The newest run of the whole farm that recorded the table of houses."""
    for run in store.runs(farm=farm.name, house=0, status=(RunStatus.DONE, RunStatus.DISQUALIFIED)):
        if TABLE in run.results.get("tables", ()):
            try:
                return run, results.load(settings.runs / run.folder).table(TABLE)
            except DataError:
                continue
    return None, None


def _end(run: Run) -> datetime:
    return clock.parse_time(run.parameters["until"])


def _plain_row(house: HouseState, farm: Farm, at: datetime) -> dict[str, Any]:
    cells = [words.moment(house.newest, farm.timezone, at)]
    return {"state": house.state, "label": house.label, "cells": cells}


def _row(house: HouseState, columns: list[str], said: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "state": house.state,
        "label": house.label,
        "cells": [_cell(name, said.get(name), house) for name in columns],
    }


def _cell(name: str, value: Any, house: HouseState) -> Any:
    """A cell as it is shown: a verdict as a state; a small drawing cleaned, since tables are data."""
    if name == "verdict" and value in set(VerdictState):
        return VERDICTS[VerdictState(value)]
    if isinstance(value, str) and value.lstrip().startswith("<svg"):
        return html.drawing(value, f"{house.label}, {_HEADINGS.get(name, name)}")
    return value
