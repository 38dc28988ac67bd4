"""Water and feed: amounts from meters that count, per bird, by night, and against the breed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab import clock
from farmlab.features import flock as birds
from farmlab.features import series

if TYPE_CHECKING:
    from farmlab.units import Kind

LONGEST_GAP: Final = pd.Timedelta(minutes=30)
"""An amount that built up over a longer gap belongs to no single hour."""


def amounts(counter: pd.Series, *, kind: Kind, timezone: str = "UTC") -> pd.Series:
    """What was added since the reading before, from a meter that counts; never negative.

    A falling counter has begun anew: what it shows was added since. One that starts each day at the farm's
    midnight (``day_counter``) begins anew with the first reading of a day, too, unless it went on without a
    break because its clock is a little behind. The first reading of all adds nothing that is known.

    Parameters
    ----------
    counter
        Readings of one meter in order of time (UTC).
    kind
        ``day_counter``, ``counter``, or ``amount`` (which is given back as it is).
    timezone
        Whose midnight starts a day.

    >>> times = pd.to_datetime(["2026-07-01T20:00Z", "2026-07-01T21:55Z", "2026-07-01T22:05Z", "2026-07-01T23:00Z"])
    >>> amounts(pd.Series([900.0, 980, 6, 40], index=times), kind="day_counter", timezone="Europe/Berlin").tolist()
    [nan, 80.0, 6.0, 34.0]
    """
    if kind in ("amount", "gauge"):
        return counter
    known = counter.dropna()
    added = known.diff()
    anew = added < 0
    if kind == "day_counter":
        anew |= _first_of_day(known, timezone) & (_gaps(known) > LONGEST_GAP)
    return added.where(~anew, known).reindex(counter.index)


def hourly_amounts(counter: pd.Series, *, kind: Kind, timezone: str = "UTC") -> pd.Series:
    """Amounts by hour, labelled at its end; missing for hours with a gap of more than half an hour.

    >>> times = pd.date_range("2026-07-01 08:00", periods=9, freq="15min", tz="UTC")
    >>> hourly_amounts(pd.Series(range(0, 90, 10), index=times), kind="day_counter").tolist()
    [nan, 40.0, 40.0]
    """
    known = counter.dropna()
    if known.empty:
        return known
    added = amounts(known, kind=kind, timezone=timezone)
    broken = (_gaps(known) > LONGEST_GAP) | added.isna() | _cut_short(known)
    hours = pd.DataFrame({"added": added, "broken": broken}).resample("1h", label="right", closed="right")
    sums = hours["added"].sum(min_count=1)
    whole: pd.Series = sums.where(hours["broken"].sum() == 0)
    return whole


def _cut_short(known: pd.Series) -> pd.Series:
    """Readings after which the rest of their hour is in a long gap, or has not come yet."""
    index = pd.DatetimeIndex(known.index)
    rest = index.ceil("h") - index
    step = series.step_of(index) if len(index) > 1 else pd.Timedelta(hours=1)
    ahead = (_gaps(known) > LONGEST_GAP).shift(-1, fill_value=True).to_numpy()
    return pd.Series(ahead & (rest >= step), index=known.index)


def day_totals(counter: pd.Series, *, kind: Kind, timezone: str) -> pd.Series:
    """Amounts by day of the farm (23 and 25 h included), by date; gaps within a day lose nothing.

    A counter that starts at midnight counts its first reading of a day as well.

    >>> times = pd.to_datetime(["2026-07-01T12:00Z", "2026-07-01T21:00Z", "2026-07-02T12:00Z"])
    >>> day_totals(pd.Series([500.0, 900, 450], index=times), kind="day_counter", timezone="UTC").tolist()
    [900.0, 450.0]
    """
    known = counter.dropna()
    added = amounts(known, kind=kind, timezone=timezone)
    if kind == "day_counter" and len(known):
        added.iloc[0] = known.iloc[0]
    days = local_days(pd.DatetimeIndex(known.index), timezone)
    totals: pd.Series = added.groupby(days).sum(min_count=1)
    return totals


def local_days(index: pd.DatetimeIndex, timezone: str) -> pd.Index:
    """The farm's date of each time; a reading at midnight closes the day before.

    >>> local_days(pd.to_datetime(["2026-07-01T22:00Z", "2026-07-01T22:05Z"]), "Europe/Berlin").astype(str).tolist()
    ['2026-07-01', '2026-07-02']
    """
    earlier = index - pd.Timedelta(seconds=1)
    return pd.Index(earlier.tz_convert(clock.zone(timezone)).tz_localize(None).normalize(), name="day")


def intake_index(
    added: pd.Series, ages: pd.Series, *, breed: str, count: float | pd.Series | None, column: str = "water_ml_d"
) -> pd.Series:
    """Amounts per reading as a multiple of the even share that the breed's table gives; 1 is the day's mean.

    Without breed or number of birds the amounts themselves are given back: their own past is all there is.

    Parameters
    ----------
    added
        Litres (or kilogrammes) per reading.
    ages
        Age in days at each reading.
    breed, count
        The breed, and how many birds there are.
    column
        ``water_ml_d`` or ``feed_g_d`` of the breed's table.
    """
    if count is None or not birds.breed_code(breed) or added.empty:
        return added
    per_day = birds.target_at(breed, ages.clip(lower=1), column) / 1000 * count
    share = series.step_of(pd.DatetimeIndex(added.index)) / pd.Timedelta(days=1)
    return (added / (per_day * share)).replace([np.inf, -np.inf], np.nan)


def night_flow(added: pd.Series, light: pd.Series) -> pd.Series:
    """Litres per hour in the dark, one value per hour that was dark throughout: birds drink little then.

    >>> times = pd.date_range("2026-07-01 00:15", periods=8, freq="15min", tz="UTC")
    >>> dark = pd.Series([0, 0, 0, 0, 100, 100, 100, 100], index=times)
    >>> night_flow(pd.Series(5.0, index=times), dark).tolist()
    [20.0]
    """
    table = pd.DataFrame({"added": added, "light": light.ffill()})
    hours = table.resample("1h", label="right", closed="right")
    expected = max(1, round(pd.Timedelta(hours=1) / series.step_of(pd.DatetimeIndex(table.index))))
    dark = (hours["light"].max() == 0) & (hours["added"].count() >= series.HALF_COVERAGE * expected)
    return hours["added"].sum()[dark]


def _gaps(known: pd.Series) -> pd.Series:
    return known.index.to_series().diff().fillna(pd.Timedelta(0))


def _first_of_day(known: pd.Series, timezone: str) -> pd.Series:
    days = pd.Series(local_days(pd.DatetimeIndex(known.index), timezone), index=known.index)
    return days.ne(days.shift()) & days.shift().notna()
