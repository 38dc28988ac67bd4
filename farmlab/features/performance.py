"""How well data come in and analyses run: attempts, delays, completeness and run times, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from farmlab import clock
from farmlab.domain import RunStatus, SyncStatus

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from farmlab.domain import Run, SyncRun

_ENDED = (SyncStatus.SUCCESS, SyncStatus.PARTIAL, SyncStatus.FAILED)


def sync_days(syncs: Iterable[SyncRun], timezone: str) -> pd.DataFrame:
    """One row a day (its midnight on the farm's clock): attempts, partial, failed, and ``success_pct``.

    A partial attempt, in which single houses failed, counts half. Attempts that go on are left out.
    """
    ended = [sync for sync in syncs if sync.status in _ENDED]
    table = pd.DataFrame(
        {
            "day": _days(pd.DatetimeIndex([sync.started_at for sync in ended], tz="UTC"), timezone),
            "attempts": 1,
            "partial": [int(sync.status is SyncStatus.PARTIAL) for sync in ended],
            "failed": [int(sync.status is SyncStatus.FAILED) for sync in ended],
        }
    )
    days = table.groupby("day").sum()
    lost = days["failed"] + 0.5 * days["partial"]
    return days.assign(success_pct=100 * (1 - lost / days["attempts"]))


def latency_days(time: pd.Series, learned_at: pd.Series, timezone: str) -> pd.DataFrame:
    """One row a day: how many minutes after it was measured a reading was known, ``median_min`` and ``p95_min``."""
    minutes = (learned_at - time).dt.total_seconds() / 60
    grouped = minutes.groupby(_days(pd.DatetimeIndex(time), timezone))
    return pd.DataFrame({"median_min": grouped.median(), "p95_min": grouped.quantile(0.95)}).rename_axis("day")


def completeness_days(
    time: pd.Series, sensors: int, *, start: datetime, until: datetime, step: timedelta, timezone: str
) -> pd.Series:
    """Percent of the expected readings of a house that came, by day: one reading a sensor and step.

    ``time`` holds the times of its readings in (start, until]. Days without a single reading are 0.
    """
    first, last = (pd.Timestamp(clock.midnight(clock.local_date(end, timezone), timezone)) for end in (start, until))
    midnights = _midnights(first, last, timezone)
    edges = pd.to_datetime([start, *midnights[1:], until], utc=True)
    expected = pd.Series(np.diff(edges.as_unit("ms").asi8) / _ms(step) * max(sensors, 1), index=midnights)
    came = time.groupby(_days(pd.DatetimeIndex(time), timezone)).count().reindex(midnights, fill_value=0)
    share = (100 * came / expected.where(expected > 0)).clip(upper=100)
    return share.rename("completeness_pct").rename_axis("day").dropna()


def run_times(runs: Iterable[Run]) -> pd.DataFrame:
    """One row an analysis: runs, failed, ``nothing_new``, and the seconds of those that were executed."""
    rows = [
        {
            "notebook": run.notebook,
            "failed": int(run.status is RunStatus.FAILED),
            "nothing_new": int(run.status is RunStatus.SKIPPED),
            "seconds": _seconds(run) if run.status in (RunStatus.DONE, RunStatus.DISQUALIFIED) else np.nan,
        }
        for run in runs
        if run.started_at and run.ended_at and (run.page or run.status is RunStatus.FAILED)
    ]
    table = pd.DataFrame(rows, columns=["notebook", "failed", "nothing_new", "seconds"])
    grouped = table.groupby("notebook")
    counts = grouped[["failed", "nothing_new"]].sum().astype(int)
    seconds = table["seconds"].astype(float).groupby(table["notebook"])
    times = {"median_s": seconds.median(), "p95_s": seconds.quantile(0.95), "max_s": seconds.max()}
    return pd.concat([grouped.size().rename("runs"), counts, pd.DataFrame(times)], axis="columns").reset_index()


def _seconds(run: Run) -> float:
    assert run.started_at is not None
    assert run.ended_at is not None
    return (run.ended_at - run.started_at).total_seconds()


def _ms(span: timedelta) -> float:
    return span.total_seconds() * 1000


def _days(times: pd.DatetimeIndex, timezone: str) -> pd.DatetimeIndex:
    """The midnight of the farm at which the day of each moment began, in UTC."""
    return times.tz_convert(clock.zone(timezone)).normalize().tz_convert("UTC")


def _midnights(first: pd.Timestamp, last: pd.Timestamp, timezone: str) -> pd.DatetimeIndex:
    zone = clock.zone(timezone)
    return pd.date_range(first.tz_convert(zone), last.tz_convert(zone), freq="D").tz_convert("UTC")
