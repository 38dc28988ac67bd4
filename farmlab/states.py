"""States for the eye: one shape, one word and one colour for each, the same on every page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from farmlab.domain import Severity, VerdictState


class State(NamedTuple):
    """A state for the eye: shape, word and the name of its colour; ``rank`` 0 is the worst."""

    rank: int
    shape: str
    word: str
    colour: str


CRITICAL: Final = State(0, "■", "critical", "critical")
DISQUALIFIED: Final = State(0, "■", "disqualified", "critical")
FAILED: Final = State(0, "■", "failed", "critical")
WARNING: Final = State(1, "▲", "warning", "warning")
STALE: Final = State(1, "▲", "stale", "warning")
OK: Final = State(2, "●", "ok", "ok")
INFORMATION: Final = State(2, "●", "for information", "none")
NOTHING: Final = State(3, "○", "no data", "none")

VERDICTS: Final[Mapping[VerdictState, State]] = {
    VerdictState.OK: OK,
    VerdictState.WARNING: WARNING,
    VerdictState.DISQUALIFIED: DISQUALIFIED,
}
SEVERITIES: Final[Mapping[Severity, State]] = {
    Severity.CRITICAL: CRITICAL,
    Severity.WARNING: WARNING,
    Severity.INFO: INFORMATION,
}
