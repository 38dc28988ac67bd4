"""Gases and moisture on the scale on which fresh air acts: the logarithm of what the house adds to the outdoor air.

What birds, litter and burners give off is taken out by the same air. One more fan takes the same share off all of it,
so that these logarithms fall together: each gas tells what ventilation has done to the others. At rest the excess is
source / airflow (the balances of CIGR 2002 for carbon dioxide and moisture).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.features import climate

if TYPE_CHECKING:
    from collections.abc import Callable

OUTDOOR_CO2_PPM: Final = 420.0
LEAST_CO2_PPM: Final = 60.0
LEAST_RATIO: Final = 3e-4
"""kg/kg; a smaller excess of moisture is within what two humidity sensors differ by."""
LEAST_NH3_PPM: Final = 2.0
DRIVERS: Final[dict[str, Callable[[pd.Series], pd.Series]]] = {
    "airflow_m3h": lambda flow: np.log(flow.clip(lower=500.0)),
    "fans_tunnel_running": lambda fans: fans.clip(upper=1.0),
    "heaters_running": lambda heaters: heaters,
    "pad_on": lambda pad: pad,
    "light_pct": lambda light: (light > 0).where(light.notna()).astype(float),
}
"""Column → how what the controller does enters: shares of airflow act alike, tunnel air takes another way, and birds
rest in the dark."""
LAG: Final = 4
"""Readings after which what the controller does has reached most of the air: one or two changes of it."""


def of_moisture(rh_pct: pd.Series, wide: pd.DataFrame, temp_c: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The logarithm of the excess of moisture over outdoors, and the % of relative humidity that one unit of it is.

    Without outdoor sensors all of the moisture counts.
    """
    ratio = climate.humidity_ratio(temp_c, rh_pct)
    outside = pd.Series(0.0, index=wide.index)
    if {"temp_c_outside", "rh_pct_outside"} <= set(wide.columns):
        measured = climate.humidity_ratio(wide["temp_c_outside"], wide["rh_pct_outside"])
        outside = measured.ffill(limit=12).fillna(0.0)
    excess = (ratio - outside).clip(lower=LEAST_RATIO)
    return np.log(excess), rh_pct * excess / ratio


def of_co2(co2_ppm: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The logarithm of the excess of carbon dioxide, and the ppm that one unit of it is.

    >>> log, ppm = of_co2(pd.Series([1420.0]))
    >>> round(float(log.iloc[0]), 2), float(ppm.iloc[0])
    (6.91, 1000.0)
    """
    excess = (co2_ppm - OUTDOOR_CO2_PPM).clip(lower=LEAST_CO2_PPM)
    return np.log(excess), excess


def of_nh3(nh3_ppm: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The logarithm of ammonia, and the ppm that one unit of it is; there is none outdoors."""
    excess = nh3_ppm.clip(lower=0.0) + LEAST_NH3_PPM
    return np.log(excess), excess


def drivers(wide: pd.DataFrame) -> dict[str, pd.Series]:
    """What the controller does and the weather, as far as it is known, each on the scale on which it acts.

    What the controller does comes twice, as it is and as it was a little before: air takes its time to change.
    """
    known = {name: scale(wide[name]) for name, scale in DRIVERS.items() if name in wide}
    before = {f"{name} before": signal.shift(LAG) for name, signal in known.items()}
    weather = {name: wide[name] for name in ("temp_c_outside",) if name in wide}
    return {**known, **before, **weather}
