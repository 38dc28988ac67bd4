"""Whether water, feed, energy and the like are counters or amounts: seen from how their values run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.units import METRICS, Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DAILY: Final = np.timedelta64(20, "h")
"""From this distance of two values on, each stands for a day of its own."""
_SLIPS: Final = 0.02
"""Share of falls that a counter may show: a meter that was changed, a value that was corrected."""
SAID: Final = {
    "amount": "amounts, each of its own interval",
    "counter": "readings of a meter that goes on counting",
    "day_counter": "counts that begin anew every day",
}


def how_it_counts(metric: str, values: NDArray[np.float64], moments: NDArray[np.datetime64], zone: str) -> Kind | None:
    """How the values of one series add up; None where the metric is no count or too little is there to tell.

    >>> hours = np.arange("2026-01-01", "2026-01-04", dtype="datetime64[h]")
    >>> [how_it_counts("water", values, hours, "UTC") for values in (np.arange(72.0), np.arange(72.0) % 24)]
    ['counter', 'day_counter']
    """
    known = np.isfinite(values) & ~np.isnat(moments)
    if METRICS[metric].kind == "gauge" or known.sum() < 3:
        return None
    order = np.argsort(moments[known], kind="stable")
    times, counts = moments[known][order], values[known][order]
    if np.median(np.diff(times).astype("timedelta64[s]").astype("int64")) >= _DAILY.astype("timedelta64[s]").astype(
        int
    ):
        return "amount"
    days = pd.DatetimeIndex(times).tz_localize("UTC").tz_convert(zone).day_of_year.to_numpy()
    falls, midnight = np.diff(counts) < 0, np.diff(days) != 0
    if (falls & ~midnight).sum() > _SLIPS * len(falls):
        return "amount"
    if not midnight.any():
        return None
    return "day_counter" if falls[midnight].mean() >= 0.5 else "counter"
