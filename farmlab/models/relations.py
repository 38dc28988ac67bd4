"""How hourly columns go together, learned a day at a time, and what some of them let expect of the others.

All ridge regressions of one column on the others come out of one inverse: with A the matrix of correlations plus
the penalty and P the inverse of its part that may explain, the weights for column j are -P[i, j] / P[j, j], and those
for a column that may not explain are P A. A column that is left out is left out of A.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Values = NDArray[np.float64]
    Mask = NDArray[np.bool_]

ALPHA: Final = 10.0
"""The ridge, in hours."""
MEMORY_HOURS: Final = 56 * 24
"""After so long an hour counts for a third of a new one."""
FEWEST_HOURS: Final = 120
"""A column explains, and is explained, after so many hours that could be learned from."""
FEWEST_TOGETHER: Final = 24
FEWEST_NEIGHBOURS: Final = 2
DIGITS: Final = 12


@dataclass(slots=True)
class Relations:
    """Sums over the hours that were learned, for each pair of columns over the hours in which both were known."""

    centre: Values
    count: Values
    total: Values
    product: Values

    @classmethod
    def around(cls, centre: Values) -> Relations:
        """Nothing learned yet; ``centre`` is near the values of each column, for the digits' sake."""
        return cls(centre, *(np.zeros((len(centre), len(centre))) for _ in range(3)))

    def learn(self, rows: Values) -> None:
        """Add hours (rows; missing where not known or not to be learned from), and let the earlier ones fade."""
        known = np.isfinite(rows)
        values, ones = np.where(known, rows - self.centre, 0.0), known.astype(float)
        kept = np.exp(-len(rows) / MEMORY_HOURS)
        self.count = kept * self.count + ones.T @ ones
        self.total = kept * self.total + values.T @ ones
        self.product = kept * self.product + values.T @ values

    def forget(self, column: int) -> None:
        """Start anew for a column: it is no longer what it was."""
        for sums in (self.count, self.total, self.product):
            sums[column, :] = sums[:, column] = 0.0

    def solved(self, clock: int) -> Ridge:
        """The regressions that follow; the last ``clock`` columns are no neighbours of anything."""
        hours = np.diag(self.count)
        together = np.maximum(self.count, 1)
        mean = self.total / together
        covariance = np.where(self.count >= FEWEST_TOGETHER, self.product / together - mean * mean.T, 0.0)
        variance = np.diag(covariance)
        level = np.diag(mean) + self.centre
        usable = (hours >= FEWEST_HOURS) & (variance > 1e-12 * np.maximum(1.0, level**2))
        wide = np.sqrt(np.where(usable, variance, 1.0))
        correlation = np.where(np.outer(usable, usable), covariance / np.outer(wide, wide), 0.0)
        system = _positive(correlation) + np.diag(ALPHA / np.maximum(hours, 1))
        doubt = np.sqrt(1 + usable.sum() / np.maximum(hours / 24, 1))
        return Ridge(level, wide, system, usable, doubt, clock)

    def copy(self) -> Relations:
        """A copy that can learn on its own."""
        return Relations(self.centre, self.count.copy(), self.total.copy(), self.product.copy())

    def state(self) -> dict[str, Any]:
        """The sums as JSON values."""
        parts = {name: getattr(self, name) for name in ("count", "total", "product")}
        return {name: [[float(f"{x:.{DIGITS}g}") for x in row] for row in sums] for name, sums in parts.items()} | {
            "centre": [float(x) for x in self.centre]
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Relations:
        """What :meth:`state` gave, read back."""
        return cls(*(np.array(state[name], dtype=float) for name in ("centre", "count", "total", "product")))


@dataclass(slots=True)
class Ridge:
    """Regressions of every column on those that may explain it, on standardised values.

    ``doubt`` is how much larger the left-over of each column must be expected than after endless learning: the
    standard error of prediction with so many columns after so many days (hours of one day are alike).
    """

    mean: Values
    wide: Values
    system: Values
    usable: Mask
    doubt: Values
    clock: int
    _weights: dict[bytes, tuple[Values, Mask]] = field(default_factory=dict)

    def expected(self, row: Values, explains: Mask) -> Values:
        """What is expected of each column in one hour, given the values of those that may explain.

        Missing where a column is not known well enough, or has fewer than two neighbours.
        """
        given = explains & self.usable
        key = given.tobytes()
        if key not in self._weights:
            self._weights[key] = self._solve(given)
        weights, explained = self._weights[key]
        scaled = np.where(given, (row - self.mean) / self.wide, 0.0)
        return np.asarray(np.where(explained, scaled @ weights * self.wide + self.mean, np.nan))

    def _solve(self, given: Mask) -> tuple[Values, Mask]:
        """Weights (explaining × explained), and which columns they explain."""
        inside, outside = np.flatnonzero(given), np.flatnonzero(~given)
        inverse = np.linalg.inv(self.system[np.ix_(inside, inside)])
        weights = np.zeros(self.system.shape)
        own = -inverse / np.diag(inverse)
        np.fill_diagonal(own, 0.0)
        weights[np.ix_(inside, inside)] = own
        weights[np.ix_(inside, outside)] = inverse @ self.system[np.ix_(inside, outside)]
        neighbours = given[: len(given) - self.clock].sum() - given
        return weights, self.usable & (neighbours >= FEWEST_NEIGHBOURS)


def _positive(correlation: Values) -> Values:
    """The nearest matrix that hours without gaps could have given."""
    sizes, axes = np.linalg.eigh(correlation)
    return np.asarray((axes * np.maximum(sizes, 0.0)) @ axes.T)
