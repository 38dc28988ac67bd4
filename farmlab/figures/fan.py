"""What comes next: a forecast as a fan after the present, and what earlier ones were worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from farmlab import units
from farmlab.figures.lines import band, last, line
from farmlab.figures.marks import end_labels, now_line
from farmlab.figures.style import drawn, head, sheet
from farmlab.figures.svg import Picture, picture
from farmlab.figures.timeaxis import span

if TYPE_CHECKING:
    from datetime import datetime

HEIGHT: Final = 190
PAST: Final = pd.Timedelta(hours=72)


@drawn
def fan(
    history: pd.Series,
    frame: pd.DataFrame,
    *,
    metric: str,
    until: datetime,
    timezone: str,
    title: str,
    issued: pd.DataFrame | None = None,
    truth: pd.Series | None = None,
    target: pd.Series | None = None,
    tolerance: float = 1.0,
) -> Picture:
    """The last three days, the present, and the next hours with their 80 % interval.

    Parameters
    ----------
    history
        Hours until now, by time in UTC.
    frame
        ``forecast``, ``lower`` and ``upper`` of the hours ahead.
    metric
        Its code.
    until
        The present.
    timezone
        The farm's zone.
    title
        The sentence that the figure shows.
    issued
        An earlier forecast, to be seen beside what came true.
    truth
        What came after ``until``, when the forecast is looked at later.
    target
        The set-point or target, past and future.
    tolerance
        Half the height of the band around the target.
    """
    about = units.metric(metric)
    start, end = pd.Timestamp(until) - PAST, pd.Timestamp(frame.index[-1])
    figure, (panel,) = sheet([HEIGHT], title=title)
    span([panel], start, end, timezone=timezone)
    earlier = None if issued is None or issued.empty else issued["forecast"][issued.index <= pd.Timestamp(until)]
    said = about.label if about.kind == "gauge" else f"{about.label} per hour"
    head(panel, said, unit=about.unit)
    if target is not None:
        planned = target[(target.index > start) & (target.index <= end)]
        band(panel, planned - tolerance, planned + tolerance, "band", zorder=0.5)
    band(panel, frame["lower"], frame["upper"], "fan", zorder=0.8)
    ends = [(last(frame["forecast"]), "forecast", "series_1"), (last(frame["upper"]), "80 % interval", "fan")]
    if earlier is not None:
        line(panel, earlier, "series_2", linestyle=(0, (2, 2)))
        ends.append((last(earlier), "said yesterday", "series_2"))
    line(panel, history[history.index > start], "ink", linewidth=1.5)
    line(panel, frame["forecast"], "series_1", linewidth=1.8)
    if truth is not None:
        came = truth[(truth.index > pd.Timestamp(until)) & (truth.index <= end)]
        line(panel, came, "ink", linewidth=1.5)
        ends.append((last(came), "what came", "ink"))
    panel.margins(y=0.1)
    now_line([panel], until, "now" if truth is None else "said here")
    end_labels(panel, ends)
    return picture(figure, title)
