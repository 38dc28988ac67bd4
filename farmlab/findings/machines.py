"""Equipment that is switched on and does not do what it is there for: fans, inlets, heaters, pads, augers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from farmlab.domain import Category, Severity
from farmlab.features import equipment, water_feed
from farmlab.findings import air, heat

if TYPE_CHECKING:
    from farmlab.domain import Finding
    from farmlab.findings.case import Case

AUGER_MINUTES: Final = 60
"""An auger fills the pans in less; runs of 45–60 min are the usual limit of controllers."""


def look(case: Case) -> list[Finding]:
    """Equipment faults in the window, while birds live in the house."""
    if not case.populated:
        return []
    jammed = _auger(case)
    return [*air.look(case), *heat.look(case), *([jammed] if jammed is not None else [])]


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
    return case.finding(
        Category.FAILURE,
        "auger",
        "feed auger",
        f"Feed auger runs and brings no feed since {case.spoken(since)}",
        since,
        end=when[1],
        score=0.9,
        severity=Severity.CRITICAL,
        check=("Look into the pans, then at auger, motor and silo outlet.",),
    )
