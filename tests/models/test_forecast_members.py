"""Every member: sensible on what it is made for, causal, and the same after JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest

from farmlab.models.forecasting.boosted import Boosted
from farmlab.models.forecasting.double_seasonal import DoubleSeasonal
from farmlab.models.forecasting.level_step import aligned
from farmlab.models.forecasting.log import Log
from farmlab.models.forecasting.member import Member
from farmlab.models.forecasting.naive import SeasonalNaive
from farmlab.models.forecasting.prophet_member import ProphetMember
from farmlab.models.forecasting.ridge import Ridge
from farmlab.models.forecasting.shares import last_week, named, shares
from farmlab.models.forecasting.smoothed import Smoothed
from farmlab.models.forecasting.trees import Trees
from farmlab.models.forecasting.window import windows

NEWEST = 492_000
MEMBERS = (DoubleSeasonal, Smoothed, Ridge, Boosted, ProphetMember, SeasonalNaive)


def weekly(days: int, *, noise: float = 0.3, seed: int = 0) -> np.ndarray:
    """A day with one wave, lower on two days of the week."""
    clock = np.arange(24 * days)
    week = np.where(clock // 24 % 7 >= 5, -3.0, 0.0)
    return 25 + 2 * np.sin(clock / 24 * 2 * np.pi) + week + np.random.default_rng(seed).normal(0, noise, len(clock))


@pytest.fixture(scope="module")
def fitted() -> dict[str, Member]:
    y = weekly(40)
    return {make.name: make().fit(windows(y, NEWEST, [len(y) - 1], length=len(y))) for make in MEMBERS}


@pytest.mark.parametrize("name", ["dshw", "ridge168", "hgb"])
def test_members_that_know_the_week_beat_yesterday(fitted: dict[str, Member], name: str) -> None:
    y = weekly(56, seed=1)
    places = range(42 * 24, 54 * 24, 11)
    seen = windows(y, NEWEST, places, length=40 * 24)
    truth = np.array([y[place + 1 : place + 49] for place in places])
    own, naive = (np.abs(fitted[one].paths(seen) - truth).mean() for one in (name, "seasonal-naive"))
    assert own < 0.75 * naive


@pytest.mark.parametrize("make", MEMBERS)
def test_what_was_learned_survives_json(fitted: dict[str, Member], make: type[Member]) -> None:
    again = make().restore(json.loads(json.dumps(fitted[make.name].state())))
    seen = windows(weekly(40), NEWEST, [930, 959], length=900)
    assert again.paths(seen) == pytest.approx(fitted[make.name].paths(seen), rel=1e-5, nan_ok=True)


@pytest.mark.parametrize("make", MEMBERS)
def test_one_path_is_the_same_among_many(fitted: dict[str, Member], make: type[Member]) -> None:
    y = weekly(40)
    many = fitted[make.name].paths(windows(y, NEWEST, [930, 945, 959], length=900))
    one = fitted[make.name].paths(windows(y, NEWEST, [945], length=900))
    assert many[1] == pytest.approx(one[0], nan_ok=True)


def test_trees_forecast_what_scikit_learn_does() -> None:
    from sklearn.ensemble import HistGradientBoostingRegressor

    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 4))
    model = HistGradientBoostingRegressor(max_iter=20, max_leaf_nodes=8).fit(
        X, X[:, 0] * X[:, 1] + rng.normal(size=400)
    )
    assert Trees.of(model).predict(X) == pytest.approx(model.predict(X))


def test_windows_hold_what_was_known_and_no_more() -> None:
    y = weekly(20)
    y[200:210] = np.nan
    before = windows(y, NEWEST, [205, 260], length=200).values
    y[261:] = 99.0
    y[212:230] = 50.0
    assert windows(y, NEWEST, [205], length=200).values[0] == pytest.approx(before[0])
    assert np.isfinite(before).all()


def test_a_step_of_about_a_day_moves_the_past_a_spike_and_a_weekend_do_not() -> None:
    y = weekly(36)
    stepped, young, spiked = y.copy(), y.copy(), y.copy()
    stepped[-24:] += 12
    young[-6:] += 12
    spiked[-24] += 60
    assert aligned(stepped)[:-24] == pytest.approx(y[:-24] + 12, abs=2.5)
    assert aligned(stepped)[-24:].tolist() == stepped[-24:].tolist()
    for left in (young, spiked, y):
        assert aligned(left) is left


def logged(*errors: float) -> Log:
    """Ten scored origins of a week; everybody has always made the same error."""
    log = Log(("seasonal-naive", "one", "other", "ensemble"))
    for origin in range(0, 60, 6):
        log.keep(origin, np.tile(np.array(errors)[:, None], 48), np.zeros((3, 48)))
    log.settle(np.zeros(200), 199, now=199)
    return log


def test_who_errs_half_as_much_counts_sixteen_times() -> None:
    log = logged(3.0, 1.0, 2.0, 1.2)
    weights = shares(log, np.zeros((3, 48)), now=150)
    counts = np.array([3.0, 1.0, 2.0]) ** -4
    assert weights[:, 0] == pytest.approx(counts / counts.sum())
    silent = np.zeros((3, 48))
    silent[1, 5] = np.nan
    assert named(shares(log, silent, now=150), log.names)["other"] == pytest.approx(81 / 97)


def test_the_guard_sees_when_the_ensemble_was_worse() -> None:
    assert last_week(logged(1.0, 2.0, 2.0, 1.1), now=150) == pytest.approx(1.1)
    assert np.isnan(last_week(logged(1.0, 2.0, 2.0, 1.1), now=40))
