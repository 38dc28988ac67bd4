"""From the series of a file to their next hours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab import clock, units
from farmlab.analyse.grids import usual_step
from farmlab.errors import ConfigError, DataError
from farmlab.models.forecast import forecast
from farmlab.models.forecasting.masking import masked
from farmlab.models.forecasting.window import HORIZON, WINDOW_DAYS
from farmlab.models.hourly import hourly

if TYPE_CHECKING:
    from collections.abc import Callable

    from farmlab.analyse.reading import Data
    from farmlab.integrations.recognise.plain import Series
    from farmlab.models.forecast import Forecasted

HOUR: Final = pd.Timedelta(hours=1)
FINEST: Final = pd.Timedelta(minutes=5)
COARSEST: Final = pd.Timedelta(hours=6)
_HORIZON: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(h|d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One series: its forecast, or why there is none.

    Attributes
    ----------
    frame
        ``forecast``, ``lower`` and ``upper`` by time in UTC, at the step of the file.
    masked_hours
        Hours that were left out as they cannot be true.
    note
        What was done with the series; "" usually.
    """

    series: Series
    made: Forecasted | None = None
    frame: pd.DataFrame | None = None
    masked_hours: int = 0
    note: str = ""
    why_not: str = ""

    @property
    def name(self) -> str:
        """As in the tables."""
        return self.series.name


@dataclass(frozen=True, slots=True)
class Ahead:
    """The forecasts of a file, in the order of the file, ``hours`` from its last time on."""

    items: tuple[Foreseen, ...]
    hours: int
    until: pd.Timestamp

    @property
    def made(self) -> tuple[Foreseen, ...]:
        """The series that have a forecast."""
        return tuple(item for item in self.items if item.made is not None)


def horizon_of(text: str) -> int:
    """The hours of a horizon as people write it.

    >>> horizon_of("24h"), horizon_of("2d")
    (24, 48)

    Raises
    ------
    ConfigError
        It is none, or lies beyond two days.
    """
    known = _HORIZON.fullmatch(text.strip())
    hours = round(float(known[1]) * (24 if known[2].lower() == "d" else 1)) if known else 0
    if not 1 <= hours <= HORIZON:
        raise ConfigError(f"{text!r} is no horizon from 1 h to {HORIZON} h", next_step="Say: --horizon 24h.")
    return hours


def foresee(data: Data, *, hours: int, say: Callable[[str], None] = lambda _: None) -> Ahead:
    """The next hours of every series from the last time of the file on, each from its own past alone."""
    from threadpoolctl import threadpool_limits

    until = max(times.max() for series in data.series if len(times := _known(series, data).index))
    items = []
    with threadpool_limits(limits=1):
        for number, series in enumerate(data.series, start=1):
            say(f"{number} of {len(data.series)}: {series.name}")
            items.append(_foreseen(series, data, until, hours))
    return Ahead(tuple(items), hours, until)


def _known(series: Series, data: Data) -> pd.Series:
    """The values that can be learned from, by time; the first of several at one time."""
    usable = np.isfinite(series.values) & ~data.future[series.rows]
    times = pd.DatetimeIndex(data.time[series.rows[usable]], name="time").tz_localize("UTC")
    values = pd.Series(series.values[usable], index=times)
    return values[~values.index.duplicated()].sort_index()


def _foreseen(series: Series, data: Data, until: pd.Timestamp, hours: int) -> Foreseen:
    known = _known(series, data)
    known = known[known.index > until - pd.Timedelta(days=WINDOW_DAYS)]
    if why_not := _why_not(known):
        return Foreseen(series, why_not=why_not)
    step, mixed = usual_step(np.asarray(pd.DatetimeIndex(known.index).tz_localize(None)))
    if step > COARSEST:
        return Foreseen(series, why_not=f"one value every {_said(step)}; forecasts need one every 6 hours or more")
    shift = until.ceil("h") - until
    try:
        return _made(series, known, step, shift, until, hours, mixed)
    except DataError as error:
        return Foreseen(series, why_not=error.what.partition(": ")[2] or error.what)


def _why_not(known: pd.Series) -> str:
    if known.empty:
        return "it holds no value in the last eight weeks"
    if known.nunique() == 1:
        return f"it has one value throughout ({known.iloc[0]:g})"
    return ""


def _made(
    series: Series,
    known: pd.Series,
    step: pd.Timedelta,
    shift: pd.Timedelta,
    until: pd.Timestamp,
    hours: int,
    mixed: str,
) -> Foreseen:
    """The last reading is put on a full hour, so that nothing of the newest hour is lost."""
    by_hour = _by_hour(known, step, shift)
    clean = masked(by_hour)
    lowest = 0.0 if (known >= 0).all() else -np.inf
    about = units.Metric("value", "", "", series.name, lowest, np.inf)
    made = forecast(clean, metric=about, until=(until + shift).to_pydatetime())
    frame = _at_steps(made, max(step, FINEST), shift, until, hours)
    spread = _within_hours(known, by_hour, shift) if step < HOUR else 0.0
    note = (
        f"its steps are longer than an hour ({_said(step)}): hours between are interpolated" if step > HOUR else mixed
    )
    return Foreseen(series, made, _wider(frame, spread, lowest), int(clean.isna().sum() - by_hour.isna().sum()), note)


def _by_hour(known: pd.Series, step: pd.Timedelta, shift: pd.Timedelta) -> pd.Series:
    moved = known.set_axis(known.index + shift)
    if step <= HOUR:
        return hourly(moved)
    whole = pd.date_range(moved.index[0].ceil("h"), moved.index[-1].floor("h"), freq="h", name="time")
    at = moved.reindex(moved.index.union(whole)).interpolate("time", limit=int(2 * step / HOUR))
    hours: pd.Series = at.reindex(whole)
    return hours


def _at_steps(
    made: Forecasted, step: pd.Timedelta, shift: pd.Timedelta, until: pd.Timestamp, hours: int
) -> pd.DataFrame:
    """The forecast at the times that the file would have next: means of hours stand at their middle."""
    times = pd.date_range(until, periods=int(pd.Timedelta(hours=hours) / step) + 1, freq=step, name="time")[1:]
    frame = made.frame.set_axis(pd.DatetimeIndex(made.frame.index) - shift)
    if step >= HOUR:
        return frame.reindex(frame.index.union(times)).interpolate("time").reindex(times)
    middles = pd.DatetimeIndex(frame.index) - HOUR / 2 + step / 2
    places, wanted = (index.as_unit("ns").asi8 for index in (middles, times))
    return pd.DataFrame({name: np.interp(wanted, places, frame[name]) for name in frame}, index=times)


def _within_hours(known: pd.Series, by_hour: pd.Series, shift: pd.Timedelta) -> float:
    """How far single readings lie from the mean of their hour: four of five no farther."""
    hours = (pd.DatetimeIndex(known.index) + shift).ceil("h")
    away = np.abs(known.to_numpy() - by_hour.reindex(hours).to_numpy(float))
    return float(np.nanquantile(away, 0.8)) if np.isfinite(away).any() else 0.0


def _wider(frame: pd.DataFrame, spread: float, lowest: float) -> pd.DataFrame:
    """The interval of single readings: that of the hour and what readings differ from it, independently."""
    middle = frame["forecast"]
    lower = middle - np.hypot(middle - frame["lower"], spread)
    upper = middle + np.hypot(frame["upper"] - middle, spread)
    return frame.assign(lower=lower.clip(lower=lowest), upper=upper)


def _said(step: pd.Timedelta) -> str:
    return clock.in_words(step.to_pytimedelta())
