"""Houses side by side: the same quantity on the same scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab import units
from farmlab.figures.lines import band, last, line
from farmlab.figures.style import PALETTE, drawn, note, number, sheet
from farmlab.figures.svg import Picture, picture
from farmlab.figures.timeaxis import span
from farmlab.text import one_line, signed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from matplotlib.axes import Axes

COLUMNS: Final = 4
HEIGHT: Final = 84
MOST_POINTS: Final = 240


@drawn
def houses(
    frames: Mapping[str, pd.DataFrame],
    *,
    metric: str,
    start: datetime,
    until: datetime,
    timezone: str,
    title: str,
    tolerance: float = 1.0,
) -> Picture:
    """One small panel a house, all on one scale, with the newest value and its target in the heading.

    Parameters
    ----------
    frames
        By the house's name: ``value``, and ``target`` where there is one, by time in UTC.
    metric
        Its code.
    start, until
        The window, in UTC.
    timezone
        The farm's zone.
    title
        The sentence that the figure shows.
    tolerance
        Half the height of the band around the target.
    """
    about = units.metric(metric)
    rows = max(1, -(-len(frames) // COLUMNS))
    figure, panels = sheet(
        [HEIGHT] * rows, title=title, columns=COLUMNS, left=44, right=10, gap=44, column_gap=20, head_room=42
    )
    inside = {name: _window(frame, start, until) for name, frame in frames.items()}
    limits = _limits(list(inside.values()), tolerance)
    for place, panel in enumerate(panels):
        if place >= len(inside):
            panel.remove()
    for place, (name, frame) in enumerate(inside.items()):
        _house(panels[place], frame, tolerance)
        panels[place].set_ylim(limits)
        panels[place].tick_params(labelleft=place % COLUMNS == 0)
        _heading(panels[place], name, frame, about)
    for column in range(min(COLUMNS, len(inside))):
        span(panels[column : len(inside) : COLUMNS], start, until, timezone=timezone, narrow=True)
    return picture(figure, title)


def _window(frame: pd.DataFrame, start: datetime, until: datetime) -> pd.DataFrame:
    return frame[(frame.index > pd.Timestamp(start)) & (frame.index <= pd.Timestamp(until))]


def _limits(frames: list[pd.DataFrame], tolerance: float) -> tuple[float, float]:
    """From the lowest to the highest of all houses, bands around targets included, with a little air."""
    shown = [frame["value"] for frame in frames]
    shown += [frame["target"] + side * tolerance for frame in frames if "target" in frame for side in (-1, 1)]
    values = np.concatenate([np.zeros(0), *(series.to_numpy(float) for series in shown)])
    known = values[np.isfinite(values)]
    if not len(known):
        return 0.0, 1.0
    air = 0.08 * max(float(np.ptp(known)), 1e-9) or 1.0
    return float(known.min()) - air, float(known.max()) + air


def _house(panel: Axes, frame: pd.DataFrame, tolerance: float) -> None:
    if "target" in frame:
        band(panel, frame["target"] - tolerance, frame["target"] + tolerance, "band", most=MOST_POINTS, zorder=0.6)
    line(panel, frame["value"], "series_1", most=MOST_POINTS)


def _heading(panel: Axes, name: str, frame: pd.DataFrame, about: units.Metric) -> None:
    newest = last(frame["value"])
    said = f"{number(newest, about.digits)} {about.unit}" if np.isfinite(newest) else "no data"
    away = newest - last(frame["target"]) if "target" in frame else np.nan
    if np.isfinite(away):
        said += f" ({signed(away, about.digits)})"
    for row, (text, colour) in enumerate(((one_line(name, limit=20), "ink"), (said, "muted"))):
        note(panel, text, (0, 1), (0, 18 - 14 * row), color=PALETTE[colour], va="bottom")
