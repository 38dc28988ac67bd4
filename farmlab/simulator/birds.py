"""Five minutes of a flock: eating, drinking, growing, dying; and the feed and water that it gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab.simulator.arrays import bounded
from farmlab.simulator.rng import generator
from farmlab.simulator.state import SILO_KG
from farmlab.simulator.timeline import BLOCK

if TYPE_CHECKING:
    from farmlab.simulator.arrays import Bools, Floats
    from farmlab.simulator.effects import Effects
    from farmlab.simulator.plan import DayPlan
    from farmlab.simulator.state import State
    from farmlab.simulator.structure import Structure

AUGER_KG: Final = 40.0 * BLOCK
"""What the auger brings in one block."""
PAN_SHARE: Final = 0.2
"""Feed before the birds, against a day's need."""
DELIVERY_KG: Final = 14_000.0
CULLED: Final = 0.22
"""Share of the losses that is culled."""
_WEIGHINGS: Final = 380 * BLOCK / (24 * 60)
"""Birds that step on the scales in one block of light."""
_HUNGER: Final = BLOCK / 150
_THIRST: Final = BLOCK / 240
_FLOW: Final = BLOCK / 60
_MEAL, _WATER = -3, -2


@dataclass
class Used:
    """What a block used."""

    feeding: Floats
    """Share of the block in which the feeders ran"""
    water_l: Floats


def block(state: State, structure: Structure, plan: DayPlan, at: int, effects: Effects, *, seed: int) -> Used:
    """Bring all flocks five minutes forward."""
    _arrive_and_leave(state, plan, at)
    warmer = state.temp - plan.set_point
    feeding = _eat(state, plan, at, effects, warmer)
    water = _drink(state, structure, plan, at, effects)
    _grow(state, plan, at, effects, warmer)
    if plan.walk[at].any():
        _collect_dead(state, plan, at, seed)
    return Used(feeding, water)


def _arrive_and_leave(state: State, plan: DayPlan, at: int) -> None:
    arriving = plan.place[at] > 0
    if arriving.any():
        state.placed = np.where(arriving, plan.place[at], state.placed)
        state.birds = np.where(arriving, plan.place[at], state.birds)
        state.weight = np.where(arriving, plan.standard_kg * 1000, state.weight)
    if plan.remove[at].any():
        state.birds = np.round(state.birds * (1 - plan.remove[at]))
    empty = plan.growth_day < -1
    for stock in (state.placed, state.birds, state.weight, state.pans, state.silo_1, state.silo_2, state.due):
        stock[empty] = 0
    state.wet[plan.bare] = 0


def _eat(state: State, plan: DayPlan, at: int, effects: Effects, warmer: Floats) -> Floats:
    """Birds eat from the pans, the feeders fill them again; the share of the block in which they run."""
    hot, cold = np.maximum(warmer - 3, 0), np.maximum(-warmer - 1, 0)
    weather = bounded(1 - 0.012 * hot + 0.0075 * cold, 0.7, 1.1)
    rhythm = 1 + 0.04 * plan.noise[at, _MEAL]
    wanted = plan.feed_kg[at] * state.birds * weather * effects.appetite * rhythm * (1 - 0.6 * state.thirsty)
    eaten = np.maximum(np.minimum(wanted, state.pans), 0)
    state.hungry += (1 - eaten / np.maximum(wanted, 1e-9) * (wanted > 0) - (wanted <= 0) - state.hungry) * _HUNGER
    state.pans -= eaten
    return _fill_pans(state, plan, at, effects)


def _fill_pans(state: State, plan: DayPlan, at: int, effects: Effects) -> Floats:
    room = np.maximum(PAN_SHARE * plan.daily_feed * state.birds, 60.0 * plan.present)
    state.filling = _hysteresis(state.filling, state.pans, 0.6 * room, 0.95 * room) & plan.fed[at]
    rate = AUGER_KG * effects.auger * effects.power
    brought = np.minimum(np.minimum(rate * state.filling, np.maximum(room - state.pans, 0)), _in_silos(state))
    state.pans += brought
    state.feed_today += brought
    first = np.minimum(brought, state.silo_1)
    state.silo_1 -= first
    state.silo_2 -= brought - first
    _deliver(state, plan, at)
    short = state.filling & (brought < 0.2 * AUGER_KG) & (state.pans < 0.9 * room)
    share = np.where(short, 1.0, bounded(brought / np.maximum(rate, 1e-9), 0, 1)) * state.filling
    state.overtime = np.where(share > 0.9, state.overtime + BLOCK, 0.0)
    return np.asarray(share)


def _hysteresis(on: Bools, level: Floats, start: Floats, stop: Floats) -> Bools:
    return np.asarray(np.where(on, level < stop, level < start))


def _in_silos(state: State) -> Floats:
    return state.silo_1 + state.silo_2


def _deliver(state: State, plan: DayPlan, at: int) -> None:
    if not plan.delivery[at].any():
        return
    low = _in_silos(state) < np.maximum(2.4 * plan.daily_feed * state.birds, 1500.0)
    comes = low & plan.delivery[at] & (plan.heated > 0)
    filled = _in_silos(state) + DELIVERY_KG
    state.silo_1, state.silo_2 = (
        np.where(comes, np.minimum(filled, SILO_KG), state.silo_1),
        np.where(comes, np.maximum(filled - SILO_KG, 0), state.silo_2),
    )


def _drink(state: State, structure: Structure, plan: DayPlan, at: int, effects: Effects) -> Floats:
    """Litres through the meter: drinking, leaks, flushing."""
    heat = 1 + 0.065 * bounded(state.temp - np.maximum(21.0, plan.set_point), 0, 12)
    rhythm = np.maximum(1 + 0.07 * plan.noise[at, _WATER], 0)
    wanted = plan.water_l[at] * state.birds * structure.drinking * heat * effects.thirst * rhythm
    drunk = wanted * effects.line * (1 - 0.35 * state.hungry)
    state.thirsty += (1 - effects.line - state.thirsty) * _THIRST
    leaked = effects.leak_lph * BLOCK / 60 * plan.present
    state.wet += leaked
    used = drunk + leaked + plan.flush_l[at]
    state.water_today += used * structure.meter_gain
    state.flow += (used * 60 / BLOCK - state.flow) * _FLOW
    return np.asarray(used)


def _grow(state: State, plan: DayPlan, at: int, effects: Effects, warmer: Floats) -> None:
    hot = bounded(warmer - 3, 0, 20)
    state.weight += plan.gain_g[at] * (1 - 0.018 * hot) * (1 - 0.8 * state.hungry) * (0.4 + 0.6 * effects.appetite)
    stress = 1 + 2.5 * np.maximum(warmer - 9, 0) ** 2 + 0.5 * bounded(-5 - warmer, 0, 10) * (plan.growth_day < 10)
    state.due += plan.hazard[at] * stress * effects.hazard * state.birds
    state.weighed_today += _WEIGHINGS * plan.lit[at] * (state.birds > 0)


def _collect_dead(state: State, plan: DayPlan, at: int, seed: int) -> None:
    """On a walk the dead of the last hours are found, and weak birds culled."""
    rng = generator(seed, "walk", plan.day.date.toordinal(), at)
    lost = np.minimum(rng.poisson(np.maximum(state.due, 0)), state.birds) * plan.walk[at]
    culled = rng.binomial(lost.astype(np.int64), CULLED)
    state.birds -= lost
    state.dead_today += lost - culled
    state.culled_today += culled
    state.due = np.where(plan.walk[at], 0.0, state.due)
