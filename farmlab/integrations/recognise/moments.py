"""From the times on a farm's wall clock to moments in UTC, over the days on which clocks change too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from farmlab.integrations.recognise.times import Walls


@dataclass(frozen=True, slots=True)
class Moments:
    """Moments in UTC (NaT: none), which of them no clock of the farm shows, and which it shows twice."""

    time: NDArray[np.datetime64]
    skipped: NDArray[np.bool_]
    twice: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Step:
    """How the times of a table follow each other: usual distance, gaps, and the longest of them."""

    usual: timedelta | None
    gaps: int
    longest: timedelta | None


def in_utc(walls: Walls, zone: str, groups: NDArray[np.int64]) -> Moments:
    """The times in UTC.

    Where clocks go back, a time that comes twice within a group (a house) is first the earlier moment, then
    the later; one that comes once is taken as the earlier.
    """
    said = np.isfinite(walls.offset)
    shift = np.where(said, walls.offset, 0.0).astype("timedelta64[s]")
    moments = (walls.time - shift).astype("datetime64[us]")
    skipped, twice = np.zeros(len(moments), dtype=bool), np.zeros(len(moments), dtype=bool)
    local = ~said & ~np.isnat(walls.time)
    if local.any():
        wall = pd.DatetimeIndex(walls.time[local])
        twice[local] = wall.tz_localize(zone, ambiguous="NaT", nonexistent=pd.Timedelta(hours=1)).isna()
        earlier = _earlier(wall, twice[local], groups[local])
        placed = wall.tz_localize(zone, ambiguous=earlier, nonexistent="NaT").tz_convert("UTC").tz_localize(None)
        moments[local] = placed.to_numpy().astype("datetime64[us]")
        skipped[local] = placed.isna()
    return Moments(moments, skipped, twice)


def step_of(moments: NDArray[np.datetime64], groups: NDArray[np.int64]) -> Step:
    """The usual distance of two times of a group, and the gaps (more than one and a half times that)."""
    order = np.lexsort((moments, groups))
    distances = np.diff(moments[order])[np.diff(groups[order]) == 0]
    distances = distances[distances > np.timedelta64(0, "us")]
    if len(distances) == 0:
        return Step(None, 0, None)
    usual = np.median(distances.astype("int64"))
    gaps = distances[distances.astype("int64") > 1.5 * usual]
    longest = timedelta(microseconds=int(gaps.max().astype("int64"))) if len(gaps) else None
    return Step(timedelta(microseconds=int(usual)), len(gaps), longest)


def _earlier(wall: pd.DatetimeIndex, twice: NDArray[np.bool_], groups: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each time is the first of the two that the clock shows; some groups are written newest first."""
    earlier = np.ones(len(wall), dtype=bool)
    if twice.any():
        rows = pd.DataFrame({"wall": wall, "group": groups})
        times = rows.groupby("group")["wall"]
        newest_first = (times.transform("first") > times.transform("last"))[twice]
        same = rows[twice].groupby(["wall", "group"])
        earlier[twice] = same.cumcount().where(~newest_first, same.cumcount(ascending=False)) == 0
    return earlier
