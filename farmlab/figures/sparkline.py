"""Small lines for tables and tiles: 24 hours in a cell, written by hand because there are many."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab.figures.style import PALETTE
from farmlab.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WIDTH: Final = 120
HEIGHT: Final = 28
MOST_POINTS: Final = 96
_EDGE: Final = 3


def sparkline(
    values: Sequence[float] | NDArray[np.float64],
    *,
    alt: str,
    low: float | None = None,
    high: float | None = None,
    width: int = WIDTH,
    height: int = HEIGHT,
) -> str:
    """An inline ``<svg>`` of evenly spaced values (NaN = gap), with the band from ``low`` to ``high`` behind.

    The newest value is a dot. ``alt`` is the sentence for those who cannot see it.

    >>> sparkline([1, 2, float("nan"), 3], alt="rising", width=46, height=16).count("<path")
    1
    """
    shown = _thinned(np.asarray(values, dtype=float))
    said = escape(one_line(alt))
    bottom, top = _range(shown, low, high)
    x = np.linspace(_EDGE, width - _EDGE, len(shown))
    y = _EDGE + (top - shown) / (top - bottom) * (height - 2 * _EDGE)
    parts = [_band(low, high, (bottom, top), width, height)] if low is not None and high is not None else []
    parts += [_line(x, y), _dot(x, y)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' role="img" aria-label="{said}"><title>{said}</title>{"".join(parts)}</svg>'
    )


def _colour(name: str) -> str:
    return f"var(--{name.replace('_', '-')}, {PALETTE[name]})"


def _thinned(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """At most ``MOST_POINTS`` values: of each stretch its extreme, the one further from the middle of all."""
    if len(values) <= MOST_POINTS or not np.isfinite(values).any():
        return values[-MOST_POINTS:]
    each = -(-len(values) // MOST_POINTS)
    rows = np.concatenate([np.full(-len(values) % each, np.nan), values]).reshape(-1, each)
    away = np.nan_to_num(np.abs(rows - np.median(values[np.isfinite(values)])), nan=-1.0)
    far: NDArray[np.float64] = rows[np.arange(len(rows)), away.argmax(axis=1)]
    return np.append(far[:-1], values[-1])


def _range(values: NDArray[np.float64], low: float | None, high: float | None) -> tuple[float, float]:
    known = [*values[np.isfinite(values)].tolist(), *(bound for bound in (low, high) if bound is not None)]
    bottom, top = (min(known), max(known)) if known else (0.0, 1.0)
    return (bottom, top) if top > bottom else (bottom - 0.5, top + 0.5)


def _band(low: float, high: float, shown: tuple[float, float], width: int, height: int) -> str:
    bottom, top = shown
    room = height - 2 * _EDGE
    y, tall = _EDGE + (top - high) / (top - bottom) * room, (high - low) / (top - bottom) * room
    return f'<rect x="0" y="{y:.1f}" width="{width}" height="{max(tall, 1):.1f}" style="fill: {_colour("band")}"/>'


def _line(x: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    steps, pen = [], "M"
    for across, up in zip(x.tolist(), y.tolist(), strict=True):
        if math.isnan(up):
            pen = "M"
            continue
        steps.append(f"{pen}{across:.1f} {up:.1f}")
        pen = "L"
    path = "".join(steps)
    return (
        (
            f'<path d="{path}" style="fill: none; stroke: {_colour("series_1")}; stroke-width: 1.5;'
            ' stroke-linecap: round; stroke-linejoin: round"/>'
        )
        if path
        else ""
    )


def _dot(x: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    if not len(y) or not np.isfinite(y[-1]):
        return ""
    return f'<circle cx="{x[-1]:.1f}" cy="{y[-1]:.1f}" r="2.2" style="fill: {_colour("series_1")}"/>'
