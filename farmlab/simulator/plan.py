"""One house on one day: weather, programme and the breed's table by blocks, and the day's random numbers.

Nothing here depends on what has happened before, so a day can be made at any time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from farmlab.simulator import curves, physiology
from farmlab.simulator.air import wet_bulb
from farmlab.simulator.channels import SENSORS
from farmlab.simulator.flocks import Resident, age_at_anchor
from farmlab.simulator.programme import HouseDay, house_day
from farmlab.simulator.rng import generator
from farmlab.simulator.weather import Weather, weather

if TYPE_CHECKING:
    from farmlab.simulator.arrays import Bools, Floats
    from farmlab.simulator.flocks import Cycle
    from farmlab.simulator.structure import Structure
    from farmlab.simulator.timeline import Day

PREHEAT_DAY: Final = -1
FRESH_LITTER_DAYS: Final = 5
NIGHT_SHARE: Final = 0.03
"""Drinking in the dark against the mean."""
LIT: Final = 0.02
"""Share of full light from which on birds take it for day."""
FIRST_DAY: Final = 0.45
"""Intake on the day of placement against day 1."""
SPARE_NOISE: Final = 3
"""Series of normal numbers besides those of the sensors: meals, water, scales."""
SPARE_CHANCE: Final = 3
"""Series of uniform numbers: timer, feeders, faults."""


@dataclass(slots=True, kw_only=True)
class HousePlan:
    """One day of a house; lists run over its blocks of five minutes."""

    day: Day
    cycle: Cycle | None
    growth_day: int
    present: bool
    """Whether a flock is in the house today"""
    heated: bool
    catching: bool
    bare: bool
    """Whether the litter is out"""
    medicated: bool
    set_point: float
    standard_kg: float
    """The breed's weight by age, which the controller ventilates for"""
    humidity_limit: float
    """% above which the controller ventilates more"""
    top_level: float
    """Share of the ventilation levels that the age allows"""
    late_bias: float
    """What the scales lose because heavy birds step on them less"""
    weight_cv: float
    """% by which birds differ in weight"""
    fan_condition: float
    """Share of their flow that dusty fans still move"""
    litter_days: float
    """Days for which the litter has given off ammonia"""
    daily_feed: float
    """kg that a bird wants today"""
    daily_water: float
    """l that a bird wants today"""
    temp_c: list[float]
    """Outside, as the next four"""
    humidity_ratio: list[float]
    rh_pct: list[float]
    wind_ms: list[float]
    sun: list[float]
    depression: list[float]
    """K by which a perfect pad would cool the air"""
    sun_w: list[float]
    silo_warmth: list[float]
    """kg by which the sun shifts the load cells"""
    lit: list[bool]
    light: list[float]
    door: list[float]
    place: list[float]
    remove: list[float]
    fed: list[bool]
    flush_l: list[float]
    washing: list[float]
    power: list[float]
    walk: list[bool]
    delivery: list[bool]
    gain_g: list[float]
    feed_kg: list[float]
    """What a bird wants to eat in this block"""
    water_l: list[float]
    """What a bird wants to drink in this block"""
    hazard: list[float]
    noise: list[list[float]]
    """By block and sensor, and the spare ones; standard normal"""
    chance: list[list[float]]
    """By block and use; uniform"""


def make(seed: int, structure: Structure, day: Day, anchor: Day) -> HousePlan:
    """The plan of this house for this day."""
    house = programme(seed, structure, day, anchor)
    outside = _weather(seed, day)
    given = _by_age(structure, house) | _outside(structure, day, outside) | _needs(day, house)
    given |= {name: getattr(house, name).tolist() for name in _PROGRAMME}
    rng = generator(seed, "noise", structure.number, day.date.toordinal())
    return HousePlan(
        day=day,
        cycle=house.cycle,
        growth_day=house.growth_day,
        present=house.growth_day >= 0,
        heated=house.growth_day >= PREHEAT_DAY,
        catching=house.catching,
        bare=house.bare,
        medicated=house.medicated,
        lit=(house.light > LIT).tolist(),
        noise=rng.standard_normal((day.blocks, len(SENSORS) + SPARE_NOISE)).tolist(),
        chance=rng.random((day.blocks, SPARE_CHANCE)).tolist(),
        **given,
    )


_PROGRAMME: Final = (
    "light",
    "door",
    "place",
    "remove",
    "fed",
    "flush_l",
    "washing",
    "power",
    "walk",
    "delivery",
)


def programme(seed: int, structure: Structure, day: Day, anchor: Day) -> HouseDay:
    """What the day brings to this house."""
    resident = Resident(structure.number, structure.capacity, age_at_anchor(structure.number))
    return house_day(seed, resident, day, anchor=anchor, lights_on=structure.lights_on, walks=structure.walks)


@lru_cache(maxsize=64)
def _weather(seed: int, day: Day) -> Weather:
    return weather(seed, day.minutes)


def _by_age(structure: Structure, house: HouseDay) -> dict[str, Any]:
    age = house.growth_day
    dust = structure.dust * min(max(age, 0), 40) / 40
    return {
        "set_point": float(curves.set_point(structure.set_curve, np.array(max(age, 0)))) + structure.set_offset,
        "standard_kg": _standard_kg(house),
        "humidity_limit": float(np.interp(age, [3, 5, 14, 24], [70, 64, 66, 71])),
        "top_level": float(np.interp(age, [0, 6, 10, 17, 23], [0.25, 0.35, 0.5, 0.65, 1.0])),
        "late_bias": float(np.interp(age, [26, 40], [0.0, -0.05])),
        "weight_cv": float(np.interp(age, [0, 14, 35], [7.5, 8.5, 11.5])),
        "fan_condition": structure.fan_condition * (1 - dust),
        "litter_days": float(max(age - FRESH_LITTER_DAYS, 0)),
    }


def _standard_kg(house: HouseDay) -> float:
    if house.cycle is None:
        return 0.0
    return float(curves.breed(house.cycle.breed).at("bw_g", np.array(max(house.growth_day, 0)))) / 1000


def _outside(structure: Structure, day: Day, outside: Weather) -> dict[str, list[float]]:
    depression = np.clip(outside.temp_c - wet_bulb(outside.temp_c, outside.rh_pct), 0, None)
    side = 1 + 0.08 * structure.faces * np.clip(12.5 - day.wall_clock, -6, 6)
    sun_w = structure.area * structure.solar * outside.sun * np.clip(side, 0.1, None)
    return {
        "temp_c": outside.temp_c.tolist(),
        "humidity_ratio": outside.humidity_ratio.tolist(),
        "rh_pct": outside.rh_pct.tolist(),
        "wind_ms": outside.wind_ms.tolist(),
        "sun": outside.sun.tolist(),
        "depression": depression.tolist(),
        "sun_w": sun_w.tolist(),
        "silo_warmth": (40 * np.sin(2 * np.pi * (day.wall_clock - 9) / 24)).tolist(),
    }


def _needs(day: Day, house: HouseDay) -> dict[str, Any]:
    """Growth, appetite, thirst and hazard of one bird, by block."""
    none = [0.0] * day.blocks
    if house.cycle is None or house.growth_day < 0:
        empty = dict.fromkeys(("gain_g", "feed_kg", "water_l", "hazard"), none)
        return {**empty, "daily_feed": 0.0, "daily_water": 0.0}
    table, whole = curves.breed(house.cycle.breed), np.array(max(house.growth_day, 1))
    factor = house.cycle.growth * (FIRST_DAY if house.growth_day == 0 else 1.0) / 1000
    feed = float(table.at("feed_g_d", whole)) * factor * house.cycle.conversion
    water = float(table.at("water_ml_d", whole)) * factor
    age = house.growth_day + np.arange(day.blocks + 1) / day.blocks
    rhythm = _rhythm(day, house.light)
    hazard = house.cycle.mortality * physiology.mortality_hazard(age[:-1]) / day.blocks
    return {
        "daily_feed": feed,
        "daily_water": water,
        "gain_g": (house.cycle.growth * np.diff(table.at("bw_g", age))).tolist(),
        "feed_kg": (feed * (0.35 * rhythm + 0.65 * _evenly(house.light)) * house.feed_mood).tolist(),
        "water_l": (water * rhythm * house.water_mood).tolist(),
        "hazard": hazard.tolist(),
    }


def _rhythm(day: Day, light: Floats) -> Floats:
    """Share of the day's water by block: busy after lights-on, busier before lights-off, hardly any at night."""
    lit = light > LIT
    hours = 24 / day.blocks
    on = hours * _since(lit)
    left = hours * _since(lit[::-1])[::-1]
    wanted = 1 + 0.9 * np.exp(-(((on - 1.3) / 0.9) ** 2)) + 0.6 * np.exp(-(((left - 1.5) / 1.2) ** 2))
    wanted = np.where(lit, wanted, NIGHT_SHARE)
    return np.asarray(wanted / wanted.sum())


def _since(lit: Bools) -> Floats:
    """Blocks since the light came on, for each lit block; large where it is not known."""
    dark = np.where(~lit, np.arange(len(lit)), -(10**6))
    return np.asarray(np.arange(len(lit)) - np.maximum.accumulate(dark), dtype=np.float64)


def _evenly(light: Floats) -> Floats:
    weight = np.where(light > LIT, 1.0, NIGHT_SHARE)
    return np.asarray(weight / weight.sum())
