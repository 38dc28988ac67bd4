"""A sign of wear beside its own past: how far above it, how sure, how fast it rises, and when it crosses its limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.features.degradation import SIGNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from farmlab.features.degradation import Sign

PAST_H: Final = 192
"""So many hours of the past say what is usual …"""
LAG_H: Final = 36
"""… and the last of them so many hours ago, so that what is getting worse now is not usual yet."""
FEWEST: Final = 8
TREND_H: Final = 72
APART_H: Final = 6.0
LEAST_FAR: Final = 1.5
"""Spreads of its own past by which a sign must be above it before its trend is told."""
LEAST_SPREAD: Final = 0.08
"""Of the limit; a sign that never moved would else make everything unusual."""
MEASURES: Final = ("level", "now", "far", "slope", "week", "rise", "age_h")
MOST: Final = 10.0
"""Of the limit; further away nothing more can be learned."""


def measures(values: pd.Series, sign: Sign) -> pd.DataFrame:
    """One sign by the hour in units of its limit: columns :data:`MEASURES` and ``spread``.

    ``level`` (a day) and ``now`` (six hours) above the median of its past, ``far`` the level in units of the past's
    spread, ``slope`` per day over three days and ``week`` over seven, ``rise`` of the last twelve hours over the day
    before them, ``age_h`` hours since it was last told; ``spread`` what the past usually swings. Only what came before
    each hour is used.
    """
    known = values / sign.limit
    past = known.shift(LAG_H).rolling(PAST_H, min_periods=FEWEST)
    usual = past.median()
    spread = ((past.quantile(0.84) - past.quantile(0.16)) / 2).clip(lower=LEAST_SPREAD)
    level = known.rolling(24, min_periods=2).median() - usual
    turned = (level < 0).map({True: -1.0, False: 1.0}) if sign.two_sided else 1.0
    now = known.rolling(6, min_periods=1).mean() - usual
    before = known.shift(12).rolling(24, min_periods=2).mean()
    told = pd.DataFrame(
        {
            "level": level * turned,
            "now": now * turned,
            "far": level * turned / spread,
            "slope": _slope(known, TREND_H) * turned,
            "week": _slope(known, 168) * turned,
            "rise": (known.rolling(12, min_periods=2).mean() - before) * turned,
        }
    )
    return told.clip(-MOST, MOST).assign(age_h=_since(values), spread=spread)


def beyond(told: pd.Series) -> float:
    """How far a sign is on the way to its limit, over a day or six hours, less what it usually swings; never negative.

    >>> beyond(pd.Series({"level": 0.1, "now": 0.9, "spread": 0.2})), beyond(pd.Series({"level": 2.0, "spread": 7.0}))
    (0.7, 0.0)
    """
    far = max(float(told["level"]), float(np.nan_to_num(told.get("now", np.nan), nan=-MOST)))
    return max(far - float(told["spread"]), 0.0)


def all_measures(signs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The measures of every sign, by its name."""
    return {sign.name: measures(signs[sign.name], sign) for sign in SIGNS}


@dataclass(frozen=True, slots=True)
class Crossing:
    """When a sign that gets worse is at its limit: hours from now, and between which.

    ``level`` is where it stands in units of its limit, ``slope`` how much it gains a day, between ``low`` and ``high``.
    """

    sign: Sign
    level: float
    slope: float
    low: float
    high: float
    hours: float
    earliest: float
    latest: float


def crossing(values: pd.Series, sign: Sign) -> Crossing | None:
    """When this sign will be at its limit, by its trend of three days or more; None where no trend is sure.

    The slope is Theil's (the median over all pairs of values) with its 90 % interval, over quarters of days, since
    hours depend on each other; of a sign whose values look further back, over values so far apart, eight at least. An
    interval that reaches down to no slope is no trend, nor is one within the past's usual spread. Of signs that are
    no wear by themselves (:attr:`Sign.wears`) nothing is foretold.
    """
    from scipy.stats import theilslopes

    if not sign.wears:
        return None
    told = measures(values, sign)
    last = told.iloc[-1] if len(told) else None
    if last is None or not np.isfinite(last["level"]) or last["age_h"] > 24:
        return None
    recent = _apart(values / sign.limit, sign)
    if len(recent) < FEWEST or last["far"] < LEAST_FAR:
        return None
    days = (recent.index - recent.index[0]) / pd.Timedelta(days=1)
    slope, _, low, high = (float(number) for number in theilslopes(recent.to_numpy(), days.to_numpy(), 0.90))
    level = float(last["now"])
    if sign.two_sided and _falls(values, sign):
        slope, low, high = -slope, -high, -low
    if low <= 0 or not level > 0:
        return None
    rest = max(1.0 - level, 0.0)
    return Crossing(sign, level, slope, low, high, 24 * rest / slope, 24 * rest / high, 24 * rest / low)


def _apart(known: pd.Series, sign: Sign) -> pd.Series:
    """The newest values of a sign as far apart as they have to be to say something of their own."""
    step = max(APART_H, sign.over_h)
    quarters = known.iloc[-int(max(TREND_H, FEWEST * step)) :].resample(f"{step:.0f}h", origin="end")
    return (quarters.median() if sign.over_h < APART_H else quarters.last()).dropna()


def _falls(values: pd.Series, sign: Sign) -> bool:
    """Whether a sign of two sides is below what is usual."""
    known = values / sign.limit
    usual = known.shift(LAG_H).rolling(PAST_H, min_periods=FEWEST).median().iloc[-1]
    return bool(known.iloc[-24:].median() < usual)


def _slope(known: pd.Series, hours: int) -> pd.Series:
    """Least-squares slope per day over so many hours, where eight of them are known."""
    day = pd.Series(np.arange(len(known)) / 24.0, index=known.index).where(known.notna())
    spread = day.rolling(hours, min_periods=FEWEST).var()
    slope: pd.Series = known.rolling(hours, min_periods=FEWEST).cov(day) / spread.where(spread > 0.01)
    return slope


def _since(values: pd.Series) -> pd.Series:
    """Hours since the last known value."""
    place = pd.Series(np.arange(len(values), dtype=float), index=values.index)
    return place - place.where(values.notna()).ffill()


def at(measured: Mapping[str, pd.DataFrame], moments: pd.DatetimeIndex) -> dict[str, pd.DataFrame]:
    """The measures at these moments: those of the last full hour before each."""
    return {
        name: table.reindex(moments, method="ffill", tolerance=pd.Timedelta("6h")) for name, table in measured.items()
    }
