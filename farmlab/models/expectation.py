"""Hour by hour: what the neighbours let expect, what is left over, and which sensor is to be blamed for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab.models.hours import DAY, HELD_HOURS, QUICK, lasting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from farmlab.models.hours import Hours
    from farmlab.models.relations import Relations

    Values = NDArray[np.float64]
    Mask = NDArray[np.bool_]

CALM_HOURS: Final = 6
"""A sensor is under suspicion until it was as expected for so long."""
KNOWN: Final = 2 / 3
LATE: Final = DAY
"""Hours are learned so much later, so that those which led to a flag are left out."""
CLOCK: Final = 4


class Walk:
    """One pass over hourly values; the first ``judged`` columns are judged, the others only explain.

    A sensor whose mean left-over is beyond its limit is under suspicion: it explains no other and is not learned
    from. The one farthest beyond is blamed first, and what is left of the others is reckoned again without it.
    Who is blamed for four days is taken as another sensor, of which nothing is known yet.

    Parameters
    ----------
    hours
        Hourly means; what is held explains nothing and is not learned.
    relations
        What is known; the walk goes on learning into it, once a day.
    judged
        How many columns are judged.
    widths
        Channel → hours over which left-overs are averaged.
    limits
        Channel → limit of each judged column; nobody is blamed without.
    learned_until
        The last hour that is in ``relations`` already.

    Attributes
    ----------
    means, expected
        By channel the mean left-over as far as it lasts, and what was expected on average, one row an hour.
    doubt
        By what left-overs are divided before they are compared with limits, one row an hour.
    """

    def __init__(
        self,
        hours: Hours,
        relations: Relations,
        *,
        judged: int,
        widths: Mapping[str, int],
        limits: Mapping[str, Values] | None = None,
        learned_until: int | None = None,
    ) -> None:
        self.hours, self.relations, self.judged, self.widths, self.limits = hours, relations, judged, widths, limits
        self.learned_until = hours.first - 1 if learned_until is None else learned_until
        self.rows = np.column_stack([hours.values, _clock(hours.first, len(hours.values))])
        self.held = np.column_stack([hours.held, np.zeros((len(self.rows), CLOCK), bool)])
        self.present = np.isfinite(self.rows)
        self.blamed = np.zeros(self.rows.shape[1], bool)
        self.forecast = np.full((len(self.rows), judged), np.nan)
        self.means = {channel: np.full((len(self.rows), judged), np.nan) for channel in widths}
        self.expected = {channel: np.full((len(self.rows), judged), np.nan) for channel in widths}
        self.doubt = np.ones((len(self.rows), judged))
        self._since = np.zeros(judged, np.int64)
        self._calm = np.zeros(judged, np.int64)
        for row in range(len(self.rows)):
            self._hour(row)

    def _hour(self, row: int) -> None:
        if row == 0 or (self.hours.first + row) % DAY == 0:
            self._learn(row)
            self.ridge = self.relations.solved(CLOCK)
        self.doubt[row] = self.ridge.doubt[: self.judged]
        self._expect(row)
        if self.limits is not None:
            self._blame(row)
        for channel, width in self.widths.items():
            self.means[channel][row] = self._mean(row, width)
            self.expected[channel][row] = _mean(self.forecast[max(0, row - width + 1) : row + 1], width)

    def _learn(self, row: int) -> None:
        """Learn the hours up to a day before this one."""
        first = max(0, self.learned_until + 1 - self.hours.first)
        due = row - LATE
        if due > first:
            self.relations.learn(np.where(self.held[first:due], np.nan, self.rows[first:due]))
            self.learned_until = self.hours.first + due - 1

    def _expect(self, row: int) -> None:
        explains = self.present[row] & ~self.held[row] & ~self.blamed
        self.forecast[row] = self.ridge.expected(self.rows[row], explains)[: self.judged]

    def _mean(self, row: int, width: int) -> Values:
        slow = self._over(row, width)
        return slow if width <= QUICK else lasting(slow, self._over(row, QUICK))

    def _over(self, row: int, width: int) -> Values:
        window = slice(max(0, row - width + 1), row + 1)
        return _mean(self.rows[window, : self.judged] - self.forecast[window], width)

    def _blame(self, row: int) -> None:
        beyond = self._beyond(row)
        suspect = self.blamed[: self.judged]
        while (beyond[~suspect] > 1).any():
            suspect[np.argmax(np.where(suspect, 0.0, beyond))] = True
            for earlier in range(max(0, row - max(self.widths.values()) + 1), row + 1):
                self._expect(earlier)
            beyond = self._beyond(row)
        self._calm = np.where(beyond > 1, 0, self._calm + 1)
        self._since = np.where(suspect, self._since + 1, 0)
        suspect &= self._calm < CALM_HOURS
        self.held[max(0, row - LATE + 1) : row + 1, : self.judged] |= suspect
        for column in np.flatnonzero(self._since > HELD_HOURS):
            self._start_anew(int(column), row)

    def _start_anew(self, column: int, row: int) -> None:
        self.relations.forget(column)
        self.blamed[column] = False
        self.forecast[: row + 1, column] = np.nan
        self.held[: row + 1, column] = True
        self.ridge = self.relations.solved(CLOCK)

    def _beyond(self, row: int) -> Values:
        """How many times its limit the mean left-over of each judged column is, the largest over the channels."""
        limits = self.limits or {}
        ratios = [np.abs(self._mean(row, width)) / limits[channel] for channel, width in self.widths.items()]
        return np.asarray(np.nan_to_num(np.fmax.reduce(ratios)) / self.doubt[row])


def _mean(rows: Values, width: int) -> Values:
    known = np.isfinite(rows)
    count = known.sum(axis=0)
    total = np.where(known, rows, 0.0).sum(axis=0)
    return np.where(count >= KNOWN * width, total / np.maximum(count, 1), np.nan)


def _clock(first: int, count: int) -> Values:
    """Two daily harmonics of ``count`` hours from hour ``first`` on."""
    turn = 2 * np.pi * (first + np.arange(count)) / DAY
    return np.column_stack([np.sin(turn), np.cos(turn), np.sin(2 * turn), np.cos(2 * turn)])
