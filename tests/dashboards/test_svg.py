from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farmlab.dashboard import svg

START = datetime(2026, 7, 1, tzinfo=UTC)
BOX = svg.Box(START, START + timedelta(hours=24), 0.0, 10.0)
GAP = timedelta(minutes=20)
values = st.lists(st.one_of(st.none(), st.floats(-50, 50)), min_size=1, max_size=200)


def series(numbers: list[float | None]) -> pd.Series:
    return pd.Series(numbers, index=pd.date_range(START, periods=len(numbers), freq="5min"), dtype=float)


@given(values)
def test_no_line_crosses_a_gap_and_no_point_lies_outside_the_box(numbers):
    known = series(numbers).dropna()
    breaks = sum(later - earlier > GAP for earlier, later in zip(known.index, known.index[1:], strict=False))
    path = svg.line(series(numbers), BOX, gap=GAP)
    assert path.count("M") == (breaks + 1 if len(known) else 0)
    points = re.findall(r"[ML]([\d.e+-]+) ([\d.e+-]+)", path)
    assert len(points) == len(known)
    assert all(0 <= float(x) <= svg.WIDTH and 0 <= float(y) <= svg.HEIGHT for x, y in points)


@given(values)
def test_thinning_keeps_the_extremes(numbers):
    whole = series(numbers * 5)
    few = svg.thin(whole, most=40)
    assert len(few.dropna()) <= 42
    if len(whole.dropna()):
        assert (few.min(), few.max()) == (whole.min(), whole.max())


@given(st.floats(-1e4, 1e4), st.floats(0.01, 1e4), st.integers(2, 6))
def test_ticks_are_round_few_and_within_the_axis(low, span, most):
    marks = svg.ticks(low, low + span, most)
    assert len(marks) <= 2 * most
    assert all(low - 1e-6 <= mark <= low + span + 1e-6 for mark in marks)
    assert marks == sorted(set(marks))


def test_higher_values_lie_higher():
    assert svg.line(series([0.0, 10.0]), BOX, gap=GAP).startswith("M0 100L3.5 0")


def test_a_band_leaves_gaps_open():
    low, high = series([1.0, 1.0, *[None] * 6, 1.0, 1.0]), series([2.0] * 10)
    assert svg.band(low, high, BOX, gap=GAP).count("Z") == 2


def test_bars_end_at_their_time():
    hourly = pd.Series([5.0], index=pd.DatetimeIndex([START + timedelta(hours=12)]))
    path = svg.bars(hourly, BOX, step=timedelta(hours=1))
    assert re.findall(r"H([\d.]+)", path) == ["500"]
    assert float(path[1:].split()[0]) == pytest.approx(500 - 1000 / 24 * 0.86, abs=0.1)


def test_a_flat_axis_has_one_tick():
    assert svg.ticks(3.0, 3.0) == [3.0]
