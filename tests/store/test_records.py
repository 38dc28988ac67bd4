"""Farms, houses, flocks, devices, equipment and sensors: each is saved once and found again as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from farmlab.domain import Device, Equipment, Farm, Flock, House, HouseKind, ModelRecord, Run, Sensor
from farmlab.errors import DataError, UnknownName
from farmlab.store import Store
from tests.store.farmyard import DAY, NOON, Hillside

HOSTILE = "<script>alert('x')</script> =cmd() Ωß🐔\u202e\n\t'; DROP TABLE farm;--"


def test_a_farm_comes_back_as_it_was(store: Store) -> None:
    farm = Farm(
        name=HOSTILE,
        timezone="Europe/Berlin",
        integration="rotem",
        settings={"base_url": "https://x", "houses": [1, 2], "deep": {"a": None, "b": 1.5}},
        location="Allgäu",
        poll_minutes=2.5,
        simulated=True,
        retired_at=NOON,
    )
    added = store.add_farm(farm)
    assert added.id > 0
    assert store.farm(HOSTILE) == added == replace(farm, id=added.id)


def test_a_name_that_no_database_takes_is_cleaned(store: Store) -> None:
    store.add_farm(Farm(name="Hill\x00side\ud800", settings={"note": "a\x00b\udfff"}))
    (farm,) = store.farms()
    assert farm.name == "Hillside?"
    assert farm.settings["note"].replace("?", "").startswith("ab")
    assert store.farm("Hill\x00side\ud800") == farm


def test_farm_names_are_unique_and_not_empty(store: Store) -> None:
    store.add_farm(Farm(name="Hillside"))
    valley = store.add_farm(Farm(name="Valley"))
    with pytest.raises(DataError, match="a farm 'Hillside' already"):
        store.add_farm(Farm(name="Hillside"))
    with pytest.raises(DataError, match="a farm 'Hillside' already"):
        store.update_farm(replace(valley, name="Hillside"))
    with pytest.raises(DataError, match="needs a name"):
        store.add_farm(Farm(name="  "))
    assert [farm.name for farm in store.farms()] == ["Hillside", "Valley"]


def test_a_retired_farm_is_hidden_not_gone(store: Store) -> None:
    farm = store.add_farm(Farm(name="Hillside"))
    store.update_farm(replace(farm, retired_at=NOON))
    assert store.farms() == []
    assert [found.name for found in store.farms(retired=True)] == ["Hillside"]
    assert store.farm("Hillside").retired_at == NOON


def test_a_renamed_farm_keeps_everything(hillside: Hillside) -> None:
    store = hillside.store
    store.claim(Run(notebook="anomaly", farm="Hillside", house=1, slot=NOON))
    fitted = ModelRecord(name="m", version=0, task="t", farm="Hillside", scope="1", fitted_at=NOON, champion=True)
    first, _ = store.save_model(fitted), store.save_model(fitted)
    hillside.write((1, "T1", NOON, 20.0))
    store.update_farm(replace(store.farm("Hillside"), name="Valley"))
    assert len(store.read("Valley")) == len(store.runs(farm="Valley")) == 1
    assert len(store.models(farm="Valley")) == len(store.model_history(farm="Valley")) == 2
    assert store.rollback("t", "Valley", "1", at=NOON).id == first.id
    with pytest.raises(UnknownName, match="Known: Valley"):
        store.farm("Hillside")


def test_unknown_farms(store: Store) -> None:
    with pytest.raises(UnknownName, match="Run: farmlab farm add"):
        store.farm("Hillside")
    with pytest.raises(UnknownName, match="no farm with the id 999999"):
        store.update_farm(Farm(name="Hillside", id=999_999))


def test_a_house_is_saved_by_its_number(store: Store) -> None:
    store.add_farm(Farm(name="Hillside"))
    house = House(
        number=3, name="North", kind=HouseKind.LAYER, capacity=20_000, set_points=((0, 33.5), (35, 21)), source_key="h3"
    )
    first = store.save_house("Hillside", house)
    again = store.save_house("Hillside", replace(house, capacity=None, retired_at=NOON))
    assert again.id == first.id
    assert store.house("Hillside", 3) == replace(house, capacity=None, retired_at=NOON, id=first.id)
    assert store.houses("Hillside") == []
    assert store.houses("Hillside", retired=True) == [store.house("Hillside", 3)]


def test_houses_come_by_number_and_only_real_ones(hillside: Hillside) -> None:
    hillside.store.save_house("Hillside", House(number=12))
    assert [house.number for house in hillside.store.houses("Hillside")] == [1, 2, 12]
    with pytest.raises(UnknownName, match=r"no house '7'"):
        hillside.store.house("Hillside", 7)
    with pytest.raises(DataError, match="Count from 1"):
        hillside.store.save_house("Hillside", House(number=0))


def test_a_flock_is_saved_by_house_and_day(hillside: Hillside) -> None:
    flock = Flock(house=1, placed_on=date(2026, 6, 1), breed="Ross 308", birds_placed=20_000)
    first = hillside.store.save_flock("Hillside", flock)
    ended = hillside.store.save_flock("Hillside", replace(flock, ended_on=date(2026, 7, 6)))
    assert ended.id == first.id
    moved = hillside.store.save_flock("Hillside", replace(ended, placed_on=date(2026, 6, 2)))
    assert hillside.store.flocks("Hillside") == [moved]
    with pytest.raises(UnknownName, match="no flock with the id 999999"):
        hillside.store.save_flock("Hillside", replace(flock, id=999_999))
    with pytest.raises(UnknownName, match=r"no house '9'"):
        hillside.store.save_flock("Hillside", replace(flock, house=9))


def test_the_flock_of_a_moment_is_that_of_the_farms_own_day(hillside: Hillside) -> None:
    store = hillside.store
    old = store.save_flock("Hillside", Flock(house=1, placed_on=date(2026, 5, 1), ended_on=date(2026, 6, 10)))
    new = store.save_flock("Hillside", Flock(house=1, placed_on=date(2026, 7, 2)))
    other = store.save_flock("Hillside", Flock(house=2, placed_on=date(2026, 5, 15)))
    assert store.flock_at("Hillside", 1, datetime(2026, 6, 10, 12, tzinfo=UTC)) == old
    assert store.flock_at("Hillside", 1, datetime(2026, 6, 10, 22, 30, tzinfo=UTC)) is None, "it is the 11th in Berlin"
    assert store.flock_at("Hillside", 1, datetime(2026, 7, 1, 21, 59, tzinfo=UTC)) is None
    assert store.flock_at("Hillside", 1, datetime(2026, 7, 1, 22, 0, tzinfo=UTC)) == new
    assert store.flocks("Hillside") == [old, other, new]
    assert store.flocks("Hillside", house=1) == [old, new]


def test_of_two_flocks_the_one_placed_last_is_in_the_house(hillside: Hillside) -> None:
    hillside.store.save_flock("Hillside", Flock(house=1, placed_on=date(2026, 5, 1)))
    new = hillside.store.save_flock("Hillside", Flock(house=1, placed_on=date(2026, 6, 20)))
    assert hillside.store.flock_at("Hillside", 1, NOON) == new


def test_devices_and_equipment(hillside: Hillside) -> None:
    store = hillside.store
    device = store.save_device("Hillside", Device(house=0, kind="gateway", name="RotemNet", source_key="g"))
    assert store.save_device("Hillside", replace(device, id=0, source_key="h")).id == device.id
    assert store.devices("Hillside") == [replace(device, source_key="h")]
    fan = Equipment(house=1, kind="tunnel_fan", number=2, installed_on=date(2024, 1, 1), rating=1.1, rating_unit="kW")
    saved = store.save_equipment("Hillside", replace(fan, sensors=("T1", "RH")))
    assert store.save_equipment("Hillside", replace(saved, rating=1.5)).id == saved.id
    store.save_equipment("Hillside", replace(fan, house=2, number=1))
    assert store.equipment("Hillside", house=1) == [replace(saved, rating=1.5)]
    assert [(item.house, item.number) for item in store.equipment("Hillside")] == [(1, 2), (2, 1)]
    with pytest.raises(UnknownName, match="no equipment with the id 999999"):
        store.save_equipment("Hillside", replace(fan, id=999_999))
    with pytest.raises(UnknownName, match=r"no house '9'"):
        store.save_device("Hillside", replace(device, id=0, house=9))


def test_sensors_are_saved_by_house_and_source_key(hillside: Hillside) -> None:
    store = hillside.store
    before = store.sensors("Hillside")
    assert [(sensor.house, sensor.source_key) for sensor in before] == [
        (h, k) for h in (1, 2) for k in ("T1", "RH", "W")
    ]
    wanted = [
        Sensor(house=1, source_key="T1", metric="temp", position="outside", kind="gauge", name="Porch", device="d"),
        Sensor(house=0, source_key="P", metric="power"),
        Sensor(house=2, source_key="RH", metric="rh"),
    ]
    saved = store.save_sensors("Hillside", wanted)
    assert [replace(sensor, id=0) for sensor in saved] == wanted
    assert saved[0].id == before[0].id
    assert {sensor.id for sensor in store.sensors("Hillside")} == {sensor.id for sensor in before} | {saved[1].id}
    assert store.sensors("Hillside", house=2, metric="rh") == [saved[2]]
    assert store.save_sensors("Hillside", iter(wanted)) == saved
    assert store.save_sensors("Hillside", []) == []


def test_one_bad_sensor_stops_all(hillside: Hillside) -> None:
    good = Sensor(house=1, source_key="new", metric="temp")
    for bad in (replace(good, house=9), replace(good, metric="tmep")):
        with pytest.raises(UnknownName):
            hillside.store.save_sensors("Hillside", [good, bad])
    assert len(hillside.store.sensors("Hillside")) == 6


def test_the_same_sensor_twice_in_one_call(hillside: Hillside) -> None:
    one = Sensor(house=1, source_key="new", metric="temp")
    first, second = hillside.store.save_sensors("Hillside", [one, replace(one, position="2")])
    assert first == second == replace(one, position="2", id=first.id)


def test_records_of_another_farm_stay_apart(hillside: Hillside) -> None:
    hillside.store.add_farm(Farm(name="Valley"))
    hillside.store.save_house("Valley", House(number=1))
    hillside.store.save_flock("Valley", Flock(house=1, placed_on=NOON.date() - DAY))
    assert hillside.store.flocks("Hillside") == []
    assert hillside.store.sensors("Valley") == []
