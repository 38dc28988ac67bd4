"""What the controller shows: true values through sensors, and what it knows of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab.simulator import air, alarms
from farmlab.simulator.arrays import bounded
from farmlab.simulator.channels import CHANNELS, COLUMN, COLUMNS, SENSORS, TEMPERATURE_SENSORS
from farmlab.simulator.timeline import BLOCK
from farmlab.simulator.ventilation import installed_flow

if TYPE_CHECKING:
    from farmlab.simulator.arrays import Bools, Floats
    from farmlab.simulator.birds import Used
    from farmlab.simulator.climate import Running
    from farmlab.simulator.effects import Effects
    from farmlab.simulator.plan import DayPlan
    from farmlab.simulator.state import State
    from farmlab.simulator.structure import Structure
    from farmlab.simulator.ventilation import Command

_NOISE: Final = {"Inside_Humidity": 0.7, "Outside_Humidity": 0.8, "CO2": 28.0, "Ammonia": 0.8, "Static_Pressure": 1.3}
_SPREAD: Final = np.array([_NOISE.get(key, 0.08) for key in SENSORS])[:, None]
_ALONG: Final = np.linspace(-0.5, 0.5, TEMPERATURE_SENSORS)[:, None]
_JITTER: Final = 20 / 300
"""Share of the timer cycle by which polls come early or late."""
_STIR_FANS: Final = 4
_TIMER, _FEEDING, _AUGER, FAULTS = range(4)
"""Uses of the day's uniform numbers."""
_SCALE = -1
_LOW: Final = np.array([channel.low for channel in CHANNELS])[:, None]
_HIGH: Final = np.array([channel.high for channel in CHANNELS])[:, None]
_QUANTUM: Final = np.array([channel.quantum for channel in CHANNELS])[:, None]


class Fans:
    """What runs in all houses, as arrays."""

    def __init__(self, ran: list[Running]) -> None:
        table = np.array([[*_plain(running.command), running.root_on, running.root_off] for running in ran]).T
        self.demand, self.level, self.steady, self.timed, self.duty, self.tunnel, self.root_on, self.root_off = table


def _plain(command: Command) -> tuple[float, ...]:
    return (command.demand, command.level, command.steady, command.timed, command.duty, command.tunnel)


class Panel:
    """The screens of all controllers."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.full_flow = installed_flow(structure)
        self.quantum = np.repeat(_QUANTUM, structure.houses, axis=1)
        self.quantum[COLUMN["CO2"], structure.coarse_co2] = 50
        self.quantum[COLUMN["Daily_Water"]] = structure.meter_quantum

    def row(self, state: State, plan: DayPlan, at: int, effects: Effects, ran: list[Running], used: Used) -> Floats:
        """Everything that is shown at the beginning of block ``at``, not yet rounded, (column, house)."""
        row = np.full((len(COLUMNS), self.structure.houses), np.nan)
        running = Fans(ran)
        on = self._timer_on(plan, at, running)
        true = self._true(state, plan, at, effects, np.where(on, running.root_on, running.root_off))
        row[: len(SENSORS)] = self._sense(state, true, plan, at, effects)
        inside = row[:TEMPERATURE_SENSORS]
        row[COLUMN["Average_Temperature"]] = _mean(inside, state.felt)
        state.error = row[COLUMN["Average_Temperature"]] - state.felt
        self._switches(row, state, plan, at, running, on, used)
        self._counters(row, state, plan, at)
        row[COLUMN["connected"]] = effects.connected
        state.alarms, shown = alarms.conditions(row, state, plan, at, effects, running)
        row[COLUMN["alarms"]] = shown
        return row

    def rounded(self, rows: Floats) -> Floats:
        """Rows (time, column, house) as coarse as the controller shows them."""
        shown = rows.copy()
        known = shown[:, : len(CHANNELS)]
        coarse = bounded(np.round(known / self.quantum) * self.quantum, _LOW, _HIGH)
        counters = [COLUMN["Daily_Water"], COLUMN["Daily_Feed"]]
        coarse[:, counters] = np.floor(known[:, counters] / self.quantum[counters]) * self.quantum[counters]
        shown[:, : len(CHANNELS)] = np.round(coarse, 1) + 0.0
        return shown

    def _timer_on(self, plan: DayPlan, at: int, running: Fans) -> Bools:
        """Whether the timer fans run at the moment of the poll."""
        polls = plan.day.start // BLOCK + at
        late = _JITTER * (2 * plan.chance[at, _TIMER] - 1)
        phase = (self.structure.timer_phase + self.structure.timer_slip * polls + late) % 1
        return np.asarray(phase < running.duty)

    def _true(self, state: State, plan: DayPlan, at: int, effects: Effects, root: Floats) -> Floats:
        """What a perfect sensor in each place would say, (sensor, house)."""
        outside = plan.weather.temp_c[at]
        places = state.felt - self.structure.gradient * (state.felt - outside) + self.structure.placement
        places = places + _ALONG * effects.uneven
        true = np.empty((len(SENSORS), self.structure.houses))
        true[:TEMPERATURE_SENSORS] = places
        true[TEMPERATURE_SENSORS] = outside + self.structure.outside_sun * plan.weather.sun[at]
        true[TEMPERATURE_SENSORS + 1] = air.relative_humidity(state.temp, state.ratio)
        true[TEMPERATURE_SENSORS + 2] = plan.weather.rh_pct[at]
        true[TEMPERATURE_SENSORS + 3] = state.co2 * 1e6 * 1.03
        true[TEMPERATURE_SENSORS + 4] = state.ammonia
        true[TEMPERATURE_SENSORS + 5] = root**2
        return true

    def _sense(self, state: State, true: Floats, plan: DayPlan, at: int, effects: Effects) -> Floats:
        noise = plan.noise[at, : len(SENSORS)] * _SPREAD * effects.noise
        noise[-1] *= 1 + 0.2 * plan.weather.wind_ms[at]
        said = true + self.structure.bias + effects.offset + noise + effects.jump
        state.sensed = np.where(effects.stuck, state.sensed, said)
        silent = effects.missing | ~self.structure.fitted
        return np.where(silent, np.nan, state.sensed)

    def _switches(
        self, row: Floats, state: State, plan: DayPlan, at: int, running: Fans, on: Bools, used: Used
    ) -> None:
        working = plan.heated > 0
        row[COLUMN["Set_Temperature"]] = plan.set_point
        row[COLUMN["Target_Pressure"]] = self.structure.pressure_set
        row[COLUMN["Current_Level_CFM"]] = 3600 * running.demand * working
        row[COLUMN["CFM_Percentage"]] = 100 * running.demand / self.full_flow * working
        row[COLUMN["Vent_Level"]] = (running.level + 1) * working
        row[COLUMN["Tunnel_Fans"]] = running.tunnel * working
        row[COLUMN["Exh_Fans"]] = (running.steady + running.timed * on) * working
        row[COLUMN["Stir_Fans"]] = _STIR_FANS * (working & (state.steps == 0) & (plan.growth_day < 24))
        row[COLUMN["Heaters"]] = state.heaters
        row[COLUMN["Cooling_Pad"]] = state.pad
        row[COLUMN["Light1"]] = 100 * plan.light[at]
        row[COLUMN["Air_Vent_1_Position"]] = 100 * np.where(state.tunnel, 0, state.opening)
        row[COLUMN["Tunnel_Curtain_1_Position"]] = 100 * np.where(state.tunnel, state.opening, 0)
        row[COLUMN["Feeding"]] = 4 * (plan.chance[at, _FEEDING] < used.feeding)
        row[COLUMN["Auger"]] = plan.chance[at, _FEEDING] < used.feeding

    def _counters(self, row: Floats, state: State, plan: DayPlan, at: int) -> None:
        there, warmth = plan.present, plan.silo_warmth[at]
        rough = 18 * plan.noise[at, _SCALE]
        row[COLUMN["Daily_Water"]] = state.water_today
        row[COLUMN["Daily_Feed"]] = state.feed_today
        row[COLUMN["Silo_1"]] = np.maximum(state.silo_1 + warmth + rough, 0) * (state.silo_1 > 0)
        row[COLUMN["Silo_2"]] = np.maximum(state.silo_2 + warmth - rough, 0) * (state.silo_2 > 0)
        row[COLUMN["weight_cv"]] = np.where(there, plan.weight_cv, np.nan)
        row[COLUMN["Average_Weight"]] = np.where(there & (state.birds > 0), self._weighed(state, plan), np.nan)
        row[COLUMN["Number_Of_Weights"]] = np.floor(state.weighed_today)
        row[COLUMN["Current_Birds_Count_In_House"]] = np.where(there & (state.placed > 0), state.birds, np.nan)
        row[COLUMN["TotalDailyMaleMortality"]] = np.where(there, state.dead_today, np.nan)
        row[COLUMN["culls"]] = np.where(there, state.culled_today, np.nan)
        row[COLUMN["Growth_Day"]] = plan.growth_day
        row[COLUMN["heater_minutes_1"] :] = state.heater_minutes

    def _weighed(self, state: State, plan: DayPlan) -> Floats:
        """The mean of the birds that stepped on the scales today; it settles as more do."""
        count = np.maximum(state.weighed_today, 12)
        return state.weight * (1 + plan.late_bias + plan.noise[0, _SCALE] * plan.weight_cv / 100 / np.sqrt(count))


def _mean(inside: Floats, otherwise: Floats) -> Floats:
    """Mean of the sensors that say something; controllers leave broken ones out."""
    heard = ~np.isnan(inside)
    count = heard.sum(axis=0)
    total = np.where(heard, inside, 0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), otherwise)
