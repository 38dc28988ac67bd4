"""What forecasts warn of: how likely, when, and nothing where nothing is to be expected."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from farmlab.domain import Category, House, HouseKind, Severity
from farmlab.findings.ahead import Coming, expected, look, probability_above

NOW = datetime(2026, 7, 10, 6, tzinfo=UTC)
HOURS = pd.date_range(NOW, periods=49, freq="h")[1:]
AFTERNOON = (HOURS.hour >= 13) & (HOURS.hour <= 16)


def frame(values: object, width: float) -> pd.DataFrame:
    middle = pd.Series(values, index=HOURS, dtype=float)
    return pd.DataFrame({"forecast": middle, "lower": middle - width, "upper": middle + width})


def coming(age: float = 35.0, **changes: object) -> Coming:
    parts = {
        "house": House(number=3),
        "frames": {"temp": frame(20.0, 1.0)},
        "until": NOW,
        "timezone": "Europe/Berlin",
        "set_point": pd.Series(20.0, index=HOURS),
        "ages": pd.Series(age, index=HOURS),
    }
    return Coming(**{**parts, **changes})  # type: ignore[arg-type]


def test_nothing_is_warned_of_when_all_is_as_planned() -> None:
    assert look(coming()) == []


def test_heat_is_said_with_its_hours_on_the_farms_clock_and_its_chance() -> None:
    hot = frame(np.where(AFTERNOON, 25.0, 20.0), 1.0)
    (found,) = look(coming(frames={"temp": hot}))
    assert (found.category, found.kind, found.severity) == (Category.FORECAST, "heat_ahead", Severity.WARNING)
    assert found.title == "Heat stress likely on Fri 10 Jul, 14–18 h"
    assert found.score > 0.9
    assert "25.0 °C" in found.why[0].evidence
    assert found.check
    assert expected(found, "Europe/Berlin") == "expected Fri 10 Jul 14:00 – 18:00"
    assert expected(replace(found, data={}), "Europe/Berlin") == ""
    (young,) = look(coming(10.0, frames={"temp": hot}))
    assert young.title.startswith("Too warm")


def test_a_wide_interval_makes_it_only_possible() -> None:
    (found,) = look(coming(frames={"temp": frame(np.where(AFTERNOON, 23.0, 20.0), 2.0)}))
    assert found.severity is Severity.INFO
    assert 0.3 <= found.score < 0.5
    assert "possible" in found.title


def test_damp_air_makes_grown_birds_suffer_earlier() -> None:
    warm = frame(np.where(AFTERNOON, 23.4, 20.0), 0.5)
    dry, damp = (look(coming(frames={"temp": warm, "rh": frame(rh, 3.0)})) for rh in (45.0, 85.0))
    assert [found.kind for found in damp][:1] == ["rh_ahead"]
    assert max(found.score for found in damp if found.kind == "heat_ahead") > max([f.score for f in dry], default=0)


def test_cold_and_gases_have_their_limits() -> None:
    found = look(coming(8.0, frames={"temp": frame(16.0, 1.0), "co2": frame(4200, 200), "nh3": frame(8, 2)}))
    assert {item.kind for item in found} == {"cold_ahead", "co2_ahead"}
    assert all("from Fri 10 Jul, 08 h, on" in item.title for item in found)


def test_an_empty_house_has_no_limits_but_a_room_has() -> None:
    frames = {"co2": frame(4200, 200), "temp": frame(40, 1)}
    assert look(coming(frames=frames, ages=None, set_point=None)) == []
    room = House(number=1, kind=HouseKind.ROOM)
    assert [item.kind for item in look(coming(house=room, frames=frames, ages=None, set_point=None))] == ["co2_ahead"]


def test_a_silo_that_runs_empty_and_a_peak_above_all_before_are_said() -> None:
    (silo,) = look(coming(frames={"feed": frame(100.0, 10.0)}, silo_kg=2_500.0))
    assert silo.title == "Silo empty likely on Sat 11 Jul, 09 h"
    assert look(coming(frames={"feed": frame(100.0, 10.0)}, silo_kg=9_000.0)) == []
    peak = (12_000.0, HOURS[3], HOURS[7], 10_000.0)
    (power,) = look(coming(frames={"power": frame(11_000.0, 500.0)}, peaks={"power": peak}))
    assert power.title.startswith("Highest power so far likely on Fri 10 Jul, 11–16 h")


@pytest.mark.parametrize(("limit", "chance"), [(18.0, 0.9), (20.0, 0.5), (22.0, 0.1)])
def test_chances_follow_from_the_interval(limit: float, chance: float) -> None:
    hour = pd.DataFrame({"forecast": [20.0], "lower": [18.0], "upper": [22.0]})
    assert probability_above(hour, limit).iloc[0] == pytest.approx(chance, abs=0.001)
