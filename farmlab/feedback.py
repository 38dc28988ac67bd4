"""What people said of findings, for those who learn from it: labelled episodes, and limits that were moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from farmlab.domain import Answer, EventKind
from farmlab.effectiveness import newest_answers
from farmlab.findings import recalibration

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd

    from farmlab.domain import Event, Feedback, Finding
    from farmlab.store import Store

COLUMNS: Final = ("house", "subject", "kind", "start", "end", "occurred", "cause", "by", "learned_at", "source")

HEALTHY: Final = "healthy"
"""The code of a label that says: looked at, and nothing is wrong."""


def labelled(store: Store, farm: str, *, until: datetime) -> pd.DataFrame:
    """Episodes with what they were, as known at ``until``: the labels that models may learn from.

    One row an answered finding (``source`` feedback; ``occurred`` is False for a false alarm; ``cause`` is the note of
    who answered, else the likeliest hypothesis) and one a label that somebody put on a sensor (``source`` label;
    "healthy" did not occur). ``subject`` is the sensor's column or the machine; times are in UTC.
    """
    import pandas as pd

    pairs = store.answered(farm, until=until)
    last = newest_answers(word for _, word in pairs)
    said = {finding.id: _of_finding(finding, last[finding.id]) for finding, _ in pairs}
    marked = store.events(farm, kinds=[EventKind.LABEL], until=until, known_at=until)
    columns = {(sensor.house, sensor.source_key): sensor.column for sensor in store.sensors(farm)}
    rows = [*said.values(), *(_of_event(event, columns) for event in marked)]
    return pd.DataFrame(rows, columns=list(COLUMNS)).sort_values("start", ignore_index=True)


def factor(store: Store, finding: Finding, *, until: datetime) -> float:
    """How many times the usual one the limit of this finding's rule is, by the answers that were known at ``until``."""
    told = recalibration.factors(store.answered(finding.farm, until=until))
    return recalibration.factor(told.get(finding.house, {}), finding.subject, finding.kind)


def _of_finding(finding: Finding, word: Feedback) -> dict[str, object]:
    likeliest = finding.why[0].cause if finding.why else ""
    return {
        "house": finding.house,
        "subject": finding.subject,
        "kind": finding.kind,
        "start": finding.start,
        "end": finding.end,
        "occurred": word.answer is not Answer.FALSE,
        "cause": word.note or (likeliest if word.answer is not Answer.FALSE else ""),
        "by": word.by,
        "learned_at": word.learned_at,
        "source": "feedback",
    }


def _of_event(event: Event, columns: Mapping[tuple[int, str], str]) -> dict[str, object]:
    return {
        "house": event.house,
        "subject": columns.get((event.house, event.equipment), event.equipment),
        "kind": event.code,
        "start": event.time,
        "end": event.ended_at,
        "occurred": event.code != HEALTHY,
        "cause": event.message,
        "by": event.by,
        "learned_at": event.learned_at,
        "source": "label",
    }
