"""The tabs "Forecast", "Failure risk" and "Advice": what is to come, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from farmlab.dashboard import state, words
from farmlab.dashboard.insights import anomalies, stored
from farmlab.dashboard.insights.stored import Head
from farmlab.dashboard.seen import LIVING
from farmlab.domain import Category

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from farmlab.dashboard.insights.anomalies import Card
    from farmlab.dashboard.insights.stored import Stored
    from farmlab.dashboard.source import Source
    from farmlab.domain import Farm, Finding

    Rows = tuple[tuple[str, ...], ...]

MOST: Final = 12
MOST_ROWS: Final = 16
FORECAST: Final = "forecast"
"""The other analyses speak of flocks, and not of farms without any."""
DAY: Final = pd.Timedelta(hours=24)
_FORECAST: Final = (
    "house",
    "temperature, °C",
    "humidity, %",
    "CO₂, ppm",
    "NH₃, ppm",
    "water, l",
    "feed, kg",
    "power, W",
)
"""Columns of which no house of a farm has anything are left out."""
_RISK: Final = ("house", "part", "24 h, %", "24–48 h, %", "health", "why")
_ADVICE: Final = ("house", "heat balance", "explains, %")


@dataclass(frozen=True, slots=True)
class Part:
    """One farm: the table of its last run, how old that is, and what stands instead when there was none."""

    name: str
    simulated: bool
    age: str
    late: bool
    head: tuple[str, ...]
    rows: Rows
    none: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """One of the three tabs: findings as cards, and a table for each farm whose last ``tail`` columns are words."""

    head: Head
    cards: tuple[Card, ...]
    more: int
    title: str
    parts: tuple[Part, ...]
    tail: int


def forecast(source: Source, at: datetime) -> Ahead:
    """What forecasts warn of, and the next day of every house."""
    found = _found(source, lambda one: one.category is Category.FORECAST)
    said = f"{words.count(len(found), 'warning').capitalize()} for the next two days." if found else _CALM
    return _tab(source, at, found, said, "The next 24 hours", FORECAST, _FORECAST, _next_day)


def risk(source: Source, at: datetime) -> Ahead:
    """What may fail in the next day, and in the day after it."""
    found = _found(source, lambda one: one.kind.endswith("_risk"))
    said = f"{words.count(len(found), 'part').capitalize()} should be looked at in time." if found else _WHOLE
    return _tab(source, at, found, said, "Risk and health of every part", "failure", _RISK, _risks)


def advice(source: Source, at: datetime) -> Ahead:
    """What could run better, what it would bring, and how far the figures can be trusted."""
    found = _found(source, lambda one: one.category is Category.OPTIMISATION)
    said = f"{words.count(len(found), 'piece of advice', several='pieces of advice').capitalize()}." if found else _WELL
    return _tab(source, at, found, said, "What effects are reckoned with", "optimisation", _ADVICE, _balances)


_CALM: Final = "Nothing is forecast that asks for somebody."
_WHOLE: Final = "No part is likely to fail in the next two days."
_WELL: Final = "Nothing to improve was found."


def _found(source: Source, wanted: Callable[[Finding], bool]) -> list[Finding]:
    farms = {farm.name for farm in source.store.farms()}
    every = [one for one in source.store.findings(status=LIVING) if one.farm in farms and wanted(one)]
    return sorted(every, key=lambda one: (-one.score, one.farm, one.house))


def _tab(
    source: Source,
    at: datetime,
    found: list[Finding],
    said: str,
    title: str,
    notebook: str,
    head: tuple[str, ...],
    rows: Callable[[Stored], Iterable[tuple[str, ...]]],
) -> Ahead:
    farms = {farm.name: farm for farm in source.store.farms()}
    return Ahead(
        head=Head(at, state.worst(found), said, stored.silence(source, at)),
        cards=tuple(anomalies.card(one, farms[one.farm], at) for one in found[:MOST]),
        more=len(found[MOST:]),
        title=title,
        tail=int(head[-1] == "why"),
        parts=tuple(
            _part(source, farm, at, notebook, head, rows)
            for farm in farms.values()
            if notebook == FORECAST or source.store.flocks(farm.name)
        ),
    )


def _part(
    source: Source,
    farm: Farm,
    at: datetime,
    notebook: str,
    head: tuple[str, ...],
    rows: Callable[[Stored], Iterable[tuple[str, ...]]],
) -> Part:
    last = stored.last(source, farm, notebook, at)
    if last is None:
        return Part(farm.name, farm.simulated, "", False, head, (), f"Has not run yet: farmlab run {notebook}.")
    table = tuple(rows(last))[:MOST_ROWS]
    head, table = _told(head, table) if notebook == FORECAST else (head, table)
    return Part(farm.name, farm.simulated, last.age, last.late, head, table, "Nothing to show: no flock, or no data.")


def _told(head: tuple[str, ...], rows: Rows) -> tuple[tuple[str, ...], Rows]:
    """Without the columns that hold nothing."""
    full = [place for place in range(len(head)) if any(row[place] != words.NOTHING for row in rows)]
    return tuple(head[place] for place in full), tuple(tuple(row[place] for place in full) for row in rows)


def _next_day(last: Stored) -> Iterable[tuple[str, ...]]:
    """Lowest to highest of gauges, totals of amounts, per house, over the first 24 hours of the forecast."""
    table = pd.DataFrame(last.table("forecast"))
    if table.empty:
        return
    table["time"] = pd.to_datetime(table["time"], utc=True)
    day = table[table["time"] < table["time"].min() + DAY]
    for house, part in day.groupby("house"):
        by = {str(metric): rows["forecast"].astype(float) for metric, rows in part.groupby("metric")}
        climate = (_reach(by, "temp", 1), _reach(by, "rh", 0), _reach(by, "co2", 0), _reach(by, "nh3", 0))
        yield str(house), *climate, _total(by, "water"), _total(by, "feed"), _reach(by, "power", 0)


def _risks(last: Stored) -> Iterable[tuple[str, ...]]:
    for row in last.table("risk"):
        shares = (_number(row, "next 24 h, %", 1), _number(row, "24–48 h, %", 1), _number(row, "health", 0))
        yield _text(row, "house"), _text(row, "part"), *shares, _text(row, "why")


def _balances(last: Stored) -> Iterable[tuple[str, ...]]:
    for row in last.table("balances"):
        yield _text(row, "house"), _text(row, "heat balance"), _number(row, "explains, %", 0)


def _reach(by: Mapping[str, pd.Series], metric: str, digits: int) -> str:
    return f"{by[metric].min():.{digits}f} to {by[metric].max():.{digits}f}" if metric in by else words.NOTHING


def _total(by: Mapping[str, pd.Series], metric: str) -> str:
    return f"{by[metric].sum():.0f}" if metric in by else words.NOTHING


def _number(row: Mapping[str, Any], name: str, digits: int) -> str:
    value = row.get(name)
    return words.NOTHING if value is None or pd.isna(value) else f"{float(value):.{digits}f}"


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return words.NOTHING if value is None or pd.isna(value) or value == "" else str(value)
