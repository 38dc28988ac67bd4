"""What a forecaster is: it learns an hourly series and says its next hours."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
import pandas as pd

from farmlab.errors import InsufficientData, NotFitted

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAY = 24
NOMINAL = 0.8
"""Share of hours that are meant to fall between ``lower`` and ``upper``."""


class Forecaster(ABC):
    """Learns an hourly series in UTC, labelled at the end of each hour; NaN where nothing is known.

    ``fit`` learns everything, ``update`` takes newer hours in without learning anew (refit daily, update
    hourly). Neither may look beyond the last hour that it is given. A fitted forecaster is not worth
    keeping: the history that it is fitted on in a tenth of a second is its state.
    """

    name: ClassVar[str]
    least_days: ClassVar[float]
    """Known days of history under which ``fit`` refuses."""

    def fit(self, y: pd.Series) -> Self:
        """Learn this history.

        Raises
        ------
        InsufficientData
            Fewer known hours than ``least_days``.
        """
        known = float(y.notna().sum()) / DAY
        if known < self.least_days:
            raise InsufficientData(
                f"{self.name} needs {self.least_days:g} days of history; {known:.1f} so far",
                next_step="Wait, or import older readings.",
            )
        self.residuals_ = self._learn(y)
        return self.update(y)

    def update(self, y: pd.Series) -> Self:
        """Take newer hours in, with what was learned before; ``y`` is the whole history again."""
        self._see(y)
        self.end_: pd.Timestamp = y.index[-1]
        return self

    def path(self, hours: int) -> NDArray[np.float64]:
        """The expected values of the next hours, without interval."""
        if not hasattr(self, "end_"):
            raise NotFitted(f"{self.name} was asked before it was fitted", next_step="Call fit first.")
        return self._path(hours)

    def predict(self, hours: int) -> pd.DataFrame:
        """``forecast``, ``lower`` and ``upper`` of the next hours, by ``time``.

        The interval is that of the errors inside the history, which is too narrow for most models;
        :func:`farmlab.models.forecast.forecast` replaces it by one from real forecasts of the past.
        """
        path = self.path(hours)
        tail = (1 - NOMINAL) / 2
        low, high = np.nanquantile(self.residuals_, [tail, 1 - tail])
        index = pd.date_range(self.end_, periods=hours + 1, freq="h", name="time")[1:]
        return pd.DataFrame({"forecast": path, "lower": path + low, "upper": path + high}, index=index)

    @abstractmethod
    def _learn(self, y: pd.Series) -> NDArray[np.float64]:
        """Learn, and give the errors inside the history."""

    @abstractmethod
    def _see(self, y: pd.Series) -> None:
        """Take the newest hours in."""

    @abstractmethod
    def _path(self, hours: int) -> NDArray[np.float64]:
        """The expected values of the next hours."""
