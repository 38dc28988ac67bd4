"""How far a figure would move with other sensors: a bootstrap over units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Unit = TypeVar("Unit")
DRAWS: Final = 1000
OUTSIDE: Final = 0.05


class Interval(NamedTuple):
    """A figure and the interval that holds it in 95 % of draws; missing where there are fewer than two units."""

    value: float
    low: float
    high: float


def interval(
    units: Sequence[Unit], statistic: Callable[[Sequence[Unit]], float], *, draws: int = DRAWS, seed: int = 0
) -> Interval:
    """A figure of all units, with the percentile bootstrap over them: readings of one unit are not independent.

    >>> interval([1.0, 1.0, 1.0], lambda units: sum(units) / len(units), draws=20)
    Interval(value=1.0, low=1.0, high=1.0)
    """
    value = statistic(units)
    if len(units) < 2:
        return Interval(value, float("nan"), float("nan"))
    random = np.random.default_rng(seed)
    chosen = random.integers(0, len(units), (draws, len(units)))
    drawn = np.array([statistic([units[at] for at in row]) for row in chosen])
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        return Interval(value, float("nan"), float("nan"))
    low, high = np.quantile(drawn, [OUTSIDE / 2, 1 - OUTSIDE / 2])
    return Interval(value, float(low), float(high))
