"""Labels are events of the kind ``label``: what a sensor did, from when to when, and who says so."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from farmlab.domain import Event, EventKind
from farmlab.errors import DataError, UnknownName
from farmlab.labelling.windows import Window, clash
from farmlab.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd

    from farmlab.store import Store

KINDS: Final[Mapping[str, str]] = {
    "spike": "a few readings far above, then as before",
    "drop": "a few readings far below, then as before",
    "stuck": "the same value again and again",
    "drift": "away from the truth, slowly",
    "offset": "away from the truth by a constant, at once",
    "noise": "jumping more than usual",
    "dropout": "no readings, or none that can be",
    "step": "at once to another level, and it is true",
    "trend": "slowly to another level, and it is true",
    "pattern": "an unusual course of usual values",
    "healthy": "looked at, and nothing is wrong",
}
"""Kind of episode → what it looks like."""
SOURCE: Final = "labelling"
COLUMNS: Final = ("house", "sensor", "kind", "start", "end", "by", "note", "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What one sensor (its source key) did, from its first to its last unusual reading, both included, in UTC."""

    house: int
    sensor: str
    kind: str
    start: datetime
    end: datetime
    by: str
    note: str = ""
    id: int = 0


def save(store: Store, farm: str, label: Label, *, at: datetime) -> Label:
    """Keep a label; the one that is kept, with its id.

    Raises
    ------
    UnknownName
        No such farm, house, sensor or kind.
    DataError
        It overlaps with another label of this sensor, or nobody says so.
    """
    _check(store, farm, label)
    other = clash(Window(label.start, label.end), label.sensor, read(store, farm, house=label.house))
    if other is not None:
        raise DataError(
            f"{other.by} has labelled this stretch as {other.kind} already",
            where=label.sensor,
            next_step="Remove that label first, or mark beside it.",
        )
    event = Event(
        house=label.house,
        time=label.start,
        ended_at=label.end,
        kind=EventKind.LABEL,
        code=label.kind,
        equipment=label.sensor,
        message=one_line(label.note),
        source=SOURCE,
        by=one_line(label.by),
    )
    store.write_events(farm, [event], learned_at=at)
    return next(
        item
        for item in read(store, farm, house=label.house)
        if (item.sensor, item.start) == (label.sensor, label.start)
    )


def read(
    store: Store, farm: str, *, house: int = 0, start: datetime | None = None, until: datetime | None = None
) -> list[Label]:
    """The labels of a farm or house that touch the window, oldest first."""
    events = store.events(farm, house=house, kinds=[EventKind.LABEL], until=until)
    labels = [_label(event) for event in events if event.source == SOURCE]
    return [label for label in labels if start is None or label.end >= start]


def remove(store: Store, farm: str, label: int, *, at: datetime) -> None:
    """Take back the label of this id.

    Raises
    ------
    UnknownName
        There is no such label.
    """
    store.remove_label(farm, label, at=at)


def table(labels: list[Label]) -> pd.DataFrame:
    """One row a label: house, sensor, kind, start, end, by, note, id."""
    import pandas as pd

    return pd.DataFrame([asdict(label) for label in labels], columns=list(COLUMNS))


def _check(store: Store, farm: str, label: Label) -> None:
    if label.kind not in KINDS:
        raise UnknownName.among("kind of episode", label.kind, KINDS, next_step=f"Kinds: {', '.join(KINDS)}.")
    if not label.by.strip():
        raise DataError("a label needs somebody who says so", next_step="Give your name.")
    known = [sensor.source_key for sensor in store.sensors(farm) if sensor.house == label.house]
    if label.sensor not in known:
        raise UnknownName.among(f"sensor of house {label.house}", label.sensor, known, next_step="Choose one of those.")


def _label(event: Event) -> Label:
    return Label(
        house=event.house,
        sensor=event.equipment,
        kind=event.code,
        start=event.time,
        end=event.ended_at or event.time,
        by=event.by,
        note=event.message,
        id=event.id,
    )
