"""Why a finding is as it is: the likeliest causes, and what speaks for and against the first of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from farmlab.figures.style import BESIDE, PALETTE, drawn, head, note, sheet
from farmlab.figures.svg import Picture, picture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    from farmlab.domain import Hypothesis

ROW: Final = 24
WIDTH: Final = 640
BARS: Final = 150
MOST: Final = 6
"""Pieces of evidence that are drawn; they come with the heaviest first."""
STRONGEST: Final = 4.0
"""A weight (log-odds) that fills half of the panel."""


@drawn
def causes(why: Sequence[Hypothesis], evidence: Sequence[Mapping[str, Any]], *, alt: str) -> Picture:
    """Bars of confidence, below them what speaks for the first cause (to the right) and against it (to the left).

    Parameters
    ----------
    why
        The causes, the likeliest first.
    evidence
        ``for``, ``text`` and ``weight`` of each piece, the heaviest first.
    alt
        The sentence that the figure shows, for those who cannot see it.
    """
    shown = list(evidence)[:MOST]
    heights = [ROW * max(len(why), 1), *([ROW * len(shown)] if shown else [])]
    figure, panels = sheet(heights, width=WIDTH, left=12, right=WIDTH - 12 - BARS, gap=36, bottom=12)
    _confidence(panels[0], why)
    if shown:
        _weights(panels[1], shown)
    return picture(figure, alt)


def _confidence(panel: Axes, why: Sequence[Hypothesis]) -> None:
    _plain(panel, len(why), 0.0, 1.0)
    head(panel, "likeliest causes")
    for row, hypothesis in enumerate(why):
        panel.barh(row, hypothesis.confidence, height=0.55, color=PALETTE["series_1" if row == 0 else "thin"])
        note(panel, f"{100 * hypothesis.confidence:.0f} %  {hypothesis.cause}", (1, row), (12, 0), at=BESIDE)


def _weights(panel: Axes, evidence: Sequence[Mapping[str, Any]]) -> None:
    _plain(panel, len(evidence), -STRONGEST, STRONGEST)
    head(panel, "against  |  for the first")
    panel.axvline(0, color=PALETTE["muted"], linewidth=1)
    for row, piece in enumerate(evidence):
        weight = min(max(float(piece["weight"]), -STRONGEST), STRONGEST)
        panel.barh(row, weight, height=0.55, color=PALETTE["series_3" if piece["for"] else "series_2"])
        note(panel, f"{'+' if piece['for'] else '−'}  {piece['text']}", (1, row), (12, 0), at=BESIDE)


def _plain(panel: Axes, rows: int, low: float, high: float) -> None:
    panel.set_xlim(low, high)
    panel.set_ylim(max(rows, 1) - 0.5, -0.5)
    panel.grid(visible=False)
    panel.set_xticks([])
    panel.set_yticks([])
    panel.spines["bottom"].set_visible(False)
