"""A house over a day: climate, gases, water and feed, and what was running, on one time axis."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab import units
from farmlab.figures.lines import band, bars, blocks, last, line, runs
from farmlab.figures.marks import end_labels, spans
from farmlab.figures.style import BESIDE, HEAD_ROOM, MARKS_ROOM, PALETTE, drawn, head, note, number, sheet
from farmlab.figures.svg import Picture, picture
from farmlab.figures.timeaxis import span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from matplotlib.axes import Axes

    from farmlab.figures.marks import Marked

TOLERANCE_C: Final = 1.0
_GAUGES: Final = {
    "temp_c_outside": "temp",
    "rh_pct": "rh",
    "co2_ppm": "co2",
    "nh3_ppm": "nh3",
    "pressure_pa": "pressure",
}
_GAUGE_HEIGHT: Final = 56
_AMOUNTS: Final = ("water", "feed")
_EQUIPMENT: Final = ("fans_tunnel", "fans_exhaust", "heaters", "pad", "light")
_ROW: Final = 18
_TEMPERATURE_HEIGHT: Final = 130


@drawn
def house_day(
    frame: pd.DataFrame,
    *,
    start: datetime,
    until: datetime,
    timezone: str,
    title: str,
    amounts: pd.DataFrame | None = None,
    marks: Sequence[Marked] = (),
    tolerance_c: float = TOLERANCE_C,
) -> Picture:
    """The window of one house, stacked on one time axis, with what was found as spans across all of it.

    Parameters
    ----------
    start, until
        The window, in UTC.
    timezone
        The farm's zone.
    frame
        Wide frame of the house (``temp_c``, ``temp_c_1`` …, ``temp_set_c``, ``rh_pct`` …); a panel is drawn
        for what is in it.
    amounts
        ``water_l`` and ``feed_kg`` per hour; raw counters in ``frame`` are not drawn.
    title
        The sentence that the figure shows.
    marks
        Episodes or findings of this house.
    tolerance_c
        Half the height of the band around the set-point.
    """
    inside = _window(frame, start, until)
    amounts = _window(amounts if amounts is not None else pd.DataFrame(index=frame.index[:0]), start, until)
    gauges = [column for column in _GAUGES if _has(inside, column)]
    counted = [code for code in _AMOUNTS if _has(amounts, units.METRICS[code].column)]
    running = [code for code in _EQUIPMENT if _has(inside, units.METRICS[code].column)]
    heights = [_TEMPERATURE_HEIGHT, *[_GAUGE_HEIGHT] * (len(gauges) + len(counted))]
    room = MARKS_ROOM if marks else 0
    heights += [_ROW * len(running)] if running else []
    figure, panels = sheet(heights, title=title, head_room=HEAD_ROOM + room)
    span(panels, start, until, timezone=timezone)
    _temperature(panels[0], inside, tolerance_c, above=room)
    for panel, column in zip(panels[1:], gauges, strict=False):
        _gauge(panel, inside[column], column)
    for panel, code in zip(panels[1 + len(gauges) :], counted, strict=False):
        _amount(panel, amounts[units.METRICS[code].column], code)
    if running:
        _strip(panels[-1], inside, running)
    spans(panels, marks, until=until)
    return picture(figure, title)


def _window(frame: pd.DataFrame, start: datetime, until: datetime) -> pd.DataFrame:
    return frame[(frame.index > start) & (frame.index <= until)]


def _has(frame: pd.DataFrame, column: str) -> bool:
    return column in frame and bool(frame[column].notna().any())


def _temperature(panel: Axes, frame: pd.DataFrame, tolerance_c: float, *, above: int) -> None:
    head(panel, "temperature", unit="°C", above=above)
    ends = []
    if _has(frame, "temp_set_c"):
        target = frame["temp_set_c"]
        band(panel, target - tolerance_c, target + tolerance_c, "band", zorder=0.6)
        line(panel, target, "expected", linestyle=(0, (4, 3)), linewidth=1)
        ends.append((last(target), f"set {last(target):.1f}", "expected"))
    for column in sorted(str(column) for column in frame if re.fullmatch(r"temp_c_\d+", str(column))):
        line(panel, frame[column], "thin", linewidth=0.8)
    if _has(frame, "temp_c"):
        line(panel, frame["temp_c"], "series_1", linewidth=1.8)
        ends.append((last(frame["temp_c"]), f"house {last(frame['temp_c']):.1f}", "series_1"))
    panel.margins(y=0.08)
    end_labels(panel, ends)


def _gauge(panel: Axes, series: pd.Series, column: str) -> None:
    metric = units.METRICS[_GAUGES[column]]
    head(panel, f"{metric.label} outside" if column.endswith("outside") else metric.label, unit=metric.unit)
    line(panel, series, "series_1")
    panel.margins(y=0.15)
    end_labels(panel, [(last(series), f"{number(last(series), metric.digits)} {metric.unit}", "series_1")])


def _amount(panel: Axes, amounts: pd.Series, code: str) -> None:
    metric = units.METRICS[code]
    head(panel, f"{metric.label} per hour", unit=metric.unit)
    bars(panel, amounts, "series_1")
    end_labels(panel, [(float(amounts.max()) / 2, f"sum {number(amounts.sum(), 0)} {metric.unit}", "series_1")])


def _strip(panel: Axes, frame: pd.DataFrame, codes: Sequence[str]) -> None:
    """One row per kind of equipment, filled as high as its share of the most that ran."""
    head(panel, "running")
    panel.set_ylim(len(codes), 0)
    panel.set_yticks([row + 0.55 for row in range(len(codes))], [_short(code) for code in codes])
    panel.grid(visible=False, axis="y")
    for row, code in enumerate(codes):
        _runs(panel, frame[units.METRICS[code].column], row + 0.95)
        note(panel, _most(frame, code), (1, row + 0.55), (8, 0), at=BESIDE, color=PALETTE["muted"])


def _runs(panel: Axes, series: pd.Series, foot: float) -> None:
    panel.axhline(foot, color=PALETTE["grid"], linewidth=1)
    left, right, level = runs(series.where(series > 0))
    blocks(panel, left, right, np.full(len(level), foot), foot - 0.8 * level / level.max(initial=1.0), "series_1")


def _most(frame: pd.DataFrame, code: str) -> str:
    metric = units.METRICS[code]
    most = float(frame[metric.column].max())
    unit = metric.unit if metric.unit == "%" else ""
    return f"up to {number(most)} {unit}" if most > 0 else "off"


def _short(code: str) -> str:
    return units.METRICS[code].label.replace(" running", "")
