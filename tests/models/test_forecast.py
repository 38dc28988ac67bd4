from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farmlab.errors import InsufficientData, ModelError, StaleData
from farmlab.models.forecast import Forecasted, forecast
from farmlab.models.forecasting.double_seasonal import DoubleSeasonal
from farmlab.models.forecasting.log import Log
from farmlab.models.forecasting.member import Member
from farmlab.models.forecasting.naive import PlannedNaive, SeasonalNaive
from farmlab.models.forecasting.shares import shares
from farmlab.models.forecasting.smoothed import Smoothed
from farmlab.models.forecasting.window import Windows

START = pd.Timestamp("2026-07-01 00:00", tz="UTC")


def times(days: float, minutes: int = 60) -> pd.DatetimeIndex:
    step = timedelta(minutes=minutes)
    return pd.date_range(START + step, periods=round(days * 24 * 60 / minutes), freq=step, name="time")


def climate(days: float, *, noise: float = 0.2, seed: int = 0, minutes: int = 60) -> pd.Series:
    index = times(days, minutes)
    wave = np.sin((index.hour + index.minute / 60 - 9) / 24 * 2 * np.pi)
    return pd.Series(25 + 2 * wave + np.random.default_rng(seed).normal(0, noise, len(index)), index=index)


def setpoints(days: int) -> pd.Series:
    return pd.Series(33 - 0.5 * np.arange(days), index=pd.date_range(START, periods=days, freq="D"))


def figure(result: Forecasted, model: str, day: int, column: str) -> float:
    rows = result.figures[(result.figures["model"] == model) & (result.figures["day"] == day)]
    return float(rows[column].iloc[0])


class Broken(Smoothed):
    name = "broken"

    def fit(self, window: Windows) -> Broken:
        raise ModelError("the solver is missing")


class Wild(Smoothed):
    name = "wild"

    def paths(self, windows: Windows) -> np.ndarray:
        return super().paths(windows) + 50


def usual() -> list[Member]:
    return [DoubleSeasonal(weekly=False), Smoothed()]


def test_members_count_by_what_they_earned_and_the_figures_say_it() -> None:
    y = climate(20, noise=1.0)
    result = forecast(y, metric="temp", until=y.index[-1], members=[*usual(), Wild()])
    assert result.model == "ensemble"
    assert result.reason.startswith("ensemble of ")
    assert "past origins" in result.reason
    assert result.weights.get("wild", 0) < 0.01
    assert figure(result, "seasonal-naive", 1, "ratio") == 1.0
    assert figure(result, "ensemble", 1, "ratio") == pytest.approx(np.sqrt(0.5), abs=0.1)
    assert figure(result, "wild", 2, "ratio") > 10
    assert figure(result, "ensemble", 1, "mae") == pytest.approx(0.8, abs=0.15)
    assert figure(result, "seasonal-naive", 1, "mase") == pytest.approx(1.0, abs=0.15)
    assert figure(result, "ensemble", 1, "coverage") == pytest.approx(0.8, abs=0.1)


def test_yesterday_is_used_when_the_ensemble_was_worse() -> None:
    y = climate(12)
    result = forecast(y, metric="temp", until=y.index[-1], members=[Wild()])
    assert result.model == "seasonal-naive"
    assert "over the last week the ensemble had" in result.reason
    assert result.frame["forecast"].tolist() == [*y.iloc[-24:], *y.iloc[-24:]]


def test_all_take_part_by_default_and_growth_is_followed() -> None:
    index = times(16)
    lights = (index.hour >= 5) & (index.hour < 23)
    rng = np.random.default_rng(0)
    water = pd.Series(
        lights * 100 * 1.06 ** (np.arange(len(index)) / 24) * rng.lognormal(0, 0.05, len(index)), index=index
    )
    target = pd.Series(1.05 ** np.arange(20), index=pd.date_range(START, periods=20, freq="D"))
    result = forecast(water, metric="water", until=index[-1], since=START, baseline=target)
    assert {"dshw", "rws28", "Prophet"} <= set(result.figures["model"])
    assert result.model == "ensemble"
    assert figure(result, "ensemble", 2, "ratio") < 0.8
    assert (result.frame["lower"] >= 0).all()


def test_a_member_that_fails_is_left_out_and_said() -> None:
    y = climate(12, noise=1.0)
    result = forecast(y, metric="temp", until=y.index[-1], members=[Broken(), *usual()])
    assert set(result.weights) == {"dshw", "rws28", "seasonal-naive"}
    assert result.reason.endswith("the solver is missing.")


@given(hours=st.integers(1, 30), late=st.booleans())
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_going_on_from_memory_keeps_what_was_said_and_needs_only_the_newest_readings(hours: int, late: bool) -> None:
    y = climate(16, noise=1.0)
    before = forecast(y, metric="temp", until=y.index[-hours - 1], members=usual())
    memory = json.loads(json.dumps(before.memory))
    known = y if late else y.iloc[-hours - 30 :]
    after = forecast(known, metric="temp", until=y.index[-1], members=usual(), memory=memory)
    again = forecast(y, metric="temp", until=y.index[-1], members=usual(), memory=memory)
    assert len(after.history) == len(y)
    pd.testing.assert_frame_equal(after.frame, again.frame, rtol=1e-4)
    said, kept = (one.issued.set_index(["origin", "time"])["forecast"] for one in (before, after))
    both = said.index.intersection(kept.index)
    assert len(both) > 48 * 20
    assert kept[both].to_numpy() == pytest.approx(said[both].to_numpy(), rel=1e-5)


def test_a_reserve_counts_only_where_it_was_the_best() -> None:
    names = ("naive", "one", "reserve", "ensemble")
    now, origins = 1000, np.arange(1000 - 168, 1000 - 48, 3)
    scores = np.ones((len(origins), 4, 3))
    scores[:, 1], scores[:, 2] = (0.9, 0.9, 0.9), (0.8, 0.95, 0.95)
    log = Log(names, origins=origins, issued=np.zeros((len(origins), 3, 48)), scores=scores)
    paths = np.ones((3, 48))
    free, kept = (shares(log, paths, now=now, reserves=reserves) for reserves in ((), ("reserve",)))
    assert (free[2] > 0.2).all()
    assert kept[2, 0] == free[2, 0] > free[1, 0]
    assert kept[2, 1:].tolist() == [0, 0]
    assert kept.sum(axis=0) == pytest.approx([1, 1, 1])


class Weekly(SeasonalNaive):
    """Costly to learn: every sixth day."""

    name = "weekly"
    refit_hours, replay_days, spread_days, costly = 144, 5, 3, True


def test_what_is_costly_is_learned_anew_on_different_days_by_different_series() -> None:
    learned, scored = [], []
    for seed in range(12):
        y = climate(20, noise=1.0, seed=seed)
        asked: dict[str, Any] = {"metric": "temp", "members": [*usual(), Weekly()]}
        told = forecast(y.iloc[: -24 * 3], until=y.index[-24 * 3 - 1], **asked)
        scored.append(told.figures.query("model == 'weekly'")["origins"].min())
        days = []
        for back in (2, 1, 0):
            until = y.index[-24 * back - 1]
            told = forecast(y[:until], until=until, memory=told.memory, **asked)
            days.append(told.memory["fits"]["weekly"]["at"] == told.memory["newest"])
        learned.append(days)
    assert [sum(days) for days in learned] == [1] * 12
    assert all(0 < sum(days[day] for days in learned) <= 8 for day in range(3))
    assert min(scored) >= 3


def test_a_memory_of_the_future_of_another_flock_or_too_old_is_not_used() -> None:
    y = climate(16, noise=1.0)
    memory = forecast(y, metric="temp", until=y.index[-1], members=usual()).memory
    alone = forecast(y, metric="temp", until=y.index[-30], members=usual())
    told = forecast(y, metric="temp", until=y.index[-30], members=usual(), memory=memory)
    pd.testing.assert_frame_equal(alone.frame, told.frame)
    with pytest.raises(InsufficientData):
        forecast(y.iloc[-30:], metric="temp", until=y.index[-1], since=START, members=usual(), memory=memory)


@given(cut=st.integers(24 * 8, 24 * 11), seed=st.integers(0, 99))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_comes_after_until_is_not_looked_at(cut: int, seed: int) -> None:
    y = climate(13, noise=1.0, seed=seed)
    plan = setpoints(16)
    until = y.index[cut]
    spoilt = y.where(y.index <= until, 99.0)
    whole, cut_off = (
        forecast(series, metric="temp", until=until, members=usual(), baseline=plan) for series in (spoilt, y[:until])
    )
    pd.testing.assert_frame_equal(whole.frame, cut_off.frame)
    pd.testing.assert_frame_equal(whole.figures, cut_off.figures)


def test_the_window_is_forty_eight_hours_from_the_last_full_hour() -> None:
    y = climate(6, minutes=15)
    until = y.index[-1] - timedelta(minutes=20)
    result = forecast(y, metric="temp", until=until)
    assert result.frame.index[0] == until.floor("h") + timedelta(hours=1)
    assert len(result.frame) == 48
    assert len(forecast(y, metric="temp", until=until, hours=24).frame) == 24
    assert (result.frame["lower"] <= result.frame["forecast"]).all()
    assert (result.frame["forecast"] <= result.frame["upper"]).all()


def test_temperature_follows_the_set_point_curve() -> None:
    index = times(10)
    plan = setpoints(14)
    y = pd.Series(np.interp(index.asi8, plan.index.as_unit(index.unit).asi8, plan), index=index) + 0.4
    result = forecast(y, metric="temp", until=index[-1], baseline=plan, members=[PlannedNaive()])
    ahead = np.interp(result.frame.index.as_unit("s").asi8, plan.index.as_unit("s").asi8, plan) + 0.4
    assert result.weights["seasonal-naive around the plan"] > 0.99
    assert result.frame["forecast"].to_numpy() == pytest.approx(ahead, abs=1e-4)
    assert figure(result, "seasonal-naive", 1, "mae") == pytest.approx(0.5, abs=0.01)


def test_a_target_amount_scales_the_forecast() -> None:
    index = times(10)
    target = pd.Series(10.0 * 1.1 ** np.arange(14), index=pd.date_range(START, periods=14, freq="D"))
    y = 0.9 * pd.Series(np.interp(index.asi8, target.index.as_unit(index.unit).asi8, target), index=index)
    result = forecast(y, metric="feed", until=index[-1], baseline=target, members=usual())
    assert result.frame["forecast"].iloc[-1] == pytest.approx(0.9 * target.iloc[12], rel=0.01)


def test_a_history_under_three_days_gets_seasonal_naive_and_says_so() -> None:
    y = climate(2.5)
    result = forecast(y, metric="temp", until=y.index[-1])
    assert result.model == "seasonal-naive"
    assert "2.5 days of history are too few" in result.reason
    assert result.frame.notna().all(axis=None)
    assert (result.frame["upper"] > result.frame["lower"]).all()


@pytest.mark.parametrize("days", [3, 4, 5])
def test_from_three_days_on_two_members_are_used(days: float) -> None:
    y = climate(days)
    result = forecast(y, metric="temp", until=y.index[-1])
    assert {"dshw", "rws28"} <= set(result.weights) <= {"dshw", "rws28", "seasonal-naive"}
    assert "some members wait for more" in result.reason
    assert result.frame.notna().all(axis=None)


def test_under_two_days_it_refuses() -> None:
    y = climate(1.5)
    with pytest.raises(InsufficientData, match=r"temperature: forecast from 2 days on; 1\.5 so far"):
        forecast(y, metric="temp", until=y.index[-1])
    with pytest.raises(InsufficientData, match=r"0\.0 so far"):
        forecast(y.iloc[:0], metric="temp", until=y.index[-1])


def test_history_begins_with_the_flock() -> None:
    y = climate(12)
    placed = y.index[-1] - timedelta(days=5)
    result = forecast(y, metric="temp", until=y.index[-1], since=placed, members=usual())
    assert result.history.index[0] > placed
    assert len(result.history) == 5 * 24
    with pytest.raises(InsufficientData):
        forecast(y, metric="temp", until=y.index[-1], since=y.index[-1] - timedelta(days=1))


def test_a_dead_source_gets_no_forecast() -> None:
    y = climate(8)
    with pytest.raises(StaleData, match="nothing known in the last 24 hours"):
        forecast(y, metric="temp", until=y.index[-1] + timedelta(hours=25))


def test_flagged_stretches_are_bridged_over() -> None:
    y = climate(12, noise=0.1)
    broken = y.copy()
    broken.iloc[-20:-4] = 60.0
    masked = broken.where(broken < 50)
    ahead = forecast(masked, metric="temp", until=y.index[-1], members=usual()).frame["forecast"]
    whole = forecast(y, metric="temp", until=y.index[-1], members=usual()).frame["forecast"]
    assert (ahead - whole).abs().max() < 0.6


def test_nothing_leaves_what_the_metric_can_be() -> None:
    index = times(10)
    rng = np.random.default_rng(4)
    damp = pd.Series(np.clip(97 + rng.normal(0, 3, len(index)), 0, 100), index=index)
    frame = forecast(damp, metric="rh", until=index[-1], members=usual()).frame
    assert frame["upper"].max() <= 100
    dry = pd.Series(rng.exponential(5, len(index)), index=index)
    assert forecast(dry, metric="feed", until=index[-1], members=usual()).frame["lower"].min() >= 0


def test_what_is_the_same_every_day_is_that_of_yesterday() -> None:
    times = pd.date_range("2026-06-01 01:00", periods=20 * 24, freq="h", tz="UTC")
    on = pd.Series(((times.hour % 3) == 0).astype(float), index=times)
    told = forecast(on, metric="power", until=times[-1].to_pydatetime())
    assert "seasonal-naive" in told.weights
    np.testing.assert_allclose(told.frame["forecast"], on.iloc[-48:].to_numpy(), atol=1e-9)
    assert "nan" not in told.reason.replace("seasonal-naive", "")


def test_a_constant_series_stays_what_it_is() -> None:
    zero = pd.Series(0.0, index=times(9))
    result = forecast(zero, metric="water", until=zero.index[-1], members=usual())
    assert result.frame["forecast"].tolist() == [0.0] * 48
    assert np.isnan(figure(result, "seasonal-naive", 1, "ratio"))


def test_what_was_said_is_kept_to_be_compared_and_the_peak_is_named() -> None:
    y = climate(15, noise=0.5)
    result = forecast(y, metric="temp", until=y.index[-1], members=usual())
    day = result.issued[result.issued["origin"] == result.issued["origin"].min()]
    assert len(day) == 48
    assert (day["time"] > day["origin"]).all()
    assert (np.abs(day["forecast"].to_numpy() - y[day["time"]].to_numpy()) < 2).mean() > 0.9
    assert result.peak.height == pytest.approx(28, abs=0.7)
    assert result.peak.start <= pd.Timestamp("2026-07-16 15:00Z") <= result.peak.end


def test_the_series_is_left_as_it_was() -> None:
    y = climate(12, noise=1.0).sample(frac=1, random_state=0)
    before = y.copy()
    shuffled = forecast(y, metric="temp", until=y.index.max(), members=usual())
    pd.testing.assert_series_equal(y, before)
    pd.testing.assert_frame_equal(
        shuffled.frame, forecast(y.sort_index(), metric="temp", until=y.index.max(), members=usual()).frame
    )
