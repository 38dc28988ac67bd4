"""What a flock will weigh, eat and drink until harvest: the breed's curve, scaled to the flock's own way along it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.features import flock as birds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from farmlab.domain import Flock

USUAL_AGE_D: Final = 42
"""Harvest where no day is planned."""
SERIES: Final = {
    # column of the daily table → (what it is, unit, column of the breed's table, whether it adds up, factor)
    "weight_g": ("weight", "g", "bw_g", False, 1.0),
    "feed_g_bird": ("feed", "kg", "feed_g_d", True, 1e-3),
    "water_ml_bird": ("water", "l", "water_ml_d", True, 1e-3),
}
RECENT_DAYS: Final = 3
FEWEST_DAYS: Final = 4
LAG_DAYS: Final = 5
FROM_AGE_D: Final = 3
LEAST_SPREAD: Final = 0.008
"""The ratio to the curve is never taken to wander less, per square root of a day."""
UNKNOWN_SPREAD: Final = 0.02
Z_80: Final = 1.2816


@dataclass(frozen=True, slots=True)
class Harvest:
    """The day, whether it was planned, and one row a series.

    Attributes
    ----------
    table
        ``series``, ``unit``, ``expected``, ``lower``, ``upper`` (80 %), ``target`` and ``so_far``: weight of a bird on
        the last day; feed and water of the whole house from the next day on, with what was used before in ``so_far``.
    """

    on: date
    planned: bool
    days: int
    table: pd.DataFrame


def to_harvest(days: pd.DataFrame, flock: Flock) -> Harvest | None:
    """What is to be expected from the day after the last complete one; None when nothing can be said.

    The ratio of each series to its breed's curve goes on as over the last three days. How far it wanders is taken from
    this flock: how much such a ratio had changed five days later, growing with the square root of the days.

    Parameters
    ----------
    days
        One row a day, as :func:`farmlab.features.daily.daily` gives.
    flock
        Its breed, and the day of harvest where it is planned.
    """
    complete = days[days["complete"].astype(bool)]
    if complete.empty or not birds.breed_code(flock.breed):
        return None
    last = int(complete["age_d"].iloc[-1])
    on = flock.expected_harvest or (pd.Timestamp(flock.placed_on) + pd.Timedelta(days=USUAL_AGE_D)).date()
    end = (pd.Timestamp(on) - pd.Timestamp(flock.placed_on)).days
    alive = complete["birds"].dropna()
    if end <= last or alive.empty:
        return None
    rows = list(_rows(complete, flock.breed, last, end, float(alive.iloc[-1])))
    return Harvest(on, flock.expected_harvest is not None, end - last, pd.DataFrame(rows)) if rows else None


def _rows(complete: pd.DataFrame, breed: str, last: int, end: int, alive: float) -> Iterator[dict[str, object]]:
    for column, (name, unit, target, adds, factor) in SERIES.items():
        curve = birds.target_at(breed, complete["age_d"].astype(float), target)
        ratio = (complete[column] / curve)[complete["age_d"] >= FROM_AGE_D].replace(0, np.nan).dropna()
        if len(ratio) < FEWEST_DAYS:
            continue
        level, spread = float(ratio.iloc[-RECENT_DAYS:].median()), _spread(ratio)
        ahead = np.arange(last + 1, end + 1, dtype=float) if adds else np.array([float(end)])
        planned = birds.target_at(breed, pd.Series(ahead), target).to_numpy()
        reach = Z_80 * spread * np.sqrt(ahead - last) * planned
        scale = factor * (alive if adds else 1.0)
        expected, wide = scale * level * float(planned.sum()), scale * float(reach.sum())
        before = complete[column] * (complete["birds"] if adds else 1.0) * factor
        yield {
            "series": name,
            "unit": unit,
            "expected": expected,
            "lower": expected - wide,
            "upper": expected + wide,
            "target": scale * float(planned.sum()),
            "so_far": float(before.sum() if adds else before.dropna().iloc[-1]),
        }


def _spread(ratio: pd.Series) -> float:
    """Standard deviation of the ratio's change per square root of a day; from a median, so that few days do no harm."""
    changes = ratio.rolling(RECENT_DAYS).median().diff(LAG_DAYS).dropna().abs()
    if len(changes) < FEWEST_DAYS:
        return UNKNOWN_SPREAD
    return max(LEAST_SPREAD, 1.4826 * float(changes.median()) / LAG_DAYS**0.5)
