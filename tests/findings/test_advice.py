"""Advice on hours whose truth is known: a house made of its own heat balance."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from farmlab.errors import InsufficientData
from farmlab.features import house_hours
from farmlab.findings import advice, advice_rules
from farmlab.models import house_heat
from farmlab.models.house_heat import HouseHeat

TRUE = HouseHeat(ua_w_k=2600, flow_share=0.9, heater_w=34_000, held_out=1.0, error=0.0, nights=0)


def hours(days: int = 12, *, co2_ppm: float = 2780, rh_pct: float = 60, nh3_ppm: float = 8) -> pd.DataFrame:
    """A heated house of 20 000 birds in winter, whose heaters follow the balance ``TRUE``."""
    index = pd.date_range("2026-01-10", periods=24 * days, freq="h", tz="UTC", name="time")
    random, hour = np.random.default_rng(3), index.hour.to_numpy()
    table = pd.DataFrame(index=index)
    table["set_c"] = 27.0
    table["temp_c"] = 26.8 + random.normal(0, 0.1, len(index))
    table["outside_c"] = 2 + 3 * np.sin((hour - 9) / 24 * 2 * np.pi) + np.repeat(random.normal(0, 3, days), 24)
    table["rh_pct"], table["rh_outside_pct"] = rh_pct + random.normal(0, 1, len(index)), 85.0
    table["co2_ppm"], table["nh3_ppm"] = co2_ppm + random.normal(0, 30, len(index)), nh3_ppm
    table["airflow_m3h"] = 14_000.0 + 60 * np.arange(len(index)) / 24
    table["level_pct"], table["pad"], table["light_pct"] = 3.0, 0.0, np.where(hour < 6, 0.0, 30.0)
    table["weight_g"], table["birds"], table["age_d"] = 500.0 + 30 * np.arange(len(index)) / 24, 20_000.0, 14.0
    table["spread_c"] = 0.8
    birds = 20_000 * 10.62 * (table["weight_g"] / 1000) ** 0.75 * (1 + 0.02 * (20 - table["temp_c"]))
    table["heat_w"], table["sensible_w"] = birds, birds * house_hours.sensible_share(table["temp_c"])
    table["night"] = (hour > 20) | (hour <= 7)
    table["heaters"] = TRUE.heaters(table) + np.abs(random.normal(0, 0.1, len(index)))
    table["comfortable"] = house_hours.comfortable(table)
    return table


def situation(table: pd.DataFrame) -> advice.Situation:
    return advice.Situation(table.iloc[-72:], house_heat.fit(table), house_heat.refitted(table))


def test_the_balance_finds_the_house_again_and_says_how_well():
    found = house_heat.fit(hours())
    assert found.heater_w == pytest.approx(TRUE.heater_w, rel=0.2)
    assert found.ua_w_k == pytest.approx(TRUE.ua_w_k, rel=0.25)
    assert found.trusted
    assert found.error < 0.3


def test_a_house_without_heated_nights_has_no_balance():
    with pytest.raises(InsufficientData, match="0 heated night hours"):
        house_heat.fit(hours().assign(heaters=0.0))


def test_sensors_that_say_nothing_of_heating_are_not_trusted():
    table = hours()
    table["heaters"] = np.random.default_rng(1).permutation(table["heaters"].to_numpy()) + 1
    assert not house_heat.fit(table).trusted


def test_less_air_thins_nothing_out_and_saves_what_the_balance_says():
    table = hours()
    other = house_heat.changed(table, air=0.8)
    assert np.allclose(other["co2_ppm"] - 420, (table["co2_ppm"] - 420) / 0.8)
    assert (other["rh_pct"] > table["rh_pct"]).all()
    warmer = table["temp_c"] - table["outside_c"]
    expected = (0.2 * 0.9 * house_heat.AIR_WH_M3_K * table["airflow_m3h"] * warmer).mean() * 24 / 1000
    assert house_heat.saved_kwh_d(TRUE, table, other) == pytest.approx(expected, rel=0.02)


def test_fresh_air_in_a_heated_house_is_advised_to_be_less():
    [one] = advice_rules.advise(situation(hours(co2_ppm=1800, rh_pct=38)))
    assert (one.kind, one.factor) == ("less_air", 0.8)
    assert one.effect.low <= one.effect.kwh_d <= one.effect.high
    assert one.effect.kwh_d > 100
    assert "20 %" in one.do


def test_less_air_is_not_advised_where_milder_weather_would_make_it_damp():
    dry = hours(co2_ppm=1800, rh_pct=50)
    now = situation(dry)
    milder = house_heat.changed(now.hours, milder_c=advice_rules.MILDER_C)
    gained = (milder["rh_pct"] - now.hours["rh_pct"]).mean()
    assert 8 < gained < 20
    assert np.allclose(milder["co2_ppm"], now.hours["co2_ppm"])
    damp = situation(hours(co2_ppm=1800, rh_pct=66 - gained))
    assert [one.kind for one in advice_rules.advise(damp)] == []
    drier = situation(hours(co2_ppm=1800, rh_pct=58 - gained))
    assert [one.kind for one in advice_rules.advise(drier)] == ["less_air"]


def test_stale_air_is_advised_to_be_more_and_what_it_costs_is_said():
    [one] = advice_rules.advise(situation(hours(co2_ppm=3150)))
    assert one.kind == "more_air"
    assert one.effect.comfort_h_d > 5
    assert one.effect.comfort_low <= one.effect.comfort_h_d <= one.effect.comfort_high <= 24
    assert "costs about" in one.effect.sentence
    assert f"({one.effect.comfort_low:.0f} to {one.effect.comfort_high:.0f})" in one.effect.sentence
    assert one.shown == ("co2_ppm", 0.0, 3000.0)


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        (advice.Effect(10, -5, 25), "saves about 10 kWh of heat a day (−5 to 25)"),
        (advice.Effect(-5, -20, 8), "costs about 5 kWh of heat a day (−8 to 20)"),
        (advice.Effect(-200, -260, -150), "costs about 200 kWh of heat a day (150 to 260)"),
        (advice.Effect(30), "saves about 30 kWh of heat a day"),
        (advice.Effect(comfort_h_d=1.0, comfort_low=-1, comfort_high=3), "+1.0 comfortable hours a day (−1 to 3)"),
        (advice.Effect(), "no change of energy or comfort that could be foretold"),
    ],
)
def test_an_effect_that_may_be_none_says_so_by_the_signs_of_its_range(effect, said):
    assert effect.sentence == said


def test_air_that_is_just_right_is_left_alone():
    assert advice_rules.advise(situation(hours())) == []


def test_without_a_trusted_balance_nothing_is_said_of_energy():
    now = situation(hours(co2_ppm=1800, rh_pct=50))
    assert now.model is not None
    [one] = advice_rules.advise(replace(now, model=replace(now.model, held_out=0.0)))
    assert np.isnan(one.effect.kwh_d)
    assert "kWh" not in one.effect.sentence


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"spread_c": 3.2}, "uneven"),
        ({"pad": 1.0}, "cooling_early"),
        ({"temp_c": 34.0, "pad": 0.0, "rh_outside_pct": 40.0}, "cooling_late"),
    ],
)
def test_habits_are_named(change, kind):
    now = advice.Situation(hours().iloc[-72:].assign(**change))
    assert kind in [one.kind for one in advice_rules.advise(now)]


def test_days_warmer_than_nights_are_said_with_their_sizes():
    table = hours().iloc[-72:]
    table["temp_c"] = table["temp_c"].mask(~table["night"], table["temp_c"] + 2)
    found = {one.kind: one for one in advice_rules.advise(advice.Situation(table))}
    assert "2.0 °C warmer" in found["day_and_night"].title


def test_water_that_does_not_go_with_feed_is_said_for_birds_old_enough():
    table = hours().iloc[-72:]
    assert [one.kind for one in advice_rules.advise(advice.Situation(table, water_feed=2.6))] == ["water_feed"]
    assert advice_rules.advise(advice.Situation(table.assign(age_d=5.0), water_feed=2.6)) == []


def test_half_a_day_of_readings_is_too_little_for_advice():
    assert advice_rules.advise(advice.Situation(hours(co2_ppm=3150).iloc[-12:])) == []


def test_as_a_finding_it_is_for_information_with_its_step_its_effect_and_its_proof():
    [one] = advice_rules.advise(situation(hours(co2_ppm=3150)))
    until = datetime(2026, 1, 22, tzinfo=UTC)
    found = advice.finding(one, house=3, start=until, until=until)
    assert (found.category, found.severity, found.house) == ("optimisation", "info", 3)
    assert "Expected:" in found.check[0]
    assert "Verify:" in found.check[0]
