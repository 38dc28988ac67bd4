"""Detectors beside each other: what each found, what chance would have found, and what it cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.ticker import PercentFormatter

from farmlab.figures.style import BESIDE, PALETTE, drawn, head, note, number, sheet
from farmlab.figures.svg import Picture, picture
from farmlab.text import one_line

if TYPE_CHECKING:
    import pandas as pd

ROW: Final = 24


@drawn
def recalls(figures: pd.DataFrame, *, title: str) -> Picture:
    """One row a detector: a dot with its 95 % interval for the share of events found, a hollow one for chance.

    At the end of the row stand the false episodes per clean sensor-day.

    Parameters
    ----------
    figures
        ``detector``, ``recall``, ``low``, ``high``, ``chance`` (shares) and ``false_per_day``, from top to bottom.
    title
        The sentence that the figure shows.
    """
    figure, (panel,) = sheet([ROW * max(1, len(figures))], title=title, left=150, right=90)
    head(panel, "● found, with 95 % interval · ○ by chance")
    note(panel, "false/day", (1, 1), (8, 7), color=PALETTE["muted"], va="bottom")
    panel.set_xlim(-0.02, 1.02)
    panel.set_ylim(max(1, len(figures)) - 0.5, -0.5)
    panel.grid(visible=True, axis="x")
    panel.grid(visible=False, axis="y")
    panel.xaxis.set_major_formatter(PercentFormatter(1.0))
    panel.set_yticks(np.arange(len(figures)), [one_line(str(name), limit=21) for name in figures["detector"]])
    rows = np.arange(len(figures))
    panel.hlines(rows, figures["low"], figures["high"], color=PALETTE["series_1"], linewidth=2)
    panel.plot(figures["recall"], rows, "o", color=PALETTE["series_1"], markersize=7)
    panel.plot(figures["chance"], rows, "o", markerfacecolor="none", color=PALETTE["series_2"], markersize=7)
    for row, false in enumerate(figures["false_per_day"]):
        note(panel, number(float(false), 2), (1, row), (8, 0), at=BESIDE)
    return picture(figure, title)
