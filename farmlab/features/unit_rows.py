"""Features of any machines for models of failure: what their readings did of late, and what happened to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

WINDOWS: Final = {"3 h": "3h", "24 h": "24h", "72 h": "72h"}
LONG_AGO_H: Final = 24.0 * 365
FEWEST: Final = 5
"""Values of its own past before a reading is compared with it."""


def of_readings(table: pd.DataFrame) -> pd.DataFrame:
    """What each reading of one unit means beside its own past, by time; nothing later is used.

    For each numeric column: the value, means over 3, 24 and 72 hours and the spread over 24, in units of the spread
    of all that came before, the trend (24 against 72 hours), and the share of missing values in a day.
    """
    parts: dict[str, pd.Series] = {}
    for name in table.columns:
        values = table[name]
        past = values.expanding(min_periods=FEWEST)
        usual, spread = past.mean().shift(), past.std().shift()
        spread = spread.where(spread > 1e-9 * (usual.abs() + 1e-9))
        means = {label: values.rolling(window, min_periods=1).mean() for label, window in WINDOWS.items()}
        parts[f"{name}"] = values
        for label, mean in means.items():
            parts[f"{name}, mean of {label} beside its past"] = (mean - usual) / spread
        parts[f"{name}, spread of 24 h"] = values.rolling("24h", min_periods=3).std() / spread
        parts[f"{name}, trend"] = (means["24 h"] - means["72 h"]) / spread
    if len(table.columns):
        missing = table.isna().any(axis=1).astype(float)
        parts["missing values in 24 h"] = missing.rolling("24h", min_periods=1).mean()
    return pd.DataFrame(parts, index=table.index)


def of_events(
    moments: pd.DatetimeIndex, happened: Mapping[str, Sequence[pd.Timestamp]], start: pd.Timestamp
) -> pd.DataFrame:
    """Hours since the last event of each kind, and how many there were in a day, two days and a week.

    Parameters
    ----------
    moments
        Times of the rows.
    happened
        Times by kind, in any order; one at the moment of a row has happened.
    start
        Since when the unit is known; where nothing happened yet, hours count from there.
    """
    parts: dict[str, NDArray[np.float64]] = {"hours since it is known": _hours(moments, start)}
    for kind, times in happened.items():
        known = pd.DatetimeIndex(sorted(times), tz="UTC") if len(times) else pd.DatetimeIndex([], tz="UTC")
        before = known.searchsorted(moments, side="right")
        last = known[np.maximum(before - 1, 0)] if len(known) else moments
        since = _hours(moments, last)
        parts[f"hours since {kind}"] = np.where(before > 0, since, LONG_AGO_H)
        for label, days in (("24 h", 1), ("48 h", 2), ("7 d", 7)):
            earlier = known.searchsorted(moments - pd.Timedelta(days=days), side="right")
            parts[f"{kind} in {label}"] = (before - earlier).astype(float)
    return pd.DataFrame(parts, index=moments)


def _hours(moments: pd.DatetimeIndex, since: pd.Timestamp | pd.DatetimeIndex) -> NDArray[np.float64]:
    return np.asarray((moments - since) / pd.Timedelta(hours=1), dtype=float)
