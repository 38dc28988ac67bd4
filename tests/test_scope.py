"""A scope sees one window of one farm, and only what was known at its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from farmlab import scope, watch
from farmlab.domain import Farm, Flock, House, ModelRecord, Sensor, VerdictState
from farmlab.errors import DataError, InsufficientData, UnknownName
from farmlab.models import kept
from farmlab.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UNTIL = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'farm.db'}") as made:
        made.add_farm(Farm(name="Barn", timezone="Europe/Berlin"))
        for number in (1, 2):
            made.save_house("Barn", House(number=number))
            made.save_sensors("Barn", [Sensor(house=number, source_key="t", metric="temp")])
        yield made


def fill(store: Store, house: int, *, days: float = 2, until: datetime = UNTIL, late: timedelta = timedelta(0)) -> None:
    times = pd.date_range(until - timedelta(days=days), until, freq="5min", tz="UTC", inclusive="right")
    values = 21 + (pd.Series(range(len(times))) % 7) / 10
    frame = pd.DataFrame({"house": house, "sensor": "t", "time": times, "value": values, "learned_at": times + late})
    store.write("Barn", frame, learned_at=until)


def test_window_is_open_at_its_start_and_closed_at_its_end(store: Store) -> None:
    fill(store, 1)
    lab = watch.at(store, "Barn", UNTIL, house=1, window=timedelta(hours=1))
    times = lab.wide(1).index
    assert (times[0], times[-1], len(times)) == (UNTIL - timedelta(minutes=55), UNTIL, 12)
    assert len(lab.wide(1, history_hours=1)) == 24


def test_what_was_learned_later_is_not_seen(store: Store) -> None:
    fill(store, 1, late=timedelta(hours=1))
    lab = watch.at(store, "Barn", UNTIL, house=1)
    assert lab.wide(1).index.max() == UNTIL - timedelta(hours=1)


def test_verdict_of_a_silent_house_says_so(store: Store) -> None:
    fill(store, 1)
    fill(store, 2, until=UNTIL - timedelta(hours=5))
    judged = watch.verdict(store, "Barn", 0, UNTIL)
    assert judged.state is VerdictState.WARNING
    assert "House 2" in judged.sentence
    assert "5 h" in judged.sentence
    assert watch.verdict(store, "Barn", 1, UNTIL).state is VerdictState.OK


def test_flock_and_age_are_those_of_the_end(store: Store) -> None:
    fill(store, 1)
    store.save_flock("Barn", Flock(house=1, placed_on=(UNTIL - timedelta(days=9)).date()))
    lab = watch.at(store, "Barn", UNTIL)
    assert (lab.age_days(1), lab.age_days(2)) == (9, None)
    assert lab.flocks[2] is None


def test_open_finds_the_newest_reading_or_says_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FARMLAB_HOME", str(tmp_path))
    with Store.open(f"sqlite:///{tmp_path / 'farmlab.db'}") as made:
        made.add_farm(Farm(name="Barn", timezone="Europe/Berlin"))
        made.save_house("Barn", House(number=1))
        made.save_sensors("Barn", [Sensor(house=1, source_key="t", metric="temp")])
        with pytest.raises(InsufficientData, match="no readings yet"):
            scope.open("Barn")
        fill(made, 1)
    with scope.open("Barn", hours=6) as lab:
        assert lab.until == UNTIL
        assert lab.start == UNTIL - timedelta(hours=6)
    with scope.open("Barn", until="2026-03-10 09:00") as lab:
        assert lab.until == datetime(2026, 3, 10, 8, tzinfo=UTC), "written without an offset: the farm's clock"
    with pytest.raises(UnknownName, match="Barn"):
        scope.open("Bern")
    with pytest.raises(UnknownName, match="house"):
        scope.open("Barn", house=7)
    with pytest.raises(DataError, match="a window of -5 hours holds nothing"):
        scope.open("Barn", hours=-5)


def test_sample_farms_are_always_there() -> None:
    with scope.open("sample") as lab:
        assert lab.farm.simulated
        assert lab.verdict().simulated
    with scope.open("sample room") as lab:
        assert not lab.farm.simulated
        assert {"temp_c", "rh_pct", "co2_ppm"} <= set(lab.wide(1))


def test_look_keeps_what_is_usual_for_a_day_and_finds_silence(store: Store) -> None:
    fill(store, 1, days=6)
    fill(store, 2, days=6, until=UNTIL - timedelta(hours=3))
    found = watch.look(store, "Barn", UNTIL)
    assert [(item.house, item.kind) for item in found] == [(2, "no_data")]
    (record,) = [model for model in store.models(farm="Barn", task=watch.TASK) if model.scope == "house/1"]
    watch.look(store, "Barn", UNTIL + timedelta(minutes=5))
    again = [model for model in store.models(farm="Barn", task=watch.TASK) if model.scope == "house/1"]
    assert again == [record], "it is learned once a day, not at every look"
    watch.look(store, "Barn", UNTIL + timedelta(days=1))
    newest = store.champion(watch.TASK, "Barn", "house/1")
    assert newest is not None
    assert newest.fitted_at == UNTIL + timedelta(days=1)


def test_houses_are_learned_anew_one_at_a_look_unless_they_are_too_old(store: Store) -> None:
    for house in (1, 2):
        fill(store, house, days=6)

    def learned(at: datetime) -> list[int]:
        watch.look(store, "Barn", at)
        return [house for house in (1, 2) if store.champion(watch.TASK, "Barn", f"house/{house}").fitted_at == at]

    assert learned(UNTIL) == [1, 2]
    assert learned(UNTIL + timedelta(hours=23, minutes=55)) == []
    assert learned(UNTIL + timedelta(hours=24)) == [1]
    assert learned(UNTIL + timedelta(hours=24, minutes=5)) == [2]
    assert learned(UNTIL + timedelta(hours=24, minutes=10)) == []
    assert learned(UNTIL + timedelta(hours=61)) == [1, 2]


def test_a_calibration_of_another_version_is_made_anew(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store, 1, days=6)
    monkeypatch.setattr(kept, "version", lambda _: "0")
    watch.look(store, "Barn", UNTIL)
    monkeypatch.setattr(kept, "version", lambda _: "1")
    watch.look(store, "Barn", UNTIL)
    newest = store.champion(watch.TASK, "Barn", "house/1")
    assert newest is not None
    assert newest.libraries["numpy"] == "1"


def test_a_look_into_the_past_leaves_the_newest_model_in_use(store: Store) -> None:
    fill(store, 1, days=6)
    watch.look(store, "Barn", UNTIL)
    watch.look(store, "Barn", UNTIL - timedelta(days=2))
    record: ModelRecord | None = store.champion(watch.TASK, "Barn", "house/1")
    assert record is not None
    assert record.fitted_at == UNTIL


def test_a_house_with_a_water_meter_and_no_light_sensor_is_looked_at(store: Store) -> None:
    fill(store, 1, days=5)
    store.save_sensors("Barn", [Sensor(house=1, source_key="w", metric="water")])
    times = pd.date_range(UNTIL - timedelta(days=5), UNTIL, freq="5min", tz="UTC", inclusive="right")
    litres = (times - times.normalize()) / pd.Timedelta(minutes=5) * 3.0
    frame = pd.DataFrame({"house": 1, "sensor": "w", "time": times, "value": litres, "learned_at": times})
    store.write("Barn", frame, learned_at=UNTIL)
    assert "no_data" not in {item.kind for item in watch.look(store, "Barn", UNTIL) if item.house == 1}
