"""Water and feed against what this flock takes at this age and hour: blocked lines, leaks, sick birds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.domain import Category, Severity
from farmlab.features import water_feed
from farmlab.findings.calibration import night_hours
from farmlab.findings.case import beyond, cause
from farmlab.findings.table import AMOUNTS
from farmlab.units import METRICS

if TYPE_CHECKING:
    from farmlab.domain import Finding, Hypothesis, Sensor
    from farmlab.findings.case import Case

DRY_MINUTES: Final = 150
"""No water for so long while the light is on; for a vaccination it is shut for up to two hours."""
CATCH_AGE: Final = 28
"""From this age in days on feed is withdrawn before birds are caught."""
LONGEST_WITHDRAWAL_H: Final = 16
"""Usual are 8 to 12 hours."""
HUNGRY_MINUTES: Final = 300
"""No feed for so long while the light is on: longer than between two fillings."""
LEAK_LPH: Final = 25.0
LEAK_TIMES: Final = 2.5
"""A leak: the flow in the dark is so much more, and so many times, what is usual."""
YOUNGEST: Final = 2
"""Before this age in days chicks have hardly begun."""
LEAST_CHANGE: Final = 0.10
"""Less than this share of the expected amount is not worth a walk."""


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
        why=(
            cause(f"no {metric} reaches the birds", 0.6, "the counter stands still in the light"),
            cause("the meter or its pulse line has failed", 0.3, "the birds would show it within hours"),
            cause("withdrawn on purpose", 0.1),
        ),
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
        why=(
            cause("feed withdrawn before birds are caught", 0.7, f"age {case.ages.loc[since]:.0f} d"),
            cause("no feed reaches the birds", 0.3, "the counter stands still in the light"),
        ),
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
        why=(
            cause("a drinker line leaks", 0.75, f"{flow:.0f} l/h while birds rest"),
            cause("lines were flushed, or the light was left on", 0.25, ""),
        ),
        check=("Walk the drinker lines in the dark and look for wet litter; close line by line at the meter.",),
        flow_lph=round(flow, 1),
    )


def _off_level(case: Case) -> list[Finding]:
    """Amounts whose level has left what the past days let expect at this hour."""
    if case.detection is None:
        return []
    look = case.detection.found
    change = look.change["offset"] / look.expected["trend"]  # as a share of a usual hour
    found = [_off(case, metric, look.scores, change) for metric in AMOUNTS]
    return [finding for finding in found if finding is not None]


def _off(case: Case, metric: str, scores: dict[str, pd.DataFrame], change: pd.DataFrame) -> Finding | None:
    column = METRICS[metric].column
    if column not in change:
        return None
    score = scores["offset"][column].where(scores["offset"][column] >= scores["trend"][column], scores["trend"][column])
    off = (score >= 0.5) & (change[column].abs() >= LEAST_CHANGE)
    when = case.stretch(off)
    if when is None:
        return None
    inside = change[column].loc[when[0] : when[1]].dropna()
    share = float(inside.iloc[int(inside.abs().argmax())])
    other = float(
        change[METRICS["feed" if metric == "water" else "water"].column].loc[: when[1]].dropna().tail(1).mean()
    )
    word = "under" if share < 0 else "over"
    age = f", age {case.ages.dropna().iloc[-1]:.0f} d" if case.ages.notna().any() else ""
    since = when[0] - pd.Timedelta(hours=3)
    return case.finding(
        Category.ANOMALY,
        f"{metric}_{'low' if share < 0 else 'high'}",
        metric,
        f"{metric.capitalize()} {100 * abs(share):.0f} % {word} expectation since {case.spoken(since)}{age}",
        since,
        end=when[1],
        score=float(score.loc[when[0] : when[1]].max()),
        severity=Severity.WARNING,
        why=_off_causes(metric, share, other),
        check=("Walk the birds; press nipples along each line; look for wet litter and at the water filter.",),
        share=round(share, 3),
    )


def _off_causes(metric: str, share: float, other: float) -> tuple[Hypothesis, ...]:
    partner = "feed" if metric == "water" else "water"
    said = f"{partner} {100 * other:+.0f} % against expectation" if np.isfinite(other) else f"{partner} unknown"
    follows = np.isfinite(other) and np.sign(other) == np.sign(share) and abs(other) > 0.04
    if share > 0:
        return (
            cause("heat", 0.4, said),
            cause("a leak or spilling drinkers" if metric == "water" else "spilt feed or a meter fault", 0.4, said),
            cause("flushing or medication", 0.2, ""),
        )
    return (
        cause("the birds are unwell: water falls first, then feed", 0.5 if follows else 0.3, said),
        cause(f"a blocked {metric} line", 0.3 if follows else 0.5, said),
        cause("the meter counts too little", 0.2, said),
    )
