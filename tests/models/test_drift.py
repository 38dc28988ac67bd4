"""Drift of inputs and of performance: found where it is, and nothing said of too few."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from farmlab.models import drift


def errors(days: int, size: float, *, start: str, seed: int = 1) -> pd.Series:
    """Hourly absolute errors of this mean size, alike within a day."""
    random = np.random.default_rng(seed)
    index = pd.date_range(start, periods=24 * days, freq="h", tz="UTC")
    return pd.Series(size * np.repeat(random.gamma(8, 1 / 8, days), 24), index=index)


def test_the_same_inputs_stay_the_same_and_moved_ones_are_named():
    random = np.random.default_rng(2)
    before = pd.DataFrame({"a": random.normal(size=900), "b": random.normal(size=900)})
    now = pd.DataFrame({"a": random.normal(size=900), "b": random.normal(1.5, size=900), "c": 1.0})
    found = drift.inputs(before, now).set_index("input")
    assert found["verdict"].to_dict() == {"a": "same", "b": "shifted"}


def test_too_few_values_say_nothing():
    few = pd.DataFrame({"a": np.arange(99.0)})
    assert drift.inputs(few, few)["verdict"].tolist() == ["too few"]
    assert drift.performance(errors(4, 1, start="2026-06-01"), errors(4, 9, start="2026-07-01"))["verdict"] == "too few"


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_the_index_is_never_negative_and_nought_for_the_same_values(seed):
    random = np.random.default_rng(seed)
    one, other = (pd.Series(random.normal(size=200).round(1)) for _ in range(2))
    assert drift.psi(one, other) >= 0
    assert abs(drift.psi(one, one)) < 1e-12


def test_an_error_that_has_doubled_is_worse_and_chance_is_not():
    before = errors(30, 1.0, start="2026-05-01")
    assert drift.performance(before, errors(14, 2.0, start="2026-06-01", seed=5))["verdict"] == "worse"
    assert drift.performance(before, errors(14, 1.0, start="2026-06-01", seed=5))["verdict"] == "same"
    assert drift.performance(before, errors(14, 0.5, start="2026-06-01", seed=5))["verdict"] == "better"
