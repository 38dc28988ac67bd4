"""The same hour of the day before: the line that every forecast has to beat."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from farmlab.models.forecaster import Forecaster
from farmlab.models.hourly import DAY, REACH_DAYS, bridge

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


class SeasonalNaive(Forecaster):
    """Each hour as the same hour of the last day; hours that were missing there are bridged first.

    >>> import pandas as pd
    >>> hours = pd.date_range("2026-07-01 01:00", periods=72, freq="h", tz="UTC")
    >>> model = SeasonalNaive().fit(pd.Series(hours.hour.to_numpy(float), index=hours))
    >>> model.predict(3)["forecast"].tolist()
    [1.0, 2.0, 3.0]
    """

    name = "seasonal-naive"
    least_days = 2.0

    def _learn(self, y: pd.Series) -> NDArray[np.float64]:
        errors = y.to_numpy(float)[DAY:] - y.to_numpy(float)[:-DAY]
        return errors if np.isfinite(errors).any() else np.zeros(1)

    def _see(self, y: pd.Series) -> None:
        near = bridge(y.iloc[-(REACH_DAYS + 2) * DAY :]).to_numpy(float)[-DAY:]
        self.day_ = np.full(DAY, np.mean(near) if len(near) else np.nan)
        self.day_[DAY - len(near) :] = near

    def _path(self, hours: int) -> NDArray[np.float64]:
        return np.resize(self.day_, hours)
