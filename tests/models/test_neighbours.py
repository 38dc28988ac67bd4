"""The level against the neighbours: who is blamed, what is forgotten, and when there is nothing to say."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from farmlab.models.neighbours import Neighbours

DAYS, HISTORY = 40, 28


def place(*, sensors: int = 5, days: int = DAYS, seed: int = 3) -> pd.DataFrame:
    """Hourly sensors of one place that share weather which no clock tells."""
    random = np.random.default_rng(seed)
    times = pd.date_range("2026-03-01", periods=days * 24, freq="h", tz="UTC", name="time")
    weather = np.cumsum(random.normal(0, 0.3, (len(times), 1)), axis=0) * np.linspace(0.7, 1.4, sensors)
    values = 20 + weather + random.normal(0, 0.1, (len(times), sensors))
    return pd.DataFrame(values.round(2), index=times, columns=[f"s{n}" for n in range(sensors)])


@pytest.fixture(scope="module")
def fitted() -> Neighbours:
    return Neighbours().fit(place().iloc[: HISTORY * 24])


def after(days: float, *, of: pd.DataFrame) -> pd.DataFrame:
    return of.iloc[int((HISTORY + days) * 24) :]


def test_a_slow_drift_is_seen_although_the_weather_moves_more(fitted: Neighbours) -> None:
    X = place()
    drift = np.clip((np.arange(len(X)) - (HISTORY + 2) * 24) / 72, 0, 1)
    X["s2"] += 1.5 * drift
    scores = fitted.score_channels(X)["drift"]
    assert scores["s2"].iloc[(HISTORY + 2) * 24 :].max() > 0.5
    assert scores["s2"].iloc[HISTORY * 24 : (HISTORY + 2) * 24].max() < 0.5


def test_the_one_that_left_is_blamed_and_not_its_neighbours(fitted: Neighbours) -> None:
    X = place()
    X.iloc[(HISTORY + 3) * 24 :, 1] += 3.0
    scores = fitted.score_samples(X).iloc[HISTORY * 24 : (HISTORY + 7) * 24]
    assert scores["s1"].max() > 0.9
    assert scores.drop(columns="s1").to_numpy().max() < 0.5


def test_a_level_that_has_come_back_is_no_alarm_although_the_mean_of_a_day_still_shows_it(fitted: Neighbours) -> None:
    X = place()
    back = (HISTORY + 3) * 24 + 30
    X.iloc[(HISTORY + 3) * 24 : back, 1] += 3.0
    scores = fitted.score_channels(X)["drift"]["s1"]
    assert scores.iloc[back - 6 : back].min() > 0.5
    assert scores.iloc[back + 7 : back + 12].max() < 0.5


def test_a_replaced_sensor_is_learned_anew(fitted: Neighbours) -> None:
    X = place()
    X.iloc[HISTORY * 24 :, 0] += 5.0
    scores = fitted.score_samples(X)["s0"]
    assert scores.iloc[(HISTORY + 1) * 24 : (HISTORY + 4) * 24].min() > 0.5
    assert scores.iloc[(HISTORY + 6) * 24 :].max() < 0.5


def test_what_all_show_is_no_change_of_one(fitted: Neighbours) -> None:
    X = place()
    X.iloc[(HISTORY + 2) * 24 :] += 4.0 * np.linspace(0.7, 1.4, 5)
    assert fitted.score_samples(X).iloc[HISTORY * 24 :].to_numpy().max() < 0.5


def test_missing_neighbours_are_left_out_and_too_few_say_nothing(fitted: Neighbours) -> None:
    X = place()
    X.iloc[(HISTORY + 2) * 24 :, 0] += 3.0
    X.iloc[(HISTORY + 1) * 24 :, 3:] = np.nan
    assert fitted.score_samples(X)["s0"].iloc[(HISTORY + 2) * 24 :].max() > 0.5
    X.iloc[(HISTORY + 1) * 24 :, 2:] = np.nan
    assert not fitted.score_samples(X).iloc[(HISTORY + 3) * 24 :].to_numpy().any()


def test_two_columns_or_few_days_are_its_grace_period() -> None:
    assert set(Neighbours().fit(place(sensors=2)).grace_) == {"s0", "s1"}
    young = Neighbours().fit(place(days=8))
    assert len(young.grace_) == 5
    assert not young.score_samples(place(days=12)).to_numpy().any()


def test_what_explains_is_not_judged() -> None:
    X = place().rename(columns={"s4": "outside"})
    detector = Neighbours(explaining=["outside"]).fit(X.iloc[: HISTORY * 24])
    assert "outside" not in detector.score_samples(X).columns
    alone = Neighbours().fit(place(sensors=4).iloc[: HISTORY * 24])
    assert detector.thresholds_["drift"].value.mean() < 1.1 * alone.thresholds_["drift"].value.mean()


def test_learning_goes_on_from_the_stored_state(fitted: Neighbours) -> None:
    again = Neighbours.from_state(json.loads(json.dumps(fitted.to_state(), allow_nan=False)))
    late = after(1, of=place())
    pd.testing.assert_frame_equal(again.score_samples(late), fitted.score_samples(late))
