"""How the system did: figures day by day beside what is aimed at, and how long analyses took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from farmlab.figures.lines import dates
from farmlab.figures.marks import end_labels
from farmlab.figures.style import PALETTE, SERIES, drawn, head, note, number, sheet
from farmlab.figures.svg import Picture, picture
from farmlab.figures.timeaxis import span

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
    from datetime import datetime

    from matplotlib.axes import Axes

HEIGHT: Final = 84
ROW: Final = 26


@dataclass(frozen=True, slots=True)
class Daily:
    """One quantity by day: its lines by name, and what is aimed at (shaded: at least, or at most that)."""

    label: str
    unit: str
    lines: Mapping[str, pd.Series]
    aim: float
    at_most: bool = False
    digits: int = 1


@drawn
def per_day(panels: Sequence[Daily], *, start: datetime, until: datetime, timezone: str, title: str) -> Picture:
    """Quantities below each other over one axis of days, a dot a day; green is where they should be.

    Parameters
    ----------
    panels
        Each by the midnight (UTC) at which its days begin.
    start, until
        The window, in UTC.
    timezone
        The farm's zone.
    title
        The sentence that the figure shows.
    """
    figure, axes = sheet([HEIGHT] * len(panels), title=title, gap=40, left=52, right=128)
    first = min([pd.Timestamp(start), *(line.index.min() for panel in panels for line in panel.lines.values())])
    span(axes, first.to_pydatetime(), until, timezone=timezone)
    for panel, shown in zip(axes, panels, strict=True):
        _daily(panel, shown)
    return picture(figure, title)


def _daily(panel: Axes, shown: Daily) -> None:
    head(panel, shown.label, unit=shown.unit)
    known = np.concatenate([line.to_numpy(float) for line in shown.lines.values()])
    low, high = _range(known[np.isfinite(known)], shown)
    edges = (low, shown.aim) if shown.at_most else (shown.aim, high)
    panel.axhspan(*edges, color=PALETTE["band"], linewidth=0, zorder=0.3)
    ends = []
    for colour, (name, line) in zip(SERIES, shown.lines.items(), strict=False):
        panel.plot(
            dates(line.index),
            line.to_numpy(float),
            color=PALETTE[colour],
            linewidth=1.6,
            marker="o",
            ms=4,
            clip_on=False,
        )
        newest = float(line.iloc[-1])
        ends.append((newest, f"{name} {number(newest, shown.digits)}", colour))
    panel.set_ylim(low, high)
    end_labels(panel, ends)


def _range(known: np.ndarray, shown: Daily) -> tuple[float, float]:
    """Shares end at 100 and show at least five points, or noise would look like drama; times begin at 0."""
    if shown.at_most:
        return 0.0, 1.15 * float(max([shown.aim, *known]))
    lowest = float(min([95.0, shown.aim, *known]))
    return lowest - 0.1 * (100 - lowest), 100.0


@drawn
def durations(table: pd.DataFrame, *, title: str) -> Picture:
    """One row an analysis: a dot at the usual time (median), a line up to the time of nearly all (95 %).

    Parameters
    ----------
    table
        ``notebook``, ``runs``, ``failed``, ``median_s``, ``p95_s``.
    title
        The sentence that the figure shows.
    """
    figure, (panel,) = sheet([max(1, len(table)) * ROW], title=title, left=150, right=128, head_room=10)
    for place, row in enumerate(table.to_dict("records")):
        _duration(panel, place, row)
    panel.grid(visible=False, axis="y")
    panel.grid(visible=True, axis="x")
    panel.set_ylim(len(table) - 0.5, -0.5)
    panel.set_xlim(left=0)
    panel.set_yticks([])
    note(panel, "seconds", (1, 0), (8, -12), color=PALETTE["muted"], size=10)
    return picture(figure, title)


def _duration(panel: Axes, place: int, row: Mapping[Hashable, Any]) -> None:
    note(panel, str(row["notebook"]).replace("_", " "), (0, place), (-10, 0), at=("axes fraction", "data"), ha="right")
    median, most = float(row["median_s"]), float(row["p95_s"])
    if np.isfinite(median):
        panel.plot([median, most], [place, place], color=PALETTE["series_1"], linewidth=2)
        panel.plot([median], [place], marker="o", ms=6, color=PALETTE["series_1"])
    failed = int(row["failed"])
    said = f"{row['runs']} run{'' if row['runs'] == 1 else 's'}" + (f", {failed} failed" if failed else "")
    colour = PALETTE["critical"] if failed else PALETTE["muted"]
    note(panel, said, (1, place), (8, 0), at=("axes fraction", "data"), color=colour)
