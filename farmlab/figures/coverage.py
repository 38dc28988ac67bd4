"""Which readings came: one strip per sensor, present, flagged or missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.figures.lines import blocks, dates, runs
from farmlab.figures.style import BESIDE, PALETTE, drawn, head, note, number, sheet
from farmlab.figures.svg import Picture, picture
from farmlab.figures.timeaxis import span
from farmlab.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from matplotlib.axes import Axes

    from farmlab.domain import Sensor

ROW: Final = 17
MISSING_RULES: Final = frozenset({"missing", "stale"})
"""Rules that tell of readings which did not come: shown as the gap that they are."""


@drawn
def coverage(
    wide: pd.DataFrame,
    flags: pd.DataFrame,
    sensors: Sequence[Sensor],
    *,
    start: datetime,
    until: datetime,
    timezone: str,
    title: str,
) -> Picture:
    """Sensors by time: a thin strip where readings came, a tall block where a rule flagged them, else nothing.

    At the end of each row stands the share of the expected readings that came.

    Parameters
    ----------
    wide
        Readings of one house, a column a sensor.
    flags
        What the quality rules marked: ``sensor`` (source key), ``time``, ``rule``.
    sensors
        The rows, from top to bottom; those without a column are shown as missing.
    start, until
        The window, in UTC.
    timezone
        The farm's zone.
    title
        The sentence that the figure shows.
    """
    inside = wide[(wide.index > pd.Timestamp(start)) & (wide.index <= pd.Timestamp(until))]
    figure, (panel,) = sheet([ROW * max(1, len(sensors))], title=title, left=150)
    span([panel], start, until, timezone=timezone)
    head(panel, "thin: came · tall: came, but flagged · nothing: missing")
    panel.set_ylim(max(1, len(sensors)), 0)
    panel.grid(visible=False, axis="y")
    panel.set_yticks(np.arange(len(sensors)) + 0.5, [one_line(sensor.label, limit=21) for sensor in sensors])
    expected = _expected(pd.DatetimeIndex(inside.index), start, until)
    marked = flags[~flags["rule"].isin(MISSING_RULES)]
    for row, sensor in enumerate(sensors):
        values = inside[sensor.column] if sensor.column in inside else pd.Series(np.nan, index=inside.index)
        bad = values.index.isin(marked.loc[marked["sensor"] == sensor.source_key, "time"])
        _strip(panel, row, values, pd.Series(bad, index=values.index))
        share = f"{number(np.floor(100 * min(1.0, values.notna().sum() / expected)), 0)} %"
        note(panel, share, (1, row + 0.5), (8, 0), at=BESIDE)
    return picture(figure, title)


def _strip(panel: Axes, row: int, values: pd.Series, bad: pd.Series) -> None:
    came = values.notna()
    for there, half, colour in ((came & ~bad, 0.16, "series_1"), (came & bad, 0.42, "series_2")):
        left, right, ones = runs(there.astype(float).where(there))
        blocks(panel, left, right, row + 0.5 - half * ones, row + 0.5 + half * ones, colour)
    panel.axhline(row + 1, color=PALETTE["grid"], linewidth=1, zorder=0.4)


def _expected(index: pd.DatetimeIndex, start: datetime, until: datetime) -> float:
    """Readings that one sensor should have in the window, by the usual step of the house."""
    steps = np.diff(dates(index))
    usual = float(np.median(steps)) if len(steps) else 1 / 24
    return max(1.0, float(round((until - start).total_seconds() / 86_400 / usual)))
