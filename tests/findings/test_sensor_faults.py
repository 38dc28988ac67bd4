from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from farmlab.domain import Category, Severity
from tests.findings.houses import house, kinds, last, look, only


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
    wide.iloc[-100, wide.columns.get_loc("temp_c_1")] += 2.5
    assert kinds(look(wide)) == []


def test_a_single_spike_that_no_air_makes_is_the_sensor() -> None:
    wide = house()
    wide.iloc[-100, wide.columns.get_loc("temp_c_1")] += 15
    finding = only(look(wide), "spike")
    assert (finding.category, finding.severity, finding.subject) == (Category.SENSOR, Severity.WARNING, "temp_c_1")


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


def test_a_sensor_without_a_second_one_may_be_right_where_it_moved_slowly() -> None:
    wide = house()
    wide["rh_pct"] += np.clip((wide.index - wide.index[-145]) / pd.Timedelta(hours=4), 0, 1).to_numpy() * 15
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


def test_what_went_on_before_does_not_hide_what_is_wrong_now() -> None:
    wide = house()
    early = last(wide, 20) & ~last(wide, 14)
    wide.loc[early, "temp_c_2"] += np.random.default_rng(2).normal(0, 1.5, int(early.sum()))
    wide.loc[last(wide, 3), "temp_c_2"] += 2.0
    mine = {found.kind: found.end for found in look(wide) if found.subject == "temp_c_2"}
    assert mine["noise"] is not None
    assert mine["offset"] is None


def test_what_all_temperatures_do_out_and_back_is_no_spike_of_one() -> None:
    wide = house()
    wide.iloc[-100, [wide.columns.get_loc(f"temp_c_{n}") for n in range(1, 5)]] -= 4.0
    wide.iloc[-100, wide.columns.get_loc("temp_c_1")] -= 0.8
    assert "spike" not in {found.kind for found in look(wide)}
