"""A level that has stepped about a day ago: the past is put on the new one, and never thrown away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAY: Final = 24
OLDEST_HOURS: Final = 36
YOUNGEST_HOURS: Final = 18
LEAST_DAYS: Final = 14
TIMES: Final = 1.5
"""A step is larger than every change from day to day before, so many times."""
SAME_SIDE: Final = 0.95
"""At least so many of the hours since a step have made more than half of it."""


def aligned(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The hours, those before a step of the last 18 to 36 hours moved onto the new level; else as they are.

    A younger step may be an outlier; after an older one the members have found the new level themselves.

    >>> days = np.tile(np.arange(24.0), 20) + np.random.default_rng(0).normal(0, 0.2, 480)
    >>> stepped = days + np.where(np.arange(480) >= 456, 9.0, 0.0)
    >>> bool(np.allclose(aligned(stepped), days + 9.0, atol=0.3))
    True
    >>> aligned(days) is days
    True
    """
    if len(values) < LEAST_DAYS * DAY:
        return values
    daily = np.convolve(values, np.full(DAY, 1 / DAY), mode="valid")
    changes = np.abs(daily[DAY:] - daily[:-DAY])
    now, before = changes[-DAY // 2 :].max(), changes[:-OLDEST_HOURS].max()
    if now <= TIMES * before:
        return values
    return _moved(values, TIMES * before)


def _moved(values: NDArray[np.float64], least: float) -> NDArray[np.float64]:
    """The past on the new level, from the oldest moment after which nearly all hours are on it."""
    steps = {age: _since(values, age) for age in range(YOUNGEST_HOURS, OLDEST_HOURS + 1)}
    sizes = {age: float(np.median(after)) for age, after in steps.items()}
    clear = [age for age, after in steps.items() if abs(sizes[age]) > least and _is_clear(after / sizes[age])]
    if not clear:
        return values
    moved = values.copy()
    moved[: -max(clear)] += sizes[max(clear)]
    return moved


def _is_clear(made: NDArray[np.float64]) -> bool:
    """Whether its first two hours and nearly all others have made more than half of the step."""
    return bool(made[:2].min() > 0.5 and np.mean(made > 0.5) >= SAME_SIDE)


def _since(values: NDArray[np.float64], age: int) -> NDArray[np.float64]:
    """The last ``age`` hours minus the mean of the same hours of the three days before them."""
    back = [values[-age - days * DAY : len(values) - days * DAY] for days in (2, 3, 4)]
    after: NDArray[np.float64] = values[-age:] - np.mean(back, axis=0)
    return after
