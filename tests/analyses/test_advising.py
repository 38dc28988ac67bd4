"""Advice on the sample house: composed, shown, and proved by what was done before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from farmlab.analyses import advising
from farmlab.domain import Action, ActionStatus
from farmlab.features import water_feed
from farmlab.findings.advice import Advice, Effect

if TYPE_CHECKING:
    from farmlab.scope import Scope

ADVICE = Advice(
    "more_air",
    "Stale <air>",
    "Raise it by 10 %.",
    "CO₂ 3200 ppm",
    "it falls.",
    Effect(comfort_h_d=2.0),
    shown=("co2_ppm", 0.0, 3000.0),
)


def test_every_house_with_birds_is_looked_at_and_a_missing_balance_says_why(house: Scope) -> None:
    [item] = advising.advised(house)
    assert item.situation.hours["comfortable"].notna().any()
    table = advising.balance_table([item])
    assert table["heat balance"].iloc[0]
    assert "comfortable_h/1" in advising.values([item])


def test_water_to_feed_is_litres_for_each_kilogram(house: Scope) -> None:
    wide, zone = house.wide(1, metric=["water", "feed"]), house.farm.timezone
    kinds = {sensor.column: sensor.counts for sensor in house.sensors(1)}
    litres, kilograms = (
        water_feed.amounts(wide[name], kind=kinds[name], timezone=zone).sum() for name in ("water_l", "feed_kg")
    )
    [item] = advising.advised(house)
    assert item.situation.water_feed == pytest.approx(litres / kilograms)
    assert item.situation.water_feed > 1


def test_a_room_without_a_flock_gets_no_advice(room: Scope) -> None:
    assert advising.advised(room) == []
    assert advising.summary([]) == "Nothing to improve was found"


def test_advice_is_shown_with_its_effect_and_foreign_words_are_harmless(
    house: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(advising.blocks, "display", shown.append)
    [item] = advising.advised(house)
    advising.show([advising.Advised(item.house, item.situation, (ADVICE,))], house)
    assert "Stale &lt;air&gt;" in shown[0].html
    assert "+2.0 comfortable hours a day" in shown[0].text
    assert "CO₂, by hour, ppm" in shown[1].svg


def test_a_step_that_was_done_is_proved_by_the_days_around_it(house: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    known = advising.advice.finding(ADVICE, house=1, start=house.start, until=house.until)
    done = house.until - timedelta(days=4)
    action = Action(finding="F1", step="Raise it. Expected: much.", status=ActionStatus.EXECUTED, at=done)
    monkeypatch.setattr(type(house.store), "findings", lambda self, *a, **k: [known])
    monkeypatch.setattr(type(house.store), "actions", lambda self, *a, **k: [action])
    [row] = advising.proof_table(house).to_dict("records")
    hours = advising.hours_of(house, 1)
    after = hours[(hours.index > pd.Timestamp(done)) & (hours.index <= pd.Timestamp(done) + pd.Timedelta(hours=48))]
    assert row["step"] == "Raise it."
    before = hours[(hours.index > pd.Timestamp(done) - pd.Timedelta(hours=48)) & (hours.index <= pd.Timestamp(done))]
    assert row["comfort before, %"] == round(100 * before["comfortable"].astype(float).mean())
    heating = [one["heaters"].mean() / (one["temp_c"] - one["outside_c"]).mean() * 10 for one in (before, after)]
    assert [row["heaters per 10 °C before"], row["after"]] == [round(one, 2) for one in heating]
    assert row["heaters per 10 °C before"] != row["after"]
    assert row["comfort after, %"] == round(100 * after["comfortable"].astype(float).mean())


def test_a_step_done_for_an_earlier_flock_cannot_be_proved(house: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    known = advising.advice.finding(ADVICE, house=1, start=house.start, until=house.until)
    done = house.until - timedelta(days=60)
    action = Action(finding="F1", step="Raise it.", status=ActionStatus.EXECUTED, at=done)
    monkeypatch.setattr(type(house.store), "findings", lambda self, *a, **k: [known])
    monkeypatch.setattr(type(house.store), "actions", lambda self, *a, **k: [action])
    assert advising.proof_table(house).empty


def test_what_heat_is_worth_is_said_of_the_heat(house: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FARMLAB_PRICES", '{"energy_kwh": 0.1}')
    shown: list[Any] = []
    monkeypatch.setattr(advising.blocks, "display", shown.append)
    [item] = advising.advised(house)
    dear = replace(ADVICE, effect=Effect(-200.0, -260.0, -150.0, comfort_h_d=2.0), shown=("", 0.0, 0.0))
    advising.show([replace(item, advice=(dear,))], house)
    assert "costs about 200 kWh of heat a day (150 to 260)" in shown[0].text
    assert "; the heat is worth 20 EUR a day" in shown[0].text


def test_one_piece_of_advice_is_one(house: Scope) -> None:
    [item] = advising.advised(house)
    assert advising.summary([replace(item, advice=(ADVICE,))]).startswith("1 piece of advice for 1 of 1 houses.")
