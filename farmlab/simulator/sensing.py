"""What the controller shows: true values through sensors, and what it knows of itself."""

from __future__ import annotations

from math import floor, nan, sqrt
from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab.simulator import air, alarms
from farmlab.simulator.channels import CHANNELS, COLUMN, SENSORS, TEMPERATURE_SENSORS
from farmlab.simulator.timeline import BLOCK

if TYPE_CHECKING:
    from farmlab.simulator.arrays import Floats
    from farmlab.simulator.climate import Running
    from farmlab.simulator.effects import Effects
    from farmlab.simulator.plan import HousePlan
    from farmlab.simulator.state import State
    from farmlab.simulator.structure import Structure

_NOISE: Final = {"Inside_Humidity": 0.7, "Outside_Humidity": 0.8, "CO2": 28.0, "Ammonia": 0.8, "Static_Pressure": 1.3}
_SPREAD: Final = tuple(_NOISE.get(key, 0.08) for key in SENSORS)
_PRESSURE: Final = SENSORS.index("Static_Pressure")
_ALONG: Final = tuple(np.linspace(-0.5, 0.5, TEMPERATURE_SENSORS).tolist())
_JITTER: Final = 20 / 300
"""Share of the timer cycle by which polls come early or late."""
_STIR_FANS: Final = 4
_LINES: Final = 4
_SCALE: Final = len(SENSORS) + 2
_TIMER: Final = 0
_FEEDING: Final = 1
FAULTS: Final = 2
"""Uses of the day's uniform numbers."""
_COUNTERS: Final = [COLUMN["Daily_Water"], COLUMN["Daily_Feed"], COLUMN["Number_Of_Weights"]]
_LOW: Final = np.array([channel.low for channel in CHANNELS])
_HIGH: Final = np.array([channel.high for channel in CHANNELS])


class Panel:
    """The screen of one controller."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.quantum = np.array([channel.quantum for channel in CHANNELS])
        self.quantum[COLUMN["CO2"]] = structure.co2_quantum
        self.quantum[COLUMN["Daily_Water"]] = structure.meter_quantum

    def row(
        self, state: State, plan: HousePlan, at: int, effects: Effects, running: Running, feeding: float
    ) -> list[float]:
        """Everything that is shown at the beginning of block ``at``, by column, not yet rounded."""
        on = self._timer_on(plan, at, running)
        true = self._true(state, plan, at, effects, running.root_on if on else running.root_off)
        state.sensed = self._sense(state, true, plan, at, effects)
        average = _mean(state.sensed[:TEMPERATURE_SENSORS], state.air.felt)
        state.error = average - state.air.felt
        raised = alarms.conditions(state, plan, at, effects, running, average)
        shown = raised & state.alarms
        state.alarms = raised
        return [
            *state.sensed,
            average,
            *self._switches(state, plan, at, running, on, feeding),
            *self._counters(state, plan, at),
            float(effects.connected),
            float(shown),
            state.culled_today if plan.present else nan,
            plan.weight_cv if plan.present else nan,
            *state.heater_minutes,
        ]

    def rounded(self, rows: Floats) -> Floats:
        """Rows (time, column) as coarse as the controller shows them."""
        shown = rows.copy()
        known = shown[:, : len(CHANNELS)]
        coarse = np.clip(np.round(known / self.quantum) * self.quantum, _LOW, _HIGH)
        coarse[:, _COUNTERS] = np.floor(known[:, _COUNTERS] / self.quantum[_COUNTERS]) * self.quantum[_COUNTERS]
        shown[:, : len(CHANNELS)] = np.round(coarse, 1) + 0.0
        return shown

    def _timer_on(self, plan: HousePlan, at: int, running: Running) -> bool:
        """Whether the timer fans run at the moment of the poll."""
        polls = plan.day.start // BLOCK + at
        late = _JITTER * (2 * plan.chance[at][_TIMER] - 1)
        phase = (self.structure.timer_phase + self.structure.timer_slip * polls + late) % 1
        return phase < running.command.duty

    def _true(self, state: State, plan: HousePlan, at: int, effects: Effects, root: float) -> list[float]:
        """What a perfect sensor in each place would say, in the order of the sensors."""
        outside, now, built = plan.temp_c[at], state.air, self.structure
        warmer = now.felt - outside
        inside = [
            now.felt - gradient * warmer + place + along * effects.uneven
            for gradient, place, along in zip(built.gradient, built.placement, _ALONG, strict=True)
        ]
        return [
            *inside,
            outside + built.outside_sun * plan.sun[at],
            air.relative_humidity(now.temp, now.ratio),
            plan.rh_pct[at],
            now.co2 * 1e6,
            now.ammonia,
            root * root,
        ]

    def _sense(self, state: State, true: list[float], plan: HousePlan, at: int, effects: Effects) -> list[float]:
        noise, offset, louder = plan.noise[at], effects.offset, effects.noise
        said = [
            value + bias + offset[number] + noise[number] * spread * louder[number]
            for number, (value, bias, spread) in enumerate(zip(true, self.structure.bias, _SPREAD, strict=True))
        ]
        said[_PRESSURE] += noise[_PRESSURE] * 0.15 * plan.wind_ms[at]
        for number in effects.stuck:
            said[number] = state.held[number]
        state.held = said
        return [
            value if fitted and number not in effects.missing else nan
            for number, (value, fitted) in enumerate(zip(said, self.structure.fitted, strict=True))
        ]

    def _switches(
        self, state: State, plan: HousePlan, at: int, running: Running, on: bool, feeding: float
    ) -> tuple[float, ...]:
        """Set_Temperature … Tunnel_Curtain_1_Position, in the order of the channels."""
        command, now = running.command, state.air
        stirred = plan.heated and now.steps == 0 and plan.growth_day < 24
        vents = self._vents(command.demand, command.level, command.tunnel, command.steady + command.timed * on)
        return (
            plan.set_point,
            self.structure.pressure_set,
            *(vents if plan.heated else (0, 0, 0, 0, 0)),
            _STIR_FANS * stirred,
            now.heaters,
            state.pad,
            100 * plan.light[at],
            0.0 if state.tunnel else 100 * now.opening,
            100 * now.opening if state.tunnel else 0.0,
            state.water_today,
            state.feed_today,
            _LINES * (plan.chance[at][_FEEDING] < feeding),
            plan.chance[at][_FEEDING] < feeding,
        )

    def _vents(self, demand: float, level: int, tunnel: int, side: int) -> tuple[float, ...]:
        return (3600 * demand, 100 * demand / self.structure.installed_flow, level + 1, tunnel, side)

    def _counters(self, state: State, plan: HousePlan, at: int) -> tuple[float, ...]:
        """Silo_1 … Growth_Day, in the order of the channels."""
        rough, warmth = 18 * plan.noise[at][_SCALE], plan.silo_warmth[at]
        return (
            max(state.silo_1 + warmth + rough, 0) if state.silo_1 else 0.0,
            max(state.silo_2 + warmth - rough, 0) if state.silo_2 else 0.0,
            self._weighed(state, plan) if plan.present and state.birds else nan,
            state.weighed_today,
            state.birds if plan.present and state.placed else nan,
            state.dead_today if plan.present else nan,
            plan.growth_day,
        )

    def _weighed(self, state: State, plan: HousePlan) -> float:
        """The mean of the birds that stepped on the scales today; it settles as more do."""
        count = max(floor(state.weighed_today), 12)
        return state.weight * (1 + plan.late_bias + plan.noise[0][_SCALE] * plan.weight_cv / 100 / sqrt(count))


def _mean(inside: list[float], otherwise: float) -> float:
    """Mean of the sensors that say something; controllers leave broken ones out."""
    heard = [value for value in inside if value == value]
    return sum(heard) / len(heard) if heard else otherwise
