"""What the name of a column or sensor says: metric, unit, position, house.

>>> meaning("Temp (°F)")
Meaning(metric='temp', unit='°F', position='', house=None, confidence=0.9)
>>> meaning("House 3 CO2 [ppm]").house
3
>>> meaning("HumidityRatio").metric
'humidity_ratio'
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from farmlab.errors import UnitError
from farmlab.units import METRICS, conversion, known_units

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name says. An empty unit means that the name gives none; ``confidence`` is 0 to 1."""

    metric: str
    unit: str = ""
    position: str = ""
    house: int | None = None
    confidence: float = 0.7


_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    # metric → the words, all of which must be there; longer entries are tried first
    "temp_set": ("set temp", "temp set", "target temp", "temp target", "set temperature", "temperature set",
                 "target temperature", "setpoint temp", "temp setpoint", "setpoint temperature",
                 "temperature setpoint"),
    "temp": ("temp", "temperature", "temperatur", "temperatura", "température", "tmp"),
    "humidity_ratio": ("humidity ratio", "humidityratio", "mixing ratio"),
    "rh": ("rh", "humidity", "relative humidity", "hum", "feuchte", "luftfeuchte", "luftfeuchtigkeit", "humedad",
           "humidité"),
    "co2": ("co2", "co₂", "carbon dioxide", "kohlendioxid"),
    "nh3": ("nh3", "nh₃", "ammonia", "ammoniak"),
    "pressure_set": ("target pressure", "pressure target", "set pressure", "pressure set"),
    "pressure": ("pressure", "static pressure", "unterdruck", "presión"),
    "airflow": ("airflow", "air flow", "ventilation rate", "cfm"),
    "vent_level": ("vent level", "ventilation level"),
    "inlet": ("inlet", "inlet opening"),
    "light": ("light level",),
    "illuminance": ("light", "lux", "illuminance", "illumination"),
    "water": ("water", "wasser", "agua"),
    "feed": ("feed", "futter", "pienso"),
    "silo": ("silo",),
    "weight": ("weight", "gewicht", "peso"),
    "birds": ("birds", "bird count", "birds alive"),
    "mortality": ("mortality", "dead", "deaths", "dead birds"),
    "culls": ("culls", "culled"),
    "power": ("power", "leistung", "potencia"),
    "energy": ("energy", "energie", "energía", "electricity"),
    "gas": ("gas",),
    "air_speed": ("air speed", "airspeed", "wind speed"),
    "growth_day": ("growth day",),
    "occupancy": ("occupancy", "occupied"),
}  # fmt: skip
_NO_POSITION: Final = frozenset(
    {"in", "inside", "indoor", "room", "house", "average", "avg", "mean", "current", "actual", "sensor", "value"}
    | {"reading", "air", "relative", "daily", "total", "the", "of", "level", "measured"}
)
_OUTSIDE: Final = frozenset({"outside", "outdoor", "ambient", "exterior", "external", "out"})
_UNIT_WORDS: Final[Mapping[str, str]] = {
    "degc": "°c", "degf": "°f", "celsius": "°c", "fahrenheit": "°f", "deg c": "°c", "deg f": "°f",
    "percent": "%", "pct": "%", "liters": "l", "litres": "l", "liter": "l", "litre": "l", "gallons": "gal",
    "gallon": "gal", "lbs": "lb", "grams": "g", "gram": "g", "watt": "w", "watts": "w", "pascal": "pa",
    "m3h": "m³/h", "ms": "m/s", "kgkg": "kg/kg", "ltr": "l", "lt": "l",
}  # fmt: skip
_STRANGE_UNIT: Final = re.compile(
    r"[^\s/]{1,4}/(?:s|sec|min|h|hr|d|day|l|g|kg|bird|head|m[²³23]?|ft[²³23]?)|.*[°²³µ].*|oz|ml|hl|ft3|gpm|lpm|t|mt"
    r"|mwh|mw|hp|btu|therms?|[hk]pa|(?:in|mm)hg|ppb|ppt",
    re.I,
)
"""What can hardly be anything but a unit, though FarmLab does not convert it."""
_BRACKETED: Final = re.compile(r"[(\[{]\s*([^)\]}]*?)\s*[)\]}]")
_HOUSE: Final = re.compile(r"(?<![a-z])(?:house|barn|shed|stall|h)[ ]?(\d{1,3})(?![\d])")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def meaning(name: str) -> Meaning | None:
    """What a name says, or None where it names no known quantity.

    >>> meaning("temp_f"), meaning("temp_c_outside").position
    (Meaning(metric='temp', unit='°F', position='', house=None, confidence=0.9), 'outside')
    >>> meaning("machine id") is None
    True
    """
    return _channel(name) or _own_column(name) or _words(name)


def is_source_key(name: str) -> bool:
    """Whether a name is that of a controller's quantity, of which everything is known."""
    return name in _channels()


@cache
def _channels() -> Mapping[str, tuple[str, str]]:
    from farmlab.integrations.rotem.channels import CHANNELS

    return CHANNELS


def _channel(name: str) -> Meaning | None:
    """The source keys of a Rotem house, in which archives of its gateway name their columns."""
    if name not in _channels():
        return None
    metric, position = _channels()[name]
    return Meaning(metric, METRICS[metric].unit, position, confidence=1.0)


def _own_column(name: str) -> Meaning | None:
    """The columns of FarmLab's own wide tables: ``temp_c``, ``temp_c_2``, ``rh_pct_outside``."""
    for metric in METRICS.values():
        if name == metric.column or (metric.suffix and name.startswith(f"{metric.column}_")):
            return Meaning(metric.code, metric.unit, name[len(metric.column) + 1 :], confidence=1.0)
        if name == metric.code:
            return Meaning(metric.code, "", confidence=0.7)
    return None


def _words(name: str) -> Meaning | None:
    bracket = _BRACKETED.search(name)
    bare = _BRACKETED.sub(" ", name)
    text = " ".join(re.split(r"[\s_.\-/:,;]+", _CAMEL.sub(" ", bare).strip())).lower()
    house = _HOUSE.search(text)
    text = _HOUSE.sub(" ", text) if house else text
    found = _longest(text) or _longest(text.replace(" ", ""))
    if found is None:
        return None
    metric, rest = found
    unit, rest = _unit(bracket[1] if bracket else "", rest, metric)
    if metric == "illuminance" and unit in ("%", "pct"):
        metric = "light"
    position, number = _position(rest), int(house[1]) if house else None
    return Meaning(metric, _as_written(unit, name), position, number, 0.9 if unit else 0.7)


def _as_written(unit: str, name: str) -> str:
    """A unit as people write it: degrees with their sign, others as in the name."""
    lower = unit.lower()
    if lower in ("c", "°c", "f", "°f"):
        return f"°{lower[-1].upper()}"
    found = re.search(re.escape(unit), name, re.I)
    return found[0] if found else unit


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    pairs = sorted(((word, metric) for metric, words in _WORDS.items() for word in words), key=lambda p: -len(p[0]))
    return [(re.compile(rf"(?<![^\W\d_]){re.escape(word)}(?![^\W\d_])"), metric) for word, metric in pairs]


def _longest(text: str) -> tuple[str, str] | None:
    """The metric whose longest word is in the text, and what is left of the text."""
    for pattern, metric in _patterns():
        if pattern.search(text):
            return metric, " ".join(pattern.sub(" ", text).split())
    return None


def _unit(bracketed: str, rest: str, metric: str) -> tuple[str, str]:
    """The unit, from brackets or as a last word, and the rest without it.

    What stands in brackets and is or looks like a unit is kept even where it is not one of the metric, so that it
    is refused later and not overlooked.
    """
    if bracketed:
        unit = _UNIT_WORDS.get(bracketed.lower(), bracketed)
        is_unit = unit.lower() in known_units() or _STRANGE_UNIT.fullmatch(unit)
        return (unit, rest) if is_unit else ("", f"{rest} {bracketed}".lower().strip())
    words = rest.split()
    for word in reversed(words):
        unit = _UNIT_WORDS.get(word, word)
        if _fits(unit, metric):
            words.remove(word)
            return unit, " ".join(words)
    return "", rest


def _fits(unit: str, metric: str) -> bool:
    try:
        conversion(unit, metric=metric)
    except UnitError:
        return False
    return bool(unit)


def _position(rest: str) -> str:
    words = [word for word in re.sub(r"[^\w ]", " ", rest).split() if word not in _NO_POSITION]
    return "_".join("outside" if word in _OUTSIDE else word for word in words)[:40]
