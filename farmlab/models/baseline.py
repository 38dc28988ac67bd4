"""What is planned ahead of time, taken out before a forecaster learns and put back after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEAST_AMOUNT = 1e-9


@dataclass(frozen=True, slots=True)
class Baseline:
    """A plan by hour: a set-point curve is subtracted, the target curve of an ``amount`` divided out.

    Without ``values`` nothing is planned, and nothing is taken out.

    >>> hours = pd.date_range("2026-07-01", periods=3, freq="h", tz="UTC")
    >>> plan = Baseline.of(pd.Series([30.0, 29.0], index=hours[[0, 2]]), hours, amount=False)
    >>> plan.removed(pd.Series([30.5, 29.5, 29.0], index=hours)).tolist()
    [0.5, 0.0, 0.0]
    """

    values: pd.Series | None = None
    amount: bool = False

    @classmethod
    def of(cls, plan: pd.Series | None, index: pd.DatetimeIndex, *, amount: bool) -> Baseline:
        """The plan at these hours, linear between its points, level before the first and after the last."""
        points = plan.dropna().sort_index() if plan is not None else pd.Series(dtype=float)
        if points.empty:
            return cls()
        times = pd.DatetimeIndex(points.index)
        values = np.interp(index.as_unit("ns").asi8, times.as_unit("ns").asi8, points.to_numpy(float))
        return cls(pd.Series(np.maximum(values, _LEAST_AMOUNT) if amount else values, index=index), amount)

    @property
    def planned(self) -> bool:
        """Whether there is a plan at all."""
        return self.values is not None

    def removed(self, y: pd.Series) -> pd.Series:
        """How far the series is from the plan: the difference, or the ratio of an amount."""
        if self.values is None:
            return y
        plan = self.values.reindex(y.index)
        return y / plan if self.amount else y - plan

    def restored(self, times: pd.DatetimeIndex, deviations: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values that these deviations mean; ``times`` run along the rows of ``deviations``."""
        if self.values is None:
            return deviations
        plan = self.values.reindex(times).to_numpy(float).reshape(deviations.shape)
        return plan * deviations if self.amount else plan + deviations
