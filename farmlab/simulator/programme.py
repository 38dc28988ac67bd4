"""What a day brings to each house: light, meals, walks, placement, catching and cleaning.

None of this is a fault. Flushing, medication, vaccination, thinning, feed changes, open doors, the light
programme and generator tests are there to confuse, and carry no label.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab.simulator.flocks import EMPTY_DAY, cycle_on
from farmlab.simulator.rng import generator
from farmlab.simulator.timeline import BLOCK

if TYPE_CHECKING:
    from farmlab.simulator.arrays import Bools, Floats
    from farmlab.simulator.flocks import Cycle, Resident
    from farmlab.simulator.timeline import Day

PLACED_AT: Final = 10.0
CAUGHT_FROM: Final = 1.5
CAUGHT_TO: Final = 5.5
FED_UNTIL_H: Final = 9.0
"""Hours before catching at which the last feed is given."""
THINNED_SHARE: Final = 0.28
MEDICATION_CHANCE: Final = 0.025
"""Per house and day."""
WALK_DOOR: Final = 1.5
"""m³/s per √Pa through a door that stands open for most of five minutes."""
CLEANING_DOORS: Final = 25.0


@dataclass
class HouseDay:
    """One house on one day, by blocks of five minutes."""

    growth_day: int
    cycle: Cycle | None
    light: Floats
    door: Floats
    """m³/s per √Pa"""
    place: Floats
    """Birds set down in this block"""
    remove: Floats
    """Share of the birds taken away in this block"""
    fed: Bools
    """Whether feed is given"""
    flush_l: Floats
    washing: Floats
    """kg/s of water that wets the house"""
    water_mood: Floats
    feed_mood: Floats
    power: Floats
    """Share of the block with power"""
    walk: Bools
    delivery: Bools
    bare: bool
    """The litter is out"""
    medicated: bool
    catching: bool


def house_day(
    seed: int, house: Resident, day: Day, *, anchor: Day, lights_on: float, walks: tuple[float, float]
) -> HouseDay:
    """The programme of a house on this day."""
    cycle = cycle_on(seed, house, anchor.date, day.date)
    rng = generator(seed, "programme", house.number, day.date.toordinal())
    plan = _quiet(day, cycle)
    _walk(plan, day, walks, rng)
    if cycle is None:
        _clean(plan, day, _days_empty(seed, house, anchor, day))
        return plan
    _light(plan, day, lights_on)
    _arrive_and_leave(plan, day, cycle)
    _confuse(plan, day, rng)
    return plan


def _quiet(day: Day, cycle: Cycle | None) -> HouseDay:
    zeros, ones, no = np.zeros(day.blocks), np.ones(day.blocks), np.zeros(day.blocks, dtype=bool)
    return HouseDay(
        growth_day=cycle.growth_day(day.date) if cycle else EMPTY_DAY,
        cycle=cycle,
        light=zeros.copy(),
        door=zeros.copy(),
        place=zeros.copy(),
        remove=zeros.copy(),
        fed=~no if cycle else no.copy(),
        flush_l=zeros.copy(),
        washing=zeros.copy(),
        water_mood=ones.copy(),
        feed_mood=ones.copy(),
        power=ones.copy(),
        walk=no.copy(),
        delivery=no.copy(),
        bare=False,
        medicated=False,
        catching=bool(cycle and cycle.caught_on == day.date),
    )


def _days_empty(seed: int, house: Resident, anchor: Day, day: Day) -> int:
    """Days since the house was emptied; 1 on the day after catching."""
    for back in range(1, 40):
        if cycle_on(seed, house, anchor.date, day.date - timedelta(days=back)):
            return back
    return 40


def _at(day: Day, hour: float) -> int:
    """The block at which the farm's clock shows this hour."""
    return min(int(np.searchsorted(day.wall_clock, hour)), day.blocks - 1)


def _walk(plan: HouseDay, day: Day, walks: tuple[float, float], rng: np.random.Generator) -> None:
    """Two walks a day, each with an open door that lets the pressure fall for a moment."""
    for hour in walks:
        block = _at(day, hour + rng.normal(0, 0.3))
        plan.walk[block] = True
        plan.door[block] += WALK_DOOR
    plan.delivery[_at(day, rng.uniform(7, 15))] = True


def _clean(plan: HouseDay, day: Day, empty_days: int) -> None:
    """Litter out on days 1–2, washing on day 3, then drying with the doors ajar until it is closed again."""
    plan.walk[:] = False
    plan.bare = True
    working = (day.wall_clock >= 7) & (day.wall_clock < 18)
    plan.door[:] = np.where(working, CLEANING_DOORS, 0.5) if empty_days <= 5 else 0.0
    plan.washing[:] = np.where(working, 0.10, 0.015) if empty_days == 3 else 0.0
    plan.light[:] = np.where(working & (empty_days <= 5), 1.0, 0.0)


def _light(plan: HouseDay, day: Day, lights_on: float) -> None:
    """23 h of light in the first week, 18 h until three days before catching; a third as bright from day 8."""
    cycle, age = plan.cycle, plan.growth_day
    if cycle is None or age < 0:
        plan.light[:] = age >= 0
        return
    dark = 1.0 if age < 7 or day.date >= cycle.caught_on - timedelta(days=3) else 6.0
    since_dark = (day.wall_clock - (lights_on - dark)) % 24
    dusk = np.clip(1 - since_dark / 0.4, 0, 1)
    dawn = np.clip((since_dark - dark) / 0.4, 0, 1)
    bright = float(np.interp(age, [7, 9], [1.0, 0.35]))
    plan.light[:] = bright * np.where(since_dark < dark, dusk, dawn)


def _arrive_and_leave(plan: HouseDay, day: Day, cycle: Cycle) -> None:
    hours = day.wall_clock
    if day.date == cycle.placed_on:
        plan.place[_at(day, PLACED_AT)] = cycle.birds
        plan.door[_at(day, PLACED_AT) :][:9] += CLEANING_DOORS / 8
    if day.date == cycle.thinned_on:
        _take(plan, (hours >= CAUGHT_FROM) & (hours < CAUGHT_FROM + 2), THINNED_SHARE)
    if plan.catching:
        _take(plan, (hours >= CAUGHT_FROM) & (hours < CAUGHT_TO), 1.0)
        plan.fed[:] = False
        plan.light[:] = np.where(hours < CAUGHT_TO, 0.1, 0.0)
        plan.door[_at(day, CAUGHT_TO) :] += CLEANING_DOORS / 8
    if day.date + timedelta(days=1) in (cycle.thinned_on, cycle.caught_on):
        plan.fed[hours > 24 + CAUGHT_FROM - FED_UNTIL_H] = False


def _take(plan: HouseDay, blocks: Bools, share: float) -> None:
    """Take a share of the birds evenly over these blocks, with the doors open."""
    left = int(blocks.sum()) - np.arange(int(blocks.sum()))
    plan.remove[blocks] = 1 / left if share == 1.0 else 1 - (1 - share) ** (1 / len(left))
    plan.door[blocks] += WALK_DOOR


def _confuse(plan: HouseDay, day: Day, rng: np.random.Generator) -> None:
    age = plan.growth_day
    if age > 2 and day.date.isoweekday() == 2:
        plan.flush_l[_at(day, 11) :][:3] = rng.uniform(40, 130)
    plan.medicated = age > 3 and bool(rng.random() < MEDICATION_CHANCE)
    if plan.medicated:
        plan.water_mood[_at(day, 8) : _at(day, 14)] *= rng.uniform(0.9, 1.06)
    if age in (14, 15) and rng.random() < 0.5:
        plan.water_mood[_at(day, 6) :][: 2 * 60 // BLOCK] = 0.02
        plan.water_mood[_at(day, 8) :][: 60 // BLOCK] *= 1.8
    if age in (10, 24):
        plan.feed_mood[:] *= rng.uniform(0.92, 0.99)
    if day.date.isoweekday() == 3 and day.date.day <= 7:
        plan.power[_at(day, 10.5)] = 0.8
