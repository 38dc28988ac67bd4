from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farmlab.features import water_feed

BERLIN = "Europe/Berlin"


def meter(day: str, days: int, per_hour: float, *, zone: str = BERLIN, freq: str = "5min") -> pd.Series:
    """A meter that starts at the farm's midnight and runs evenly."""
    times = pd.date_range(day, periods=int(days * pd.Timedelta(days=1) / pd.Timedelta(freq)) + 1, freq=freq, tz=zone)
    since = times - pd.Timedelta(seconds=1)
    midnight = since.normalize()
    hours = (times - midnight) / pd.Timedelta(hours=1)
    return pd.Series(np.asarray(hours) * per_hour, index=times.tz_convert("UTC"))


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24", "2026-07-01"])
def test_amounts_are_even_over_midnight_and_both_changes_of_the_clock(day: str) -> None:
    counter = meter(day, 3, 12.0)
    added = water_feed.amounts(counter, kind="day_counter", timezone=BERLIN)
    assert added.iloc[1:].to_numpy() == pytest.approx(1.0)


def test_the_days_of_the_changes_of_the_clock_have_23_and_25_hours() -> None:
    for day, hours in (("2026-03-29", 23), ("2026-10-25", 25), ("2026-07-02", 24)):
        counter = meter(str(pd.Timestamp(day).date() - pd.Timedelta(days=1)), 3, 10.0)
        totals = water_feed.day_totals(counter, kind="day_counter", timezone=BERLIN)
        assert totals.loc[pd.Timestamp(day)] == pytest.approx(10.0 * hours)


def test_a_counter_that_starts_anew_adds_what_it_shows_and_nothing_negative() -> None:
    times = pd.date_range("2026-07-01 08:00", periods=4, freq="5min", tz="UTC")
    added = water_feed.amounts(pd.Series([100.0, 120, 5, 9], index=times), kind="counter")
    np.testing.assert_array_equal(added, [np.nan, 20, 5, 4])


def test_a_clock_that_is_behind_does_not_count_the_day_twice() -> None:
    times = pd.to_datetime(["2026-07-01T21:55Z", "2026-07-01T22:05Z", "2026-07-01T22:10Z", "2026-07-01T22:15Z"])
    added = water_feed.amounts(pd.Series([900.0, 905, 2, 6], index=times), kind="day_counter", timezone=BERLIN)
    np.testing.assert_array_equal(added, [np.nan, 5, 2, 4])


def test_a_gap_over_midnight_adds_only_what_the_new_day_shows() -> None:
    times = pd.to_datetime(["2026-07-01T12:00Z", "2026-07-02T12:00Z"])
    added = water_feed.amounts(pd.Series([500.0, 800], index=times), kind="day_counter", timezone=BERLIN)
    assert added.iloc[1] == 800


def test_hours_with_a_gap_have_no_amount() -> None:
    counter = meter("2026-07-01", 1, 12.0).iloc[:48]
    broken = counter.drop(counter.index[20:30])
    hours = water_feed.hourly_amounts(broken, kind="day_counter", timezone=BERLIN)
    assert hours.notna().tolist() == [False, True, False, False, False]  # the last hour has not ended
    assert hours.iloc[1] == pytest.approx(12.0)
    assert water_feed.hourly_amounts(counter * np.nan, kind="day_counter").empty


@given(st.lists(st.integers(0, 50), min_size=2, max_size=60))
def test_amounts_sum_up_to_the_counter(steps: list[int]) -> None:
    times = pd.date_range("2026-07-01 01:00", periods=len(steps), freq="5min", tz="UTC")
    counter = pd.Series(np.cumsum(steps).astype(float), index=times)
    added = water_feed.amounts(counter, kind="day_counter", timezone="UTC")
    assert (added.dropna() >= 0).all()
    assert added.sum() == pytest.approx(counter.iloc[-1] - counter.iloc[0])


def test_amounts_stay_as_they_are() -> None:
    times = pd.date_range("2026-07-01 10:00", periods=2, freq="5min", tz="UTC")
    given = pd.Series([10.0, 14.0], index=times)
    pd.testing.assert_series_equal(water_feed.amounts(given, kind="amount"), given)


def test_the_intake_index_is_one_when_birds_take_what_their_breed_should() -> None:
    times = pd.date_range("2026-07-01", periods=288, freq="5min", tz="UTC")
    ages = pd.Series(21.0, index=times)
    litres = 0.1785 * 20_000 / 288  # 105 g of feed at 1.70 l/kg
    index = water_feed.intake_index(pd.Series(litres, index=times), ages, breed="ross308", count=20_000)
    assert index.mean() == pytest.approx(1.0, abs=0.02)
    raw = pd.Series(litres, index=times)
    pd.testing.assert_series_equal(water_feed.intake_index(raw, ages, breed="", count=20_000), raw)
    pd.testing.assert_series_equal(water_feed.intake_index(raw, ages, breed="ross308", count=None), raw)


def test_night_flow_is_that_of_dark_hours_only() -> None:
    times = pd.date_range("2026-07-01 00:05", periods=36, freq="5min", tz="UTC")
    light = pd.Series([0.0] * 12 + [0.0] * 6 + [50.0] * 6 + [0.0] * 12, index=times)
    flow = water_feed.night_flow(pd.Series(2.0, index=times), light)
    assert flow.tolist() == [24.0, 24.0]
