"""A time axis that speaks the farm's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
from matplotlib.ticker import NullLocator

from farmlab import clock
from farmlab.figures.lines import dates
from farmlab.figures.style import PALETTE, note

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from matplotlib.axes import Axes

_STEPS: Final = ((30, 6), (60, 12), (5 * 24 + 1, 24), (11 * 24, 48), (24 * 24, 96), (50 * 24, 168))
"""Up to so many hours shown, a tick each so many hours."""
BESIDE_ZONE: Final = 0.06
"""In this last share of a panel a label would reach into the name of the zone."""
NARROW: Final = 2.4
"""A narrow panel has room for the ticks of a window so many times as long."""


def span(axes: Sequence[Axes], start: datetime, until: datetime, *, timezone: str, narrow: bool = False) -> None:
    """All panels from ``start`` to ``until``; the last one says the hours, days and the zone.

    A tick is at a round hour of the farm's clock, also across a change of the clock; midnight says the day.
    """
    places, labels = ticks(start, until, timezone, narrow=narrow)
    at = dates(places)
    for panel in axes:
        panel.set_xlim(*dates(pd.DatetimeIndex([start, until])))
        panel.vlines(at, 0, 1, transform=panel.get_xaxis_transform(), color=PALETTE["grid"], linewidth=1, zorder=0.5)
        panel.xaxis.set_visible(panel is axes[-1])
    axes[-1].xaxis.set_minor_locator(NullLocator())
    if not narrow:
        room = until - (until - start) * BESIDE_ZONE
        labels = [said if place <= room else "" for said, place in zip(labels, places, strict=True)]
        note(axes[-1], f"clock: {_place(timezone)}", (1, 0), (8, -12), color=PALETTE["muted"], size=10)
    axes[-1].set_xticks(at, labels)


def ticks(
    start: datetime, until: datetime, timezone: str, *, narrow: bool = False
) -> tuple[pd.DatetimeIndex, list[str]]:
    """Where ticks are (UTC) and what they say.

    >>> from datetime import UTC, datetime
    >>> places, said = ticks(datetime(2026, 7, 1, 4, tzinfo=UTC), datetime(2026, 7, 2, 4, tzinfo=UTC), "Europe/Berlin")
    >>> said
    ['06:00', '12:00', '18:00', 'Thu 2 Jul', '06:00']
    """
    hours = (until - start).total_seconds() / 3600 * (NARROW if narrow else 1)
    step = next((step for most, step in _STEPS if hours <= most), 28 * 24)
    first, last = (pd.Timestamp(moment).tz_convert(clock.zone(timezone)) for moment in (start, until))
    begin, end = (moment.tz_localize(None) for moment in (first.normalize(), last))
    days = pd.date_range(begin, end, freq=f"{max(1, step // 24)}D")
    days = days.tz_localize(first.tz, ambiguous=False, nonexistent="shift_forward")
    local = days if step >= 24 else _within(days, step)
    inside = local[(local >= first) & (local <= last)]
    return inside.tz_convert("UTC"), [_said(moment, narrow=narrow) for moment in inside]


def _place(timezone: str) -> str:
    """The zone as a place: "Buenos Aires"; a fixed offset as people write it."""
    if timezone.startswith("Etc/GMT"):  # where the signs are turned round
        return timezone.replace("Etc/GMT", "UTC").translate(str.maketrans("+-", "-+"))
    return timezone.rpartition("/")[2].replace("_", " ")


def _within(days: pd.DatetimeIndex, step: int) -> pd.DatetimeIndex:
    """The round hours of these days by the wall clock; one that the clock skips is left out."""
    naive = [day.tz_localize(None) + pd.Timedelta(hours=hour) for day in days for hour in range(0, 24, step)]
    index = pd.DatetimeIndex(naive).tz_localize(days.tz, ambiguous=False, nonexistent="NaT")
    return pd.DatetimeIndex(index.dropna())


def _said(moment: pd.Timestamp, *, narrow: bool) -> str:
    if moment.hour:
        return f"{moment:%H:%M}"
    return f"{moment:%a} {moment.day}" if narrow else f"{moment:%a} {moment.day} {moment:%b}"
