from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farmlab.models.hourly import bridge, hourly


def hours(values: list[float]) -> pd.Series:
    return pd.Series(values, index=pd.date_range("2026-07-01 01:00", periods=len(values), freq="h", tz="UTC"))


def daily(days: int) -> pd.Series:
    clock = np.arange(24 * days)
    return hours((20 + 5 * np.sin(clock * 2 * np.pi / 24)).tolist())


def test_an_hour_is_labelled_at_its_end_and_needs_half_of_its_readings() -> None:
    times = pd.date_range("2026-07-01 10:05", periods=24, freq="5min", tz="UTC")
    readings = pd.Series(np.r_[np.full(12, 10.0), np.full(12, 30.0)], index=times)
    assert hourly(readings).to_dict() == {
        pd.Timestamp("2026-07-01 11:00Z"): 10.0,
        pd.Timestamp("2026-07-01 12:00Z"): 30.0,
    }
    readings.iloc[5:12] = np.nan
    assert hourly(readings).isna().tolist() == [True, False]


def test_the_missing_part_of_an_amount_is_made_up_in_proportion() -> None:
    times = pd.date_range("2026-07-01 10:15", periods=4, freq="15min", tz="UTC")
    assert hourly(pd.Series([5.0, 5.0, 5.0, 5.0], index=times), amount=True).tolist() == [20.0]
    assert hourly(pd.Series([5.0, 5.0, 5.0, np.nan], index=times), amount=True).tolist() == [20.0]


def test_hourly_values_stay_what_they_are() -> None:
    series = daily(2)
    assert hourly(series).tolist() == pytest.approx(series.tolist())
    assert hourly(series.iloc[:1]).empty


def test_a_short_gap_is_a_line_and_a_long_one_follows_the_day() -> None:
    whole = daily(6)
    holed = whole.copy()
    holed.iloc[50:52] = np.nan
    holed.iloc[80:92] = np.nan
    filled = bridge(holed)
    assert filled.iloc[49:53].diff().dropna().nunique() <= 3
    assert np.allclose(np.diff(filled.iloc[49:53]), (whole.iloc[52] - whole.iloc[49]) / 3)
    assert np.allclose(filled.iloc[80:92], whole.iloc[80:92])


def test_a_long_gap_joins_both_edges_when_the_level_has_changed() -> None:
    whole = daily(6)
    risen = whole + np.where(np.arange(len(whole)) >= 86, 4.0, 0.0)
    holed = risen.copy()
    holed.iloc[80:92] = np.nan
    filled = bridge(holed)
    assert abs(filled.iloc[80] - whole.iloc[80]) < 2.5
    assert abs(filled.iloc[91] - risen.iloc[91]) < 2.5


def test_at_the_open_end_the_shift_fades() -> None:
    whole = daily(6)
    shifted = whole.copy()
    shifted.iloc[119] += 4.0
    shifted.iloc[120:] = np.nan
    off = (bridge(shifted) - whole).iloc[120:]
    assert off.iloc[:3].tolist() == pytest.approx([4 * 0.98, 4 * 0.98**2, 4 * 0.98**3])


def test_nothing_known_gives_nothing() -> None:
    assert bridge(hours([float("nan")] * 5)).empty


@given(st.lists(st.one_of(st.none(), st.floats(-50, 50)), min_size=1, max_size=200))
def test_bridging_keeps_what_is_known_and_leaves_no_gap(values: list[float | None]) -> None:
    series = hours([float("nan") if value is None else value for value in values])
    filled = bridge(series)
    known = series.dropna()
    assert not filled.isna().any()
    assert filled.reindex(known.index).tolist() == known.tolist()
    if len(known):
        assert filled.index[0] == known.index[0]
        assert filled.index[-1] == series.index[-1]
