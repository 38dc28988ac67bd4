"""What people measure, count and observe themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from farmlab import clock, units
from farmlab.domain import Equipment, Event, EventKind, Reading, Sensor
from farmlab.errors import DataError, UnknownName
from farmlab.ingest.intake import AHEAD, as_frame, take_in
from farmlab.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from farmlab.store import Store, Written

PREFIX: Final = "manual:"
"""How the source keys of what people write down begin."""
DAILY: Final = ("weight", "mortality", "culls", "water", "feed")
"""What is written down once a day; all but the weight are amounts of that day."""
_FIRST_MINUTE: Final = time(0, 1)
"""Where the figures of a day stand: within the day, and the same however often they are corrected."""


@dataclass(frozen=True, slots=True)
class Day:
    """The figures of a day that people wrote down, by metric."""

    day: date
    values: Mapping[str, float]


def record_reading(
    store: Store,
    farm: str,
    house: int,
    metric: str,
    value: float,
    *,
    time: datetime,
    at: datetime,
    unit: str = "",
    position: str = "",
) -> Written:
    """Write down one value, measured at ``time`` and told ``at``; ``unit`` is the metric's own unless said.

    Raises
    ------
    DataError
        It cannot be: outside what is possible, or in the future.
    """
    known = units.metric(metric)
    found = units.to_si(value, unit or known.unit, metric=metric)
    if not known.low <= found <= known.high:
        raise DataError(
            f"{found:g} {known.unit} is no possible {known.label} ({known.low:g} to {known.high:g})",
            next_step="Check the number and --unit.",
        )
    sensor = _sensor(store, farm, house, metric, one_line(position, limit=40), kind="gauge")
    return _write(store, farm, [Reading(sensor=sensor, time=_past(time, at), value=found)], at)


def record_daily(
    store: Store, farm: str, house: int, values: Mapping[str, float], *, day: date, at: datetime
) -> Written:
    """Write down the figures of a day; saying them again corrects them.

    Raises
    ------
    DataError
        Nothing was given, a figure cannot be, or the day is still to come.
    """
    if not values:
        raise DataError("no figure was given", next_step="Give some: --mortality 12 --water-l 1200.")
    zone = store.farm(farm).timezone
    moment = _past(clock.at_local(day, _FIRST_MINUTE, zone), at, slack=timedelta(minutes=2))
    for metric, value in values.items():
        if not 0 <= value <= units.METRICS[metric].high:
            raise DataError(f"{value:g} is no possible {units.METRICS[metric].label}", next_step="Check the number.")
    sensors = {m: _sensor(store, farm, house, m, "", kind="gauge" if m == "weight" else "amount") for m in values}
    readings = [Reading(sensor=sensors[metric], time=moment, value=value) for metric, value in values.items()]
    return _write(store, farm, readings, at)


def daily_of(store: Store, farm: str, house: int, day: date) -> Day:
    """The figures that people wrote down for a day."""
    zone = store.farm(farm).timezone
    start, until = clock.midnight(day, zone), clock.midnight(day + timedelta(days=1), zone)
    tidy = store.read(farm, house=house, start=start, until=until)
    mine = tidy[tidy["sensor"].astype(str).isin([PREFIX + metric for metric in DAILY])]
    return Day(day, dict(zip(mine["metric"].astype(str), mine["value"].astype(float), strict=True)))


def record_event(
    store: Store,
    farm: str,
    house: int,
    kind: EventKind,
    *,
    time: datetime,
    at: datetime,
    by: str,
    message: str = "",
    equipment: str = "",
    ended_at: datetime | None = None,
) -> Event:
    """Write down what happened; the event as it was kept.

    Raises
    ------
    UnknownName
        The house has no such piece of equipment.
    """
    if house:
        store.house(farm, house)
    event = Event(
        house=house,
        time=_past(time, at),
        kind=kind,
        message=one_line(message, limit=500),
        equipment=_equipment(store, farm, house, equipment),
        source="person",
        ended_at=ended_at,
        by=one_line(by, limit=80),
    )
    store.write_events(farm, [event], learned_at=at)
    return event


def _sensor(store: Store, farm: str, house: int, metric: str, position: str, *, kind: units.Kind) -> Sensor:
    """The sensor that people are for this quantity; beside a device's it has a position of its own."""
    key = f"{PREFIX}{metric}:{position}" if position else f"{PREFIX}{metric}"
    others = [sensor for sensor in store.sensors(farm, house=house, metric=metric) if sensor.house == house]
    mine = next((sensor for sensor in others if sensor.source_key == key), None)
    taken = any(sensor.position == position for sensor in others)
    own = "_".join(filter(None, (position, "manual"))) if taken else position
    return mine or Sensor(house=house, source_key=key, metric=metric, position=own, kind=kind)


def _write(store: Store, farm: str, readings: list[Reading], at: datetime) -> Written:
    sensors = [reading.sensor for reading in readings]
    for house in {sensor.house for sensor in sensors} - {0}:
        store.house(farm, house)
    return take_in(store, farm, as_frame(readings), sensors, at=at).written


def _past(moment: datetime, at: datetime, *, slack: timedelta = AHEAD) -> datetime:
    if moment > at + slack:
        raise DataError(f"{moment:%Y-%m-%d %H:%M} UTC is still to come", next_step="Check --at and the time zone.")
    return moment


def _equipment(store: Store, farm: str, house: int, name: str) -> str:
    """The label of the piece of equipment that was named; where none is recorded, any name will do."""
    if not name:
        return ""
    known = store.equipment(farm, house=house)
    found = next((item.label for item in known if _same(item, name)), "")
    if known and not found:
        raise UnknownName.among("piece of equipment", name, [item.label for item in known])
    return found or one_line(name, limit=80)


def _same(item: Equipment, name: str) -> bool:
    return item.label == " ".join(name.lower().replace("_", " ").split())
