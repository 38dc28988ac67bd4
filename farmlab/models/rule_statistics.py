"""What the fast rules look at: one number per sample and sensor, from the past only, 0 where there is nothing.

Rows are equal steps, columns sensors, missing values NaN; d[t] = x[t] - x[t-1].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.features import series

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Values = NDArray[np.float64]

NOISE_SAMPLES: Final = 24
NOISE_USED: Final = 18
"""The largest quarter of alternations is left out of their mean: a spike, a door or a shower makes some, too."""
ROUGH_SAMPLES: Final = 9
"""Far fewer than :data:`NOISE_SAMPLES`: a louder noise is told sooner."""
KEPT_HOURS: Final = 3
SENTINELS: Final = (0.0, -1.0, 85.0, -127.0, 255.0, 999.0, -999.0, 9999.0, -9999.0, 32767.0, -32768.0, 65535.0)
"""What devices send when they have no value."""
BRIDGED: Final = 2
"""So many missing samples in a row are bridged with the value before them."""


def grain(values: Values) -> Values:
    """The usual size of a change per column: the median of |d| where it is not 0; never 0 itself.

    A column that never changes is given a hundredth of its size.
    """
    changes = np.abs(np.diff(values, axis=0))
    sizes = np.where(changes > 0, changes, np.nan)
    out = np.fmax(np.abs(_median(values)) / 100, 1e-3)
    moving = np.isfinite(sizes).any(axis=0)
    out[moving] = np.nanmedian(sizes[:, moving], axis=0)
    return out


def bridged(values: Values) -> Values:
    """The values with gaps of at most two samples filled by the value before."""
    return pd.DataFrame(values).ffill(limit=BRIDGED).to_numpy()


def spike(values: Values) -> Values:
    """How far the values went out and came back within three samples."""
    return series.excursion(values)


def step(values: Values) -> Values:
    """The size of an isolated jump two samples ago, at which the level stayed.

    The smaller of |d[t-2]| less the changes around it, and the change of the median of three.

    >>> step(np.array([[20.0], [20], [20], [20], [23], [23], [23]])).ravel().tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 3.0]
    """
    out = np.zeros_like(values)
    if len(values) < 6:
        return out
    change = np.abs(np.diff(values, axis=0, prepend=values[:1]))
    around = np.maximum(change[1:-4], change[2:-3]) + np.maximum(change[4:-1], change[5:])
    middle = _median_of_three(values)
    shift = np.abs(middle[5:] - middle[2:-3])
    out[5:] = np.fmax(np.minimum(change[3:-2] - around, shift), 0)
    return out


def kept_step(values: Values, steps: Values, *, lag: int) -> Values:
    """A step ``lag`` samples ago from which the values have not come back: what is left of it."""
    out = np.zeros_like(values)
    if len(values) <= lag + 5:
        return out
    middle = _median_of_three(values)
    before, then, now = middle[2 : -lag - 3], middle[5:-lag], middle[lag + 5 :]
    left = (now - before) * np.sign(then - before)
    out[lag + 5 :] = np.fmax(np.minimum(steps[5:-lag], left), 0)
    return out


def noise(values: Values) -> Values:
    """How much the values go up and down in turn: the mean of the smaller three quarters of 24 alternations.

    Sun, doors and controllers move a value one way for a while; a loose contact does not.
    """
    out = np.zeros_like(values)
    if len(values) < NOISE_SAMPLES + 2:
        return out
    change = np.diff(values, axis=0)
    swing = np.where(change[1:] * change[:-1] < 0, np.minimum(np.abs(change[1:]), np.abs(change[:-1])), 0.0)
    windows = np.lib.stride_tricks.sliding_window_view(swing, NOISE_SAMPLES, axis=0)
    smaller = np.partition(windows, NOISE_USED, axis=-1)[..., :NOISE_USED]
    out[NOISE_SAMPLES + 1 :] = smaller.mean(axis=-1)
    return out


def rough(values: Values) -> Values:
    """How rough the course is: the median of nine distances from the middle of the samples before and after.

    A ramp is smooth and a step is rough for two samples only.

    >>> rough(np.array([20.0, 21.0] * 6)[:, None]).max(), rough(np.arange(12.0)[:, None]).max()
    (np.float64(1.0), np.float64(0.0))
    """
    out = np.zeros_like(values)
    if len(values) < ROUGH_SAMPLES + 2:
        return out
    bends = np.abs(values[1:-1] - (values[2:] + values[:-2]) / 2)
    windows = np.lib.stride_tricks.sliding_window_view(bends, ROUGH_SAMPLES, axis=0)
    half = ROUGH_SAMPLES // 2
    out[ROUGH_SAMPLES + 1 :] = np.partition(windows, half, axis=-1)[..., half]
    return out


def apart(values: Values, alike: Mapping[int, Sequence[int]]) -> Values:
    """The values less the median of those columns that measure the same (by position); the others as they are.

    >>> apart(np.array([[20.0, 21, 23, 5]]), {0: [1, 2]}).tolist()
    [[-2.0, 21.0, 23.0, 5.0]]
    """
    out = values.copy()
    for column, others in alike.items():
        out[:, column] -= pd.DataFrame(values[:, list(others)]).median(axis=1).to_numpy()
    return out


def stuck(values: Values, natural: NDArray[np.bool_]) -> Values:
    """How often the value was repeated up to here; a value that may rightly last (``natural``) counts 0."""
    return np.where(natural, 0, series.run_lengths(values)).astype(float)


def whole_runs(marked: NDArray[np.bool_], values: Values) -> NDArray[np.bool_]:
    """The runs of equal values of which any sample is marked, from their first sample on."""
    out = np.zeros_like(marked)
    begins = np.ones(values.shape, dtype=bool)
    begins[1:] = values[1:] != values[:-1]
    for column, starts in enumerate(begins.T):
        first = np.flatnonzero(starts)
        hit = np.logical_or.reduceat(marked[:, column], first)
        out[:, column] = np.repeat(hit, np.diff(np.r_[first, len(values)]))
    return out


def resolution(values: Values) -> Values:
    """The smallest usual change per column: the 5 % quantile of |d| where it is not 0; 0 if it never changes."""
    changes = np.abs(np.diff(values, axis=0))
    sizes = np.where(changes > 0, changes, np.nan)
    out = np.zeros(values.shape[1])
    moving = np.isfinite(sizes).any(axis=0)
    out[moving] = np.nanquantile(sizes[:, moving], 0.05, axis=0)
    return out


def far_outside(values: Values, low: Values, high: Values, grains: Values) -> Values:
    """How many widths of the clean range a value lies outside of it, once it has jumped there.

    Codes for "no value" count eight times. What goes there little by little is weather or work, no drop-out.
    """
    width = np.fmax(high - low, 8 * grains)
    beyond = np.nan_to_num(np.fmax(np.fmax(low - values, values - high), 0) / width)
    beyond = np.where(np.isin(values, SENTINELS), 8 * beyond, beyond)
    rows = np.arange(len(values))[:, None]
    outside = beyond > 0
    leaves = outside & ~np.vstack([np.zeros((1, values.shape[1]), bool), outside[:-1]])
    jumped = np.abs(np.diff(values, axis=0, prepend=np.nan)) > width / 2
    since = np.maximum.accumulate(np.where(leaves | ~outside, rows, -1), axis=0)
    return np.asarray(np.where(np.take_along_axis(jumped, np.maximum(since, 0), axis=0), beyond, 0.0))


def _median_of_three(values: Values) -> Values:
    out = np.full_like(values, np.nan)
    a, b, c = values[:-2], values[1:-1], values[2:]
    out[2:] = np.maximum(np.minimum(a, b), np.minimum(np.maximum(a, b), c))
    return out


def _median(values: Values) -> Values:
    out = np.zeros(values.shape[1])
    known = np.isfinite(values).any(axis=0)
    out[known] = np.nanmedian(values[:, known], axis=0)
    return out
