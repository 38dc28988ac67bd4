"""Hours that cannot be true, where nothing else says so: a rule without labels."""

from __future__ import annotations

from typing import Final

import pandas as pd

WINDOW_HOURS: Final = 168
LEAST_HOURS: Final = 48
DEVIATIONS: Final = 12.0
EQUAL_HOURS: Final = 6
SELDOM: Final = 0.02
"""What happens in more of the hours than this is how the series is, and no fault."""
SELDOM_EQUAL: Final = 0.1


def masked(y: pd.Series) -> pd.Series:
    """The hours without those far off and those that repeat one value.

    Far off is more than twelve median absolute deviations from the median of the last week; six equal hours in a row
    are missing. Heavy tails and plateaus that are usual in a series (empty nights, a base load) are kept.

    >>> import numpy as np
    >>> hours = pd.date_range("2026-07-01", periods=240, freq="h", tz="UTC")
    >>> y = pd.Series(20 + np.sin(np.arange(240) / 24 * 2 * np.pi) + np.arange(240) % 7 / 100, index=hours)
    >>> y.iloc[100], y.iloc[150:160] = 60.0, 21.0
    >>> masked(y).isna().sum()
    np.int64(11)
    """
    far, stuck = _far(y), _stuck(y)
    bad = (far if far.mean() <= SELDOM else far & False) | (stuck if stuck.mean() <= SELDOM_EQUAL else stuck & False)
    return y.mask(bad)


def _far(y: pd.Series) -> pd.Series:
    """By medians of the past alone."""
    rolling = y.rolling(WINDOW_HOURS, min_periods=LEAST_HOURS)
    distance = (y - rolling.median()).abs()
    usual = distance.rolling(WINDOW_HOURS, min_periods=LEAST_HOURS).median()
    far: pd.Series = (distance > DEVIATIONS * usual) & (usual > 0)
    return far


def _stuck(y: pd.Series) -> pd.Series:
    changed = y.ne(y.shift())
    lengths = changed.groupby(changed.cumsum()).transform("size")
    stuck: pd.Series = (lengths >= EQUAL_HOURS) & y.notna()
    return stuck
