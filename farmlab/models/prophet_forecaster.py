"""Prophet, made fit for hourly series of a few weeks, and kept up to date by its last error."""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from farmlab.errors import InsufficientData, ModelError
from farmlab.models.forecaster import DAY, Forecaster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

WINDOW_DAYS = 21
WEEKLY_WINDOW_DAYS = 28
WEEKLY_FROM_DAYS = 21
AHEAD_HOURS = 5 * DAY
MEMORY = (0.0, 0.98)
_OPTIMISER = {"algorithm": "LBFGS", "tol_rel_obj": 1e10, "require_converged": False}
"""A line search that cannot improve any more is good enough; the default falls back to Newton, 5 times slower."""


class ProphetForecaster(Forecaster):
    """Trend and daily profile by Prophet, plus what is left of the last error (AR(1)).

    The trend may bend once a day: set-points and growing birds do. Without the last error Prophet loses to
    yesterday's value on most hourly series: it fits the middle of weeks, not today's level. Its own intervals
    are not used (they cover 58 % where 80 % are meant).

    Parameters
    ----------
    multiplicative
        The daily profile grows with the level, as water and feed do.
    weekly
        There is a rhythm of the week, as in buildings; it is learned from three weeks on.
    daily_order
        Fourier pairs of the daily profile; 11 follow every hour, fewer are smoother.
    """

    name = "Prophet"
    least_days = 4.0

    def __init__(self, *, multiplicative: bool = False, weekly: bool = False, daily_order: int = 8) -> None:
        self.multiplicative = multiplicative
        self.weekly = weekly
        self.daily_order = daily_order

    def _learn(self, y: pd.Series) -> NDArray[np.float64]:
        window_days = WEEKLY_WINDOW_DAYS if self.weekly else WINDOW_DAYS
        recent = y.iloc[-window_days * DAY :]
        if recent.notna().sum() < self.least_days * DAY:
            raise InsufficientData(f"{self.name}: too few hours are known in the last {window_days} days")
        try:
            with _quiet():
                self.start_, self.static_ = self._fitted(recent)
        except Exception as error:
            raise ModelError(
                f"Prophet could not be used ({type(error).__name__}: {str(error)[:120]})",
                next_step="Run farmlab doctor.",
            ) from error
        residuals = recent.to_numpy(float) - self.static_[: len(recent)]
        self.memory_ = _lag_one(residuals)
        return residuals

    def _fitted(self, y: pd.Series) -> tuple[pd.Timestamp, NDArray[np.float64]]:
        from prophet import Prophet

        known_days = int(y.notna().sum()) // DAY
        model = Prophet(
            n_changepoints=known_days - 1,
            changepoint_range=0.9,
            seasonality_mode="multiplicative" if self.multiplicative else "additive",
            daily_seasonality=self.daily_order,
            weekly_seasonality=3 if self.weekly and known_days >= WEEKLY_FROM_DAYS else False,
            yearly_seasonality=False,
            uncertainty_samples=0,
        )
        times = y.index.tz_localize(None)  # type: ignore[attr-defined]
        model.fit(pd.DataFrame({"ds": times, "y": y.to_numpy(float)}), seed=1, **_OPTIMISER)
        wanted = pd.date_range(times[0], periods=len(y) + AHEAD_HOURS, freq="h")
        return y.index[0], model.predict(pd.DataFrame({"ds": wanted}))["yhat"].to_numpy(float)

    def _see(self, y: pd.Series) -> None:
        self.place_ = int((y.index[-1] - self.start_) / pd.Timedelta(hours=1))
        if self.place_ >= len(self.static_):
            raise ModelError("Prophet was fitted too long ago", next_step="Fit it again.")
        values = y.to_numpy(float)
        newest = int(np.flatnonzero(~np.isnan(values))[-1])
        age = len(values) - 1 - newest
        self.error_ = float(values[newest] - self.static_[self.place_ - age]) * self.memory_**age

    def _path(self, hours: int) -> NDArray[np.float64]:
        ahead = self.static_[self.place_ + 1 : self.place_ + 1 + hours]
        if len(ahead) < hours:
            raise ModelError("Prophet was fitted too long ago", next_step="Fit it again.")
        path: NDArray[np.float64] = ahead + self.error_ * self.memory_ ** np.arange(1, hours + 1)
        return path


def _lag_one(residuals: NDArray[np.float64]) -> float:
    """How much of an error is left an hour later."""
    before, after = residuals[:-1], residuals[1:]
    both = ~(np.isnan(before) | np.isnan(after))
    power = float(np.sum(before[both] ** 2))
    return float(np.clip(np.sum(before[both] * after[both]) / power, *MEMORY)) if power > 0 else 0.0


@contextmanager
def _quiet() -> Iterator[None]:
    """Prophet and cmdstan speak of plotting libraries and of every line search; nobody wants to hear it."""
    loggers = [logging.getLogger(name) for name in ("prophet", "prophet.plot", "cmdstanpy")]
    before = [(logger, logger.level, logger.disabled) for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level, disabled in before:
            logger.setLevel(level)
            logger.disabled = disabled
