"""The level against the past: expectation, set-point, weather, new flocks, gaps, and the farm's clock."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from farmlab.errors import InsufficientData
from farmlab.models import hours
from farmlab.models.checks import healthy
from farmlab.models.intake import table
from farmlab.models.level import Level

DAY = 144


def recent(days: int = 5, start: str = "2026-03-23") -> pd.DataFrame:
    return healthy(days=days, start=start, seed=2)


@pytest.fixture(scope="module")
def level() -> Level:
    return Level().fit(healthy())


def test_a_change_of_level_is_seen_within_hours_and_a_slow_one_within_a_day(level: Level) -> None:
    moved = recent()
    moved.iloc[4 * DAY - 60 :, 0] += 6
    flags = level.score_channels(moved)
    assert flags["offset"]["temp_c_1"].iloc[4 * DAY :].max() > 0.5
    assert flags["trend"]["temp_c_1"].iloc[4 * DAY + 60 :].max() > 0.5
    assert flags["offset"]["temp_c_2"].max() < 0.5


def test_the_change_is_in_the_unit_of_the_sensor(level: Level) -> None:
    moved = recent()
    before = level.look(level.prepared(moved), np.ones((len(moved), 3), bool), moved)
    moved.iloc[-48:, 0] += 3.0
    after = level.look(level.prepared(moved), np.ones((len(moved), 3), bool), moved)
    risen = (after.change["offset"] - before.change["offset"])["temp_c_1"]
    assert risen.iloc[-1] == pytest.approx(3.0, abs=0.01)
    assert risen.iloc[: 4 * DAY].abs().max() == 0
    np.testing.assert_allclose(after.expected["offset"].iloc[-1], before.expected["offset"].iloc[-1])


def test_the_set_point_is_taken_off() -> None:
    history = healthy().assign(temp_set_c=20.0)
    level = Level(reference={"temp_c_1": "temp_set_c"}).fit(history)
    lowered = recent().assign(temp_set_c=20.0)
    lowered.iloc[-72:, [0, 3]] -= 5.0
    scores = level.score_samples(lowered)
    assert list(scores.columns) == ["temp_c_1", "temp_c_2", "rh_pct"]
    assert scores["temp_c_1"].max() < 0.5
    ignored = lowered.assign(temp_set_c=20.0)
    assert level.score_samples(ignored)["temp_c_1"].max() > 0.5


def test_what_the_weather_explains_is_no_change_of_level() -> None:
    random = np.random.default_rng(4)
    times = pd.date_range("2026-03-02", periods=28 * DAY, freq="10min", tz="UTC")
    outside = 10 + np.repeat(random.normal(0, 4, 28), DAY)
    house = pd.DataFrame(
        {"temp_c": 22 + 0.5 * outside + random.normal(0, 0.1, len(times)), "temp_c_outside": outside}, index=times
    )
    aware, unaware = Level(driver="temp_c_outside").fit(house), Level().fit(house[["temp_c"]])
    assert aware.slope_[0] == pytest.approx(0.5, abs=0.05)
    assert aware.thresholds_["trend"].value[0] < 0.4 * unaware.thresholds_["trend"].value[0]


def test_a_new_flock_is_not_compared_with_the_last_one_nor_judged_too_early() -> None:
    history = healthy().assign(age_d=np.repeat(np.arange(10, 31), DAY)[: 21 * DAY])
    level = Level().fit(history)
    fresh = recent(days=12).assign(age_d=np.repeat(np.arange(12), DAY))
    fresh[["temp_c_1", "temp_c_2", "rh_pct"]] += 15
    fresh.iloc[10 * DAY :, 0] += 6
    scores = level.score_samples(fresh)
    assert not scores.iloc[: 8 * DAY].to_numpy().any()
    assert scores["temp_c_1"].iloc[8 * DAY : 10 * DAY].max() < 0.5
    assert scores["temp_c_1"].iloc[10 * DAY :].max() > 0.5


def test_after_a_gap_it_waits_until_there_is_a_past_again(level: Level) -> None:
    later = recent(days=6, start="2026-05-01") + 10
    scores = level.score_samples(later)
    assert not scores.iloc[: 3 * DAY].to_numpy().any()
    assert scores.iloc[4 * DAY :].to_numpy().any()


def test_a_level_that_stays_becomes_the_new_normal(level: Level) -> None:
    moved = recent(days=20)
    moved.iloc[3 * DAY :, 0] += 6
    scores = level.score_channels(moved)["trend"]["temp_c_1"]
    assert scores.iloc[4 * DAY : 6 * DAY].max() > 0.5
    assert scores.iloc[-3 * DAY :].max() < 0.5


def test_little_history_is_refused_or_leaves_the_level_in_its_grace_period() -> None:
    with pytest.raises(InsufficientData):
        Level().fit(healthy(days=2))
    young = Level().fit(healthy(days=6))
    assert set(young.grace_) == {"temp_c_1", "temp_c_2", "rh_pct"}
    assert not young.score_samples(recent()).to_numpy().any()


def test_the_hour_of_the_day_is_the_farms_over_the_change_of_the_clock() -> None:
    times = pd.date_range("2026-03-01", periods=40 * DAY, freq="10min", tz="UTC")
    local = times.tz_convert("Europe/Berlin")
    lights = np.where((local.hour >= 6) & (local.hour < 22), 100.0, 0.0)
    X = pd.DataFrame({"x": lights + np.random.default_rng(1).normal(0, 1, len(times))}, index=times)
    before, after = X.iloc[: 27 * DAY], X.iloc[27 * DAY : 31 * DAY]  # summer time begins on 29 March
    assert Level(timezone="Europe/Berlin").fit(before).score_samples(after).to_numpy().max() < 0.5
    assert Level().fit(before).score_samples(after).to_numpy().max() > 0.5


def test_the_hour_that_autumn_repeats_is_taken_once() -> None:
    times = pd.date_range("2026-10-24 22:00", periods=8 * 6, freq="10min", tz="UTC")
    seen = table(pd.DataFrame({"x": np.arange(48.0)}, index=times))
    belongs, complete = hours.ends(seen, "Europe/Berlin")
    assert (belongs == -1).sum() == 6
    assert (np.diff(complete) >= 0).all()


def test_a_single_spike_is_no_change_of_the_hours_level() -> None:
    values = recent(days=1)
    spiked = values.copy()
    spiked.iloc[70, 0] += 50
    seen, other = (
        hours.hourly(table(x), np.ones((len(x), 3), bool), timezone="UTC").values[:, 0] for x in (values, spiked)
    )
    assert np.nanmax(np.abs(seen - other)) < 0.3
