"""What people write down themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from farmlab import ingest
from farmlab.config import Settings
from farmlab.domain import Equipment, EventKind
from farmlab.errors import DataError, UnitError, UnknownName
from farmlab.ingest import byhand
from farmlab.store import Store

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = date(2026, 3, 1)


@pytest.fixture
def farm(store: Store, settings: Settings) -> Store:
    ingest.add_farm(store, settings, "Barn", at=AT, houses=2, timezone="Europe/Berlin")
    return store


def test_a_reading_in_another_unit(farm: Store) -> None:
    byhand.record_reading(farm, "Barn", 1, "temp", 86, unit="F", time=AT, at=AT, position="north")
    row = farm.read("Barn").iloc[0]
    assert (row["value"], row["sensor"], row["time"], row["learned_at"]) == (30, "manual:temp:north", AT, AT)
    assert farm.wide("Barn", 1).columns.tolist() == ["temp_c_north"]


@pytest.mark.parametrize(
    ("metric", "value", "unit", "error", "words"),
    [
        ("temp", 300, "", DataError, "no possible temperature"),
        ("temp", 20, "parsec", UnitError, "not known"),
        ("tepm", 20, "", UnknownName, "Did you mean 'temp'"),
    ],
)
def test_a_reading_that_cannot_be_is_refused(
    farm: Store, metric: str, value: float, unit: str, error: type, words: str
) -> None:
    with pytest.raises(error, match=words):
        byhand.record_reading(farm, "Barn", 1, metric, value, unit=unit, time=AT, at=AT)
    assert farm.read("Barn").empty


def test_a_reading_of_the_future_or_of_another_house_is_refused(farm: Store) -> None:
    with pytest.raises(DataError, match="still to come"):
        byhand.record_reading(farm, "Barn", 1, "temp", 20, time=AT + timedelta(days=1), at=AT)
    with pytest.raises(UnknownName):
        byhand.record_reading(farm, "Barn", 5, "temp", 20, time=AT, at=AT)


def test_the_figures_of_a_day_and_their_correction(farm: Store) -> None:
    byhand.record_daily(farm, "Barn", 1, {"mortality": 12, "water": 1200}, day=DAY, at=AT)
    byhand.record_daily(farm, "Barn", 1, {"mortality": 13}, day=DAY, at=AT + timedelta(hours=1))
    assert byhand.daily_of(farm, "Barn", 1, DAY).values == {"mortality": 13, "water": 1200}
    assert byhand.daily_of(farm, "Barn", 1, DAY - timedelta(days=1)).values == {}
    assert farm.read("Barn", metric="mortality", known_at=AT)["value"].tolist() == [12]
    assert {sensor.metric: sensor.counts for sensor in farm.sensors("Barn")} == {
        "mortality": "amount",
        "water": "amount",
    }


def test_figures_that_cannot_be_are_refused(farm: Store) -> None:
    for values, day, words in (
        ({}, DAY, "no figure"),
        ({"mortality": -1}, DAY, "no possible"),
        ({"mortality": 1}, DAY + timedelta(days=1), "still to come"),
    ):
        with pytest.raises(DataError, match=words):
            byhand.record_daily(farm, "Barn", 1, values, day=day, at=AT)


def test_a_person_beside_a_device_has_a_column_of_his_own(farm: Store) -> None:
    from farmlab.domain import Sensor

    farm.save_sensors("Barn", [Sensor(house=1, source_key="Daily_Water", metric="water")])
    byhand.record_daily(farm, "Barn", 1, {"water": 1200}, day=DAY, at=AT)
    assert farm.wide("Barn", 1)["water_l_manual"].tolist() == [1200]


def test_events_name_the_equipment_of_the_house(farm: Store) -> None:
    event = byhand.record_event(
        farm,
        "Barn",
        1,
        EventKind.FAILURE,
        time=AT,
        at=AT,
        by="Ann\n<b>",
        message="belt\x1b[31m broken",
        equipment="Fan",
    )
    assert (event.equipment, event.message, event.by) == ("Fan", "belt[31m broken", "Ann <b>")
    farm.save_equipment("Barn", Equipment(house=1, kind="tunnel_fan", number=2))
    kept = byhand.record_event(farm, "Barn", 1, EventKind.FAILURE, time=AT, at=AT, by="Ann", equipment="Tunnel_fan 2")
    assert kept.equipment == "tunnel fan 2"
    with pytest.raises(UnknownName, match="Did you mean 'tunnel fan 2'"):
        byhand.record_event(farm, "Barn", 1, EventKind.FAILURE, time=AT, at=AT, by="Ann", equipment="tunnel fan 3")
    with pytest.raises(UnknownName):
        byhand.record_event(farm, "Barn", 7, EventKind.FAILURE, time=AT, at=AT, by="Ann")
    assert len(farm.events("Barn")) == 2
