"""Metrics, each with one SI unit, and the conversions into it.

>>> METRICS["temp"].column
'temp_c'
>>> to_si(86.0, "F", metric="temp")
30.0
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from farmlab.errors import UnitError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["gauge", "day_counter", "counter", "amount"]
"""How values of a sensor add up: an instantaneous gauge, a counter that starts at 0 at the farm's
midnight, an ever growing counter, or an amount that belongs to its own interval."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One measurable quantity.

    Attributes
    ----------
    code
        The short name, used everywhere.
    unit
        The SI unit as written for people.
    suffix
        The unit as written in column names; empty where the code says it.
    label
        What people call it.
    low, high
        Physically possible values; outside, a reading cannot be true (broiler houses and rooms).
    digits
        Decimals that are shown.
    kind
        How values add up, unless the sensor says otherwise.
    stuck_hours
        A sensor of this metric that repeats one value for longer is suspected; 0 = repeats are normal.
    """

    code: str
    unit: str
    suffix: str
    label: str
    low: float
    high: float
    digits: int = 0
    kind: Kind = "gauge"
    stuck_hours: float = 0.0

    @property
    def column(self) -> str:
        """The column name, unit included: ``temp_c``."""
        return f"{self.code}_{self.suffix}" if self.suffix else self.code


def _catalogue(*metrics: Metric) -> dict[str, Metric]:
    return {metric.code: metric for metric in metrics}


METRICS: Final[Mapping[str, Metric]] = _catalogue(
    Metric("temp", "°C", "c", "temperature", -40, 60, digits=1, stuck_hours=3),
    Metric("temp_set", "°C", "c", "set temperature", 0, 50, digits=1),
    Metric("rh", "%", "pct", "relative humidity", 1, 100, stuck_hours=6),
    Metric("co2", "ppm", "ppm", "CO₂", 300, 10_000, stuck_hours=6),
    Metric("nh3", "ppm", "ppm", "NH₃", 0, 150),
    Metric("pressure", "Pa", "pa", "static pressure", -50, 150),
    Metric("airflow", "m³/h", "m3h", "airflow", 0, 2_000_000),
    Metric("vent_level", "%", "pct", "ventilation level", 0, 100),
    Metric("vent_stage", "", "n", "ventilation stage", 0, 100),
    Metric("pressure_set", "Pa", "pa", "set pressure", 0, 102),
    Metric("inlet", "%", "pct", "inlet opening", 0, 100),
    Metric("fans_exhaust", "", "running", "side fans running", 0, 100),
    Metric("fans_tunnel", "", "running", "tunnel fans running", 0, 100),
    Metric("fans_stir", "", "running", "stir fans running", 0, 100),
    Metric("heaters", "", "running", "heaters running", 0, 100),
    Metric("heater_time", "h", "h", "heater running time", 0, 400, digits=1, kind="amount"),
    Metric("pad", "", "on", "cooling pad", 0, 20),
    Metric("light", "%", "pct", "light", 0, 100),
    Metric("illuminance", "lx", "lx", "illuminance", 0, 150_000),
    Metric("water", "l", "l", "water", 0, 200_000, kind="day_counter"),
    Metric("feed", "kg", "kg", "feed", 0, 50_000, kind="day_counter"),
    Metric("feeders", "", "running", "feed lines running", 0, 20),
    Metric("auger", "", "running", "auger running", 0, 20),
    Metric("silo", "kg", "kg", "feed in silo", 0, 100_000),
    Metric("weight", "g", "g", "bird weight", 0, 8_000),
    Metric("weighings", "", "n", "birds weighed", 0, 100_000, kind="day_counter"),
    Metric("birds", "", "n", "birds alive", 0, 500_000),
    Metric("mortality", "", "n", "birds dead today", 0, 100_000, kind="day_counter"),
    Metric("culls", "", "n", "birds culled today", 0, 100_000, kind="day_counter"),
    Metric("power", "W", "w", "power", 0, 2_000_000),
    Metric("energy", "kWh", "kwh", "energy", 0, 1e9, digits=1, kind="counter"),
    Metric("gas", "m³", "m3", "gas", 0, 1e9, digits=1, kind="counter"),
    Metric("air_speed", "m/s", "ms", "air speed", 0, 40, digits=1),
    Metric("growth_day", "d", "d", "controller growth day", -2, 999),
    Metric("humidity_ratio", "kg/kg", "kgkg", "humidity ratio", 0, 0.1, digits=4),
    Metric("occupancy", "", "on", "occupancy", 0, 1),
)

_LINEAR: Final[Mapping[str, tuple[str, float, float]]] = {
    # unit as written by devices, lower case → (SI unit, factor, offset): si = value × factor + offset
    "c": ("°C", 1.0, 0.0),
    "°c": ("°C", 1.0, 0.0),
    "c°": ("°C", 1.0, 0.0),
    "degc": ("°C", 1.0, 0.0),
    "celsius": ("°C", 1.0, 0.0),
    "f": ("°C", 5 / 9, -160 / 9),
    "°f": ("°C", 5 / 9, -160 / 9),
    "f°": ("°C", 5 / 9, -160 / 9),
    "degf": ("°C", 5 / 9, -160 / 9),
    "fahrenheit": ("°C", 5 / 9, -160 / 9),
    "k": ("°C", 1.0, -273.15),
    "%": ("%", 1.0, 0.0),
    "pct": ("%", 1.0, 0.0),
    "%rh": ("%", 1.0, 0.0),
    "ppm": ("ppm", 1.0, 0.0),
    "pa": ("Pa", 1.0, 0.0),
    "in.w.c": ("Pa", 249.089, 0.0),
    "inwc": ("Pa", 249.089, 0.0),
    "cm.w.c": ("Pa", 98.0665, 0.0),
    "mm.w.c": ("Pa", 9.80665, 0.0),
    "milibar": ("Pa", 100.0, 0.0),
    "mbar": ("Pa", 100.0, 0.0),
    "bar": ("Pa", 100_000.0, 0.0),
    "psi": ("Pa", 6_894.757, 0.0),
    "m3/h": ("m³/h", 1.0, 0.0),
    "m³/h": ("m³/h", 1.0, 0.0),
    "cfm": ("m³/h", 1.699011, 0.0),
    "l": ("l", 1.0, 0.0),
    "lt": ("l", 1.0, 0.0),
    "litre": ("l", 1.0, 0.0),
    "gl": ("l", 3.785412, 0.0),
    "gal": ("l", 3.785412, 0.0),
    "kg": ("kg", 1.0, 0.0),
    "lb": ("kg", 0.45359237, 0.0),
    "g": ("g", 1.0, 0.0),
    "w": ("W", 1.0, 0.0),
    "kw": ("W", 1_000.0, 0.0),
    "kwh": ("kWh", 1.0, 0.0),
    "wh": ("kWh", 0.001, 0.0),
    "m3": ("m³", 1.0, 0.0),
    "m³": ("m³", 1.0, 0.0),
    "lx": ("lx", 1.0, 0.0),
    "lux": ("lx", 1.0, 0.0),
    "m/s": ("m/s", 1.0, 0.0),
    "m_sec": ("m/s", 1.0, 0.0),
    "km_h": ("m/s", 1 / 3.6, 0.0),
    "mile_h": ("m/s", 0.44704, 0.0),
    "feet_sec": ("m/s", 0.3048, 0.0),
    "feet_min": ("m/s", 0.00508, 0.0),
    "d": ("d", 1.0, 0.0),
    "kg/kg": ("kg/kg", 1.0, 0.0),
    "": ("", 1.0, 0.0),
}
_BETWEEN: Final[Mapping[tuple[str, str], float]] = {("kg", "g"): 1_000.0, ("g", "kg"): 0.001}


def metric(code: str) -> Metric:
    """The metric of this code; an unknown code names the nearest known one."""
    try:
        return METRICS[code]
    except KeyError:
        raise UnknownName.among("metric", code, METRICS) from None


def conversion(unit: str, *, metric: str) -> tuple[float, float]:
    """Factor and offset that turn a value in ``unit`` into the SI unit of the metric.

    Raises
    ------
    UnitError
        The unit is not known, or is not one of this metric.

    >>> conversion("LB", metric="weight")
    (453.59237, 0.0)
    """
    wanted = METRICS[metric].unit
    key = unit.strip().lower()
    if key not in _LINEAR:
        raise UnitError(f"the unit {unit!r} is not known", where=METRICS[metric].label, next_step=f"Use {wanted}.")
    si, factor, offset = _LINEAR[key]
    bridge = 1.0 if si == wanted else _BETWEEN.get((si, wanted))
    if bridge is None:
        raise UnitError(f"{unit!r} is not a unit of {METRICS[metric].label}", next_step=f"Use {wanted or 'a number'}.")
    return factor * bridge, offset * bridge


def to_si(value: float, unit: str, *, metric: str) -> float:
    """The value in the SI unit of the metric, rounded to nine digits.

    >>> round(to_si(0.1, "IN.W.C", metric="pressure"), 1)
    24.9
    """
    factor, offset = conversion(unit, metric=metric)
    return round(value * factor + offset, 9)


def known_units() -> list[str]:
    """The units that :func:`to_si` understands, lower case."""
    return sorted(unit for unit in _LINEAR if unit)
