from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from farmlab.figures.lines import bars, dates, decimate, last, line, runs

STEP = pd.Timedelta(minutes=5)


@st.composite
def series(draw: st.DrawFn, longest: int = 400) -> pd.Series:
    """Readings every five minutes with missing values, and jumps in time."""
    count = draw(st.integers(1, longest))
    seed = draw(st.integers(0, 2**32 - 1))
    holes, jumps = draw(st.floats(0, 0.7)), draw(st.floats(0, 0.3))
    rng = np.random.default_rng(seed)
    steps = np.where(rng.random(count) < jumps, rng.integers(3, 50, count), 1)
    values = np.where(rng.random(count) < holes, np.nan, rng.normal(20, 5, count))
    return pd.Series(values, index=pd.Timestamp("2026-07-01", tz="UTC") + np.cumsum(steps) * STEP)


@given(readings=series(), most=st.integers(8, 120))
@settings(deadline=None, max_examples=40)
def test_a_line_has_few_points_its_own_values_and_the_extremes(readings: pd.Series, most: int) -> None:
    shown, known = decimate(readings, most=most), readings.dropna()
    drawn = shown.dropna()
    assert len(shown) <= most
    assert shown.index.is_monotonic_increasing
    assert shown.index.is_unique
    assert (drawn == known.reindex(drawn.index)).all()
    if len(known):
        assert drawn.min() == known.min()
        assert drawn.max() == known.max()


@given(readings=series(), most=st.integers(8, 120))
@settings(deadline=None, max_examples=40)
def test_no_line_crosses_a_gap(readings: pd.Series, most: int) -> None:
    shown = decimate(readings, most=most)
    usual = pd.Series(readings.index).diff().median()
    for before, after in zip(shown.index[:-1], shown.index[1:], strict=True):
        if np.isfinite(shown[before]) and np.isfinite(shown[after]):
            between = readings[before:after]
            assert between.notna().all()
            assert pd.isna(usual) or pd.Series(between.index).diff().max() <= 2.5 * usual


@given(readings=series(longest=100))
@settings(deadline=None, max_examples=40)
def test_what_is_short_is_drawn_whole(readings: pd.Series) -> None:
    pd.testing.assert_series_equal(decimate(readings).dropna(), readings.dropna(), check_freq=False)


def test_a_year_becomes_two_thousand_points_and_keeps_its_single_spike() -> None:
    index = pd.date_range("2026-01-01", periods=100_000, freq="5min", tz="UTC")
    readings = pd.Series(np.sin(np.arange(100_000) / 500), index=index)
    readings.iloc[77_777] = 50.0
    shown = decimate(readings)
    assert 1_500 < len(shown) <= 2_000
    assert shown[index[77_777]] == 50.0


def test_a_reading_alone_between_gaps_is_a_dot() -> None:
    axes = Figure().add_subplot()
    index = pd.date_range("2026-01-01", periods=9, freq="5min", tz="UTC")
    line(axes, pd.Series([1, 2, 3, np.nan, 5, np.nan, 7, 8, 9], index=index), "ink")
    assert axes.lines[1].get_xydata().tolist() == [[dates(index)[4], 5.0]]
    line(axes, pd.Series(np.nan, index=index), "ink")
    assert len(axes.lines) == 2


def test_runs_of_equal_values_end_at_gaps() -> None:
    index = pd.to_datetime(["2026-01-01 00:05", "2026-01-01 00:10", "2026-01-01 00:15", "2026-01-01 02:00"], utc=True)
    left, right, values = runs(pd.Series([1.0, 1.0, 2.0, 2.0], index=index))
    assert values.tolist() == [1.0, 2.0, 2.0]
    assert ((right - left) * 24 * 60).round().tolist() == [10, 5, 5]
    assert runs(pd.Series([np.nan], index=index[:1]))[0].size == 0


def test_bars_end_at_their_time_and_missing_ones_are_left_out() -> None:
    axes = Figure().add_subplot()
    index = pd.date_range("2026-01-01", periods=4, freq="h", tz="UTC")
    bars(axes, pd.Series([1.0, np.nan, 3.0, 4.0], index=index), "series_1")
    corners = axes.patches[0].get_path().vertices
    assert len(axes.patches) == 1
    assert corners[:, 0].max() == pytest.approx(dates(index)[-1])
    assert corners[:, 1].max() == 4.0
    assert len(corners) == 3 * 5
    bars(axes, pd.Series(np.nan, index=index), "series_1")
    assert len(axes.patches) == 1


def test_the_newest_known_value() -> None:
    assert last(pd.Series([1.0, 2.0, np.nan])) == 2.0
    assert np.isnan(last(pd.Series([np.nan])))
