"""Every check of the battery can fail: a source that breaks the contract one way is told which way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pandas as pd
import pytest
from pydantic import SecretStr

from farmlab.domain import Equipment, Event, EventKind, Flock, House, Quality
from farmlab.errors import AuthError
from farmlab.integrations.base import Batch, Integration, Rejected, SourceInfo
from farmlab.integrations.checks import check_integration
from tests.integrations.fakes import AT, SECRET, Fake, FakeSettings, make, reading


class LeakySettings(FakeSettings):
    api_key: str = "plain"


def live(*readings: Any, **rest: Any) -> Callable[..., Batch]:
    return lambda self, at: Batch(readings=readings, **rest)


def raising(error: BaseException) -> Callable[..., Any]:
    def method(*_: Any) -> Any:
        raise error

    return method


def changing(first: Any, then: Any) -> Callable[..., Any]:
    """Answers that differ from the second on, over all instances."""
    answers = iter([first])
    return lambda *_: next(answers, then)


ALARM = Event(house=1, time=AT, kind=EventKind.ALARM, message="hot")
BERLIN = timezone(timedelta(hours=2))
HOUSES = [House(number=1), House(number=2)]
ROWS = pd.DataFrame({"house": [1], "sensor": ["t"], "time": pd.to_datetime([AT]), "value": [86.0], "quality": ["ok"]})
FAN = Equipment(house=1, kind="fan", number=1)

BREACHES: dict[str, tuple[dict[str, Any], str]] = {
    "name": ({"name": "My Source"}, "lower_case"),
    "unknown capability": ({"capabilities": Fake.capabilities | {"fly"}}, "fly"),
    "hidden capability": ({"capabilities": Fake.capabilities - {"alarms"}}, "'alarms' is not claimed"),
    "no live": ({"capabilities": Fake.capabilities - {"live"}}, "reads live"),
    "claimed only": ({"read_daily": Integration.read_daily}, "read_daily is missing"),
    "plain secret": ({"settings_schema": LeakySettings}, "api_key"),
    "schema": ({"settings_schema": dict}, "pydantic"),
    "writes": ({"set_point": lambda self: None}, "set_point"),
    "two sentences": ({"test_connection": lambda self: "One.\nTwo."}, "one sentence"),
    "nameless": ({"describe": lambda self: SourceInfo(" ")}, "no name"),
    "no house": ({"list_houses": lambda self: []}, "no house"),
    "house 0": ({"list_houses": lambda self: [House(number=0)]}, "positive"),
    "house twice": ({"list_houses": lambda self: [House(number=1), House(number=1)]}, "twice"),
    "nothing live": ({"read_live": live()}, "no reading"),
    "stray row": (
        {"read_live": live(table=ROWS.assign(sensor="u"), table_sensors=(reading().sensor,))},
        "not among its sensors",
    ),
    "hot row": ({"read_live": live(table=ROWS, table_sensors=(reading().sensor,))}, "SI units"),
    "stray house": ({"read_live": live(reading(), houses_seen=frozenset({5}))}, "does not name"),
    "stray reading": ({"read_live": live(reading(5))}, "house 5"),
    "sensor twice": ({"read_live": live(reading(), reading(value=3.0))}, "at one time"),
    "metric": ({"read_live": live(reading(metric="colour"))}, "colour"),
    "no key": ({"read_live": live(reading(key=" "))}, "no source key"),
    "naive": ({"read_live": live(reading(time=datetime(2026, 4, 20)))}, "not in UTC"),
    "local": ({"read_live": live(reading(time=AT.astimezone(BERLIN)))}, "not in UTC"),
    "future": ({"read_live": live(reading(time=AT + timedelta(seconds=1)))}, "future"),
    "Fahrenheit": ({"read_live": live(reading(value=86.0))}, "SI units"),
    "nothing is ok": ({"read_live": live(reading(value=None))}, "missing"),
    "something is missing": ({"read_live": live(reading(quality=Quality.MISSING))}, "missing"),
    "key of two": ({"read_live": live(reading(), reading(metric="rh", time=AT - timedelta(1)))}, "two meanings"),
    "column of two": ({"read_live": live(reading(), reading(key="u"))}, "share the column"),
    "daily counter": ({"read_daily": lambda *_: Batch(readings=(reading(key="w", metric="water"),))}, "counter"),
    "daily house": ({"read_daily": lambda *_: Batch(readings=(reading(7),))}, "house 7"),
    "alarm elsewhere": ({"read_alarms": lambda *_: [Event(house=9, time=AT, kind=EventKind.ALARM)]}, "house 9"),
    "alarm to come": (
        {"read_alarms": lambda *_: [Event(house=1, time=AT + timedelta(days=2), kind=EventKind.ALARM)]},
        "future",
    ),
    "other alarms": ({"read_alarms": changing([ALARM], [])}, "second look"),
    "age": ({"house_age": lambda *_: 1.5}, "1.5"),
    "flock elsewhere": ({"list_flocks": lambda *_: [Flock(house=9, placed_on=date(2026, 4, 1))]}, "house 9"),
    "flock to come": ({"list_flocks": lambda *_: [Flock(house=1, placed_on=date(2027, 4, 1))]}, "2027"),
    "equipment twice": ({"list_equipment": lambda self: [FAN, FAN]}, "twice"),
    "equipment elsewhere": ({"list_equipment": lambda self: [Equipment(house=9, kind="fan")]}, "house 9"),
    "dead sensor": ({"list_equipment": lambda self: [Equipment(house=1, kind="fan", sensors=("x",))]}, "'x'"),
    "crash": ({"house_age": lambda self, house: {1: 3, 2: 3}[house]}, "KeyError"),
    "any house": ({"house_age": lambda *_: 3}, "does not exist has an age"),
    "secret in repr": ({"__repr__": lambda self: f"Fake({SECRET})"}, "repr"),
    "secret in payload": ({"read_live": live(reading(), payload=SECRET.encode())}, "payload"),
    "secret in rows": ({"read_live": live(reading(), rejected=(Rejected(SECRET, "?"),))}, "batch"),
    "secret in name": ({"describe": lambda self: SourceInfo("x", detail=SECRET)}, "describe"),
    "other houses": ({"list_houses": changing(HOUSES, [*HOUSES, House(number=3)])}, "houses change"),
    "other sensors": (
        {"read_live": changing(Batch(readings=(reading(),)), Batch(readings=(reading(key="u"),)))},
        "sensors change",
    ),
}


def broken(changes: dict[str, Any]) -> Callable[[], Fake]:
    source = type("Broken", (Fake,), changes)

    def build() -> Fake:
        made = source.__new__(source)
        made.settings = FakeSettings(user="u", password=SecretStr(SECRET))
        made.timezone = "UTC"
        return made

    return build


def test_a_source_that_keeps_the_contract_passes() -> None:
    check_integration(make, at=AT, refused=lambda: make(password="wrong"))


@pytest.mark.parametrize("breach", list(BREACHES))
def test_each_breach_is_found_and_named(breach: str) -> None:
    changes, named = BREACHES[breach]
    with pytest.raises(AssertionError, match=named):
        check_integration(broken(changes), at=AT)


def test_a_source_that_closes_only_once_is_found() -> None:
    closed: set[int] = set()

    class Once(Fake):
        def close(self) -> None:
            if id(self) in closed:
                raise RuntimeError("closed")
            closed.add(id(self))

    with pytest.raises(AssertionError, match="closing twice"):
        check_integration(lambda: make(Once), at=AT)


@pytest.mark.parametrize(
    ("behaviour", "named"),
    [
        (lambda self: "Reached.", "accepted"),
        (raising(ValueError("no")), "ValueError"),
        (raising(AuthError("no", where="w", next_step=f"Not {SECRET}.")), "secret"),
        (raising(AuthError("no")), "where"),
    ],
)
def test_wrong_credentials_must_be_an_auth_error(behaviour: Callable[..., Any], named: str) -> None:
    class Stranger(Fake):
        test_connection = behaviour

    with pytest.raises(AssertionError, match=named):
        check_integration(make, at=AT, refused=lambda: make(Stranger))


def test_the_present_is_taken_when_no_time_is_given() -> None:
    check_integration(make)
