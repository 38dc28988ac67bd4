from __future__ import annotations

from datetime import UTC, datetime
from itertools import combinations

import pytest

from farmlab.simulator.faults import Fault
from farmlab.simulator.schedule import AT_ONCE, Farm, scheduled
from farmlab.simulator.structure import build
from farmlab.simulator.timeline import Day, minute_of, moment_of

DAY = 24 * 60
WINTER, SUMMER = datetime(2026, 1, 21, 2, tzinfo=UTC), datetime(2026, 7, 25, 2, tzinfo=UTC)


def of(seed: int, until: datetime, *, houses: int = 8, days: int = 45) -> tuple[Farm, list[Fault]]:
    now = minute_of(until)
    built = [build(seed, number) for number in range(1, houses + 1)]
    farm = Farm(seed, built, Day.of(now, "Europe/Amsterdam"))
    return farm, scheduled(farm, now - days * DAY, now, now + 30 * DAY)


def test_a_demo_has_twenty_to_thirty_faults() -> None:
    counts = [sum(fault.onset <= minute_of(WINTER) for fault in of(seed, WINTER)[1]) for seed in range(10)]
    assert 20 <= sum(counts) / len(counts) <= 30
    assert min(counts) >= 12


@pytest.mark.parametrize("seed", range(4))
def test_something_is_wrong_right_now(seed: int) -> None:
    now = minute_of(WINTER)
    running = {fault.type for fault in of(seed, WINTER)[1] if fault.onset < now < (fault.repaired or now + 1)}
    assert {"fan_loss", "sensor_stuck", "water_leak", "sensor_drift"} <= running


@pytest.mark.parametrize(("seed", "until"), [(1, WINTER), (2, WINTER), (3, SUMMER), (4, SUMMER)])
def test_faults_come_where_they_can_be_seen(seed: int, until: datetime) -> None:
    farm, faults = of(seed, until)
    for fault in faults:
        age = farm.age(fault.house, fault.onset)
        assert age is not None
        assert fault.onset <= fault.detectable <= fault.failure <= (fault.repaired or 0)
        if fault.type == "heater":
            assert age <= 11
        if fault.type == "cooling_pad":
            assert moment_of(fault.onset).month in (6, 7, 8)
        if fault.unit.startswith("tunnel"):
            assert until is SUMMER


@pytest.mark.parametrize("seed", range(6))
def test_nobodys_house_has_too_much_at_once(seed: int) -> None:
    _, faults = of(seed, WINTER)
    for fault in faults:
        same = [other for other in faults if other.house == fault.house and other is not fault]
        beside = [other for other in same if other.onset <= fault.onset < (other.repaired or 0)]
        assert len(beside) < AT_ONCE
        assert fault.type not in {other.type for other in beside}


def test_ids_are_unique_and_no_sensor_fails_that_is_not_there() -> None:
    for seed in range(4):
        farm, faults = of(seed, WINTER)
        assert len({fault.id for fault in faults}) == len(faults)
        assert all(farm.houses[fault.house - 1].has(fault.unit) for fault in faults)


def test_a_farm_without_birds_has_no_fault_under_way() -> None:
    farm = Farm(1, [build(1, 1)], Day.of(minute_of(WINTER), "Europe/Amsterdam"))
    empty = minute_of(WINTER) - 42 * DAY
    assert farm.age(1, empty) is None
    assert scheduled(farm, empty - 5 * DAY, empty, empty) == []


def test_faults_differ_between_seeds() -> None:
    one, other = ({(f.house, f.type, f.onset) for f in of(seed, WINTER)[1]} for seed in (1, 2))
    assert len(one & other) < len(one) / 2
    assert all(a != b for a, b in combinations(sorted(one), 2))
