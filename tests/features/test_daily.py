from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from farmlab.domain import Flock, House
from farmlab.features import flock as birds
from farmlab.features.daily import COLUMNS, daily

ZONE = "America/Chicago"
FLOCK = Flock(house=1, placed_on=date(2026, 7, 1), breed="ross308", birds_placed=10_000)
HOUSE = House(number=1)


def on_target(days: int, *, start: str = "2026-07-01") -> pd.DataFrame:
    """A flock that does exactly what its breed should; ten die each day."""
    times = pd.date_range(start, periods=days * 24, freq="1h", tz=ZONE) + pd.Timedelta(hours=1)
    since = (times - pd.Timedelta(seconds=1)).normalize()
    age = (since.tz_localize(None) - pd.Timestamp(FLOCK.placed_on)).days.to_numpy()
    share = np.asarray((times - since) / pd.Timedelta(days=1))
    table = birds.targets("ross308")
    alive = 10_000 - 10.0 * (age + 1)
    return pd.DataFrame(
        {
            "weight_g": table["bw_g"].reindex(age).to_numpy(),
            "water_l": table["water_ml_d"].reindex(age).to_numpy() / 1000 * alive * share,
            "feed_kg": table["feed_g_d"].reindex(age).to_numpy() / 1000 * alive * share,
            "mortality_n": np.where(share > 0.4, 10.0, 0.0),
            "birds_n": alive,
            "temp_c": 30.0,
            "rh_pct": 60.0,
        },
        index=times.tz_convert("UTC"),
    )


def test_a_flock_on_target_is_on_target_in_every_column() -> None:
    table = daily(on_target(15), FLOCK, HOUSE, ZONE)
    assert list(table.columns) == list(COLUMNS)
    assert table["age_d"].tolist() == list(range(15))
    assert table["complete"].all()
    last = table.iloc[-1]
    assert last["weight_g"] == last["weight_target_g"] == 533
    assert last["days_behind_d"] == pytest.approx(0)
    assert last["water_ml_bird"] == pytest.approx(last["water_target_ml_bird"])
    assert last["feed_g_bird"] == pytest.approx(last["feed_target_g_bird"])
    assert last["water_feed"] == pytest.approx(last["water_feed_target"], rel=0.01)
    assert last["mortality_pct"] == pytest.approx(1.5)
    assert last["fcr"] == pytest.approx(last["fcr_target"], rel=0.01)
    assert last["temp_set_c"] == 24.3  # the breed's curve: the house has none
    assert last["thi_c"] == pytest.approx(0.85 * 30 + 0.15 * 23.9, abs=0.1)


def test_sums_since_placement_are_missing_when_the_readings_begin_later() -> None:
    table = daily(on_target(5, start="2026-07-11"), FLOCK, HOUSE, ZONE)
    assert table["age_d"].tolist() == [10, 11, 12, 13, 14]
    assert table["mortality_pct"].isna().all()
    assert table["fcr"].isna().all()
    assert table["water_ml_bird"].notna().all()


def test_the_running_day_is_there_and_not_complete() -> None:
    table = daily(on_target(3).iloc[:-10], FLOCK, HOUSE, ZONE)
    assert table["complete"].tolist() == [True, True, False]


def test_what_is_unknown_is_missing_and_never_guessed() -> None:
    unknown = Flock(house=1, placed_on=date(2026, 7, 1))
    table = daily(on_target(3)[["temp_c", "water_l", "mortality_n"]], unknown, HOUSE, ZONE)
    for column in ("weight_target_g", "water_ml_bird", "mortality_pct", "temp_set_c", "thi_c", "days_behind_d"):
        assert table[column].isna().all(), column
    assert table["dead"].tolist() == [10.0, 10.0, 10.0]


def test_nothing_before_placement_or_after_the_end_counts() -> None:
    ended = Flock(house=1, placed_on=date(2026, 7, 2), ended_on=date(2026, 7, 3), breed="ross308", birds_placed=10_000)
    table = daily(on_target(6), ended, HOUSE, ZONE)
    assert table["age_d"].tolist() == [0, 1]
