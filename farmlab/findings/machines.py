"""Equipment that is switched on and does not do what it is there for: fans, heaters, augers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.domain import Category, Severity
from farmlab.features import air_balance, equipment, water_feed
from farmlab.findings.case import beyond, cause

if TYPE_CHECKING:
    from farmlab.domain import Finding, Hypothesis
    from farmlab.findings.case import Case

FAN_CONFIRM: Final = 15
FAN_CONFIRM_SEVERE: Final = 5
SEVERE: Final = 1.5
"""So many times the limit is believed sooner."""
HEAT_MINUTES: Final = 30
HEAT_LACK_C: Final = 1.0
"""°C below the set-point at which a heater that runs should have been felt."""
HEAT_RISE_C: Final = 0.2
AUGER_MINUTES: Final = 60
"""An auger fills the pans in less; runs of 45–60 min are the usual limit of controllers."""


def look(case: Case) -> list[Finding]:
    """Equipment faults in the window, while birds live in the house."""
    if not case.populated:
        return []
    return [finding for finding in (_fans(case), _heat(case), _auger(case)) if finding is not None]


def _fans(case: Case) -> Finding | None:
    """Fans that are on and move less air than inlets and pressure must show."""
    state = case.calibration.get("air")
    if not state:
        return None
    lack = air_balance.deficit(case.wide, air_balance.Balance.restored(state))
    slight = case.stretch(lack > state["limit"], confirm=FAN_CONFIRM)
    when = slight or case.stretch(lack > SEVERE * state["limit"], confirm=FAN_CONFIRM_SEVERE)
    if when is None:
        return None
    inside = lack.loc[when[0] : when[1]]
    worst, group = float(inside.max()), _running_group(case, when)
    warmer = (case.temperature - case.set_point).loc[when[0] : when[1]].max()
    return case.finding(
        Category.FAILURE,
        "fan_loss",
        group,
        f"{group.capitalize()} move {100 * worst:.0f} % less air than asked since {case.spoken(when[0])}",
        when[0],
        end=when[1],
        score=beyond(worst, state["limit"]),
        severity=Severity.CRITICAL if warmer > 2 else Severity.WARNING,
        why=_fan_causes(case, when, worst),
        check=(
            f"Walk past the {group}: check belt, breaker and shutter of each that should run.",
            "Check that no inlet hangs and no door is open.",
        ),
        deficit=round(worst, 3),
    )


def _running_group(case: Case, when: tuple[pd.Timestamp, pd.Timestamp | None]) -> str:
    """Which fans are running, mostly."""
    mean = {
        name: case.column(column).loc[when[0] : when[1]].mean()
        for name, column in (("tunnel fans", "fans_tunnel_running"), ("side fans", "fans_exhaust_running"))
    }
    known = {name: number for name, number in mean.items() if pd.notna(number) and number > 0}
    return max(known, key=lambda name: known[name]) if known else "fans"


def _fan_causes(case: Case, when: tuple[pd.Timestamp, pd.Timestamp | None], worst: float) -> tuple[Hypothesis, ...]:
    pressure = case.column("pressure_pa").loc[when[0] : when[1]].mean()
    target = case.column("pressure_set_pa").loc[when[0] : when[1]].mean()
    aim = f" (set {target:.0f})" if pd.notna(target) else ""
    said = f"pressure {pressure:.0f} Pa{aim}, {100 * worst:.0f} % of the asked air does not come through the inlets"
    return (
        cause("a fan that is on does not turn, or slips: belt, motor, breaker", 0.6, said),
        cause("air comes in elsewhere: an open door, a torn curtain", 0.25, said),
        cause("the pressure sensor or an inlet position is wrong", 0.15, said),
    )


def _heat(case: Case) -> Finding | None:
    """Heaters that are on while the house is too cold and does not get warmer."""
    if not case.has("heaters_running"):
        return None
    when, below = case.stretch(_useless_heat(case)), case.set_point - case.temperature
    if when is None:
        return None
    lack, count = float(below.loc[when[0] : when[1]].max()), case.column("heaters_running").loc[: when[0]].iloc[-1]
    burning = "1 heater" if count == 1 else f"{count:.0f} heaters"
    young = float(case.ages.iloc[-1]) <= 10
    return case.finding(
        Category.FAILURE,
        "heater",
        "heaters",
        f"{burning} on, yet {lack:.1f} °C too cold since {case.spoken(when[0])}",
        when[0],
        end=when[1],
        score=beyond(lack, HEAT_LACK_C),
        severity=Severity.CRITICAL if young or lack > 3 else Severity.WARNING,
        why=(
            cause("a heater does not light: igniter, valve, flame sensor", 0.6, "heat is called, no rise follows"),
            cause("no gas, or too little pressure", 0.25, "all heaters fail together"),
            cause("more cold air than heat: a door, an inlet, a fan", 0.15, "heat is called, no rise follows"),
        ),
        check=("Check the flame of each heater that is on, then gas level and pressure.",),
        lack_c=round(lack, 2),
    )


def _useless_heat(case: Case) -> pd.Series:
    """Where heaters have run for half an hour, and the house is still too cold and hardly warmer."""
    temperature, span = case.temperature, pd.Timedelta(minutes=HEAT_MINUTES)
    before = temperature.shift(freq=span).reindex(case.index, method="nearest", tolerance=case.step)
    below = equipment.trailing(case.set_point - temperature, HEAT_MINUTES, how="min")
    called = equipment.lasting(case.column("heaters_running") > 0, HEAT_MINUTES)
    return called & (below > HEAT_LACK_C) & (temperature - before < HEAT_RISE_C)


def _auger(case: Case) -> Finding | None:
    """An auger that runs and runs, and brings no feed."""
    meters = case.sensors_of("feed")
    if not meters or not case.has("auger_running", meters[0].column):
        return None
    kind, column = meters[0].counts, meters[0].column
    added = water_feed.amounts(case.column(column), kind=kind, timezone=case.timezone).fillna(0.0)
    none = equipment.trailing(added, AUGER_MINUTES, how="sum") <= 0
    when = case.stretch(equipment.lasting(case.column("auger_running") > 0, AUGER_MINUTES) & none)
    if when is None:
        return None
    since = when[0] - pd.Timedelta(minutes=AUGER_MINUTES)
    falling = _silo_falls(case, when)
    return case.finding(
        Category.FAILURE,
        "auger",
        "feed auger",
        f"Feed auger runs and brings no feed since {case.spoken(since)}",
        since,
        end=when[1],
        score=0.9,
        severity=Severity.CRITICAL,
        why=(
            cause("the auger is jammed or its motor slips", 0.6, "it is on, and the feed counter stands still"),
            cause("the silo is empty or bridged", 0.3 if falling is None else 0.35, _silo_words(falling)),
        ),
        check=("Look into the pans, then at auger, motor and silo outlet.",),
    )


def _silo_falls(case: Case, when: tuple[pd.Timestamp, pd.Timestamp | None]) -> float | None:
    silos = [sensor.column for sensor in case.sensors_of("silo") if sensor.column in case.wide.columns]
    if not silos:
        return None
    total = case.wide[silos].sum(axis=1, min_count=1).loc[when[0] : when[1]].dropna()
    return float(total.iloc[0] - total.iloc[-1]) if len(total) else None


def _silo_words(falling: float | None) -> str:
    if falling is None or not np.isfinite(falling):
        return "there is no silo weight to compare with"
    return f"the silos lost {falling:.0f} kg meanwhile"
