"""One row per day of a flock: what the birds did, beside what their breed should do at that age."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.features import climate, water_feed
from farmlab.features import flock as birds

if TYPE_CHECKING:
    from farmlab.domain import Flock, House

COLUMNS: Final = (
    *("age_d", "complete", "birds", "weight_g", "weight_target_g", "days_behind_d"),
    *("mortality_pct", "mortality_target_pct", "mortality_action_pct", "dead"),
    *("water_ml_bird", "water_target_ml_bird", "feed_g_bird", "feed_target_g_bird"),
    *("water_feed", "water_feed_target", "temp_c", "temp_set_c", "thi_c", "thi_target_c", "fcr", "fcr_target"),
)
TARGETS: Final = {
    # column of the table → column of the breed's table
    "weight_target_g": "bw_g",
    "mortality_target_pct": "cum_mort_target_pct",
    "mortality_action_pct": "cum_mort_action_pct",
    "water_target_ml_bird": "water_ml_d",
    "feed_target_g_bird": "feed_g_d",
    "water_feed_target": "water_feed_ratio",
    "fcr_target": "fcr_cum",
}
WHOLE_DAY: Final = 0.9
"""A day whose readings span at least this share of it is complete."""


def daily(wide: pd.DataFrame, flock: Flock, house: House, timezone: str) -> pd.DataFrame:
    """The days of a flock by the farm's date, as columns :data:`COLUMNS`; unknown is missing, never guessed.

    Weight and birds are the day's last, temperatures means, water and feed per bird that was alive.
    ``mortality_pct`` and ``fcr`` are cumulative and need the readings since placement. ``days_behind_d`` is
    how far the weight lags behind the breed's curve. The running day is there with ``complete`` False.
    ``water_l`` and ``feed_kg`` are meters that start at the farm's midnight.
    """
    index = pd.DatetimeIndex(wide.index)
    inside = birds.age_days(index, [flock], timezone=timezone).notna().to_numpy()
    wide = wide[inside]
    days = water_feed.local_days(pd.DatetimeIndex(wide.index), timezone)
    table = pd.DataFrame(index=pd.DatetimeIndex(days.unique(), name="day"))
    table["age_d"] = (pd.DatetimeIndex(table.index) - pd.Timestamp(flock.placed_on)).days
    table["complete"] = _complete(wide, days)
    _flock(table, wide, days, flock)
    _amounts(table, wide, timezone)
    _climate(table, wide, days, house, flock)
    for column, target in TARGETS.items():
        table[column] = birds.target_at(flock.breed, table["age_d"].astype(float), target)
    table["days_behind_d"] = [
        birds.days_behind(flock.breed, age, weight)
        for age, weight in zip(table["age_d"], table["weight_g"], strict=True)
    ]
    return table[table["age_d"] >= 0].reindex(columns=list(COLUMNS))


def _complete(wide: pd.DataFrame, days: pd.Index) -> pd.Series:
    times = wide.index.to_series()
    by_day = times.groupby(days)
    span = by_day.max() - by_day.min()
    return span >= WHOLE_DAY * pd.Timedelta(hours=23)


def _last(wide: pd.DataFrame, column: str, days: pd.Index) -> pd.Series:
    if column not in wide.columns:
        return pd.Series(np.nan, index=days.unique())
    return wide[column].groupby(days).last()


def _flock(table: pd.DataFrame, wide: pd.DataFrame, days: pd.Index, flock: Flock) -> None:
    table["weight_g"] = _last(wide, "weight_g", days).where(lambda weight: weight > 0)
    dead = wide["mortality_n"].groupby(days).max() if "mortality_n" in wide else pd.Series(np.nan, index=days.unique())
    table["dead"] = dead
    total = _since_placement(table, "dead")
    placed = float(flock.birds_placed) if flock.birds_placed else np.nan
    counted = _last(wide, "birds_n", days)
    table["birds"] = counted.where(counted > 0).fillna(placed - total.reindex(counted.index))
    table["mortality_pct"] = 100 * total / placed


def _since_placement(table: pd.DataFrame, column: str) -> pd.Series:
    """The sum since the first day; missing where the readings do not reach back to it."""
    whole = bool(len(table)) and int(table["age_d"].min()) <= 0
    total: pd.Series = table[column].cumsum() if whole else table[column] * np.nan
    return total


def _amounts(table: pd.DataFrame, wide: pd.DataFrame, timezone: str) -> None:
    for column, name, factor in (("water_l", "water_ml_bird", 1000.0), ("feed_kg", "feed_g_bird", 1000.0)):
        if column in wide:
            totals = water_feed.day_totals(wide[column], kind="day_counter", timezone=timezone)
            table[name] = factor * totals.reindex(table.index) / table["birds"]
        else:
            table[name] = np.nan
    table["water_feed"] = (table["water_ml_bird"] / table["feed_g_bird"]).replace([np.inf, -np.inf], np.nan)
    table["fcr"] = _since_placement(table, "feed_g_bird") / table["weight_g"]


def _climate(table: pd.DataFrame, wide: pd.DataFrame, days: pd.Index, house: House, flock: Flock) -> None:
    mean = wide.reindex(columns=["temp_c", "temp_set_c", "rh_pct"]).groupby(days).mean()
    table["temp_c"] = mean["temp_c"]
    curve = birds.set_points(house, flock)
    table["temp_set_c"] = mean["temp_set_c"]
    if curve:
        table["temp_set_c"] = table["temp_set_c"].fillna(climate.set_point(table["age_d"].astype(float), curve))
    table["thi_c"] = climate.thi_broiler(mean["temp_c"], mean["rh_pct"])
    damp = birds.target_at(flock.breed, table["age_d"].astype(float), "rh_hi_pct")
    table["thi_target_c"] = climate.thi_broiler(table["temp_set_c"], damp)
