"""What people said of findings moves the limit of that rule for that sensor or house, within bounds.

A false alarm makes the limit 1.25 times as high, a confirmed finding 0.9 times, never below the start and never above
three times it. One answer counts: with 30 answers spread over 70 rules and sensors, waiting for a second one would
change nothing. Steps of 1.5 cost too much of what is real, and so does moving the same rule for the other sensors of
the house. Findings that are critical are never held back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from farmlab.domain import Answer, Severity
from farmlab.models.episodes import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from farmlab.domain import Feedback, Finding

TIMES: Final = {Answer.FALSE: 1.25, Answer.TRUE: 0.9, Answer.KNOWN: 1.0}
"""Answer → what becomes of the limit; that something is known says nothing about the limit."""
MOST: Final = 3.0
LEVEL: Final = "level"
RULES: Final = {"offset": LEVEL, "drift": LEVEL, "trend": LEVEL, "drop": "spike"}
"""Kind of finding → the rule that it is of; these are one change of level, seen over hours or days. Else the kind."""

OfHouse = dict[str, dict[str, float]]
"""Subject (a sensor's column, a group of machines …) → rule → how many times its limit is the usual one."""


def factors(answered: Iterable[tuple[Finding, Feedback]]) -> dict[int, OfHouse]:
    """By house number, how far the limits are moved.

    The last answer on each finding counts, once.

    >>> from datetime import UTC, datetime
    >>> from farmlab.domain import Category, Feedback, Finding
    >>> noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    >>> stuck = Finding(
    ...     category=Category.SENSOR, kind="stuck", house=3, subject="temp_c_2", start=noon, title="Stuck", id="F1"
    ... )
    >>> factors([(stuck, Feedback(finding="F1", answer=Answer.FALSE, by="Ann", at=noon))])
    {3: {'temp_c_2': {'stuck': 1.25}}}
    """
    moved: dict[int, OfHouse] = {}
    for finding, word in _last(answered):
        told = moved.setdefault(finding.house, {})
        limit = factor(told, finding.subject, finding.kind) * TIMES[word.answer]
        rules = told.setdefault(finding.subject, {})
        rules[RULES.get(finding.kind, finding.kind)] = round(min(max(limit, 1.0), MOST), 4)
    return moved


def factor(told: Mapping[str, Mapping[str, float]], subject: str, kind: str) -> float:
    """How many times the usual one the limit is, for a subject of the house, from which on a kind is told.

    >>> factor({"temp_c_2": {"level": 1.25}}, "temp_c_2", "drift"), factor({}, "temp_c_3", "drift")
    (1.25, 1.0)
    """
    return told.get(subject, {}).get(RULES.get(kind, kind), 1.0)


def of_channels(told: Mapping[str, Mapping[str, float]], columns: Iterable[str]) -> OfHouse:
    """Column → channel of a detector → factor, for those kinds of findings that a detector tells by its scores."""
    return {column: {channel: factor(told, column, kind) for channel, kind in KINDS.items()} for column in columns}


def kept(found: Sequence[Finding], told: Mapping[str, Mapping[str, float]]) -> list[Finding]:
    """The findings of a house that are far enough beyond their limit, where answers have moved it.

    Findings of a detector are judged by their thresholds, see :func:`of_channels`.
    """
    return [finding for finding in found if _counts(finding, factor(told, finding.subject, finding.kind))]


def _counts(finding: Finding, times: float) -> bool:
    if finding.severity is Severity.CRITICAL or finding.kind in KINDS.values():
        return True
    return finding.score >= least_score(times)


def least_score(times: float) -> float:
    """The score from which on a finding counts when its limit is so many times the usual one.

    The score of a rule is 1 - 0.5 limit / value (:func:`farmlab.findings.case.beyond`).

    >>> least_score(1.0), least_score(1.25)
    (0.5, 0.6)
    """
    return 1 - 0.5 / times


def _last(answered: Iterable[tuple[Finding, Feedback]]) -> list[tuple[Finding, Feedback]]:
    """The last answer on each finding, in the order in which they were learned."""
    ordered = sorted(answered, key=lambda pair: (pair[1].learned_at or pair[1].at, pair[1].id))
    last = {finding.id: (finding, word) for finding, word in ordered}
    return [pair for pair in ordered if last[pair[0].id][1] is pair[1]]
