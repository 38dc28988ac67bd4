"""24 hours of one house as small plots over one time axis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import pandas as pd

from farmlab import clock, units
from farmlab.dashboard import svg, words
from farmlab.features import water_feed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from farmlab.dashboard.seen import Seen

GAP: Final = timedelta(minutes=25)
"""Readings further apart than this are not joined."""
GAUGES: Final = ("rh", "co2", "nh3", "pressure", "power", "illuminance", "occupancy")
COUNTED: Final = ("water", "feed")
STRIPS: Final = ("fans_tunnel", "fans_exhaust", "vent_level", "heaters", "pad", "light")
LEAST: Final = {"temp": 4.0, "rh": 10.0, "co2": 400.0, "nh3": 5.0, "pressure": 10.0}
"""The axis of a metric spans at least this much, or noise would look like drama."""


@dataclass(frozen=True, slots=True)
class Path:
    """One shape of a plot: the style of the class ``look``."""

    look: str
    d: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A label at a share of the axis, in percent."""

    at: float
    text: str
    minor: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot: its title with the newest value, its shapes, its axis, and the sentence that it shows."""

    title: str
    value: str
    note: str
    paths: tuple[Path, ...]
    ticks: tuple[Tick, ...]
    sentence: str
    size: str = ""


def stack(seen: Seen) -> tuple[Plot, ...]:
    """The plots of a house, those only of which it has readings."""
    return tuple(filter(None, (_temperature(seen), *_gauges(seen), *_counted(seen), *_strips(seen))))


def hours(start: datetime, end: datetime, zone: str, *, every: int = 3) -> tuple[Tick, ...]:
    """Full hours of the farm's clock along the time axis; every second one is minor.

    >>> from datetime import UTC
    >>> day = datetime(2026, 7, 1, tzinfo=UTC)
    >>> [(tick.text, tick.at) for tick in hours(day, day + timedelta(hours=24), "UTC", every=12)]
    [('12:00', 50.0)]
    """
    box = svg.Box(start, end, 0, 1)
    full = pd.date_range(pd.Timestamp(start).ceil("h"), end, freq="h").tz_convert(clock.zone(zone))
    marks = [moment for moment in full if moment.hour % every == 0]
    margin = timedelta(minutes=45) * ((end - start) / timedelta(hours=24))
    return tuple(
        Tick(box.across(moment) / 10, _label(moment), minor=moment.hour % (2 * every) != 0)
        for moment in marks
        if start + margin < moment < end - margin
    )


def axis(low: float, high: float, least: float) -> tuple[float, float]:
    """The range of an axis: what is drawn, at least ``least``, and a little air."""
    missing = max(least - (high - low), 0.0)
    low, high = low - missing / 2, high + missing / 2
    air = (high - low) * 0.08
    return low - air, high + air


def scale(box: svg.Box, *, digits: int = 0, most: int = 3) -> tuple[Tick, ...]:
    """The labels of the axis upwards."""
    return tuple(
        Tick(100 - box.up(value), words.number(value, 0 if value == round(value) else max(digits, 1)))
        for value in svg.ticks(box.low, box.high, most)
        if box.up(value) >= 4  # else it would touch the title above
    )


def _label(moment: pd.Timestamp) -> str:
    return f"{moment:%H:%M}" if moment.hour else f"{moment.day} {moment:%b}"


def _temperature(seen: Seen) -> Plot | None:
    series = seen.temperature()
    if series.empty:
        return None
    target, single = seen.series("temp_set_c"), seen.frame[seen.inside()].loc[seen.start :]
    lows, highs = single.min(axis="columns").dropna(), single.max(axis="columns").dropna()
    drawn = pd.concat([series, target, lows, highs])
    box = svg.Box(seen.start, seen.end, *axis(float(drawn.min()), float(drawn.max()), LEAST["temp"]))
    paths = (
        Path("band", svg.band(lows, highs, box, gap=GAP)),
        Path("target", svg.line(svg.thin(target), box, gap=GAP)),
        Path("line", svg.line(svg.thin(series), box, gap=GAP)),
    )
    value = words.quantity(float(series.iloc[-1]), "temp")
    reach = words.reach(float(series.min()), float(series.max()), "temp")
    note = " · ".join(_notes(seen, target, lows))
    return Plot("Temperature", value, note, paths, scale(box), f"Temperature, now {value}; {reach}.", size="tall")


def _notes(seen: Seen, target: pd.Series[float], lows: pd.Series[float]) -> Iterator[str]:
    if len(target):
        yield "set-point dashed"
    if len(lows):
        yield "all sensors shaded"
    outside = seen.series("temp_c_outside")
    if len(outside):
        yield f"outside {words.quantity(float(outside.iloc[-1]), 'temp')}"


def _gauges(seen: Seen) -> Iterator[Plot]:
    for metric in GAUGES:
        series, what = seen.series(units.METRICS[metric].column), units.METRICS[metric]
        if series.empty:
            continue
        low, high = axis(float(series.min()), float(series.max()), LEAST.get(metric, 1.0))
        box = svg.Box(seen.start, seen.end, low if what.low < 0 else max(low, what.low), high)
        target = seen.series("pressure_set_pa") if metric == "pressure" else series[:0]
        paths = (
            Path("target", svg.line(svg.thin(target), box, gap=GAP)),
            Path("line", svg.line(svg.thin(series), box, gap=GAP)),
        )
        value, reach = words.quantity(float(series.iloc[-1]), metric), words.reach(series.min(), series.max(), metric)
        title = words.name(metric)
        yield Plot(title, value, reach, paths, scale(box), f"{title}, now {value}; {reach} in 24 hours.")


def _counted(seen: Seen) -> Iterator[Plot]:
    for metric in COUNTED:
        what = units.METRICS[metric]
        if seen.series(what.column).empty:
            continue
        added = water_feed.hourly_amounts(seen.frame[what.column], kind=what.kind, timezone=seen.farm.timezone)
        added = added.loc[seen.start : seen.end]
        if added.dropna().empty:
            continue
        box = svg.Box(seen.start, seen.end, 0.0, float(added.max()) * 1.08 or 1.0)
        total = f"{words.quantity(float(added.sum()), metric)} in 24 hours"
        bars = Path("bars", svg.bars(added, box, step=timedelta(hours=1)))
        yield Plot(
            f"{words.name(metric)} an hour", total, "", (bars,), scale(box, most=2), f"{words.name(metric)}: {total}."
        )


def _strips(seen: Seen) -> Iterator[Plot]:
    for metric in STRIPS:
        what = units.METRICS[metric]
        series = seen.series(what.column)
        if series.empty or not float(series.max()) > 0:
            continue
        steps = series.resample("15min", label="right", closed="right").mean()
        box = svg.Box(seen.start, seen.end, 0.0, float(series.max()))
        now = words.number(float(series.iloc[-1])) + (f"{words.THIN}{what.unit}" if what.unit else "")
        most = f"at most {words.number(float(series.max()))}"
        bars = Path("bars", svg.bars(steps, box, step=timedelta(minutes=17)))
        yield Plot(
            words.name(metric), now, most, (bars,), (), f"{words.name(metric)}: now {now}, {most}.", size="strip"
        )
