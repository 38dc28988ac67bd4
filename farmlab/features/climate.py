"""What the air means to the birds: wet bulb, heat index, felt temperature, and the set-point at an age.

Every function takes numbers or Series and gives the same kind back; temperatures in °C, relative humidity in %.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T", float, pd.Series)

_CHILL: Final = ((0, 4.5), (7, 4.0), (14, 3.4), (21, 2.9), (28, 2.4), (35, 2.1), (42, 1.9))
"""°C felt less at 0.508 m/s, by age in days (one published implementation; an estimate)."""


def wet_bulb(temp_c: T, rh_pct: T) -> T:
    """Wet-bulb temperature in °C at sea level (Stull 2011; valid for RH 5–99 %, −20–50 °C).

    >>> print(round(wet_bulb(20.0, 50.0), 1))
    13.7
    """
    value: T = (
        temp_c * np.arctan(0.151977 * (rh_pct + 8.313659) ** 0.5)
        + np.arctan(temp_c + rh_pct)
        - np.arctan(rh_pct - 1.676331)
        + 0.00391838 * rh_pct**1.5 * np.arctan(0.023101 * rh_pct)
        - 4.686035
    )
    return value


def thi_broiler(temp_c: T, rh_pct: T) -> T:
    """Temperature-humidity index of market-age broilers in °C: 0.85 dry bulb + 0.15 wet bulb (Tao and Xin 2003).

    >>> print(round(thi_broiler(30.0, 60.0), 1))
    29.1
    """
    return 0.85 * temp_c + 0.15 * wet_bulb(temp_c, rh_pct)


def vapour_pressure(temp_c: T, rh_pct: T) -> T:
    """Pressure of the water vapour in Pa (Magnus formula, 610.94 exp(17.625 T / (T + 243.04))).

    >>> round(vapour_pressure(20.0, 50.0))
    1167
    """
    value: T = rh_pct / 100 * 610.94 * np.exp(17.625 * temp_c / (temp_c + 243.04))
    return value


def humidity_ratio(temp_c: T, rh_pct: T, *, pressure_pa: float = 101_325) -> T:
    """Water in the air in kg per kg dry air.

    >>> print(round(humidity_ratio(20.0, 50.0), 4))
    0.0072
    """
    vapour = vapour_pressure(temp_c, rh_pct)
    return 0.622 * vapour / (pressure_pa - vapour)


def relative_humidity(temp_c: T, ratio: T, *, pressure_pa: float = 101_325) -> T:
    """Relative humidity in % of air with so much water per kg dry air, the inverse of :func:`humidity_ratio`.

    >>> print(round(relative_humidity(20.0, humidity_ratio(20.0, 50.0)), 6))
    50.0
    """
    vapour = ratio * pressure_pa / (0.622 + ratio)
    return 100 * vapour / vapour_pressure(temp_c, temp_c * 0 + 100)


def effective_temperature(temp_c: T, rh_pct: T, *, age_d: float, air_speed_ms: float = 0.0) -> T:
    """What the temperature feels like to birds of this age, in °C.

    Damp air is felt warmer (0.14 °C per % above 65 % RH), dry air cooler (0.20 °C per % below); moving air
    cools young birds more, and nobody near body temperature (linear to 0 at 41 °C). The coefficients are
    those of one published application, not of a trial.

    >>> print(round(effective_temperature(30.0, 65.0, age_d=42, air_speed_ms=2.0), 1))
    26.2
    """
    damp = 0.14 * np.maximum(rh_pct - 65, 0) + 0.20 * np.minimum(rh_pct - 65, 0)
    ages, strengths = zip(*_CHILL, strict=True)
    strength = float(np.interp(age_d, ages, strengths)) * (air_speed_ms / 0.508) ** 0.5
    felt: T = temp_c + damp - strength * np.clip((41 - temp_c) / 11, 0, 1)
    return felt


def set_point(age_d: T, curve: Sequence[tuple[float, float]]) -> T:
    """The set temperature in °C at an age, from (age, °C) pairs, linear in between and flat outside.

    >>> set_point(3.5, [(0, 33), (7, 30), (21, 24)])
    31.5
    """
    ages, temps = zip(*sorted(curve), strict=True)
    if isinstance(age_d, pd.Series):
        return pd.Series(np.interp(age_d.to_numpy(float), ages, temps), index=age_d.index, name="temp_set_c")
    return float(np.interp(age_d, ages, temps))
