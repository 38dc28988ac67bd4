"""How far the inputs of models have moved: the distributions of today beside those that were learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab.figures.style import BESIDE, PALETTE, drawn, head, note, number, sheet
from farmlab.figures.svg import Picture, picture
from farmlab.models.drift import SHIFTED, SHIFTING
from farmlab.text import one_line

if TYPE_CHECKING:
    import pandas as pd

ROW: Final = 22
LEAST: Final = 0.01
"""Smaller indices are drawn here: they are sampling, not change."""


@drawn
def shifts(table: pd.DataFrame, *, title: str) -> Picture:
    """One row an input: a dot at its population stability index, beside the marks of "some" and "much".

    Parameters
    ----------
    table
        ``label`` and ``psi``, from top to bottom.
    title
        The sentence that the figure shows.
    """
    figure, (panel,) = sheet([ROW * max(1, len(table))], title=title, left=210, right=60)
    head(panel, "population stability index")
    rows, known = range(len(table)), table["psi"].to_numpy(float)
    found = np.maximum(known, LEAST)
    panel.set_xscale("log")
    panel.set_xlim(LEAST * 0.9, max(1.2, 1.2 * found.max(initial=0)))
    panel.set_ylim(max(1, len(table)) - 0.5, -0.5)
    panel.axvspan(LEAST * 0.9, SHIFTING, color=PALETTE["band"], linewidth=0, zorder=0.3)
    panel.axvline(SHIFTED, color=PALETTE["warning"], linewidth=1)
    panel.grid(visible=False, axis="y")
    panel.set_yticks(rows, [one_line(str(label), limit=32) for label in table["label"]])
    panel.set_xticks([0.01, SHIFTING, SHIFTED, 1.0], ["0.01", "0.1", "0.25", "1"])
    panel.minorticks_off()
    for row, value in zip(rows, known, strict=True):
        panel.plot([found[row]], [row], "o", color=PALETTE["warning" if value > SHIFTED else "series_1"], markersize=7)
        note(panel, number(float(value), 2), (1, row), (8, 0), at=BESIDE)
    return picture(figure, title)
