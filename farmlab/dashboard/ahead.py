"""The next hours of a house, as its last forecast run recorded them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pandas as pd

from farmlab import clock, results, units
from farmlab.dashboard import plots, svg, words
from farmlab.errors import DataError

if TYPE_CHECKING:
    from datetime import datetime

    from farmlab.dashboard.seen import Seen
    from farmlab.dashboard.source import Source
    from farmlab.domain import Run
    from farmlab.store import Store

NOTEBOOK: Final = "forecast"
TABLE: Final = "forecast"
"""Columns: house, metric, time (end of the hour), forecast, lower and upper (80 %)."""
SHOWN: Final = ("temp", "rh", "co2", "nh3", "water", "feed", "power")
OLD: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Ahead:
    """Fans over one time axis that begins now, or the sentence why there are none."""

    note: str
    fans: tuple[plots.Plot, ...] = ()
    hours: tuple[plots.Tick, ...] = ()


def read(source: Source, seen: Seen) -> Ahead:
    """The forecast of the newest run for this house or its whole farm."""
    run = _last(source.store, seen)
    if run is None:
        return Ahead("No forecast yet: it needs at least three days of readings, and its first run.")
    try:
        table = results.load(source.runs / run.folder).table(TABLE)
    except DataError as error:
        return Ahead(f"The last forecast cannot be shown: {error.what}.")
    table["time"] = pd.to_datetime(table["time"], utc=True)
    mine = table[(table["house"] == seen.house.number) & (table["time"] > seen.end)]
    if mine.empty:
        made = clock.spoken(run.slot, seen.farm.timezone, at=seen.at)
        return Ahead(f"The last forecast, of {made}, says nothing about the hours to come here.")
    return _ahead(seen, mine, run.slot)


def _last(store: Store, seen: Seen) -> Run | None:
    runs = [store.last_run(NOTEBOOK, seen.farm.name, house) for house in (seen.house.number, 0)]
    return max((run for run in runs if run), key=lambda run: run.slot, default=None)


def _ahead(seen: Seen, table: pd.DataFrame, made: datetime) -> Ahead:
    end = table["time"].max().to_pydatetime()
    fans = [_fan(rows.set_index("time"), metric, seen.end, end) for metric, rows in _by_metric(table)]
    old = seen.at - made > OLD and seen.farm.integration != "none"
    note = f"Made {words.ago(made, seen.at)}{', older than it should be' if old else ''}; shaded: 8 of 10 times within."
    return Ahead(note, tuple(fans), plots.hours(seen.end, end, seen.farm.timezone, every=6))


def _by_metric(table: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [(metric, rows) for metric in SHOWN if len(rows := table[table["metric"] == metric])]


def _fan(rows: pd.DataFrame, metric: str, start: datetime, end: datetime) -> plots.Plot:
    what = units.METRICS[metric]
    low, high = plots.axis(float(rows["lower"].min()), float(rows["upper"].max()), plots.LEAST.get(metric, 1.0))
    box = svg.Box(start, end, low if what.low < 0 else max(low, what.low), high)
    gap = timedelta(hours=2)
    paths = (
        plots.Path("band", svg.band(rows["lower"], rows["upper"], box, gap=gap)),
        plots.Path("line", svg.line(rows["forecast"], box, gap=gap)),
    )
    title = words.name(metric) + (" an hour" if what.kind == "day_counter" else "")
    reach = words.reach(float(rows["lower"].min()), float(rows["upper"].max()), metric)
    span = clock.in_words(end - start)
    return plots.Plot(title, reach, "", paths, plots.scale(box), f"{title} in the next {span}: {reach}.")
