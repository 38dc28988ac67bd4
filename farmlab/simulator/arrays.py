"""Arrays over houses, and the quick form of what is done to them most."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Ints: TypeAlias = NDArray[np.int64]
    Bools: TypeAlias = NDArray[np.bool_]


def bounded(values: Floats, low: Floats | float, high: Floats | float) -> Floats:
    """``values`` within these bounds; on a handful of houses several times as fast as ``np.clip``.

    >>> bounded(np.array([-1.0, 0.5, 9.0]), 0, 1).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.asarray(np.minimum(np.maximum(values, low), high))
