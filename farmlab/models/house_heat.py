"""The heat balance of one house, fitted to its own hours, and what it says of other settings.

In a steady hour, what birds and heaters give is what walls and air carry away::

    sensible + heaters × heater_w = ua × (inside − outside) + flow_share × 0.335 × airflow × (inside − outside)

``ua`` (W/K), ``flow_share`` (what the fans really move of what the controller says) and ``heater_w`` (W of one
heater) are those of the house. They are fitted to heated night hours (the sun is not measured) by least squares that
may not be negative, drawn towards what is usual: a few nights alone cannot tell walls from air.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.errors import InsufficientData
from farmlab.features import climate, house_hours

if TYPE_CHECKING:
    from numpy.typing import NDArray

AIR_WH_M3_K: Final = 0.335
"""Wh to warm a cubic metre of air by one kelvin."""
CO2_OUTSIDE_PPM: Final = 420.0
FEWEST_HOURS: Final = 36
"""Night hours in which heaters ran; without them their power is not to be told."""
HEATED: Final = 0.3
"""Mean running heaters from which an hour counts as heated: below, the house is as warm as its birds make it."""
DARK: Final = 0.8
"""Heat of sleeping birds as a share of that of birds in the light."""
LIT_PCT: Final = 5.0
TRUSTED: Final = 0.3
"""From this share of explained variation on, the balance may speak of energy."""
USUAL_FLOW_SHARE: Final = (0.92, 0.08)
"""Fans in use, and how far houses differ (standard deviation)."""
USUAL_UA_W_K_BIRD: Final = (1.4 / 16.4, 0.35)
"""W/K per bird placed (1.4 W/Km² of floor at 16.4 birds/m²), and how far houses differ, as a share."""
USUAL_HEATER_W: Final = 36_000.0
NOISE_HEATERS: Final = 0.3
"""What an hour's mean of polled heaters is off by."""
RESAMPLES: Final = 40
_NEEDED: Final = ("temp_c", "outside_c", "airflow_m3h", "heaters", "sensible_w", "birds")


@dataclass(frozen=True, slots=True)
class HouseHeat:
    """The balance of a house.

    Attributes
    ----------
    ua_w_k, flow_share, heater_w
        What was fitted.
    held_out
        Share of the variation of heating in the newest nights, which were left out of the fit, that it explains
        (1 perfect, 0 no better than their mean).
    error
        Mean absolute error of the running heaters in those nights.
    nights
        Nights that were fitted.
    """

    ua_w_k: float
    flow_share: float
    heater_w: float
    held_out: float
    error: float
    nights: int

    @property
    def sentence(self) -> str:
        """How well it fits, for people."""
        return (
            f"walls {self.ua_w_k:.0f} W/K, one heater {self.heater_w / 1000:.0f} kW, fans move "
            f"{100 * self.flow_share:.0f} % of what the controller says; over {self.nights} nights, in the newest "
            f"of which (left out) it is off by {self.error:.1f} heaters"
        )

    def heaters(self, hours: pd.DataFrame) -> pd.Series:
        """Mean number of heaters that the hours need, never less than none."""
        warmer = hours["temp_c"] - hours["outside_c"]
        carried = (self.ua_w_k + self.flow_share * AIR_WH_M3_K * hours["airflow_m3h"]) * warmer
        return ((carried - _given(hours)) / self.heater_w).clip(lower=0).rename("heaters")

    @property
    def trusted(self) -> bool:
        """Whether it fits well enough to speak of energy."""
        return self.held_out >= TRUSTED


def fit(hours: pd.DataFrame) -> HouseHeat:
    """The balance of a house from hours as :func:`farmlab.features.house_hours.hours` gives them.

    The newest fifth of the heated nights judges a fit on the others; what is returned is fitted on all of them.

    Raises
    ------
    InsufficientData
        Too few heated nights, or the house does not measure what is needed.
    """
    heated = _heated(hours)
    cut = int(0.8 * len(heated))
    early, late = heated.iloc[:cut], heated.iloc[cut:]
    tried = HouseHeat(*_solved(early), 0.0, 0.0, 0)
    wrong = late["heaters"] - tried.heaters(late)
    spread = float(((late["heaters"] - late["heaters"].mean()) ** 2).sum())
    explained = 1 - float((wrong**2).sum()) / spread if spread > 0 else 0.0
    return HouseHeat(*_solved(heated), explained, float(wrong.abs().mean()), len(_nights(heated)))


def refitted(hours: pd.DataFrame, *, random_state: int = 0) -> list[HouseHeat]:
    """Balances from nights drawn with replacement: how much the fit hangs on single nights."""
    heated = _heated(hours)
    groups, random = list(_nights(heated).values()), np.random.default_rng(random_state)
    drawn = (random.integers(0, len(groups), len(groups)) for _ in range(RESAMPLES))
    rows = (np.concatenate([groups[place] for place in places]) for places in drawn)
    return [HouseHeat(*_solved(heated.iloc[some]), 0.0, 0.0, len(groups)) for some in rows]


def changed(
    hours: pd.DataFrame,
    *,
    air: float | pd.Series = 1.0,
    warmer_c: float | pd.Series = 0.0,
    milder_c: float = 0.0,
) -> pd.DataFrame:
    """The hours as they would have been with ``air`` times the airflow and a house ``warmer_c`` warmer.

    What the birds give off stays; gases and moisture thin out with the air. With weather ``milder_c`` warmer, at the
    relative humidity that it had, more moisture comes in.
    """
    other = hours.copy()
    other["airflow_m3h"] = hours["airflow_m3h"] * air
    other["temp_c"], other["set_c"] = hours["temp_c"] + warmer_c, hours["set_c"] + warmer_c
    other["co2_ppm"] = CO2_OUTSIDE_PPM + (hours["co2_ppm"] - CO2_OUTSIDE_PPM) / air
    other["nh3_ppm"] = hours["nh3_ppm"] / air
    outdoors = house_hours.outdoor_ratio(hours)
    inside = climate.humidity_ratio(hours["temp_c"], hours["rh_pct"])
    milder = hours.assign(outside_c=hours["outside_c"] + milder_c)
    other["outside_c"] = milder["outside_c"]
    ratio = house_hours.outdoor_ratio(milder) + (inside - outdoors) / air
    other["rh_pct"] = climate.relative_humidity(other["temp_c"], ratio).clip(upper=100)
    other["comfortable"] = house_hours.comfortable(other)
    return other


def saved_kwh_d(model: HouseHeat, hours: pd.DataFrame, other: pd.DataFrame) -> float:
    """Heat saved per day (kWh) by living through ``other`` instead of ``hours``; negative when it costs."""
    less = model.heaters(hours) - model.heaters(other)
    return float(less.mean() * model.heater_w / 1000 * 24)


def _heated(hours: pd.DataFrame) -> pd.DataFrame:
    nights = hours[hours["night"]].dropna(subset=list(_NEEDED))
    heated = nights[nights["heaters"] > HEATED]
    if len(heated) < FEWEST_HOURS:
        raise InsufficientData(
            f"there are {len(heated)} heated night hours with all that a heat balance needs",
            next_step=f"Give at least {FEWEST_HOURS} of one flock, with airflow, heaters, weight and number of birds.",
        )
    return heated


def _nights(hours: pd.DataFrame) -> dict[object, NDArray[np.int64]]:
    """The rows of each date."""
    days = pd.DatetimeIndex(hours.index).normalize().asi8
    return {day: np.flatnonzero(days == day) for day in np.unique(days)}


def _given(hours: pd.DataFrame) -> pd.Series:
    """Sensible heat of the birds in W; less of it while they sleep."""
    asleep: pd.Series = hours["light_pct"] <= LIT_PCT
    return hours["sensible_w"].where(~asleep, DARK * hours["sensible_w"])


def _solved(hours: pd.DataFrame) -> tuple[float, float, float]:
    """Walls, share of the flow, and heater power, from running heaters = a·ΔT + b·air·ΔT − c·birds.

    Two more rows draw b/c and a/c towards what is usual, as strongly as houses are alike.
    """
    from scipy.optimize import nnls

    warmer = (hours["temp_c"] - hours["outside_c"]).to_numpy(float)
    air = AIR_WH_M3_K * hours["airflow_m3h"].to_numpy(float) * warmer
    measured = np.column_stack([warmer, air, -_given(hours).to_numpy(float)])
    (share, differs), (per_bird, apart) = USUAL_FLOW_SHARE, USUAL_UA_W_K_BIRD
    walls = per_bird * float(hours["birds"].max())
    weight = NOISE_HEATERS * USUAL_HEATER_W
    usual = [[0.0, weight / differs, -share * weight / differs], [weight / (apart * walls), 0.0, -weight / apart]]
    found, _ = nnls(np.vstack([measured, usual]), np.r_[hours["heaters"].to_numpy(float), 0.0, 0.0])
    heater = 1 / max(float(found[2]), 1e-6)
    return float(found[0]) * heater, float(found[1]) * heater, heater
