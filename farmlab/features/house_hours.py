"""A house hour by hour, as heat balances and advice need it: climate, air, heat, birds, and whether they were well."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from farmlab.features import climate, equipment

MEANS: Final = {
    # column of the hours → column of the readings
    "temp_c": "temp_c",
    "set_c": "temp_set_c",
    "outside_c": "temp_c_outside",
    "rh_pct": "rh_pct",
    "rh_outside_pct": "rh_pct_outside",
    "co2_ppm": "co2_ppm",
    "nh3_ppm": "nh3_ppm",
    "airflow_m3h": "airflow_m3h",
    "level_pct": "vent_level_pct",
    "heaters": "heaters_running",
    "pad": "pad_on",
    "light_pct": "light_pct",
    "weight_g": "weight_g",
    "birds": "birds_n",
    "age_d": "age_d",
}
USUAL_OUTSIDE_RH: Final = 80.0
"""% where the house has no outdoor humidity sensor: that of a temperate night."""
LIMITS: Final = {"co2_ppm": 3000.0, "nh3_ppm": 15.0, "rh_pct": 70.0}
"""Above these an hour is not comfortable (breeders' guides)."""
DRY: Final = 40.0
BAND_C: Final = ((0, 1.0, 1.0), (8, 1.5, 1.5), (22, 1.5, 2.5))
"""From this age in days: °C below and above the set-point that birds do not mind."""
NIGHT: Final = (20, 7)
"""From and to this hour of the farm's clock there is no sun on the house."""


def hours(wide: pd.DataFrame, *, timezone: str) -> pd.DataFrame:
    """Hourly means of a house, labelled at their end, with what the birds give off.

    Beside :data:`MEANS` (missing where the house does not measure it): ``heat_w`` (total heat of the birds),
    ``sensible_w`` (the part that warms the air), ``spread_c`` (warmest less coldest sensor), ``night``
    (True without sun) and ``comfortable`` (see :func:`comfortable`).

    Parameters
    ----------
    wide
        Readings in UTC; ``age_d`` beside them.
    timezone
        The farm's.
    """
    grouped = wide.resample("1h", label="right", closed="right")
    known = grouped.mean().where(grouped["temp_c"].count() >= 0.5 * grouped.size().max(), axis=0)
    table = pd.DataFrame({name: known.get(column, np.nan) for name, column in MEANS.items()}, index=known.index)
    birds = table["birds"].where(table["birds"] > 0)
    table["heat_w"] = 1000 * equipment.bird_heat_kw(table["weight_g"], birds, table["temp_c"])
    table["sensible_w"] = table["heat_w"] * sensible_share(table["temp_c"])
    placed = [column for column in wide.columns if str(column).startswith("temp_c_") and column != "temp_c_outside"]
    means = known.reindex(columns=placed)
    table["spread_c"] = means.max(axis=1) - means.min(axis=1)
    hour = pd.DatetimeIndex(table.index).tz_convert(timezone).hour
    table["night"] = (hour > NIGHT[0]) | (hour <= NIGHT[1])
    table["comfortable"] = comfortable(table)
    return table


def sensible_share(temp_c: pd.Series) -> pd.Series:
    """Share of broilers' heat that warms the air; the rest is moisture (CIGR 2002, litter included).

    >>> sensible_share(pd.Series([32.0, 20.0])).round(3).tolist()
    [0.303, 0.519]
    """
    warmth = 1 + 0.020 * (20 - temp_c)
    return ((0.61 * warmth - 2.28e-4 * temp_c**2) / warmth).clip(0.15, 0.75)


def comfortable(table: pd.DataFrame) -> pd.Series:
    """Hours within the temperature band of the age, with fresh and neither dry nor damp air; missing if unknown."""
    below, above = band(table["age_d"])
    off = table["temp_c"] - table["set_c"]
    good = (off >= -below) & (off <= above) & ~(table["rh_pct"] < DRY)
    for column, limit in LIMITS.items():
        good &= ~(table[column] > limit)
    return good.where(off.notna())


def band(age_d: pd.Series) -> tuple[pd.Series, pd.Series]:
    """°C below and above the set-point that birds of this age do not mind.

    >>> [float(side.iloc[0]) for side in band(pd.Series([25.0]))]
    [1.5, 2.5]
    """
    ages, below, above = zip(*BAND_C, strict=True)
    place = np.clip(np.searchsorted(ages, age_d.fillna(0).to_numpy(float), side="right") - 1, 0, None)
    return pd.Series(np.array(below)[place], index=age_d.index), pd.Series(np.array(above)[place], index=age_d.index)


def outdoor_ratio(table: pd.DataFrame) -> pd.Series:
    """Water in the outdoor air (kg/kg); with a usual humidity where none is measured."""
    damp = table["rh_outside_pct"].fillna(USUAL_OUTSIDE_RH)
    return climate.humidity_ratio(table["outside_c"], damp)
