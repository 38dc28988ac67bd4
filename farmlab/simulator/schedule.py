"""Which faults befall a farm, and when: drawn from rates per house-year, and a few that are still going on.

Faults come to houses with a flock, where they can be seen: heaters fail while chicks are warmed, pads in
summer. Nobody's house has more than two at once. So that the newest reports have something to show, a fan
loss, a stuck sensor, a leak and a drift are under way on the anchor's last day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from farmlab.simulator.faults import KINDS, Fault, kind
from farmlab.simulator.flocks import Resident, age_at_anchor, cycle_on
from farmlab.simulator.rng import generator
from farmlab.simulator.timeline import Day, moment_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np

    from farmlab.simulator.structure import Structure

HOUR: Final = 60
YEAR: Final = 365 * 24 * HOUR
AT_ONCE: Final = 2
QUIET_START: Final = 48 * HOUR
"""At the beginning of a farm nothing breaks, so that every house shows itself sound first."""
_TRIES: Final = 25
_SUMMER: Final = (6, 7, 8)

RATES: Final = {
    "sensor_stuck": 1.4,
    "sensor_drift": 1.6,
    "sensor_offset": 1.4,
    "sensor_spike": 1.2,
    "sensor_noise": 1.4,
    "sensor_dropout": 1.4,
    "fan_loss": 1.8,
    "fan_belt": 1.8,
    "heater": 2.0,
    "inlet": 1.2,
    "water_leak": 1.6,
    "blocked_line": 1.4,
    "auger": 1.6,
    "cooling_pad": 0.6,
    "power_cut": 1.4,
    "health": 1.4,
    "comms_loss": 6.5,
}
"""Events per house and year."""

AGES: Final = {"heater": (0, 11), "health": (8, 33), "fan_belt": (10, 40), "auger": (3, 38), "cooling_pad": (24, 40)}
"""Days of age at which a kind of fault can be seen; any, where not said."""


@dataclass(frozen=True, slots=True)
class Farm:
    """What the draw needs to know of a farm."""

    seed: int
    houses: Sequence[Structure]
    anchor: Day

    def age(self, house: int, minute: int) -> int | None:
        """Age of the flock in days, or None in an empty house."""
        day = Day.of(minute, self.anchor.zone).date
        resident = Resident(house, self.houses[house - 1].capacity, age_at_anchor(house))
        cycle = cycle_on(self.seed, resident, self.anchor.date, day)
        return None if cycle is None or cycle.caught_on == day else cycle.growth_day(day)


def scheduled(farm: Farm, start: int, until: int, horizon: int) -> list[Fault]:
    """All faults of a farm from ``start`` on: those under way at ``until``, then the drawn ones up to ``horizon``."""
    faults = [fault for fault in _under_way(farm, until) if fault.onset >= start]
    for stream, begin, end in (("drawn", start + QUIET_START, until), ("later", until, horizon)):
        for fault in _drawn(farm, stream, begin, end):
            if _has_room(fault, faults):
                faults.append(fault)
    return sorted(faults, key=lambda fault: (fault.onset, fault.id))


def _under_way(farm: Farm, until: int) -> Iterator[Fault]:
    """Type, unit, hours of onset, failure and repair from ``until``: one in each of four houses."""
    planned = (
        ("fan_loss", "side fan 1", 1.0, -5, -5, 20),
        ("sensor_stuck", "Temperature_Sensor_2", 1.0, -9, -9, 30),
        ("water_leak", "drinker line 2", 0.8, -30, -14, 10),
        ("sensor_drift", "Temperature_Sensor_4", 0.9, -72, 48, 72),
    )
    houses = _houses_with_birds(farm, until)
    for number, (name, unit, severity, *hours) in enumerate(planned if houses else ()):
        onset, failure, repaired = (until + hour * HOUR for hour in hours)
        yield Fault(
            id=f"now-{number + 1}",
            house=houses[number % len(houses)],
            type=name,
            unit=unit,
            severity=severity,
            onset=onset,
            failure=failure,
            repaired=repaired,
        )


def _houses_with_birds(farm: Farm, until: int) -> list[int]:
    """Houses whose flock is older than a few days, the oldest first, in which a drift has time to grow."""
    ages = {house: farm.age(house, until) or 0 for house in range(1, len(farm.houses) + 1)}
    return sorted((house for house, age in ages.items() if age >= 4), key=lambda house: -ages[house])


def _drawn(farm: Farm, stream: str, start: int, end: int) -> Iterator[Fault]:
    for house in range(1, len(farm.houses) + 1):
        for name, rate in RATES.items():
            rng = generator(farm.seed, f"{stream} {name}", house)
            for number in range(rng.poisson(rate * max(end - start, 0) / YEAR)):
                fault = _one(farm, name, house, start, end, rng, f"{stream}-{house}-{name}-{number + 1}")
                if fault:
                    yield fault


def _one(
    farm: Farm, name: str, house: int, start: int, end: int, rng: np.random.Generator, identity: str
) -> Fault | None:
    built = farm.houses[house - 1]
    for _ in range(_TRIES):
        onset = int(rng.uniform(start, end))
        unit = unit_for(built, name, rng.integers, fans="" if _is_summer(onset) else "side")
        fault = _at(name, house, unit, onset, rng, identity)
        if _can_be_seen(farm, fault):
            return fault
    return None


def _at(name: str, house: int, unit: str, onset: int, rng: np.random.Generator, identity: str) -> Fault:
    kind = KINDS[name]
    failure = onset + int(HOUR * rng.uniform(*kind.lead_h))
    lasts = int(HOUR * rng.uniform(*kind.lasts_h))
    return Fault(
        id=identity,
        house=house,
        type=name,
        unit=unit,
        severity=round(float(rng.uniform(0.5, 1.0)), 2),
        onset=onset,
        failure=failure,
        repaired=failure + max(lasts, 5),
    )


def unit_for(house: Structure, name: str, pick: Callable[[int], np.integer | int], *, fans: str) -> str:
    """A unit of the house that this kind of fault can befall; of the fans, "side" or "tunnel" ones or any."""
    units = [unit for unit in kind(name).units if house.has(unit)]
    if name.startswith("fan"):
        units = [unit for unit in units if unit.startswith(fans)]
    return units[int(pick(len(units)))]


def _is_summer(minute: int) -> bool:
    return moment_of(minute).month in _SUMMER


def _can_be_seen(farm: Farm, fault: Fault) -> bool:
    """Whether a flock of the right age is there from onset to repair."""
    if fault.type == "cooling_pad" and not _is_summer(fault.onset):
        return False
    youngest, oldest = AGES.get(fault.type, (1, 40))
    ends = (fault.onset, fault.repaired or fault.failure)
    ages = [age for age in (farm.age(fault.house, minute) for minute in ends) if age is not None]
    return len(ages) == len(ends) and youngest <= ages[0] <= ages[1] <= oldest


def _has_room(fault: Fault, faults: Sequence[Fault]) -> bool:
    """Whether nothing of the same kind, and less than two others, are wrong in the house meanwhile."""
    beside = [other for other in faults if other.house == fault.house and _overlap(fault, other)]
    return len(beside) < AT_ONCE and all(other.type != fault.type and other.unit != fault.unit for other in beside)


def _overlap(one: Fault, other: Fault) -> bool:
    spare = 12 * HOUR
    ends = [fault.repaired or fault.failure for fault in (one, other)]
    return one.onset < ends[1] + spare and other.onset < ends[0] + spare


def injected(house: Structure, name: str, minute: int, *, severity: float, number: int, in_tunnel: bool) -> Fault:
    """A fault that somebody wants to see now: of the fans, one that runs. It lasts, unless it ends by itself."""
    fans = "tunnel" if in_tunnel else "side"
    failure = minute + int(HOUR * kind(name).live_h)
    return Fault(
        id=f"live-{number}",
        house=house.number,
        type=name,
        unit=unit_for(house, name, lambda count: (number - 1) % count, fans=fans),
        severity=severity,
        onset=minute,
        failure=failure,
        repaired=None if kind(name).repair else failure + int(HOUR * kind(name).lasts_h[1]),
    )
