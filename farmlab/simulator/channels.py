"""What a simulated controller shows: source keys, the grain of each value, and what it counts inside.

The source keys are those of a Rotem house (:mod:`farmlab.integrations`); a test checks that both agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

TEMPERATURE_SENSORS: Final = 6
HEATERS: Final = 8


@dataclass(frozen=True, slots=True)
class Channel:
    """One value of a house, with its resolution and the range that the controller can show."""

    key: str
    quantum: float = 1.0
    low: float = 0.0
    high: float = 1e6
    optional: bool = False
    """Whether some houses lack it."""


_INSIDE = tuple(
    Channel(f"Temperature_Sensor_{number}", 0.1, -40, 85, optional=number > 4)
    for number in range(1, TEMPERATURE_SENSORS + 1)
)

CHANNELS: Final[tuple[Channel, ...]] = (
    *_INSIDE,
    Channel("Outside_Temperature", 0.1, -40, 85),
    Channel("Inside_Humidity", 1, 0, 100),
    Channel("Outside_Humidity", 1, 0, 100, optional=True),
    Channel("CO2", 10, 0, 10_000),
    Channel("Ammonia", 1, 0, 100, optional=True),
    Channel("Static_Pressure", 1, -50, 125),
    Channel("Average_Temperature", 0.1, -40, 85),
    Channel("Set_Temperature", 0.1, 0, 50),
    Channel("Target_Pressure"),
    Channel("Current_Level_CFM"),
    Channel("CFM_Percentage"),
    Channel("Vent_Level"),
    Channel("Tunnel_Fans"),
    Channel("Exh_Fans"),
    Channel("Stir_Fans"),
    Channel("Heaters"),
    Channel("Cooling_Pad"),
    Channel("Light1"),
    Channel("Air_Vent_1_Position"),
    Channel("Tunnel_Curtain_1_Position"),
    Channel("Daily_Water"),
    Channel("Daily_Feed"),
    Channel("Feeding"),
    Channel("Auger"),
    Channel("Silo_1", 10),
    Channel("Silo_2", 10),
    Channel("Average_Weight"),
    Channel("Number_Of_Weights"),
    Channel("Current_Birds_Count_In_House"),
    Channel("TotalDailyMaleMortality"),
    Channel("Growth_Day", low=-2),
)
"""The measured ones first, in the order of :data:`SENSORS`; then what the controller knows by itself."""

SENSORS: Final[tuple[str, ...]] = tuple(channel.key for channel in CHANNELS[:12])
"""Source keys that come from a physical sensor, and so have noise, bias and sensor faults."""

KEYS: Final[tuple[str, ...]] = tuple(channel.key for channel in CHANNELS)

INSIDE: Final[tuple[str, ...]] = (
    "connected",
    "alarms",
    "culls",
    "weight_cv",
    *(f"heater_minutes_{number}" for number in range(1, HEATERS + 1)),
)
"""What the controller keeps for its own tables, or what is true of its line, without a source key."""

COLUMNS: Final[tuple[str, ...]] = KEYS + INSIDE
COLUMN: Final[dict[str, int]] = {name: number for number, name in enumerate(COLUMNS)}
