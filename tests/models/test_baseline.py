from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from farmlab.models.baseline import Baseline

HOURS = pd.date_range("2026-07-01", periods=48, freq="h", tz="UTC")


@pytest.mark.parametrize("amount", [True, False])
def test_what_is_taken_out_is_put_back(amount: bool) -> None:
    plan = Baseline.of(pd.Series([33.0, 30.0], index=HOURS[[0, 40]]), HOURS, amount=amount)
    y = pd.Series(np.random.default_rng(0).uniform(20, 40, 48), index=HOURS)
    assert plan.restored(HOURS, plan.removed(y).to_numpy()) == pytest.approx(y.to_numpy())
    two_rows = plan.restored(HOURS, plan.removed(y).to_numpy().reshape(2, 24))
    assert two_rows.shape == (2, 24)
    assert two_rows.ravel() == pytest.approx(y.to_numpy())


def test_a_set_point_is_subtracted_and_a_target_amount_divided_out() -> None:
    points = pd.Series([10.0], index=HOURS[:1])
    y = pd.Series(15.0, index=HOURS)
    assert set(Baseline.of(points, HOURS, amount=False).removed(y)) == {5.0}
    assert set(Baseline.of(points, HOURS, amount=True).removed(y)) == {1.5}


def test_no_plan_changes_nothing() -> None:
    y = pd.Series(np.arange(48.0), index=HOURS)
    for plan in (None, pd.Series([np.nan], index=HOURS[:1])):
        nothing = Baseline.of(plan, HOURS, amount=True)
        assert not nothing.planned
        assert nothing.removed(y).tolist() == y.tolist()
        assert nothing.restored(HOURS, y.to_numpy()).tolist() == y.tolist()


def test_a_target_of_nothing_divides_nobody_by_zero() -> None:
    plan = Baseline.of(pd.Series(0.0, index=HOURS), HOURS, amount=True)
    assert np.isfinite(plan.removed(pd.Series(1.0, index=HOURS))).all()
