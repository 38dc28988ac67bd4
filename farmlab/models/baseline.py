"""What is planned ahead of time, taken out before a forecaster learns and put back after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

LEAST_AMOUNT: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Baseline:
    """A plan: a set-point curve is subtracted, the target curve of an ``amount`` divided out.

    Without ``points`` nothing is planned, and nothing is taken out. Where readings may be missing they are NaN.

    >>> hours = pd.date_range("2026-07-01", periods=3, freq="h", tz="UTC")
    >>> plan = Baseline(pd.Series([30.0, 29.0], index=hours[[0, 2]]))
    >>> plan.apart(np.array([30.5, 29.5, 29.0]), plan.at(hours)).tolist()
    [0.5, 0.0, 0.0]
    """

    points: pd.Series | None = None
    amount: bool = False

    @property
    def planned(self) -> bool:
        """Whether there is a plan at all."""
        return self.points is not None and bool(self.points.notna().any())

    def at(self, times: pd.DatetimeIndex) -> Values:
        """The plan at these times, linear between its points, level before the first and after the last."""
        if self.points is None or not self.planned:
            return np.full(len(times), 1.0 if self.amount else 0.0)
        known = self.points.dropna().sort_index()
        moments = pd.DatetimeIndex(known.index).as_unit("ns").asi8
        values = np.interp(times.as_unit("ns").asi8, moments, known.to_numpy(float))
        return np.asarray(np.maximum(values, LEAST_AMOUNT) if self.amount else values)

    def apart(self, values: Values, planned: Values) -> Values:
        """How far values are from the plan: the difference, or the ratio of an amount."""
        return values / planned if self.amount else values - planned

    def together(self, deviations: Values, planned: Values) -> Values:
        """The values that these deviations mean."""
        return planned * deviations if self.amount else planned + deviations
