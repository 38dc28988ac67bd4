"""The tab "System performance": what the last run of that analysis measured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from farmlab.dashboard import plots, svg, words
from farmlab.dashboard.insights import stored
from farmlab.dashboard.insights.stored import Head
from farmlab.dashboard.state import State

if TYPE_CHECKING:
    from farmlab.dashboard.source import Source
    from farmlab.domain import Farm

NOTEBOOK: Final = "system_performance"
DAY: Final = timedelta(days=1)
STATES: Final = {"yes": State.OK, "no": State.WARNING}
SHARES: Final = (("success_pct", "Syncs that succeeded"), ("complete_pct", "Readings that came"))
LEAST_SHARE: Final = 90.0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is measured, beside its aim."""

    state: State
    word: str
    what: str
    said: str
    aim: str


@dataclass(frozen=True, slots=True)
class Part:
    """One farm; ``note`` says how old the figures are, or why there are none."""

    name: str
    simulated: bool
    note: str
    late: bool
    checks: tuple[Check, ...] = ()
    by_day: tuple[plots.Plot, ...] = ()
    days: tuple[plots.Tick, ...] = ()
    runs: tuple[tuple[str, ...], ...] = ()
    alerts: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Performance:
    """The whole tab."""

    head: Head
    farms: tuple[Part, ...]


def read(source: Source, at: datetime) -> Performance:
    """What the last runs recorded, farm by farm."""
    farms = tuple(_part(source, farm, at) for farm in source.store.farms())
    bad = [f"{part.name}: {check.what.lower()}" for part in farms for check in part.checks if check.state > State.OK]
    measured = any(part.checks for part in farms)
    if bad:
        return Performance(Head(at, State.WARNING, f"{'; '.join(bad[:3])} – not as it should be."), farms)
    sentence = "FarmLab works as it should." if measured else "The system has not been measured yet."
    return Performance(Head(at, State.OK if measured else State.NONE, sentence), farms)


def _part(source: Source, farm: Farm, at: datetime) -> Part:
    last = stored.last(source, farm, NOTEBOOK, at)
    if last is None:
        return Part(
            farm.name, farm.simulated, f"Not measured yet; it is done once a day, or by: farmlab run {NOTEBOOK}", False
        )
    days = last.table("days")
    return Part(
        name=farm.name,
        simulated=farm.simulated,
        note=f"Measured {last.age}",
        late=last.late,
        checks=tuple(_check(row) for row in last.table("checks")),
        by_day=tuple(_plots(days)),
        days=_ticks(days, farm),
        runs=tuple(_run(row) for row in last.table("runs")),
        alerts=tuple(_alert(row) for row in last.table("alerts")),
    )


def _check(row: dict[str, Any]) -> Check:
    stands = STATES.get(row["good"], State.NONE)
    word = {State.OK: "ok", State.WARNING: "needs a look"}.get(stands, "cannot be said")
    return Check(stands, word, row["what"], row["said"], row["aim"])


def _plots(days: list[dict[str, Any]]) -> Any:
    """One plot a quantity, all over the same days."""
    if not days:
        return
    ends = _ends(days)
    for column, title in SHARES:
        series = _series(days, column)
        if len(series):
            yield _share(series, title, ends)
    minutes = _series(days, "p95_min")
    if len(minutes):
        yield _minutes(minutes, ends)


def _series(days: list[dict[str, Any]], column: str) -> pd.Series[float]:
    known = {pd.Timestamp(row["day"]): row[column] for row in days if row.get(column) == row.get(column) is not None}
    return pd.Series(known, dtype=float).dropna().sort_index()


def _share(series: pd.Series[float], title: str, ends: tuple[datetime, datetime]) -> plots.Plot:
    box = svg.Box(*ends, min(LEAST_SHARE, float(series.min())) - 1, 101)
    now, least = words.number(series.iloc[-1], 1), words.number(series.min(), 1)
    sentence = f"{title}: {now} % on the last day, at least {least} %."
    return plots.Plot(
        title, f"{now}{words.THIN}%", f"least {least} %", (_steps(series, box),), plots.scale(box), sentence
    )


def _minutes(series: pd.Series[float], ends: tuple[datetime, datetime]) -> plots.Plot:
    box = svg.Box(*ends, 0.0, 1.15 * float(series.max()) or 1.0)
    now, most = words.number(series.iloc[-1], 1), words.number(series.max(), 1)
    title = "95 % of the readings known within"
    sentence = f"{title} {now} min on the last day, at most {most} min."
    return plots.Plot(
        title, f"{now}{words.THIN}min", f"most {most} min", (_steps(series, box),), plots.scale(box), sentence
    )


def _ends(days: list[dict[str, Any]]) -> tuple[datetime, datetime]:
    known = sorted(pd.Timestamp(row["day"]).to_pydatetime() for row in days)
    return known[0], known[-1] + DAY


def _steps(series: pd.Series[float], box: svg.Box) -> plots.Path:
    """A level for each day, so that a single one can be seen as well."""
    parts = [
        f"M{box.across(day):g} {box.up(value):g}H{box.across(day + DAY):g}"
        for day, value in zip((day.to_pydatetime() for day in series.index), series, strict=True)
    ]
    return plots.Path("line", "".join(parts))


def _ticks(days: list[dict[str, Any]], farm: Farm) -> tuple[plots.Tick, ...]:
    """The day below the middle of each; from the newest back, every second one is minor."""
    if not days:
        return ()
    box = svg.Box(*_ends(days), 0, 1)
    known = sorted((pd.Timestamp(row["day"]) for row in days), reverse=True)
    return tuple(
        plots.Tick(
            at=box.across((day + DAY / 2).to_pydatetime()) / 10,
            text=f"{day.tz_convert(farm.timezone).day} {day.tz_convert(farm.timezone):%b}",
            minor=place % 2 != 0,
        )
        for place, day in enumerate(known)
    )


def _run(row: dict[str, Any]) -> tuple[str, ...]:
    name = str(row["notebook"]).replace("_", " ")
    times = (words.number(row[column], 1) for column in ("median_s", "p95_s"))
    return (name, words.number(row["runs"]), words.number(row["failed"]), *times)


def _alert(row: dict[str, Any]) -> tuple[str, ...]:
    kind = str(row["kind"]).replace("_", " ")
    precision = words.number(100 * row["precision"]) if row["precision"] == row["precision"] else words.NOTHING
    counts = (words.number(row[column]) for column in ("alerts", "answered"))
    return (str(row["month"]), kind, *counts, precision, words.number(row["missed"]))
