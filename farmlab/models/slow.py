"""What detectors of slow change have in common: means over hours in several channels, and one budget for them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab.models import calibration, habituation, hours
from farmlab.models.calibrated import CalibratedDetector

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Values = NDArray[np.float64]
    Mask = NDArray[np.bool_]

FEWEST_MAXIMA: Final = 5
"""Days without which a column is not judged."""


class SlowDetector(CalibratedDetector):
    """Thresholds and scores of means over hours, one row an hour; the channels share the ``budget``."""

    budget: float

    def _learn_thresholds(self, sizes: Mapping[str, Values], *, first: int, held: Mask, floor: Values) -> None:
        """From sizes of left-overs by channel; ``first`` is the hour of the first row, what is ``held`` is left out."""
        days = (first + np.arange(len(held))) // hours.DAY
        maxima = {channel: self._maxima(size, days, held) for channel, size in sizes.items()}
        self.thresholds_ = calibration.shared(maxima, budget=self.budget, floor=floor)
        self.alarms_ = {
            channel: habituation.recent_alarms(size, self.thresholds_[channel].value, per_hour=1)
            for channel, size in sizes.items()
        }

    @staticmethod
    def _maxima(size: Values, days: NDArray[np.int64], held: Mask) -> Values:
        maxima = calibration.daily_maxima(size, days, usable=np.isfinite(size) & ~held)
        maxima = calibration.without_outliers(maxima)
        return np.where(np.isfinite(maxima).sum(axis=0) >= FEWEST_MAXIMA, maxima, np.nan)

    def _score(self, channel: str, size: Values) -> Values:
        threshold = self.thresholds_[channel]
        raised = habituation.factors(size, threshold.value, per_hour=1, before=self.alarms_[channel])
        return threshold.score(size, raised)
