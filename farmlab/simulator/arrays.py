"""Arrays along time, as the plans of a day and the history use them."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]


def bounded(value: float, low: float, high: float) -> float:
    """``value`` within these bounds.

    >>> bounded(9.0, 0, 1)
    1
    """
    return low if value < low else high if value > high else value
