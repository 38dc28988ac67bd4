"""What is stored in the air equals what came in less what went out."""

from __future__ import annotations

from copy import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farmlab.simulator import air
from farmlab.simulator.house import FRESH_CO2, LPG_CO2, LPG_WATER, STEP_S, Air, Balance, Sources
from farmlab.simulator.structure import build

HOUSE = build(3, 1)

airs = st.builds(
    Air,
    temp=st.floats(-5, 40),
    mass_temp=st.floats(-5, 40),
    ratio=st.floats(0.002, 0.03),
    co2=st.floats(4e-4, 8e-3),
    ammonia=st.floats(0, 60),
    felt=st.just(20.0),
    opening=st.just(0.1),
    steps=st.just(0),
    heaters=st.integers(0, 8),
)
sources = st.builds(
    Sources,
    heat=st.floats(0, 4e5),
    water=st.floats(0, 0.3),
    co2=st.floats(0, 0.05),
    litter_ammonia=st.floats(0, 80),
    inlet_c=st.floats(-15, 35),
    inlet_ratio=st.floats(0.001, 0.02),
    burner=st.floats(0, 4e4),
    outside_c=st.floats(-15, 35),
)
flows = st.floats(0, 130)


def step(before: Air, flow: float, given_off: Sources) -> Air:
    after = copy(before)
    Balance(HOUSE).step(after, flow, given_off)
    return after


@given(airs, flows, sources)
def test_heat_is_conserved(before: Air, flow: float, given_off: Sources) -> None:
    after = step(before, flow, given_off)
    stored = HOUSE.air_mass * (after.temp - before.temp) + HOUSE.mass * (after.mass_temp - before.mass_temp)
    heat = given_off.heat + before.heaters * given_off.burner
    lost = HOUSE.ua * (after.temp - given_off.outside_c) + air.HEAT_CAPACITY * flow * (after.temp - given_off.inlet_c)
    assert stored == pytest.approx((heat - lost) * STEP_S, abs=1.0, rel=1e-9)


@given(airs, flows, sources)
def test_water_is_conserved(before: Air, flow: float, given_off: Sources) -> None:
    after = step(before, flow, given_off)
    stored = HOUSE.volume * air.DENSITY * (after.ratio - before.ratio)
    burnt = before.heaters * given_off.burner * HOUSE.direct_fired * LPG_WATER
    carried = flow * air.DENSITY * (after.ratio - given_off.inlet_ratio)
    assert stored == pytest.approx((given_off.water + burnt - carried) * STEP_S, abs=1e-6, rel=1e-9)


@given(airs, flows, sources)
def test_carbon_dioxide_is_conserved(before: Air, flow: float, given_off: Sources) -> None:
    after = step(before, flow, given_off)
    burnt = before.heaters * given_off.burner * HOUSE.direct_fired * LPG_CO2
    gained = (given_off.co2 + burnt - flow * (after.co2 - FRESH_CO2)) * STEP_S
    assert HOUSE.volume * (after.co2 - before.co2) == pytest.approx(gained, abs=1e-7, rel=1e-9)


@given(airs, flows, sources)
def test_ammonia_stays_between_fresh_air_and_litter(before: Air, flow: float, given_off: Sources) -> None:
    after = step(before, flow, given_off)
    assert 0 <= after.ammonia <= max(before.ammonia, given_off.litter_ammonia) + 1e-9
    assert step(before, flow + 5, given_off).ammonia <= after.ammonia


@given(airs, flows, sources)
def test_without_heat_no_air_gets_warmer_than_what_surrounds_it(before: Air, flow: float, given_off: Sources) -> None:
    before.heaters, given_off.heat = 0, 0.0
    around = (before.temp, before.mass_temp, given_off.outside_c, given_off.inlet_c)
    after = step(before, flow, given_off)
    assert min(around) - 1e-9 <= after.temp <= max(around) + 1e-9
