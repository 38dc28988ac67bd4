"""Five minutes of the air in a house: the controller and the balances, minute by minute."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Final

from farmlab.simulator import air, controller, physiology, ventilation
from farmlab.simulator.channels import HEATERS
from farmlab.simulator.house import STEP_S, Balance, Sources
from farmlab.simulator.timeline import BLOCK

if TYPE_CHECKING:
    from farmlab.simulator.effects import Effects
    from farmlab.simulator.house import Air
    from farmlab.simulator.plan import HousePlan
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
ROTATION_MIN: Final = 60
"""The heaters take turns in being the first to burn."""


@dataclass(slots=True)
class Limits:
    """What binds the controller for five minutes, and the fans that it has."""

    set_point: float
    error: float
    """K by which the sensors mislead it"""
    heated: bool
    power: float
    least: float
    """m³/s"""
    low: int
    """The lowest level of the moment"""
    most: int
    """Levels that the age allows above it"""
    fixed: float
    """m³/s per √Pa of cracks and doors"""
    natural: float
    """m³/s that wind and warmth drive through them"""
    held: float | None
    """Opening at which the side inlets hang"""
    side: list[float]
    """m³/s of the first 0, 1, 2 … side fans"""
    tunnel: list[float]


@dataclass(slots=True)
class Running:
    """What runs at the end of a block."""

    command: Command
    root_on: float = 0.0
    """√Pa while the timer fans run"""
    root_off: float = 0.0


class Climate:
    """The air and the controller of one house."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.balance = Balance(structure)
        self.levels = ventilation.Levels(structure)
        self.pressure_root = sqrt(structure.pressure_set)

    def block(self, state: State, plan: HousePlan, at: int, effects: Effects) -> Running:
        """Bring the air five minutes forward; what runs at the end."""
        state.pad = controller.pad(state, plan)
        state.surplus = controller.surplus(self.structure, state, plan)
        sources = self._sources(state, plan, at, effects)
        limits = self._limits(state, plan, at, effects)
        now = state.air
        running = Running(self.levels.command(limits.low + int(min(now.steps, limits.most)), limits.least))
        for minute in range(BLOCK):
            self._control(now, limits, running)
            self._count(state, plan.day.start + at * BLOCK + minute, sources.burner)
            self.balance.step(now, self._flow(now, limits, running), sources)
            now.felt += (now.temp - now.felt) / SENSOR_LAG_MIN
        state.tunnel = running.command.tunnel > 0
        self._settle(state)
        return running

    def _control(self, now: Air, limits: Limits, running: Running) -> None:
        warmer = now.felt + limits.error - limits.set_point
        now.heaters = controller.heaters(now.heaters, warmer) if limits.heated else 0
        steps = controller.steps(now.steps, warmer, band=self.structure.band, most=limits.most)
        if steps != now.steps:
            now.steps = steps
            running.command = self.levels.command(limits.low + int(steps), limits.least)

    def _count(self, state: State, minute: int, burner: float) -> None:
        """Run-time of the heaters, which take turns, and the heat that they give off."""
        first = minute // ROTATION_MIN
        for number in range(int(state.air.heaters)):
            state.heater_minutes[(first + number) % HEATERS] += 1
        state.heat += state.air.heaters * burner * STEP_S

    def _flow(self, now: Air, limits: Limits, running: Running) -> float:
        """m³/s through the house in this minute; the inlets move meanwhile."""
        command = running.command
        full = self.structure.tunnel_inlets if command.tunnel else self.structure.inlets
        openings = limits.fixed + full * now.opening
        powered = limits.power if limits.least > 0 else 0.0
        always = limits.side[command.steady] + limits.tunnel[command.tunnel]
        timed = limits.side[command.steady + command.timed] + limits.tunnel[command.tunnel]
        running.root_on = ventilation.pressure_root(timed * powered, openings)
        running.root_off = ventilation.pressure_root(always * powered, openings)
        mean = command.duty * running.root_on + (1 - command.duty) * running.root_off
        self._move_inlets(now, limits, running, openings, full)
        return sqrt((openings * mean) ** 2 + limits.natural * limits.natural)

    def _move_inlets(self, now: Air, limits: Limits, running: Running, openings: float, full: float) -> None:
        if limits.held is not None and not running.command.tunnel:
            now.opening = limits.held
            return
        ratio = running.root_on / self.pressure_root
        if abs(ratio - 1) > controller.PRESSURE_DEAD_BAND and limits.power > 0.5:
            wanted = ventilation.wanted_opening(openings, limits.fixed, full, ratio)
            speed = controller.INLET_SPEED
            now.opening += min(max(wanted - now.opening, -speed), speed)

    def _limits(self, state: State, plan: HousePlan, at: int, effects: Effects) -> Limits:
        built = self.structure
        least = controller.least(built, state, plan)
        low, fixed = self.levels.lowest(least), built.leak + plan.door[at]
        return Limits(
            set_point=plan.set_point,
            error=state.error,
            heated=plan.heated,
            power=plan.power[at] * effects.power,
            least=least,
            low=low,
            most=max(round(plan.top_level * self.levels.top) - low, 0),
            fixed=fixed,
            natural=ventilation.natural(fixed, plan.wind_ms[at], state.air.temp - plan.temp_c[at]),
            held=effects.inlet_held,
            side=ventilation.running(effects.side, built.side_flow * plan.fan_condition),
            tunnel=ventilation.running(effects.tunnel, built.tunnel_flow * plan.fan_condition),
        )

    def _sources(self, state: State, plan: HousePlan, at: int, effects: Effects) -> Sources:
        now, built = state.air, self.structure
        total = physiology.heat_total(state.weight / 1000, now.temp) * state.birds
        total *= ACTIVE if plan.lit[at] else RESTING
        sensible = total * physiology.sensible_share(now.temp)
        cooled = built.pad_efficiency * effects.pad * plan.depression[at] if state.pad else 0.0
        return Sources(
            heat=sensible + LIGHT_W_M2 * built.area * plan.light[at] + plan.sun_w[at],
            water=(total - sensible) / air.LATENT_HEAT + plan.washing[at] + state.wet / (DRYING_H * 3600),
            co2=total * physiology.CO2_PER_WATT,
            litter_ammonia=self._litter(state, plan),
            inlet_c=plan.temp_c[at] - cooled,
            inlet_ratio=plan.humidity_ratio[at] + cooled * air.SPECIFIC_HEAT / air.LATENT_HEAT,
            burner=built.heater_w * effects.heater * effects.power * plan.power[at],
            outside_c=plan.temp_c[at],
        )

    def _litter(self, state: State, plan: HousePlan) -> float:
        """Ppm of ammonia right above the litter: older, warmer and wetter gives more."""
        warm = float(1.06 ** (state.air.mass_temp - 22))
        damp = 1 + 0.45 * state.wet / self.structure.area
        return LITTER_PPM_PER_DAY * plan.litter_days * self.structure.litter * warm * damp

    def _settle(self, state: State) -> None:
        """Damp litter dries; air beyond saturation drips."""
        full = air.humidity_ratio(state.air.temp, 99.0)
        dripping = max(state.air.ratio - full, 0.0) * self.structure.volume * air.DENSITY
        state.air.ratio = min(state.air.ratio, full)
        state.wet = state.wet * (1 - BLOCK / 60 / DRYING_H) + dripping
