"""What is learned from the past of a house once a day, so that every look at it is quick; plain JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from farmlab import clock
from farmlab.features import air_balance, usual_day, water_feed
from farmlab.findings import air, alone
from farmlab.findings.case import Case
from farmlab.findings.table import AMOUNTS, detector_table, settings
from farmlab.models.layered import Layered
from farmlab.models.level import SETTLED_DAYS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from farmlab.domain import Flock, House, Sensor

FORMAT: Final = 9
"""Of what is learned; one in another format is learned anew."""
DAYS: Final = 21
"""How much history is worth reading."""
CONTEXT_HOURS: Final = 30
"""How much must be read before a window for a full look at it."""
DEFICIT_TIMES: Final = 2.0
MOST_DAYS: Final = 0.8
"""So many days lie below the limit, faults and catching left aside."""
FEWEST_DAYS: Final = 3
LEAST_DEFICIT: Final = {"side": 0.15, "tunnel": 0.115}
"""A smaller lack of air is within what inlets and gusts do."""
USUAL_HOURS: Final = (3.0, 12.0)
"""Water and feed are compared with the usual day over so many hours."""
CHANGES: Final = {"low": (0.12, 0.30), "high": (0.18, 0.50)}
"""Less than the first share is not worth a walk; the second is, whatever the past was like."""
CHANGE_TIMES: Final = 1.8
SETTLED_INTAKE_D: Final = 2
"""From this age in days on chicks drink and eat as the table says."""
FEWEST_DARK_HOURS: Final = 3
SAME_LIGHT_H: Final = 1.0
"""A light programme that differs by less is the same."""
HALF_DAY: Final = pd.Timedelta(hours=12)
TWO_DAYS: Final = pd.Timedelta(days=2)


def calibrate(
    wide: pd.DataFrame,
    sensors: Sequence[Sensor],
    *,
    house: House,
    flocks: Sequence[Flock],
    until: datetime,
    timezone: str,
) -> dict[str, Any]:
    """What is usual in this house, from its readings up to ``until``, as JSON values (see :func:`look`).

    Raises
    ------
    InsufficientData
        The house has less than three days of readings with birds in it.
    """
    past = wide[wide.index <= pd.Timestamp(until)]
    mine = [sensor for sensor in sensors if sensor.house == house.number]
    first = past.index[0].to_pydatetime() if len(past) else until
    case = Case(house, past, mine, flocks, first, until, timezone)
    detector = Layered(**settings(case)).fit(detector_table(case))
    return {
        "format": FORMAT,
        "detector": detector.to_state(),
        "alone": alone.learned(case),
        "air": _air(case),
        "places": air.learned(case) or {},
        "usual": _usual(case),
        "night_flow": _night_flow(case),
        "fitted_until": until.isoformat(),
        "grace": {**detector.grace_, **_new_flock(case)},
        "expected_rate": {str(column): round(float(rate), 4) for column, rate in detector.expected_rate_.items()},
    }


def _new_flock(case: Case) -> dict[str, str]:
    """Why levels are not judged yet, while the birds are new in the house."""
    age = case.flock.age_days(case.until, case.timezone) if case.flock else SETTLED_DAYS
    if age >= SETTLED_DAYS:
        return {}
    return {"all levels": f"the flock is {age} days old; levels are judged from day {SETTLED_DAYS} on"}


def _air(case: Case) -> dict[str, Any] | None:
    """The air balance of the house, and the deficit from which on something is wrong.

    That is well above what the highest of a day usually is; a median, since a fan may have been broken on some days.
    """
    balance = air_balance.fit(case.wide)
    if balance is None:
        return None
    lack = air_balance.deficit(case.wide, balance).where(case.ages.notna())
    in_tunnel = case.column("fans_tunnel_running").fillna(0) > 0
    found = {"side": _limit(case, lack[~in_tunnel], "side"), "tunnel": _limit(case, lack[in_tunnel], "tunnel")}
    known = [value for value in found.values() if value is not None]
    if not known:
        return None
    limits = {mode: value or max(known) for mode, value in found.items()}
    return {**balance.state(), "limit": limits, "usual": round(float(lack.median()), 3)}


def _limit(case: Case, lack: pd.Series, mode: str) -> float | None:
    highest = lack.groupby(water_feed.local_days(pd.DatetimeIndex(lack.index), case.timezone)).max().dropna()
    if len(highest) < FEWEST_DAYS:
        return None
    usual = max(DEFICIT_TIMES * float(highest.median()), 1.2 * float(highest.quantile(MOST_DAYS)))
    return round(float(min(max(LEAST_DEFICIT[mode], usual), 0.6)), 3)


def _usual(case: Case) -> dict[str, Any]:
    """By column: the usual day of water and feed, and how far it is left on most days, by hours."""
    table, known = detector_table(case), {}
    for metric in AMOUNTS:
        for sensor in case.sensors_of(metric)[:1]:
            if sensor.column in table:
                known[sensor.column] = _usual_day(case, table[sensor.column])
    return known


def _usual_day(case: Case, amount: pd.Series) -> dict[str, Any]:
    lived = amount[(case.ages >= SETTLED_INTAKE_D).to_numpy() | (not case.mine)]
    placed = case.flock.placed_on if case.flock else None
    if placed is not None:
        lived = lived[lived.index >= pd.Timestamp(clock.midnight(placed, case.timezone))]
    lit = lit_hours(case)
    alike = lived.where(~((lit - lit.iloc[-1]).abs() > SAME_LIGHT_H).reindex(lived.index)) if len(lit) else lived
    profile = usual_day.profile(alike, timezone=case.timezone)
    limits = {f"{hours:g}": _left(case, lived, hours) for hours in USUAL_HOURS}
    if not any(profile) and lived.notna().any():  # peaks are those of the light: an even day, until they are known
        profile = [float(lived.tail(round(TWO_DAYS / case.step)).median())] * usual_day.SLOTS
        limits = {f"{max(USUAL_HOURS):g}": {way: most for way, (_, most) in CHANGES.items()}}
    return {"profile": profile, "limits": limits, "lit_h": _number(lit)}


def lit_hours(case: Case) -> pd.Series:
    """Hours with light in the 24 hours before each reading; missing where it is not known."""

    def found() -> pd.Series:
        light = case.column("light_pct").ffill()
        lit = (light > 0).astype(float).where(light.notna())
        return 24 * lit.rolling("24h", min_periods=round(HALF_DAY / case.step)).mean()

    return case.once("lit hours", found)


def _number(values: pd.Series) -> float | None:
    known = values.dropna()
    return round(float(known.iloc[-1]), 2) if len(known) else None


def _left(case: Case, amount: pd.Series, hours: float) -> dict[str, float]:
    """The shares by which the usual day, as it was then, has to be left: too little, too much."""
    if amount.empty:
        return {way: most for way, (_, most) in CHANGES.items()}
    left = usual_day.changes(amount, hours=hours, timezone=case.timezone)
    groups = left.groupby(water_feed.local_days(pd.DatetimeIndex(left.index), case.timezone))
    extremes = {"low": -groups.min().dropna(), "high": groups.max().dropna()}
    return {way: _within(*CHANGES[way], days) for way, days in extremes.items()}


def _within(least: float, most: float, days: pd.Series) -> float:
    if len(days) < FEWEST_DAYS:
        return most
    return round(min(max(least, CHANGE_TIMES * float(days.median())), most), 3)


def _night_flow(case: Case) -> float | None:
    """Litres per hour that are usual in the dark; None without water meter, light, or nights."""
    hours = night_hours(case)
    return float(hours.median()) if len(hours) >= FEWEST_DARK_HOURS else None


def night_hours(case: Case) -> pd.Series:
    """Litres per hour in each dark hour of the case."""
    meters = case.sensors_of("water")
    if not meters or not case.has(meters[0].column, "light_pct"):
        return pd.Series(dtype=float, index=case.index[:0])
    meter = meters[0]
    added = water_feed.amounts(case.column(meter.column), kind=meter.counts, timezone=case.timezone)
    lived = case.ages.notna() if case.mine else pd.Series(True, index=case.index)
    return water_feed.night_flow(added.where(lived), case.column("light_pct"))
