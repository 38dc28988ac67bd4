"""The figures by which flocks are compared: gain, feed conversion, production efficiency, a week in sums."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

WEEK: Final = 7
"""Days."""


def epef(liveability_pct: float, weight_g: float, age_d: float, fcr: float) -> float:
    """European production efficiency factor: liveability × weight ÷ (age × feed conversion) × 100, weight in kg.

    Below 300 is poor, 350 to 400 good, above 450 excellent.

    >>> round(epef(97, 2296, 35, 1.399))
    455
    >>> epef(97, 2296, 0, 1.4)
    nan
    """
    below = age_d * fcr
    return liveability_pct * weight_g / 1000 / below * 100 if below > 0 else float("nan")


def standing(days: pd.DataFrame, *, age_d: int | None = None) -> dict[str, float]:
    """How a flock stands on its last complete day, or stood at an age; missing where it is not known.

    Parameters
    ----------
    days
        The days of a flock as :func:`farmlab.features.daily.daily` gives them.
    age_d
        The age to look at; None: the last complete day.

    Returns
    -------
    dict
        ``age_d``, ``weight_g``, ``gain_g_d`` (over the week before), ``fcr``, ``mortality_pct``, ``epef``.
    """
    known = days[days["complete"].astype(bool)]
    if age_d is not None:
        known = known[known["age_d"] <= age_d]
        known = known if len(known) and int(known["age_d"].iloc[-1]) == age_d else known.iloc[:0]
    if known.empty:
        return dict.fromkeys(("age_d", "weight_g", "gain_g_d", "fcr", "mortality_pct", "epef"), float("nan"))
    last = known.iloc[-1]
    age, weight, fcr, dead = (float(last[name]) for name in ("age_d", "weight_g", "fcr", "mortality_pct"))
    return {
        "age_d": age,
        "weight_g": weight,
        "gain_g_d": _gain(known),
        "fcr": fcr,
        "mortality_pct": dead,
        "epef": epef(100 - dead, weight, age, fcr),
    }


def week(days: pd.DataFrame) -> dict[str, float]:
    """The last seven complete days in sums: feed (kg), water (l), weight gained (kg), birds lost.

    An amount is missing when one of its days is, and the gain without a day before them; nothing is filled in.
    """
    whole = days[days["complete"].astype(bool)]
    known, birds = whole.tail(WEEK), whole["birds"].tail(WEEK)
    weights = whole["weight_g"].tail(WEEK + 1)
    gained = float(weights.iloc[-1] - weights.iloc[0]) if len(weights) > WEEK else np.nan
    return {
        "days": float(len(known)),
        "feed_kg": _sum(known["feed_g_bird"] * birds) / 1000,
        "water_l": _sum(known["water_ml_bird"] * birds) / 1000,
        "gained_kg": gained * float(birds.iloc[-1]) / 1000 if len(known) else np.nan,
        "lost": _sum(known["dead"]),
    }


def _gain(known: pd.DataFrame) -> float:
    """Grams a day over the last week, of a flock that is weighed."""
    weighed = known.dropna(subset=["weight_g"]).tail(WEEK + 1)
    if len(weighed) < 2:
        return float("nan")
    span = float(weighed["age_d"].iloc[-1] - weighed["age_d"].iloc[0])
    return float(weighed["weight_g"].iloc[-1] - weighed["weight_g"].iloc[0]) / span


def _sum(values: pd.Series) -> float:
    return float(values.sum()) if len(values) and values.notna().all() else float("nan")
