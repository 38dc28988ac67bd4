from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from farmlab.features import air_balance, equipment


def times(count: int) -> pd.DatetimeIndex:
    return pd.date_range("2026-07-01", periods=count, freq="5min", tz="UTC")


def test_birds_of_the_oracle_table_give_their_heat() -> None:
    heat = equipment.bird_heat_kw(pd.Series([2296.0]), 30_000, pd.Series([20.0]))
    assert heat.iloc[0] == pytest.approx(594, rel=0.01)


def test_warm_birds_give_less_heat() -> None:
    cool, warm = (equipment.bird_heat_kw(pd.Series([2000.0]), 1000, pd.Series([t])).iloc[0] for t in (20.0, 30.0))
    assert warm == pytest.approx(0.8 * cool)


def test_a_state_lasts_only_when_nothing_interrupts_it() -> None:
    state = pd.Series([True] * 4 + [False] + [True] * 4, index=times(9))
    assert equipment.lasting(state, 10).tolist() == [False, False, False, True] + [False] * 3 + [True, True]
    assert equipment.lasting(state.iloc[:0], 10).empty


def test_trailing_means_need_half_of_their_window() -> None:
    values = pd.Series([np.nan] * 6 + [1.0] * 6, index=times(12))
    rolled = equipment.trailing(values, 60)
    assert np.isnan(rolled.iloc[10])
    assert rolled.iloc[11] == 1.0


def test_the_house_temperature_is_the_median_of_its_sensors_else_the_controllers_mean() -> None:
    wide = pd.DataFrame({"temp_c": [9.0], "temp_c_1": [20.0], "temp_c_2": [21.0], "temp_c_3": [60.0]}, index=times(1))
    assert equipment.house_temperature(wide, ["temp_c_1", "temp_c_2", "temp_c_3"]).iloc[0] == 21.0
    assert equipment.house_temperature(wide, []).iloc[0] == 9.0
    assert equipment.house_temperature(wide[[]], []).isna().all()


def breathing_house(days: int, *, lost: float = 0.0, lost_from: int = 0, seed: int = 3) -> pd.DataFrame:
    """A house whose inlets hold 20 Pa, whatever its fans really move; its timer stops all fans half of the time."""
    random = np.random.default_rng(seed)
    index = times(days * 288)
    fans = np.round(3 + 2 * np.sin(np.arange(len(index)) / 288 * 2 * np.pi)) * (random.random(len(index)) < 0.5)
    moved = fans * np.where(np.arange(len(index)) >= lost_from, 1 - lost, 1.0)
    pressure = np.where(fans > 0, 20, 0) + random.normal(0, 1.2, len(index))
    opening = np.where(fans > 0, (moved / np.sqrt(20) - 0.03) / 5 * 100, 10)
    return pd.DataFrame(
        {"fans_exhaust_running": fans, "pressure_pa": pressure.round(), "inlet_pct_1": opening.round()}, index=index
    )


def test_the_air_balance_learns_the_house_and_sees_fans_that_move_less() -> None:
    balance = air_balance.fit(breathing_house(5))
    assert balance is not None
    assert balance.side == pytest.approx(5.5, abs=0.6)  # leaks come on top of the inlets' 5
    assert balance.tunnel is None
    healthy = air_balance.deficit(breathing_house(2, seed=4), balance).dropna()
    assert healthy.abs().quantile(0.99) < 0.15
    broken = air_balance.deficit(breathing_house(2, lost=0.4, lost_from=288, seed=4), balance)
    assert broken.iloc[288 + 12 :].median() == pytest.approx(0.4, abs=0.08)
    assert air_balance.Balance.restored(balance.state()) == balance


@pytest.mark.parametrize("missing", ["pressure_pa", "inlet_pct_1", "fans_exhaust_running"])
def test_without_what_it_needs_there_is_no_air_balance(missing: str) -> None:
    assert air_balance.fit(breathing_house(3).drop(columns=missing)) is None


def in_the_tunnel(*, lost: float = 0.0) -> pd.DataFrame:
    house = breathing_house(2)
    fans = np.where(np.arange(len(house)) < 288, house["fans_exhaust_running"], 0)
    tunnel = np.where(np.arange(len(house)) < 288, 0, 4 + np.arange(len(house)) // 72 % 3)
    moved = tunnel * np.where(np.arange(len(house)) < 500, 1.0, 1 - lost)
    return house.assign(
        fans_exhaust_running=fans,
        fans_tunnel_running=tunnel,
        pressure_pa=np.where(tunnel > 0, 20, house["pressure_pa"]),
        inlet_pct_1=np.where(tunnel > 0, 0, house["inlet_pct_1"]),
        inlet_pct_tunnel=(moved / np.sqrt(20) / 2 * 100).round(),
    )


def test_the_tunnel_has_a_balance_of_its_own() -> None:
    balance = air_balance.fit(in_the_tunnel())
    assert balance is not None
    assert balance.tunnel == pytest.approx(2, rel=0.03)
    assert air_balance.deficit(in_the_tunnel(), balance).iloc[300:].abs().max() < 0.1
    assert air_balance.deficit(in_the_tunnel(lost=0.5), balance).iloc[-30:].median() == pytest.approx(0.5, abs=0.03)


def test_a_mode_that_was_never_seen_is_not_judged() -> None:
    balance = air_balance.fit(breathing_house(3))
    assert balance is not None
    assert air_balance.deficit(in_the_tunnel(), balance).iloc[300:].isna().all()
