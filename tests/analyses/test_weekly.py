"""The weekly report on the sample house: its tables agree with the readings they come from."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from farmlab import config
from farmlab.analyses import daily, weekly
from farmlab.domain import Category, Finding
from farmlab.errors import ConfigError

if TYPE_CHECKING:
    from farmlab.scope import Scope


def test_money_is_shown_only_where_prices_are_configured(house: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    days = daily.flocks(house)
    assert not [column for column in weekly.cost_table(house, days) if column.startswith("cost")]
    assert "No prices" in weekly.cost_note()
    monkeypatch.setenv("FARMLAB_PRICES", '{"feed_kg": 0.5, "water_m3": 2}')
    table = weekly.cost_table(house, days)
    assert table["cost, EUR"].iloc[0] == 0.5 * table["feed, kg"].iloc[0] + 2 * table["water, m³"].iloc[0]
    assert "feed, kg 0.5 EUR" in weekly.cost_note()


def test_amounts_of_the_week_are_those_of_its_days_in_their_units(house: Scope) -> None:
    days = daily.flocks(house)
    [cost], [comes] = (
        table(house, days).to_dict("records") for table in (weekly.cost_table, weekly.coming_table)
    )  # fmt: skip
    whole = days[1][days[1]["complete"]].tail(7)
    assert cost["water, m³"] == pytest.approx((whole["water_ml_bird"] * whole["birds"]).sum() / 1e6, rel=0.02)
    assert cost["feed, kg"] == pytest.approx((whole["feed_g_bird"] * whole["birds"]).sum() / 1e3, rel=0.02)
    assert 0.5 < float(comes["feed to come, kg"]) / cost["feed, kg"] < 3, "a week ahead is like the week before"


def test_only_the_hours_within_the_week_count(house: Scope) -> None:
    base = Finding(category=Category.SENSOR, kind="stuck", house=1, subject="temp_c", start=house.start, title="Stuck")
    long = replace(base, start=house.start - timedelta(days=3))
    over = replace(base, start=house.start - timedelta(days=3), end=house.start + timedelta(hours=2))
    hours = (house.until - house.start) / timedelta(hours=1)
    assert weekly.happened_table([long, over], house)["hours"].tolist() == [hours, 2.0]


def test_the_flock_before_is_the_last_one(house: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    now = house.flocks[1]
    assert now is not None
    older, newer = (replace(now, placed_on=now.placed_on - timedelta(days=days)) for days in (120, 60))
    asked: list[object] = []

    def days_of(lab: Scope, place: object, one: object) -> pd.DataFrame:
        asked.append(one)
        return daily.flocks(house)[1]

    monkeypatch.setattr(weekly, "_days_of", days_of)
    monkeypatch.setattr(type(house), "all_flocks", [older, newer, now])
    [stands] = weekly.standing_table(house, daily.flocks(house)).to_dict("records")
    assert asked == [newer]
    assert stands[weekly.LAST]


def test_a_price_of_something_unknown_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FARMLAB_PRICES", '{"fed_kg": 0.5}')
    with pytest.raises(ConfigError, match=r"prices.*fed_kg.*feed_kg"):
        config.load()


def test_a_flock_stands_beside_its_target_and_goes_on_from_there(house: Scope) -> None:
    days = daily.flocks(house)
    [stands], [comes] = (weekly.standing_table(house, days).to_dict("records"),
                         weekly.coming_table(house, days).to_dict("records"))  # fmt: skip
    assert "(target" in stands["weight, g"]
    assert int(comes["age in a week, d"]) == int(stands["age, d"]) + 7
    assert int(comes["weight then, g"]) > int(stands["weight, g"].split()[0])
    assert weekly.LAST not in stands, "the sample house has no earlier flock"


def test_what_only_may_come_has_not_happened(house: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = Finding(category=Category.SENSOR, kind="stuck", house=1, subject="temp_c", start=house.start, title="Stuck")
    ahead = replace(stuck, category=Category.FORECAST, kind="silo_ahead", title="Silo empty likely")
    monkeypatch.setattr(type(house.store), "findings", lambda self, *a, **k: [stuck, ahead])
    assert weekly.happened(house) == [stuck]
    assert weekly.sentence([stuck], pd.DataFrame(), house) == "1 finding in 1 of 1 house"
    assert weekly.sentence([replace(stuck, house=0)], pd.DataFrame(), house) == "1 finding"


def test_the_week_in_one_sentence(house: Scope) -> None:
    found = weekly.happened(house)
    assert all(one.severity != "info" for one in found)
    said = weekly.sentence(found, weekly.standing_table(house, daily.flocks(house)), house)
    assert said.startswith("A week without findings" if not found else f"{len(found)} finding")
