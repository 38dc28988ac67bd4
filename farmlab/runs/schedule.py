"""What is due now, asked by one tick: a farm or notebook added while it runs is seen at the next one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from farmlab import clock, notebooks, publish
from farmlab.domain import Run, RunStatus
from farmlab.errors import Busy
from farmlab.notebooks import slots
from farmlab.runs import folders
from farmlab.runs.door import recover, run
from farmlab.runs.kernels import Kernels
from farmlab.runs.outcome import INTERRUPTED, PAST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from farmlab.config import Settings
    from farmlab.domain import Farm
    from farmlab.notebooks import Notebook
    from farmlab.store import Store

_REMEMBERED: Final = 200
_MOST_MISSED: Final = 200
"""Missed slots that are recorded one by one: a week of hours and more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One slot that is due. ``missed`` older ones are not caught up; neither is this one when ``too_late``."""

    notebook: str
    farm: str
    house: int
    slot: datetime
    until: datetime
    too_late: bool = False
    missed: tuple[datetime, ...] = ()


def due(store: Store, settings: Settings, at: datetime) -> list[Due]:
    """The newest slot of everything that has one which has not been run, in the order to run them.

    What runs more often comes first: a daily report may build on the hourly analyses of its hour.
    A farm without integration is due when something new was recorded or imported, and then up to its
    newest reading: nobody expects its data to go on.
    """
    analyses = sorted((item for item in notebooks.catalogue(settings) if item.schedule != "none"), key=_rarity)
    return [item for farm in store.farms() for item in _of_farm(store, farm, analyses, at)]


def run_due(store: Store, settings: Settings, at: datetime, **options: Any) -> list[Run]:
    """Run whatever is due, once, and return what was run, skipped or failed.

    A farm on which another run goes on is left for the next time. ``options`` go to
    :func:`farmlab.runs.run`.
    """
    settled = recover(store)
    waiting = due(store, settings, at)
    with Kernels(settings, sum(not item.too_late for item in waiting)) as kernels:
        shared = {"kernels": kernels, **options}
        done = [record for item in waiting for record in _run(store, settings, item, shared)]
    if settled or done:
        publish.publish_index(store, settings, clock.now())
    return [*settled, *done]


def _of_farm(store: Store, farm: Farm, analyses: list[Notebook], at: datetime) -> Iterator[Due]:
    houses = [house.number for house in store.houses(farm.name)]
    for notebook in suiting(store, farm.name, analyses):
        for house in houses if notebook.scope == "house" else [0]:
            item = _newest(store, farm, notebook, house, at)
            if item:
                yield item


def suiting(store: Store, farm: str, analyses: Iterable[Notebook]) -> list[Notebook]:
    """The analyses that have something to say about a farm."""
    lived = bool(store.flocks(farm))
    return [notebook for notebook in analyses if lived or not notebook.needs_flocks]


def _rarity(notebook: Notebook) -> tuple[bool, bool]:
    """Hourly before daily before weekly."""
    schedule = slots.parse(notebook.schedule) or slots.Schedule()
    return schedule.weekday is not None, schedule.at is not None


def _newest(store: Store, farm: Farm, notebook: Notebook, house: int, at: datetime) -> Due | None:
    schedule = slots.parse(notebook.schedule)
    assert schedule is not None
    slot = slots.newest(schedule, at, farm.timezone)
    if _is_taken(store, notebook.name, farm.name, house, slot):
        return None
    until = slot if farm.integration != "none" else _newly_brought(store, farm, notebook, house, slot)
    if until is None:
        return None
    before = store.last_run(notebook.name, farm.name, house, status=(), before=slot)
    missed = slots.missed(schedule, before.slot, slot, farm.timezone, limit=_MOST_MISSED) if before else []
    return Due(
        notebook=notebook.name,
        farm=farm.name,
        house=house,
        slot=slot,
        until=until,
        too_late=notebook.metadata is not None and at - slot > timedelta(hours=notebook.metadata.max_staleness_h),
        missed=tuple(missed) if farm.integration != "none" else (),
    )


def _newly_brought(store: Store, farm: Farm, notebook: Notebook, house: int, slot: datetime) -> datetime | None:
    """The newest reading of a farm without integration; None when there is nothing that was not looked at."""
    newest = store.newest(farm.name, house=house)
    if not newest:
        return None
    end, learned = min(slot, max(newest.values())), store.watermark(farm.name, house=house)
    past = store.runs(farm=farm.name, notebook=notebook.name, house=house, limit=_REMEMBERED)
    seen = any(record.watermark == learned and _saw(record, end) for record in past)
    return None if seen else end


def _saw(record: Run, end: datetime) -> bool:
    """Whether its window reached so far, and what it found was told; one over the past did not."""
    if record.results.get(PAST):
        return False
    until = record.parameters.get("until")
    return not until or clock.parse_time(until) >= end


def _is_taken(store: Store, notebook: str, farm: str, house: int, slot: datetime) -> bool:
    """Whether the slot has its run; one that was killed once is tried again."""
    found = store.runs(farm=farm, notebook=notebook, house=house, since=slot, until=slot)
    return not all(map(_was_killed_once, found))


def _was_killed_once(record: Run) -> bool:
    return record.status is RunStatus.FAILED and record.results.get(INTERRUPTED) == 1


def _run(store: Store, settings: Settings, item: Due, options: dict[str, Any]) -> Iterator[Run]:
    for slot in item.missed:
        yield from _record_skipped(store, item, slot, "missed: only the newest slot is caught up")
    if item.too_late:
        yield from _record_skipped(store, item, item.slot, "missed for too long to be caught up")
        return
    if _is_taken(store, item.notebook, item.farm, item.house, item.slot):  # somebody else was quicker
        return
    try:
        yield run(
            store,
            settings,
            item.notebook,
            farm=item.farm,
            house=item.house,
            until=item.until,
            slot=item.slot,
            index=False,
            **options,
        )
    except Busy:
        return


def _record_skipped(store: Store, item: Due, slot: datetime, why: str) -> Iterator[Run]:
    folder = folders.name(item.farm, item.notebook, item.house, slot)
    asked = Run(notebook=item.notebook, farm=item.farm, house=item.house, slot=slot, folder=folder, started_at=slot)
    try:
        claimed = store.claim(asked)
    except Busy:  # somebody else was quicker
        return
    yield store.save_run(replace(claimed, status=RunStatus.SKIPPED, ended_at=slot, error=why))
