"""Water and feed against what this flock takes at this age and hour: blocked lines, leaks, sick birds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from farmlab.domain import Category, Severity
from farmlab.features import usual_day, water_feed
from farmlab.findings import seen
from farmlab.findings.calibration import SAME_LIGHT_H, lit_hours, night_hours
from farmlab.findings.case import beyond, capital
from farmlab.findings.table import AMOUNTS, detector_table
from farmlab.units import METRICS

if TYPE_CHECKING:
    from farmlab.domain import Finding, Sensor
    from farmlab.findings.case import Case

DRY_MINUTES: Final = 150
"""No water for so long while the light is on; for a vaccination it is shut for up to two hours."""
CATCH_AGE: Final = 28
"""From this age in days on feed is withdrawn before birds are caught."""
LONGEST_WITHDRAWAL_H: Final = 16
"""Usual are 8 to 12 hours."""
HUNGRY_MINUTES: Final = 300
"""No feed for so long while the light is on: longer than between two fillings."""
LEAK_LPH: Final = 12.0
LEAK_TIMES: Final = 2.5
"""A leak: the flow in the dark is so much more, and so many times, what is usual."""
YOUNGEST: Final = 2
"""Before this age in days chicks have hardly begun."""
CONFIRM_MINUTES: Final = 50
LONG_HOURS: Final = 12.0
CLEAR: Final = 0.6
"""An amount is usual again below this share of its limit."""


def look(case: Case) -> list[Finding]:
    """Findings on water and feed in the window, while birds live in the house."""
    if not case.populated or float(np.nan_to_num(case.ages.iloc[-1])) < YOUNGEST:
        return []
    stopped = [_stopped(case, "water", DRY_MINUTES), _stopped(case, "feed", HUNGRY_MINUTES)]
    found = [_leak(case), *stopped]
    if not any(stopped):
        found += _off_level(case)
    return [finding for finding in found if finding is not None]


def _meter(case: Case, metric: str) -> Sensor | None:
    return next((s for s in case.sensors_of(metric) if s.column in case.wide.columns), None)


def _stopped(case: Case, metric: str, minutes: int) -> Finding | None:
    """A meter that stands still in the light while birds live there."""
    meter = _meter(case, metric)
    if meter is None or not case.has(meter.column):
        return None
    added = water_feed.amounts(case.column(meter.column), kind=meter.counts, timezone=case.timezone)
    lit = case.column("light_pct").fillna(100) > 0 if case.has("light_pct") else pd.Series(True, index=case.index)
    dry = lit & case.ages.ge(YOUNGEST) & (added == 0)
    when = case.stretch(dry, confirm=minutes)
    if when is None:
        return None
    if metric == "feed" and _may_be_withdrawn(case, *when):
        return _catching(case, *when)
    return case.finding(
        Category.FAILURE,
        f"no_{metric}",
        metric,
        f"No {metric} counted since {case.spoken(when[0])}, with the light on",
        when[0],
        end=when[1],
        score=0.9,
        severity=Severity.CRITICAL if metric == "water" else Severity.WARNING,
        check=(_STOPPED[metric],),
    )


def _may_be_withdrawn(case: Case, since: pd.Timestamp, end: pd.Timestamp | None) -> bool:
    lasted = (end or case.index[-1]) - since
    return float(case.ages.loc[since]) >= CATCH_AGE and lasted <= pd.Timedelta(hours=LONGEST_WITHDRAWAL_H)


def _catching(case: Case, since: pd.Timestamp, end: pd.Timestamp | None) -> Finding:
    """Feed that stands still as it does before birds are caught; open doors and quiet meters go with that."""
    return case.finding(
        Category.OPERATION,
        "catching",
        "flock",
        f"Feed stands still since {case.spoken(since)}: withdrawn before catching?",
        since,
        end=end,
        score=0.7,
        severity=Severity.INFO,
        check=("If no birds are to be caught: look into the pans; check auger, feed lines and silo.",),
    )


_STOPPED: Final = {
    "water": "Look at the birds and press a nipple; check valve, filter and pressure, then the meter.",
    "feed": "Look into the pans; check auger, feed lines and silo, then the meter.",
}


def _leak(case: Case) -> Finding | None:
    """Water that flows in the dark, when birds do not drink."""
    usual = case.calibration.get("night_flow")
    hours = night_hours(case)
    inside = hours[hours.index > pd.Timestamp(case.start)]
    if usual is None or len(inside) < 2:
        return None
    much = inside > max(usual + LEAK_LPH, LEAK_TIMES * usual)
    both = much & much.shift(fill_value=False)
    if not both.any():
        return None
    since, flow = both.idxmax() - pd.Timedelta(hours=2), float(inside[much].median())
    return case.finding(
        Category.FAILURE,
        "water_leak",
        "water line",
        f"{flow:.0f} l/h of water in the dark (usual {usual:.0f}) since {case.spoken(since)}",
        since,
        score=beyond(flow, usual + LEAK_LPH),
        check=("Walk the drinker lines in the dark and look for wet litter; close line by line at the meter.",),
        flow_lph=round(flow, 1),
    )


def _off_level(case: Case) -> list[Finding]:
    """Amounts that have left what this flock takes on a usual day at these hours."""
    found = [_off(case, metric) for metric in AMOUNTS]
    return [finding for finding in found if finding is not None]


def change(case: Case, metric: str, *, hours: float) -> pd.Series:
    """By how much the last hours differ from the usual day, as a share, by half-hour; empty when not learned."""
    column = METRICS[metric].column
    known = case.calibration.get("usual", {}).get(column)
    if known is None or column not in case.wide.columns:
        return pd.Series(dtype=float, index=case.index[:0])

    def left() -> pd.Series:
        found = usual_day.change(_taken(case)[column], known["profile"], hours=hours, timezone=case.timezone)
        if hours >= LONG_HOURS:
            return found
        moved = _by_light(case, metric).reindex(found.index, method="ffill").fillna(0.0)
        return found.where(moved == 0)

    return case.once(f"{column} over {hours:g} h", left)


def _by_light(case: Case, metric: str) -> pd.Series:
    """The share that another light programme than that of the usual day may explain; 0 where it is the same.

    Birds spread what they take over the light, with a peak before it goes: the peaks move at once, which the median
    of half a day does not see, and the rest goes with the hours of light.
    """
    usual_h = case.calibration.get("usual", {}).get(METRICS[metric].column, {}).get("lit_h")
    if not usual_h:
        return pd.Series(0.0, index=case.index)

    def share() -> pd.Series:
        off_h: pd.Series = (lit_hours(case) - usual_h).abs()
        explained: pd.Series = (off_h / usual_h).where(off_h > SAME_LIGHT_H, 0.0)
        return explained

    return case.once(f"{metric} by light", share)


def _taken(case: Case) -> pd.DataFrame:
    return case.detection.table if case.detection is not None else case.once("table", lambda: detector_table(case))


def _off(case: Case, metric: str) -> Finding | None:
    """Of too little and too much, over few and many hours: what still goes on, and of that the clearest."""
    limits = case.calibration.get("usual", {}).get(METRICS[metric].column, {}).get("limits", {})
    found = [
        _off_over(case, metric, float(hours), limit[way], sign)
        for hours, limit in limits.items()
        for way, sign in (("low", -1), ("high", 1))
    ]
    told = [finding for finding in found if finding is not None]
    return max(told, key=lambda finding: (finding.end is None, finding.score), default=None)


def _off_over(case: Case, metric: str, hours: float, limit: float, sign: int) -> Finding | None:
    left = change(case, metric, hours=hours).reindex(case.index, method="ffill", limit=7)
    moved = _by_light(case, metric)
    here = sign * left - moved
    judged = (moved == 0) | (hours >= LONG_HOURS)
    when = case.stretch(here > limit, confirm=CONFIRM_MINUTES, goes_on=~(here < CLEAR * limit) & judged)
    if when is None:
        return None
    share = sign * float((sign * left).loc[when[0] : when[1]].max())
    word = "under" if share < 0 else "over"
    age = f", age {case.ages.dropna().iloc[-1]:.0f} d" if case.ages.notna().any() else ""
    since = when[0] - pd.Timedelta(hours=hours / 2)
    return case.finding(
        Category.ANOMALY,
        f"{metric}_{'low' if share < 0 else 'high'}",
        metric,
        f"{capital(METRICS[metric].label)} {100 * abs(share):.0f} % {word} expectation since {case.spoken(since)}{age}",
        since,
        end=when[1],
        score=beyond(share, limit),
        severity=Severity.WARNING if metric == "water" or share < 0 else Severity.INFO,
        check=("Walk the birds; press nipples along each line; look for wet litter and at the water filter.",),
        share=round(share, 3),
        hours=hours,
        seen_as=_seen(case, metric, since),
    )


def _seen(case: Case, metric: str, since: pd.Timestamp) -> dict[str, Any]:
    """What was taken beside the usual day, in percent of what the age lets expect."""
    column = METRICS[metric].column
    usual = case.calibration["usual"][column]["profile"]
    both = 100 * usual_day.beside(_taken(case)[column], usual, timezone=case.timezone)
    return seen.kept(both, since=since, label=f"{METRICS[metric].label} for the age", unit="%")
