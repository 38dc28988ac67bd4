"""What could run better in a house that is not broken: the looks at its last days, each with its own limits.

Limits of the air are those of the breeders' guides (:data:`farmlab.features.house_hours.LIMITS`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from farmlab.features import house_hours
from farmlab.findings.advice import Advice
from farmlab.models import house_heat
from farmlab.text import number, signed

if TYPE_CHECKING:
    from farmlab.findings.advice import Situation

LEAST_HOURS: Final = 36
"""Hours of the window that must be known before anything is advised."""
SHARE: Final = 0.15
"""A state that takes less of the hours is no habit."""
ROOM: Final = {"co2_ppm": 2800.0, "nh3_ppm": 11.0, "rh_pct": 67.0}
"""What the worst tenth of the hours may reach with less air: a margin below the limits, as birds and litter grow; NH₃
rises by a third in four days …"""
MILDER_C: Final = 8.0
"""… also when weather comes that is so much milder and brings its moisture (one change in twenty within four days)."""
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


def _less_air(now: Situation) -> Advice | None:
    """Minimum ventilation that is more than the air needs, while the house is heated."""
    wasted = now.at_least & now.heated
    if wasted.mean() < SHARE:
        return None
    for factor in LESS_AIR:
        other = house_heat.changed(now.hours, air=_where(wasted, factor))
        effect = now.effect(other)
        damper = house_heat.changed(now.hours, air=_where(wasted, factor), milder_c=MILDER_C)
        if _fresh(damper[now.at_least]) and effect.comfort_h_d >= -0.1 and not effect.kwh_d < LEAST_SAVED_KWH_D:
            return Advice(
                "less_air",
                "More air than birds and litter need, while it is heated",
                f"Lower the minimum ventilation by {100 * (1 - factor):.0f} %.",
                f"{24 * wasted.mean():.0f} h a day heated at minimum ventilation with {_air(now.hours[wasted])}",
                f"over three days, heater hours fall at equal outdoor temperature, and {_limits()}.",
                now.effect_with_range(other),
                factor,
                ("co2_ppm", 0.0, house_hours.LIMITS["co2_ppm"]),
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
        _most_beyond(now.hours[bad]),
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
        shown=("spread_c", 0.0, UNEVEN_C),
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
        f"by day {signed(by_day, 1)} °C, by night {signed(by_night, 1)} °C from the set-point; outside "
        f"{number(now.hours['outside_c'].min())} to {number(now.hours['outside_c'].max())} °C",
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


def _most_beyond(hours: pd.DataFrame) -> tuple[str, float, float]:
    """What is beyond its limit in most of these hours, and where it should lie."""
    column, limit = max(house_hours.LIMITS.items(), key=lambda one: float((hours[one[0]] > one[1]).mean()))
    return column, 0.0, limit


def _limits() -> str:
    limits = house_hours.LIMITS
    return f"CO₂ stays below {limits['co2_ppm']:.0f} ppm, humidity below {limits['rh_pct']:.0f} %"
