"""Units in force: the service converts its values to the settings of the user who is logged in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from farmlab import units
from farmlab.errors import UnitError
from farmlab.integrations.rotem.parse import integer

if TYPE_CHECKING:
    from collections.abc import Mapping

_CODES: Final[Mapping[str, tuple[str, Mapping[int, str]]]] = {
    "temp": ("TemperatureUnit", {0: "C", 1: "F"}),
    "weight": ("WeightUnit", {0: "kg", 1: "lb"}),
    "pressure": (
        "PressureUnit",
        {0: "milibar", 1: "in.w.c", 2: "Pa", 3: "cm.w.c", 4: "mm.w.c", 5: "bar", 6: "psi"},
    ),
    "airflow": ("CapacityUnit", {0: "m3/h", 1: "cfm"}),
    "water": ("VolumeFluidUnit", {0: "l", 1: "gal"}),
}
"""Quantity → name of the setting, and what its codes mean."""
_SIGNS: Final = {
    "temp": "Average_Temperature_Sign",
    "weight": "Feed_Consumption_Sign",
    "pressure": "Static_Pressure_Sign",
    "airflow": "Current_Level_CFM_Sign",
}
"""Quantity → where the screen's copy of the general table states its unit. None states that of water."""
_QUANTITY_OF: Final = {
    "temp": "temp",
    "temp_set": "temp",
    "weight": "weight",
    "feed": "weight",
    "silo": "weight",
    "pressure": "pressure",
    "pressure_set": "pressure",
    "airflow": "airflow",
    "water": "water",
}
"""Metric → the quantity whose unit can be set; other metrics have only one."""


@dataclass(frozen=True, slots=True)
class Units:
    """The units in which values come; those of the service's own defaults at first."""

    temp: str = "C"
    weight: str = "kg"
    pressure: str = "Pa"
    airflow: str = "m3/h"
    water: str = "l"

    @classmethod
    def of_settings(cls, settings: Any) -> Units | None:
        """The units of a ``UnitConverterSettings``; None when it is not one."""
        if not isinstance(settings, dict) or "TemperatureUnit" not in settings:
            return None
        said = {name: integer(settings.get(key)) for name, (key, _) in _CODES.items()}
        known = {name: _CODES[name][1].get(code) for name, code in said.items() if code is not None}
        return cls(**{name: unit for name, unit in known.items() if unit})

    def with_signs(self, view: Any) -> Units:
        """These units, corrected by what the general table of a house states."""
        if not isinstance(view, dict):
            return self
        stated = {name: str(view.get(key, "")) for name, key in _SIGNS.items()}
        return replace(self, **{name: sign for name, sign in stated.items() if sign and _is_unit(sign, name)})

    def to_si(self, value: float, metric: str) -> float:
        """A value of this metric in its SI unit.

        >>> round(Units(temp="F").to_si(86.0, "temp"), 6)
        30.0
        >>> Units().to_si(1.25, "weight")
        1250.0
        """
        quantity = _QUANTITY_OF.get(metric)
        return units.to_si(value, getattr(self, quantity), metric=metric) if quantity else value


def _is_unit(sign: str, quantity: str) -> bool:
    """Whether a sign is a unit of this quantity; a sign that is not leaves the unit of the account in force."""
    try:
        units.conversion(sign, metric=quantity)
    except UnitError:
        return False
    return True
