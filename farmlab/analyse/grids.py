"""Series of one place and one step as a table of equal steps, in parts where long gaps are; who cannot be judged."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab import clock
from farmlab.features.series import late, numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from farmlab.analyse.reading import Data
    from farmlab.integrations.recognise.plain import Series

GAP: Final = pd.Timedelta(days=14)
"""After a gap of so long, or of twenty steps if that is longer, everything is learned anew."""
SAME_STEP: Final = 1.6
"""Series whose steps differ by no more than this factor are judged together."""
_ROUND_S: Final = (
    *(1, 2, 5, 10, 15, 20, 30),
    *(60 * minutes for minutes in (1, 2, 3, 5, 6, 10, 12, 15, 20, 30)),
    *(3600 * hours for hours in (1, 2, 3, 4, 6, 8, 12, 24, 168)),
)
_NEARLY: Final = 0.05
_BLOCK: Final = 24
"""Steps of which each stretch of time has one usual length,"""
_SHORT: Final = 0.25
"""which this share of them does not exceed: where values are left out, steps are longer."""
_MIXED: Final = 0.1
"""Share of the time in which steps may be others without a word."""
_COUNTING: Final = 0.5
"""A series that never falls, and rises at this share of its steps or more, counts something."""
_FEWEST_COUNTS: Final = 20
_PARTED: Final = 3
"""What is added over more steps than this is added at no known time."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Series that are judged together.

    Attributes
    ----------
    place
        Where they are; "" where the file names none.
    step
        The usual time between two values.
    parts
        Tables with equal steps (UTC), one column a series, parted where long gaps are.
    slots
        For each series the row of its values among the rows of all parts together.
    """

    place: str
    step: pd.Timedelta
    parts: tuple[pd.DataFrame, ...]
    slots: dict[str, NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Sorted:
    """The tables that are judged, what is not judged and why, and sentences: what was done, and what is wrong."""

    grids: tuple[Grid, ...]
    unfit: dict[str, str]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]


def sort(data: Data) -> Sorted:
    """The series of a file by place and step."""
    unfit: dict[str, str] = {}
    steps: dict[str, pd.Timedelta] = {}
    notes: list[str] = []
    warnings: list[str] = []
    for series in data.series:
        times = data.time[series.rows[_usable(series, data)]]
        unfit |= {series.name: why} if (why := _why_not(series.values[_usable(series, data)], times)) else {}
        if not why:
            steps[series.name], mixed = usual_step(times)
            warnings += [f"{series.name}: {mixed}"] if mixed else []
    fit = [series for series in data.series if series.name in steps]
    grids: list[Grid] = []
    for place in dict.fromkeys(series.place for series in fit):
        mine = [series for series in fit if series.place == place]
        grids += [_grid(place, together, steps, data, notes) for together in _by_step(mine, steps)]
    return Sorted(tuple(grids), unfit, (*_shortened(notes), *_steps_said(grids)), tuple(_shortened(warnings)))


def usual_step(times: NDArray[np.datetime64]) -> tuple[pd.Timedelta, str]:
    """The step of most of the time, as a round number, and a sentence where steps are mixed.

    >>> times = np.array(["2026-01-01T00:00:00", "2026-01-01T00:04:59", "2026-01-01T00:10:01"], "datetime64[us]")
    >>> usual_step(times)[0]
    Timedelta('0 days 00:05:00')
    """
    seconds = np.diff(np.unique(times)).astype("timedelta64[us]").astype(np.int64) / 1e6
    blocks = np.array_split(seconds, max(1, len(seconds) // _BLOCK))
    lengths = np.sort([float(np.quantile(block, _SHORT)) for block in blocks])
    usual = float(lengths[np.searchsorted(np.cumsum(lengths), lengths.sum() / 2)])
    step = _rounded(usual)
    for other in (lengths[lengths < usual / SAME_STEP], lengths[lengths > usual * SAME_STEP]):
        if other.sum() >= _MIXED * lengths.sum():
            here, there = _said(step), _said(_rounded(float(np.median(other))))
            return step, f"its steps are mixed ({here} and {there}): one value every {here} is judged"
    return step, ""


def _said(step: pd.Timedelta) -> str:
    return clock.in_words(step.to_pytimedelta())


def _why_not(values: NDArray[np.float64], times: NDArray[np.datetime64]) -> str:
    if not len(values):
        return "it holds no value"
    if len(np.unique(times)) < 2:
        return "it has values at one time only"
    if (values == values[0]).all():
        return f"it has one value throughout ({values[0]:g})"
    return ""


def _usable(series: Series, data: Data) -> NDArray[np.bool_]:
    return np.isfinite(series.values) & ~data.future[series.rows]


def _rounded(seconds: float) -> pd.Timedelta:
    nearest = min(_ROUND_S, key=lambda choice: abs(choice / seconds - 1))
    near = abs(nearest / seconds - 1) <= _NEARLY
    return pd.Timedelta(seconds=nearest if near else max(1, round(seconds)))


def _by_step(series: Sequence[Series], steps: dict[str, pd.Timedelta]) -> Iterator[list[Series]]:
    """The series of a place, those with nearly the same step together."""
    together: list[Series] = []
    for one in sorted(series, key=lambda one: steps[one.name]):
        if together and steps[one.name] > SAME_STEP * steps[together[0].name]:
            yield together
            together = []
        together.append(one)
    yield together


def _grid(place: str, together: list[Series], steps: dict[str, pd.Timedelta], data: Data, notes: list[str]) -> Grid:
    step = max(steps[series.name] for series in together)
    ordered = [series for series in data.series if series in together]
    width = int(step.total_seconds() * 1e6)
    moments = data.time.astype("datetime64[us]").astype(np.int64)
    shown = np.sort(moments[np.concatenate([series.rows[~data.future[series.rows]] for series in ordered])])
    after = late(np.unique(shown), width)
    index = np.unique(numbered(shown, width, late=after))
    columns, slots = {}, {}
    for series in ordered:
        slot = np.searchsorted(index, numbered(moments[series.rows], width, late=after)).clip(max=len(index) - 1)
        slots[series.name] = np.where(data.future[series.rows], -1, slot)
        columns[series.name] = _column(series, slots[series.name], index, notes)
    times = pd.DatetimeIndex((index * width + after).astype("datetime64[us]"), name="time").tz_localize("UTC")
    table = pd.DataFrame(columns, index=times)
    return Grid(place, step, tuple(_parts(table, step)), slots)


def _column(
    series: Series, slots: NDArray[np.int64], numbers: NDArray[np.int64], notes: list[str]
) -> NDArray[np.float64]:
    """The first known value of each slot; of a series that counts something, how much was added a step.

    What was added while values were missing came at no known time: beyond a few steps it is missing, too.
    """
    known = np.flatnonzero(np.isfinite(series.values) & (slots >= 0))
    first = known[np.r_[True, np.diff(slots[known]) > 0]]
    column = np.full(len(numbers), np.nan)
    column[slots[first]] = series.values[first]
    if not _counts(series.values[first][: max(_FEWEST_COUNTS, len(first) // 10)]):
        return column
    added = np.diff(series.values[first], prepend=np.nan)
    steps = np.diff(numbers[slots[first]], prepend=np.nan)
    column[slots[first]] = np.where((added < 0) | (steps > _PARTED), np.nan, added / steps)
    notes.append(f"{series.name}: it goes on counting, so that what is added from value to value is judged")
    return column


def _counts(values: NDArray[np.float64]) -> bool:
    steps = np.diff(values)
    return len(steps) >= _FEWEST_COUNTS - 1 and bool((steps >= 0).all() and (steps > 0).mean() >= _COUNTING)


def _parts(table: pd.DataFrame, step: pd.Timedelta) -> Iterator[pd.DataFrame]:
    distances = table.index.to_series().diff()
    starts = [0, *np.flatnonzero((distances > max(GAP, 20 * step)).to_numpy()), len(table)]
    for start, end in pairwise(starts):
        yield table.iloc[start:end]


def _steps_said(grids: Sequence[Grid]) -> list[str]:
    """Where series of one place come at different steps, that they are no neighbours."""
    by_place: dict[str, list[Grid]] = {}
    for grid in grids:
        by_place.setdefault(grid.place, []).append(grid)
    said = []
    for place, mine in by_place.items():
        if len(mine) > 1:
            steps = ", ".join(f"{_said(grid.step)} ({len(grid.slots)})" for grid in mine)
            said.append(f"{f'{place}: s' if place else 'S'}eries of different steps are judged apart: {steps}.")
    return said


def _shortened(notes: list[str], most: int = 6) -> list[str]:
    more = [f"The same of {len(notes) - most} more."] if len(notes) > most else []
    return [f"{note}." for note in notes[:most]] + more
