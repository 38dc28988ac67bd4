"""What comes next: forecasts as fans after the present, and beside the past what earlier ones had said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from farmlab import units
from farmlab.figures.lines import band, last, line
from farmlab.figures.marks import end_labels, now_line
from farmlab.figures.style import drawn, head, sheet
from farmlab.figures.svg import Picture, picture
from farmlab.figures.timeaxis import span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from matplotlib.axes import Axes

HEIGHT: Final = 190
LOW_HEIGHT: Final = 120
PAST_DAYS: Final = 3
PAST: Final = pd.Timedelta(days=PAST_DAYS)
DAY: Final = pd.Timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Fan:
    """One series, its forecast, and what was said before.

    Attributes
    ----------
    history
        Hours until now, by time in UTC.
    frame
        ``forecast``, ``lower`` and ``upper`` of the hours ahead.
    metric
        Its code; empty for a series of no known metric.
    issued
        Earlier forecasts, to be seen beside what came true: ``origin``, ``time``, ``forecast``, ``lower``, ``upper``.
    target
        The set-point or target, past and future.
    tolerance
        Half the height of the band around the target.
    label
        What the panel shows; empty for what the metric says.
    """

    history: pd.Series
    frame: pd.DataFrame
    metric: str
    issued: pd.DataFrame | None = None
    target: pd.Series | None = None
    tolerance: float = 1.0
    label: str = ""


def fan(
    history: pd.Series,
    frame: pd.DataFrame,
    *,
    metric: str,
    until: datetime,
    timezone: str,
    title: str,
    issued: pd.DataFrame | None = None,
    target: pd.Series | None = None,
    tolerance: float = 1.0,
    label: str = "",
) -> Picture:
    """The last three days, the present, and the next hours with their 80 % interval; see :class:`Fan`."""
    one = Fan(history, frame, metric, issued, target, tolerance, label)
    return fans([one], until=until, timezone=timezone, title=title, height=HEIGHT)


@drawn
def fans(parts: Sequence[Fan], *, until: datetime, timezone: str, title: str, height: int = LOW_HEIGHT) -> Picture:
    """Fans below each other on one time axis.

    Parameters
    ----------
    parts
        One a panel.
    until
        The present.
    timezone
        The farm's zone.
    title
        The sentence that the figure shows.
    height
        Of a panel, in pixels.
    """
    now = pd.Timestamp(until)
    figure, panels = sheet([height] * len(parts), title=title)
    span(panels, now - PAST, max(part.frame.index[-1] for part in parts), timezone=timezone)
    for panel, part in zip(panels, parts, strict=True):
        _draw(panel, part, now)
    now_line(panels, until, "now")
    return picture(figure, title)


def said_before(issued: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """For the last three days, what had been said a day ahead at the most: one forecast a day, by time.

    Each day follows the newest forecast that was made before it began; NaN rows stand between them.
    """
    pieces = []
    for back in range(PAST_DAYS, 0, -1):
        begin = until - back * DAY
        made = issued.loc[issued["origin"] <= begin, "origin"].max()
        day = issued[(issued["origin"] == made) & (issued["time"] > begin) & (issued["time"] <= begin + DAY)]
        pieces.append(day[["time", "forecast", "lower", "upper"]].iloc[:-1])
    whole: pd.DataFrame = pd.concat(pieces).set_index("time")
    if len(whole):
        whole = whole.reindex(pd.date_range(whole.index.min(), whole.index.max(), freq="h"))
    return whole


def _draw(panel: Axes, part: Fan, now: pd.Timestamp) -> None:
    start, end = now - PAST, part.frame.index[-1]
    label, unit = _said(part)
    head(panel, label, unit=unit)
    if part.target is not None:
        planned = part.target[(part.target.index > start) & (part.target.index <= end)]
        band(panel, planned - part.tolerance, planned + part.tolerance, "band", zorder=0.5)
    band(panel, part.frame["lower"], part.frame["upper"], "fan", zorder=0.8)
    ends = [
        (last(part.frame["forecast"]), "forecast", "series_1"),
        (last(part.frame["upper"]), "80 % interval", "fan"),
        *_earlier(panel, part, now),
    ]
    line(panel, part.history[part.history.index > start], "ink", linewidth=1.5)
    line(panel, part.frame["forecast"], "series_1", linewidth=1.8)
    panel.margins(y=0.1)
    end_labels(panel, ends)


def _said(part: Fan) -> tuple[str, str]:
    """What a panel shows, and its unit; a series of no known metric has none."""
    if not part.metric:
        return part.label, ""
    about = units.metric(part.metric)
    return part.label or (about.label if about.kind == "gauge" else f"{about.label} per hour"), about.unit


def _earlier(panel: Axes, part: Fan, now: pd.Timestamp) -> list[tuple[float, str, str]]:
    earlier = part.issued if part.issued is None else said_before(part.issued, now)
    if earlier is None or not earlier["forecast"].notna().any():
        return []
    band(panel, earlier["lower"], earlier["upper"], "grid", zorder=0.6)
    line(panel, earlier["forecast"], "series_2", linestyle=(0, (2, 2)))
    return [(last(earlier["forecast"]), "said before", "series_2")]
