"""The readings of one sensor with its labels, as HTML on which a stretch can be marked with mouse, pen or finger.

The plot writes the stretch into a text field of the same board (class ``fl-drawn``), which is how it reaches the
kernel; JupyterLab and Voila need no extension for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from farmlab import units
from farmlab.figures.lines import line
from farmlab.figures.marks import spans
from farmlab.figures.style import HEAD_ROOM, MARKS_ROOM, drawn, head, sheet
from farmlab.figures.svg import picture
from farmlab.figures.timeaxis import span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import pandas as pd

    from farmlab.domain import Sensor
    from farmlab.labelling.labels import Label
    from farmlab.labelling.windows import Window

WIDTH: Final = 960
LEFT: Final = 60
RIGHT: Final = 84
HEIGHT: Final = 220

_SHARE: Final = (
    "const r=this.getBoundingClientRect(),s=Math.min(Math.max((event.clientX-r.left)/r.width,0),1),c=this.firstChild;"
)
_DRAW: Final = (
    "const a=+this.dataset.a;c.hidden=false;c.style.left=100*Math.min(a,s)+'%';c.style.width=100*Math.abs(a-s)+'%';"
)
_DOWN: Final = f"{_SHARE}event.preventDefault();this.setPointerCapture(event.pointerId);this.dataset.a=s;{_DRAW}"
_MOVE: Final = f"if('a' in this.dataset){{{_SHARE}{_DRAW}}}"
_UP: Final = (
    f"if('a' in this.dataset){{{_SHARE}const i=this.closest('.fl-board').querySelector('.fl-drawn input');"
    "i.value=this.dataset.a+','+s+','+Date.now();delete this.dataset.a;"
    "for(const e of ['input','change'])i.dispatchEvent(new Event(e,{bubbles:true}))}"
)
STYLE: Final = """<style>
.fl-plot { position: relative; max-width: 960px; }
.fl-plot svg { display: block; width: 100%; height: auto; background: #fff; }
.fl-surface { position: absolute; top: 0; bottom: 0; cursor: crosshair; touch-action: pan-y; user-select: none; }
.fl-surface i { position: absolute; top: 8%; bottom: 14%; background: #0072b233; border-inline: 2px solid #0072b2; }
.fl-drawn { position: absolute; width: 1px; height: 1px; overflow: hidden; opacity: 0; pointer-events: none; }
</style>"""


def surface(
    series: pd.Series,
    sensor: Sensor,
    labels: Sequence[Label],
    *,
    start: datetime,
    until: datetime,
    timezone: str,
    chosen: Window | None = None,
) -> str:
    """The readings with their labels, and the chosen stretch upon them, as HTML."""
    svg = _picture(series, sensor, labels, start, until, timezone)
    sides = f"left:{100 * LEFT / WIDTH:.3f}%;right:{100 * RIGHT / WIDTH:.3f}%"
    hint = "Drag from the first to the last unusual reading"
    return (
        f'<div class="fl-plot">{svg}<div class="fl-surface" style="{sides}" title="{hint}" '
        f'onpointerdown="{_DOWN}" onpointermove="{_MOVE}" onpointerup="{_UP}" '
        f'onpointercancel="delete this.dataset.a">{_marker(chosen, start, until)}</div></div>'
    )


def _marker(chosen: Window | None, start: datetime, until: datetime) -> str:
    if chosen is None:
        return "<i hidden></i>"
    left, right = (100 * (moment - start) / (until - start) for moment in (chosen.start, chosen.end))
    return f'<i style="left:{left:.3f}%;width:{right - left:.3f}%"></i>'


@drawn
def _picture(
    series: pd.Series, sensor: Sensor, labels: Sequence[Label], start: datetime, until: datetime, timezone: str
) -> str:
    figure, (panel,) = sheet([HEIGHT], width=WIDTH, left=LEFT, right=RIGHT, head_room=HEAD_ROOM + MARKS_ROOM)
    span([panel], start, until, timezone=timezone)
    head(panel, sensor.label, unit=units.metric(sensor.metric).unit, above=MARKS_ROOM)
    line(panel, series, "series_1", linewidth=1.4)
    panel.margins(y=0.12)
    spans([panel], labels, until=until)
    said = f"{sensor.label}: {series.notna().sum()} readings; labels: {len(labels)}"
    return picture(figure, said).svg
