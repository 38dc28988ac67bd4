"""Intervals hold what they say, and know only what was known."""

from __future__ import annotations

import numpy as np
import pytest

from farmlab.models.forecasting.intervals import from_changes, inside, interval


def walked(errors: np.ndarray, *, every: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """What was added at each origin, one after the other."""
    origins = np.arange(len(errors)) * every
    low, high = np.full(errors.shape, np.nan), np.full(errors.shape, np.nan)
    for row, now in enumerate(origins):
        low[row], high[row] = interval(origins[:row], errors[:row], low[:row], high[:row], now=int(now))
    return low, high


def noise(origins: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, (origins, 48)) * np.repeat([1.0, 2.0], 24)


def test_four_of_five_hours_fall_inside_on_both_days() -> None:
    errors = noise(160)
    low, high = walked(errors)
    held = inside(errors, low, high)
    assert np.nanmean(held[:, :24]) == pytest.approx(0.8, abs=0.04)
    assert np.nanmean(held[:, 24:]) == pytest.approx(0.8, abs=0.04)
    assert (high - low)[-1, :24].mean() == pytest.approx(2 * 1.28, rel=0.2)
    assert (high - low)[-1, 24:].mean() == pytest.approx(4 * 1.28, rel=0.2)


def test_bounds_know_only_errors_whose_day_had_come() -> None:
    errors = noise(60)
    changed = errors.copy()
    changed[40:] = 50.0
    (one, _), (other, _) = walked(errors), walked(changed)
    assert np.array_equal(one[:48, :24], other[:48, :24], equal_nan=True)
    assert np.array_equal(one[:56, 24:], other[:56, 24:], equal_nan=True)
    assert not np.array_equal(one[49, :24], other[49, :24])
    assert np.isnan(one[:15, :24]).all()
    assert np.isfinite(one[15:, :24]).all()


def test_quiet_hours_of_the_day_get_narrow_intervals() -> None:
    clock = (np.arange(120)[:, None] * 3 + np.arange(1, 49)) % 24
    quiet = (clock >= 2) & (clock < 8)
    errors = np.random.default_rng(1).normal(0, 1, (120, 48)) * np.where(quiet, 0.05, 1.0)
    low, high = walked(errors)
    width, ahead = (high - low)[-1], clock[-1]
    assert width[(ahead >= 3) & (ahead < 7)].mean() < 0.7 * width[(ahead >= 10) & (ahead < 22)].mean()


def test_a_forecast_that_is_always_too_low_gets_an_interval_above_it_and_gaps_are_survived() -> None:
    errors = noise(60) * 0.1 + 5
    errors[10:20] = np.nan
    errors[:, 5] = np.nan
    low, _ = walked(errors)
    assert (low[-1, :24] > 4).all()


def test_without_errors_the_changes_from_day_to_day_must_do() -> None:
    low, high = from_changes(np.tile(np.arange(24.0), 4) + np.repeat([0.0, 1.0, 0.0, 1.0], 24))
    assert high[:24].tolist() == [1.0] * 24
    assert (high[24:] > high[:24]).all()
    assert (low == -high).all()
