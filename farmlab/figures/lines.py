"""Series as lines: at most 2,000 points with the extremes kept, and gaps left open."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from farmlab.figures.style import PALETTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

MOST_POINTS: Final = 2_000
MICROSECONDS_PER_DAY: Final = 86_400e6
GAP_STEPS: Final = 2.5
"""Two readings further apart than so many usual steps have a gap between them."""


def dates(times: pd.Index | pd.DatetimeIndex) -> NDArray[np.float64]:
    """Times as matplotlib counts them: days since 1970, in UTC."""
    index = pd.DatetimeIndex(times)
    naive = index if index.tz is None else index.tz_convert(None)
    return naive.as_unit("us").asi8 / MICROSECONDS_PER_DAY


def decimate(series: pd.Series, *, most: int = MOST_POINTS) -> pd.Series:
    """The series as it is drawn: NaN rows where a gap is, at most ``most`` rows, extremes kept.

    All values are its own. Where there are too many, each stretch of time keeps its lowest and highest.

    >>> times = pd.to_datetime(["2026-01-01 00:00", "2026-01-01 00:05", "2026-01-01 00:10", "2026-01-01 02:00"])
    >>> decimate(pd.Series([1.0, 2.0, 3.0, 4.0], index=times)).tolist()
    [1.0, 2.0, 3.0, nan, 4.0]
    """
    stretch = _stretches(series)
    known = series[series.notna()]
    if known.empty:
        return known
    room = max(most // 4, (most - int(stretch[-1])) // 2)
    kept = np.arange(len(known)) if len(known) + stretch[-1] <= most else _extremes(known.to_numpy(float), room)
    return _opened(known.iloc[kept], stretch[kept])


def _stretches(series: pd.Series) -> NDArray[np.int_]:
    """For each known value, the number of gaps before it."""
    known = np.flatnonzero(series.notna().to_numpy())
    if len(known) == 0:
        return np.zeros(0, dtype=int)
    steps = np.diff(dates(series.index))
    usual = float(np.median(steps)) if len(steps) else 0.0
    far = np.diff(dates(series.index[known])) > GAP_STEPS * usual
    return np.concatenate([[0], np.cumsum(far | (np.diff(known) > 1))])


def _extremes(values: NDArray[np.float64], buckets: int) -> NDArray[np.int_]:
    """Places of the lowest and the highest value of each bucket, in order."""
    edges = np.unique(np.linspace(0, len(values), buckets + 1).astype(int)).tolist()
    kept = set[int]()
    for start, stop in pairwise(edges):
        inside = values[start:stop]
        kept |= {start + int(inside.argmin()), start + int(inside.argmax())}
    return np.array(sorted(kept))


def _opened(kept: pd.Series, stretch: NDArray[np.int_]) -> pd.Series:
    """A NaN half-way across each gap, which no line crosses."""
    after = np.flatnonzero(np.diff(stretch) > 0)
    if len(after) == 0:
        return kept
    times = pd.DatetimeIndex(kept.index)
    middles = times[after] + (times[after + 1] - times[after]) / 2
    places = np.insert(np.arange(len(kept), dtype=float), after + 1, np.nan)
    values = np.insert(kept.to_numpy(float), after + 1, np.nan)
    index = times.append(middles)[
        np.where(np.isnan(places), len(kept) + np.cumsum(np.isnan(places)) - 1, np.nan_to_num(places)).astype(int)
    ]
    return pd.Series(values, index=index, name=kept.name)


def last(series: pd.Series) -> float:
    """The newest known value; NaN when there is none."""
    known = series.dropna()
    return float(known.iloc[-1]) if len(known) else float("nan")


def line(axes: Axes, series: pd.Series, colour: str, *, most: int = MOST_POINTS, **style: Any) -> None:
    """The series as a line in this colour of the palette; a reading alone between gaps is a dot."""
    shown = decimate(series, most=most)
    if shown.empty:
        return
    x, y = dates(shown.index), shown.to_numpy(float)
    look: dict[str, Any] = {"linewidth": 1.4, "color": PALETTE[colour]} | style
    axes.plot(x, y, **look)
    known = np.concatenate([[False], ~np.isnan(y), [False]])
    alone = known[1:-1] & ~known[:-2] & ~known[2:]
    if alone.any():
        axes.plot(x[alone], y[alone], linestyle="none", marker="o", markersize=2.5, color=PALETTE[colour])


def band(axes: Axes, low: pd.Series, high: pd.Series, colour: str, *, most: int = MOST_POINTS, **style: Any) -> None:
    """The area between two series that share their times, open where one of them is missing."""
    lower = decimate(low, most=most)
    upper = high.reindex(lower.index)
    axes.fill_between(
        dates(lower.index), lower.to_numpy(float), upper.to_numpy(float), color=PALETTE[colour], linewidth=0, **style
    )


def bars(axes: Axes, amounts: pd.Series, colour: str) -> None:
    """Amounts as bars that end at their time and are as wide as the step."""
    known = amounts.dropna()
    if known.empty:
        return
    right = dates(known.index)
    width = 0.86 * float(np.median(np.diff(right))) if len(right) > 1 else 1 / 24
    blocks(axes, right - width, right, np.zeros(len(right)), known.to_numpy(float), colour)
    axes.set_ylim(0, max(1.15 * float(known.max()), 1e-9))


def blocks(axes: Axes, left: Values, right: Values, low: Values, high: Values, colour: str, **style: Any) -> None:
    """Rectangles of one colour, as one shape."""
    if len(left):
        corners = np.stack([left, low, right, low, right, high, left, high], axis=1).reshape(-1, 4, 2)
        shape = Path.make_compound_path_from_polys(corners)
        axes.add_patch(PathPatch(shape, facecolor=PALETTE[colour], linewidth=0, **style))


def runs(series: pd.Series) -> tuple[Values, Values, Values]:
    """Stretches of equal known values: where each begins and ends (dates), and its value.

    A reading stands for the step before it; a gap ends a stretch.
    """
    times, values = dates(series.index), series.to_numpy(float)
    step = float(np.median(np.diff(times))) if len(times) > 1 else 1 / 24
    known = np.flatnonzero(~np.isnan(values))
    if len(known) == 0:
        return (np.zeros(0),) * 3
    times, values = times[known], values[known]
    new = np.concatenate([[True], (np.diff(values) != 0) | (np.diff(times) > GAP_STEPS * step)])
    first = np.flatnonzero(new)
    last = np.append(first[1:] - 1, len(times) - 1)
    return times[first] - step, times[last], values[first]
