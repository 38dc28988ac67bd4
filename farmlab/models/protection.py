"""What was flagged is not learned from, nor what follows it until the sensor has come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from farmlab.models.intake import Table

    Mask = NDArray[np.bool_]

BEFORE_SAMPLES: Final = 3
"""A spike is reported up to three samples late."""
AFTER: Final = pd.Timedelta(hours=6)
LONGEST: Final = pd.Timedelta(hours=96)


def learnable(seen: Table, flagged: Mask, jumped: Mask) -> Mask:
    """Which values may be learned from.

    Parameters
    ----------
    seen
        The values.
    flagged
        Where any rule has marked one.
    jumped
        Where a jump was marked: nothing is learned until half of it is undone, or for 96 h.
    """
    held = suspects(seen, flagged, jumped)
    for earlier in range(1, BEFORE_SAMPLES + 1):
        held[:-earlier] |= flagged[earlier:]
    return ~held


def suspects(seen: Table, flagged: Mask, jumped: Mask) -> Mask:
    """Which values were known to be doubtful when they came: flagged in the last six hours, or beyond a jump."""
    doubtful = within(flagged, seen.per(AFTER))
    longest = seen.per(LONGEST)
    for row, column in zip(*np.nonzero(jumped), strict=True):
        doubtful[row : row + _way_back(seen.values[:, column], int(row), longest), column] = True
    return doubtful


def within(flagged: Mask, samples: int) -> Mask:
    """Where one of the last ``samples`` before, or the sample itself, was flagged."""
    rows = np.arange(len(flagged))[:, None]
    last = np.maximum.accumulate(np.where(flagged, rows, -samples - 1), axis=0)
    return np.asarray(rows - last <= samples)


def _way_back(values: NDArray[np.float64], row: int, longest: int) -> int:
    """How many samples from ``row`` on the values stay nearer to the new level than to the old one."""
    old, new = np.nanmedian(values[max(0, row - 6) : max(1, row - 2)]), values[row]
    ahead = values[row : row + longest]
    back = np.abs(ahead - old) < np.abs(ahead - new)
    return int(back.argmax()) if back.any() else len(ahead)
