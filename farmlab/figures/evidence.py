"""What speaks for a finding: a sensor, what was expected of it, and when it was otherwise."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Final, TypeVar

import pandas as pd

from farmlab import units
from farmlab.figures.lines import band, last, line
from farmlab.figures.marks import end_labels, spans
from farmlab.figures.style import HEAD_ROOM, MARKS_ROOM, drawn, head, number, sheet
from farmlab.figures.svg import Picture, picture
from farmlab.figures.timeaxis import span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from matplotlib.axes import Axes

    from farmlab.figures.marks import Marked

Table = TypeVar("Table", pd.Series, pd.DataFrame)
WIDTH: Final = 560
HEIGHT: Final = 110
_UNKNOWN: Final = units.Metric(code="", unit="", suffix="", label="value", low=-inf, high=inf, digits=2)


@drawn
def evidence(
    series: pd.Series,
    *,
    metric: str,
    unit: str = "",
    marks: Sequence[Marked],
    start: datetime,
    until: datetime,
    timezone: str,
    alt: str,
    expected: pd.DataFrame | None = None,
    label: str = "",
    title: str = "",
) -> Picture:
    """One sensor in the window with the finding as a span: small, to stand beside the finding's words.

    Parameters
    ----------
    series
        Readings in the unit of the metric.
    metric
        Its code; "" where nobody knows what was measured, or it is no sensor.
    unit
        The unit of what is no sensor.
    marks
        The finding, or several episodes.
    start, until
        The window, in UTC.
    timezone
        The farm's zone.
    alt
        The sentence that the figure shows, for those who cannot see it.
    expected
        What was expected, by time: any of ``expected`` (a line), ``lower`` and ``upper`` (a band).
    label
        What people call the sensor; its metric unless told.
    title
        Left out where the finding's words stand beside the figure.
    """
    about = units.metric(metric) if metric else replace(_UNKNOWN, unit=unit, digits=0 if unit == "%" else 2)
    room = MARKS_ROOM if marks else 0
    figure, (panel,) = sheet([HEIGHT], title=title, width=WIDTH, left=60, right=112, head_room=HEAD_ROOM + room)
    span([panel], start, until, timezone=timezone)
    head(panel, label or about.label, unit=about.unit, above=room)
    shown = _inside(series, start, until)
    ends = [] if expected is None else _expected(panel, _inside(expected, start, until), about.digits)
    line(panel, shown, "series_1", linewidth=1.6)
    panel.margins(y=0.12)
    end_labels(panel, [*ends, (last(shown), f"{number(last(shown), about.digits)} {about.unit}".strip(), "series_1")])
    spans([panel], marks, until=until)
    return picture(figure, alt)


def _inside(table: Table, start: datetime, until: datetime) -> Table:
    return table[(table.index > pd.Timestamp(start)) & (table.index <= pd.Timestamp(until))]


def _expected(panel: Axes, frame: pd.DataFrame, digits: int) -> list[tuple[float, str, str]]:
    if {"lower", "upper"} <= set(frame):
        band(panel, frame["lower"], frame["upper"], "band", zorder=0.6)
    if "expected" not in frame:
        return []
    line(panel, frame["expected"], "expected", linestyle=(0, (4, 3)), linewidth=1)
    usual = last(frame["expected"])
    return [(usual, f"expected {number(usual, digits)}", "expected")]
