"""All houses on one day: weather, programme and the breed's table as arrays, and the day's random numbers.

Arrays are (block, house). Nothing here depends on what has happened before, so a day can be made at any time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab.simulator import curves, physiology
from farmlab.simulator.air import wet_bulb
from farmlab.simulator.channels import SENSORS
from farmlab.simulator.flocks import House, age_at_anchor
from farmlab.simulator.programme import HouseDay, house_day
from farmlab.simulator.rng import generator
from farmlab.simulator.weather import Weather, weather

if TYPE_CHECKING:
    from farmlab.simulator.arrays import Bools, Floats, Ints
    from farmlab.simulator.structure import Structure
    from farmlab.simulator.timeline import Day

PREHEAT_DAY: Final = -1
FRESH_LITTER_DAYS: Final = 5
NIGHT_SHARE: Final = 0.03
"""Drinking in the dark against the mean."""
LIT: Final = 0.02
"""Share of full light from which on birds take it for day."""
_FIRST_DAY: Final = 0.45
"""Intake on the day of placement against day 1."""


@dataclass
class DayPlan:
    """One day of the farm; (block, house) unless said otherwise."""

    day: Day
    houses: list[HouseDay]
    weather: Weather
    growth_day: Ints
    """(house)"""
    set_point: Floats
    """°C (house)"""
    standard_kg: Floats
    """The breed's weight by age, which the controller ventilates for (house)"""
    humidity_limit: Floats
    """% above which the controller ventilates more (house)"""
    top_level: Floats
    """Share of the ventilation levels that the age allows (house)"""
    late_bias: Floats
    """What the scales lose because heavy birds step on them less (house)"""
    weight_cv: Floats
    """% by which birds differ in weight (house)"""
    fan_condition: Floats
    """Share of their flow that dusty fans still move (house)"""
    present: Bools
    """Whether a flock is in the house today (house)"""
    daily_feed: Floats
    """kg that a bird wants today (house)"""
    daily_water: Floats
    """l that a bird wants today (house)"""
    heated: Floats
    litter_days: Floats
    """Days for which the litter has given off ammonia (house)"""
    bare: Bools
    """Whether the litter is out (house)"""
    wet_bulb_depression: Floats
    """K by which a perfect pad would cool the air (block)"""
    silo_warmth: Floats
    """kg by which the sun shifts the load cells (block)"""
    lit: Bools
    light: Floats
    door: Floats
    place: Floats
    remove: Floats
    fed: Bools
    flush_l: Floats
    washing: Floats
    power: Floats
    walk: Bools
    delivery: Bools
    sun_w: Floats
    gain_g: Floats
    feed_kg: Floats
    """What a bird wants to eat in this block"""
    water_l: Floats
    """What a bird wants to drink in this block"""
    hazard: Floats
    noise: Floats
    """(block, sensor, house), standard normal"""
    chance: Floats
    """(block, use, house), uniform"""


_STACKED: Final = ("light", "door", "place", "remove", "fed", "flush_l", "washing", "power", "walk", "delivery")


def make(seed: int, structure: Structure, day: Day, anchor: Day) -> DayPlan:
    """The plan of this day."""
    houses = [_programme(seed, structure, day, anchor, at) for at in range(structure.houses)]
    outside = weather(seed, day.minutes)
    growth_day = np.array([house.growth_day for house in houses])
    rng = generator(seed, "day", day.date.toordinal())
    needs = _needs(day, houses)
    stacked = {name: np.stack([getattr(house, name) for house in houses], axis=-1) for name in _STACKED}
    return DayPlan(
        day=day,
        houses=houses,
        weather=outside,
        growth_day=growth_day,
        set_point=_set_points(structure, growth_day),
        standard_kg=np.array([_standard(house) for house in houses]) / 1000,
        humidity_limit=np.where(growth_day <= 3, 70.0, 64.0),
        top_level=np.interp(growth_day, [0, 6, 10, 17, 23], [0.25, 0.35, 0.5, 0.65, 1.0]),
        late_bias=np.interp(growth_day, [26, 40], [0.0, -0.05]),
        heated=(growth_day >= PREHEAT_DAY).astype(float),
        bare=np.array([house.bare for house in houses]),
        sun_w=_sun(structure, day, outside),
        noise=rng.standard_normal((day.blocks, len(SENSORS) + 3, structure.houses)),
        chance=rng.random((day.blocks, 4, structure.houses)),
        **stacked,
        **needs,
        daily_feed=needs["feed_kg"].sum(axis=0),
        daily_water=needs["water_l"].sum(axis=0),
        weight_cv=np.interp(growth_day, [0, 14, 35], [7.5, 8.5, 11.5]),
        fan_condition=structure.fan_condition * (1 - structure.dust * np.clip(growth_day, 0, 40) / 40),
        present=growth_day >= 0,
        litter_days=np.clip(growth_day - FRESH_LITTER_DAYS, 0.0, None),
        wet_bulb_depression=np.clip(outside.temp_c - wet_bulb(outside.temp_c, outside.rh_pct), 0, None),
        silo_warmth=40 * np.sin(2 * np.pi * (day.wall_clock - 9) / 24),
        lit=stacked["light"] > LIT,
    )


def _programme(seed: int, structure: Structure, day: Day, anchor: Day, at: int) -> HouseDay:
    house = House(at + 1, int(structure.capacity[at]), age_at_anchor(at + 1))
    lights_on, walks = float(structure.lights_on[at]), structure.walks[:, at]
    return house_day(seed, house, day, anchor=anchor, lights_on=lights_on, walks=walks)


def _set_points(structure: Structure, growth_day: Ints) -> Floats:
    age = np.clip(growth_day, 0, None)
    temps = np.array([float(curves.set_point(int(c), a)) for c, a in zip(structure.set_curve, age, strict=True)])
    return temps + structure.set_offset


def _standard(house: HouseDay) -> float:
    if house.cycle is None:
        return 0.0
    return float(curves.breed(house.cycle.breed).at("bw_g", np.array(max(house.growth_day, 0))))


def _sun(structure: Structure, day: Day, outside: Weather) -> Floats:
    """W through roof and walls; a wall that faces east gets its share in the morning."""
    side = 1 + 0.08 * structure.faces * np.clip(12.5 - day.wall_clock, -6, 6)[:, None]
    return np.asarray(structure.area * structure.solar * outside.sun[:, None] * np.clip(side, 0.1, None))


def _needs(day: Day, houses: list[HouseDay]) -> dict[str, Floats]:
    each = [_house_needs(day, house) for house in houses]
    return {name: np.stack([needs[name] for needs in each], axis=-1) for name in each[0]}


def _house_needs(day: Day, house: HouseDay) -> dict[str, Floats]:
    """Growth, appetite, thirst and hazard of one bird, by block."""
    none = np.zeros(day.blocks)
    if house.cycle is None or house.growth_day < 0:
        return {"gain_g": none, "feed_kg": none, "water_l": none, "hazard": none}
    table, whole = curves.breed(house.cycle.breed), np.array(max(house.growth_day, 1))
    shy = _FIRST_DAY if house.growth_day == 0 else 1.0
    feed = shy * float(table.at("feed_g_d", whole)) / 1000 * house.cycle.growth * house.cycle.conversion
    water = shy * float(table.at("water_ml_d", whole)) / 1000 * house.cycle.growth
    age = house.growth_day + np.arange(day.blocks + 1) / day.blocks
    rhythm = _rhythm(day, house.light)
    return {
        "gain_g": house.cycle.growth * np.diff(table.at("bw_g", age)),
        "feed_kg": feed * (0.35 * rhythm + 0.65 * _lit(house.light)) * house.feed_mood,
        "water_l": water * rhythm * house.water_mood,
        "hazard": house.cycle.mortality * physiology.mortality_hazard(age[:-1]) / day.blocks,
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
    return np.arange(len(lit)) - np.maximum.accumulate(dark)


def _lit(light: Floats) -> Floats:
    weight = np.where(light > LIT, 1.0, NIGHT_SHARE)
    return np.asarray(weight / weight.sum())
