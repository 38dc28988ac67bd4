"""What was executed: notebooks, and attempts to take data in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from farmlab.domain.verdict import Verdict


class RunStatus(StrEnum):
    """Where a run stands."""

    CLAIMED = "claimed"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    DISQUALIFIED = "disqualified"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of one notebook for one scope and one slot (the scheduled time)."""

    notebook: str
    farm: str
    house: int
    slot: datetime
    status: RunStatus = RunStatus.CLAIMED
    parameters: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""
    code_version: str = ""
    watermark: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    verdict: Verdict | None = None
    error: str = ""
    page: str = ""
    folder: str = ""
    timings: Mapping[str, float] = field(default_factory=dict)
    results: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0


class SyncStatus(StrEnum):
    """How an attempt to take data in ended."""

    RUNNING = "running"
    SUCCESS = "success"
    PARTIAL = "partial"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncRun:
    """One attempt to take data in."""

    farm: str
    source: str
    started_at: datetime
    status: SyncStatus = SyncStatus.RUNNING
    ended_at: datetime | None = None
    new: int = 0
    seen: int = 0
    changed: int = 0
    rejected: int = 0
    error: str = ""
    payload: str = ""
    known_as: str = "receipt"
    id: int = 0
