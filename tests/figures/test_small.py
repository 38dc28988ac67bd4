from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from farmlab.figures import backtest_table, sparkline, table
from farmlab.figures.sparkline import MOST_POINTS
from tests.figures.pages import HOSTILE

VALUES = st.lists(st.one_of(st.just(float("nan")), st.floats(-100, 100)), max_size=400)


@given(VALUES, st.one_of(st.none(), st.floats(-10, 10)))
def test_a_sparkline_stays_in_its_box_and_keeps_its_gaps(values: list[float], low: float | None) -> None:
    svg = sparkline(values, alt="a day", low=low, high=None if low is None else low + 2)
    root = ElementTree.fromstring(svg)
    assert root.get("aria-label") == "a day"
    points = [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.-]+) ([\d.-]+)", svg)]
    assert len(points) <= MOST_POINTS + 1
    assert all(0 <= x <= 120 and 0 <= y <= 28 for x, y in points)
    known = np.isfinite(values)
    assert svg.count("<circle") == int(bool(len(values)) and bool(known[-1]))
    if len(values) <= MOST_POINTS:
        assert len(points) == known.sum()
        assert svg.count("M") == (np.diff(np.concatenate([[0], known.astype(int)])) == 1).sum()


def test_a_long_day_keeps_its_peak_and_its_newest_value() -> None:
    values = np.sin(np.arange(288) / 20)
    values[100] = 9.0
    svg = sparkline(values, alt="x", height=28)
    heights = [float(y) for y in re.findall(r"[ML][\d.-]+ ([\d.-]+)", svg)]
    assert min(heights) == 3.0
    newest = 3 + (9 - values[-1]) / (9 - values[(values < 9)].min()) * 22
    assert abs(heights[-1] - newest) < 0.3


def test_the_band_lies_where_the_set_point_is() -> None:
    svg = sparkline([0.0, 10.0], alt="x", low=4, high=6, height=26)
    assert re.findall(r'<rect x="0" y="([\d.]+)" width="120" height="([\d.]+)"', svg) == [("11.0", "4.0")]
    assert "var(--band, " in svg
    assert "<rect" not in sparkline([0.0, 10.0], alt="x")


def test_a_hostile_name_in_a_sparkline_or_a_table_is_only_text() -> None:
    assert "<script" not in sparkline([1.0], alt=HOSTILE)
    html = table(pd.DataFrame({HOSTILE: [HOSTILE]}), caption=HOSTILE).html
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 3


def test_cells_as_people_write_them() -> None:
    frame = pd.DataFrame(
        {
            "house": ["House 1", None],
            "weight": [2310.4, float("nan")],
            "ok": [True, False],
            "seen": [pd.Timestamp("2026-07-01"), pd.NaT],
        }
    )
    shown = table(frame, caption="All", digits={"weight": 0})
    rows = re.findall(r"<tr>(.*?)</tr>", shown.html)
    assert [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in rows] == [
        ["house", "weight", "ok", "seen"],
        ["House 1", "2\u202f310", "yes", "2026-07-01 00:00:00"],
        ["–", "–", "no", "–"],
    ]
    assert '<td class="number">2\u202f310</td>' in shown.html
    assert shown._repr_mimebundle_() == {"text/html": shown.html, "text/plain": shown.text}
    assert "House 1" in shown.text


def test_the_rolling_origin_table_names_unit_baseline_and_coverage() -> None:
    figures = pd.DataFrame(
        {
            "model": ["seasonal-naive", "<b>"],
            "day": [1, 2],
            "mae": [27.03, 15.8],
            "mase": [1.4, 0.82],
            "ratio": [1.0, 0.36],
            "coverage": [0.79, float("nan")],
            "origins": [72, 64],
        }
    )
    html = backtest_table(figures, metric="water", caption="Past").html
    assert re.findall(r"<td[^>]*>(.*?)</td>", html) == [
        *["seasonal-naive", "1–24", "27.0", "1.00", "1.40", "79", "72"],
        *["&lt;b&gt;", "25–48", "15.8", "0.36", "0.82", "–", "64"],
    ]
    assert "mean error, l" in html
