from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from farmlab.domain import Category, Flock, Severity
from farmlab.findings import seen
from tests.findings.houses import add_to_meter, house, last, look, only


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
    missing = seen.of(finding).frame
    assert (missing["seen"] > missing["upper"]).loc[finding.start :].iloc[1:].all()
    assert (missing["seen"] < missing["upper"]).loc[: finding.start].all()


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
    assert finding.start == datetime(2026, 6, 29, 20, tzinfo=UTC), (
        "when the light went: the first two dark hours tell it"
    )


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
    taken = seen.of(finding).frame.dropna()
    assert (taken["seen"] / taken["expected"]).iloc[-6:].median() == pytest.approx(water, abs=0.06)


def test_another_light_programme_is_another_day() -> None:
    """Birds that get more hours of light spread what they drink over them."""
    wide = house()
    rows = last(wide, 10) & (wide["light_pct"] > 0)
    add_to_meter(wide, "water_l", rows, 0.6)
    assert "water_low" in {found.kind for found in look(wide)}

    wide.loc[last(wide, 24), "light_pct"] = 100.0
    assert "water_low" not in {found.kind for found in look(wide)}


def test_a_leak_is_told_under_another_light_programme_when_it_is_more_than_the_light_may_explain() -> None:
    wide = house()
    wide.loc[last(wide, 24) & np.isin(wide.index.hour, (2, 3)), "light_pct"] = 100.0
    assert {found.kind for found in look(wide)} <= {"temperature_changed"}
    add_to_meter(wide, "water_l", last(wide, 20), 1.7)
    assert only(look(wide), "water_high").data["share"] == pytest.approx(0.7, abs=0.1)
