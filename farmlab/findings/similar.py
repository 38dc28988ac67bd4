"""Past episodes whose cause is known: which of them is most like this one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from farmlab import clock
from farmlab.findings.cause_rules import CAUSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from farmlab.domain import Event, Finding

FEWEST_SHARED: Final = 3
ALIKE: Final = 0.75
"""Share of the answers in common from which on an episode is like another."""
WEIGHT: Final = 1.5
"""Log-odds that an episode with the same answers adds to its cause."""
REPAIR_HOURS: Final = 72.0
"""A repair so long after an episode began was for it."""


@dataclass(frozen=True, slots=True)
class Episode:
    """What was seen, how the questions were answered, and what it was in the end."""

    house: int
    day: date
    kind: str
    answers: Mapping[str, bool]
    code: str


@dataclass(frozen=True, slots=True)
class Match:
    """The episode that is most like this one, and how much: 0–1."""

    episode: Episode
    likeness: float


def nearest(kind: str, answers: Mapping[str, bool], past: Iterable[Episode]) -> Match | None:
    """The past episode of this kind with the most answers in common; None when none is like it.

    >>> from datetime import date
    >>> belt = Episode(3, date(2026, 5, 3), "fan_loss", {"a": True, "b": True, "c": False}, "fan_belt")
    >>> nearest("fan_loss", {"a": True, "b": True, "c": False, "d": True}, [belt]).episode.code
    'fan_belt'
    """
    matches = [Match(episode, _likeness(answers, episode.answers)) for episode in past if episode.kind == kind]
    best = max(matches, key=lambda match: (match.likeness, match.episode.day), default=None)
    return best if best is not None and best.likeness >= ALIKE else None


def _likeness(one: Mapping[str, bool], other: Mapping[str, bool]) -> float:
    shared = one.keys() & other.keys()
    if len(shared) < FEWEST_SHARED:
        return 0.0
    return sum(one[name] == other[name] for name in shared) / len(shared)


def labelled(findings: Sequence[Finding], events: Sequence[Event], *, timezone: str) -> list[Episode]:
    """Findings of the past whose cause somebody has named since: by a label, or by what was mended soon after.

    ``timezone`` is the farm's, for their days.
    """
    known = []
    for finding in findings:
        code = next((code for event in events if (code := _named(finding, event))), "")
        if code and isinstance(finding.data.get("answers"), dict):
            answers = {str(name): bool(said) for name, said in finding.data["answers"].items()}
            day = clock.local_date(finding.start, timezone)
            known.append(Episode(finding.house, day, finding.kind, answers, code))
    return known


def _named(finding: Finding, event: Event) -> str:
    """The cause of this finding that an event names; "" for none."""
    after = (event.time - finding.start).total_seconds() / 3600
    if event.house != finding.house or not 0 <= after <= REPAIR_HOURS:
        return ""
    if event.kind == "label":
        return event.code if event.code in CAUSES else ""
    if event.kind != "maintenance_done":
        return ""
    said, possible = event.message.lower(), finding.data.get("causes", ())
    return next((code for code in possible if any(word in said for word in CAUSES[code].repair)), "")
