from __future__ import annotations

import sys
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farmlab.errors import InsufficientData, ModelError, StaleData
from farmlab.models.forecast import Forecasted, forecast
from farmlab.models.forecaster import Forecaster

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


class Average(Forecaster):
    """The mean of each hour of the day: better than yesterday's value when days are alike but noisy."""

    name = "average day"
    least_days = 2.0

    def _learn(self, y: pd.Series) -> np.ndarray:
        self.profile_ = y.groupby(y.index.hour).mean()
        return y.to_numpy(float) - self.profile_.loc[y.index.hour].to_numpy()

    def _see(self, y: pd.Series) -> None:
        self.hour_ = y.index[-1].hour

    def _path(self, hours: int) -> np.ndarray:
        return self.profile_.loc[[(self.hour_ + ahead) % 24 for ahead in range(1, hours + 1)]].to_numpy()


class Broken(Average):
    name = "broken"

    def _learn(self, y: pd.Series) -> np.ndarray:
        raise ModelError("the solver is missing")


class Wild(Average):
    name = "wild"

    def _path(self, hours: int) -> np.ndarray:
        return super()._path(hours) + 50


def figure(result: Forecasted, model: str, day: int, column: str) -> float:
    rows = result.figures[(result.figures["model"] == model) & (result.figures["day"] == day)]
    return float(rows[column].iloc[0])


def test_the_better_member_is_used_and_the_figures_say_why() -> None:
    y = climate(20, noise=1.0)
    result = forecast(y, metric="temp", until=y.index[-1], members=[Wild, Average])
    assert result.model == "average day"
    assert result.reason.startswith("average day: 0.7")
    assert "over 72 past origins" in result.reason
    assert figure(result, "seasonal-naive", 1, "ratio") == 1.0
    assert figure(result, "average day", 1, "ratio") == pytest.approx(np.sqrt(0.5), abs=0.08)
    assert figure(result, "wild", 2, "ratio") > 10
    assert figure(result, "average day", 1, "mae") == pytest.approx(0.8, abs=0.15)
    assert figure(result, "seasonal-naive", 1, "mase") == pytest.approx(1.0, abs=0.15)
    assert figure(result, "average day", 2, "origins") == 64
    assert figure(result, "average day", 1, "coverage") == pytest.approx(0.8, abs=0.1)


def test_yesterday_is_used_when_nothing_is_better() -> None:
    y = climate(12)
    result = forecast(y, metric="temp", until=y.index[-1], members=[Wild])
    assert result.model == "seasonal-naive"
    assert "nothing was better" in result.reason
    assert result.frame["forecast"].tolist() == [*y.iloc[-24:], *y.iloc[-24:]]


def test_prophet_competes_by_default_and_earns_a_growing_flock() -> None:
    index = times(14)
    lights = (index.hour >= 5) & (index.hour < 23)
    rng = np.random.default_rng(0)
    water = pd.Series(
        lights * 100 * 1.06 ** (np.arange(len(index)) / 24) * rng.lognormal(0, 0.05, len(index)), index=index
    )
    result = forecast(water, metric="water", until=index[-1])
    assert result.model == "Prophet"
    assert figure(result, "Prophet", 2, "ratio") < 0.7
    assert (result.frame["lower"] >= 0).all()
    night = result.frame[result.frame.index.hour.isin([0, 1, 2, 3])]
    assert (night["upper"] < 60).all()


def test_a_member_that_fails_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    y = climate(12, noise=1.0)
    result = forecast(y, metric="temp", until=y.index[-1], members=[Broken, Average])
    assert result.model == "average day"
    assert result.reason.endswith("the solver is missing.")
    monkeypatch.setitem(sys.modules, "prophet", None)
    fallen_back = forecast(y, metric="temp", until=y.index[-1])
    assert fallen_back.model == "seasonal-naive"
    assert "Prophet could not be used" in fallen_back.reason


@given(cut=st.integers(24 * 8, 24 * 11), seed=st.integers(0, 99))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_comes_after_until_is_not_looked_at(cut: int, seed: int) -> None:
    y = climate(13, noise=1.0, seed=seed)
    plan = setpoints(16)
    until = y.index[cut]
    spoilt = y.where(y.index <= until, 99.0)
    whole, cut_off = (
        forecast(series, metric="temp", until=until, members=[Average], baseline=plan) for series in (spoilt, y[:until])
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
    result = forecast(y, metric="temp", until=index[-1], baseline=plan, members=[])
    ahead = np.interp(result.frame.index.as_unit("s").asi8, plan.index.as_unit("s").asi8, plan) + 0.4
    assert result.model == "seasonal-naive around the plan"
    assert result.frame["forecast"].to_numpy() == pytest.approx(ahead, abs=1e-6)
    assert figure(result, "seasonal-naive", 1, "mae") == pytest.approx(0.5, abs=0.01)


def test_a_target_amount_scales_the_forecast() -> None:
    index = times(10)
    target = pd.Series(10.0 * 1.1 ** np.arange(14), index=pd.date_range(START, periods=14, freq="D"))
    y = 0.9 * pd.Series(np.interp(index.asi8, target.index.as_unit(index.unit).asi8, target), index=index)
    result = forecast(y, metric="feed", until=index[-1], baseline=target, members=[])
    assert result.frame["forecast"].iloc[-1] == pytest.approx(0.9 * target.iloc[12], rel=0.01)


@pytest.mark.parametrize(("days", "said"), [(4.0, "4.0 days of history are too few"), (6.9, "6.9 days of history")])
def test_short_histories_get_seasonal_naive_and_say_so(days: float, said: str) -> None:
    y = climate(days)
    result = forecast(y, metric="temp", until=y.index[-1])
    assert result.model == "seasonal-naive"
    assert said in result.reason
    assert result.frame.notna().all(axis=None)


def test_under_three_days_it_refuses() -> None:
    y = climate(2.5)
    with pytest.raises(InsufficientData, match=r"temperature: forecast from 3 days on; 2\.5 so far"):
        forecast(y, metric="temp", until=y.index[-1])
    with pytest.raises(InsufficientData, match=r"0\.0 so far"):
        forecast(y.iloc[:0], metric="temp", until=y.index[-1])


def test_history_begins_with_the_flock() -> None:
    y = climate(12)
    placed = y.index[-1] - timedelta(days=5)
    result = forecast(y, metric="temp", until=y.index[-1], since=placed)
    assert result.history.index[0] > placed
    assert "5.0 days of history" in result.reason
    with pytest.raises(InsufficientData):
        forecast(y, metric="temp", until=y.index[-1], since=y.index[-1] - timedelta(days=2))


def test_a_dead_source_gets_no_forecast() -> None:
    y = climate(8)
    with pytest.raises(StaleData, match="nothing known in the last 24 hours"):
        forecast(y, metric="temp", until=y.index[-1] + timedelta(hours=25))


def test_flagged_stretches_are_bridged_over() -> None:
    y = climate(12, noise=0.1)
    broken = y.copy()
    broken.iloc[-20:-4] = 60.0
    masked = broken.where(broken < 50)
    ahead = forecast(masked, metric="temp", until=y.index[-1], members=[]).frame["forecast"]
    usual = forecast(y, metric="temp", until=y.index[-1], members=[]).frame["forecast"]
    assert (ahead - usual).abs().max() < 0.6


def test_nothing_leaves_what_the_metric_can_be() -> None:
    index = times(10)
    rng = np.random.default_rng(4)
    damp = pd.Series(np.clip(97 + rng.normal(0, 3, len(index)), 0, 100), index=index)
    frame = forecast(damp, metric="rh", until=index[-1], members=[]).frame
    assert frame["upper"].max() <= 100
    dry = pd.Series(rng.exponential(5, len(index)), index=index)
    assert forecast(dry, metric="feed", until=index[-1], members=[]).frame["lower"].min() >= 0


def test_an_empty_house_is_forecast_to_stay_at_zero() -> None:
    zero = pd.Series(0.0, index=times(9))
    result = forecast(zero, metric="water", until=zero.index[-1], members=[Average])
    assert result.frame["forecast"].tolist() == [0.0] * 48
    assert np.isnan(figure(result, "seasonal-naive", 1, "ratio"))


def test_what_was_said_yesterday_is_kept_to_be_compared() -> None:
    y = climate(15, noise=0.5)
    result = forecast(y, metric="temp", until=y.index[-1], members=[])
    assert result.issued.index[0] == y.index[-25] + timedelta(hours=1)
    assert result.issued["forecast"].iloc[:24].tolist() == pytest.approx(y.iloc[-48:-24].tolist())
    assert result.issued["lower"].notna().all()


def test_the_series_is_left_as_it_was() -> None:
    y = climate(12, noise=1.0).sample(frac=1, random_state=0)
    before = y.copy()
    shuffled = forecast(y, metric="temp", until=y.index.max(), members=[Average])
    pd.testing.assert_series_equal(y, before)
    pd.testing.assert_frame_equal(
        shuffled.frame, forecast(y.sort_index(), metric="temp", until=y.index.max(), members=[Average]).frame
    )
