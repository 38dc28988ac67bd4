"""Probabilities of failure: learned on a split by time, calibrated, kept as JSON, refused where too little is known."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from farmlab.errors import ConfigError, InsufficientData, NotFitted, VersionMismatch
from farmlab.features.machine_rows import FEATURES
from farmlab.models.failure import HORIZONS, FailureRisk, forest, health, measured, taught
from farmlab.models.failure.outcome import hours_to_failure

ROWS = 240


def machines(units: int = 16, *, seed: int = 1) -> pd.DataFrame:
    """Units that wear for four days before each failure, seen every six hours: wear, chance, unit, hours."""
    random = np.random.default_rng(seed)
    tables = []
    for unit in range(units):
        hours = 6.0 * np.arange(ROWS)
        failures = np.sort(random.uniform(200, hours[-1], 3))
        left = np.array([min((f - h for f in failures if f > h), default=np.inf) for h in hours])
        wear = np.clip(1 - left / 96, 0, 1) + random.normal(0, 0.08, ROWS)
        tables.append(
            pd.DataFrame(
                {
                    "wear": np.where(random.random(ROWS) < 0.05, np.nan, wear),
                    "chance": random.normal(size=ROWS),
                    "unit": unit,
                    "order": hours,
                    "hours": np.where(left <= 48, left, np.inf),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def fitted(table: pd.DataFrame, **given: Any) -> FailureRisk:
    return FailureRisk(**given).fit(table[["wear", "chance"]], table["hours"], order=table["order"], unit=table["unit"])


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return machines()


@pytest.fixture(scope="module")
def model(table: pd.DataFrame) -> FailureRisk:
    return fitted(table)


def test_both_horizons_are_told_apart_and_calibrated(model: FailureRisk) -> None:
    assert model.learned_ is not None
    assert set(model.learned_.tried) == set(forest.METHODS)
    for name, (more, most) in HORIZONS.items():
        told = model.figures(name)
        assert told["pr_auc"] > 4 * told["prevalence"]
        assert told["calibration_error"] < 0.03
        assert told["brier"] < told["brier_usual"]
        fresh = machines(units=6, seed=9)
        truth = ((fresh["hours"] > more) & (fresh["hours"] <= most)).to_numpy()
        risk = model.predict(fresh)[name].to_numpy()
        assert measured.pr_auc(truth, risk) > 3 * truth.mean()
    assert model.predict(pd.DataFrame({"wear": [0.95, 0.6]})).idxmax(axis=1).tolist() == list(HORIZONS)


def test_rarer_failures_are_less_likely_in_the_same_order(model: FailureRisk, table: pd.DataFrame) -> None:
    usual, rare = model.predict(table)["risk_0_24h"], model.predict(table, rarer=4.0)["risk_0_24h"]
    assert (rare < usual).all()
    np.testing.assert_allclose(usual / (1 - usual), 4 * rare / (1 - rare), rtol=1e-6)


def test_what_speaks_for_a_failure_is_the_wear(model: FailureRisk) -> None:
    added = model.contributions(pd.DataFrame({"wear": [0.95], "chance": [0.0]})).iloc[0]
    assert added["wear"] > 0.5 > 2 * abs(added["chance"])


def test_what_is_learned_does_not_depend_on_what_comes_later(table: pd.DataFrame) -> None:
    bounds = (800.0, 1100.0)
    given = {"order": table["order"], "unit": table["unit"], "bounds": bounds}
    one = FailureRisk(method="random_forest").fit(table[["wear"]], table["hours"], **given)
    changed = table.assign(wear=table["wear"].where(table["order"] <= 1100, -table["wear"]))
    two = FailureRisk(method="random_forest").fit(changed[["wear"]], table["hours"], **given)
    pd.testing.assert_frame_equal(one.predict(table), two.predict(table))


@pytest.mark.parametrize("method", forest.METHODS)
def test_a_forest_says_what_scikit_learn_says(method: str, table: pd.DataFrame) -> None:
    from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier

    X, y = table[["wear", "chance"]].to_numpy()[:1500], np.isfinite(table["hours"]).to_numpy()[:1500]
    grown = forest.grow(method, X, y, np.ones(len(y)), random_state=0)
    filled = np.nan_to_num(X, nan=forest.MISSING)
    if method == "random_forest":
        theirs: Any = RandomForestClassifier(
            n_estimators=forest.TREES, max_leaf_nodes=32, min_samples_leaf=10, max_features=0.4, random_state=0
        )
    else:
        theirs = GradientBoostingClassifier(
            n_estimators=forest.TREES, learning_rate=0.08, max_depth=4, min_samples_leaf=25, subsample=0.6,
            max_features=0.5, random_state=0,
        )  # fmt: skip
    expected = theirs.fit(filled, y, sample_weight=np.ones(len(y))).predict_proba(filled)[:, 1]
    got = 1 / (1 + np.exp(-grown.score(X)))
    assert np.mean(np.abs(got - np.clip(expected, 1e-4, 1 - 1e-4)) < 1e-3) > 0.999


def test_the_state_is_json_and_says_the_same(model: FailureRisk, table: pd.DataFrame) -> None:
    state = json.loads(json.dumps(model.to_state(), allow_nan=False))
    pd.testing.assert_frame_equal(FailureRisk.from_state(state).predict(table), model.predict(table))


def test_a_changed_file_is_refused(model: FailureRisk) -> None:
    state = json.loads(json.dumps(model.to_state()))
    state["learned"]["learned"]["horizons"]["risk_0_24h"]["intercept"] = 9.0
    with pytest.raises(VersionMismatch, match="was changed"):
        FailureRisk.from_state(state)
    trees = json.loads(json.dumps(model.to_state()))["learned"]["learned"]["soon"]
    trees["trees"][0]["left"][0] = 0  # a tree that never ends
    with pytest.raises(VersionMismatch, match="damaged"):
        forest.Forest.restored(trees, columns=2)


def test_too_little_is_refused(table: pd.DataFrame) -> None:
    few = table[table["unit"] < 4]
    with pytest.raises(InsufficientData, match=r"12 failures are known, and 20 are needed"):
        fitted(few)
    with pytest.raises(InsufficientData, match="0 failures"):
        fitted(table.assign(hours=np.inf))
    with pytest.raises(InsufficientData, match="no failures"):
        FailureRisk().fit(table[["wear"]])
    with pytest.raises(NotFitted):
        FailureRisk().predict(table)
    with pytest.raises(ConfigError, match="random_forest"):
        FailureRisk(method="pickle")


def test_outcomes_that_are_not_known_are_missing() -> None:
    times = pd.date_range("2026-07-01", periods=5, freq="24h", tz="UTC")
    failed = times[2] + pd.Timedelta(hours=12)
    left = hours_to_failure(times, [(failed, times[3])], until=times[4])
    np.testing.assert_array_equal(left, [np.inf, 36.0, 12.0, np.nan, np.nan])


def test_the_shipped_model_is_sound() -> None:
    shipped = taught()
    assert shipped.columns_ == FEATURES
    empty = pd.DataFrame(np.nan, index=[0], columns=list(shipped.columns_))
    assert shipped.predict(empty).to_numpy().max() < 0.1


def test_unknown_is_not_well() -> None:
    assert health(arrived=1.0, usable=1.0, level=float("nan"), slope=0.0).band == "unknown"
    assert health(arrived=1.0, usable=0.2, level=0.0, slope=0.0).score == 35
    assert health(arrived=1.0, usable=1.0, level=0.3, slope=0.0).band == "good"
