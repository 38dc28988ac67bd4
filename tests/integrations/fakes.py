"""A source that keeps the contract, to be broken one way at a time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, SecretStr

from farmlab.domain import Equipment, Event, EventKind, Flock, House, Reading, Sensor
from farmlab.errors import AuthError
from farmlab.integrations.base import CAPABILITIES, Batch, Integration, Problem, SourceInfo

AT = datetime(2026, 4, 20, 12, 0, tzinfo=UTC)
SECRET = "correct horse"


class FakeSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user: str
    password: SecretStr
    houses: int = 2


def reading(house: int = 1, key: str = "t", **changes: Any) -> Reading:
    told = {"metric": "temp", "position": "", "value": 21.5, "time": AT} | changes
    sensor = Sensor(
        house=house, source_key=key, metric=told["metric"], position=told["position"], kind=told.get("kind")
    )
    rest = {name: told[name] for name in ("quality", "raw") if name in told}
    return Reading(sensor=sensor, time=told["time"], value=told["value"], **rest)


class Fake(Integration):
    """Two houses, one temperature each."""

    name: ClassVar[str] = "fake"
    capabilities: ClassVar[frozenset[str]] = frozenset(CAPABILITIES)
    settings_schema: ClassVar[type[BaseModel]] = FakeSettings

    def test_connection(self) -> str:
        if self.settings.password.get_secret_value() != SECRET:
            raise AuthError("the account is refused", where="fake", next_step="Check the password.")
        return "Reached the fake farm."

    def describe(self) -> SourceInfo:
        return SourceInfo("Fake farm")

    def list_houses(self) -> list[House]:
        return [House(number=1), House(number=2)]

    def list_equipment(self) -> list[Equipment]:
        return [Equipment(house=1, kind="fan", number=1, sensors=("t",))]

    def list_flocks(self, at: datetime) -> list[Flock]:
        return [Flock(house=1, placed_on=date(2026, 4, 1))]

    def read_live(self, at: datetime) -> Batch:
        return Batch(readings=(reading(1), reading(2)), payload=b"{}", houses_seen=frozenset({1, 2}))

    def read_daily(self, house: int, at: datetime) -> Batch:
        if house > 2:
            return Batch(problems=(Problem(house, "there is no such house"),))
        return Batch(readings=(reading(house, "w", metric="water", position="day", kind="amount", value=3.0),))

    def read_alarms(self, at: datetime) -> list[Event]:
        return [Event(house=1, time=AT, kind=EventKind.ALARM, message="hot")]

    def house_age(self, house: int) -> int | None:
        return 19 if house == 1 else None


def make(source: type[Fake] = Fake, password: str = SECRET) -> Fake:
    return source(FakeSettings(user="u", password=SecretStr(password)), timezone="UTC")
