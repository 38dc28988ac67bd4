"""What broilers give off and need: heat, moisture, CO₂, air (CIGR 2002, at house level)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab.simulator.arrays import bounded

if TYPE_CHECKING:
    from farmlab.simulator.arrays import Floats

CO2_PER_WATT: Final = 0.18 / 3600 / 1000
"""m³/s of CO₂ per W of total heat, litter included (Pedersen 2008)."""


def heat_total(weight_kg: float, temp_c: float) -> float:
    """Total heat of one bird, in W.

    >>> round(heat_total(2.296, 20.0), 1)
    19.8
    """
    return 10.62 * float(weight_kg**0.75) * (1 + 0.020 * (20 - temp_c))


def sensible_share(temp_c: float) -> float:
    """Share of the total heat that warms the air; the rest is moisture, evaporation from litter included.

    >>> [round(sensible_share(temp), 3) for temp in (32.0, 24.3, 20.0)]
    [0.303, 0.463, 0.519]
    """
    warmth = 1 + 0.020 * (20 - temp_c)
    return bounded((0.61 * warmth - 2.28e-4 * temp_c**2) / warmth, 0.15, 0.75)


def minimum_ventilation(weight_kg: float) -> float:
    """Air that one bird needs at least, in m³/h (UK code).

    >>> round(minimum_ventilation(1.012), 3)
    0.708
    """
    return 0.702 * float(weight_kg**0.75)


def mortality_hazard(age_d: Floats) -> Floats:
    """Share of the birds that dies per day in a good flock, by age."""
    return np.asarray(np.interp(age_d, *_HAZARD) / 100)


_HAZARD: Final = (
    np.array([0.5, 1, 2, 3, 4, 5, 6, 7, 11, 18, 25, 32, 39, 46]),
    np.array([0.10, 0.12, 0.15, 0.19, 0.14, 0.10, 0.06, 0.04, 0.043, 0.043, 0.057, 0.071, 0.10, 0.14]),
)
"""Age in days, % per day."""
