from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from farmlab.domain import Flock, House
from farmlab.errors import UnknownName
from farmlab.features import flock


@pytest.mark.parametrize(("breed", "age", "weight"), [("ross308", 0, 44), ("ross308", 35, 2296), ("cobb500", 42, 3278)])
def test_breed_tables_hold_the_published_weights(breed: str, age: int, weight: float) -> None:
    assert flock.targets(breed).loc[age, "bw_g"] == weight
    assert flock.target_at(breed, float(age), "bw_g") == weight


def test_breed_tables_agree_with_themselves() -> None:
    for breed in flock.BREEDS:
        table = flock.targets(breed)
        assert list(table.index) == list(range(57))
        assert (table["bw_g"].diff().dropna() > 0).all()
        assert table["feed_g_d"].cumsum().iloc[-1] == pytest.approx(table["cum_feed_g"].iloc[-1], rel=0.005)


def test_an_unknown_breed_is_refused_by_name_and_missing_as_a_target() -> None:
    with pytest.raises(UnknownName, match="ross308"):
        flock.targets("ros308")
    assert np.isnan(flock.target_at("Lohmann Brown", 10.0, "bw_g"))
    assert flock.target_at("", pd.Series([1.0, 2.0]), "bw_g").isna().all()


def test_a_changed_copy_of_the_targets_changes_nothing_else() -> None:
    copied = flock.targets("ross308")
    copied.loc[0, "bw_g"] = -1
    assert flock.targets("ross308").loc[0, "bw_g"] == 44


def test_age_changes_at_the_farms_midnight_and_is_missing_between_flocks() -> None:
    flocks = [
        Flock(house=1, placed_on=date(2026, 3, 1), ended_on=date(2026, 3, 2)),
        Flock(house=1, placed_on=date(2026, 3, 28)),
    ]
    times = pd.to_datetime(
        ["2026-02-28T22:59Z", "2026-02-28T23:00Z", "2026-03-02T22:59Z", "2026-03-02T23:00Z", "2026-03-29T22:00Z"]
    )
    ages = flock.age_days(times, flocks, timezone="Europe/Berlin")
    np.testing.assert_array_equal(ages, [np.nan, 0, 1, np.nan, 2])  # the last one after the change to summer time


def test_set_points_are_the_houses_own_then_the_breeds_then_none() -> None:
    ross = Flock(house=1, placed_on=date(2026, 3, 1), breed="Ross 308")
    assert flock.set_points(House(number=1, set_points=((0.0, 31.0),)), ross) == ((0.0, 31.0),)
    assert flock.set_points(House(number=1), ross)[0] == (0.0, 30.0)
    assert flock.set_points(House(number=1), None) == ()
    assert flock.set_points(House(number=1), Flock(house=1, placed_on=date(2026, 3, 1))) == ()


def test_days_behind_is_the_distance_along_the_breeds_curve() -> None:
    assert flock.days_behind("Ross 308", 35, 2296) == pytest.approx(0)
    assert flock.days_behind("Ross 308", 35, 1616) == pytest.approx(7)
    assert flock.days_behind("Ross 308", 35, 2998) == pytest.approx(-7)
    assert np.isnan(flock.days_behind("", 35, 2000))
    assert np.isnan(flock.days_behind("ross308", 35, float("nan")))
