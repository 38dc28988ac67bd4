"""One row a part of a house and moment, for models of failure: signs of wear, duty, age, and what happened before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.features import wear
from farmlab.features.degradation import PARTS, SIGNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

SLOTS: Final = {part: tuple(sign for sign in SIGNS if sign.part == part) for part in PARTS}
MOST_SIGNS: Final = max(len(signs) for signs in SLOTS.values())
OF_SIGNS: Final = tuple(f"sign{slot}_{name}" for slot in range(1, MOST_SIGNS + 1) for name in wear.MEASURES)
WORK: Final = ("part", "age_d", "duty_24h", "duty_7d")
"""Which part it is, how old the flock, and how much the part ran: what is known without any sign of wear."""
HAPPENED: Final = ("mended_d", "failed_30d", "alarms_24h", "alarms_7d", "installed_y")
FEATURES: Final = (*WORK, *HAPPENED, *OF_SIGNS)
LONG_AGO_D: Final = 60.0
"""Days since the last repair where none is on record."""
_WORDS: Final = {
    # what a label of equipment begins with → part
    "side fan": "side_fans",
    "exhaust fan": "side_fans",
    "tunnel fan": "tunnel_fans",
    "fan": "side_fans",
    "heater": "heaters",
    "tunnel inlet": "inlets",
    "inlet": "inlets",
    "cooling pad": "cooling_pad",
    "pad": "cooling_pad",
    "pump": "cooling_pad",
    "auger": "auger",
    "feed": "auger",
    "drinker": "drinkers",
    "water": "drinkers",
    "nipple": "drinkers",
    "gateway": "controller",
    "controller": "controller",
}


@dataclass(frozen=True, slots=True)
class Happened:
    """What is on record of one part: times (UTC) of failures, repairs and alarms, and since when it is installed."""

    failed: tuple[pd.Timestamp, ...] = ()
    mended: tuple[pd.Timestamp, ...] = ()
    alarms: tuple[pd.Timestamp, ...] = ()
    installed: pd.Timestamp | None = None


def part_of(equipment: str) -> str:
    """The part that a piece of equipment belongs to; "" for one of which no readings tell.

    >>> part_of("tunnel fan 2"), part_of("drinker line 1"), part_of("scale")
    ('tunnel_fans', 'drinkers', '')
    """
    said = equipment.lower().replace("_", " ")
    return next((part for word, part in _WORDS.items() if said.startswith(word)), "")


def rows(
    measured: Mapping[str, pd.DataFrame],
    duty: pd.DataFrame,
    ages: pd.Series,
    moments: pd.DatetimeIndex,
    happened: Mapping[str, Happened] | None = None,
) -> pd.DataFrame:
    """Features :data:`FEATURES` by (part, time), for all moments at which birds are in the house.

    Parameters
    ----------
    measured, duty
        Of the house by the hour: :func:`farmlab.features.wear.all_measures`, :func:`farmlab.features.degradation.duty`.
    ages, moments
        Age of the flock in days by time; times of the rows.
    happened
        What is on record, by part.
    """
    age = ages.groupby(level=0).last().reindex(moments, method="ffill", tolerance=pd.Timedelta("3h"))
    lived = moments[age.notna().to_numpy()]
    told = wear.at(measured, lived)
    tables = [
        _part(part, told, duty.get(part), age.loc[lived], (happened or {}).get(part, Happened())) for part in PARTS
    ]
    table = pd.concat(tables, keys=PARTS, names=["part", "time"])
    return table.reindex(columns=list(FEATURES)).astype(float)


def _part(
    part: str, told: Mapping[str, pd.DataFrame], duty: pd.Series | None, age: pd.Series, happened: Happened
) -> pd.DataFrame:
    lived = pd.DatetimeIndex(age.index)
    table = pd.DataFrame({"part": float(PARTS.index(part)), "age_d": age.to_numpy()}, index=lived)
    for slot, sign in enumerate(SLOTS[part], start=1):
        for name in wear.MEASURES:
            table[f"sign{slot}_{name}"] = told[sign.name][name].to_numpy()
    if duty is not None:
        table["duty_24h"] = duty.rolling(24, min_periods=6).mean().reindex(lived, method="ffill").to_numpy()
        table["duty_7d"] = duty.rolling(168, min_periods=24).mean().reindex(lived, method="ffill").to_numpy()
    table["mended_d"] = np.minimum(_since_d(lived, happened.mended), LONG_AGO_D)
    table["failed_30d"] = _count(lived, happened.failed, days=30)
    table["alarms_24h"] = _count(lived, happened.alarms, days=1)
    table["alarms_7d"] = _count(lived, happened.alarms, days=7)
    if happened.installed is not None:
        table["installed_y"] = (lived - happened.installed) / pd.Timedelta(days=365.25)
    return table


def _since_d(moments: pd.DatetimeIndex, times: Sequence[pd.Timestamp]) -> NDArray[np.float64]:
    """Days since the last of these times; infinite before the first."""
    if not times:
        return np.full(len(moments), np.inf)
    known = pd.DatetimeIndex(sorted(times))
    last = known.searchsorted(moments, side="right") - 1
    days = np.asarray((moments - known[np.maximum(last, 0)]) / pd.Timedelta(days=1), dtype=float)
    return np.where(last >= 0, days, np.inf)


def _count(moments: pd.DatetimeIndex, times: Sequence[pd.Timestamp], *, days: int) -> NDArray[np.float64]:
    """How many of these times lie in the days before each moment."""
    if not times:
        return np.zeros(len(moments))
    known = pd.DatetimeIndex(sorted(times))
    until = known.searchsorted(moments, side="right")
    since = known.searchsorted(moments - pd.Timedelta(days=days), side="right")
    return np.asarray(until - since, dtype=float)
