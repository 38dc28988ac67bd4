"""States for the eye: one shape, one word and one colour for each, the same on every page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from farmlab import text
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


def asking(urgent: int, later: int) -> str:
    """How many houses ask for somebody today (critical), and how many this week (warnings); "" where none does.

    >>> asking(2, 1), asking(0, 1)
    ('Two houses need you today; one more wants a look', 'One house wants a look; nothing is urgent')
    """
    if urgent:
        more = f"; {text.in_words(later)} more {'wants' if later == 1 else 'want'} a look" if later else ""
        return f"{_houses(urgent)} {'needs' if urgent == 1 else 'need'} you today{more}"
    return f"{_houses(later)} {'wants' if later == 1 else 'want'} a look; nothing is urgent" if later else ""


def _houses(many: int) -> str:
    return f"{text.in_words(many).capitalize()} {text.noun(many, 'house')}"
