"""Figures of flocks against sums done by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from farmlab.features import flock_figures


def days(**columns: list[float]) -> pd.DataFrame:
    """Ten days of a flock that gains 50 g a day; the last day still runs."""
    table = pd.DataFrame({"age_d": np.arange(20, 30), "complete": [True] * 9 + [False]})
    table["weight_g"] = 1000.0 + 50 * np.arange(10)
    table["fcr"], table["mortality_pct"], table["birds"], table["dead"] = 1.25, 2.0, 1000.0, 3.0
    table["feed_g_bird"], table["water_ml_bird"] = 100.0, 180.0
    return table.assign(**columns)


def test_a_flock_stands_as_on_its_last_complete_day():
    now = flock_figures.standing(days())
    assert (now["age_d"], now["weight_g"], now["gain_g_d"]) == (28, 1400, 50)
    assert now["epef"] == pytest.approx(98 * 1.4 / (28 * 1.25) * 100)


def test_an_earlier_age_is_looked_up_and_one_that_was_not_seen_is_missing():
    assert flock_figures.standing(days(), age_d=24)["weight_g"] == 1200
    assert np.isnan(flock_figures.standing(days(), age_d=12)["weight_g"])


def test_a_week_is_summed_over_its_seven_complete_days():
    week = flock_figures.week(days())
    assert week["days"] == 7
    assert week["feed_kg"] == 700
    assert week["water_l"] == 1260
    assert week["gained_kg"] == 350  # seven steps of 50 g, 1000 birds
    assert week["lost"] == 21


def test_a_day_without_a_meter_leaves_the_sum_unknown_rather_than_small():
    feed = [100.0] * 5 + [np.nan] + [100.0] * 4
    assert np.isnan(flock_figures.week(days(feed_g_bird=feed))["feed_kg"])


def test_a_flock_without_a_complete_day_has_no_figures():
    empty = flock_figures.standing(days(complete=[False] * 10))
    assert all(np.isnan(value) for value in empty.values())
    assert flock_figures.week(days(complete=[False] * 10))["days"] == 0
