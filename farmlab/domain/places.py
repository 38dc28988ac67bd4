"""Where things are: farms, their houses, what lives in them, and what stands in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from farmlab import clock, units


class HouseKind(StrEnum):
    """What lives in a house."""

    BROILER = "broiler"
    LAYER = "layer"
    ROOM = "room"


@dataclass(frozen=True, slots=True, kw_only=True)
class Farm:
    """The top of everything. ``settings`` are those of its integration; secrets in them are references."""

    name: str
    timezone: str = "UTC"
    integration: str = "none"
    settings: Mapping[str, Any] = field(default_factory=dict)
    location: str = ""
    poll_minutes: float = 5.0
    simulated: bool = False
    retired_at: datetime | None = None
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A numbered house of a farm. ``set_points`` are (age in days, °C) pairs, linear in between."""

    number: int
    name: str = ""
    kind: HouseKind = HouseKind.BROILER
    capacity: int | None = None
    set_points: tuple[tuple[float, float], ...] = ()
    source_key: str = ""
    retired_at: datetime | None = None
    id: int = 0

    @property
    def label(self) -> str:
        """What people call it: its name, or "House 3"."""
        return self.name or f"House {self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flock:
    """One batch of birds in a house. Unknown breed or number is "" or None, never a guess."""

    house: int
    placed_on: date
    breed: str = ""
    birds_placed: int | None = None
    expected_harvest: date | None = None
    ended_on: date | None = None
    id: int = 0

    def age_days(self, moment: datetime, timezone: str) -> int:
        """Age at this moment: day 0 is placement, the day changes at the farm's midnight."""
        return clock.age_days(self.placed_on, moment, timezone)

    def holds(self, day: date) -> bool:
        """Whether the flock is in the house on this day."""
        return self.placed_on <= day and (self.ended_on is None or day <= self.ended_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A controller, building device, machine or camera; house 0 = of the farm."""

    house: int
    kind: str
    name: str
    source_key: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """A fan, heater, inlet, pump, feed or water line; ``sensors`` are the source keys that tell of it."""

    house: int
    kind: str
    number: int = 1
    installed_on: date | None = None
    rating: float | None = None
    rating_unit: str = ""
    sensors: tuple[str, ...] = ()
    id: int = 0

    @property
    def label(self) -> str:
        """What people call it: "tunnel fan 2"."""
        return f"{self.kind.replace('_', ' ')} {self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """One measured or counted quantity; unique in a farm by (house, source key)."""

    house: int
    source_key: str
    metric: str
    position: str = ""
    kind: units.Kind | None = None
    name: str = ""
    device: str = ""
    id: int = 0

    @property
    def column(self) -> str:
        """Its column in a wide table, with unit and position.

        >>> Sensor(house=1, source_key="Temperature_Sensor_2", metric="temp", position="2").column
        'temp_c_2'
        """
        column = units.METRICS[self.metric].column
        return f"{column}_{self.position}" if self.position else column

    @property
    def counts(self) -> units.Kind:
        """How its values add up: what was said of this sensor, else what is usual for the metric."""
        return self.kind or units.METRICS[self.metric].kind

    @property
    def label(self) -> str:
        """What people call it: "temperature 2"."""
        return self.name or f"{units.METRICS[self.metric].label} {self.position}".strip()
