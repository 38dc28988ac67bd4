from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from farmlab.models.backtest import Replay
from farmlab.models.intervals import adaptive


def past(errors: np.ndarray, *, every: int = 3) -> Replay:
    origins = pd.date_range("2026-07-01", periods=len(errors), freq=f"{every}h", tz="UTC")
    return Replay(origins, every, np.zeros(errors.shape), errors)


def noise(origins: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, (origins, 48)) * np.repeat([1.0, 2.0], 24)


def test_four_of_five_hours_fall_inside_on_both_days() -> None:
    interval = adaptive(past(noise(240)))
    assert interval.coverage[1] == pytest.approx(0.8, abs=0.04)
    assert interval.coverage[2] == pytest.approx(0.8, abs=0.04)
    width = interval.upper - interval.lower
    assert width[:24].mean() == pytest.approx(2 * 1.28, rel=0.2)
    assert width[24:].mean() == pytest.approx(4 * 1.28, rel=0.2)


def test_a_forecast_that_is_always_too_low_gets_an_interval_above_it() -> None:
    interval = adaptive(past(noise(80) * 0.1 + 5))
    assert (interval.lower > 4).all()


def test_bounds_at_an_origin_know_only_errors_whose_day_had_come() -> None:
    errors = noise(80)
    changed = errors.copy()
    changed[40:] = 50.0
    one, other = adaptive(past(errors)), adaptive(past(changed))
    assert np.array_equal(one.low[:48, :24], other.low[:48, :24], equal_nan=True)
    assert np.array_equal(one.low[:56, 24:], other.low[:56, 24:], equal_nan=True)
    assert not np.array_equal(one.high[48, :24], other.high[48, :24])
    assert np.isnan(one.low[:15, :24]).all()
    assert np.isfinite(one.low[15:, :24]).all()


def test_quiet_hours_of_the_day_get_narrow_intervals() -> None:
    clock = (np.arange(120)[:, None] * 3 + np.arange(1, 49)) % 24
    quiet = (clock >= 2) & (clock < 8)
    errors = np.random.default_rng(1).normal(0, 1, (120, 48)) * np.where(quiet, 0.05, 1.0)
    interval = adaptive(past(errors))
    ahead = (120 * 3 + np.arange(1, 49)) % 24
    width = interval.upper - interval.lower
    assert width[(ahead >= 3) & (ahead < 7)].mean() < 0.7 * width[(ahead >= 10) & (ahead < 22)].mean()


def test_missing_truth_and_short_pasts_are_survived() -> None:
    errors = noise(60)
    errors[10:20] = np.nan
    errors[:, 5] = np.nan
    assert np.isfinite(adaptive(past(errors)).lower[:24]).all()
    short = adaptive(past(noise(8)))
    assert np.isnan(short.lower[24:]).all()
    assert np.isnan(short.coverage[2])


def test_few_days_of_errors_make_wide_intervals() -> None:
    errors = np.tile(np.random.default_rng(2).normal(0, 1, (8, 48)), (30, 1))
    few, many = adaptive(past(errors[:24])), adaptive(past(errors))
    assert (few.upper - few.lower)[:24].mean() > 1.2 * (many.upper - many.lower)[:24].mean()
