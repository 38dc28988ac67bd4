"""Parameters of a house controller, by the names of its live bundle, and what they measure."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_TEMPERATURE_SENSORS: Final = 36
INSIDE_SENSOR: Final = re.compile(r"Temperature_Sensor_\d+")
"""Sensors that may hang anywhere: the bundle marks those inside with an icon."""

CHANNELS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "Average_Temperature": ("temp", ""),
        **{f"Temperature_Sensor_{n}": ("temp", str(n)) for n in range(1, _MOST_TEMPERATURE_SENSORS + 1)},
        "Outside_Temperature": ("temp", "outside"),
        "Set_Temperature": ("temp_set", ""),
        "Inside_Humidity": ("rh", ""),
        "Outside_Humidity": ("rh", "outside"),
        "CO2": ("co2", ""),
        "Ammonia": ("nh3", ""),
        "Static_Pressure": ("pressure", ""),
        "Target_Pressure": ("pressure_set", ""),
        "Current_Level_CFM": ("airflow", ""),
        "CFM_Percentage": ("vent_level", ""),
        "Vent_Level": ("vent_stage", ""),
        "Tunnel_Fans": ("fans_tunnel", ""),
        "Exh_Fans": ("fans_exhaust", ""),
        "Stir_Fans": ("fans_stir", ""),
        "Heaters": ("heaters", ""),
        "Cooling_Pad": ("pad", ""),
        "Light1": ("light", ""),
        **{f"Air_Vent_{n}_Position": ("inlet", str(n)) for n in range(1, 5)},
        "Tunnel_Curtain_1_Position": ("inlet", "tunnel"),
        "Daily_Water": ("water", ""),
        "Daily_Feed": ("feed", ""),
        "Feeding": ("feeders", ""),
        "Auger": ("auger", ""),
        **{f"Silo_{n}": ("silo", str(n)) for n in range(1, 5)},
        "Average_Weight": ("weight", ""),
        "Number_Of_Weights": ("weighings", ""),
        "Current_Birds_Count_In_House": ("birds", ""),
        "TotalDailyMaleMortality": ("mortality", ""),
        "TotalDailyFemaleMortality": ("mortality", "female"),
        "TotalDailyMaleCult": ("culls", ""),
        "TotalDailyFemaleCult": ("culls", "female"),
        "Growth_Day": ("growth_day", ""),
    }
)
"""Source key → (metric, position)."""

COMPARISON: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Average_Temperature": "Temperature_Current",
        "Daily_Feed": "Feed_Daily",
        "Daily_Water": "Water_Daily",
        "CFM_Percentage": "Vent_Level_Percents",
    }
)
"""Source key → its name among the comparison items, where that differs."""

SECTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Average_Temperature": "Temperature",
        "Inside_Humidity": "Humidity",
        "CO2": "CO2",
        "Daily_Water": "DailyWater",
        "Daily_Feed": "DailyFeed",
        "Static_Pressure": "Pressure",
    }
)
"""Source key → the section of a house's ``Data`` that repeats it."""

ZERO_IS_ABSENT: Final = re.compile(r"Average_Weight|Silo_\d|Current_Birds_Count_In_House")
"""Parameters that show 0 when there is no scale, no silo (beside another 0), nobody who enters birds."""

SWITCHED: Final = "DigitalOut"
"""The table whose ``ParameterData`` is the number installed; none means that there is nothing to run."""

TABLES: Final = ("General", "TempSensor", "Consumption", "AvgWeight", "FeedInv", SWITCHED, "AnalogOut")
"""Tables of the bundle with parameters that are read."""

_WITHOUT_METRIC: Final = frozenset(
    re.findall(
        r"\S+",
        """
    Alarm Time Temperature_Curve House_Mode Siren IsFeeding Vent_Mode Min_Vent_Level Max_Vent_Level
    TemperatureOffset Humidity_Treatment Humidity_Treatment_Percents CO2_Treatment Cool_Pad_Flush Nipple_Flush
    Cycle CycleStatus CycleTime CycleNext Feed_Consumption Feed_Consumption_Rate Birds_Livability
    House_Connection_Status THI TotalDailyMaleMoved TotalDailyFemaleMoved Tunnel_Temperature
    Wind_Chill_Temperature Attic_Temperature Feed_Area_Temperature Egg_Room_Temperature Work_Room_Temperature
    Emergency_Temperature_1 Emergency_Temperature_2 Circuit_Breaker_Temp Wind_Speed Wind_Direction WOD_Pressue
    Daily_WaterFeedRate Light Heaters_High Radiant_Low Radiant_High Cooling Foggers Attic Water Water_Main
    Water_Bypass Water_Line Water_On_Demand Valve Egg_Room_Heater Egg_Room_Fans Egg_Room_Cool Egg_Room_Humidity
    """,
    )
)
_NUMBERED: Final = re.compile(
    r"(Humidity|Nest|Extra_System|Light|ZoneInlet)_?\d+|(Tunnel_Curtain|Curtain|Air_Vent)_\d+_Position"
)


def is_known(key: str) -> bool:
    """Whether the parameter has a metric, or is known to need none."""
    return key in CHANNELS or key in _WITHOUT_METRIC or _NUMBERED.fullmatch(key) is not None


class Installed(NamedTuple):
    """A kind of equipment, and the source keys that tell of it besides its own output."""

    kind: str
    sensors: tuple[str, ...]


EQUIPMENT: Final[Mapping[str, Installed]] = MappingProxyType(
    {
        "Tunnel_Fans": Installed("tunnel_fan", ("Static_Pressure", "Current_Level_CFM", "Average_Temperature")),
        "Exh_Fans": Installed("side_fan", ("Static_Pressure", "Current_Level_CFM", "Average_Temperature")),
        "Stir_Fans": Installed("stir_fan", ()),
        "Heaters": Installed("heater", ("Average_Temperature", "Set_Temperature")),
        "Cooling_Pad": Installed("cooling_pad", ("Average_Temperature", "Inside_Humidity", "Outside_Temperature")),
        "Feeding": Installed("feed_line", ("Daily_Feed",)),
        "Auger": Installed("auger", ("Daily_Feed", "Silo_1", "Silo_2")),
        "Water_Line": Installed("drinker_line", ("Daily_Water",)),
    }
)
"""Switched output → the equipment that it drives."""
POSITIONED: Final[Mapping[str, str]] = MappingProxyType({"PP_Vent": "inlet", "TunnelCurtain": "tunnel_inlet"})
"""Category of an analogue output → the equipment that it moves."""
