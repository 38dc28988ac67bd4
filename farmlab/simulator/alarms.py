"""When a controller calls for help, and the list that it keeps of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab.simulator import curves
from farmlab.simulator.channels import SENSORS, TEMPERATURE_SENSORS
from farmlab.simulator.snapshot import AlarmRow
from farmlab.simulator.timeline import BLOCK, moment_of

if TYPE_CHECKING:
    from farmlab.simulator.arrays import Ints
    from farmlab.simulator.climate import Running
    from farmlab.simulator.effects import Effects
    from farmlab.simulator.plan import HousePlan
    from farmlab.simulator.state import State

ALARMS: Final = (
    (1, "Low temperature"),
    (2, "High temperature"),
    (15, "CO2 high"),
    (22, "Humidity high"),
    (28, "Ammonia high"),
    (31, "Static pressure low"),
    (32, "Static pressure high"),
    (82, "Feeder overtime"),
    (101, "Water overflow"),
    (102, "Water shortage"),
    (112, "Temperature sensor open"),
    (165, "Power failure"),
)
"""Number in the controller's list, and what it says; one bit each in the order of this list."""
_TWO_HOURS: Final = 120 // BLOCK
_SETTLING_DAYS: Final = 2
_RH, _CO2, _NH3, _PRESSURE = (SENSORS.index(k) for k in ("Inside_Humidity", "CO2", "Ammonia", "Static_Pressure"))


def conditions(state: State, plan: HousePlan, at: int, effects: Effects, running: Running, average: float) -> int:
    """What is wrong at this moment, one bit per alarm; none in an empty house."""
    if not state.birds:
        return 0
    usual = plan.daily_water * state.birds / 24
    drinking = plan.growth_day > _SETTLING_DAYS
    lit = at > _TWO_HOURS and plan.lit[at] and plan.lit[at - _TWO_HOURS]
    sensed = state.sensed
    seen = (
        average < plan.set_point - curves.LOW_ALARM_BELOW,
        average > plan.set_point + curves.HIGH_ALARM_ABOVE,
        sensed[_CO2] > 4500,
        sensed[_RH] > 87,
        sensed[_NH3] > 30,
        running.command.steady > 0 and sensed[_PRESSURE] < 4,
        sensed[_PRESSURE] > 60,
        state.overtime > 60,
        drinking and state.flow > 3.2 * usual,
        drinking and lit and state.flow < 0.15 * usual,
        any(number < TEMPERATURE_SENSORS for number in effects.missing),
        effects.power < 1,
    )
    return sum(1 << bit for bit, flag in enumerate(seen) if flag)


def episodes(minutes: Ints, shown: Ints) -> tuple[AlarmRow, ...]:
    """The alarms in a series of shown bits, oldest first; those that last to the end are active."""
    found: list[AlarmRow] = []
    for bit, (number, message) in enumerate(ALARMS):
        on = np.concatenate([[0], (shown >> bit) & 1, [0]])
        begins, ends = np.flatnonzero(np.diff(on) == 1), np.flatnonzero(np.diff(on) == -1)
        for begin, end in zip(begins, ends, strict=True):
            active = end == len(shown)
            ended = None if active else moment_of(int(minutes[end]))
            found.append(AlarmRow(number, message, moment_of(int(minutes[begin])), bool(active), ended))
    return tuple(sorted(found, key=lambda alarm: (alarm.time, alarm.number)))
