"""What the birds feel: temperature against its set-point, gases and humidity against their limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from farmlab.domain import Category, Severity
from farmlab.features import climate, equipment
from farmlab.features import flock as birds
from farmlab.findings.case import beyond
from farmlab.findings.table import OUTSIDE, SET_POINT
from farmlab.text import signed

if TYPE_CHECKING:
    from farmlab.domain import Finding
    from farmlab.findings.case import Case

TOLERANCE: Final = ((7, 2.0, 2.0), (21, 2.0, 2.5), (999, 2.5, 3.5))
"""Up to this age in days: °C that the house may be below and above its set-point."""
CRITICAL_HIGH: Final = 4.0
CRITICAL_LOW: Final = 3.0
OUTDOOR_EXCESS: Final = 4.5
"""°C above outside that a house can reach at full ventilation without anything being wrong."""
MILD_C: Final = 15.0
"""The limit of EU law on humidity holds below 10 °C outside; from here on outside air is damp itself."""
CONFIRM_MINUTES: Final = 20
SMOOTHED_MINUTES: Final = 10
DEAD_BAND_C: Final = 0.5
OFF_CURVE_C: Final = {"house": 3.0, "breed": 4.0}
"""Whose curve it is → °C that a set-point may lie beside it; that of a breed is an estimate."""
TYPED_WRONG: Final = 2.0
"""So many times as far is no manager's choice: as a rule two digits have changed places."""
OFF_CURVE_MINUTES: Final = 60
DEAD_BAND: Final = 0.95
"""A finding ends well within its limit only, so that it does not flicker."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit on the mean of some minutes: warning, critical, and where it comes from."""

    column: str
    label: str
    unit: str
    minutes: int
    warning: float
    critical: float
    source: str
    check: str


LIMITS: Final = (
    Limit(
        *("co2_ppm", "CO₂", "ppm", 60, 3500.0, 5000.0),
        "below 3000 ppm is the aim; direct-fired heating of chicks exceeds it in winter",
        "Raise minimum ventilation; check fans, inlets, and the burners.",
    ),
    Limit(
        *("nh3_ppm", "NH₃", "ppm", 120, 20.0, 35.0),
        "20 ppm is the limit of EU law at bird level",
        "Raise minimum ventilation; look for wet litter and leaking drinkers.",
    ),
    Limit(
        *("rh_pct", "Humidity", "%", 360, 80.0, 90.0),
        "above 80 % for six hours litter gets wet",
        "Raise minimum ventilation or heat; look for leaking drinkers.",
    ),
)


def look(case: Case) -> list[Finding]:
    """Limits that the house, while birds live in it, has left for long enough in the window."""
    if not case.populated:
        return []
    found = [*_temperature(case), _setting(case), *(_limit(case, limit) for limit in LIMITS)]
    return [finding for finding in found if finding is not None]


def _temperature(case: Case) -> list[Finding]:
    above = equipment.trailing(case.temperature - case.set_point, SMOOTHED_MINUTES, how="median")
    low = case.ages.map(lambda age: _tolerance(age)[0])
    high = case.ages.map(lambda age: _tolerance(age)[1])
    outside = case.column(OUTSIDE)
    unavoidable = outside.notna() & (case.temperature <= outside + OUTDOOR_EXCESS)
    found = []
    hot = case.stretch((above > high) & ~unavoidable, confirm=CONFIRM_MINUTES, goes_on=~(above < high - DEAD_BAND_C))
    if hot:
        found.append(_deviation(case, above, hot, "high"))
    over = above < CRITICAL_HIGH - DEAD_BAND_C
    weather = case.stretch((above > CRITICAL_HIGH) & unavoidable, confirm=CONFIRM_MINUTES, goes_on=~over)
    if weather:
        found.append(_deviation(case, above, weather, "heat"))
    cold = case.stretch(above < -low, confirm=CONFIRM_MINUTES, goes_on=~(above > DEAD_BAND_C - low))
    if cold:
        found.append(_deviation(case, above, cold, "low"))
    return found


def _tolerance(age: float) -> tuple[float, float]:
    return next(((low, high) for until, low, high in TOLERANCE if age <= until), (3.0, 4.0))


def _deviation(case: Case, above: pd.Series, when: tuple[pd.Timestamp, pd.Timestamp | None], kind: str) -> Finding:
    since, end = when
    inside = above.loc[since:end].dropna()
    worst = float(inside.iloc[int(inside.abs().argmax())])
    limit = CRITICAL_LOW if kind == "low" else CRITICAL_HIGH
    now = case.temperature.loc[since:end].dropna().iloc[-1]
    target = case.set_point.loc[since:end].dropna().iloc[-1]
    words = {"high": "Too warm", "low": "Too cold", "heat": "Hot as the weather"}[kind]
    return case.finding(
        Category.ANOMALY,
        f"temperature_{kind}",
        "house temperature",
        f"{words}: {now:.1f} °C (set {target:.1f}; {signed(now - target, 1)}) since {case.spoken(since)}",
        since,
        end=end,
        score=beyond(worst, limit / 2),
        severity=Severity.CRITICAL if abs(worst) > limit and kind != "heat" else Severity.WARNING,
        check=(_WHAT_TO_DO[kind],),
        worst_c=round(worst, 2),
    )


_WHAT_TO_DO: Final = {
    "high": "Look at the birds; check that the fans that are on move air, and that inlets and curtain are open.",
    "heat": "Check that all fans and the cooling pad run; look at the birds, and have the generator ready.",
    "low": "Look at the birds; check heaters and gas, and that inlets and doors are closed.",
}


def _setting(case: Case) -> Finding | None:
    """A set-point far from what it should be at this age: the house may follow it well, and still be wrong."""
    curve = birds.set_points(case.house, case.flock)
    if not curve or not case.has(SET_POINT):
        return None
    said, whose = case.column(SET_POINT), "house" if case.house.set_points else "breed"
    beside, limit = said - climate.set_point(case.ages, curve), OFF_CURVE_C[whose]
    goes_on = ~(beside.abs() < limit - DEAD_BAND_C)
    when = case.stretch(beside.abs() > limit, confirm=OFF_CURVE_MINUTES, goes_on=goes_on)
    if when is None:
        return None
    off = beside.loc[when[0] : when[1]].dropna()
    target, last = float(said.loc[off.index[-1]]), float(off.iloc[-1])
    return case.finding(
        Category.ANOMALY,
        "set_point",
        "set-point",
        f"Set-point {target:.1f} °C, {signed(last, 1)} °C beside the curve of the {whose}, "
        f"since {case.spoken(when[0])}",
        when[0],
        end=when[1],
        score=beyond(last, limit),
        severity=Severity.WARNING if abs(last) > TYPED_WRONG * limit else Severity.INFO,
        check=(
            "Look at the set-point in the controller: was it mistyped, or has the curve changed since it was told?",
        ),
        off_curve_c=round(last, 2),
    )


def _limit(case: Case, limit: Limit) -> Finding | None:
    if not case.has(limit.column):
        return None
    mean = equipment.trailing(case.column(limit.column), limit.minutes).where(case.ages.notna())
    if limit.column == "co2_ppm":  # burners without a flue add to it, and chicks are kept warm first
        burning = equipment.trailing(case.column("heaters_running").fillna(0), limit.minutes) > 0
        bound_now = pd.Series(limit.warning, index=case.index).where(~burning, limit.critical)
    else:
        bound_now = pd.Series(limit.warning, index=case.index)
    when = case.stretch(mean > bound_now, goes_on=~(mean < DEAD_BAND * bound_now))
    if when is None:
        return None
    bound = float(bound_now.loc[when[0]])
    worst = float(mean.loc[when[0] : when[1]].max())
    return case.finding(
        Category.ANOMALY,
        f"{limit.column}_high",
        limit.label,
        f"{limit.label} {worst:.0f} {limit.unit} (limit {bound:.0f}) since {case.spoken(when[0])}",
        when[0],
        end=when[1],
        score=beyond(worst, bound),
        severity=_severity(case, limit, worst, when),
        check=(limit.check,),
        limit=limit.source,
    )


def _severity(case: Case, limit: Limit, worst: float, when: tuple[pd.Timestamp, pd.Timestamp | None]) -> Severity:
    """How urgent a limit is; damp air in mild weather is the weather's, and more ventilation would not dry it."""
    if worst > limit.critical:
        return Severity.CRITICAL
    outside = case.column(OUTSIDE).loc[when[0] : when[1]].mean()
    mild = limit.column == "rh_pct" and pd.notna(outside) and float(outside) >= MILD_C
    return Severity.INFO if mild else Severity.WARNING
