"""Which flock is in a house on which day: placed, perhaps thinned, caught, and the empty days between.

The flocks of a farm hang on an anchor day: every second house holds an old flock on it and its neighbour a
young one, so that six weeks before it the farm looks the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from farmlab.simulator.curves import BREEDS
from farmlab.simulator.rng import generator

EMPTY_DAY: Final = -2
"""Growth day that the controller shows while no flock is there or prepared."""
OLD_AGES: Final = (38, 36, 37, 36)
YOUNG_AGES: Final = (21, 16, 11, 6)
EMPTY_DAYS: Final = (10, 12)
"""Days from catching to the next placement, least and most."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """One flock and how it does: factors against the breed's table."""

    placed_on: date
    caught_on: date
    thinned_on: date | None
    breed: str
    birds: int
    growth: float
    conversion: float
    mortality: float

    def growth_day(self, day: date) -> int:
        """Age in days on this day; the day before placement is −1."""
        return (day - self.placed_on).days


@dataclass(frozen=True, slots=True)
class Resident:
    """What the draw of flocks needs to know of the house that they live in."""

    number: int
    capacity: int
    age_at_anchor: int


def age_at_anchor(number: int) -> int:
    """Age of the flock of this house on the anchor day."""
    ages = YOUNG_AGES if number % 2 == 0 else OLD_AGES
    return ages[(number - 1) // 2 % len(ages)]


def cycle_on(seed: int, house: Resident, anchor: date, day: date) -> Cycle | None:
    """The flock in the house on this day, from the day before placement to the day of catching."""
    index, placed = 0, anchor - timedelta(days=house.age_at_anchor)
    while day < placed - timedelta(days=1):
        index -= 1
        placed -= timedelta(days=_length(seed, house, index) + _empty(seed, house, index))
    while day > placed + timedelta(days=_length(seed, house, index)):
        placed += timedelta(days=_length(seed, house, index) + _empty(seed, house, index))
        index += 1
    return _cycle(seed, house, index, placed) if day >= placed - timedelta(days=1) else None


def _length(seed: int, house: Resident, index: int) -> int:
    return int(generator(seed, "flock length", house.number, index).integers(39, 42))


def _empty(seed: int, house: Resident, index: int) -> int:
    low, high = EMPTY_DAYS
    return int(generator(seed, "empty days", house.number, index).integers(low, high + 1))


def _cycle(seed: int, house: Resident, index: int, placed: date) -> Cycle:
    rng = generator(seed, "flock", house.number, index)
    thinned = placed + timedelta(days=int(rng.integers(31, 34))) if rng.random() < 0.5 else None
    return Cycle(
        placed_on=placed,
        caught_on=placed + timedelta(days=_length(seed, house, index)),
        thinned_on=thinned,
        breed=BREEDS[int(rng.random() < 0.35)],
        birds=int(round(house.capacity * rng.uniform(0.95, 1.0), -2)),
        growth=float(rng.normal(0.96, 0.025)),
        conversion=float(rng.normal(1.05, 0.025)),
        mortality=float(rng.lognormal(0.15, 0.25)),
    )
