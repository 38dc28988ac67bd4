"""Signs of wear on their way to a limit: the past as it was, the limit, and when the trend will be there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from farmlab.figures.lines import band, last, line
from farmlab.figures.marks import end_labels, now_line
from farmlab.figures.style import drawn, head, sheet
from farmlab.figures.svg import Picture, picture
from farmlab.figures.timeaxis import span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

HEIGHT: Final = 110
PAST: Final = pd.Timedelta(days=10)
AHEAD: Final = pd.Timedelta(days=3)


class Course(NamedTuple):
    """One sign: its name, its course (hourly, 1 at the limit), and its sure trend a day as (low, middle, high)."""

    name: str
    level: pd.Series
    trend: tuple[float, float, float] | None


@drawn
def wear(courses: Sequence[Course], *, until: datetime, timezone: str, title: str) -> Picture:
    """One panel a sign, ten days back and three ahead; 100 % is the limit.

    Where a trend is sure it goes on as a dashed line with its 90 % interval.
    """
    now = pd.Timestamp(until)
    figure, panels = sheet([HEIGHT] * len(courses), title=title, gap=42)
    span(panels, now - PAST, now + AHEAD, timezone=timezone)
    limit = pd.Series(100.0, index=pd.DatetimeIndex([now - PAST, now + AHEAD]))
    for panel, course in zip(panels, courses, strict=True):
        shown = 100 * course.level[course.level.index > now - PAST]
        head(panel, course.name, unit="% of the way to its limit")
        line(panel, limit, "critical", linestyle=(0, (4, 3)))
        line(panel, shown, "series_1")
        ends = [(100.0, "limit", "critical"), (last(shown), "now", "series_1")]
        if course.trend is not None:
            low, middle, high = _ahead(last(shown), course.trend, now)
            band(panel, low, high, "fan", zorder=0.8)
            line(panel, middle, "series_1", linestyle=(0, (2, 2)))
            ends[1] = (float(middle.iloc[-1]), "trend", "series_1")
        panel.set_ylim(*_range(shown))
        end_labels(panel, [(min(value, panel.get_ylim()[1]), text, colour) for value, text, colour in ends])
    now_line(panels, until)
    return picture(figure, title)


def _ahead(level: float, trend: tuple[float, float, float], now: pd.Timestamp) -> tuple[pd.Series, ...]:
    """Low, middle and high course of the next days, in percent."""
    times = pd.date_range(now, now + AHEAD, periods=13)
    days = np.asarray((times - now) / pd.Timedelta(days=1), dtype=float)
    return tuple(pd.Series(level + 100 * slope * days, index=times) for slope in trend)


def _range(shown: pd.Series) -> tuple[float, float]:
    known = shown.dropna()
    low = float(known.quantile(0.02)) if len(known) else 0.0
    high = float(known.max()) if len(known) else 0.0
    return max(min(low, -20.0), -150.0), min(max(high, 125.0), 300.0)
