"""Colours by name, for light and dark, and the empty sheet that every figure begins with."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeAlias, TypeVar

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from farmlab.text import number as rounded
from farmlab.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from matplotlib.axes import Axes

At: TypeAlias = str | tuple[str, str]
BESIDE: Final = ("axes fraction", "data")
ABOVE: Final = ("data", "axes fraction")
P = ParamSpec("P")
R = TypeVar("R")

PALETTE: Final[Mapping[str, str]] = {
    "sheet": "#fffffe",
    "paper": "#ffffff",
    "ink": "#1b1f24",
    "muted": "#57606a",
    "grid": "#e3e6ea",
    "band": "#d5eadf",
    "fan": "#bcdcf0",
    "episode": "#fdeddc",
    "thin": "#9fb6c8",
    "expected": "#6b737c",
    "series_1": "#0072b2",
    "series_2": "#d55e00",
    "series_3": "#009e73",
    "series_4": "#b5588f",
    "ok": "#1a7f4b",
    "warning": "#9a6700",
    "critical": "#b42318",
}
"""Okabe–Ito, with the pale ones darkened where they draw lines. Every colour is there once, so that a page
can replace it by a variable of the same name (``_`` becomes ``-``)."""

DARK: Final[Mapping[str, str]] = {
    "sheet": "transparent",
    "paper": "#14171a",
    "ink": "#e8e6e1",
    "muted": "#a3adb7",
    "grid": "#2d343b",
    "band": "#20423a",
    "fan": "#1f4a68",
    "episode": "#3a2a1c",
    "thin": "#4f697c",
    "expected": "#b3bac2",
    "series_1": "#56b4e9",
    "series_2": "#f0883e",
    "series_3": "#2cc79a",
    "series_4": "#e39ac6",
    "ok": "#4cc38a",
    "warning": "#e0a83a",
    "critical": "#ff7a6b",
}

_AS_WRITTEN: Final = str.maketrans({",": "\u202f", "-": "−"})
SERIES: Final = ("series_1", "series_2", "series_3", "series_4")
WIDTH: Final = 720
LEFT: Final = 84
RIGHT: Final = 116
TITLE_SIZE: Final = 14
TEXT_SIZE: Final = 12
HEAD_ROOM: Final = 24
MARKS_ROOM: Final = 15
"""Between a panel and its head, where marks and their names stand there."""
_TITLE_LINE: Final = 19
_TITLE_CHARACTERS: Final = 84

RC: Final[Mapping[str, object]] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "farmlab",
    "text.parse_math": False,  # a $ in a name is a $
    "font.family": "sans-serif",
    "font.size": TEXT_SIZE,
    "text.color": PALETTE["ink"],
    "axes.labelcolor": PALETTE["muted"],
    "axes.facecolor": "none",
    "axes.edgecolor": PALETTE["grid"],
    "xtick.color": PALETTE["grid"],
    "ytick.color": PALETTE["grid"],
    "xtick.labelcolor": PALETTE["muted"],
    "ytick.labelcolor": PALETTE["muted"],
    "xtick.labelsize": TEXT_SIZE,
    "ytick.labelsize": TEXT_SIZE,
    "figure.facecolor": PALETTE["sheet"],
    "grid.color": PALETTE["grid"],
    "grid.linewidth": 1.0,
    "lines.solid_capstyle": "round",
    "hatch.linewidth": 1.0,
    "path.simplify": False,
}


def drawn(make: Callable[P, R]) -> Callable[P, R]:
    """Decorator: draw in this style, and leave matplotlib's settings as they were."""
    return mpl.rc_context(dict(RC))(make)  # type: ignore[arg-type]


def sheet(
    heights: Sequence[int],
    *,
    title: str = "",
    columns: int = 1,
    width: int = WIDTH,
    left: int = LEFT,
    right: int = RIGHT,
    gap: int = 30,
    column_gap: int = 40,
    bottom: int = 46,
    head_room: int = HEAD_ROOM,
) -> tuple[Figure, list[Axes]]:
    """A figure with panels of these heights below each other, row by row, under its sentence; all sizes in pixels."""
    lines = textwrap.wrap(one_line(title, limit=400), max(20, _TITLE_CHARACTERS * width // WIDTH))
    top = 10 + _TITLE_LINE * len(lines) + head_room
    height = top + sum(heights) + gap * (len(heights) - 1) + bottom
    figure = Figure(figsize=(width / 72, height / 72), dpi=72)
    for row, line in enumerate(lines):
        figure.text(0.005, 1 - (8 + _TITLE_LINE * row) / height, line, size=TITLE_SIZE, weight="bold", va="top")
    panel = (width - left - right - column_gap * (columns - 1)) / columns
    axes = []
    for row, panel_height in enumerate(heights):
        low = height - top - sum(heights[: row + 1]) - gap * row
        for column in range(columns):
            x = left + column * (panel + column_gap)
            box = (x / width, low / height, panel / width, panel_height / height)
            axes.append(_panel(figure, box))
    return figure, axes


def _panel(figure: Figure, box: tuple[float, float, float, float]) -> Axes:
    axes = figure.add_axes(box)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0)
    axes.grid(visible=True, axis="y")
    axes.set_axisbelow(True)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value)))
    axes.yaxis.set_major_locator(
        MaxNLocator(nbins=max(2, int(box[3] * figure.get_figheight() * 72 / 36)), min_n_ticks=2)
    )
    return axes


def number(value: float, digits: int | None = None) -> str:
    """A number as people write it: a thin space between thousands, a true minus; "–" where there is none.

    >>> number(2310.0), number(29.84, 1), number(-0.04, 1), number(float("nan"))
    ('2\u202f310', '29.8', '0.0', '–')
    """
    if not np.isfinite(value):
        return "–"
    return f"{value:,.10g}".translate(_AS_WRITTEN) if digits is None else rounded(value, digits)


def _tick(value: float) -> str:
    """A number at an axis, where there is no room for millions."""
    return number(value) if abs(value) < 1e6 else f"{number(value / 1e6)} M"


def note(
    panel: Axes,
    text: str,
    place: tuple[float, float],
    offset: tuple[float, float] = (0, 0),
    *,
    at: At = "axes fraction",
    **style: Any,
) -> None:
    """A few words near a place of a panel, ``offset`` pixels away; they may stand outside of it."""
    look: dict[str, Any] = {"va": "center", "parse_math": False, "annotation_clip": False} | style
    panel.annotate(one_line(text, limit=70), place, xycoords=at, xytext=offset, textcoords="offset points", **look)


def head(panel: Axes, text: str, *, unit: str = "", above: int = 0) -> None:
    """What a panel shows, with its unit, above its left corner; ``above`` what stands there already."""
    said = f"{one_line(text, limit=40)}, {unit}" if unit else text
    note(panel, said, (0, 1), (0, 7 + above), color=PALETTE["muted"], va="bottom")
