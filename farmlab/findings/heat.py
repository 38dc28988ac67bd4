"""Heat that is called and does not come, and pads that run and do not cool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.domain import Category, Severity
from farmlab.features import climate, equipment, usual_day
from farmlab.findings.case import beyond
from farmlab.findings.table import OUTSIDE

if TYPE_CHECKING:
    from farmlab.domain import Finding
    from farmlab.findings.case import Case

HEAT_MINUTES: Final = 30
HEAT_LACK_C: Final = 1.0
"""°C below the set-point at which a heater that runs should have been felt."""
HEAT_RISE_C: Final = 0.2
PAST: Final = "30h"
SLOTS_BEFORE: Final = 4
"""The last two hours are not part of what they are compared with."""
FEWEST_SLOTS: Final = 24
MORE_HEATERS: Final = 1.2
TIMES: Final = 1.5
LEAST_USUAL: Final = 1.5
"""Fewer heaters than that come and go with the clouds."""
SPREADS: Final = 4.0
COOLER_C: Final = 0.1
PAD_MINUTES: Final = 45
PAD_DROP_C: Final = 0.8
"""A pad that works cools by more, whatever the weather."""
PAD_SHARE: Final = 0.3
"""Share of the drop to be expected below which a pad does not work; a clean one reaches 0.7 of the wet bulb."""
PAD_CLEAN: Final = 0.7


def look(case: Case) -> list[Finding]:
    """Faults of heating and cooling in the window."""
    return [found for found in (_useless(case) or _weak(case), _pad(case)) if found is not None]


def _useless(case: Case) -> Finding | None:
    """Heaters that are on while the house is too cold and does not get warmer."""
    if not case.has("heaters_running"):
        return None
    below = case.set_point - case.temperature
    over = (below < HEAT_LACK_C / 2) | (case.column("heaters_running") == 0)
    when = case.stretch(useless_heat(case), goes_on=~over)
    if when is None:
        return None
    lack, count = float(below.loc[when[0] : when[1]].max()), case.column("heaters_running").loc[: when[0]].iloc[-1]
    burning = "1 heater" if count == 1 else f"{count:.0f} heaters"
    words = f"{burning} on, yet {lack:.1f} °C too cold since {case.spoken(when[0])}"
    return _heater(case, words, when, beyond(lack, HEAT_LACK_C), lack)


def _heater(
    case: Case, words: str, when: tuple[pd.Timestamp, pd.Timestamp | None], score: float, lack: float
) -> Finding:
    young = float(case.ages.iloc[-1]) <= 10
    return case.finding(
        Category.FAILURE,
        "heater",
        "heaters",
        words,
        when[0],
        end=when[1],
        score=score,
        severity=Severity.CRITICAL if lack > 3 or (young and lack > 1) else Severity.WARNING,
        check=("Check the flame of each heater that is on, then gas level and pressure.",),
        lack_c=round(lack, 2),
    )


def useless_heat(case: Case) -> pd.Series:
    """Where heaters have run for half an hour, and the house is still too cold and hardly warmer."""
    temperature, span = case.temperature, pd.Timedelta(minutes=HEAT_MINUTES)
    before = temperature.shift(freq=span).reindex(case.index, method="nearest", tolerance=case.step)
    below = equipment.trailing(case.set_point - temperature, HEAT_MINUTES, how="min")
    called = equipment.lasting(case.column("heaters_running") > 0, HEAT_MINUTES)
    return called & (below > HEAT_LACK_C) & (temperature - before < HEAT_RISE_C)


def _weak(case: Case) -> Finding | None:
    """More heaters than this house needed yesterday at such a difference to outside, and it is cooler."""
    said = effort(case)
    if said.empty:
        return None
    more = said["burning"] > said["expected"] + np.maximum(MORE_HEATERS, SPREADS * said["spread"])
    weak = more & (said["burning"] > TIMES * said["expected"].clip(lower=LEAST_USUAL)) & (said["cooler"] > COOLER_C)
    weak &= ~said["more_air"] & ~said["warming"]
    weak &= weak.shift(fill_value=False)
    slots = weak.reindex(case.index, method="ffill", limit=7).eq(True)
    when = case.stretch(slots)
    if when is None:
        return None
    inside = said.loc[when[0] - usual_day.SLOT : when[1]]
    most = int(inside["burning"].argmax())
    burning, usual = float(inside["burning"].iloc[most]), float(inside["expected"].iloc[most])
    lack = float((case.set_point - case.temperature).loc[when[0] : when[1]].max())
    since = when[0] - usual_day.SLOT
    words = f"{burning:.1f} heaters on, usual at this weather {usual:.1f}, since {case.spoken(since)}"
    return _heater(case, words, (since, when[1]), beyond(burning, TIMES * max(usual, 1.0)), lack)


def effort(case: Case) -> pd.DataFrame:
    """By half-hour: heaters burning, as many as the house's own last day lets expect, and what else changed.

    The expectation is a straight line on the difference between set-point and outside, over 30 hours that end two
    hours before. Empty without heaters or outside temperature.
    """
    return case.once("effort", lambda: _effort(case)) if case.has("heaters_running", OUTSIDE) else pd.DataFrame()


def _effort(case: Case) -> pd.DataFrame:
    lived = case.ages.ge(1)
    parts = {
        "burning": case.column("heaters_running"),
        "cold": case.set_point - case.column(OUTSIDE),
        "lack": case.set_point - case.temperature,
        "air": case.column("airflow_m3h"),
    }
    slots = pd.DataFrame({name: usual_day.slots(part.where(lived)) for name, part in parts.items()})
    past = slots.rolling(PAST, min_periods=FEWEST_SLOTS)
    mean, spread = past.mean().shift(SLOTS_BEFORE), past.std().shift(SLOTS_BEFORE)
    both = slots["burning"].rolling(PAST, min_periods=FEWEST_SLOTS).cov(slots["cold"]).shift(SLOTS_BEFORE)
    steep = (both / (spread["cold"] ** 2).clip(lower=0.25)).clip(lower=0)
    now = slots.rolling(2).mean()
    rest = (spread["burning"] ** 2 - (steep * spread["cold"]) ** 2).clip(lower=0) ** 0.5
    return pd.DataFrame(
        {
            "burning": now["burning"],
            "expected": (mean["burning"] + steep * (now["cold"] - mean["cold"])).clip(lower=0),
            "spread": rest,
            "cooler": now["lack"] - mean["lack"],
            "more_air": now["air"] > 1.3 * mean["air"],
            "warming": slots["lack"].diff() < -HEAT_RISE_C / 2,
        }
    )


def _pad(case: Case) -> Finding | None:
    """A pad that has run for three quarters of an hour, and the house is no cooler against outside than before."""
    drop = pad_drop(case)
    if drop is None:
        return None
    wanted = PAD_SHARE * expected_drop(case)
    least = wanted.where(wanted.notna(), PAD_DROP_C).clip(lower=PAD_DROP_C / 2)
    when = case.stretch(drop < least, goes_on=~((case.column("pad_on") == 0) | (drop > 1.5 * least)))
    if when is None:
        return None
    since = when[0] - pd.Timedelta(minutes=PAD_MINUTES)
    cooled = float(drop.loc[when[0] : when[1]].median())
    warmer = float((case.temperature - case.set_point).loc[when[0] :].max())
    return case.finding(
        Category.FAILURE,
        "cooling_pad",
        "cooling pad",
        f"Cooling pad on, yet it cools by {max(cooled, 0):.1f} °C only since {case.spoken(since)}",
        since,
        end=when[1],
        score=0.8,
        severity=Severity.CRITICAL if warmer > 6 else Severity.WARNING,
        check=("Look whether water runs over the whole pad; check pump, filter and float valve.",),
        drop_c=round(cooled, 2),
    )


def pad_drop(case: Case) -> pd.Series | None:
    """°C by which the house is cooler against outside than before the pad was switched on; None without a pad.

    Missing while the pad is off or has just been switched on.
    """
    if not case.has("pad_on", OUTSIDE) or not (case.column("pad_on") > 0).any():
        return None
    on = case.column("pad_on") > 0
    above = case.temperature - case.column(OUTSIDE)
    before = equipment.trailing(above.where(~on), 30, how="median", least=1).ffill()
    return (before - equipment.trailing(above, 15, how="median")).where(equipment.lasting(on, PAD_MINUTES))


def expected_drop(case: Case) -> pd.Series:
    """°C that a clean pad takes from the air outside: 0.7 of the way to the wet bulb; missing without its humidity."""
    outside, humidity = case.column(OUTSIDE), case.column("rh_pct_outside")
    return PAD_CLEAN * (outside - climate.wet_bulb(outside, humidity.clip(5, 99)))
