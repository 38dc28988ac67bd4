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

ALPHA: Final = 100.0
"""The ridge, in hours: ten independent ones, since what is left over goes on being alike for ten hours and more."""
MEMORY_HOURS: Final = 56 * 24
"""After so long an hour counts for a third of a new one."""
FEWEST_HOURS: Final = 120
"""A column explains, and is explained, after so many hours that could be learned from."""
FEWEST_TOGETHER: Final = 24
FEWEST_NEIGHBOURS: Final = 2
SUMS: Final = ("count", "total", "square", "product")
DIGITS: Final = 12


@dataclass(slots=True)
class Relations:
    """Sums over the hours that were learned, for each pair of columns over the hours in which both were known."""

    centre: Values
    count: Values
    total: Values
    square: Values
    product: Values

    @classmethod
    def around(cls, centre: Values) -> Relations:
        """Nothing learned yet; ``centre`` is near the values of each column, for the digits' sake."""
        return cls(centre, *(np.zeros((len(centre), len(centre))) for _ in range(4)))

    def learn(self, rows: Values) -> None:
        """Add hours (rows; missing where not known or not to be learned from), and let the earlier ones fade."""
        known = np.isfinite(rows)
        values, ones = np.where(known, rows - self.centre, 0.0), known.astype(float)
        kept = np.exp(-len(rows) / MEMORY_HOURS)
        self.count = kept * self.count + ones.T @ ones
        self.total = kept * self.total + values.T @ ones
        self.square = kept * self.square + (values**2).T @ ones
        self.product = kept * self.product + values.T @ values

    def forget(self, column: int) -> None:
        """Start anew for a column: it is no longer what it was."""
        for sums in (self.count, self.total, self.square, self.product):
            sums[column, :] = sums[:, column] = 0.0

    def solved(self, clock: int) -> Ridge:
        """The regressions that follow; the last ``clock`` columns are no neighbours of anything."""
        hours = np.diag(self.count)
        mean, square = self._means(self.total), self._means(self.square)
        variance = np.maximum(square - mean**2, 0.0)
        level, own = np.diag(mean) + self.centre, np.diag(variance)
        usable = (hours >= FEWEST_HOURS) & (own > 1e-12 * np.maximum(1.0, level**2))
        wide = np.sqrt(np.where((variance > 0) & usable[:, None], variance, 1.0))
        covariance = self.product / np.maximum(self.count, 1) - mean * mean.T
        known = (self.count >= FEWEST_TOGETHER) & np.outer(usable, usable)
        correlation = np.where(known, np.clip(covariance / (wide * wide.T), -1.0, 1.0), 0.0)
        system = _positive(correlation) + np.diag(ALPHA / np.maximum(hours, 1))
        doubt = np.sqrt(1 + usable.sum() / np.maximum(hours / 24, 1))
        return Ridge(self.centre, mean, wide, system, usable, doubt, clock)

    def _means(self, sums: Values) -> Values:
        """Means of each column (row) over the hours in which another one (column) was known, else over all its own."""
        own = np.diag(sums) / np.maximum(np.diag(self.count), 1)
        return np.asarray(np.where(self.count >= FEWEST_TOGETHER, sums / np.maximum(self.count, 1), own[:, None]))

    def copy(self) -> Relations:
        """A copy that can learn on its own."""
        return Relations(self.centre, *(getattr(self, name).copy() for name in SUMS))

    def state(self) -> dict[str, Any]:
        """The sums as JSON values."""
        parts = {name: getattr(self, name) for name in SUMS}
        return {name: [[float(f"{x:.{DIGITS}g}") for x in row] for row in sums] for name, sums in parts.items()} | {
            "centre": [float(x) for x in self.centre]
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Relations:
        """What :meth:`state` gave, read back."""
        return cls(*(np.array(state[name], dtype=float) for name in ("centre", *SUMS)))


@dataclass(slots=True)
class Ridge:
    """Regressions of every column on those that may explain it, on standardised values.

    ``mean`` and ``wide`` (standard deviation) are those of a column (row) over the hours in which another one (column)
    was known, less ``centre``: what was learned of a new sensor holds for the hours since it came.
    ``doubt`` is how much larger the left-over of each column must be expected than after endless learning: the
    standard error of prediction with so many columns after so many days (hours of one day are alike).
    """

    centre: Values
    mean: Values
    wide: Values
    system: Values
    usable: Mask
    doubt: Values
    clock: int
    _weights: dict[bytes, tuple[Values, Values, Mask]] = field(default_factory=dict)

    def expected(self, row: Values, explains: Mask) -> Values:
        """What is expected of each column in one hour, given the values of those that may explain.

        Missing where a column is not known well enough, or has fewer than two neighbours.
        """
        given = explains & self.usable
        key = given.tobytes()
        if key not in self._weights:
            self._weights[key] = self._solve(given)
        weights, constant, explained = self._weights[key]
        values = np.where(given, row - self.centre, 0.0)
        return np.asarray(np.where(explained, values @ weights + constant + self.centre, np.nan))

    def _solve(self, given: Mask) -> tuple[Values, Values, Mask]:
        """Weights (explaining × explained) and constants, in units of the columns, and which columns are explained."""
        inside, outside = np.flatnonzero(given), np.flatnonzero(~given)
        inverse = np.linalg.inv(self.system[np.ix_(inside, inside)])
        weights = np.zeros(self.system.shape)
        own = -inverse / np.diag(inverse)
        np.fill_diagonal(own, 0.0)
        weights[np.ix_(inside, inside)] = own
        weights[np.ix_(inside, outside)] = inverse @ self.system[np.ix_(inside, outside)]
        weights *= self.wide.T / self.wide
        constant = np.diag(self.mean) - (weights * self.mean).sum(axis=0)
        neighbours = given[: len(given) - self.clock].sum() - given
        return weights, constant, self.usable & (neighbours >= FEWEST_NEIGHBOURS)


def _positive(correlation: Values) -> Values:
    """The nearest matrix that hours without gaps could have given."""
    sizes, axes = np.linalg.eigh(correlation)
    return np.asarray((axes * np.maximum(sizes, 0.0)) @ axes.T)
