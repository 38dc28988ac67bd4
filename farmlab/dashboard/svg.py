"""Lines, bands and bars as SVG path data in a box of WIDTH × HEIGHT.

The box is stretched to the place it gets on the page, so that labels are HTML beside it and keep their
size. A gap in the data stays open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

WIDTH: Final = 1000.0
HEIGHT: Final = 100.0


@dataclass(frozen=True, slots=True)
class Box:
    """Time from ``start`` to ``end`` across, values from ``low`` to ``high`` upwards."""

    start: datetime
    end: datetime
    low: float
    high: float

    def across(self, moment: datetime) -> float:
        """Where a moment lies, from 0 to WIDTH; outside the window it lies on its edge."""
        share = (moment - self.start) / (self.end - self.start)
        return round(min(max(share, 0.0), 1.0) * WIDTH, 1)

    def up(self, value: float) -> float:
        """Where a value lies, 0 at the top; outside the range it lies on the edge."""
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return round((1.0 - min(max(share, 0.0), 1.0)) * HEIGHT, 1)


def line(series: pd.Series[float], box: Box, *, gap: timedelta) -> str:
    """Path data of a line; where two values lie further apart than ``gap`` it is broken.

    >>> import pandas as pd
    >>> box = Box(datetime(2026, 1, 1), datetime(2026, 1, 2), 0.0, 10.0)
    >>> times = pd.to_datetime(["2026-01-01 00:00", "2026-01-01 06:00", "2026-01-02 00:00"])
    >>> line(pd.Series([0.0, 5.0, 10.0], index=times), box, gap=timedelta(hours=7))
    'M0 100L250 50M1000 0'
    """
    return "".join("M" + "L".join(_points(piece, box)) for piece in pieces(series, gap))


def band(low: pd.Series[float], high: pd.Series[float], box: Box, *, gap: timedelta) -> str:
    """Path data of the area between two lines that share their times; gaps stay open."""
    parts = []
    for piece in pieces(low, gap):
        there, back = _points(high.reindex(piece.index), box), _points(piece, box)[::-1]
        parts.append("M" + "L".join([*there, *back]) + "Z")
    return "".join(parts)


def bars(series: pd.Series[float], box: Box, *, step: timedelta) -> str:
    """Path data of bars that end at their time and are one step wide."""
    width = WIDTH * (step / (box.end - box.start)) * 0.86
    return "".join(
        f"M{max(x - width, 0.0):g} {HEIGHT:g}V{y:g}H{x:g}V{HEIGHT:g}Z" for x, y in _places(series.dropna(), box)
    )


def pieces(series: pd.Series[float], gap: timedelta) -> list[pd.Series[float]]:
    """The stretches of a series without a gap longer than ``gap``; missing values are left out."""
    known = series.dropna()
    if known.empty:
        return []
    breaks = np.flatnonzero(np.diff(known.index.to_numpy()) > np.timedelta64(gap)) + 1
    edges = [0, *breaks.tolist(), len(known)]
    return [known.iloc[first:last] for first, last in pairwise(edges)]


def thin(series: pd.Series[float], most: int = 400) -> pd.Series[float]:
    """At most about ``most`` points, the lowest and the highest of each stretch kept."""
    known = series.dropna()
    if len(known) <= most:
        return series
    group = np.arange(len(known)) * (most // 2) // len(known)
    by = known.groupby(group)
    return known.loc[known.index.isin(by.idxmin()) | known.index.isin(by.idxmax())]


def ticks(low: float, high: float, most: int = 4) -> list[float]:
    """Round values within a range, for its axis.

    >>> ticks(21.3, 33.9), ticks(0.0, 180.0)
    ([25.0, 30.0], [0.0, 50.0, 100.0, 150.0])
    """
    span = high - low
    if not span > 0:
        return [low]
    rough = span / most
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= 0.75 * rough)
    first = np.ceil(low / step) * step
    return [float(round(value, 10)) for value in np.arange(first, high + step * 1e-9, step)]


def _points(series: pd.Series[float], box: Box) -> list[str]:
    return [f"{x:g} {y:g}" for x, y in _places(series, box)]


def _places(series: pd.Series[float], box: Box) -> list[tuple[float, float]]:
    across = (pd.DatetimeIndex(series.index) - box.start) / (box.end - box.start)
    up = 1.0 - (series.to_numpy(float) - box.low) / ((box.high - box.low) or 1.0)
    xs, ys = np.clip(across, 0, 1) * WIDTH, np.clip(up, 0, 1) * HEIGHT
    return list(zip(np.round(xs, 1).tolist(), np.round(ys, 1).tolist(), strict=True))
