"""What people said of findings moves the limit of that rule for that sensor or house, within bounds.

A false alarm makes the limit 1.25 times as high, a confirmed finding 0.9 times, never below the start and never above
three times it. One answer counts: with 30 answers spread over 70 rules and sensors, waiting for a second one would
change nothing. Steps of 1.5 cost too much of what is real. Findings that are critical are never held back.
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

OfHouse = dict[str, dict[str, float]]
"""Subject (a sensor's column, a group of machines …) → kind of finding → how many times its limit is the usual one."""


def factors(answered: Iterable[tuple[Finding, Feedback]]) -> dict[int, OfHouse]:
    """By house number, how far the limits are moved; only those that are.

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
        of_subject = moved.setdefault(finding.house, {}).setdefault(finding.subject, {})
        factor = of_subject.get(finding.kind, 1.0) * TIMES[word.answer]
        of_subject[finding.kind] = round(min(max(factor, 1.0), MOST), 4)
    return {house: kept for house, told in moved.items() if (kept := _changed(told))}


def of_channels(told: Mapping[str, Mapping[str, float]]) -> OfHouse:
    """Column → channel of a detector → factor, for those kinds of findings that a detector tells by its scores."""
    by_column = {
        column: {channel: kinds[kind] for channel, kind in KINDS.items() if kind in kinds}
        for column, kinds in told.items()
    }
    return {column: channels for column, channels in by_column.items() if channels}


def kept(found: Sequence[Finding], told: Mapping[str, Mapping[str, float]]) -> list[Finding]:
    """The findings of a house that are far enough beyond their limit, where answers have moved it.

    Findings of a detector are judged by their thresholds, see :func:`of_channels`.
    """
    return [finding for finding in found if _counts(finding, told.get(finding.subject, {}).get(finding.kind, 1.0))]


def _counts(finding: Finding, factor: float) -> bool:
    if finding.severity is Severity.CRITICAL or finding.kind in KINDS.values():
        return True
    return finding.score >= least_score(factor)


def least_score(factor: float) -> float:
    """The score from which on a finding counts when its limit is so many times the usual one.

    The score of a rule is 1 - 0.5 limit / value (:func:`farmlab.findings.case.beyond`).

    >>> least_score(1.0), least_score(1.25)
    (0.5, 0.6)
    """
    return 1 - 0.5 / factor


def _last(answered: Iterable[tuple[Finding, Feedback]]) -> list[tuple[Finding, Feedback]]:
    """The last answer on each finding, in the order in which they were learned."""
    ordered = sorted(answered, key=lambda pair: (pair[1].learned_at or pair[1].at, pair[1].id))
    last = {finding.id: (finding, word) for finding, word in ordered}
    return [pair for pair in ordered if last[pair[0].id][1] is pair[1]]


def _changed(told: OfHouse) -> OfHouse:
    moved = {subject: {kind: factor for kind, factor in kinds.items() if factor > 1} for subject, kinds in told.items()}
    return {subject: kinds for subject, kinds in moved.items() if kinds}
