"""Air that is asked for and does not come: fans that do not turn, power that is cut, inlets that hang."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from farmlab.domain import Category, EventKind, Severity
from farmlab.features import air_balance
from farmlab.findings import seen
from farmlab.findings.case import beyond, capital

if TYPE_CHECKING:
    from farmlab.domain import Finding
    from farmlab.findings.case import Case

CLEAR: Final = 0.6
"""A lack of air is over below this share of its limit."""
QUICK: Final = 3
SOONER: Final = ((3, 1.5, 0.25), (2, 2.5, 0.4))
"""Readings in a row that are enough when each lacks so many times the limit, and such a share of the air at least."""
NOTHING: Final = 0.85
"""From this share on, nothing comes in at all."""
OPEN_PCT: Final = 3.0
"""Inlets that are further open were not closed by a controller that looks for pressure."""
HANGS_READINGS: Final = 5
UNMOVED_PCT: Final = 1.0
TOO_LITTLE: Final = 0.5
TOO_MUCH: Final = 1.8
"""Pressure against its target from which on inlets should have moved."""
LEAST_PA: Final = 8.0
"""A target below this is too near to noise."""
ALARM: Final = pd.Timedelta(minutes=10)
"""An alarm without an end is taken to have been a short one."""
UNEVEN_CONFIRM: Final = 60
UNEVEN_CLEAR: Final = 0.7
LEAST_PLACES: Final = 3
LEAST_UNEVEN: Final = 0.8
UNEVEN_TIMES: Final = 2.0


def look(case: Case) -> list[Finding]:
    """Lacks of air in the window."""
    return [found for found in (_power(case), _fans(case), _inlet(case), _uneven(case)) if found is not None]


def shortfall(case: Case) -> pd.Series:
    """The share of the fans' air that does not come in at each reading; missing without a calibration."""
    state = case.calibration.get("air")
    if not state:
        return pd.Series(float("nan"), index=case.index)
    return case.once("shortfall", lambda: air_balance.shortfall(case.wide, air_balance.Balance.restored(state)))


def deficit(case: Case, *, readings: int = air_balance.READINGS) -> pd.Series:
    """The share that is believed to be missing (:func:`~farmlab.features.air_balance.deficit`)."""
    state = case.calibration.get("air")
    if not state:
        return pd.Series(float("nan"), index=case.index)
    balance = air_balance.Balance.restored(state)
    return case.once(f"deficit {readings}", lambda: air_balance.deficit(case.wide, balance, readings=readings))


def limits(case: Case) -> pd.Series:
    """The deficit from which on something is wrong, at each reading: that of side fans or of the tunnel."""
    known = case.calibration["air"]["limit"]
    in_tunnel = case.column("fans_tunnel_running").fillna(0) > 0
    return pd.Series(float(known["side"]), index=case.index).mask(in_tunnel, float(known["tunnel"]))


def _fans(case: Case) -> Finding | None:
    """Fans that are on and move less air than inlets and pressure must show."""
    if not case.calibration.get("air"):
        return None
    lack, limit = deficit(case), limits(case)
    severe = _severe(case, limit)
    when = case.stretch((lack > limit) | severe, goes_on=~(lack < CLEAR * limit) | severe)
    if when is None:
        return None
    since = _first_of(case, when[0])
    inside = deficit(case, readings=QUICK).loc[when[0] : when[1]]
    worst, group = float(inside.max()), running_group(case, when)
    warmer = (case.temperature - case.set_point).loc[since : when[1]].max()
    return case.finding(
        Category.FAILURE,
        "fan_loss",
        group,
        f"{capital(group)} move {100 * worst:.0f} % less air than asked since {case.spoken(since)}",
        since,
        end=when[1],
        score=beyond(worst, float(limit.loc[when[0]])),
        severity=Severity.CRITICAL if warmer > 2 else Severity.WARNING,
        check=(
            f"Walk past the {group}: check belt, breaker and shutter of each that should run.",
            "Check that no inlet hangs and no door is open.",
        ),
        deficit=round(worst, 3),
        seen_as=_seen(deficit(case, readings=QUICK), limit, since),
    )


def _seen(lack: pd.Series, limit: pd.Series, since: pd.Timestamp) -> dict[str, Any]:
    """The air that was missing, beside what may be."""
    frame = pd.DataFrame({"seen": 100 * lack, "lower": 0.0, "upper": 100 * limit})
    return seen.kept(frame, since=since, label="air of the fans that is missing", unit="%")


def _severe(case: Case, limit: pd.Series) -> pd.Series:
    """Where so much air is missing that fewer readings are enough."""
    enough = pd.Series(False, index=case.index)
    for readings, times, least in SOONER:
        enough |= deficit(case, readings=readings) > np.maximum(times * limit, least)
    return enough


def _first_of(case: Case, told: pd.Timestamp) -> pd.Timestamp:
    """The first of the readings with running fans that together told it."""
    seen = shortfall(case).loc[:told].dropna().tail(air_balance.READINGS)
    lacking = seen > float(limits(case).loc[told])
    enough = seen[lacking[::-1].cummin()[::-1]]
    return enough.index[0] if len(enough) else told


def running_group(case: Case, when: tuple[pd.Timestamp, pd.Timestamp | None]) -> str:
    """Which fans are running, mostly."""
    mean = {
        name: case.column(column).loc[when[0] : when[1]].mean()
        for name, column in (("tunnel fans", "fans_tunnel_running"), ("side fans", "fans_exhaust_running"))
    }
    known = {name: number for name, number in mean.items() if pd.notna(number) and number > 0}
    return max(known, key=lambda name: known[name]) if known else "fans"


def _power(case: Case) -> Finding | None:
    """No pressure at all from all the fans that are on, while inlets stay as they were: nothing has power."""
    lack = shortfall(case)
    seen = lack.dropna()
    alarmed = power_alarms(case)
    shown = opening(case).reindex(seen.index)
    none = (seen > NOTHING) & (shown > OPEN_PCT) & case.ages.reindex(seen.index).notna()
    twice = none & none.shift(fill_value=False)
    when = case.stretch(twice.reindex(case.index, fill_value=False) | alarmed, goes_on=~(lack < NOTHING) | alarmed)
    if when is None:
        return None
    since = seen.index[max(int(seen.index.searchsorted(when[0])) - 1, 0)] if not alarmed.loc[when[0]] else when[0]
    return case.finding(
        Category.FAILURE,
        "power_cut",
        "power supply",
        f"No fan moves air although switched on since {case.spoken(since)}: no power?",
        since,
        end=when[1],
        score=0.9,
        severity=Severity.CRITICAL,
        check=("Look at the birds; check the mains, the breakers, and that the generator runs.",),
    )


def power_alarms(case: Case) -> pd.Series:
    """Where an alarm of the controller says that the power has failed."""
    said = pd.Series(False, index=case.index)
    for event in case.events:
        if event.kind == EventKind.ALARM and "power" in event.message.lower() and event.house == case.house.number:
            first = pd.Timestamp(event.time)
            last = pd.Timestamp(event.ended_at) if event.ended_at is not None else first + ALARM
            said |= (case.index >= first) & (case.index <= max(last, first + case.step))
    return said


def opening(case: Case) -> pd.Series:
    """How far the inlets in use are open, in %."""
    side = [c for c in case.wide.columns if str(c).startswith("inlet_pct") and c != "inlet_pct_tunnel"]
    in_tunnel = case.column("fans_tunnel_running").fillna(0) > 0
    shown = case.wide[side].mean(axis=1) if side else pd.Series(float("nan"), index=case.index)
    return shown.mask(in_tunnel, case.column("inlet_pct_tunnel"))


def _inlet(case: Case) -> Finding | None:
    """Side inlets that stay where they are while the pressure is far from its target."""
    off = off_target(case)
    when = case.stretch(off.abs() > 0, goes_on=~(off == 0))
    if when is None or not case.has("pressure_set_pa"):
        return None
    inside = case.column("pressure_pa")[runs(case)].loc[when[0] : when[1]].median()
    target = float(case.column("pressure_set_pa").loc[: when[0]].dropna().iloc[-1])
    shown = float(opening(case).loc[when[0] : when[1]].median())
    return case.finding(
        Category.FAILURE,
        "inlet",
        "side inlets",
        f"Inlets stay at {shown:.0f} % although pressure is {inside:.0f} Pa (set {target:.0f})"
        f" since {case.spoken(when[0])}",
        when[0],
        end=when[1],
        score=0.85,
        severity=Severity.WARNING,
        check=("Look at the inlets along both walls: cable, winch, actuator; then at open doors.",),
    )


def runs(case: Case) -> pd.Series:
    """Where side fans alone run."""
    tunnel = case.column("fans_tunnel_running").fillna(0)
    return (case.column("fans_exhaust_running") > 0) & (tunnel == 0)


def _fully(case: Case) -> pd.Series:
    """Where as many side fans run as at most in the last hour: inlets are set for these, not for a timer's rests."""
    fans = case.column("fans_exhaust_running")
    return fans >= fans.rolling("60min", min_periods=1).max()


def off_target(case: Case) -> pd.Series:
    """−1 or 1 where the last readings with running fans all had too little or too much pressure and inlets unmoved.

    0 where not so, missing while no side fan runs.
    """
    shown, running = opening(case), runs(case) & _fully(case)
    ratio = (case.column("pressure_pa") / case.column("pressure_set_pa").where(lambda pa: pa >= LEAST_PA))[running]
    last = ratio.rolling(HANGS_READINGS)
    moved = shown[running].rolling(HANGS_READINGS).max() - shown[running].rolling(HANGS_READINGS).min()
    free = shown[running].between(OPEN_PCT, 100 - OPEN_PCT)
    still = (moved <= UNMOVED_PCT) & free
    said = (last.min() > TOO_MUCH).astype(float) - (last.max() < TOO_LITTLE).astype(float)
    return said.where(still, 0.0).where(moved.notna() & ratio.notna()).reindex(case.index)


def unevenness(case: Case) -> pd.Series:
    """K by which one end of the house is warmer than usual, an hour's mean; missing without places learned."""
    usual = pd.Series(case.calibration.get("places", {}).get("usual", {}), dtype=float)
    columns = [column for column in usual.index if column in case.wide.columns]
    if len(columns) < LEAST_PLACES:
        return pd.Series(float("nan"), index=case.index)
    return case.once("unevenness", lambda: slope(case.wide[columns] - usual[columns]))


def slope(apart: pd.DataFrame) -> pd.Series:
    """K between the first and the last of sensors in order, less what is not in line; an hour's mean.

    >>> times = pd.date_range("2026-07-01", periods=13, freq="5min", tz="UTC")
    >>> table = pd.DataFrame({"a": 20.0, "b": 21.0, "c": 22.0}, index=times)
    >>> print(slope(table).iloc[-1].round(3))
    2.0
    """
    hourly = apart.rolling("60min", min_periods=3).mean()
    level = hourly.sub(hourly.mean(axis=1), axis=0)
    place = pd.Series(range(apart.shape[1]), index=apart.columns, dtype=float)
    place = (place - place.mean()) / (place.max() - place.min())
    tilt = level.mul(place, axis=1).sum(axis=1, min_count=apart.shape[1]) / float((place**2).sum())
    line = pd.DataFrame({column: tilt * place[column] for column in apart.columns})
    rest = (level - line).abs().max(axis=1)
    sure: pd.Series = tilt.abs().sub(2 * rest).clip(lower=0) * np.sign(tilt)
    return sure


def _uneven(case: Case) -> Finding | None:
    """A house that is warmer at one end than it usually is, more and more from sensor to sensor."""
    limit = case.calibration.get("places", {}).get("limit")
    if limit is None:
        return None
    apart = unevenness(case)
    when = case.stretch(apart.abs() > limit, confirm=UNEVEN_CONFIRM, goes_on=~(apart.abs() < UNEVEN_CLEAR * limit))
    if when is None:
        return None
    worst = float(apart.loc[when[0] : when[1]].abs().max())
    return case.finding(
        Category.ANOMALY,
        "uneven",
        "house temperature",
        f"One end of the house {worst:.1f} °C warmer than usual since {case.spoken(when[0])}",
        when[0],
        end=when[1],
        score=beyond(worst, limit),
        severity=Severity.WARNING,
        check=("Compare inlets at both ends of the house; look for one that hangs, and for an open door.",),
        apart_c=round(worst, 2),
    )


def learned(case: Case) -> dict[str, object] | None:
    """Usual differences between the places of the temperature sensors, and the limit for one end against the other."""
    columns = [s.column for s in case.sensors_of("temp") if s.position and s.column in case.wide.columns]
    columns = [column for column in columns if case.wide[column].notna().mean() > 0.5]
    if len(columns) < LEAST_PLACES:
        return None
    lived = case.wide[columns][case.ages.notna().to_numpy()]
    usual = lived.sub(lived.median(axis=1), axis=0).median()
    daily = slope(lived - usual).abs().groupby(pd.DatetimeIndex(lived.index).date).max().dropna()
    if len(daily) < 3:
        return None
    limit = max(LEAST_UNEVEN, UNEVEN_TIMES * float(daily.median()))
    return {"usual": {column: round(float(value), 3) for column, value in usual.items()}, "limit": round(limit, 3)}
