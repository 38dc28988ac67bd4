"""What appears, vanishes or falls silent at a source: houses, equipment, flocks, and the events that say so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from farmlab.domain import Event, EventKind
from farmlab.ingest import flocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from farmlab.domain import Farm, House
    from farmlab.integrations.base import Batch, Integration
    from farmlab.store import Store

SOURCE: Final = "intake"
SILENT: Final = "silent"
NEW: Final = "new"
_REMEMBERED: Final = timedelta(days=60)
"""How far back an event of a silent house is looked for, to be ended."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """What is different from the records: sentences for people, and what is wrong by house."""

    said: tuple[str, ...]
    wrong: Mapping[int, str]


def discover(store: Store, farm: Farm, source: Integration, batch: Batch, *, at: datetime) -> Discovery:
    """Bring the records up to date with what the source shows; say what changed and what is missing."""
    recorded = {house.number: house for house in store.houses(farm.name, retired=True)}
    said = _new_houses(store, farm, source, batch.houses_seen - recorded.keys(), at=at)
    said += _new_equipment(store, farm, source, batch)
    retired = {number for number, house in recorded.items() if house.retired_at is not None}
    wrong = {problem.house: problem.what for problem in batch.problems if problem.house not in retired}
    if batch.houses_seen:
        wrong |= dict.fromkeys(_vanished(recorded.values(), batch), "it is no longer named by the source")
    if "age" in source.capabilities:
        said += _flocks(store, farm, source, batch, at=at)
    _connection_events(store, farm, batch, wrong, at=at)
    return Discovery(tuple(said), wrong)


def _new_houses(store: Store, farm: Farm, source: Integration, numbers: Iterable[int], *, at: datetime) -> list[str]:
    numbers = set(numbers)
    if not numbers:
        return []
    found = [house for house in source.list_houses() if house.number in numbers]
    for house in found:
        store.save_house(farm.name, house)
    for equipment in source.list_equipment():
        if equipment.house in numbers:
            store.save_equipment(farm.name, equipment)
    said = [f"House {house.number} is new at the source and was added." for house in found]
    notes = [
        Event(house=h.number, time=at, kind=EventKind.NOTE, code=NEW, message=text, source=SOURCE)
        for h, text in zip(found, said, strict=True)
    ]
    store.write_events(farm.name, notes, learned_at=at)
    return said


def _new_equipment(store: Store, farm: Farm, source: Integration, batch: Batch) -> list[str]:
    """Look again at what is installed where a house that was known has a sensor that was not."""
    known = {(sensor.house, sensor.source_key) for sensor in store.sensors(farm.name)}
    heard = {house for house, _ in known}
    grown = {s.house for s in batch.sensors if s.house in heard and (s.house, s.source_key) not in known}
    if not grown or "equipment" not in source.capabilities:
        return []
    recorded = {(item.house, item.kind, item.number) for item in store.equipment(farm.name)}
    fresh = [item for item in source.list_equipment() if (item.house, item.kind, item.number) not in recorded]
    for item in fresh:
        store.save_equipment(farm.name, item)
    return [f"House {item.house}: new equipment, {item.label}." for item in fresh]


def _vanished(recorded: Iterable[House], batch: Batch) -> list[int]:
    """Houses that came from the source and that it does not name any more."""
    return [
        house.number
        for house in recorded
        if house.source_key and house.retired_at is None and house.number not in batch.houses_seen
    ]


def _flocks(store: Store, farm: Farm, source: Integration, batch: Batch, *, at: datetime) -> list[str]:
    ages = {house: age for house in sorted(batch.houses_seen) if (age := source.house_age(house)) is not None}
    anew = flocks.houses_that_began_anew(store, farm, ages, at=at)
    if not anew:
        return []
    return flocks.begin(store, farm, [flock for flock in source.list_flocks(at) if flock.house in anew], at=at)


def _connection_events(store: Store, farm: Farm, batch: Batch, wrong: Mapping[int, str], *, at: datetime) -> None:
    """One event for the time in which a house is silent, ended when it speaks again."""
    speaking = {sensor.house for sensor in batch.sensors}
    past = store.events(farm.name, kinds=(EventKind.CONNECTION,), start=at - _REMEMBERED)
    running = {event.house: event for event in past if event.source == SOURCE and event.ended_at is None}
    ended = [replace(event, ended_at=at) for house, event in running.items() if house in speaking]
    begun = [
        Event(house=house, time=at, kind=EventKind.CONNECTION, code=SILENT, message=what, source=SOURCE)
        for house, what in wrong.items()
        if house and house not in speaking and house not in running
    ]
    known = {house.number for house in store.houses(farm.name)}
    store.write_events(farm.name, [*ended, *(event for event in begun if event.house in known)], learned_at=at)
