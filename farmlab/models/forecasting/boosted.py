"""One gradient boosting for all hours ahead (hgb)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import numpy as np

from farmlab.models.forecasting.member import Member
from farmlab.models.forecasting.trees import Trees
from farmlab.models.forecasting.window import DAY, HORIZON, WEEK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from farmlab.models.forecasting.window import Values, Windows

RECENT: Final = (1, 2, 3, 6, 12)
"""The last values, so many hours before the origin."""
SAME_HOURS: Final = 7
REACH: Final = (SAME_HOURS + 1) * DAY
"""So many hours before an origin are looked at."""
LEARN_EVERY_HOURS: Final = 7
"""Not a divisor of 24, so that every hour of the day is an origin."""


class Boosted(Member):
    """HistGradientBoosting of the absolute error, for the value minus the one at the origin.

    Inputs, all minus the value at the origin: the same hour of the last three days and of the last week; mean,
    lowest and highest of seven same hours; the last values; the means of 24 and 168 hours. Besides: hours ahead,
    hour of the day, day of the week. Centring on the last value matters most.
    """

    name: ClassVar[str] = "hgb"
    least_days: ClassVar[float] = 28.0
    costly: ClassVar[bool] = True

    def fit(self, window: Windows) -> Self:
        """Learn from every seventh hour of the window as origin."""
        from sklearn.ensemble import HistGradientBoostingRegressor

        places = np.arange(window.length - 1 - HORIZON, REACH - 1, -LEARN_EVERY_HOURS)
        y = window.values[0]
        self.scale_ = float(np.std(y)) or 1.0
        wanted = (y[places[:, None] + np.arange(1, HORIZON + 1)] - y[places, None]) / self.scale_
        X = self._inputs(window.values, np.zeros_like(places), places, window.ends[0] - (window.length - 1 - places))
        model = HistGradientBoostingRegressor(
            loss="absolute_error",
            max_iter=150,
            learning_rate=0.05,
            max_leaf_nodes=8,
            min_samples_leaf=60,
            l2_regularization=1.0,
            max_features=0.5,
            early_stopping=False,
            random_state=1,
        )
        self.trees_ = Trees.of(model.fit(X, wanted.ravel()))
        return self

    def paths(self, windows: Windows) -> Values:
        """From the last eight days of each row."""
        rows = np.arange(len(windows.values))
        last = np.full(len(rows), windows.length - 1)
        change = self.trees_.predict(self._inputs(windows.values, rows, last, windows.ends))
        return np.asarray(windows.values[:, -1:] + self.scale_ * change.reshape(len(rows), HORIZON))

    def state(self) -> dict[str, Any]:
        """The trees as numbers."""
        return {"scale": self.scale_, "trees": self.trees_.state()}

    def restore(self, state: Mapping[str, Any]) -> Self:
        """Take them over."""
        self.scale_, self.trees_ = state["scale"], Trees.restored(state["trees"])
        return self

    def _inputs(
        self, values: Values, rows: NDArray[np.int_], places: NDArray[np.int_], ends: NDArray[np.int64]
    ) -> Values:
        """One line per origin and hour ahead."""
        ahead = np.arange(1, HORIZON + 1)
        days_back = (ahead - 1) // DAY + 1
        same = np.stack([ahead - (days_back + day) * DAY for day in range(SAME_HOURS)], axis=1)
        offsets = np.concatenate([same, ahead[:, None] - WEEK], axis=1)
        now = values[rows, places]
        shifted = values[rows[:, None, None], places[:, None, None] + offsets] - now[:, None, None]
        own = shifted[:, :, :SAME_HOURS]
        means = np.stack([own.mean(axis=2), own.min(axis=2), own.max(axis=2)], axis=2)
        by_hour = np.concatenate([shifted[:, :, [0, 1, 2, -1]], means], axis=2)
        constant = np.repeat(_of_origin(values, rows, places, now)[:, None], HORIZON, axis=1)
        scaled = np.concatenate([by_hour, constant], axis=2) / self.scale_
        return np.concatenate([scaled, _times(ends, ahead)], axis=2).reshape(len(rows) * HORIZON, -1)


def _of_origin(values: Values, rows: NDArray[np.int_], places: NDArray[np.int_], now: Values) -> Values:
    """What is the same for all hours ahead: the last values, and the means of a day and a week."""
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    means = [(sums[rows, places + 1] - sums[rows, places + 1 - span]) / span for span in (DAY, WEEK)]
    recent = [values[rows, places - back] for back in RECENT]
    return np.stack([*recent, *means], axis=1) - now[:, None]


def _times(ends: NDArray[np.int64], ahead: NDArray[np.int_]) -> Values:
    target = ends[:, None] + ahead
    hours_ahead = np.broadcast_to(ahead, target.shape)
    return np.stack([hours_ahead, target % DAY, target // DAY % 7], axis=2).astype(float)
