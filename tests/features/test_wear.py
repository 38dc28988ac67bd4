"""Signs of wear, from readings of a house that is well and of one that is getting worse."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from farmlab.domain import Flock
from farmlab.features import degradation, machine_rows, wear
from farmlab.features import flock as birds

DAYS = 16
SIGN = {sign.name: sign for sign in degradation.SIGNS}


def house(*, worn: float = 0.0, leak_lph: float = 0.0, days: int = DAYS) -> pd.DataFrame:
    """Two side fans that run all the time; over the last four days they lose a share of their air, or water runs."""
    random = np.random.default_rng(3)
    index = pd.date_range("2026-03-02", periods=days * 144, freq="10min", tz="UTC", name="time")
    late = np.clip((np.arange(len(index)) / 144 - (days - 4)) / 4, 0, 1)
    pressure = 20 + random.normal(0, 1, len(index))
    lit = (index.hour >= 4) & (index.hour < 22)
    age = pd.Series(10 + np.arange(len(index)) / 144, index=index)
    wanted = 30 * birds.target_at("ross308", age, "water_ml_d").to_numpy() / 108
    litres = np.where(lit, wanted, 0.02 * wanted) + leak_lph * late / 6
    day = pd.Series(litres, index=index).groupby(index.date).cumsum()
    return pd.DataFrame(
        {
            "fans_exhaust_running": 2.0,
            "fans_tunnel_running": 0.0,
            "pressure_pa": pressure,
            "pressure_set_pa": 20.0,
            "inlet_pct_1": 100 * (0.30 * (1 - worn * late) - degradation.LEAK_OPENING),
            "light_pct": np.where(lit, 100.0, 0.0),
            "water_l": day,
            "birds_n": 30_000.0,
        },
        index=index,
    )


def ages_of(wide: pd.DataFrame) -> pd.Series:
    flock = Flock(house=1, placed_on=date(2026, 2, 20), breed="ross308")
    return birds.age_days(pd.DatetimeIndex(wide.index), [flock], timezone="UTC")


def measured(wide: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return wear.all_measures(degradation.signs(wide, ages_of(wide), breed="ross308"))


def test_fans_that_lose_air_stand_out_and_others_do_not() -> None:
    well, worn = measured(house()), measured(house(worn=0.2))
    assert worn["side_air"]["now"].iloc[-1] > 0.8
    assert worn["side_air"]["slope"].iloc[-1] > 0.15
    assert abs(well["side_air"]["now"].iloc[-1]) < 0.1
    for name in ("night_flow", "water_hours"):
        pd.testing.assert_frame_equal(well[name], worn[name])


def test_a_leak_runs_in_the_dark() -> None:
    leaking = measured(house(leak_lph=90.0))["night_flow"]
    assert leaking["level"].iloc[-1] > 0.8
    assert leaking["slope"].iloc[-1] > 0


def test_the_limit_is_told_before_it_is_crossed() -> None:
    wide = house(worn=0.17)
    known = wide.iloc[: -144 * 1]
    signs = degradation.signs(known, ages_of(known), breed="ross308")
    near = wear.crossing(signs["side_air"], SIGN["side_air"])
    assert near is not None
    assert 0.5 < near.level < 1.0
    assert 0 < near.earliest <= near.hours <= near.latest < 72
    well = degradation.signs(house(), ages_of(house()), breed="ross308")
    assert wear.crossing(well["side_air"], SIGN["side_air"]) is None


def test_what_birds_drink_foretells_no_wear() -> None:
    hours = pd.date_range("2026-03-02", periods=400, freq="1h", tz="UTC")
    noise = np.random.default_rng(1).normal(0, 0.005, 400)
    rising = pd.Series(np.clip(np.arange(400) - 280, 0, None) / 120 * 0.2 + noise, index=hours)
    assert wear.crossing(rising, SIGN["side_air"]) is not None
    for name in ("water_day", "water_hours"):
        assert measured(house())[name]["now"].notna().any()
        assert wear.crossing(rising, SIGN[name]) is None


def test_values_that_look_back_over_a_day_need_more_than_three_days_for_a_trend() -> None:
    random = np.random.default_rng(5)
    hours = pd.date_range("2026-03-02", periods=500, freq="1h", tz="UTC")
    told = {"plain": 0, "smooth": 0}
    daily = degradation.Sign("smooth", "auger", "", 0.4, over_h=24)
    plain = degradation.Sign("plain", "auger", "", 0.4)
    for _ in range(60):
        noise = pd.Series(random.normal(0, 1, 500), index=hours).rolling(24).mean()
        told["smooth"] += wear.crossing(noise, daily) is not None
        told["plain"] += wear.crossing(noise, plain) is not None
    assert told["smooth"] <= 4 < told["plain"]
    worse = pd.Series(np.clip(np.arange(500) - 250, 0, None) / 250 * 0.35, index=hours)
    noisy = worse + pd.Series(random.normal(0, 0.1, 500), index=hours).rolling(24).mean()
    assert wear.crossing(noisy, daily) is not None


@pytest.mark.parametrize("cut", [0.4, 0.83])
def test_nothing_later_changes_what_was_told(cut: float) -> None:
    wide = house(worn=0.3, leak_lph=60.0)
    rows = int(cut * len(wide)) // 6 * 6 + 1
    whole, early = measured(wide), measured(wide.iloc[:rows])
    for name, table in early.items():
        pd.testing.assert_frame_equal(table, whole[name].loc[table.index])


def test_an_empty_house_and_missing_sensors_tell_nothing() -> None:
    wide = house()
    empty = degradation.signs(wide, pd.Series(np.nan, index=wide.index))
    assert empty.isna().all().all()
    bare = wide[["water_l"]] * np.nan
    assert degradation.signs(bare, ages_of(bare)).drop(columns="gaps").isna().all().all()


def test_rows_know_what_happened_only_after_it_did() -> None:
    wide = house()
    moments = pd.DatetimeIndex(wide.index[[-288, -1]])
    done = moments[0] + pd.Timedelta(hours=1)
    told = {"side_fans": machine_rows.Happened(failed=(done,), mended=(done,), alarms=(done,))}
    ages = ages_of(wide)
    rows = machine_rows.rows(measured(wide), degradation.duty(wide), ages, moments, told).loc["side_fans"]
    assert rows["failed_30d"].tolist() == [0, 1]
    assert rows["mended_d"].tolist() == [machine_rows.LONG_AGO_D, pytest.approx(2, abs=0.1)]
    assert rows["alarms_7d"].tolist() == [0, 1]
