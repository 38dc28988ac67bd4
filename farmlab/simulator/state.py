"""Everything that a house remembers from one block to the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from farmlab.simulator import air, curves
from farmlab.simulator.channels import HEATERS, SENSORS
from farmlab.simulator.house import FRESH_CO2, Air
from farmlab.simulator.programme import THINNED_SHARE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from farmlab.simulator.plan import HousePlan

SILO_KG: Final = 15_000.0


@dataclass(slots=True)
class State:
    """One house at ``minute``."""

    minute: int
    air: Air
    tunnel: bool = False
    pad: bool = False
    """Cooling pad wetted"""
    surplus: float = 1.0
    """Factor on minimum ventilation for damp or stale air"""
    sensed: list[float] = field(default_factory=lambda: [0.0] * len(SENSORS))
    """What the sensors said last, before rounding; NaN = nothing"""
    held: list[float] = field(default_factory=lambda: [0.0] * len(SENSORS))
    """What each sensor said last before it got stuck"""
    error: float = 0.0
    """Mean of the inside sensors less the felt temperature: what misleads the controller"""
    birds: float = 0.0
    weight: float = 0.0
    """g"""
    placed: float = 0.0
    """Birds placed with the running flock"""
    due: float = 0.0
    """Birds expected to have died since the last walk"""
    hungry: float = 0.0
    """0–1, feed missed in the last hours"""
    thirsty: float = 0.0
    """0–1, water missed in the last hours"""
    pans: float = 0.0
    """kg of feed before the birds"""
    filling: bool = False
    """Feeders running"""
    silo_1: float = 0.0
    silo_2: float = 0.0
    wet: float = 0.0
    """kg of water in the litter that should not be there"""
    flow: float = 0.0
    """l/h of water, mean of about an hour"""
    overtime: float = 0.0
    """Minutes that the feeders have run without a pause"""
    alarms: int = 0
    """Conditions seen at the last step, one bit each"""
    water_today: float = 0.0
    feed_today: float = 0.0
    dead_today: float = 0.0
    culled_today: float = 0.0
    weighed_today: float = 0.0
    heater_minutes: list[float] = field(default_factory=lambda: [0.0] * HEATERS)
    """Today"""
    heat: float = 0.0
    """J given off by the heaters since the farm began"""

    def midnight(self) -> None:
        """The controller's counters begin again."""
        self.water_today = self.feed_today = self.dead_today = self.culled_today = self.weighed_today = 0.0
        self.heater_minutes = [0.0] * HEATERS


def restored(kept: Mapping[str, Any]) -> State:
    """The state that was kept as plain numbers (:func:`dataclasses.asdict`)."""
    return State(**{**kept, "air": Air(**kept["air"])})


def begin(plan: HousePlan) -> State:
    """A house in its everyday state at the beginning of this day, its flock as old and heavy as planned."""
    outside, birds = plan.temp_c[0], _alive(plan)
    temp = plan.set_point + 0.5 if plan.heated else outside + 1.0
    ratio = air.humidity_ratio(temp, 60.0) if birds else plan.humidity_ratio[0]
    co2 = FRESH_CO2 + (1e-3 if birds else 0.0)
    inside = Air(temp, temp - 1, ratio, co2, ammonia=0.0, felt=temp, opening=0.1, steps=0, heaters=0)
    feed = 0.6 * SILO_KG if birds else 0.0
    placed = float(plan.cycle.birds) if plan.cycle and birds else 0.0
    state = State(plan.day.start, inside, birds=birds, weight=_weight(plan), placed=placed, pans=0.01 * birds)
    state.silo_1 = state.silo_2 = feed
    return state


def _alive(plan: HousePlan) -> float:
    cycle, age = plan.cycle, plan.growth_day
    if cycle is None or age <= 0:
        return 0.0
    lost = float(curves.breed(cycle.breed).at("cum_mort_target_pct", np.array(float(age)))) / 100
    thinned = cycle.thinned_on is not None and cycle.growth_day(cycle.thinned_on) < age
    return float(round(cycle.birds * (1 - lost) * (1 - THINNED_SHARE * thinned)))


def _weight(plan: HousePlan) -> float:
    if plan.cycle is None or plan.growth_day < 0:
        return 0.0
    grown = curves.breed(plan.cycle.breed).at("bw_g", np.array(float(plan.growth_day)))
    return plan.cycle.growth * float(grown)
