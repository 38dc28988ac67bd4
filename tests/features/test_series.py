from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from farmlab.errors import InsufficientData
from farmlab.features import series


def times(count: int, freq: str = "5min") -> pd.DatetimeIndex:
    return pd.date_range("2026-07-01", periods=count, freq=freq, tz="UTC", name="time")


def test_the_step_is_the_usual_distance_not_the_mean() -> None:
    index = times(10).delete([3, 4, 5])
    assert series.step_of(index) == pd.Timedelta(minutes=5)


@pytest.mark.parametrize("count", [0, 1])
def test_the_step_of_too_few_times_is_refused(count: int) -> None:
    with pytest.raises(InsufficientData):
        series.step_of(times(count))


def test_a_regular_table_has_gaps_as_missing_and_leads_back_to_the_original_rows() -> None:
    jittered = times(6).delete(2) + pd.to_timedelta([3, -4, 0, 9, -2], unit="s")
    wide = pd.DataFrame({"temp_c": [1.0, 2.0, np.inf, 4.0, 5.0]}, index=jittered)
    grid, rows = series.regular(wide, step=pd.Timedelta(minutes=5))
    assert len(grid) == 6
    assert np.isnan(grid["temp_c"].iloc[2])
    assert np.isnan(grid["temp_c"].iloc[3])  # infinite
    assert rows.tolist() == [0, 1, 3, 4, 5]


def test_of_two_readings_in_one_step_the_first_stays() -> None:
    index = pd.DatetimeIndex(["2026-07-01T00:00:00Z", "2026-07-01T00:00:50Z", "2026-07-01T00:05:00Z"])
    grid, rows = series.regular(pd.DataFrame({"x": [1.0, 9.0, 2.0]}, index=index), step=pd.Timedelta(minutes=5))
    assert grid["x"].tolist() == [1.0, 2.0]
    assert rows.tolist() == [0, 0, 1]


@pytest.mark.parametrize("seconds", [150, 149, 200, 80])
def test_readings_in_the_middle_of_steps_are_all_kept(seconds: int) -> None:
    jitter = np.random.default_rng(seconds).integers(-5, 6, 60)
    index = times(60) + pd.to_timedelta(seconds + jitter, unit="s")
    grid, rows = series.regular(pd.DataFrame({"x": np.arange(60.0)}, index=index), step=pd.Timedelta(minutes=5))
    assert grid["x"].tolist() == list(range(60))
    assert rows.tolist() == list(range(60))


def test_readings_that_come_later_do_not_move_earlier_ones() -> None:
    index = times(60) + pd.to_timedelta(np.where(np.arange(60) < 30, 0, 150), unit="s")
    wide = pd.DataFrame({"x": np.arange(60.0)}, index=index)
    whole, cut = (series.regular(part, step=pd.Timedelta(minutes=5))[0] for part in (wide, wide.iloc[:40]))
    pd.testing.assert_frame_equal(whole.iloc[: len(cut)], cut)
    assert whole["x"].notna().sum() == 60


def test_an_empty_table_stays_empty() -> None:
    grid, rows = series.regular(pd.DataFrame({"x": []}, index=times(0)), step=pd.Timedelta(minutes=5))
    assert grid.empty
    assert not len(rows)
    assert series.hourly(pd.DataFrame({"x": []}, index=times(0))).empty


def test_repeated_times_are_used_once_and_in_order() -> None:
    wide = pd.DataFrame({"x": [3.0, 1.0, 2.0]}, index=times(3)[[2, 0, 0]])
    assert series.sorted_by_time(wide)["x"].tolist() == [1.0, 3.0]


def test_an_hour_with_less_than_half_of_its_readings_has_no_mean() -> None:
    full = pd.DataFrame({"x": np.arange(24.0)}, index=times(24) + pd.Timedelta(minutes=5))
    assert series.hourly(full)["x"].tolist() == [5.5, 17.5]
    holes = full.copy()
    holes.iloc[12:19] = np.nan
    assert np.isnan(series.hourly(holes)["x"].iloc[1])
    holes.iloc[18] = 18.0
    assert series.hourly(holes)["x"].iloc[1] == 20.5


@given(arrays.arrays(float, (30, 1), elements=st.sampled_from([1.0, 2.0, float("nan")])))
def test_run_lengths_count_equal_values_in_a_row(values: np.ndarray) -> None:
    expected, run = [], 0
    for i, value in enumerate(values.ravel()):
        run = 0 if np.isnan(value) else run + 1 if i and value == values[i - 1, 0] else 1
        expected.append(run)
    assert series.run_lengths(values).ravel().tolist() == expected


@given(arrays.arrays(float, (20, 2), elements=st.floats(-50, 50)))
def test_an_excursion_is_never_negative_and_does_not_see_the_future(values: np.ndarray) -> None:
    whole = series.excursion(values)
    assert (whole >= 0).all()
    np.testing.assert_array_equal(series.excursion(values[:12]), whole[:12])


def test_missing_runs_count_gaps() -> None:
    values = np.array([[np.nan], [1.0], [np.nan], [np.nan]])
    assert series.missing_runs(values).ravel().tolist() == [1, 0, 1, 2]
