"""What could run better in a house that is not broken: each advice with evidence, expected effect, and its proof.

Limits are those of the breeders' guides (:data:`farmlab.features.house_hours.LIMITS`); energy is spoken of only
where the heat balance of the house itself fits (:mod:`farmlab.models.house_heat`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from farmlab.domain import Category, Finding, Hypothesis, Severity
from farmlab.features import house_hours
from farmlab.models import house_heat

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from farmlab.models.house_heat import HouseHeat

LEAST_HOURS: Final = 36
"""Hours of the window that must be known before anything is advised."""
SHARE: Final = 0.15
"""A state that takes less of the hours is no habit."""
NEAR_SET_C: Final = 0.3
"""Up to so far above its set-point a house is ventilated for its air, not for its warmth."""
ROOM: Final = {"co2_ppm": 2800.0, "nh3_ppm": 12.0, "rh_pct": 67.0}
"""What the worst tenth of the hours may reach with less air: a margin below the limits."""
LESS_AIR: Final = (0.80, 0.85, 0.90, 0.95)
MORE_AIR: Final = (1.10, 1.20, 1.30)
LEAST_SAVED_KWH_D: Final = 20.0
UNEVEN_C: Final = 2.5
DAY_NIGHT_C: Final = 1.2
OVERLAP: Final = 1.15
"""Air above so many times the least of the day is more than minimum ventilation."""
PAD_EARLY_C: Final = 2.0
PAD_LATE_C: Final = 6.0
PAD_USEFUL_RH: Final = 75.0
RATIO: Final = (1.5, 2.2)
"""Water to feed, litres per kilogram, of birds from ten days on."""
RATIO_AGE_D: Final = 10


@dataclass(frozen=True, slots=True)
class Effect:
    """What to expect per day: heat saved (kWh, with its 80 % range; missing if unknown), comfortable hours gained."""

    kwh_d: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    comfort_h_d: float = 0.0

    @property
    def sentence(self) -> str:
        """For people."""
        said = []
        if np.isfinite(self.kwh_d):
            verb = "saves" if self.kwh_d >= 0 else "costs"
            ends = sorted((abs(self.low), abs(self.high)))
            said.append(f"{verb} about {abs(self.kwh_d):.0f} kWh of heat a day ({ends[0]:.0f} to {ends[1]:.0f})")
        if abs(self.comfort_h_d) >= 0.25:
            said.append(f"{self.comfort_h_d:+.1f} comfortable hours a day")
        return ", ".join(said) or "no change of energy or comfort that could be foretold"


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to change.

    Attributes
    ----------
    kind, title
        What it is called, and what is seen.
    do
        The step, with its size.
    evidence
        The figures that speak for it.
    verify
        How to see within days whether it worked.
    factor
        What the airflow is to be multiplied with, where that is the step; else 1.
    """

    kind: str
    title: str
    do: str
    evidence: str
    verify: str
    effect: Effect = Effect()
    factor: float = 1.0


@dataclass(frozen=True)
class Situation:
    """The last days of a house as hours, its heat balance (None: not known), and how far that is uncertain."""

    hours: pd.DataFrame
    model: HouseHeat | None = None
    refits: Sequence[HouseHeat] = ()
    water_feed: float = float("nan")

    @property
    def at_least(self) -> pd.Series:
        """Hours in which the house is ventilated for its air only."""
        return (self.hours["temp_c"] - self.hours["set_c"] <= NEAR_SET_C) & (self.hours["airflow_m3h"] > 0)

    @property
    def heated(self) -> pd.Series:
        """Hours with heating."""
        return self.hours["heaters"] > house_heat.HEATED

    def effect(self, other: pd.DataFrame) -> Effect:
        """What living through other hours would have changed, without a range."""
        gained = 24 * float(other["comfortable"].astype(float).mean() - self.hours["comfortable"].astype(float).mean())
        if self.model is None or not self.model.trusted:
            return Effect(comfort_h_d=gained)
        return Effect(house_heat.saved_kwh_d(self.model, self.hours, other), comfort_h_d=gained)

    def effect_with_range(self, other: pd.DataFrame) -> Effect:
        """The same with the 80 % range of balances fitted to nights drawn again."""
        known = self.effect(other)
        if not np.isfinite(known.kwh_d) or not self.refits:
            return known
        saved = [house_heat.saved_kwh_d(one, self.hours, other) for one in self.refits]
        low, high = (float(edge) for edge in np.quantile(saved, [0.1, 0.9]))
        return replace(known, low=low, high=high)


def advise(now: Situation) -> list[Advice]:
    """Everything that is worth changing; nothing while too little is known.

    Less and more air are never advised together.
    """
    if int(now.hours["temp_c"].notna().sum()) < LEAST_HOURS:
        return []
    looks = (_more_air, _less_air, _overlap, _uneven, _day_and_night, _cooling, _water_feed)
    found = [one for one in (look(now) for look in looks) if one is not None]
    more = any(one.kind == "more_air" for one in found)
    return [one for one in found if not (more and one.kind in ("less_air", "heat_and_air"))]


def finding(one: Advice, *, house: int, start: datetime, until: datetime) -> Finding:
    """The advice as a finding of its own category, for information."""
    return Finding(
        category=Category.OPTIMISATION,
        kind=one.kind,
        house=house,
        subject="house",
        start=start,
        detected_at=until,
        title=one.title,
        score=0.6,
        severity=Severity.INFO,
        why=(Hypothesis(cause=one.evidence, confidence=0.7),),
        check=(f"{one.do} Expected: {one.effect.sentence}. Verify: {one.verify}",),
        data=_data(one),
    )


def _data(one: Advice) -> dict[str, Any]:
    numbers = {"kwh_d": one.effect.kwh_d, "kwh_d_low": one.effect.low, "kwh_d_high": one.effect.high}
    known = {name: round(value, 1) for name, value in numbers.items() if np.isfinite(value)}
    return {**known, "comfort_h_d": round(one.effect.comfort_h_d, 2), "factor": one.factor, "verify": one.verify}


def _less_air(now: Situation) -> Advice | None:
    """Minimum ventilation that is more than the air needs, while the house is heated."""
    wasted = now.at_least & now.heated
    if wasted.mean() < SHARE:
        return None
    for factor in LESS_AIR:
        other = house_heat.changed(now.hours, air=_where(wasted, factor))
        effect = now.effect(other)
        if _fresh(other[now.at_least]) and effect.comfort_h_d >= -0.1 and not effect.kwh_d < LEAST_SAVED_KWH_D:
            return Advice(
                "less_air",
                "More air than birds and litter need, while it is heated",
                f"Lower the minimum ventilation by {100 * (1 - factor):.0f} %.",
                f"{24 * wasted.mean():.0f} h a day heated at minimum ventilation with {_air(now.hours[wasted])}",
                f"over three days, heater hours fall at equal outdoor temperature, and {_limits()}.",
                now.effect_with_range(other),
                factor,
            )
    return None


def _more_air(now: Situation) -> Advice | None:
    """Air that is stale, damp or sharp at minimum ventilation."""
    bad = now.at_least & _beyond(now.hours)
    if bad.mean() < SHARE:
        return None
    best = None
    for factor in MORE_AIR:
        other = house_heat.changed(now.hours, air=_where(now.at_least, factor))
        effect = now.effect(other)
        if best is None or effect.comfort_h_d > best[1].comfort_h_d + 0.5:
            best = (factor, effect)
    assert best is not None
    factor, effect = best
    if effect.comfort_h_d < 0.5:
        return None
    effect = now.effect_with_range(house_heat.changed(now.hours, air=_where(now.at_least, factor)))
    return Advice(
        "more_air",
        f"Too little air for {24 * bad.mean():.0f} h a day: {_worst(now.hours[bad])}",
        f"Raise the minimum ventilation by {100 * (factor - 1):.0f} %.",
        f"at minimum ventilation {_air(now.hours[bad])}",
        f"over two days {_limits()}, and the house stays warm.",
        effect,
        factor,
    )


def _overlap(now: Situation) -> Advice | None:
    """Heaters and more than minimum ventilation in the same hours."""
    day = pd.DatetimeIndex(now.hours.index).normalize()
    least = now.hours["airflow_m3h"].groupby(day).transform(lambda flow: flow.quantile(0.1))
    both = now.heated & (now.hours["airflow_m3h"] > OVERLAP * least) & ~_beyond(now.hours)
    if both.mean() < SHARE:
        return None
    wanted = (least / now.hours["airflow_m3h"]).where(both, 1.0).clip(upper=1.0)
    other = house_heat.changed(now.hours, air=wanted)
    if _beyond(other)[both].mean() > SHARE:
        return None
    return Advice(
        "heat_and_air",
        f"Heated and ventilated at once for {24 * both.mean():.0f} h a day",
        "Widen the gap between the last heater and the first ventilation step, by half a degree.",
        f"in these hours {now.hours.loc[both, 'heaters'].mean():.1f} heaters run, with "
        f"{100 * (1 / wanted[both].mean() - 1):.0f} % more air than the least of the day",
        "over three days, hours with heaters and raised ventilation at once become fewer.",
        now.effect_with_range(other),
    )


def _uneven(now: Situation) -> Advice | None:
    spread = now.hours["spread_c"]
    if not (spread > UNEVEN_C).mean() >= SHARE:
        return None
    return Advice(
        "uneven",
        f"{spread.median():.1f} °C between the warmest and the coldest place",
        "Run the stir fans more, and even out inlets and doors at the cold end.",
        f"more than {UNEVEN_C} °C for {24 * (spread > UNEVEN_C).mean():.0f} h a day; birds crowd where it suits them",
        f"the difference stays below {UNEVEN_C} °C.",
    )


def _day_and_night(now: Situation) -> Advice | None:
    off = now.hours["temp_c"] - now.hours["set_c"]
    by_day, by_night = off[~now.hours["night"]].mean(), off[now.hours["night"]].mean()
    if not abs(by_day - by_night) > DAY_NIGHT_C:
        return None
    warm = by_day > by_night
    step = "Let ventilation begin nearer to the set-point by day." if warm else "Check heaters and inlets at night."
    return Advice(
        "day_and_night",
        f"Days are {abs(by_day - by_night):.1f} °C {'warmer' if warm else 'colder'} than nights, against the set-point",
        step,
        f"by day {by_day:+.1f} °C, by night {by_night:+.1f} °C from the set-point; outside "
        f"{now.hours['outside_c'].min():.0f} to {now.hours['outside_c'].max():.0f} °C",
        "both stay within the band of the age.",
    )


def _cooling(now: Situation) -> Advice | None:
    off, wet = now.hours["temp_c"] - now.hours["set_c"], now.hours["pad"] > 0
    early = wet & (off < PAD_EARLY_C)
    late = ~wet & (off > PAD_LATE_C) & (now.hours["rh_outside_pct"] < PAD_USEFUL_RH) & now.hours["pad"].notna()
    if early.mean() >= SHARE / 2:
        return Advice(
            "cooling_early",
            f"The cooling pad runs {24 * early.mean():.0f} h a day in a house that is hardly warm",
            f"Let it begin {PAD_EARLY_C + 2:.0f} °C above the set-point or later.",
            f"humidity {now.hours.loc[early, 'rh_pct'].mean():.0f} % in these hours",
            "humidity falls, and the house does not get warmer.",
        )
    if late.mean() >= SHARE / 2:
        return Advice(
            "cooling_late",
            f"{24 * late.mean():.0f} h a day more than {PAD_LATE_C:.0f} °C too warm without the cooling pad",
            "Let the pad begin one degree earlier.",
            f"outdoor humidity {now.hours.loc[late, 'rh_outside_pct'].mean():.0f} %: the pad would have cooled",
            f"hours more than {PAD_LATE_C:.0f} °C too warm become fewer.",
        )
    return None


def _water_feed(now: Situation) -> Advice | None:
    low, high = RATIO
    if not now.hours["age_d"].max() >= RATIO_AGE_D or not (now.water_feed < low or now.water_feed > high):
        return None
    much = now.water_feed > high
    return Advice(
        "water_feed",
        f"{now.water_feed:.2f} l of water per kg of feed",
        "Look for leaks, heat and salt." if much else "Look at line pressure, filters and nipple height.",
        f"usual is {low} to {high}",
        "the ratio comes back within two days.",
    )


def _beyond(hours: pd.DataFrame) -> pd.Series:
    """Hours whose air is beyond a limit."""
    bad = pd.Series(False, index=hours.index)
    for column, limit in house_hours.LIMITS.items():
        bad |= hours[column] > limit
    return bad


def _fresh(hours: pd.DataFrame) -> bool:
    """Whether the worst tenth of the hours keeps a margin."""
    return len(hours) > 0 and not any(hours[column].quantile(0.9) > limit for column, limit in ROOM.items())


def _where(mask: pd.Series, factor: float) -> pd.Series:
    return pd.Series(1.0, index=mask.index).mask(mask, factor)


def _air(hours: pd.DataFrame) -> str:
    known = {"CO₂": ("co2_ppm", "ppm"), "humidity": ("rh_pct", "%"), "NH₃": ("nh3_ppm", "ppm")}
    return ", ".join(
        f"{label} {hours[column].median():.0f} {unit}"
        for label, (column, unit) in known.items()
        if hours[column].notna().any()
    )


def _worst(hours: pd.DataFrame) -> str:
    labels = {"co2_ppm": "CO₂", "nh3_ppm": "NH₃", "rh_pct": "humidity"}
    return (
        " and ".join(labels[c] for c, limit in house_hours.LIMITS.items() if (hours[c] > limit).mean() > 0.3) or "air"
    )


def _limits() -> str:
    limits = house_hours.LIMITS
    return f"CO₂ stays below {limits['co2_ppm']:.0f} ppm, humidity below {limits['rh_pct']:.0f} %"
