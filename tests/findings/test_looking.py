from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from farmlab import findings
from farmlab.domain import Category, Flock, House, HouseKind, Severity
from farmlab.errors import InsufficientData
from tests.findings.houses import (
    FLOCK,
    HOUSE,
    SENSORS,
    START,
    UNTIL,
    ZONE,
    calibration,
    house,
    kinds,
    last,
    look,
    only,
)


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
