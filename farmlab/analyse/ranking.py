"""How serious an episode is, and which one to look at first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from farmlab.domain import Severity

if TYPE_CHECKING:
    from farmlab.models.episodes import Episode

USELESS: Final = frozenset({"dropout", "stuck", "noise"})
"""Kinds in which the sensor tells nothing any more."""
CAME_BACK: Final = frozenset({"spike", "drop"})
"""A value or two: where values come once a day, that takes days."""
SHORT_LIVED: Final = CAME_BACK | {"step"}
LONG: Final = timedelta(hours=6)
A_DAY: Final = timedelta(days=1)
NEARLY_CERTAIN: Final = 0.9
PROBABLE: Final = 0.6
ORDER: Final = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)


def severity(episode: Episode) -> Severity:
    """How serious an episode is, from its kind, how long it lasted, and its score.

    Critical: the sensor tells nothing (dropout, stuck, noise) for six hours or more, or anything else with a score
    of .9 or more for a day or more, but for a spike or drop, which came back. For information: a score below .6, or a
    spike, drop or step that was over within the hour with a score below .9. All else is a warning.

    >>> from datetime import UTC, datetime
    >>> from farmlab.models.episodes import Episode
    >>> start = datetime(2026, 7, 1, tzinfo=UTC)
    >>> severity(Episode("t", "stuck", start, start + LONG, start, 0.7, "", "")).value
    'critical'
    """
    lasted = episode.end - episode.start
    if episode.score < PROBABLE:
        return Severity.INFO
    if episode.kind in USELESS and lasted >= LONG:
        return Severity.CRITICAL
    if episode.score >= NEARLY_CERTAIN and lasted >= A_DAY and episode.kind not in CAME_BACK:
        return Severity.CRITICAL
    short = episode.kind in SHORT_LIVED and lasted < timedelta(hours=1)
    return Severity.INFO if short and episode.score < NEARLY_CERTAIN else Severity.WARNING


def urgency(episode: Episode) -> tuple[int, bool, float, float]:
    """The key by which episodes are sorted, the first to look at first.

    By severity; sensors that tell nothing before others; by score; the longer first.
    """
    lasted = (episode.end - episode.start).total_seconds()
    return ORDER.index(severity(episode)), episode.kind not in USELESS, -round(episode.score, 1), -lasted
