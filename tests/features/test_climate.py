from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farmlab.features import climate


@pytest.mark.parametrize(("temp", "rh", "wet"), [(20, 50, 13.7), (30, 80, 27.1), (10, 99, 9.9)])
def test_wet_bulb_agrees_with_psychrometric_tables(temp: float, rh: float, wet: float) -> None:
    assert climate.wet_bulb(float(temp), float(rh)) == pytest.approx(wet, abs=0.15)


@given(st.floats(0, 45), st.floats(10, 99))
def test_wet_bulb_and_heat_index_lie_below_the_dry_bulb(temp: float, rh: float) -> None:
    assert climate.wet_bulb(temp, rh) <= temp + 0.7  # the formula is good to 0.7 K
    assert climate.wet_bulb(temp, rh) - 0.01 <= climate.thi_broiler(temp, rh) <= temp + 0.15


def test_saturated_air_at_100_degrees_is_near_atmospheric_pressure() -> None:
    assert climate.vapour_pressure(100.0, 100.0) == pytest.approx(101_325, rel=0.04)
    assert climate.humidity_ratio(20.0, 60.0) == pytest.approx(0.0087, abs=2e-4)


def test_moving_air_cools_and_damp_air_warms() -> None:
    still = climate.effective_temperature(30.0, 65.0, age_d=42)
    assert still == pytest.approx(30.0)
    assert climate.effective_temperature(30.0, 65.0, age_d=42, air_speed_ms=2.0) == pytest.approx(26.2, abs=0.1)
    assert climate.effective_temperature(30.0, 85.0, age_d=42) == pytest.approx(32.8)
    assert climate.effective_temperature(30.0, 45.0, age_d=42) == pytest.approx(26.0)
    chick = climate.effective_temperature(30.0, 65.0, age_d=1, air_speed_ms=1.0)
    assert chick < climate.effective_temperature(30.0, 65.0, age_d=42, air_speed_ms=1.0)


def test_series_stay_series() -> None:
    index = pd.date_range("2026-07-01", periods=2, freq="h", tz="UTC")
    temp, rh = pd.Series([20.0, 30.0], index=index), pd.Series([50.0, np.nan], index=index)
    thi = climate.thi_broiler(temp, rh)
    assert thi.index.equals(index)
    assert np.isnan(thi.iloc[1])


def test_the_set_point_is_linear_between_points_and_flat_outside() -> None:
    curve = [(7.0, 30.0), (0.0, 33.0)]
    assert [climate.set_point(age, curve) for age in (-1.0, 0.0, 3.5, 7.0, 50.0)] == [33.0, 33.0, 31.5, 30.0, 30.0]
    ages = pd.Series([0.0, np.nan])
    assert np.isnan(climate.set_point(ages, curve).iloc[1])
