"""Five minutes of air: the controller and the balances of each house, minute by minute.

What changes slowly is worked out for all houses at once; the minutes go house by house in plain numbers,
which for a handful of houses is several times as fast as arrays.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab.simulator import air, controller, physiology, ventilation
from farmlab.simulator.channels import HEATERS
from farmlab.simulator.house import STEP_S, Air, Balance, Sources
from farmlab.simulator.timeline import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from farmlab.simulator.arrays import Floats
    from farmlab.simulator.effects import Effects
    from farmlab.simulator.plan import DayPlan
    from farmlab.simulator.state import State
    from farmlab.simulator.structure import Structure
    from farmlab.simulator.ventilation import Command

SENSOR_LAG_MIN: Final = 3.0
LIGHT_W_M2: Final = 2.5
ACTIVE: Final = 1.08
RESTING: Final = 0.78
"""Heat of birds in the light and in the dark against the mean."""
DRYING_H: Final = 36.0
"""Hours in which wet litter loses most of its water."""
LITTER_PPM_PER_DAY: Final = 1.55
_DEVICES: Final = np.arange(HEATERS)[:, None]
_AIR: Final = tuple(field.name for field in fields(Air))


@dataclass(slots=True)
class Limits:
    """What binds the controller of one house for five minutes, and the fans that it has."""

    set_point: float
    error: float
    """K by which the sensors mislead it"""
    heated: float
    power: float
    least: float
    """m³/s"""
    allowed: float
    """Share of the levels that the age allows"""
    fixed: float
    """m³/s per √Pa of cracks and doors"""
    natural: float
    """m³/s that wind and warmth drive through them"""
    held: float
    """Opening at which the side inlets hang; NaN = free"""
    side: list[float]
    """m³/s of the first 0, 1, 2 … side fans"""
    tunnel: list[float]


@dataclass(slots=True)
class Running:
    """What runs in one house at the end of a block."""

    command: Command
    root_on: float
    """√Pa while the timer fans run"""
    root_off: float
    burning: list[float]
    """Heaters on in each minute"""


class HouseClimate:
    """The air and the controller of one house."""

    def __init__(self, structure: Structure, at: int) -> None:
        self.balance = Balance(structure, at)
        self.levels = ventilation.Levels(structure, at)
        self.band = float(structure.band[at])
        self.pressure_root = float(structure.pressure_set[at]) ** 0.5
        self.inlets, self.tunnel_inlets = float(structure.inlets[at]), float(structure.tunnel_inlets[at])

    def block(self, now: Air, limits: Limits, sources: Sources) -> Running:
        """Five minutes of this house."""
        low = self.levels.lowest(limits.least)
        most = max(round(limits.allowed * self.levels.top) - low, 0)
        command = self.levels.command(low + int(min(now.steps, most)), limits.least)
        running = Running(command, 0.0, 0.0, [])
        for _ in range(BLOCK):
            warmer = now.felt + limits.error - limits.set_point
            now.heaters = controller.heaters(now.heaters, warmer) * limits.heated
            running.burning.append(now.heaters)
            steps = controller.steps(now.steps, warmer, band=self.band, most=most)
            if steps != now.steps:
                now.steps = steps
                running.command = self.levels.command(low + int(steps), limits.least)
            self.balance.step(now, self.flow(now, limits, running), sources)
            now.felt += (now.temp - now.felt) / SENSOR_LAG_MIN
        return running

    def flow(self, now: Air, limits: Limits, running: Running) -> float:
        """m³/s through the house in this minute; the inlets move meanwhile."""
        command = running.command
        full = self.tunnel_inlets if command.tunnel else self.inlets
        openings = limits.fixed + full * now.opening
        powered = limits.power if limits.least > 0 else 0.0
        tunnel = limits.tunnel[command.tunnel]
        always = limits.side[command.steady] + tunnel
        running.root_on = ventilation.pressure_root(
            (limits.side[command.steady + command.timed] + tunnel) * powered, openings
        )
        running.root_off = ventilation.pressure_root(always * powered, openings)
        mean = command.duty * running.root_on + (1 - command.duty) * running.root_off
        self._move_inlets(now, limits, running.root_on, openings, full)
        return float(((openings * mean) ** 2 + limits.natural**2) ** 0.5)

    def _move_inlets(self, now: Air, limits: Limits, root: float, openings: float, full: float) -> None:
        if limits.held == limits.held and full == self.inlets:
            now.opening = limits.held
            return
        ratio = root / self.pressure_root
        if abs(ratio - 1) > controller.PRESSURE_DEAD_BAND and limits.power > 0.5:
            wanted = ventilation.wanted_opening(openings, limits.fixed, full, ratio)
            speed = controller.INLET_SPEED
            now.opening += min(max(wanted - now.opening, -speed), speed)


class Climate:
    """The air of all houses."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.houses = [HouseClimate(structure, at) for at in range(structure.houses)]

    def block(self, state: State, plan: DayPlan, at: int, effects: Effects) -> list[Running]:
        """Bring the air of all houses five minutes forward; what runs in each at the end."""
        state.pad = controller.pad(state, plan)
        state.surplus = controller.surplus(self.structure, state, plan)
        sources = self._sources(state, plan, at, effects)
        limits = self._limits(state, plan, at, effects)
        airs = [Air(*values) for values in _columns(getattr(state, name) for name in _AIR)]
        ran = [house.block(*given) for house, *given in zip(self.houses, airs, limits, sources, strict=True)]
        for name in _AIR:
            setattr(state, name, np.array([getattr(now, name) for now in airs], dtype=np.float64))
        burning = np.array([running.burning for running in ran])
        state.heater_minutes += (burning[None] > _DEVICES[:, None]).sum(axis=2)
        state.heat += burning.sum(axis=1) * np.array([source.burner for source in sources]) * STEP_S
        state.tunnel = np.array([running.command.tunnel > 0 for running in ran])
        self._settle(state)
        return ran

    def _limits(self, state: State, plan: DayPlan, at: int, effects: Effects) -> list[Limits]:
        fixed = self.structure.leak + plan.door[at]
        warmer_inside = state.temp - plan.weather.temp_c[at]
        columns = (
            plan.set_point,
            state.error,
            plan.heated,
            plan.power[at] * effects.power,
            controller.least(self.structure, state, plan),
            plan.top_level,
            fixed,
            ventilation.natural(fixed, float(plan.weather.wind_ms[at]), warmer_inside),
            effects.inlet_held,
            ventilation.running(effects.side, self.structure.side_flow * plan.fan_condition),
            ventilation.running(effects.tunnel, self.structure.tunnel_flow * plan.fan_condition),
        )
        return [Limits(*values) for values in _columns(columns)]

    def _sources(self, state: State, plan: DayPlan, at: int, effects: Effects) -> list[Sources]:
        lively = np.where(plan.lit[at], ACTIVE, RESTING)
        total = physiology.heat_total(state.weight / 1000, state.temp) * state.birds * lively
        sensible = total * physiology.sensible_share(state.temp)
        cooled = self._cooled(state, plan, at, effects)
        columns = (
            sensible + LIGHT_W_M2 * self.structure.area * plan.light[at] + plan.sun_w[at],
            (total - sensible) / air.LATENT_HEAT + plan.washing[at] + state.wet / (DRYING_H * 3600),
            total * physiology.CO2_PER_WATT,
            self._litter(state, plan),
            plan.weather.temp_c[at] - cooled,
            plan.weather.humidity_ratio[at] + cooled * 1006 / air.LATENT_HEAT,
            self.structure.heater_w * effects.heater * effects.power * plan.power[at],
        )
        outside = float(plan.weather.temp_c[at])
        return [Sources(*values, outside) for values in _columns(columns)]

    def _cooled(self, state: State, plan: DayPlan, at: int, effects: Effects) -> Floats:
        """K by which the pad cools the air that comes in."""
        depression = float(plan.wet_bulb_depression[at])
        return np.asarray(state.pad * self.structure.pad_efficiency * effects.pad * depression)

    def _litter(self, state: State, plan: DayPlan) -> Floats:
        warm = 1.06 ** (state.mass_temp - 22)
        damp = 1 + 0.45 * state.wet / self.structure.area
        return np.asarray(LITTER_PPM_PER_DAY * plan.litter_days * self.structure.litter * warm * damp)

    def _settle(self, state: State) -> None:
        """Damp litter dries; air beyond saturation drips."""
        full = air.humidity_ratio(state.temp, 99.0)
        dripping = np.maximum(state.ratio - full, 0) * self.structure.volume * air.DENSITY
        state.ratio = np.minimum(state.ratio, full)
        state.wet = state.wet * (1 - BLOCK / 60 / DRYING_H) + dripping


def _columns(arrays: Iterable[Floats]) -> Iterable[tuple[float, ...]]:
    """House by house, the values of these arrays as plain numbers."""
    return zip(*(array.tolist() for array in arrays), strict=True)
