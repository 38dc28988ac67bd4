from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from farmlab.errors import InsufficientData
from farmlab.models.backtest import REFIT_HOURS, replay
from farmlab.models.forecaster import Forecaster
from farmlab.models.seasonal_naive import SeasonalNaive


def noise(days: int, seed: int = 0) -> pd.Series:
    values = np.random.default_rng(seed).normal(20, 3, 24 * days)
    return pd.Series(values, index=pd.date_range("2026-07-01 01:00", periods=len(values), freq="h", tz="UTC"))


class Watching(Forecaster):
    """Forecasts the last value, and remembers when it learned and what it saw."""

    name = "watching"
    least_days = 1.0

    def __init__(self) -> None:
        self.learned: list[pd.Timestamp] = []
        self.seen: list[pd.Timestamp] = []

    def _learn(self, y: pd.Series) -> np.ndarray:
        self.learned.append(y.index[-1])
        return y.to_numpy(float)

    def _see(self, y: pd.Series) -> None:
        self.seen.append(y.index[-1])
        self.last_ = float(y.iloc[-1])

    def _path(self, hours: int) -> np.ndarray:
        return np.full(hours, self.last_)


def test_a_forecaster_never_sees_an_hour_after_its_origin() -> None:
    y, model = noise(20), Watching()
    past = replay(model, y, span_hours=9 * 24)
    assert model.seen == list(past.origins)
    assert past.origins[0] == y.index[-1] - pd.Timedelta(hours=9 * 24)
    assert past.origins[-1] == y.index[-1] - pd.Timedelta(hours=3)
    assert set(np.diff(past.origins)) == {np.timedelta64(3, "h")}
    assert [at - past.origins[0] for at in model.learned] == [pd.Timedelta(hours=REFIT_HOURS * n) for n in range(3)]


def test_paths_and_truth_stand_beside_each_other() -> None:
    y = noise(12)
    past = replay(Watching(), y, span_hours=72)
    origin = past.origins[5]
    assert past.paths[5].tolist() == [y[origin]] * 48
    assert past.truth[5].tolist()[:40] == y[y.index > origin].iloc[:40].tolist()
    assert np.isnan(past.truth[-1][3:]).all()
    assert past.times[48 * 5] == origin + pd.Timedelta(hours=1)


def test_the_figures_are_mean_absolute_errors_by_day_ahead() -> None:
    y = noise(12)
    past = replay(SeasonalNaive(), y, span_hours=120)
    rows = [
        np.abs(y[y.index > at].iloc[:24].to_numpy() - y[y.index <= at].iloc[-24:].to_numpy())
        for at in past.origins[:-8]
    ]
    part = [np.abs(past.errors[-row, :24]) for row in range(1, 9)]
    assert past.mean_error(1) == pytest.approx(np.nanmean(np.concatenate([*rows, *part])))
    assert past.scored(1) == 40
    assert past.scored(2) == 32


def test_what_came_later_changes_no_earlier_forecast() -> None:
    y = noise(14)
    changed = y.copy()
    changed.iloc[-30:] = 99.0
    before, after = (replay(SeasonalNaive(), series, span_hours=96) for series in (y, changed))
    earlier = before.origins <= y.index[-31]
    assert earlier.sum() > 10
    assert (before.paths[earlier] == after.paths[earlier]).all()
    assert not (before.paths == after.paths).all()


def test_missing_truth_is_not_scored() -> None:
    y = noise(10)
    y.iloc[-60:] = np.nan
    past = replay(SeasonalNaive(), y, span_hours=48)
    assert np.isnan(past.mean_error(1))
    assert past.scored(1) == 0


def test_too_short_a_history_is_refused() -> None:
    with pytest.raises(InsufficientData):
        replay(SeasonalNaive(), noise(4), span_hours=72)
