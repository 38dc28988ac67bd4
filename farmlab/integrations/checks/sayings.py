"""What a source says: houses, readings, alarms, ages and equipment that go together and can be."""

from __future__ import annotations

from datetime import timedelta
from math import isnan
from typing import TYPE_CHECKING, Any, Final

from farmlab import clock
from farmlab.domain import Quality, Reading, Sensor
from farmlab.integrations.checks.subject import require, twice
from farmlab.units import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from farmlab.integrations.base import Batch
    from farmlab.integrations.checks.subject import Subject

_LOCAL_DAY: Final = timedelta(days=1)


def check_houses(subject: Subject) -> None:
    """Houses have positive numbers, each once."""
    numbers = [house.number for house in subject.houses]
    require(numbers, "list_houses names no house")
    require(all(number > 0 for number in numbers), "a house has no positive number")
    require(not twice(numbers), f"house {twice(numbers)} is listed twice")


def check_live(subject: Subject) -> None:
    """A live batch holds readings of listed houses, in SI units and UTC, one per sensor."""
    batch = subject.live
    require(batch.houses_seen <= subject.numbers, "read_live saw a house that list_houses does not name")
    readings = _readings(batch)
    require(readings, "read_live brings no reading")
    _check_readings(readings, subject)
    double = twice((reading.sensor.house, reading.sensor.source_key, reading.time) for reading in readings)
    require(not double, f"two readings of one sensor at one time: {double}")


def check_sensors(subject: Subject) -> None:
    """A sensor has one meaning: source key, metric, position and column belong together."""
    sensors = {sensor for batch in [subject.live, *subject.daily] for sensor in batch.sensors}
    keys = twice((sensor.house, sensor.source_key) for sensor in sensors)
    require(not keys, f"source key {keys} has two meanings")
    columns = twice((sensor.house, sensor.column) for sensor in sensors)
    require(not columns, f"two sensors share the column {columns}")


def check_daily(subject: Subject) -> None:
    """Daily batches keep to the same rules; their readings add up per day."""
    for batch in subject.daily:
        readings = _readings(batch)
        _check_readings(readings, subject)
        counters = [r.sensor.source_key for r in readings if r.sensor.counts not in ("gauge", "amount")]
        require(not counters, f"a daily value is a gauge or an amount, not a counter: {counters[:1]}")


def check_alarms(subject: Subject) -> None:
    """Alarms are events of known houses, not from the future, the same at a second look."""
    events = subject.alarms
    for event in events:
        require(event.house in subject.numbers, f"an alarm of house {event.house}, which does not exist")
        _require_utc(event.time, "an alarm")
        require(event.time <= subject.at + _LOCAL_DAY, f"an alarm from the future: {event.time}")
    require(subject.source.read_alarms(subject.at) == events, "a second look at the alarms brings other alarms")


def check_ages(subject: Subject) -> None:
    """Ages are whole numbers or unknown; flocks were placed in known houses, before now."""
    for house in subject.houses:
        age = subject.source.house_age(house.number)
        require(age is None or type(age) is int, f"the age of house {house.number} is {age!r}")
    latest = clock.local_date(subject.at, subject.source.timezone) + timedelta(days=3)
    for flock in subject.source.list_flocks(subject.at):
        require(flock.house in subject.numbers, f"a flock in house {flock.house}, which does not exist")
        require(flock.placed_on <= latest, f"the flock of house {flock.house} is placed on {flock.placed_on}")


def check_equipment(subject: Subject) -> None:
    """Equipment stands in known houses, each piece once, and its sensors exist."""
    equipment = subject.source.list_equipment()
    double = twice((item.house, item.kind, item.number) for item in equipment)
    require(not double, f"equipment is listed twice: {double}")
    sensors = {(sensor.house, sensor.source_key) for sensor in subject.live.sensors}
    for item in equipment:
        require(item.house in subject.numbers, f"{item.label} is in house {item.house}, which does not exist")
        strange = [key for key in item.sensors if (item.house, key) not in sensors]
        require(not strange, f"{item.label} names a sensor that does not exist: {strange[:1]}")


def _readings(batch: Batch) -> list[Reading]:
    return [*batch.readings, *_of_table(batch)]


def _of_table(batch: Batch) -> Iterable[Reading]:
    sensors: dict[Any, Sensor] = {(sensor.house, sensor.source_key): sensor for sensor in batch.table_sensors}
    rows: list[Any] = [] if batch.table is None else batch.table.to_dict("records")
    for row in rows:
        place = (row["house"], row["sensor"])
        require(place in sensors, f"{row['sensor']} of house {row['house']} is in the table, not among its sensors")
        value = None if isnan(row["value"]) else float(row["value"])
        time = row["time"].to_pydatetime()
        yield Reading(sensor=sensors[place], time=time, value=value, quality=Quality(row["quality"]))


def _check_readings(readings: Iterable[Reading], subject: Subject) -> None:
    for reading in readings:
        sensor = reading.sensor
        require(sensor.metric in METRICS, f"the metric {sensor.metric!r} is not known")
        require(sensor.house in subject.numbers, f"a reading of house {sensor.house}, which does not exist")
        require(sensor.source_key.strip(), f"a sensor of house {sensor.house} has no source key")
        _require_utc(reading.time, f"{sensor.source_key} of house {sensor.house}")
        require(reading.time <= subject.at, f"{sensor.source_key} is read in the future")
        _check_value(reading)


def _check_value(reading: Reading) -> None:
    name, value = reading.sensor.source_key, reading.value
    require((value is None) == (reading.quality is Quality.MISSING), f"{name}: no value is not the same as missing")
    if value is not None:
        limits = METRICS[reading.sensor.metric]
        possible = limits.low <= value <= limits.high
        require(
            possible or reading.quality is not Quality.OK,
            f"{name} = {value:g} {limits.unit} is impossible and marked ok; is it in SI units?",
        )


def _require_utc(moment: datetime, what: str) -> None:
    require(moment.tzinfo is not None and not moment.utcoffset(), f"the time of {what} is not in UTC")
