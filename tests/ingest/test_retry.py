"""How long is waited, and when a farm is left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from farmlab.domain import SyncRun, SyncStatus
from farmlab.errors import AuthError, SourceUnavailable
from farmlab.ingest.retry import LONGEST_PAUSE, Backoff, failures, paused_until

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def run(status: str, minutes: float = 0, source: str = "rotem") -> SyncRun:
    at = NOON - timedelta(minutes=minutes)
    return SyncRun(farm="F", source=source, started_at=at, ended_at=at, status=SyncStatus(status))


def test_waits_double_and_vary() -> None:
    waited: list[float] = []
    calls = iter([SourceUnavailable("a"), SourceUnavailable("b"), SourceUnavailable("c"), None])

    def work() -> str:
        error = next(calls)
        if error:
            raise error
        return "done"

    backoff = Backoff(2.0, attempts=4, sleep=waited.append, jitter=iter([0.5, 1.5, 1.0]).__next__)
    assert backoff.run(work) == "done"
    assert waited == [1.0, 6.0, 8.0]


def test_only_what_is_transient_is_tried_again() -> None:
    waited: list[float] = []

    def work() -> None:
        raise AuthError("no")

    with pytest.raises(AuthError):
        Backoff(2.0, sleep=waited.append).run(work)
    assert waited == []


def test_the_last_failure_is_raised() -> None:
    def work() -> None:
        raise SourceUnavailable("down")

    with pytest.raises(SourceUnavailable):
        Backoff(0.0, sleep=lambda _: None).run(work)


def test_failures_are_counted_back_to_the_last_success_without_imports() -> None:
    syncs = [
        run("running"),
        run("failed", 1),
        run("success", 2, "import"),
        run("failed", 3),
        run("partial", 4),
        run("failed", 5),
    ]
    assert failures(syncs) == [syncs[1], syncs[3]]


@pytest.mark.parametrize(("count", "minutes"), [(5, 10), (6, 20), (7, 40)])
def test_the_pause_grows(count: int, minutes: float) -> None:
    failed = [run("failed", i) for i in range(count)]
    assert paused_until(failed, poll_minutes=5) == NOON + timedelta(minutes=minutes)


def test_the_pause_begins_with_the_fifth_failure_and_has_a_limit() -> None:
    assert paused_until([run("failed")] * 4, poll_minutes=5) is None
    assert paused_until([run("failed")] * 50, poll_minutes=5) == NOON + LONGEST_PAUSE
