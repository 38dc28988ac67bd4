"""A whole flock in constant weather: heat, growth, feed, water, losses, and the empty house after it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from farmlab.simulator import air, plan
from farmlab.simulator.channels import COLUMN
from farmlab.simulator.weather import Weather
from tests.simulator.houses import DAY, house

if TYPE_CHECKING:
    from farmlab.simulator.arrays import Floats
    from farmlab.simulator.engine import Engine
    from farmlab.simulator.timeline import Day

ANCHOR = datetime(2026, 3, 10, 12, tzinfo=UTC)


def constant(temp: float):
    def weather(seed: int, day: Day) -> Weather:
        same = np.full(day.blocks, temp)
        ratio = air.humidity_ratio(same, 80.0)
        return Weather(same, ratio, np.full(day.blocks, 80.0), np.full(day.blocks, 3.0), np.zeros(day.blocks))

    return weather


@cache
def lived(temp: float, days: int = 45) -> tuple[Engine, Floats]:
    """House 1 from the day before placement on, with 45 days into the empty time, at this outside temperature."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "_weather", constant(temp))
        engine = house(1, 0, anchor=ANCHOR, settle_hours=0)
        _, rows = engine.forward(engine.state.minute + days * DAY, [], every=60)
    return engine, engine.rounded(np.array(rows))


def column(key: str, temp: float = 5.0, *, age: tuple[int, int] = (0, 42)) -> Floats:
    _, rows = lived(temp)
    days = rows[:, COLUMN["Growth_Day"]]
    return rows[(days >= age[0]) & (days <= age[1]), COLUMN[key]]


@pytest.mark.parametrize(
    ("temp", "days", "low", "high"), [(-5.0, 22, 1.8, 4.5), (5.0, 45, 0.9, 2.2), (15.0, 22, 0.2, 0.8)]
)
def test_heat_per_bird_is_in_the_range_of_the_literature(temp: float, days: int, low: float, high: float) -> None:
    engine, rows = lived(temp, days) if days < 45 else lived(temp)
    placed = np.nanmax(rows[:, COLUMN["Current_Birds_Count_In_House"]])
    assert low < engine.state.heat / 3.6e6 / placed < high


def test_birds_weigh_what_the_breed_promises_less_a_little() -> None:
    weight = column("Average_Weight", age=(35, 35))[-1]
    assert 0.85 * 2296 < weight < 1.1 * 2521


def test_water_follows_feed() -> None:
    for age in (12, 22, 30):
        water, feed = column("Daily_Water", age=(age, age)).max(), column("Daily_Feed", age=(age, age)).max()
        assert 1.5 < water / feed < 2.4


def test_losses_are_those_of_an_ordinary_flock() -> None:
    engine, _ = lived(5.0)
    birds = column("Current_Birds_Count_In_House", age=(1, 30))
    assert 0.005 < 1 - birds[-1] / birds[0] < 0.05
    assert engine.state.birds == 0


def test_the_set_point_is_kept() -> None:
    away = column("Average_Temperature", age=(1, 38)) - column("Set_Temperature", age=(1, 38))
    assert np.percentile(np.abs(away), 95) < 1.8


def test_air_is_fit_for_birds() -> None:
    assert np.percentile(column("CO2", age=(8, 38)), 95) < 3500
    assert 40 < np.median(column("Inside_Humidity", age=(8, 38))) < 75
    assert column("Ammonia", age=(0, 5)).mean() < 2 < column("Ammonia", age=(30, 38)).mean() < 22


def test_birds_rest_in_the_dark() -> None:
    _, rows = lived(5.0)
    old = (rows[:-1, COLUMN["Growth_Day"]] > 10) & (rows[:-1, COLUMN["Growth_Day"]] < 30)
    hourly = np.clip(np.diff(rows[:, COLUMN["Daily_Water"]]), 0, None)
    dark = rows[:-1, COLUMN["Light1"]] == 0
    assert hourly[old & dark].mean() < 0.25 * hourly[old & ~dark].mean()


def test_an_empty_house_looks_like_one() -> None:
    empty = column("CO2", age=(-2, -2))
    assert np.abs(empty[24:] - 420).max() < 150
    assert column("Daily_Water", age=(-2, -2)).max() == 0
    assert np.isnan(column("Current_Birds_Count_In_House", age=(-2, -2))).all()
    assert np.isnan(column("Average_Weight", age=(-2, -2))).all()
    assert column("Exh_Fans", age=(-2, -2)).max() == 0
    assert column("Average_Temperature", age=(-2, -2))[12:].mean() < 12


def test_a_house_is_warm_before_the_chicks_come() -> None:
    assert column("Heaters", age=(-1, -1)).max() > 0
    assert column("Average_Temperature", age=(-1, -1))[-1] > 29
    assert np.isnan(column("Current_Birds_Count_In_House", age=(-1, -1))).all()


def test_the_feed_in_the_silos_goes_down_and_is_brought_again() -> None:
    stock = column("Silo_1") + column("Silo_2")
    assert stock.min() >= 0
    assert np.diff(stock).max() > 10_000
    assert (np.diff(stock) < 0).mean() > 0.3
