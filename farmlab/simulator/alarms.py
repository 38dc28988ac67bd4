"""When a controller calls for help, and the list that it keeps of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab.simulator import curves
from farmlab.simulator.channels import COLUMN, TEMPERATURE_SENSORS
from farmlab.simulator.snapshot import AlarmRow
from farmlab.simulator.timeline import BLOCK, moment_of

if TYPE_CHECKING:
    from farmlab.simulator.arrays import Bools, Floats, Ints
    from farmlab.simulator.effects import Effects
    from farmlab.simulator.plan import DayPlan
    from farmlab.simulator.sensing import Fans
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
_BITS: Final = 1 << np.arange(len(ALARMS))
_TWO_HOURS: Final = 120 // BLOCK
_SETTLING_DAYS: Final = 2


def conditions(row: Floats, state: State, plan: DayPlan, at: int, effects: Effects, fans: Fans) -> tuple[Ints, Ints]:
    """What is wrong now, and what was so five minutes ago too and is called out; one bit per alarm."""
    temp, pressure = row[COLUMN["Average_Temperature"]], row[COLUMN["Static_Pressure"]]
    usual = plan.daily_water * state.birds / 24
    drinking = (plan.growth_day > _SETTLING_DAYS) & (state.birds > 0)
    lit = plan.lit[at] & plan.lit[max(at - _TWO_HOURS, 0)] & (at > _TWO_HOURS)
    seen: tuple[Bools, ...] = (
        temp < plan.set_point - curves.LOW_ALARM_BELOW,
        temp > plan.set_point + curves.HIGH_ALARM_ABOVE,
        row[COLUMN["CO2"]] > 4500,
        row[COLUMN["Inside_Humidity"]] > 87,
        row[COLUMN["Ammonia"]] > 30,
        (fans.steady > 0) & (pressure < 4),
        pressure > 60,
        state.overtime > 60,
        drinking & (state.flow > 3.2 * usual),
        drinking & lit & (state.flow < 0.15 * usual),
        _silent(effects),
        effects.power < 1,
    )
    now = _BITS @ np.array(seen) * (state.birds > 0)
    return now, now & state.alarms


def _silent(effects: Effects) -> Bools:
    return np.asarray(effects.missing[:TEMPERATURE_SENSORS].any(axis=0))


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
