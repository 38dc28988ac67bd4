from __future__ import annotations

from datetime import date, timedelta

import pytest

from farmlab.simulator.flocks import Cycle, Resident, age_at_anchor, cycle_on

ANCHOR = date(2026, 11, 21)
HOUSES = [Resident(number, 29_000, age_at_anchor(number)) for number in range(1, 9)]


def days_of(house: Resident, seed: int, back: int = 45, ahead: int = 60) -> list[tuple[date, Cycle | None]]:
    days = [ANCHOR + timedelta(days=n) for n in range(-back, ahead)]
    return [(day, cycle_on(seed, house, ANCHOR, day)) for day in days]


@pytest.mark.parametrize("seed", range(8))
def test_four_of_eight_houses_end_a_flock_stand_empty_and_begin_the_next(seed: int) -> None:
    turned = 0
    for house in HOUSES:
        flocks = {cycle.placed_on for _, cycle in days_of(house, seed, ahead=1) if cycle}
        turned += len(flocks) > 1
    assert turned == 4


@pytest.mark.parametrize("seed", range(8))
def test_houses_stand_empty_for_seven_to_twelve_days(seed: int) -> None:
    for house in HOUSES:
        empty = 0
        for _, cycle in days_of(house, seed, back=0, ahead=120):
            if cycle is None:
                empty += 1
            elif empty:
                assert 7 <= empty <= 12
                empty = 0


def test_growth_days_run_from_minus_one_to_catching() -> None:
    for day, cycle in days_of(HOUSES[1], 3):
        if cycle:
            assert -1 <= cycle.growth_day(day) <= (cycle.caught_on - cycle.placed_on).days <= 42
            assert cycle.thinned_on is None or cycle.placed_on < cycle.thinned_on < cycle.caught_on


def test_the_anchor_has_the_ages_it_should() -> None:
    for house in HOUSES:
        cycle = cycle_on(5, house, ANCHOR, ANCHOR)
        assert cycle is not None
        assert cycle.growth_day(ANCHOR) == house.age_at_anchor
