"""How far the data can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class VerdictState(StrEnum):
    """How far to trust what stands below."""

    OK = "ok"
    WARNING = "warning"
    DISQUALIFIED = "disqualified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How far the data of a scope and window can be trusted, with the sentences why.

    ``coverage`` is the share of expected readings that came; ``newest`` the newest reading;
    ``flagged`` the share of readings that a quality rule marked.
    """

    state: VerdictState
    reasons: tuple[str, ...] = ()
    coverage: float | None = None
    flagged: float | None = None
    newest: datetime | None = None
    start: datetime | None = None
    until: datetime | None = None
    sensors_at_fault: tuple[str, ...] = ()
    simulated: bool = False

    @property
    def sentence(self) -> str:
        """The first reason, or the all-clear."""
        return self.reasons[0] if self.reasons else "The data are in order."
