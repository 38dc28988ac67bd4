"""Figures of risks: groups of readings with what was said and what came true, and the course of units."""

from __future__ import annotations

import numpy as np
import pandas as pd

from farmlab.figures import riskiest, trust
from farmlab.figures.risks import GROUPS, Horizon, RiskCourse, groups


def horizon(*, off: float = 1.0, rows: int = 6000) -> Horizon:
    """Risks that come true as often as they say, times ``off``."""
    random = np.random.default_rng(3)
    risk = random.beta(0.4, 4.0, rows)
    truth = random.uniform(size=rows) < np.minimum(off * risk, 1)
    unit = np.array([f"u{number}" for number in np.arange(rows) % 40], dtype=object)
    return Horizon("next 24 h", truth, risk, np.full(rows, truth.mean()), unit)


def test_groups_hold_equal_risks_and_show_what_came_true() -> None:
    said, came, low, high = groups(horizon())
    assert len(said) == GROUPS
    assert (np.diff(said) > 0).all()
    assert ((low <= came) & (came <= high)).all()
    assert np.mean((low <= said) & (said <= high)) > 0.6
    said, came, _, high = groups(horizon(off=0.4))
    assert (high < said).all()
    assert abs(np.mean(came / said) - 0.4) < 0.1


def test_the_same_risk_for_all_is_one_group() -> None:
    flat = horizon()._replace(risk=np.zeros(6000))
    assert len(groups(flat)[0]) == 1
    assert "<svg" in trust([flat], title="nothing said", baseline="age").svg


def test_each_unit_has_a_panel_with_both_risks_and_its_failures() -> None:
    times = pd.date_range("2026-07-01", periods=40, freq="6h", tz="UTC")
    first = pd.Series(np.linspace(0, 0.4, 40), index=times)
    course = RiskCourse("pump <3>", first, first / 2, pd.DatetimeIndex([times[30]]))
    drawn = riskiest([course] * 2, start=times[0], until=times[-1], title="Two pumps")
    assert drawn.svg.count("pump &lt;3&gt;") == 2
    assert all(said in drawn.svg for said in ("next 24 h", "24–48 h", "failed", "25 %"))
