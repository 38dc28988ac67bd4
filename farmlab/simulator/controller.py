"""What the controller decides: heat, ventilation level, inlets, cooling; from what its sensors say.

The logic of a usual controller: a dead band around the set-point of the day, heaters in steps below it,
ventilation levels above it, minimum ventilation by the timer, more of it when the air is damp or stale,
inlets by static pressure, the tunnel for old birds in the heat, the pad last.
"""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING, Final

from farmlab.simulator import curves, physiology
from farmlab.simulator.channels import HEATERS, SENSORS

if TYPE_CHECKING:
    from farmlab.simulator.plan import HousePlan
    from farmlab.simulator.state import State
    from farmlab.simulator.structure import Structure

HEAT_OFF: Final = 0.2
"""K below the set-point at which the last heater goes out."""
HEAT_STEP: Final = 0.15
VENT_FROM: Final = 0.3
HYSTERESIS: Final = 0.25
INLET_SPEED: Final = 0.12
"""Share of the full opening per minute."""
PRESSURE_DEAD_BAND: Final = 0.06
"""Share of √ΔP that the inlets leave alone."""
PAD_ON: Final = 5.5
PAD_OFF: Final = 4.5
PAD_RH: Final = 82.0
PREHEAT_FLOW: Final = 0.35
"""m³/s while a house is heated for chicks."""
STALE_FROM: Final = 2900.0
"""ppm of CO₂ above which more air is let in."""
MOST_SURPLUS: Final = 2.2
_RH, _CO2, _NH3 = (SENSORS.index(key) for key in ("Inside_Humidity", "CO2", "Ammonia"))


def heaters(running: float, warmer: float) -> float:
    """Heaters that run, when the house is this much warmer than the set-point.

    >>> heaters(0, -0.5), heaters(0, -0.7), heaters(4, -0.5)
    (0, 4, 2)
    """
    if not running and warmer >= -curves.HEAT_BELOW:
        return 0
    return min(max(ceil((-HEAT_OFF - warmer) / HEAT_STEP), 0), HEATERS)


def steps(now: float, warmer: float, *, band: float, most: int) -> float:
    """Levels above the lowest, one step a minute at most, with hysteresis on the way down."""
    position = (warmer - VENT_FROM) / band + 1
    up, down = floor(position), floor(position + HYSTERESIS / band)
    wanted = min(max(min(now, down), up, 0), most)
    return now + min(max(wanted - now, -1), 1)


def least(structure: Structure, state: State, plan: HousePlan) -> float:
    """Minimum ventilation, in m³/s: by the breed's weight and the birds on record."""
    if not plan.present:
        return PREHEAT_FLOW if plan.heated else 0.0
    need = physiology.minimum_ventilation(plan.standard_kg) * state.birds / 3600
    return max(need * structure.min_vent, PREHEAT_FLOW) * state.surplus


def surplus(structure: Structure, state: State, plan: HousePlan) -> float:
    """Factor on minimum ventilation after five more minutes of this air."""
    damp = (state.sensed[_RH] - plan.humidity_limit) / 12
    stale = (state.sensed[_CO2] - STALE_FROM) / 1500
    sharp = (state.sensed[_NH3] - 16) / 10 if structure.fitted[_NH3] else 0.0
    worst = max(value for value in (damp, stale, sharp, 0.0) if value == value)
    return state.surplus + 0.08 * (min(1 + worst, MOST_SURPLUS) - state.surplus)


def pad(state: State, plan: HousePlan) -> bool:
    """Whether the pad is wetted."""
    warmer = state.air.felt + state.error - plan.set_point
    return state.tunnel and state.sensed[_RH] < PAD_RH and warmer > (PAD_OFF if state.pad else PAD_ON)
