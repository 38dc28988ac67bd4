"""What detectors with calibrated thresholds by channel have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from farmlab.models import calibration
from farmlab.models.base import Detector
from farmlab.models.calibration import Threshold

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray


class CalibratedDetector(Detector):
    """Thresholds by channel, each an array over the columns; the first channel tells which columns are calibrated."""

    columns_: tuple[str, ...]
    thresholds_: dict[str, Threshold]
    alarms_: dict[str, NDArray[np.int64]]
    """Alarms in the last week of history, by channel; empty where alarms raise no threshold."""

    @property
    def is_fitted(self) -> bool:
        """Whether thresholds are there."""
        return hasattr(self, "thresholds_")

    @property
    def expected_rate_(self) -> pd.Series:
        """Expected false episodes per day of each column, the sum over the channels."""
        return calibration.expected_rate(self.columns_, self.thresholds_.values())

    def _uncalibrated(self, why: str) -> dict[str, str]:
        """The columns that score 0, each with the reason."""
        return calibration.uncalibrated(self.columns_, next(iter(self.thresholds_.values())), why)

    def _threshold_state(self) -> dict[str, Any]:
        return {
            "thresholds_": {channel: threshold.state() for channel, threshold in self.thresholds_.items()},
            "alarms_": {channel: [int(x) for x in alarms] for channel, alarms in self.alarms_.items()},
        }

    def _restore_thresholds(self, learned: Mapping[str, Any]) -> None:
        self.thresholds_ = {channel: Threshold.restored(state) for channel, state in learned["thresholds_"].items()}
        self.alarms_ = {channel: np.array(alarms, dtype=np.int64) for channel, alarms in learned["alarms_"].items()}
