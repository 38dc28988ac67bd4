"""How a controller writes its numbers: in the units of the user's settings, as strings, with sentinels."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_METRIC_SIGNS: Final = {
    "UT_Temperature": "C°",
    "UT_Weight": "KG",
    "UT_Pressure": "Pa",
    "UT_Capacity": "M3/H",
    "UT_Volume": "",
    "UT_Percent": "%",
}
_US_SIGNS: Final = _METRIC_SIGNS | {
    "UT_Temperature": "F°",
    "UT_Weight": "LB",
    "UT_Pressure": "IN.W.C",
    "UT_Capacity": "CFM",
}
_US_SCALES: Final = {
    "UT_Temperature": (1.8, 32.0),
    "UT_Weight": (2.2046226, 0.0),
    "UT_Pressure": (0.00401463, 0.0),
    "UT_Capacity": (0.5885778, 0.0),
    "UT_Volume": (0.2641720, 0.0),
}
_IN_GRAMS: Final = "Average_Weight"


@dataclass(frozen=True, slots=True)
class Writing:
    """One choice of units: codes as in the user's settings, signs as on the screen, scales from SI."""

    codes: Mapping[str, int | str]
    signs: Mapping[str, str]
    scales: Mapping[str, tuple[float, float]]
    commas: bool = False

    def number(self, key: str, unit_type: str, si: float) -> float:
        """The value of a parameter in the units in force; weights of birds come in g, others in kg."""
        factor, offset = self.scales.get(unit_type, (1.0, 0.0))
        return (si / 1000 if key == _IN_GRAMS else si) * factor + offset

    def raw(self, key: str, unit_type: str, si: float) -> str:
        """As in a parameter table: up to three decimals, no zeros at the end.

        >>> METRIC.raw("Average_Temperature", "UT_Temperature", 29.7075)
        '29.71'
        >>> US.raw("Average_Temperature", "UT_Temperature", 30.0)
        '86'
        """
        digits = 3 if unit_type in ("UT_Weight", "UT_Pressure") else 2
        text = f"{self.number(key, unit_type, si):{',' if self.commas else ''}.{digits}f}"
        return text.rstrip("0").rstrip(".")

    def shown(self, key: str, unit_type: str, si: float) -> str:
        """As on the screen: rounded, thousands with commas.

        >>> METRIC.shown("Current_Level_CFM", "UT_Capacity", 115532.0)
        '115,532'
        """
        return f"{self.number(key, unit_type, si):,.{self._digits(key, unit_type)}f}"

    def _digits(self, key: str, unit_type: str) -> int:
        if key == _IN_GRAMS:
            return 3
        if unit_type == "UT_Pressure" and self.signs[unit_type] != "Pa":
            return 2
        return 1 if unit_type == "UT_Temperature" else 0


def _settings(*codes: int) -> Mapping[str, Any]:
    names = ("TemperatureUnit", "WeightUnit", "PressureUnit", "CapacityUnit", "VolumeFluidUnit")
    return MappingProxyType(dict(zip(names, codes, strict=True)) | {"LengthUnit": codes[0], "SpeedUnit": 2})


METRIC: Final = Writing(_settings(0, 0, 2, 0, 0), MappingProxyType(_METRIC_SIGNS), MappingProxyType({}))
US: Final = Writing(_settings(1, 1, 1, 1, 1), MappingProxyType(_US_SIGNS), MappingProxyType(_US_SCALES))
WRITINGS: Final[Mapping[str, Writing]] = MappingProxyType({"metric": METRIC, "us": US})
