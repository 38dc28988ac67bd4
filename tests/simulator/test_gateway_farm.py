"""The gateway with the simulated farm behind it: what the client reads is what the houses show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from farmlab.integrations.checks import check_integration
from farmlab.integrations.rotem import Rotem
from farmlab.simulator.farm import SimulatedFarm
from farmlab.simulator.gateway import Gateway

NOW = datetime(2026, 5, 4, 12, 2, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> SimulatedFarm:
    folder: Path = tmp_path_factory.mktemp("farm")
    return SimulatedFarm.create(folder / "hillside", seed=7, until=NOW, houses=3, days=4)


@pytest.fixture
def gateway(farm: SimulatedFarm) -> Iterator[Gateway]:
    with Gateway(farm, username="u", password="secret-pw", now=lambda: NOW) as running:
        yield running


def client(gateway: Gateway, password: str = "secret-pw") -> Rotem:
    settings = {"base_url": gateway.url, "username": "u", "password": password}
    return Rotem.configure(settings, timezone="Europe/Amsterdam")


def test_the_contract_is_kept(gateway: Gateway) -> None:
    check_integration(lambda: client(gateway), at=NOW, refused=lambda: client(gateway, "wrong"))


def test_every_value_of_every_house_arrives(farm: SimulatedFarm, gateway: Gateway) -> None:
    with client(gateway) as rotem:
        batch = rotem.read_live(NOW)
    told = {(r.sensor.house, r.sensor.source_key): r.value for r in batch.readings}
    shown = {
        (house.number, key): value
        for house in farm.snapshot(NOW)
        if house.connected
        for key, value in house.values.items()
        if key != "Average_Weight" or value
    }
    assert told == pytest.approx(shown, nan_ok=True)
    assert (batch.problems, batch.rejected) == ((), ())


def test_the_days_of_a_flock_arrive(farm: SimulatedFarm, gateway: Gateway) -> None:
    house = next(h for h in farm.snapshot(NOW) if h.house_mode == "FULL_HOUSE")
    days = farm.daily(house.number, NOW).iloc[:-1]
    with client(gateway) as rotem:
        batch = rotem.read_daily(house.number, NOW)
    for metric, position, column in (
        ("water", "day", "water"),
        ("feed", "day", "feed"),
        ("temp", "day_max", "temp_max"),
    ):
        told = [r.value for r in batch.readings if (r.sensor.metric, r.sensor.position) == (metric, position)]
        assert told == pytest.approx(days[column].tolist(), abs=0.1)
    assert max(reading.time for reading in batch.readings) <= NOW


def test_the_flocks_are_as_old_as_the_houses_say(farm: SimulatedFarm, gateway: Gateway) -> None:
    grown = {h.number: h for h in farm.snapshot(NOW) if h.house_mode != "EMPTY_HOUSE"}
    with client(gateway) as rotem:
        flocks = {flock.house: flock for flock in rotem.list_flocks(NOW)}
    assert set(flocks) == set(grown)
    for number, flock in flocks.items():
        assert flock.placed_on == NOW.date() - timedelta(days=grown[number].growth_day)
        assert flock.birds_placed == grown[number].birds_placed


def test_data_from_it_are_known_as_simulated(gateway: Gateway) -> None:
    with client(gateway) as rotem:
        assert rotem.describe().simulated
