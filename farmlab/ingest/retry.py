"""Trying again, and giving up for a while: what to do when a source fails."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from farmlab.domain import SyncStatus
from farmlab.errors import FarmLabError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from farmlab.domain import SyncRun

Result = TypeVar("Result")

IMPORT: Final = "import"
"""The source of a sync that took a file in; it says nothing about the farm's integration."""
FAILURES_TO_PAUSE: Final = 5
LONGEST_PAUSE: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Backoff:
    """How often a transient failure is tried again, and how long is waited before: doubling, with jitter."""

    first_s: float
    attempts: int = 3
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = lambda: random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, hides nothing

    def run(self, work: Callable[[], Result]) -> Result:
        """What the work returns, the last failure if it never does, any other failure at once."""
        for attempt in range(1, self.attempts):
            try:
                return work()
            except FarmLabError as error:
                if not error.transient:
                    raise
                self.sleep(self.first_s * 2 ** (attempt - 1) * self.jitter())
        return work()


def failures(syncs: Sequence[SyncRun]) -> list[SyncRun]:
    """The polls that failed since the last one that did not, newest first; imports are no polls."""
    polls = [sync for sync in syncs if sync.source != IMPORT and sync.status != SyncStatus.RUNNING]
    ended = next((i for i, sync in enumerate(polls) if sync.status != SyncStatus.FAILED), len(polls))
    return polls[:ended]


def paused_until(failed: Sequence[SyncRun], poll_minutes: float) -> datetime | None:
    """Until when a farm is left alone: after five failures in a row two polling intervals, then twice that each time.

    None where it is not left alone.
    """
    beyond = len(failed) - FAILURES_TO_PAUSE
    if beyond < 0:
        return None
    pause = min(timedelta(minutes=poll_minutes * 2.0 ** min(beyond + 1, 20)), LONGEST_PAUSE)
    return (failed[0].ended_at or failed[0].started_at) + pause
