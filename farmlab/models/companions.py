"""What a sensor does alone: a jump or a swing that it shows and that its companions neither share nor let expect.

A change counts as far as both the sensor itself shows it and its course less what its companions explain. What a
companion does alone is no change of the sensor; what the air does is no change against the companions. One row a
step, one column a sensor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

AFTER: Final = 6
AT_ONCE: Final = 3
"""A jump is as large after three readings as after six; what the air does takes longer."""
BEFORE: Final = 5
SWINGS: Final = 12
FEWEST_DAYS: Final = 4
RIDGE: Final = 20.0
HUBER: Final = 3.0
ROUNDS: Final = 8
CLEAN: Final = 0.8


@dataclass(frozen=True, slots=True)
class Courses:
    """What sensors show, each in its unit, and signals of them less what their companions explain.

    ``unit`` is what one of the signal is in the unit of the sensor.
    """

    shown: Values
    own: Values
    unit: Values

    def jumps(self) -> Values:
        """How far each sensor has jumped alone, up or down."""
        return _common(jump(self.shown), self.unit * jump(self.own))

    def swings(self) -> Values:
        """How far each sensor swings up and down alone."""
        return np.fmin(swing(self.shown), np.nan_to_num(self.unit * swing(self.own)))


def jump(values: Values) -> Values:
    """How far the median of six readings lies from that of the six before, as far as three and three show it, too.

    >>> jump(np.array([20.0] * 6 + [23.0] * 6)[:, None]).max()
    np.float64(3.0)
    """
    out = np.zeros(values.shape)
    if len(values) < 2 * AFTER:
        return out
    over_six, over_three = change(values, AFTER), np.full(values.shape, np.nan)
    over_three[AFTER - AT_ONCE :] = change(values, AT_ONCE)[: AT_ONCE - AFTER]
    return _common(over_six, over_three)


def swing(values: Values) -> Values:
    """How far the last twelve readings lie from the middle of the five before each, up as well as down (root mean
    square, the smaller of both), the farthest left out.

    A jump goes one way and a spike is one reading: neither counts.

    >>> swing(np.array([20.0] * 12 + [23.0] * 12)[:, None]).max(), swing(np.array([20.0, 22.0] * 10)[:, None]).max() > 1
    (np.float64(0.0), np.True_)
    """
    out = np.zeros(values.shape)
    if len(values) < SWINGS + BEFORE:
        return out
    off = np.zeros(values.shape)
    off[BEFORE:] = np.nan_to_num(values[BEFORE:] - _medians(values, BEFORE)[:-1])
    up, down = (_windowed_sum(np.fmax(way, 0.0) ** 2, SWINGS) for way in (off, -off))
    rows = np.lib.stride_tricks.sliding_window_view(off, SWINGS, axis=0)
    highest, lowest = np.fmax(rows.max(axis=-1), 0.0), np.fmax(-rows.min(axis=-1), 0.0)
    up, down = up - np.where(highest >= lowest, highest, 0) ** 2, down - np.where(highest < lowest, lowest, 0) ** 2
    out[SWINGS - 1 :] = np.sqrt(np.fmax(np.fmin(up, down), 0.0) / SWINGS)
    return out


def off(values: Values, count: int) -> Values:
    """The mean of the last so many readings, 0 where less than half of them are known.

    >>> off(np.array([[1.0], [np.nan], [3.0]]), 2).ravel().tolist()
    [1.0, 1.0, 3.0]
    """
    return pd.DataFrame(values).rolling(count, min_periods=-(-count // 2)).mean().fillna(0.0).to_numpy()


def change(values: Values, count: int) -> Values:
    """The median of so many readings less that of as many before; missing where one is missing."""
    out = np.full(values.shape, np.nan)
    if len(values) >= 2 * count:
        middle = _medians(values, count)
        out[2 * count - 1 :] = middle[count:] - middle[:-count]
    return out


def weights(signal: Values, given: Values) -> Values:
    """How the half-hourly change of a signal goes with those of what may explain it: a ridge with Huber's weights.

    What is rare and large, as the lights going on, is learned if it explains; what nothing explains counts little.
    """
    rows, wanted = change(given, AFTER), change(signal[:, None], AFTER)[:, 0]
    known = np.isfinite(wanted) & np.isfinite(rows).all(axis=1)
    x, y, found = rows[known], wanted[known], np.zeros(given.shape[1])
    if len(x) < AFTER * given.shape[1]:
        return found
    penalty, trust = RIDGE * np.diag(x.var(axis=0) + 1e-9), np.ones(len(x))
    for _ in range(ROUNDS):
        found = np.asarray(np.linalg.solve((x.T * trust) @ x + penalty, (x.T * trust) @ y))
        rest = np.abs(y - x @ found)
        trust = np.fmin(1.0, HUBER * 1.4826 * np.median(rest) / np.fmax(rest, 1e-12))
    return found


def limit(maxima: Values, *, times: float, floor: float) -> float:
    """``times`` what four of five days stay below, of the largest values of days; infinite for few days.

    One day in five may have had a fault. After few days it is higher, since the next ones hold what they did not.
    """
    known = maxima[np.isfinite(maxima)]
    if len(known) < FEWEST_DAYS:
        return float("inf")
    return max(times * float(np.quantile(known, CLEAN)) * (1 + 1 / len(known)), floor)


def _common(one: Values, other: Values) -> Values:
    """The smaller of two changes that go the same way, else 0; what is missing is no change."""
    one, other = np.nan_to_num(one), np.nan_to_num(other)
    return np.asarray(np.where(one * other > 0, np.sign(one) * np.fmin(np.abs(one), np.abs(other)), 0.0))


def _medians(values: Values, count: int) -> Values:
    rows = np.sort(np.lib.stride_tricks.sliding_window_view(values, count, axis=0), axis=-1)
    return np.asarray((rows[..., (count - 1) // 2] + rows[..., count // 2]) / 2 + 0 * rows[..., -1])  # missing: last


def _windowed_sum(values: Values, count: int) -> Values:
    sums = np.cumsum(np.vstack([np.zeros((1, values.shape[1])), values]), axis=0)
    return np.asarray(sums[count:] - sums[:-count])
