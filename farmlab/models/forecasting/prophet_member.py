"""Prophet, made fit for hourly series of a few weeks, and kept up to date by its last error."""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import pandas as pd

from farmlab.errors import ModelError
from farmlab.models.forecasting.member import Member
from farmlab.models.forecasting.packing import pack, unpack
from farmlab.models.forecasting.window import DAY, HORIZON, as_times

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from farmlab.models.forecasting.window import Values, Windows

WINDOW_DAYS = 21
WEEKLY_WINDOW_DAYS = 28
WEEKLY_FROM_DAYS = 21
AHEAD_HOURS = 9 * DAY
MEMORY = (0.0, 0.98)
_OPTIMISER = {"algorithm": "LBFGS", "tol_rel_obj": 1e10, "require_converged": False}
"""A line search that cannot improve any more is good enough; the default falls back to Newton, 5 times slower."""


class ProphetMember(Member):
    """Trend and daily profile by Prophet, plus what is left of the last error (AR(1)).

    The trend may bend once a day: set-points and growing birds do. Without the last error Prophet loses to
    yesterday's value on most hourly series: it fits the middle of weeks, not today's level. Its own intervals
    are not used (they cover 58 % where 80 % are meant). A fit costs as much as all other members together; it
    is used for days, brought up to date by its last error, and weighted by what it earns that way; in buildings, where
    others learn the week better, it is a reserve.

    Parameters
    ----------
    multiplicative
        The daily profile grows with the level, as water and feed do.
    weekly
        There is a rhythm of the week, as in buildings; it is learned from three weeks on.
    """

    name: ClassVar[str] = "Prophet"
    least_days: ClassVar[float] = 7.0
    refit_hours: ClassVar[int] = 6 * DAY
    replay_days: ClassVar[int] = 5
    spread_days: ClassVar[int] = 3
    costly: ClassVar[bool] = True

    def __init__(self, *, multiplicative: bool = False, weekly: bool = False) -> None:
        self.multiplicative = multiplicative
        self.weekly = weekly
        self.reserve = weekly

    def fit(self, window: Windows) -> Self:
        """Learn the last three or four weeks, and the curve of the next nine days."""
        hours = (WEEKLY_WINDOW_DAYS if self.weekly else WINDOW_DAYS) * DAY
        y, end = window.values[0, -hours:], int(window.ends[0])
        try:
            with _quiet():
                curve = self._curve(y, end)
        except Exception as error:
            raise ModelError(
                f"Prophet could not be used ({type(error).__name__}: {str(error)[:120]})",
                next_step="Run farmlab doctor.",
            ) from error
        self.memory_ = _lag_one(y - curve[: len(y)])
        self.end_, self.curve_ = end, curve[len(y) - 1 :]
        return self

    def paths(self, windows: Windows) -> Values:
        """The curve plus what is left of the last error; NaN before the fit and beyond the curve."""
        start = windows.ends - self.end_
        usable = (start >= 0) & (start + HORIZON < len(self.curve_))
        at = np.where(usable, start, 0)
        error = windows.values[:, -1] - self.curve_[at]
        ahead = np.arange(1, HORIZON + 1)
        paths = self.curve_[at[:, None] + ahead] + error[:, None] * self.memory_**ahead
        return np.where(usable[:, None], paths, np.nan)

    def state(self) -> dict[str, Any]:
        """The curve of the coming days, its first hour, and how long errors last."""
        return {"end": self.end_, "memory": self.memory_, "curve": pack(self.curve_)}

    def restore(self, state: Mapping[str, Any]) -> Self:
        """Take them over."""
        self.end_, self.memory_, self.curve_ = state["end"], state["memory"], unpack(state["curve"])
        return self

    def _curve(self, y: Values, end: int) -> Values:
        from prophet import Prophet

        days = len(y) // DAY
        model = Prophet(
            n_changepoints=days - 1,
            changepoint_range=0.9,
            seasonality_mode="multiplicative" if self.multiplicative else "additive",
            daily_seasonality=11 if self.multiplicative else 8,
            weekly_seasonality=3 if self.weekly and days >= WEEKLY_FROM_DAYS else False,
            yearly_seasonality=False,
            uncertainty_samples=0,
        )
        times = as_times(np.arange(end - len(y) + 1, end + AHEAD_HOURS)).tz_localize(None)
        model.fit(pd.DataFrame({"ds": times[: len(y)], "y": y}), seed=1, **_OPTIMISER)
        curve: Values = model.predict(pd.DataFrame({"ds": times}))["yhat"].to_numpy(float)
        return curve


def _lag_one(residuals: Values) -> float:
    """How much of an error is left an hour later."""
    power = float(np.sum(residuals[:-1] ** 2))
    return float(np.clip(np.sum(residuals[:-1] * residuals[1:]) / power, *MEMORY)) if power > 0 else 0.0


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
