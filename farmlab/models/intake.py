"""A table as detectors work on it: equal steps, numbers or missing, and who lives there when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.errors import DataError, InsufficientData
from farmlab.features import series
from farmlab.features.flock import AGE

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

MOST_EMPTY: Final = 100
"""Steps for each reading, on average, that a table can have at most,"""
SMALL: Final = 100_000
"""if it has more than this."""
IRREGULAR: Final = 2.0
OUTAGE: Final = 36


@dataclass(frozen=True, slots=True)
class Table:
    """Values on a regular grid; ``rows`` leads from the rows of the original to those of the grid.

    ``judged`` is False where the house stands empty; ``age`` is that of the flock in days (NaN
    if unknown); ``placed`` is the day on which the birds came (days since 1970, give or take one; 0 without an age
    column): nothing is compared across flocks.
    """

    index: pd.Index
    times: pd.DatetimeIndex
    columns: tuple[str, ...]
    values: NDArray[np.float64]
    rows: NDArray[np.intp]
    judged: NDArray[np.bool_]
    age: NDArray[np.float64]
    placed: NDArray[np.float64]
    step: pd.Timedelta

    def like_original(self, grid: NDArray[np.float64]) -> pd.DataFrame:
        """Values of the grid on the index that came in."""
        return pd.DataFrame(grid[self.rows], index=self.index, columns=list(self.columns))

    def per(self, span: pd.Timedelta) -> int:
        """How many steps make up a span, at least one."""
        return max(1, round(span / self.step))


def table(
    X: pd.DataFrame,
    *,
    step: pd.Timedelta | None = None,
    columns: Sequence[str] | None = None,
    beside: Collection[str] = (),
) -> Table:
    """The numeric columns of ``X`` on a regular grid; ``beside`` and the age column are not among the judged.

    Parameters
    ----------
    X
        DatetimeIndex in UTC, in any order; repeated times are used once.
    step
        The step of the grid; by default the usual one of the table.
    columns
        The columns to give, in this order; those that ``X`` lacks are missing throughout.
    beside
        Columns that explain others and are not judged.
    """
    ordered = series.sorted_by_time(X)
    step = step or usual_step(pd.DatetimeIndex(ordered.index))
    _require_one_time(ordered.index, step)
    grid, rows = series.regular(ordered, step=step)
    names = tuple(columns) if columns is not None else tuple(c for c in X.columns if c != AGE and c not in beside)
    judged, age, placed = _lives(grid)
    return Table(
        index=X.index,
        times=pd.DatetimeIndex(grid.index),
        columns=names,
        values=grid.reindex(columns=list(names)).to_numpy(dtype=float),
        rows=rows[ordered.index.get_indexer(X.index)] if ordered is not X else rows,
        judged=judged,
        age=age,
        placed=placed,
        step=step,
    )


def _require_one_time(index: pd.Index, step: pd.Timedelta) -> None:
    """Refuse a table whose times cannot be those of one record: a date in the far future or past among the others."""
    slots = (index[-1] - index[0]) / step if len(index) else 0
    if slots > max(MOST_EMPTY * len(index), SMALL):
        gaps = np.diff(pd.DatetimeIndex(index).as_unit("s").asi8)
        alone = index[int(gaps.argmax()) + 1]
        minutes = step / pd.Timedelta(minutes=1)
        raise DataError(
            f"{len(index)} readings every {minutes:g} minutes cannot last until {index[-1]:%Y-%m-%d}",
            next_step=f"Look at the times from {alone:%Y-%m-%d} on.",
        )


def usual_step(index: pd.DatetimeIndex) -> pd.Timedelta:
    """The usual time between two rows; where most come far later than that, the mean time between them.

    Outages do not count: gaps of more than ``OUTAGE`` usual steps are left out of the mean.

    >>> usual_step(pd.DatetimeIndex(["2026-07-01 00:00", "2026-07-01 00:10", "2026-07-01 00:20", "2026-07-02 07:00"]))
    Timedelta('0 days 00:10:00')
    """
    step = series.step_of(index)
    gaps = np.diff(np.unique(index.as_unit("s").asi8)) / step.total_seconds()
    mean = float(gaps[gaps <= OUTAGE].mean())
    return pd.Timedelta(seconds=round(mean * step.total_seconds())) if mean > IRREGULAR else step


def aligned(mask: pd.DataFrame | None, onto: Table) -> NDArray[np.bool_]:
    """A True/False table with the rows of the original (True where nothing is said) on the grid of ``onto``."""
    out = np.ones(onto.values.shape, dtype=bool)
    if mask is not None:
        said = mask.reindex(columns=list(onto.columns), fill_value=True).to_numpy(dtype=bool)
        np.logical_and.at(out, onto.rows, said)
    return out


def require_days(onto: Table, *, days: int) -> None:
    """Refuse a table that is shorter than ``days``.

    Raises
    ------
    InsufficientData
        It says how much there is.
    """
    span = (onto.times[-1] - onto.times[0] + onto.step) / pd.Timedelta(days=1) if len(onto.times) else 0.0
    if span < days or not len(onto.columns):
        raise InsufficientData(
            f"there are {span:.1f} days of {len(onto.columns)} columns",
            next_step=f"Give at least {days} days of history.",
        )


def _lives(grid: pd.DataFrame) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]:
    if AGE not in grid.columns:
        return np.ones(len(grid), dtype=bool), np.full(len(grid), np.nan), np.zeros(len(grid))
    age = grid[AGE].ffill(limit=3).to_numpy(dtype=float)
    days = pd.DatetimeIndex(grid.index).as_unit("s").asi8 / 86_400
    return np.isfinite(age), age, np.nan_to_num(days - age)
