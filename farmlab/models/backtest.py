"""Rolling origin: what would have been said in the past, and what came true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from farmlab.models.forecaster import DAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from farmlab.models.forecaster import Forecaster

EVERY_HOURS = 3
REFIT_HOURS = 3 * DAY


@dataclass(frozen=True, slots=True)
class Replay:
    """Forecasts issued at past origins, one row each, one column per hour ahead.

    ``origins`` lie ``every`` hours apart; ``truth`` is NaN where it was missing or has not come yet.
    """

    origins: pd.DatetimeIndex
    every: int
    paths: NDArray[np.float64]
    truth: NDArray[np.float64]

    @property
    def errors(self) -> NDArray[np.float64]:
        """What came minus what was said."""
        return self.truth - self.paths

    @property
    def times(self) -> pd.DatetimeIndex:
        """The hours that the forecasts speak of, row after row."""
        ahead = pd.to_timedelta(np.tile(np.arange(1, self.paths.shape[1] + 1), len(self.origins)), unit="h")
        return self.origins.repeat(self.paths.shape[1]) + ahead

    def mean_error(self, day: int) -> float:
        """Mean absolute error of hours 1–24 (day 1) or 25–48 (day 2) ahead; NaN without truth."""
        errors = np.abs(self._of(day))
        return float(np.nanmean(errors)) if np.isfinite(errors).any() else float("nan")

    def scored(self, day: int) -> int:
        """Number of origins of which some truth of this day is known."""
        return int(np.isfinite(self._of(day)).any(axis=1).sum())

    def _of(self, day: int) -> NDArray[np.float64]:
        return self.errors[:, (day - 1) * DAY : day * DAY]


def replay(
    model: Forecaster, y: pd.Series, *, span_hours: int, hours: int = 2 * DAY, every: int = EVERY_HOURS
) -> Replay:
    """Forecasts of the last ``span_hours`` as they would have been issued then, one ``every`` few hours.

    The model is fitted anew every three days and updated at each origin; it never sees an hour after it.
    ``span_hours`` is a multiple of ``every``. What comes out ends ``every`` hours before the series does.

    Raises
    ------
    InsufficientData
        The history before the oldest fit is too short for the model.
    """
    newest = len(y) - 1
    places = range(newest - span_hours, newest, every)
    paths = np.empty((len(places), hours))
    for row, place in enumerate(places):
        known = y.iloc[: place + 1]
        fitted = row * every % REFIT_HOURS == 0
        paths[row] = (model.fit(known) if fitted else model.update(known)).path(hours)
    origins = pd.DatetimeIndex(y.index[places])
    return Replay(origins, every, paths, _truth(y.to_numpy(float), np.array(places), hours))


def _truth(values: NDArray[np.float64], places: NDArray[np.int_], hours: int) -> NDArray[np.float64]:
    ahead = places[:, None] + np.arange(1, hours + 1)
    return np.where(ahead < len(values), values[np.minimum(ahead, len(values) - 1)], np.nan)
