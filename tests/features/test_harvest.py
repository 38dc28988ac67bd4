from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from farmlab.domain import Flock
from farmlab.features import flock as birds
from farmlab.features.harvest import to_harvest

PLACED = date(2026, 7, 1)


def days(age: int, *, ratio: float = 0.9, noise: float = 0.0, seed: int = 0) -> pd.DataFrame:
    ages = pd.Series(np.arange(age + 1, dtype=float))
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"age_d": ages.astype(int), "complete": ages < age, "birds": 20_000.0})
    for column, target in (("weight_g", "bw_g"), ("feed_g_bird", "feed_g_d"), ("water_ml_bird", "water_ml_d")):
        walk = ratio + rng.normal(0, noise, age + 1).cumsum()
        table[column] = birds.target_at("ross308", ages, target) * walk
    return table


def lived(**change: object) -> Flock:
    return Flock(house=1, placed_on=PLACED, breed="Ross 308", **change)  # type: ignore[arg-type]


def test_the_curve_is_scaled_to_the_flock_and_amounts_are_those_of_the_house() -> None:
    ahead = to_harvest(days(20), lived(expected_harvest=date(2026, 8, 5)))
    assert ahead is not None
    assert (ahead.days, ahead.planned) == (16, True)
    table = ahead.table.set_index("series")
    assert table.loc["weight", "expected"] == pytest.approx(0.9 * birds.target_at("ross308", 35.0, "bw_g"))
    feed = sum(birds.target_at("ross308", float(age), "feed_g_d") for age in range(20, 36))
    assert table.loc["feed", "expected"] == pytest.approx(0.9 * feed * 20)
    assert table.loc["feed", "target"] == pytest.approx(feed * 20)
    assert (table["lower"] < table["expected"]).all()
    assert (table["expected"] < table["upper"]).all()


def test_the_interval_grows_with_the_days_to_go_and_with_how_a_flock_wanders() -> None:
    near, far = (to_harvest(days(20), lived(expected_harvest=date(2026, 7, day))) for day in (23, 31))
    calm, wild = (to_harvest(days(20, noise=noise), lived()) for noise in (0.0, 0.05))
    assert near is not None
    assert far is not None
    assert calm is not None
    assert wild is not None
    for less, more in ((near, far), (calm, wild)):
        width, other = (one.table["upper"] - one.table["lower"] for one in (less, more))
        assert (width < other).all()


def test_four_of_five_flocks_end_inside() -> None:
    inside = []
    for seed in range(60):
        whole = days(36, noise=0.015, seed=seed)
        ahead = to_harvest(whole.iloc[:26].assign(complete=True), lived(expected_harvest=date(2026, 8, 5)))
        assert ahead is not None
        row, came = ahead.table.iloc[0], whole["weight_g"].iloc[35]
        inside.append(row["lower"] <= came <= row["upper"])
    assert np.mean(inside) == pytest.approx(0.8, abs=0.13)


def test_without_a_breed_complete_days_or_time_to_go_nothing_is_said() -> None:
    assert to_harvest(days(20), Flock(house=1, placed_on=PLACED, breed="Lohmann")) is None
    assert to_harvest(days(20).assign(complete=False), lived()) is None
    assert to_harvest(days(20), lived(expected_harvest=date(2026, 7, 10))) is None
    assert to_harvest(days(4), lived()) is None
    assumed = to_harvest(days(20), lived())
    assert assumed is not None
    assert (assumed.planned, assumed.on) == (False, date(2026, 8, 12))
