from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farmlab.simulator import ventilation
from farmlab.simulator.structure import build
from farmlab.simulator.ventilation import SLOPE, Levels, pressure_root

LEVELS = Levels(build(5, 1))
fans = st.floats(0.5, 130)
openings = st.floats(0.1, 40)


@given(fans, openings)
def test_the_fans_move_what_goes_through_the_openings(running: float, open_: float) -> None:
    root = pressure_root(running, open_)
    assert open_ * root == pytest.approx(running * (1 - SLOPE * (root**2 - 25)), rel=1e-9)


@given(fans, openings, st.floats(0.1, 10))
def test_more_opening_lowers_the_pressure_and_more_fans_raise_it(running: float, open_: float, more: float) -> None:
    assert pressure_root(running, open_ + more) < pressure_root(running, open_) < pressure_root(running + more, open_)


def test_no_fan_no_pressure() -> None:
    assert pressure_root(0.0, 2.0) == 0


@given(fans, st.floats(0.2, 1.0), st.floats(0.5, 2.0))
def test_the_wanted_opening_brings_the_set_pressure(running: float, fixed: float, ratio: float) -> None:
    target = 20**0.5
    opening = ventilation.wanted_opening(running / (ratio * target), fixed, 30.0, ratio)
    if 0.01 < opening < 1:
        assert (fixed + 30.0 * opening) * target == pytest.approx(running)


@given(st.integers(0, LEVELS.top), st.floats(0, 20))
def test_what_is_switched_on_is_what_is_asked_for(level: int, least: float) -> None:
    command = LEVELS.command(level, least)
    side = LEVELS.side * (command.steady + command.timed * command.duty)
    tunnel = 45_000 / 3600 * command.tunnel
    assert command.demand >= max(least, LEVELS.flow[level]) - 1e-9
    assert side + tunnel == pytest.approx(command.demand)
    assert 0 <= command.duty <= 1
    assert command.steady + command.timed <= LEVELS.side_fans


def test_levels_rise_and_end_in_the_tunnel() -> None:
    assert LEVELS.flow == sorted(LEVELS.flow)
    assert LEVELS.tunnel[0] == 0
    assert LEVELS.tunnel[-1] >= 9
    assert LEVELS.lowest(LEVELS.flow[4]) == 4
    assert LEVELS.lowest(0.0) == 0


def test_wind_and_warmth_drive_air_through_cracks() -> None:
    assert ventilation.natural(0.5, 0.0, 0.0) == 0
    assert ventilation.natural(0.5, 5.0, 20.0) > ventilation.natural(0.5, 0.0, 20.0) > 0
