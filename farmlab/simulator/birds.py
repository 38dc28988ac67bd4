"""Five minutes of a flock: eating, drinking, growing, dying; and the feed and water that it gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from farmlab.simulator.arrays import bounded
from farmlab.simulator.channels import SENSORS
from farmlab.simulator.flocks import EMPTY_DAY
from farmlab.simulator.rng import generator
from farmlab.simulator.state import SILO_KG
from farmlab.simulator.timeline import BLOCK

if TYPE_CHECKING:
    from farmlab.simulator.effects import Effects
    from farmlab.simulator.plan import HousePlan
    from farmlab.simulator.state import State
    from farmlab.simulator.structure import Structure

AUGER_KG: Final = 40.0 * BLOCK
"""What the auger brings in one block."""
PAN_SHARE: Final = 0.2
"""Feed before the birds, against a day's need."""
LEAST_PANS_KG: Final = 60.0
DELIVERY_KG: Final = 14_000.0
CULLED: Final = 0.22
"""Share of the losses that is culled."""
WEIGHINGS: Final = 380 * BLOCK / (24 * 60)
"""Birds that step on the scales in one block of light."""
_HUNGER: Final = BLOCK / 150
_THIRST: Final = BLOCK / 240
_FLOW: Final = BLOCK / 60
_MEAL: Final = len(SENSORS)
_WATER: Final = len(SENSORS) + 1


def block(state: State, structure: Structure, plan: HousePlan, at: int, effects: Effects, *, seed: int) -> float:
    """Bring a flock five minutes forward; the share of them in which the feeders ran."""
    _arrive_and_leave(state, plan, at)
    warmer = state.air.temp - plan.set_point
    feeding = _eat(state, plan, at, effects, warmer)
    _drink(state, structure, plan, at, effects)
    if state.birds:
        _grow(state, plan, at, effects, warmer)
    if plan.walk[at]:
        _collect_dead(state, structure, plan, at, seed)
    return feeding


def _arrive_and_leave(state: State, plan: HousePlan, at: int) -> None:
    if plan.place[at]:
        state.placed = state.birds = plan.place[at]
        state.weight = plan.standard_kg * 1000
    if plan.remove[at]:
        state.birds = float(round(state.birds * (1 - plan.remove[at])))
    if plan.growth_day == EMPTY_DAY:
        state.placed = state.birds = state.weight = state.due = 0.0
        state.pans = state.silo_1 = state.silo_2 = 0.0
    if plan.bare:
        state.wet = 0.0


def _eat(state: State, plan: HousePlan, at: int, effects: Effects, warmer: float) -> float:
    """Birds eat from the pans, the feeders fill them again; the share of the block in which they run."""
    weather = bounded(1 - 0.012 * max(warmer - 3, 0) + 0.0075 * max(-warmer - 1, 0), 0.7, 1.1)
    rhythm = 1 + 0.04 * plan.noise[at][_MEAL]
    wanted = plan.feed_kg[at] * state.birds * weather * effects.appetite * rhythm * (1 - 0.6 * state.thirsty)
    eaten = min(wanted, state.pans) if wanted > 0 else 0.0
    missed = 1 - eaten / wanted if wanted > 0 else 0.0
    state.hungry += (missed - state.hungry) * _HUNGER
    state.pans -= eaten
    return _fill_pans(state, plan, at, effects)


def _fill_pans(state: State, plan: HousePlan, at: int, effects: Effects) -> float:
    if plan.delivery[at] and plan.heated:
        _deliver(state, plan)
    room = max(PAN_SHARE * plan.daily_feed * state.birds, LEAST_PANS_KG) if plan.present else 0.0
    state.filling = plan.fed[at] and state.pans < (0.95 if state.filling else 0.6) * room
    if not state.filling:
        state.overtime = 0.0
        return 0.0
    rate = AUGER_KG * effects.auger * effects.power * plan.power[at]
    brought = min(rate, room - state.pans, state.silo_1 + state.silo_2)
    _bring(state, brought)
    share = brought / rate if rate > 0 and brought > 0 else 1.0
    state.overtime = state.overtime + BLOCK if share > 0.9 else 0.0
    return share


def _bring(state: State, brought: float) -> None:
    first = min(brought, state.silo_1)
    state.silo_1 -= first
    state.silo_2 -= brought - first
    state.pans += brought
    state.feed_today += brought


def _deliver(state: State, plan: HousePlan) -> None:
    stock = state.silo_1 + state.silo_2
    if stock < max(2.4 * plan.daily_feed * state.birds, 1500.0):
        state.silo_1 = min(stock + DELIVERY_KG, SILO_KG)
        state.silo_2 = max(stock + DELIVERY_KG - SILO_KG, 0.0)


def _drink(state: State, structure: Structure, plan: HousePlan, at: int, effects: Effects) -> None:
    """Litres through the meter: drinking, leaks, flushing."""
    heat = 1 + 0.065 * bounded(state.air.temp - max(21.0, plan.set_point), 0, 12)
    rhythm = max(1 + 0.07 * plan.noise[at][_WATER], 0)
    wanted = plan.water_l[at] * state.birds * structure.drinking * heat * effects.thirst * rhythm
    state.thirsty += (1 - effects.line - state.thirsty) * _THIRST
    leaked = effects.leak_lph * BLOCK / 60 if plan.present else 0.0
    state.wet += leaked
    used = wanted * effects.line * (1 - 0.35 * state.hungry) + leaked + plan.flush_l[at]
    state.water_today += used * structure.meter_gain
    state.flow += (used * 60 / BLOCK - state.flow) * _FLOW


def _grow(state: State, plan: HousePlan, at: int, effects: Effects, warmer: float) -> None:
    hot = bounded(warmer - 3, 0, 20)
    fare = (1 - 0.018 * hot) * (1 - 0.8 * state.hungry) * (0.4 + 0.6 * effects.appetite)
    state.weight += plan.gain_g[at] * fare
    chill = 0.5 * bounded(-5 - warmer, 0, 10) if plan.growth_day < 10 else 0.0
    stress = 1 + 2.5 * max(warmer - 9, 0) ** 2 + chill
    state.due += plan.hazard[at] * stress * effects.hazard * state.birds
    if plan.lit[at]:
        state.weighed_today += WEIGHINGS


def _collect_dead(state: State, structure: Structure, plan: HousePlan, at: int, seed: int) -> None:
    """On a walk the dead of the last hours are found, and weak birds culled."""
    rng = generator(seed, "walk", structure.number, plan.day.date.toordinal(), at)
    lost = min(int(rng.poisson(state.due)), int(state.birds))
    culled = int(rng.binomial(lost, CULLED))
    state.birds -= lost
    state.dead_today += lost - culled
    state.culled_today += culled
    state.due = 0.0
