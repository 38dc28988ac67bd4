"""The contract as a battery of checks, for authors of integrations.

::

    from farmlab.integrations.checks import check_integration

    def test_contract():
        check_integration(lambda: MySource.configure(settings, timezone="Europe/Berlin"))

Give it a source that has something to say: a recording, a simulator, a test account. The first breach is
an AssertionError with a sentence. Nothing is written anywhere.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from math import isnan
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, SecretStr

from farmlab import clock
from farmlab.domain import Quality, Reading, Sensor
from farmlab.errors import AuthError, FarmLabError
from farmlab.integrations.base import CAPABILITIES, Batch, Integration, SourceInfo
from farmlab.units import METRICS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from farmlab.domain import Event, House

_METHODS: Final = {
    "equipment": "list_equipment",
    "flocks": "list_flocks",
    "daily": "read_daily",
    "alarms": "read_alarms",
    "age": "house_age",
}
_SECRET_NAMES: Final = re.compile(r"password|secret|token|api_?key|passphrase", re.IGNORECASE)
_WRITING: Final = re.compile(r"(set|write|send|reset|delete|update|put|post|control|command)(_|$)")
_NO_SUCH_HOUSE: Final = 9_999
_LOCAL_DAY: Final = timedelta(days=1)


@dataclass
class Subject:
    """A source under examination; what was read once is kept, so that checks share it."""

    source: Integration
    at: datetime

    @cached_property
    def houses(self) -> list[House]:
        """The houses that it lists."""
        return self.source.list_houses()

    @cached_property
    def numbers(self) -> set[int]:
        """Their numbers, and 0 for the farm itself."""
        return {house.number for house in self.houses} | {0}

    @cached_property
    def live(self) -> Batch:
        """What its sensors say."""
        return self.source.read_live(self.at)

    @cached_property
    def daily(self) -> list[Batch]:
        """The days of each house, when it can tell them."""
        if "daily" not in self.source.capabilities:
            return []
        return [self.source.read_daily(house.number, self.at) for house in self.houses]

    @cached_property
    def alarms(self) -> list[Event]:
        """Its alarms."""
        return self.source.read_alarms(self.at)


def check_integration(
    make: Callable[[], Integration],
    *,
    at: datetime | None = None,
    refused: Callable[[], Integration] | None = None,
) -> None:
    """Run all checks over the source that ``make`` makes.

    Parameters
    ----------
    make
        Makes the source, ready to be asked; it is made twice and closed.
    at
        Time of receipt to read with; the present, unless the source speaks of another time.
    refused
        Makes the same source with wrong credentials, for sources that have any.

    Raises
    ------
    AssertionError
        The contract is broken; the sentence says how.
    """
    moment = at or datetime.now(UTC)
    with make() as source:
        subject = Subject(source, moment)
        for check in CHECKS:
            check(subject)
    check_closing(source)
    with make() as again:
        check_stability(subject, Subject(again, moment))
    if refused is not None:
        with refused() as stranger:
            check_refusal(stranger)


def check_class(subject: Subject) -> None:
    """Name, capabilities and settings schema are what they must be."""
    source = type(subject.source)
    _require(re.fullmatch(r"[a-z][a-z0-9_]*", source.name), f"the name {source.name!r} is not lower_case")
    unknown = source.capabilities - set(CAPABILITIES)
    _require(not unknown, f"unknown capabilities: {', '.join(sorted(unknown))}")
    _require({"houses", "live"} <= source.capabilities, "a source names houses and reads live, and says so")
    _require(issubclass(source.settings_schema, BaseModel), "settings_schema is not a pydantic model")
    for name, field in source.settings_schema.model_fields.items():
        _require(
            not _SECRET_NAMES.search(name) or "SecretStr" in str(field.annotation),
            f"the setting {name} is a secret and not typed SecretStr",
        )


def check_capabilities(subject: Subject) -> None:
    """A method is overridden exactly when its capability is claimed."""
    source = type(subject.source)
    for capability, method in _METHODS.items():
        overridden = getattr(source, method) is not getattr(Integration, method)
        claimed = capability in source.capabilities
        _require(
            overridden == claimed,
            f"{method} is {'there' if overridden else 'missing'}, {capability!r} is {'' if claimed else 'not '}claimed",
        )


def check_read_only(subject: Subject) -> None:
    """No public method sounds like writing to a controller."""
    writing = [name for name in dir(subject.source) if _WRITING.match(name)]
    _require(not writing, f"a source is read-only, but has {', '.join(writing)}")


def check_description(subject: Subject) -> None:
    """The connection test is one sentence, the description says what is at the other end."""
    sentence = subject.source.test_connection()
    _require(bool(sentence.strip()) and "\n" not in sentence, "test_connection does not answer with one sentence")
    info = subject.source.describe()
    _require(isinstance(info, SourceInfo) and info.name.strip(), "describe gives no name")


def check_houses(subject: Subject) -> None:
    """Houses have positive numbers, each once."""
    numbers = [house.number for house in subject.houses]
    _require(numbers, "list_houses names no house")
    _require(all(number > 0 for number in numbers), "a house has no positive number")
    _require(not _twice(numbers), f"house {_twice(numbers)} is listed twice")


def check_live(subject: Subject) -> None:
    """A live batch holds readings of listed houses, in SI units and UTC, one per sensor."""
    batch = subject.live
    _require(batch.houses_seen <= subject.numbers, "read_live saw a house that list_houses does not name")
    readings = _readings(batch)
    _require(readings, "read_live brings no reading")
    _check_readings(readings, subject)
    twice = _twice((reading.sensor.house, reading.sensor.source_key, reading.time) for reading in readings)
    _require(not twice, f"two readings of one sensor at one time: {twice}")


def check_sensors(subject: Subject) -> None:
    """A sensor has one meaning: source key, metric, position and column belong together."""
    sensors = {sensor for batch in [subject.live, *subject.daily] for sensor in batch.sensors}
    keys = _twice((sensor.house, sensor.source_key) for sensor in sensors)
    _require(not keys, f"source key {keys} has two meanings")
    columns = _twice((sensor.house, sensor.column) for sensor in sensors)
    _require(not columns, f"two sensors share the column {columns}")


def check_daily(subject: Subject) -> None:
    """Daily batches keep to the same rules; their readings add up per day."""
    for batch in subject.daily:
        readings = _readings(batch)
        _check_readings(readings, subject)
        counters = [r.sensor.source_key for r in readings if r.sensor.counts not in ("gauge", "amount")]
        _require(not counters, f"a daily value is a gauge or an amount, not a counter: {counters[:1]}")


def check_alarms(subject: Subject) -> None:
    """Alarms are events of known houses, not from the future, the same at a second look."""
    events = subject.alarms
    for event in events:
        _require(event.house in subject.numbers, f"an alarm of house {event.house}, which does not exist")
        _require_utc(event.time, "an alarm")
        _require(event.time <= subject.at + _LOCAL_DAY, f"an alarm from the future: {event.time}")
    _require(subject.source.read_alarms(subject.at) == events, "a second look at the alarms brings other alarms")


def check_ages(subject: Subject) -> None:
    """Ages are whole numbers or unknown; flocks were placed in known houses, before now."""
    for house in subject.houses:
        age = subject.source.house_age(house.number)
        _require(age is None or type(age) is int, f"the age of house {house.number} is {age!r}")
    latest = clock.local_date(subject.at, subject.source.timezone) + timedelta(days=3)
    for flock in subject.source.list_flocks(subject.at):
        _require(flock.house in subject.numbers, f"a flock in house {flock.house}, which does not exist")
        _require(flock.placed_on <= latest, f"the flock of house {flock.house} is placed on {flock.placed_on}")


def check_equipment(subject: Subject) -> None:
    """Equipment stands in known houses, each piece once, and its sensors exist."""
    equipment = subject.source.list_equipment()
    twice = _twice((item.house, item.kind, item.number) for item in equipment)
    _require(not twice, f"equipment is listed twice: {twice}")
    sensors = {(sensor.house, sensor.source_key) for sensor in subject.live.sensors}
    for item in equipment:
        _require(item.house in subject.numbers, f"{item.label} is in house {item.house}, which does not exist")
        strange = [key for key in item.sensors if (item.house, key) not in sensors]
        _require(not strange, f"{item.label} names a sensor that does not exist: {strange[:1]}")


def check_unknown_house(subject: Subject) -> None:
    """A house that does not exist has no age and no days; asking for it is no crash."""
    try:
        age = subject.source.house_age(_NO_SUCH_HOUSE)
        batch = subject.source.read_daily(_NO_SUCH_HOUSE, subject.at)
    except FarmLabError:
        return
    except Exception as error:
        raise AssertionError(
            f"a house that does not exist raises {type(error).__name__}, not a FarmLabError"
        ) from error
    _require(age is None and not batch.readings, "a house that does not exist has an age or readings")


def check_secrets(subject: Subject) -> None:
    """No secret in what the source shows or hands over."""
    shown = {
        "repr": repr(subject.source),
        "repr of the settings": repr(subject.source.settings),
        "describe": str(subject.source.describe()),
        "payload": b"".join(batch.payload for batch in [subject.live, *subject.daily]).decode(errors="replace"),
        "batch": repr((subject.live.problems, subject.live.rejected)),
    }
    for secret in _secrets(subject.source):
        for where, text in shown.items():
            _require(secret not in text, f"a secret stands in {where}")


def check_closing(source: Integration) -> None:
    """A closed source can be closed again."""
    try:
        source.close()
    except Exception as error:
        raise AssertionError(f"closing twice raises {type(error).__name__}") from error


def check_stability(first: Subject, second: Subject) -> None:
    """Another instance names the same houses and sensors."""
    _require([h.number for h in first.houses] == [h.number for h in second.houses], "houses change between two calls")
    before, after = set(first.live.sensors), set(second.live.sensors)
    _require(before == after, f"sensors change between two calls: {sorted(_keys(before ^ after))[:3]}")


def check_refusal(stranger: Integration) -> None:
    """Wrong credentials are an :class:`~farmlab.errors.AuthError` that does not tell them."""
    try:
        stranger.test_connection()
    except AuthError as error:
        told = f"{error} {error!r}"
        _require(not any(secret in told for secret in _secrets(stranger)), "a secret stands in an error")
        _require(error.where and error.next_step, "an error does not say where, or what to do next")
    except Exception as error:
        raise AssertionError(f"wrong credentials raise {type(error).__name__}, not AuthError") from error
    else:
        raise AssertionError("wrong credentials are accepted")


CHECKS: Final[tuple[Callable[[Subject], None], ...]] = (
    check_class,
    check_capabilities,
    check_read_only,
    check_description,
    check_houses,
    check_live,
    check_daily,
    check_sensors,
    check_alarms,
    check_ages,
    check_equipment,
    check_unknown_house,
    check_secrets,
)
"""All checks of one open source; closing, stability and refusal follow."""


def _readings(batch: Batch) -> list[Reading]:
    return [*batch.readings, *_of_table(batch)]


def _of_table(batch: Batch) -> Iterable[Reading]:
    sensors: dict[Any, Sensor] = {(sensor.house, sensor.source_key): sensor for sensor in batch.table_sensors}
    rows: list[Any] = [] if batch.table is None else batch.table.to_dict("records")
    for row in rows:
        place = (row["house"], row["sensor"])
        _require(place in sensors, f"{row['sensor']} of house {row['house']} is in the table, not among its sensors")
        value = None if isnan(row["value"]) else float(row["value"])
        time = row["time"].to_pydatetime()
        yield Reading(sensor=sensors[place], time=time, value=value, quality=Quality(row["quality"]))


def _check_readings(readings: Iterable[Reading], subject: Subject) -> None:
    for reading in readings:
        sensor = reading.sensor
        _require(sensor.metric in METRICS, f"the metric {sensor.metric!r} is not known")
        _require(sensor.house in subject.numbers, f"a reading of house {sensor.house}, which does not exist")
        _require(sensor.source_key.strip(), f"a sensor of house {sensor.house} has no source key")
        _require_utc(reading.time, f"{sensor.source_key} of house {sensor.house}")
        _require(reading.time <= subject.at, f"{sensor.source_key} is read in the future")
        _check_value(reading)


def _check_value(reading: Reading) -> None:
    name, value = reading.sensor.source_key, reading.value
    _require((value is None) == (reading.quality is Quality.MISSING), f"{name}: no value is not the same as missing")
    if value is not None:
        limits = METRICS[reading.sensor.metric]
        possible = limits.low <= value <= limits.high
        _require(
            possible or reading.quality is not Quality.OK,
            f"{name} = {value:g} {limits.unit} is impossible and marked ok; is it in SI units?",
        )


def _secrets(source: Integration) -> list[str]:
    values = [getattr(source.settings, name) for name in type(source.settings).model_fields]
    return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]


def _require_utc(moment: datetime, what: str) -> None:
    _require(moment.tzinfo is not None and not moment.utcoffset(), f"the time of {what} is not in UTC")


def _require(condition: Any, sentence: str) -> None:
    if not condition:
        raise AssertionError(sentence)


def _twice(items: Iterable[Any]) -> Any:
    return next((item for item, count in Counter(items).items() if count > 1), None)


def _keys(sensors: Iterable[Sensor]) -> set[str]:
    return {f"house {sensor.house} {sensor.source_key}" for sensor in sensors}
