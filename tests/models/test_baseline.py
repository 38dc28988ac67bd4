from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from farmlab.models.baseline import Baseline

HOURS = pd.date_range("2026-07-01", periods=48, freq="h", tz="UTC")


@pytest.mark.parametrize("amount", [True, False])
def test_what_is_taken_out_is_put_back(amount: bool) -> None:
    plan = Baseline(pd.Series([33.0, 30.0], index=HOURS[[0, 40]]), amount)
    y = np.random.default_rng(0).uniform(20, 40, 48)
    planned = plan.at(HOURS)
    assert plan.together(plan.apart(y, planned), planned) == pytest.approx(y)


def test_a_set_point_is_subtracted_and_a_target_amount_divided_out() -> None:
    points = pd.Series([10.0], index=HOURS[:1])
    y = np.full(48, 15.0)
    for amount, left in ((False, 5.0), (True, 1.5)):
        plan = Baseline(points, amount)
        assert set(plan.apart(y, plan.at(HOURS))) == {left}


@pytest.mark.parametrize("amount", [True, False])
def test_no_plan_changes_nothing(amount: bool) -> None:
    y = np.arange(48.0)
    for points in (None, pd.Series([np.nan], index=HOURS[:1])):
        nothing = Baseline(points, amount)
        assert not nothing.planned
        assert nothing.apart(y, nothing.at(HOURS)).tolist() == y.tolist()
        assert nothing.together(y, nothing.at(HOURS)).tolist() == y.tolist()


def test_a_target_of_nothing_divides_nobody_by_zero() -> None:
    plan = Baseline(pd.Series(0.0, index=HOURS), amount=True)
    assert np.isfinite(plan.apart(np.ones(48), plan.at(HOURS))).all()
