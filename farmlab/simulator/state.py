"""Everything that a farm remembers from one block to the next."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab.simulator import air, curves
from farmlab.simulator.channels import HEATERS, SENSORS
from farmlab.simulator.house import FRESH_CO2
from farmlab.simulator.programme import THINNED_SHARE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from farmlab.simulator.arrays import Bools, Floats, Ints
    from farmlab.simulator.flocks import Cycle
    from farmlab.simulator.plan import DayPlan
    from farmlab.simulator.structure import Structure

SILO_KG: Final = 15_000.0


@dataclass
class State:
    """One value per house, where not said otherwise; ``minute`` is the time of all of them."""

    minute: int
    temp: Floats
    """°C of the air"""
    mass_temp: Floats
    """°C of litter and lining"""
    ratio: Floats
    """kg/kg of water in the air"""
    co2: Floats
    """m³/m³"""
    ammonia: Floats
    """ppm"""
    felt: Floats
    """°C that a sensor in the middle has followed to"""
    opening: Floats
    """0–1 of the inlets in use (side or tunnel)"""
    steps: Floats
    """Ventilation levels above the minimum"""
    tunnel: Bools
    pad: Bools
    """Cooling pad wetted"""
    heaters: Floats
    """Running"""
    surplus: Floats
    """Factor on minimum ventilation for damp or stale air"""
    sensed: Floats
    """What the sensors said last, before rounding, (sensor, house)"""
    error: Floats
    """Mean of the inside sensors less the felt temperature: what misleads the controller"""
    birds: Floats
    weight: Floats
    """g"""
    due: Floats
    """Birds expected to have died since the last walk"""
    hungry: Floats
    """0–1, feed missed in the last hours"""
    thirsty: Floats
    """0–1, water missed in the last hours"""
    pans: Floats
    """kg of feed before the birds"""
    filling: Bools
    """Feeders running"""
    silo_1: Floats
    silo_2: Floats
    wet: Floats
    """kg of water in the litter that should not be there"""
    flow: Floats
    """l/h of water, mean of about an hour"""
    overtime: Floats
    """Minutes that the feeders have run without a pause"""
    alarms: Ints
    """Conditions seen at the last step, one bit each"""
    water_today: Floats
    feed_today: Floats
    dead_today: Floats
    culled_today: Floats
    weighed_today: Floats
    heater_minutes: Floats
    """Today, (heater, house)"""
    heat: Floats
    """J given off by the heaters since the farm began"""
    placed: Floats
    """Birds placed with the running flock"""

    def copy(self) -> State:
        """The same state, to go on from it twice."""
        return State(**{name: np.copy(value) if name != "minute" else value for name, value in vars(self).items()})

    def midnight(self) -> None:
        """The controller's counters begin again."""
        for counter in (self.water_today, self.feed_today, self.dead_today, self.culled_today, self.weighed_today):
            counter[:] = 0
        self.heater_minutes[:] = 0

    def arrays(self) -> dict[str, np.ndarray]:
        """All of it, for a file."""
        return {f.name: np.asarray(getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray]) -> State:
        """The state that :meth:`arrays` gave away."""
        found = {f.name: np.array(arrays[f.name]) for f in fields(cls)}
        return cls(**{**found, "minute": int(found["minute"])})


def begin(structure: Structure, plan: DayPlan) -> State:
    """A farm in its everyday state at the beginning of this day: flocks as old and heavy as planned."""
    none, blocks = np.zeros(structure.houses), np.zeros(structure.houses, dtype=bool)
    outside = float(plan.weather.temp_c[0])
    temp = np.where(plan.growth_day >= -1, plan.set_point + 0.5, outside + 1.0)
    birds = np.array([_alive(house.cycle, house.growth_day) for house in plan.houses])
    feed = np.where(birds > 0, SILO_KG * 0.6, 0.0)
    named = {
        "temp": temp,
        "mass_temp": temp - 1,
        "ratio": air.humidity_ratio(temp, 60.0) * (birds > 0) + plan.weather.humidity_ratio[0] * (birds == 0),
        "co2": FRESH_CO2 + 1e-3 * (birds > 0),
        "felt": temp,
        "opening": none + 0.1,
        "tunnel": blocks,
        "pad": blocks,
        "filling": blocks,
        "surplus": none + 1,
        "sensed": np.zeros((len(SENSORS), structure.houses)),
        "heater_minutes": np.zeros((HEATERS, structure.houses)),
        "birds": birds,
        "weight": np.array([_weight(house.cycle, house.growth_day) for house in plan.houses]),
        "placed": np.array([h.cycle.birds if h.cycle and h.growth_day > 0 else 0.0 for h in plan.houses]),
        "pans": birds * 0.01,
        "silo_1": feed,
        "silo_2": feed,
        "alarms": np.zeros(structure.houses, dtype=np.int64),
    }
    rest = {f.name: none for f in fields(State) if f.name not in named and f.name != "minute"}
    return State(minute=plan.day.start, **{name: np.array(v) for name, v in (named | rest).items()})


def _alive(cycle: Cycle | None, age: int) -> float:
    if cycle is None or age <= 0:
        return 0.0
    lost = float(curves.breed(cycle.breed).at("cum_mort_target_pct", np.array(float(age)))) / 100
    thinned = cycle.thinned_on is not None and cycle.growth_day(cycle.thinned_on) < age
    return round(cycle.birds * (1 - lost) * (1 - THINNED_SHARE * thinned))


def _weight(cycle: Cycle | None, age: int) -> float:
    if cycle is None or age < 0:
        return 0.0
    return cycle.growth * float(curves.breed(cycle.breed).at("bw_g", np.array(float(age))))
