"""What fans, heaters and feeders are doing, told from readings that are there anyway.

Bird heat after CIGR (2002); the coefficients are the usual ones for floor-kept broilers, and birds differ, so use
ratios to the house's own past rather than absolute figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from farmlab.features import series

if TYPE_CHECKING:
    from collections.abc import Sequence


def bird_heat_kw(weight_g: pd.Series, count: float | pd.Series, temp_c: pd.Series) -> pd.Series:
    """Total heat of the birds in kW: 10.62 m^0.75 W at 20 °C, 2 % less per °C above.

    >>> one = pd.Series([2296.0])
    >>> round(float(bird_heat_kw(one, 30_000, pd.Series([20.0])).iloc[0]))
    594
    """
    return count * 10.62 * (weight_g / 1000) ** 0.75 * (1 + 0.02 * (20 - temp_c)) / 1000


def trailing(values: pd.Series, minutes: int, *, how: str = "mean", least: int = 0) -> pd.Series:
    """The mean, smallest or largest of the last minutes, where they are covered by half or more.

    Parameters
    ----------
    values
        Readings in order of time.
    minutes
        Length of the window, which ends at each reading.
    how
        ``mean``, ``min``, ``max``, ``sum`` or ``median``.
    least
        Readings that are enough, instead of half of them.
    """
    usual = series.step_of(pd.DatetimeIndex(values.index)) if len(values) > 1 else pd.Timedelta(minutes=minutes)
    least = least or max(1, int(0.5 * (pd.Timedelta(minutes=minutes) / usual)))
    rolled: pd.Series = getattr(values.rolling(f"{minutes}min", min_periods=least), how)()
    return rolled


def lasting(state: pd.Series, minutes: int) -> pd.Series:
    """Where a state has been true at every reading of the last minutes, and those minutes are covered.

    >>> times = pd.date_range("2026-07-01", periods=4, freq="5min", tz="UTC")
    >>> lasting(pd.Series([False, True, True, True], index=times), 10).tolist()
    [False, False, False, True]
    """
    if state.empty:
        return state.astype(bool)
    held = state.to_numpy(bool)
    since = state.index.to_series().where(~held).ffill().fillna(pd.Timestamp(state.index[0]))
    return pd.Series(held & ((state.index.to_series() - since) > pd.Timedelta(minutes=minutes)), index=state.index)


def latched(begins: pd.Series, goes_on: pd.Series) -> pd.Series:
    """A state with a dead-band: true from where it begins, until it no longer goes on; unknown changes nothing.

    >>> share = pd.Series([0.1, 0.5, 0.3, float("nan"), 0.3, 0.1, 0.3])
    >>> latched(share > 0.4, ~(share < 0.2)).tolist()
    [False, True, True, True, True, False, False]
    """
    state = pd.Series(np.nan, index=begins.index).mask(~goes_on.eq(True), 0.0).mask(begins.eq(True), 1.0)
    return state.ffill().fillna(0.0).astype(bool)


def house_temperature(wide: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """The temperature of the house: the median of its sensors, else the controller's own mean."""
    present = [column for column in columns if column in wide.columns]
    if present:
        return wide[present].median(axis=1).rename("temp_c")
    return wide["temp_c"] if "temp_c" in wide.columns else pd.Series(np.nan, index=wide.index, name="temp_c")
