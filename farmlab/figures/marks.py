"""What is written on a figure: labels at the ends of lines, episodes, and the present."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
import pandas as pd

from farmlab.figures.lines import dates
from farmlab.figures.style import ABOVE, PALETTE, note
from farmlab.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

SHAPES: Final[Mapping[str, str]] = {
    "spike": "^",
    "drop": "v",
    "stuck": "s",
    "drift": "D",
    "offset": ">",
    "level": ">",
    "noise": "X",
    "dropout": "o",
    "missing": "o",
    "stale": "o",
    "range": "<",
}
OTHER_SHAPE: Final = "P"
"""The marker of every kind without one of its own: something that is no fault of a sensor."""
_LABEL_HEIGHT: Final = 14.0
_MARKER: Final = 12
_LETTER: Final = 7
"""Widths of a marker and of a letter of its name."""


class Marked(Protocol):
    """An episode or a finding: anything with a kind, a start, and an end (None = still going on)."""

    @property
    def kind(self) -> str:
        """The kind, which chooses the marker."""

    @property
    def start(self) -> datetime:
        """When it began."""

    @property
    def end(self) -> datetime | None:
        """When it ended."""


def end_labels(panel: Axes, ends: Sequence[tuple[float, str, str]]) -> None:
    """Labels (value, text, colour) to the right of a panel, each near its value, none upon another."""
    known = sorted((value, text, colour) for value, text, colour in ends if np.isfinite(value))
    if not known:
        return
    low, high = panel.get_ylim()
    height = panel.get_window_extent().height
    wanted = np.array([(value - low) / ((high - low) or 1.0) * height for value, _, _ in known])
    for place, (_, text, colour) in zip(_apart(np.clip(wanted, 0, height)), known, strict=True):
        note(panel, "●", (1, 0), (6, place), color=PALETTE[colour], size=8)
        note(panel, one_line(text, limit=24), (1, 0), (16, place))


def _apart(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ascending places, pushed apart by the height of a label, as close to where they were as it goes."""
    steps = np.arange(len(places)) * _LABEL_HEIGHT
    upward = np.maximum.accumulate(places - steps) + steps
    downward = np.minimum.accumulate((places - steps)[::-1])[::-1] + steps
    apart: NDArray[np.float64] = (upward + downward) / 2
    return apart


def spans(panels: Sequence[Axes], marks: Sequence[Marked], *, until: datetime) -> None:
    """Episodes as shaded spans across all panels; on the first, a marker whose shape says the kind, and its name.

    What began before has no marker, as its start is not there to see: its name stands behind an arrow.
    """
    low, high = panels[0].get_xlim()
    seen = sorted((mark for mark in marks if _days(mark.start) <= high), key=lambda mark: mark.start)
    seen = [mark for mark in seen if _days(mark.end or until) >= low]
    for mark in seen:
        start = max(_days(mark.start), low)
        end = min(max(_days(mark.end or until), start + (high - low) / 400), high)
        for panel in panels:
            panel.axvspan(start, end, color=PALETTE["episode"], linewidth=0, zorder=0.4)
    inside = [mark for mark in seen if _days(mark.start) >= low]
    starts = [_days(mark.start) for mark in inside]
    _before(panels[0], [mark.kind for mark in seen if mark not in inside], next(iter(starts), high))
    for mark, start, following in zip(inside, starts, [*starts, high][1:], strict=True):
        _flag(panels[0], mark.kind, start, following)


def _days(moment: datetime) -> float:
    return float(dates(pd.DatetimeIndex([moment]))[0])


def _before(panel: Axes, kinds: Sequence[str], following: float) -> None:
    """The names of what began before, as far as there is room for them."""
    if kinds:
        said = f"◂ {', '.join(dict.fromkeys(map(_name, kinds)))}"
        room = (following - panel.get_xlim()[0]) / _pixel(panel)
        note(panel, one_line(said, limit=max(1, int((room - _MARKER) / _LETTER))), (0, 1), (0, 2), size=11, va="bottom")


def _name(kind: str) -> str:
    return one_line(kind.replace("_", " "), limit=24)


def _pixel(panel: Axes) -> float:
    """How much of the axis a pixel is."""
    low, high = panel.get_xlim()
    return float((high - low) / panel.get_window_extent().width)


def _flag(panel: Axes, kind: str, x: float, following: float) -> None:
    """Marker and name above the start of a span; the name is left out where the next one leaves no room."""
    high = panel.get_xlim()[1]
    panel.plot(
        [x],
        [1],
        transform=panel.get_xaxis_transform(),
        marker=SHAPES.get(kind, OTHER_SHAPE),
        markersize=7,
        color=PALETTE["critical"],
        clip_on=False,
        zorder=5,
    )
    said = _name(kind)
    room = (_MARKER + _LETTER * len(said)) * _pixel(panel)
    if x + room <= following or following == high:
        left = x + room > high
        note(
            panel, said, (x, 1), (-7 if left else 7, 2), at=ABOVE, size=11, va="bottom", ha="right" if left else "left"
        )


def now_line(panels: Sequence[Axes], moment: datetime, label: str = "now") -> None:
    """The present, as a line across all panels with its name on the first."""
    x = _days(moment)
    for panel in panels:
        panel.axvline(x, color=PALETTE["ink"], linewidth=1, zorder=3)
    note(panels[0], label, (x, 1), (0, 3), at=ABOVE, size=11, va="bottom", ha="center")
