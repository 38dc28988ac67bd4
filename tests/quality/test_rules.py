from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from farmlab import quality
from farmlab.domain import Flock, Sensor

STEP = timedelta(minutes=5)
START = datetime(2026, 7, 10, tzinfo=UTC)
UNTIL = START + timedelta(hours=24)
INDEX = pd.date_range(START + STEP, UNTIL, freq="5min", name="time")


def sensor(metric: str, position: str = "") -> Sensor:
    return Sensor(house=1, source_key=f"{metric}-{position}", metric=metric, position=position)


def lively(count: int = len(INDEX), *, middle: float = 25.0, seed: int = 1) -> np.ndarray:
    return (middle + np.random.default_rng(seed).normal(0, 0.2, count)).round(1)


def flags(values: np.ndarray, metric: str, *, index: pd.DatetimeIndex = INDEX, **options: object) -> pd.DataFrame:
    one = sensor(metric)
    wide = pd.DataFrame({one.column: values}, index=index)
    return quality.flag(wide, [one], step=STEP, start=START, until=UNTIL, **options)  # type: ignore[arg-type]


def rules(table: pd.DataFrame) -> list[str]:
    return sorted(set(table["rule"]))


def test_a_healthy_sensor_has_no_flag() -> None:
    assert flags(lively(), "temp").empty


def test_every_rule_says_what_it_is() -> None:
    assert set(quality.RULES) == {"range", "spike", "stuck", "stale", "missing"}
    assert all(rule.sentence.endswith(".") and rule.unit for rule in quality.RULES.values())


@pytest.mark.parametrize(
    ("metric", "value", "marked"),
    [("temp", 60.0, False), ("temp", 60.1, True), ("temp", -40.1, True), ("rh", 100.0, False), ("rh", 0.5, True)],
)
def test_range_is_what_the_metric_can_be(metric: str, value: float, marked: bool) -> None:
    values = lively(middle=60.0 if metric == "rh" else 25.0)
    values[100] = value
    found = flags(values, metric)
    assert ("range" in rules(found)) is marked


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_spike_marks_the_samples_that_were_out_and_no_other(length: int) -> None:
    values = lively()
    values[100 : 100 + length] += 9
    found = flags(values, "temp")
    assert found["rule"].tolist() == ["spike"] * length
    assert sorted(found["time"]) == list(INDEX[100 : 100 + length])


def test_a_jump_that_stays_is_no_spike_and_a_small_one_neither() -> None:
    values = lively()
    values[100:] += 9
    values[50] += 2.0
    assert "spike" not in rules(flags(values, "temp"))


def test_pressure_and_power_may_jump() -> None:
    values = lively(middle=20)
    values[100] += 60
    assert flags(values, "pressure").empty


@pytest.mark.parametrize(("hours", "marked"), [(2.9, False), (3.1, True)])
def test_temperature_is_stuck_after_three_hours(hours: float, marked: bool) -> None:
    values = lively()
    rows = int(hours * 12)
    values[100 : 100 + rows + 1] = 25.5
    values[99], values[101 + rows] = 20.0, 20.0
    found = flags(values, "temp")
    assert ("stuck" in rules(found)) is marked
    if marked:
        assert found[found["rule"] == "stuck"]["time"].min() == INDEX[100]
        assert (found["rule"] == "stuck").sum() == rows + 1


@pytest.mark.parametrize(
    ("metric", "value"), [("nh3", 0.0), ("pressure", 0.0), ("light", 0.0), ("rh", 100.0), ("temp_set", 22.0)]
)
def test_what_may_rest_is_not_stuck(metric: str, value: float) -> None:
    assert flags(np.full(len(INDEX), value), metric).empty


def test_air_that_is_nearly_saturated_for_hours_is_a_stuck_sensor() -> None:
    assert rules(flags(np.full(len(INDEX), 98.9), "rh")) == ["stuck"]


def test_counters_may_stand_still() -> None:
    assert flags(np.full(len(INDEX), 0.0), "water").empty


def test_silence_is_stale_and_says_since_when() -> None:
    values = lively()
    values[-20:] = np.nan
    found = flags(values, "temp")
    stale = found[found["rule"] == "stale"].iloc[0]
    assert stale["time"] == INDEX[-21]
    assert stale["value"] == pytest.approx(20 * 5 / 60)
    missing = found[found["rule"] == "missing"].iloc[0]
    assert missing["value"] == 20


def test_a_gap_tells_how_many_readings_did_not_come() -> None:
    values = lively()
    values[100:107] = np.nan
    found = flags(values, "temp")
    assert found[["rule", "value"]].to_numpy().tolist() == [["missing", 7.0]]
    assert found["time"].iloc[0] == INDEX[100]


@pytest.mark.parametrize(("minutes", "lost"), [(4, []), (8, [1.0]), (11, [2.0])])
def test_a_reading_is_missing_when_its_time_has_come_and_not_before(minutes: int, lost: list[float]) -> None:
    index = INDEX - timedelta(minutes=minutes)
    found = flags(lively(), "temp", index=index)
    assert found[found["rule"] == "missing"]["value"].tolist() == lost


def test_a_sensor_that_never_reported_is_all_missing() -> None:
    found = flags(np.full(len(INDEX), np.nan), "temp")
    assert found[found["rule"] == "missing"]["value"].sum() == 288
    assert found[found["rule"] == "stale"]["value"].isna().all()


def test_a_sensor_that_reports_once_an_hour_is_not_missing_in_between() -> None:
    values = np.full(len(INDEX), np.nan)
    values[11::12] = lively(24)
    assert flags(values, "weight").empty


def test_what_comes_before_the_window_is_context_and_never_flagged() -> None:
    index = pd.date_range(START - timedelta(hours=6), UNTIL, freq="5min", name="time")
    values = lively(len(index))
    values[10], values[20:60] = 99.0, 25.0
    assert flags(values, "temp", index=index).empty


def test_nothing_after_the_window_is_seen() -> None:
    index = pd.date_range(START + STEP, UNTIL + timedelta(hours=1), freq="5min", name="time")
    values = lively(len(index))
    values[-5:] = 99.0
    assert flags(values, "temp", index=index).empty


def test_an_empty_house_is_judged_on_range_and_silence_only() -> None:
    gone = [Flock(house=1, placed_on=date(2026, 6, 1), ended_on=date(2026, 7, 5))]
    values = lively()
    values[50:200], values[220], values[250] = 10.0, 30.0, 99.0
    assert rules(flags(values, "temp", flocks=gone)) == ["range"]
    nothing = np.full(len(INDEX), np.nan)
    assert flags(nothing, "water", flocks=gone).empty
    assert rules(flags(nothing, "temp", flocks=gone)) == ["missing", "stale"]
    assert rules(flags(values, "temp", flocks=[])) == ["range", "spike", "stuck"]


def test_unsorted_and_repeated_rows_change_nothing() -> None:
    values = lively()
    values[100] += 9
    one = sensor("temp")
    wide = pd.DataFrame({one.column: values}, index=INDEX)
    mixed = pd.concat([wide, wide.iloc[40:60]]).sample(frac=1, random_state=1)
    again = quality.flag(mixed, [one], step=STEP, start=START, until=UNTIL)
    pd.testing.assert_frame_equal(again, flags(values, "temp"))
