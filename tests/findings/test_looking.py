from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from farmlab import findings
from farmlab.domain import Category, Finding, Flock, House, HouseKind, Severity
from farmlab.errors import InsufficientData
from tests.findings.houses import (
    FLOCK,
    HOUSE,
    SENSORS,
    START,
    UNTIL,
    ZONE,
    add_to_meter,
    calibration,
    house,
    last,
    look,
)


def kinds(found: list[Finding]) -> list[tuple[str, str]]:
    return [(str(finding.category), finding.kind) for finding in found]


def only(found: list[Finding], kind: str) -> Finding:
    mine = [finding for finding in found if finding.kind == kind]
    assert len(mine) == 1, kinds(found)
    return mine[0]


@pytest.mark.parametrize("calibrated", [True, False])
def test_a_healthy_house_has_no_findings(calibrated: bool) -> None:
    assert kinds(look(house(), calibrated=calibrated)) == []


def test_every_finding_says_where_since_when_why_and_what_to_check() -> None:
    wide = house()
    wide.loc[last(wide, 8), "temp_c_2"] = 22.7
    finding = only(look(wide), "stuck")
    assert finding.farm == "Hillside"
    assert finding.house == 1
    assert finding.category is Category.SENSOR
    assert finding.subject == "temp_c_2"
    assert finding.start == UNTIL - timedelta(hours=8) + timedelta(minutes=5)
    assert finding.end is None
    assert finding.title == "Temperature 2 stuck at 22.7 °C since 30 Jun 06:05"  # the farm's clock
    assert finding.check
    assert finding.data["causes"][0] == "sensor_stuck"
    assert finding.why[0].confidence == pytest.approx(0.9, abs=0.05)
    assert 0.5 <= finding.score <= 1


def test_a_sensor_that_leaves_its_neighbours_is_the_sensor() -> None:
    wide = house()
    wide.loc[last(wide, 14), "temp_c_3"] += 2.5
    finding = next(f for f in look(wide) if f.subject == "temp_c_3")
    assert finding.category is Category.SENSOR
    assert finding.kind == "offset"
    assert finding.severity is Severity.WARNING
    assert "the others show" in finding.why[0].evidence


def test_a_drop_out_and_a_silent_sensor_are_named() -> None:
    wide = house()
    wide.loc[last(wide, 6), "temp_c_1"] = 0.0
    wide.loc[last(wide, 5), "rh_pct"] = np.nan
    found = look(wide)
    assert {f.subject for f in found if f.kind == "dropout"} == {"temp_c_1", "rh_pct"}


def test_a_loose_contact_is_noise() -> None:
    wide = house()
    rows = last(wide, 6)
    wide.loc[rows, "temp_c_4"] += np.random.default_rng(1).normal(0, 2.5, int(rows.sum())).round(1)
    found = [f for f in look(wide) if f.subject == "temp_c_4"]
    assert [f.kind for f in found] == ["noise"]


def test_a_single_spike_is_nothing_that_a_person_hears_of() -> None:
    wide = house()
    wide.iloc[-100, wide.columns.get_loc("temp_c_1")] += 15
    assert kinds(look(wide)) == []


def test_two_jumps_out_and_back_within_an_hour_are_a_loose_contact() -> None:
    wide = house()
    for row in (-100, -94):
        wide.iloc[row, wide.columns.get_loc("temp_c_1")] += 15
    finding = only(look(wide), "spike")
    assert (finding.category, finding.severity) == (Category.SENSOR, Severity.WARNING)


@pytest.mark.parametrize(("sensors", "said"), [(1, True), (4, False)])
def test_one_sensor_that_jumps_and_stays_is_told_within_half_an_hour(sensors: int, said: bool) -> None:
    wide = house()
    wide.loc[last(wide, 0.5), [f"temp_c_{n}" for n in range(1, sensors + 1)]] += 2.5
    told = [f for f in look(wide) if f.category is Category.SENSOR and f.severity is Severity.WARNING]
    assert [(f.subject, f.kind in ("step", "offset"), f.end) for f in told] == [("temp_c_1", True, None)] * said


def test_a_jump_that_comes_back_at_once_is_not_told() -> None:
    wide = house()
    wide.iloc[-60:-55, wide.columns.get_loc("temp_c_2")] += 2.5
    assert not [f for f in look(wide) if f.kind == "step"]


def test_many_spikes_are_a_loose_contact() -> None:
    wide = house()
    for row in range(-200, 0, 30):
        wide.iloc[row, wide.columns.get_loc("co2_ppm")] += 4000
    finding = next(f for f in look(wide) if f.subject == "co2_ppm")
    assert finding.kind == "spike"
    assert finding.category is Category.SENSOR
    assert finding.severity is Severity.WARNING


def test_a_change_of_the_whole_house_within_its_band_is_for_information() -> None:
    wide = house()
    wide.loc[last(wide, 14), [f"temp_c_{n}" for n in range(1, 5)]] += 1.2
    finding = only(look(wide), "temperature_changed")
    assert finding.category is Category.ANOMALY
    assert finding.severity is Severity.INFO
    assert "(set 22.5 °C)" in finding.title
    assert "outside" in finding.why[0].evidence


def test_a_sensor_without_a_second_one_may_be_right() -> None:
    wide = house()
    wide.loc[last(wide, 12), "rh_pct"] += 15
    finding = next(f for f in look(wide) if f.subject == "rh_pct")
    assert finding.category is Category.ANOMALY
    assert finding.severity is Severity.INFO
    real = finding.data["causes"].index("real_change")
    assert finding.why[real].confidence > 0.3
    assert "no second" in finding.why[0].evidence


def test_noise_that_all_sensors_show_is_no_sensor_at_fault() -> None:
    wide = house()
    rows = last(wide, 6)
    swing = np.random.default_rng(1).normal(0, 1.5, int(rows.sum())).round(1)
    wide.loc[rows, [f"temp_c_{n}" for n in range(1, 5)]] += swing[:, None]
    assert not [f for f in look(wide) if f.category is Category.SENSOR and f.kind == "noise"]


def test_a_house_that_is_too_warm_is_critical_and_compared_with_its_set_point() -> None:
    wide = house()
    wide.loc[last(wide, 2), [f"temp_c_{n}" for n in range(1, 5)]] += 5.5
    finding = only(look(wide, calibrated=False), "temperature_high")
    assert finding.severity is Severity.CRITICAL
    assert finding.category is Category.ANOMALY
    assert "(set 22.5; +" in finding.title
    assert "since 30 Jun 12:1" in finding.title


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


def test_a_warm_quarter_of_an_hour_is_no_finding() -> None:
    wide = house()
    wide.loc[last(wide, 0.25), [f"temp_c_{n}" for n in range(1, 5)]] += 5.5
    assert "temperature_high" not in {f.kind for f in look(wide, calibrated=False)}


def test_heaters_that_do_not_heat() -> None:
    wide = house()
    rows = last(wide, 2)
    wide.loc[rows, [f"temp_c_{n}" for n in range(1, 5)]] -= np.linspace(1.5, 4.0, int(rows.sum())).round(1)[:, None]
    wide.loc[rows, "heaters_running"] = 4.0
    found = look(wide, calibrated=False)
    finding = only(found, "heater")
    assert finding.category is Category.FAILURE
    assert "4 heaters on" in finding.title
    assert finding.severity is Severity.CRITICAL
    assert "temperature_low" not in {f.kind for f in found}  # it follows from the heaters
    assert any("Too cold" in title for title in finding.data["also"])


def test_heaters_that_warm_the_house_up_are_in_order() -> None:
    wide = house()
    rows = last(wide, 2)
    wide.loc[rows, [f"temp_c_{n}" for n in range(1, 5)]] -= np.linspace(3.5, 1.2, int(rows.sum())).round(1)[:, None]
    wide.loc[rows, "heaters_running"] = 4.0
    assert "heater" not in {f.kind for f in look(wide, calibrated=False)}


def test_fans_that_move_less_air_than_asked() -> None:
    wide = house()
    rows = last(wide, 3)
    wide.loc[rows, "inlet_pct_1"] = (wide.loc[rows, "inlet_pct_1"] * 0.5).round()
    wide.loc[rows, "co2_ppm"] += 2500
    found = look(wide)
    finding = only(found, "fan_loss")
    assert finding.subject == "side fans"
    assert "since 30 Jun 11:" in finding.title
    assert finding.data["deficit"] == pytest.approx(0.5, abs=0.1)
    assert "co2_ppm_high" not in {f.kind for f in found}
    assert any("belt" in step for step in finding.check)


def test_an_auger_that_brings_nothing() -> None:
    wide = house()
    rows = last(wide, 3)
    wide.loc[rows, "auger_running"] = 1.0
    add_to_meter(wide, "feed_kg", rows, 0.0)
    finding = only(look(wide), "auger")
    assert finding.severity is Severity.CRITICAL
    assert "silo" in finding.check[0]


def test_a_meter_that_stands_still_in_the_light_but_not_in_the_dark() -> None:
    wide = house()
    add_to_meter(wide, "water_l", last(wide, 3), 0.0)
    finding = only(look(wide), "no_water")
    assert finding.severity is Severity.CRITICAL
    assert "since 30 Jun 11:" in finding.title
    dark = house()
    dark["light_pct"] = dark["light_pct"].where(~last(dark, 3), 0.0)
    add_to_meter(dark, "water_l", last(dark, 3), 0.0)
    assert "no_water" not in {f.kind for f in look(dark)}


def test_feed_is_withdrawn_before_birds_are_caught() -> None:
    wide = house()
    add_to_meter(wide, "feed_kg", last(wide, 7), 0.0)
    assert only(look(wide), "no_feed").severity is Severity.WARNING
    old = Flock(house=1, placed_on=date(2026, 5, 28), breed="ross308", birds_placed=20_000)
    finding = only(look(wide, flocks=[old], calibrated=False), "catching")
    assert finding.severity is Severity.INFO
    assert "withdrawn on purpose" in finding.why[0].cause
    wide.loc[last(wide, 3), "inlet_pct_1"] = (wide.loc[last(wide, 3), "inlet_pct_1"] * 0.5).round()
    folded = look(wide, flocks=[old])
    assert "fan_loss" not in {f.kind for f in folded}  # the doors are open
    assert any("less air" in title for title in only(folded, "catching").data["also"])


def test_feed_that_stands_still_for_longer_than_a_withdrawal_is_a_fault() -> None:
    wide = house()
    add_to_meter(wide, "feed_kg", last(wide, 24), 0.0)
    wide["light_pct"] = 100.0
    old = Flock(house=1, placed_on=date(2026, 5, 28), breed="ross308", birds_placed=20_000)
    assert only(look(wide, flocks=[old], calibrated=False), "no_feed").severity is Severity.WARNING


def test_water_in_the_dark_is_a_leak() -> None:
    wide = house()
    add_to_meter(wide, "water_l", last(wide, 20), 1.0, plus=8.0)
    finding = only(look(wide), "water_leak")
    assert finding.data["flow_lph"] == pytest.approx(96, abs=5)
    assert finding.why[0].cause == "a drinker line leaks"


@pytest.mark.parametrize(("water", "feed", "cause"), [(0.6, 1.0, "blocked_line"), (0.84, 0.85, "health")])
def test_too_little_water_and_what_the_feed_says_about_it(water: float, feed: float, cause: str) -> None:
    wide = house()
    rows = last(wide, 20)
    add_to_meter(wide, "water_l", rows, water)
    add_to_meter(wide, "feed_kg", rows, feed)
    finding = only(look(wide), "water_low")
    assert finding.data["share"] == pytest.approx(water - 1, abs=0.05)
    assert finding.data["causes"][0] == cause
    assert "age 25 d" in finding.title


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


def test_a_silent_house_is_only_said_to_be_silent() -> None:
    wide = house()
    found = look(wide[~last(wide, 4.5)])
    assert kinds(found) == [("operation", "no_data")]
    assert found[0].title == "No data since 30 Jun 09:30, 4 h 30 min"
    assert found[0].severity is Severity.CRITICAL
    assert look(wide.iloc[:0])[0].title == "No data in the last 24 h"


def test_many_impossible_readings_are_one_finding_of_the_operation() -> None:
    wide = house()
    rows = last(wide, 10)
    wide.loc[rows, [f"temp_c_{n}" for n in range(1, 5)]] = 99.0
    wide.loc[rows, ["rh_pct", "co2_ppm", "temp_c_outside"]] = [130.0, 65_535.0, 99.0]
    finding = only(look(wide, calibrated=False), "flagged")
    assert finding.category is Category.OPERATION
    assert "cannot be right" in finding.title


def test_an_empty_house_is_left_alone() -> None:
    gone = Flock(house=1, placed_on=date(2026, 5, 1), ended_on=date(2026, 6, 10), breed="ross308")
    wide = house()
    wide["temp_c_1"], wide["co2_ppm"] = 12.0, 420.0
    assert look(wide, flocks=[gone]) == []


def test_a_room_without_birds_is_judged_by_its_own_history() -> None:
    room = House(number=1, kind=HouseKind.ROOM)
    sensors = [s for s in SENSORS if s.metric in ("temp", "rh", "co2") and s.position in ("", "1")]
    wide = house()[["temp_c_1", "rh_pct", "co2_ppm"]]
    known = findings.calibrate(wide, sensors, house=room, flocks=[], until=START, timezone=ZONE)
    wide.loc[last(wide, 10), "rh_pct"] = 61.0
    context = wide[wide.index > pd.Timestamp(START) - pd.Timedelta(hours=30)]
    found = findings.look(
        {1: context}, {1: sensors}, [], [room], start=START, until=UNTIL, timezone=ZONE, calibrations={1: known}
    )
    assert ("rh_pct", "stuck") in {(f.subject, f.kind) for f in found}
    assert {f.category for f in found} <= {Category.SENSOR, Category.OPERATION}


def test_too_little_history_is_refused() -> None:
    wide = house()
    with pytest.raises(InsufficientData):
        findings.calibrate(wide[last(wide, 50)], SENSORS, house=HOUSE, flocks=[FLOCK], until=UNTIL, timezone=ZONE)


def test_the_calibration_says_what_it_knows() -> None:
    known = calibration()
    assert known["fitted_until"] == START.isoformat()
    assert known["night_flow"] == pytest.approx(0.0, abs=1.0)
    assert all(0.1 <= limit < 0.4 for limit in known["air"]["limit"].values())
    assert 0.1 <= known["usual"]["water_l"]["limits"]["3"]["low"] < 0.3
    assert set(known["expected_rate"]) >= {"temp_c_1", "rh_pct", "water_l"}
    assert all(0 <= rate < 1 for rate in known["expected_rate"].values())


def test_a_new_flock_is_told_to_be_in_its_grace_period() -> None:
    young = Flock(house=1, placed_on=date(2026, 6, 25), breed="ross308", birds_placed=20_000)
    known = findings.calibrate(house(), SENSORS, house=HOUSE, flocks=[young], until=START, timezone=ZONE)
    assert known["grace"]["all levels"] == "the flock is 4 days old; levels are judged from day 8 on"
    assert "all levels" not in calibration()["grace"]


def test_nothing_after_the_window_is_seen() -> None:
    wide = house()
    before = look(wide)
    later = wide.copy()
    later.index = later.index + pd.Timedelta(days=18)
    assert look(pd.concat([wide, later * 3])) == before


def test_the_look_leaves_the_readings_alone() -> None:
    wide = house()
    copy = wide.copy(deep=True)
    look(wide)
    pd.testing.assert_frame_equal(wide, copy)
