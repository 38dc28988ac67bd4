"""Moist air: saturation, humidity ratio, relative humidity, wet bulb."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from farmlab.simulator.arrays import Floats

PRESSURE_PA: Final = 101_325.0
DENSITY: Final = 1.2
"""kg/m³"""
HEAT_CAPACITY: Final = DENSITY * 1006.0
"""J/m³K, that is .335 Wh/m³K"""
LATENT_HEAT: Final = 2.45e6
"""J/kg of water"""


def saturation_pa(temp_c: Floats) -> Floats:
    """Saturation vapour pressure over water (Magnus, Alduchov and Eskridge 1996).

    >>> round(float(saturation_pa(np.array(20.0))))
    2333
    """
    return np.asarray(610.94 * np.exp(17.625 * temp_c / (temp_c + 243.04)))


def humidity_ratio(temp_c: Floats, rh_pct: Floats | float) -> Floats:
    """Kilograms of water per kilogram of dry air."""
    vapour = saturation_pa(temp_c) * rh_pct / 100
    return np.asarray(0.622 * vapour / (PRESSURE_PA - vapour))


def relative_humidity(temp_c: Floats, ratio: Floats) -> Floats:
    """Relative humidity in %, the inverse of :func:`humidity_ratio`.

    >>> warm = np.array(21.0)
    >>> round(float(relative_humidity(warm, humidity_ratio(warm, 60.0))), 6)
    60.0
    """
    vapour = ratio * PRESSURE_PA / (0.622 + ratio)
    return np.asarray(100 * vapour / saturation_pa(temp_c))


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
