"""What stands between a house and its figures: silence, flagged readings, failing syncs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from farmlab import clock, quality
from farmlab.domain import Category, Finding, Severity, SyncStatus
from farmlab.findings.case import beyond, cause, dated
from farmlab.quality.rules import LEAST_STALE_S, OF_BIRDS, STALE_READINGS
from farmlab.quality.verdict import FLAGGED_WARNING, STALE_HOURS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from farmlab.domain import SyncRun
    from farmlab.findings.case import Case

FAILED_SYNCS: Final = 3
"""So many failed attempts in a row are a finding."""


def look(case: Case, *, step: timedelta) -> list[Finding]:
    """Silence of the house, and too many readings that cannot be right."""
    silent = _silence(case, step)
    if silent is not None:
        return [silent]
    flagged = _flagged(case, step)
    return [flagged] if flagged is not None else []


def _silence(case: Case, step: timedelta) -> Finding | None:
    columns = [sensor.column for sensor in case.sensors if sensor.column in case.wide.columns]
    known = case.wide[columns].dropna(how="all")
    newest = known.index.max() if len(known) else None
    age = (pd.Timestamp(case.until) - newest).total_seconds() if newest is not None else float("inf")
    limit = max(STALE_READINGS * step.total_seconds(), LEAST_STALE_S)
    if age <= limit or not case.sensors:
        return None
    since = newest if newest is not None else pd.Timestamp(case.start)
    span = clock.in_words(pd.Timestamp(case.until) - since)
    words = f"No data since {case.spoken(since)}, {span}"
    return case.finding(
        Category.OPERATION,
        "no_data",
        "connection",
        words if newest is not None else f"No data in the last {span}",
        since,
        score=beyond(age / 3600, limit / 3600),
        severity=Severity.CRITICAL if case.populated and age > STALE_HOURS * 3600 else Severity.WARNING,
        why=(
            cause("the connection: router, gateway, or the service behind it", 0.7, "all sensors fell silent at once"),
            cause("no power at the controller", 0.3, "all sensors fell silent at once"),
        ),
        check=("Look at the controller on site: is it on, and does it show the network? Then router and gateway.",),
    )


def _flagged(case: Case, step: timedelta) -> Finding | None:
    """More than a tenth of the readings of a house marked by a rule."""
    judged = [sensor for sensor in case.sensors if sensor.metric not in OF_BIRDS]
    flags = quality.flag(
        case.wide, judged, step=step, start=case.start, until=case.until, flocks=case.mine, timezone=case.timezone
    )
    marked = flags[flags["rule"].isin(["range", "spike", "stuck"])].drop_duplicates(["sensor", "time"])
    columns = [sensor.column for sensor in judged if sensor.column in case.wide.columns]
    came = int(case.wide.loc[case.inside, columns].notna().sum().sum())
    if not came or len(marked) <= FLAGGED_WARNING * came:
        return None
    share = len(marked) / came
    worst = marked["sensor"].value_counts().index[:3].tolist()
    return case.finding(
        Category.OPERATION,
        "flagged",
        "readings",
        f"{100 * share:.0f} % of the readings cannot be right since {case.spoken(marked['time'].min())}",
        marked["time"].min(),
        score=beyond(share, FLAGGED_WARNING),
        why=(cause("several sensors, or the bus or board they share", 0.7, ", ".join(worst)),),
        check=("Look at the sensors named, and at the board and cable they share.",),
        share=round(share, 3),
    )


def of_syncs(farm: str, syncs: Sequence[SyncRun], *, timezone: str) -> list[Finding]:
    """A finding when the last three attempts to take data in have failed; ``syncs`` in any order."""
    ended = sorted((s for s in syncs if s.status is not SyncStatus.RUNNING), key=lambda s: s.started_at, reverse=True)
    failed = []
    for sync in ended:
        if sync.status is not SyncStatus.FAILED:
            break
        failed.append(sync)
    if len(failed) < FAILED_SYNCS:
        return []
    first, last = failed[-1], failed[0]
    since = dated(first.started_at, timezone)
    return [
        Finding(
            category=Category.OPERATION,
            kind="sync_failed",
            house=0,
            farm=farm,
            subject=first.source,
            title=f"No readings could be fetched since {since}, {len(failed)} attempts",
            start=first.started_at,
            detected_at=last.started_at,
            score=beyond(len(failed), FAILED_SYNCS - 1),
            severity=Severity.WARNING,
            why=(cause("the source, the network, or the password", 0.8, last.error),),
            check=("Read the error, then test the connection: farmlab farm test.",),
        )
    ]
