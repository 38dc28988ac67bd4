"""What came true: for each moment the hours to the next failure, as far as that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

AHEAD_H: Final = 48.0
AFTER_REPAIR: Final = pd.Timedelta(hours=2)


def hours_to_failure(
    moments: pd.DatetimeIndex,
    failures: Sequence[tuple[pd.Timestamp, pd.Timestamp]],
    *,
    until: pd.Timestamp,
) -> NDArray[np.float64]:
    """Hours to the next failure within two days; infinite where none came, missing where that is not known.

    Parameters
    ----------
    moments
        Times of the rows (UTC, ascending).
    failures
        Each with the time at which it was mended; from a failure to two hours after that nothing is predicted.
    until
        What is known: rows of the last two days before it without a failure are missing.

    >>> day = pd.date_range("2026-07-01", periods=4, freq="24h", tz="UTC")
    >>> hours_to_failure(day, [(day[1], day[1])], until=day[3]).tolist()
    [24.0, nan, nan, nan]
    """
    left = np.where(moments + pd.Timedelta(hours=AHEAD_H) <= until, np.inf, np.nan)
    for failed, _ in failures:
        hours = np.asarray((failed - moments) / pd.Timedelta(hours=1), dtype=float)
        soon = (hours > 0) & (hours <= AHEAD_H) & (failed <= until)
        left[soon] = np.fmin(left[soon], hours[soon])
    for failed, mended in failures:
        left[(moments >= failed) & (moments <= mended + AFTER_REPAIR)] = np.nan
    return left
