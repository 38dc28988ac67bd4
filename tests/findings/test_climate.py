from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from farmlab.domain import Category, Severity
from tests.findings.houses import FLOCK, HOUSE, house, last, look, only


def test_a_change_of_the_whole_house_within_its_band_is_for_information() -> None:
    wide = house()
    wide.loc[last(wide, 14), [f"temp_c_{n}" for n in range(1, 5)]] += 1.2
    finding = only(look(wide), "temperature_changed")
    assert finding.category is Category.ANOMALY
    assert finding.severity is Severity.INFO
    assert "(set 22.5 °C)" in finding.title
    assert "outside" in finding.why[0].evidence


def test_a_house_that_is_too_warm_is_critical_and_compared_with_its_set_point() -> None:
    wide = house()
    wide.loc[last(wide, 2), [f"temp_c_{n}" for n in range(1, 5)]] += 5.5
    finding = only(look(wide, calibrated=False), "temperature_high")
    assert finding.severity is Severity.CRITICAL
    assert finding.category is Category.ANOMALY
    assert "(set 22.5; +" in finding.title
    assert "since 30 Jun 12:1" in finding.title


def test_a_house_that_was_cold_before_its_birds_came_was_not_too_cold_for_them() -> None:
    wide = house()
    empty = wide.index < pd.Timestamp("2026-06-29T22:00Z")
    wide["temp_set_c"], wide["heaters_running"] = 33.0, 4.0
    wide[[f"temp_c_{n}" for n in range(1, 5)]] += 33.0 - 22.5
    wide.loc[empty, [f"temp_c_{n}" for n in range(1, 5)]] = 12.0
    flock = replace(FLOCK, placed_on=date(2026, 6, 30))
    told = {f.kind for f in look(wide, calibrated=False, flocks=[flock])}
    assert not told & {"temperature_low", "heater"}
    assert "heater" in {f.kind for f in look(wide, calibrated=False)}


def test_what_the_weather_does_is_no_fault_of_the_house() -> None:
    wide = house()
    rows = last(wide, 3)
    wide.loc[rows, [f"temp_c_{n}" for n in range(1, 5)]] += 5.5
    wide.loc[rows, "temp_c_outside"] = 29.0
    finding = only(look(wide, calibrated=False), "temperature_heat")
    assert finding.severity is Severity.WARNING
    assert "generator" in finding.check[0]


@pytest.mark.parametrize(
    ("typed", "curve", "severity"),
    [
        (26.0, ((0.0, 30.0), (40.0, 18.0)), Severity.INFO),
        (32.2, ((0.0, 30.0), (40.0, 18.0)), Severity.WARNING),
        (25.3, (), Severity.INFO),  # that of the breed is 20.7 °C on this day
        (24.3, (), None),
        (24.5, ((0.0, 30.0), (40.0, 18.0)), None),
    ],
)
def test_a_set_point_far_from_its_curve_is_told(
    typed: float, curve: tuple[tuple[float, float], ...], severity: Severity | None
) -> None:
    wide = house()
    wide.loc[last(wide, 5), "temp_set_c"] = typed
    found = look(wide, calibrated=False, houses=[replace(HOUSE, set_points=curve)])
    assert [f.severity for f in found if f.kind == "set_point"] == ([severity] if severity else [])


def test_a_set_point_that_is_corrected_soon_is_no_finding() -> None:
    wide = house()
    wide.loc[last(wide, 5) & ~last(wide, 4.5), "temp_set_c"] = 33.0
    assert "set_point" not in {f.kind for f in look(wide, calibrated=False)}


@pytest.mark.parametrize(
    ("column", "value", "hours"), [("nh3_ppm", 27.0, 0.75), ("co2_ppm", 4300.0, 0.5), ("rh_pct", 88.0, 3)]
)
def test_limits_are_those_of_means_over_hours_not_of_moments(column: str, value: float, hours: float) -> None:
    wide = house()
    wide.loc[last(wide, hours), column] = value
    assert f"{column}_high" not in {f.kind for f in look(wide, calibrated=False)}


def test_a_warm_quarter_of_an_hour_is_no_finding() -> None:
    wide = house()
    wide.loc[last(wide, 0.25), [f"temp_c_{n}" for n in range(1, 5)]] += 5.5
    assert "temperature_high" not in {f.kind for f in look(wide, calibrated=False)}


@pytest.mark.parametrize(
    ("column", "value", "severity"),
    [
        ("co2_ppm", 4000.0, Severity.WARNING),
        ("co2_ppm", 6000.0, Severity.CRITICAL),
        ("nh3_ppm", 27.0, Severity.WARNING),
        ("rh_pct", 86.0, Severity.WARNING),
    ],
)
def test_limits_of_gases_and_humidity(column: str, value: float, severity: Severity) -> None:
    wide = house()
    rows = last(wide, 12)
    wide.loc[rows, column] = value + np.arange(int(rows.sum())) % 3
    wide["temp_c_outside"] = 8.0
    finding = only(look(wide, calibrated=False), f"{column}_high")
    assert finding.severity is severity
    assert "limit" in finding.title


def test_burners_may_raise_co2_while_they_burn() -> None:
    wide = house()
    rows = last(wide, 12)
    wide.loc[rows, "co2_ppm"] = 4000.0 + np.arange(int(rows.sum())) % 3 * 10
    wide["heaters_running"] = 1.0
    assert "co2_ppm_high" not in {f.kind for f in look(wide, calibrated=False)}
