"""From what a mouse drew to a stretch of readings; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd

from farmlab.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from farmlab.labelling.labels import Label


@dataclass(frozen=True, slots=True)
class Window:
    """From the first to the last unusual reading, both included, in UTC."""

    start: datetime
    end: datetime

    def touches(self, start: datetime, end: datetime) -> bool:
        """Whether a moment lies in both; ends count.

        >>> from datetime import UTC
        >>> noon, one = datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 7, 1, 13, tzinfo=UTC)
        >>> Window(noon, noon).touches(noon, one), Window(noon, noon).touches(one, one)
        (True, False)
        """
        return self.start <= end and start <= self.end


def drawn(text: str, start: datetime, until: datetime) -> tuple[datetime, datetime]:
    """The moments between which the mouse was dragged, the earlier first.

    ``text`` is what the plot says, ``0.25,0.5,…``: shares of the axis from ``start`` to ``until``. Beyond the
    axis is its end.

    Raises
    ------
    DataError
        It is something else.

    >>> from datetime import UTC
    >>> day = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 2, tzinfo=UTC)
    >>> [moment.hour for moment in drawn("0.75,0.25,1", *day)]
    [6, 18]
    """
    try:
        first, last = sorted(min(max(float(part), 0.0), 1.0) for part in text.split(",")[:2])
    except ValueError:
        raise DataError("the stretch cannot be read", next_step="Drag over the plot again.") from None
    return start + (until - start) * first, start + (until - start) * last


def snapped(first: datetime, last: datetime, times: pd.DatetimeIndex) -> Window:
    """The readings between two moments; a click, or a stretch between two readings, is the nearest one.

    Raises
    ------
    DataError
        There are no readings at all.
    """
    if len(times) == 0:
        raise DataError("there are no readings here", next_step="Choose another sensor or another time.")
    inside = times[(times >= pd.Timestamp(first)) & (times <= pd.Timestamp(last))]
    if len(inside) == 0:
        middle = pd.Timestamp(first + (last - first) / 2)
        inside = times[[int((times - middle).to_series().abs().to_numpy().argmin())]]
    return Window(inside[0].to_pydatetime(), inside[-1].to_pydatetime())


def clash(window: Window, sensor: str, labels: Iterable[Label]) -> Label | None:
    """The label that says something of the same sensor at the same time; one stretch has one label."""
    return next((item for item in labels if item.sensor == sensor and window.touches(item.start, item.end)), None)
