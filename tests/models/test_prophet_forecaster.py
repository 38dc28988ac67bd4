from __future__ import annotations

import logging
import sys

import numpy as np
import pandas as pd
import pytest

from farmlab.errors import InsufficientData, ModelError
from farmlab.models.prophet_forecaster import ProphetForecaster
from farmlab.models.seasonal_naive import SeasonalNaive


def growing(days: int, *, noise: float = 2.0) -> pd.Series:
    """Water of a growing flock: by day, 6 % more from day to day, nothing at night."""
    clock = np.arange(24 * days)
    lights = (clock % 24 >= 5) & (clock % 24 < 23)
    values = (
        np.where(lights, 100 * 1.06 ** (clock / 24), 0) + np.random.default_rng(0).normal(0, noise, len(clock)) * lights
    )
    return pd.Series(values, index=pd.date_range("2026-07-01 01:00", periods=len(clock), freq="h", tz="UTC"))


def test_it_follows_growth_that_yesterday_does_not_know() -> None:
    y = growing(16)
    truth = y.iloc[-48:].to_numpy()
    known = y.iloc[:-48]
    prophet = ProphetForecaster(multiplicative=True, daily_order=11).fit(known).path(48)
    naive = SeasonalNaive().fit(known).path(48)
    assert np.abs(prophet - truth).mean() < 0.7 * np.abs(naive - truth).mean()


def test_the_same_history_gives_the_same_forecast() -> None:
    y = growing(8)
    first, second = (ProphetForecaster().fit(y).predict(24) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


def test_gaps_are_no_obstacle_and_the_last_error_carries_on_and_fades() -> None:
    rng = np.random.default_rng(3)
    drift = pd.Series(rng.normal(0, 1, 240)).ewm(alpha=0.2).mean().to_numpy() * 3
    y = pd.Series(20 + drift, index=pd.date_range("2026-07-01", periods=240, freq="h", tz="UTC"))
    y.iloc[100:110] = np.nan
    model = ProphetForecaster(daily_order=3).fit(y)
    usual = model.path(48)
    lifted = y.copy()
    lifted.iloc[-1] += 5
    ahead = model.update(lifted).path(48) - usual
    assert 0 < model.memory_ < 1
    assert ahead[0] == pytest.approx(5 * model.memory_)
    assert ahead[0] > ahead[10] > 0
    silent = y.copy()
    silent.iloc[-1] = np.nan
    assert np.isfinite(model.update(silent).path(48)).all()


def test_it_says_nothing_and_leaves_the_loggers_as_they_were(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    before = logging.getLogger("cmdstanpy").disabled
    with caplog.at_level(logging.DEBUG):
        ProphetForecaster().fit(growing(6))
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.name.startswith(("prophet", "cmdstan"))] == []
    assert logging.getLogger("cmdstanpy").disabled == before


def test_a_prophet_that_cannot_be_loaded_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prophet", None)
    with pytest.raises(ModelError, match=r"Prophet could not be used .*Run farmlab doctor"):
        ProphetForecaster().fit(growing(6))


def test_it_refuses_short_histories_and_old_fits() -> None:
    with pytest.raises(InsufficientData, match="Prophet needs 4 days"):
        ProphetForecaster().fit(growing(3))
    y = growing(14)
    model = ProphetForecaster().fit(y.iloc[: 24 * 5])
    with pytest.raises(ModelError, match="fitted too long ago"):
        model.update(y)
    with pytest.raises(ModelError, match="fitted too long ago"):
        model.update(y.iloc[: 24 * 9]).path(48)


def test_what_was_known_only_before_its_window_is_too_little() -> None:
    y = growing(40)
    y.iloc[24 * 8 :] = np.nan
    with pytest.raises(InsufficientData, match="in the last 21 days"):
        ProphetForecaster().fit(y)


def test_a_rhythm_of_the_week_is_learned_when_there_is_one() -> None:
    clock = np.arange(24 * 30)
    weekend = (clock // 24) % 7 >= 5
    y = pd.Series(100 - 60.0 * weekend, index=pd.date_range("2026-06-01 01:00", periods=len(clock), freq="h", tz="UTC"))
    known, truth = y.iloc[: 24 * 26], y.iloc[24 * 26 : 24 * 28].to_numpy()
    errors = [np.abs(ProphetForecaster(weekly=weekly).fit(known).path(48) - truth).mean() for weekly in (True, False)]
    assert errors[0] < 0.5 * errors[1]
