"""Hourly means by the farm's clock, what the same hour of the past days lets expect, and what is left over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from farmlab import clock
from farmlab.models.protection import within

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from farmlab.models.intake import Table

    Values = NDArray[np.float64]

PAST_DAYS: Final = 7
FEWEST_PAST: Final = 3
"""An hour is judged when the same hour of at least three of the past seven days may be learned from."""
COVERAGE: Final = 0.5
HELD_HOURS: Final = 96
"""What is flagged is not learned from for so long; after that it is the new normal."""
AFTER_HOURS: Final = 6
SAME_FLOCK_DAYS: Final = 2.0
DAY: Final = 24
QUICK: Final = 6
"""Hours of which the mean tells whether a change of the day is still there."""
TRIMMED_FROM: Final = 6
"""From so many readings an hour on, the extremes of an hour are left out of its mean."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Hourly means, one row an hour: row 0 is the hour that ends at ``first`` (hours since 1970, farm's clock).

    ``held`` marks what may not be learned from; ``placed`` is the day on which the birds came.
    """

    first: int
    values: Values
    held: NDArray[np.bool_]
    placed: Values

    @property
    def last(self) -> int:
        """The hour of the last row."""
        return self.first + len(self.values) - 1

    def tail(self, count: int) -> Hours:
        """The last ``count`` hours."""
        start = max(0, len(self.values) - count)
        return Hours(self.first + start, self.values[start:], self.held[start:], self.placed[start:])

    def until(self, hour: int) -> Hours:
        """The hours up to this one."""
        keep = max(0, hour - self.first + 1)
        return Hours(self.first, self.values[:keep], self.held[:keep], self.placed[:keep])

    def backdated(self) -> Hours:
        """These hours with what led to a flag held, too: a mean of a day moves a day before it is seen."""
        held = within(self.held[::-1], DAY)[::-1]
        return Hours(self.first, self.values, held, self.placed)

    def after(self, past: Hours) -> Hours:
        """These hours with ``past`` before them; the first, which may be cut, is taken from ``past`` if it is there."""
        past = past.until(self.last)
        if not len(past.values):
            return self
        first = min(self.first, past.first)
        count, columns = self.last - first + 1, self.values.shape[1]
        joined = Hours(first, np.full((count, columns), np.nan), np.zeros((count, columns), bool), np.zeros(count))
        whole = self.tail(len(self.values) - 1) if self.first <= past.last else self
        for part in (self, past, whole):
            rows = slice(part.first - first, part.first - first + len(part.values))
            joined.values[rows], joined.placed[rows] = part.values, part.placed
            joined.held[rows] |= part.held
        return joined

    def state(self) -> dict[str, Any]:
        """The hours as JSON values; None stands for missing."""
        return {
            "first": self.first,
            "values": [[float(x) if np.isfinite(x) else None for x in row] for row in self.values],
            "held": [[int(x) for x in row] for row in self.held],
            "placed": [float(x) for x in self.placed],
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Hours:
        """What :meth:`state` gave, read back."""
        values = np.array(state["values"], dtype=float)
        held = np.array(state["held"], dtype=bool)
        return cls(int(state["first"]), values, held, np.array(state["placed"], dtype=float))


def ends(seen: Table, timezone: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each row the hour it belongs to, and the last hour that is complete with it, by the farm's clock.

    An hour that autumn repeats is taken once: its second pass belongs to no hour (-1).
    """
    local = seen.times.tz_convert(clock.zone(timezone)).tz_localize(None).as_unit("s").asi8
    furthest = np.maximum.accumulate(local)
    ahead = np.diff(furthest, prepend=furthest[:1] - 1) > 0
    belongs = np.where(ahead, -(-local // 3600), -1)
    return belongs, furthest // 3600


def hourly(seen: Table, usable: NDArray[np.bool_], *, timezone: str) -> Hours:
    """Hourly means of the judged rows; an hour of which something is not usable is held."""
    belongs, complete = ends(seen, timezone)
    valid = belongs >= 0
    if not valid.any():
        return Hours(0, np.empty((0, seen.values.shape[1])), np.empty(seen.values.shape, bool)[:0], np.empty(0))
    first = int(belongs[valid].min())
    rows, count = np.where(valid, belongs - first, 0), int(max(belongs.max(), complete[-1]) - first + 1)
    values = np.where((seen.judged & valid)[:, None], seen.values, np.nan)
    least = COVERAGE * 3600 / seen.step.total_seconds()
    means = np.array([_means(column, rows, count, least) for column in values.T]).reshape(-1, count).T
    held = np.zeros(means.shape, dtype=bool)
    np.logical_or.at(held, rows[valid], ~usable[valid])
    placed = np.zeros(count)
    placed[rows[valid]] = seen.placed[valid]
    return Hours(first, means, held, placed)


def _means(column: Values, rows: NDArray[np.int64], count: int, least: float) -> Values:
    """The mean of each hour without its largest and smallest value, so that a single spike is no change of level."""
    known = np.isfinite(column)
    values, hour = column[known], rows[known]
    if not len(values):
        return np.full(count, np.nan)
    totals, counts = np.bincount(hour, weights=values, minlength=count), np.bincount(hour, minlength=count)
    starts = np.flatnonzero(np.r_[True, hour[1:] != hour[:-1]])
    ends = np.maximum.reduceat(values, starts) + np.minimum.reduceat(values, starts)
    trimmed = counts[hour[starts]] >= TRIMMED_FROM
    totals[hour[starts]] -= np.where(trimmed, ends, 0.0)
    used = counts - np.where(counts >= TRIMMED_FROM, 2, 0)
    return np.where(counts >= least, totals / np.maximum(used, 1), np.nan)


def expected(hours: Hours, start: int) -> Values:
    """The median of the same hour over the past seven days, for the 24 rows from ``start``; missing where too few."""
    count = min(DAY, len(hours.values) - start)
    past = np.full((PAST_DAYS, count, hours.values.shape[1]), np.nan)
    for day in range(1, PAST_DAYS + 1):
        begin = start - DAY * day
        skip = max(0, -begin)
        if skip >= count:
            break
        rows, now = slice(begin + skip, begin + count), slice(start + skip, start + count)
        same_flock = np.abs(hours.placed[rows] - hours.placed[now]) <= SAME_FLOCK_DAYS
        learned = ~hours.held[rows] & same_flock[:, None]
        past[day - 1, skip:] = np.where(learned, hours.values[rows], np.nan)
    return _median(past)


def _median(past: Values) -> Values:
    ordered = np.sort(past, axis=0)
    known = np.isfinite(past).sum(axis=0)
    low = np.take_along_axis(ordered, np.maximum(known - 1, 0)[None] // 2, axis=0)[0]
    high = np.take_along_axis(ordered, known[None] // 2, axis=0)[0]
    return np.asarray(np.where(known >= FEWEST_PAST, (low + high) / 2, np.nan))


def trailing_mean(residuals: Values, width: int) -> Values:
    """The mean of the last ``width`` rows, where at least two thirds of them are known.

    >>> trailing_mean(np.array([[3.0], [np.nan], [1.0]]), 3).ravel().tolist()
    [nan, nan, 2.0]
    """
    known = np.isfinite(residuals)
    totals = _trailing_sum(np.where(known, residuals, 0.0), width)
    counts = _trailing_sum(known.astype(float), width)
    return np.where(counts >= 2 / 3 * width, totals / np.maximum(counts, 1), np.nan)


def lasting_mean(residuals: Values, width: int) -> Values:
    """The same as far as it lasts (see :func:`lasting`)."""
    slow = trailing_mean(residuals, width)
    return slow if width <= QUICK else lasting(slow, trailing_mean(residuals, QUICK))


def lasting(slow: Values, quick: Values) -> Values:
    """The mean of a day, but no more than twice that of its last hours: what is over is no change of level.

    >>> lasting(np.array([3.0, 3.0, 3.0]), np.array([2.0, 1.0, -1.0])).tolist()
    [3.0, 2.0, 0.0]
    """
    most = np.where(np.sign(slow) == np.sign(quick), 2 * np.abs(quick), 0.0)
    return np.where(np.isnan(quick), np.nan, np.sign(slow) * np.minimum(np.abs(slow), most))


def _trailing_sum(values: Values, width: int) -> Values:
    sums = np.cumsum(values, axis=0)
    sums[width:] -= sums[:-width].copy()
    return sums


def left_over(hours: Hours, *, limits: Mapping[int, Values] | None = None, explained: Values | None = None) -> Values:
    """What the hours differ from what was expected of them, hour by hour, learning from the unflagged past only.

    Parameters
    ----------
    hours
        Hourly means; what is ``held`` is not learned from.
    limits
        Width in hours → per column, the mean of the left-overs from which on they are not learned from.
    explained
        What another quantity (the weather) explains of the left-overs.
    """
    residuals = np.full(hours.values.shape, np.nan)
    hours = replace(hours, held=hours.held.copy())
    run = np.zeros(hours.values.shape[1], dtype=np.int64)
    for start in range(0, len(hours.values), DAY):
        rows = slice(start, start + DAY)
        residuals[rows] = hours.values[rows] - expected(hours, start)
        if explained is not None:
            residuals[rows] -= explained[rows]
        if limits:
            run = _hold(hours, _over(residuals, start, limits), start, run)
    return residuals


def _over(residuals: Values, start: int, limits: Mapping[int, Values]) -> dict[int, NDArray[np.bool_]]:
    """By width, where the mean of the left-overs of this day is beyond its limit."""
    begin = max(0, start - DAY + 1)
    recent = residuals[begin : start + DAY]
    means = {width: np.nan_to_num(np.abs(lasting_mean(recent, width)[start - begin :])) for width in limits}
    return {width: mean > limits[width] for width, mean in means.items()}


def _hold(hours: Hours, over: Mapping[int, NDArray[np.bool_]], start: int, run: NDArray[np.int64]) -> NDArray[np.int64]:
    """Hold back the flagged hours of one day, with those that led to the flag and some after it."""
    flagged = np.logical_or.reduce(list(over.values()))
    if not flagged.any() and not run.any():
        return run
    for row in range(len(flagged)):
        run = np.where(flagged[row], run + 1, np.maximum(run - 1, 0))
        for width, beyond in over.items():
            columns = beyond[row] & (run <= HELD_HOURS)
            hours.held[max(0, start + row - width + 1) : start + row + AFTER_HOURS + 1, columns] = True
    return run
