"""A farm that does not answer again and again: a finding, until it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from farmlab import clock
from farmlab.domain import Category, Finding, Hypothesis, Severity
from farmlab.ingest import retry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from farmlab.domain import SyncRun
    from farmlab.store import Store

SOURCE: Final = "sync"
"""As the writer of findings; no one else's are closed here."""


def judge(store: Store, farm: str, *, at: datetime) -> None:
    """Raise a finding after three failed polls in a row; resolve it when a poll has worked."""
    failed = retry.failures(store.syncs(farm))
    if len(failed) >= retry.FAILURES_TO_FINDING:
        store.save_findings(farm, [_finding(farm, failed, at)], source=SOURCE, at=at)
    elif not failed:
        store.save_findings(farm, [], source=SOURCE, at=at)


def _finding(farm: str, failed: Sequence[SyncRun], at: datetime) -> Finding:
    since = failed[-1].started_at
    long = len(failed) >= retry.FAILURES_TO_PAUSE
    return Finding(
        category=Category.OPERATION,
        kind="sync_failed",
        farm=farm,
        house=0,
        subject="sync",
        start=since,
        end=at,
        detected_at=at,
        score=0.9 if long else 0.7,
        severity=Severity.CRITICAL if long else Severity.WARNING,
        title=f"No data from {farm}: {len(failed)} polls in a row failed, for {clock.in_words(at - since)}",
        why=(
            Hypothesis(cause=failed[0].error or "the source failed", confidence=0.8, evidence="the last poll's error"),
        ),
        check=(
            f"Run: farmlab farm test {farm!r}",
            "Check the network, the address and the account of the source.",
        ),
        data={"failed": len(failed)},
    )
