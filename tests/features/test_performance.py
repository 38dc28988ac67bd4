from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from farmlab.domain import Run, RunStatus, SyncRun, SyncStatus
from farmlab.features import performance

BERLIN = "Europe/Berlin"
MIDNIGHT = datetime(2026, 6, 30, 22, tzinfo=UTC)
STEP = timedelta(minutes=5)


def sync(at: datetime, status: SyncStatus) -> SyncRun:
    return SyncRun(farm="Hill", source="rotem", started_at=at, status=status)


def test_attempts_are_counted_on_the_farms_days_and_partial_ones_half() -> None:
    said = [SyncStatus.SUCCESS, SyncStatus.SUCCESS, SyncStatus.PARTIAL, SyncStatus.FAILED, SyncStatus.RUNNING]
    late = [sync(MIDNIGHT - timedelta(minutes=1), SyncStatus.FAILED)]
    days = performance.sync_days([*late, *(sync(MIDNIGHT, status) for status in said)], BERLIN)
    assert list(days.index) == [pd.Timestamp(MIDNIGHT - timedelta(days=1)), pd.Timestamp(MIDNIGHT)]
    assert days["attempts"].tolist() == [1, 4]
    assert days["success_pct"].tolist() == [0.0, 62.5]
    assert performance.sync_days([], BERLIN).empty


def test_latency_is_from_measuring_to_knowing() -> None:
    time = pd.Series(pd.date_range(MIDNIGHT, periods=100, freq="5min"))
    delay = pd.Series([1.0] * 90 + [60.0] * 10)
    days = performance.latency_days(time, time + pd.to_timedelta(delay, unit="min"), BERLIN)
    assert (days["median_min"].iloc[0], days["p95_min"].iloc[0]) == (1.0, 60.0)


@pytest.mark.parametrize("day", ["2026-03-29", "2026-07-01", "2026-10-25"])
def test_whole_days_of_23_24_and_25_hours_are_complete(day: str) -> None:
    start, end = (pd.Timestamp(day, tz=BERLIN) + pd.DateOffset(days=days) for days in (0, 1))
    times = pd.Series(pd.date_range(start.tz_convert("UTC"), end.tz_convert("UTC"), freq="5min", inclusive="left"))
    share = performance.completeness_days(
        times, 1, start=start.to_pydatetime(), until=end.to_pydatetime(), step=STEP, timezone=BERLIN
    )
    assert share.tolist() == [100.0]


def test_parts_of_days_are_measured_by_their_own_length() -> None:
    start, until = MIDNIGHT + timedelta(hours=18), MIDNIGHT + timedelta(hours=30)
    times = pd.Series(pd.date_range(start, until, freq="10min", inclusive="right"))
    share = performance.completeness_days(times, 1, start=start, until=until, step=STEP, timezone=BERLIN)
    assert list(share.index) == [pd.Timestamp(MIDNIGHT), pd.Timestamp(MIDNIGHT + timedelta(days=1))]
    assert share.tolist() == pytest.approx([50, 50], abs=2)


def test_a_day_without_readings_is_0() -> None:
    until = MIDNIGHT + timedelta(days=2)
    none = pd.Series([], dtype="datetime64[us, UTC]")
    share = performance.completeness_days(none, 3, start=MIDNIGHT, until=until, step=STEP, timezone=BERLIN)
    assert share.tolist() == [0.0, 0.0]


def run(notebook: str, seconds: float, status: RunStatus = RunStatus.DONE) -> Run:
    ended = MIDNIGHT + timedelta(seconds=seconds)
    return Run(notebook=notebook, farm="Hill", house=0, slot=MIDNIGHT, status=status, started_at=MIDNIGHT,
               ended_at=ended, page="p")  # fmt: skip


def test_run_times_are_of_what_was_executed() -> None:
    runs = [run("anomaly", 5), run("anomaly", 7), run("anomaly", 0.1, RunStatus.SKIPPED)]
    table = performance.run_times([*runs, run("forecast", 90, RunStatus.FAILED)])
    anomaly, forecast = table.to_dict("records")
    assert (anomaly["runs"], anomaly["nothing_new"], anomaly["median_s"]) == (3, 1, 6.0)
    assert (forecast["failed"], pd.isna(forecast["median_s"])) == (1, True)
    assert performance.run_times([]).empty
