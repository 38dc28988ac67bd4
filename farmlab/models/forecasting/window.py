"""The hours that were known at some past moments, one row each, without gaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.models.forecasting.level_step import aligned
from farmlab.models.hourly import bridged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Values = NDArray[np.float64]

DAY: Final = 24
WEEK: Final = 7 * DAY
HORIZON: Final = 2 * DAY
"""So many hours ahead is every path."""
WINDOW_DAYS: Final = 56
_HOUR_NS: Final = 3_600_000_000_000


@dataclass(frozen=True, slots=True)
class Windows:
    """Hourly values that end at an origin each.

    Attributes
    ----------
    values
        One row per origin, one column per hour, oldest first; nothing is missing.
    ends
        The origins, in hours since 1970.
    """

    values: Values
    ends: NDArray[np.int64]

    @property
    def length(self) -> int:
        """Hours in each row."""
        return int(self.values.shape[1])


def hours_since_1970(index: pd.DatetimeIndex) -> NDArray[np.int64]:
    """Full hours as numbers.

    >>> hours_since_1970(pd.DatetimeIndex(["1970-01-02 01:00Z"])).tolist()
    [25]
    """
    return np.asarray(index.as_unit("ns").asi8 // _HOUR_NS)


def as_times(hours: NDArray[np.int64]) -> pd.DatetimeIndex:
    """Hours since 1970 as times in UTC."""
    return pd.DatetimeIndex(pd.to_datetime(np.asarray(hours).ravel() * _HOUR_NS, utc=True), name="time").as_unit("us")


def windows(y: Values, newest: int, places: Iterable[int], *, length: int) -> Windows:
    """What was known at each of these places of a series, at most ``length`` hours of it.

    Every row is bridged and put on its newest level by itself, so that nothing after its place is looked at.

    Parameters
    ----------
    y
        Hourly values; the first is known, NaN where something is missing.
    newest
        The hour (since 1970) of the last of them.
    places
        Rows of ``y``.
    length
        Hours wanted; all rows are as long as the shortest.
    """
    chosen = [int(place) for place in places]
    length = min([length, *(place + 1 for place in chosen)])
    holes = np.isnan(y)
    first_hole = int(np.argmax(holes)) if holes.any() else len(y)
    rows = [aligned((y[: place + 1] if place < first_hole else bridged(y[: place + 1]))[-length:]) for place in chosen]
    ends = np.array([newest - (len(y) - 1 - place) for place in chosen], dtype=np.int64)
    return Windows(np.array(rows).reshape(len(chosen), length), ends)
