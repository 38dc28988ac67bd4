"""A farm made by hand, whose every value is known, and a gateway with a clock that stands where a test puts it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from farmlab.simulator.gateway import Gateway, Traps
from farmlab.simulator.gateway_farm import ServedFarm
from farmlab.simulator.snapshot import AlarmRow, CurvePoint, HouseSnapshot

ZONE = "America/New_York"
NOON = datetime(2026, 4, 20, 16, 23, tzinfo=UTC)
"""12:23 on the farm."""
USER, PASSWORD = "owner@example.test", "correct horse"

GROWING: dict[str, float | None] = {
    "Average_Temperature": 29.7,
    "Temperature_Sensor_1": 29.17,
    "Temperature_Sensor_2": 30.11,
    "Outside_Temperature": 27.33,
    "Set_Temperature": 27.65,
    "Inside_Humidity": 64.0,
    "CO2": 1850.0,
    "Ammonia": 12.0,
    "Static_Pressure": 24.0,
    "Target_Pressure": 25.0,
    "Current_Level_CFM": 115532.0,
    "CFM_Percentage": 17.0,
    "Vent_Level": 17.0,
    "Tunnel_Fans": 2.0,
    "Exh_Fans": 1.0,
    "Stir_Fans": 0.0,
    "Heaters": 0.0,
    "Cooling_Pad": 0.0,
    "Light1": 35.0,
    "Air_Vent_1_Position": 38.0,
    "Tunnel_Curtain_1_Position": 0.0,
    "Daily_Water": 1989.0,
    "Daily_Feed": 1037.0,
    "Feeding": 2.0,
    "Auger": 1.0,
    "Silo_1": 12040.0,
    "Average_Weight": 1012.0,
    "Number_Of_Weights": 240.0,
    "Current_Birds_Count_In_House": 24810.0,
    "TotalDailyMaleMortality": 7.0,
    "Growth_Day": 21.0,
}
"""House 1. No Silo_2, no outside humidity, two temperature sensors."""
INSTALLED = {
    "Heaters": 8,
    "Tunnel_Fans": 12,
    "Exh_Fans": 4,
    "Stir_Fans": 2,
    "Cooling_Pad": 1,
    "Feeding": 2,
    "Auger": 2,
}
CURVE = (CurvePoint(1, 33.0, 32.4, 37.0, 30.0, 37.5), CurvePoint(21, 27.0, 26.4, 31.0, 24.0, 31.5))
ALARMS = (
    AlarmRow(2, "High temperature", NOON - timedelta(hours=5), active=False, ended=NOON - timedelta(hours=4)),
    AlarmRow(102, "Water shortage", NOON - timedelta(minutes=23), active=True),
)
DAYS = pd.DataFrame(
    {
        "growth_day": [-1, 0, 1, 2, 21],
        "temp_min": [23.77, 24.38, 31.38, 30.0, 27.4],
        "temp_last": [32.26, 32.71, 31.58, 31.0, 29.83],
        "temp_max": [33.12, 33.51, 33.32, 32.0, 30.08],
        "rh_min": [40.0, 41.0, 42.0, 43.0, 44.0],
        "rh_last": [50.0, 51.0, 52.0, 53.0, 54.0],
        "rh_max": [60.0, 61.0, 62.0, 63.0, 64.0],
        "co2_min": [float("nan")] * 5,
        "water": [0.0, 7.5, 1.0, 155.2, 998.4],
        "feed": [17.0, 0.0, 9.0, 41.0, 37.0],
        "weight": [float("nan"), 42.0, 55.0, 71.0, 1012.0],
        "weighings": [0.0, 10.0, 20.0, 30.0, 40.0],
        "mortality": [0.0, 3.0, 12.0, 9.0, 7.0],
        "culls": [0.0, 0.0, 2.0, 1.0, 0.0],
        "birds": [0.0, 24990.0, 24976.0, 24966.0, 24810.0],
        "heater_minutes_1": [0.0, 0.0, 0.0, 0.0, 75.0],
        "heater_minutes_3": [223.0, 298.0, 250.0, 80.0, 0.0],
        "heater_minutes_8": [0.0, 0.0, float("nan"), 10.0, 31.0],
    }
)


def house(number: int, **changes: Any) -> HouseSnapshot:
    """House 1 of the example farm, changed."""
    told = HouseSnapshot(
        number=number,
        name=f"House {number}",
        local_time="12:23",
        connected=True,
        growth_day=21,
        house_mode="FULL_HOUSE",
        values=GROWING,
        installed=INSTALLED,
        alarms=ALARMS if number == 1 else (),
        curve=CURVE,
        birds_placed=25000,
    )
    return replace(told, **changes)


@dataclass
class HandFarm:
    """Houses as given; their clocks show the time that is asked for."""

    houses: Sequence[HouseSnapshot] = field(default_factory=lambda: [house(1), house(2), house(8, name="Barn <b>")])
    name: str = "Hillside"
    timezone: str = ZONE

    def snapshot(self, at: datetime) -> list[HouseSnapshot]:
        local = f"{at.astimezone(ZoneInfo(self.timezone)):%H:%M}"
        return [replace(told, local_time=local) for told in self.houses]

    def daily(self, house: int, at: datetime) -> pd.DataFrame:
        return DAYS


@dataclass
class Hand:
    """A clock that is moved by hand."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at


@contextmanager
def served(farm: HandFarm | None = None, *, now: Hand | None = None, **traps: Any) -> Iterator[Gateway]:
    """A running gateway of a farm."""
    shown: ServedFarm = farm or HandFarm()
    gateway = Gateway(shown, username=USER, password=PASSWORD, traps=Traps(**traps), now=now or Hand())
    with gateway:
        yield gateway
