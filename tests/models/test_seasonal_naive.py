from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from farmlab.errors import InsufficientData, NotFitted
from farmlab.models.seasonal_naive import SeasonalNaive


def series(values: np.ndarray) -> pd.Series:
    return pd.Series(values, index=pd.date_range("2026-07-01 01:00", periods=len(values), freq="h", tz="UTC"))


def test_each_hour_is_the_same_hour_of_the_last_day() -> None:
    y = series(np.random.default_rng(0).normal(20, 3, 24 * 5))
    frame = SeasonalNaive().fit(y).predict(48)
    assert frame["forecast"].tolist() == [*y.iloc[-24:], *y.iloc[-24:]]
    assert frame.index[0] == y.index[-1] + pd.Timedelta(hours=1)
    assert frame.index.name == "time"
    assert (frame["lower"] <= frame["upper"]).all()


def test_a_missing_hour_of_the_last_day_is_bridged_from_the_days_before() -> None:
    y = series(np.tile(np.arange(24.0), 6))
    holed = y.copy()
    holed.iloc[-20:-6] = np.nan
    assert SeasonalNaive().fit(holed).path(24) == pytest.approx(y.iloc[-24:].to_numpy())


def test_the_interval_is_as_wide_as_days_differ() -> None:
    rng = np.random.default_rng(1)
    calm = SeasonalNaive().fit(series(rng.normal(20, 0.1, 480))).predict(24)
    wild = SeasonalNaive().fit(series(rng.normal(20, 3.0, 480))).predict(24)
    assert (wild["upper"] - wild["lower"]).mean() > 10 * (calm["upper"] - calm["lower"]).mean()


def test_newer_hours_are_taken_in_without_learning_anew() -> None:
    y = series(np.random.default_rng(2).normal(20, 3, 24 * 6))
    model = SeasonalNaive().fit(y.iloc[:100])
    learned = model.residuals_
    assert model.update(y).path(24).tolist() == y.iloc[-24:].tolist()
    assert model.residuals_ is learned


def test_it_refuses_before_it_is_fitted_and_with_less_than_two_days() -> None:
    with pytest.raises(NotFitted, match="before it was fitted"):
        SeasonalNaive().path(24)
    with pytest.raises(InsufficientData, match=r"needs 2 days of history; 1.5 so far"):
        SeasonalNaive().fit(series(np.r_[np.full(36, 20.0), np.full(24, np.nan)]))
