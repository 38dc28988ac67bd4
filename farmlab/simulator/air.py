"""Moist air: saturation, humidity ratio, relative humidity, wet bulb; for numbers and arrays alike."""

from __future__ import annotations

from math import e
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

if TYPE_CHECKING:
    from farmlab.simulator.arrays import Floats

Number = TypeVar("Number", float, "Floats")

PRESSURE_PA: Final = 101_325.0
DENSITY: Final = 1.2
"""kg/m³"""
SPECIFIC_HEAT: Final = 1006.0
"""J/kgK"""
HEAT_CAPACITY: Final = DENSITY * SPECIFIC_HEAT
"""J/m³K, that is .335 Wh/m³K"""
LATENT_HEAT: Final = 2.45e6
"""J/kg of water"""


def saturation_pa(temp_c: Number) -> Number:
    """Saturation vapour pressure over water (Magnus, Alduchov and Eskridge 1996).

    >>> round(saturation_pa(20.0))
    2333
    """
    pressure: Number = 610.94 * e ** (17.625 * temp_c / (temp_c + 243.04))
    return pressure


def humidity_ratio(temp_c: Number, rh_pct: float) -> Number:
    """Kilograms of water per kilogram of dry air."""
    vapour = saturation_pa(temp_c) * rh_pct / 100
    return 0.622 * vapour / (PRESSURE_PA - vapour)


def relative_humidity(temp_c: Number, ratio: Number) -> Number:
    """Relative humidity in %, the inverse of :func:`humidity_ratio`.

    >>> round(relative_humidity(21.0, humidity_ratio(21.0, 60.0)), 6)
    60.0
    """
    vapour = ratio * PRESSURE_PA / (0.622 + ratio)
    return 100 * vapour / saturation_pa(temp_c)


def wet_bulb(temp_c: Floats, rh_pct: Floats) -> Floats:
    """Wet-bulb temperature in °C (Stull 2011, arctangents in radians).

    >>> round(float(wet_bulb(np.array(20.0), np.array(50.0))), 1)
    13.7
    """
    return np.asarray(
        temp_c * np.arctan(0.151977 * np.sqrt(rh_pct + 8.313659))
        + np.arctan(temp_c + rh_pct)
        - np.arctan(rh_pct - 1.676331)
        + 0.00391838 * rh_pct**1.5 * np.arctan(0.023101 * rh_pct)
        - 4.686035
    )
