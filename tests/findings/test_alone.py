"""A sensor that jumps or swings while the air does not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from farmlab.domain import Category, Severity
from farmlab.findings import CONTEXT_HOURS, alone
from farmlab.findings.case import Case
from tests.findings.houses import FLOCK, HOUSE, SENSORS, START, UNTIL, ZONE, calibration, house, last, look, only


def _case(wide: pd.DataFrame, **known: object) -> Case:
    context = wide[wide.index > pd.Timestamp(START - timedelta(hours=CONTEXT_HOURS))]
    return Case(HOUSE, context, SENSORS, [FLOCK], START, UNTIL, ZONE, {**calibration(), **known})


@pytest.mark.parametrize(
    ("column", "size"), [("temp_c_2", 1.2), ("rh_pct", -8.0), ("co2_ppm", 400.0), ("nh3_ppm", 5.0)]
)
def test_a_jump_that_nothing_beside_it_lets_expect_is_the_sensor_within_the_hour(column: str, size: float) -> None:
    wide = house()
    wide.loc[last(wide, 0.7), column] += size

    found = only(look(wide), "offset")

    assert (found.category, found.severity, found.subject) == (Category.SENSOR, Severity.WARNING, column)
    assert abs(pd.Timestamp(found.start) - pd.Timestamp(UNTIL - timedelta(hours=0.7))) <= pd.Timedelta("10min")
    assert "nothing beside it" in found.data["seen"]


@pytest.mark.parametrize(("column", "size"), [("temp_c_2", 0.6), ("rh_pct", 5.0), ("co2_ppm", 250.0)])
def test_a_sensor_that_swings_is_noisy_within_the_hour(column: str, size: float) -> None:
    wide = house()
    rows = last(wide, 1.0)
    wide.loc[rows, column] += size * np.random.default_rng(3).normal(size=int(rows.sum()))

    found = only(look(wide), "noise")

    assert (found.category, found.severity, found.subject) == (Category.SENSOR, Severity.WARNING, column)


def test_what_the_air_does_is_no_sensor() -> None:
    """More air takes its share off all gases; all temperatures go the same way."""
    wide = house()
    rows = last(wide, 0.7)
    wide.loc[rows, "co2_ppm"] = 420 + (wide.loc[rows, "co2_ppm"] - 420) * 0.6
    wide.loc[rows, "rh_pct"] -= 12
    wide.loc[rows, "airflow_m3h"] /= 0.6
    wide.loc[rows, [f"temp_c_{n}" for n in range(1, 5)]] -= 2.0
    learned = {"rh_pct": {"co2_ppm": 0.8, "airflow_m3h": -0.2}, "co2_ppm": {"rh_pct": 0.8, "airflow_m3h": -0.2}}
    known = calibration()["alone"]
    taught = {column: {**one, "weights": learned.get(column, {})} for column, one in known["sensors"].items()}

    assert not alone.look(_case(wide, alone={**known, "sensors": taught}))
    assert {one.sensor for one in alone.look(_case(wide))} >= {"co2_ppm"}  # a house that was never taught


def test_a_healthy_house_says_nothing() -> None:
    assert not alone.look(_case(house()))


def test_a_jump_is_over_when_the_sensor_is_back() -> None:
    wide = house()
    wide.loc[last(wide, 8.0) & ~last(wide, 3.0), "temp_c_2"] += 1.5

    [found] = [one for one in alone.look(_case(wide)) if one.kind == "offset"]

    assert pd.Timestamp(found.end) <= pd.Timestamp(UNTIL - timedelta(hours=2))


def test_wet_pads_are_no_fault_of_the_humidity() -> None:
    wide = house().assign(pad_on=0.0)
    wide.loc[last(wide, 0.7), "rh_pct"] += 12
    assert alone.look(_case(wide))

    wide.loc[last(wide, 0.7), "pad_on"] = 1.0
    known = calibration()["alone"]
    assert not alone.look(_case(wide, alone={**known, "seen": {**known["seen"], "pad_on": 50}}))


def test_an_answer_moves_the_limit_of_that_sensor_only() -> None:
    wide = house()
    limit = calibration()["alone"]["sensors"]["co2_ppm"]["jump"]
    for column in ("co2_ppm", "rh_pct"):
        wide.loc[last(wide, 0.7), column] += {"co2_ppm": 1.4 * limit, "rh_pct": 9.0}[column]
    told = {"co2_ppm": {"level": 2.0}}

    assert {one.sensor for one in alone.look(_case(wide))} == {"co2_ppm", "rh_pct"}
    assert {one.sensor for one in alone.look(_case(wide, factors=told))} == {"rh_pct"}


def test_what_is_learned_is_json_and_waits_for_days() -> None:
    known = calibration()["alone"]
    assert json.loads(json.dumps(known, allow_nan=False)) == known
    young = replace(_case(house()), wide=house().loc[: house().index[0] + pd.Timedelta(days=2)])
    assert all(one["jump"] is None and one["swing"] is None for one in alone.learned(young)["sensors"].values())


def test_nothing_that_comes_later_changes_what_was_said() -> None:
    wide = house()
    wide.loc[last(wide, 6.0), "co2_ppm"] += 500
    early = Case(
        HOUSE, wide[wide.index <= pd.Timestamp(UNTIL - timedelta(hours=4))], SENSORS, [FLOCK],
        START, UNTIL - timedelta(hours=4), ZONE, calibration(),
    )  # fmt: skip

    [before], [after] = alone.look(early), alone.look(_case(wide))

    assert (before.start, before.detected_at, before.kind) == (after.start, after.detected_at, after.kind)


def test_a_temperature_that_drifts_away_from_the_others_is_found_and_the_weather_is_not() -> None:
    wide = house()
    ramp = np.clip((wide.index - wide.index[-400]) / pd.Timedelta(hours=33), 0, 1).to_numpy()
    wide["temp_c_3"] += 1.6 * ramp

    [found] = alone.look(_case(wide))

    assert (found.sensor, found.kind) == ("temp_c_3", "drift")
    assert 0.6 <= found.value - found.expected <= 1.6

    warm = house()
    warm[[f"temp_c_{n}" for n in range(1, 5)]] += 1.6 * ramp[:, None]
    assert not alone.look(_case(warm))
