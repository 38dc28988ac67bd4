"""Every few minutes: take in what the sources of all farms have, and look at it at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from prefect import flow

from farmlab import clock, config, ingest, watch
from farmlab.domain import SyncStatus
from farmlab.errors import Busy, FarmLabError, IntegrationError
from farmlab.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable

    from farmlab.config import Settings
    from farmlab.domain import Farm, SyncRun

ANCHOR = datetime(2020, 1, 1, tzinfo=UTC)
"""Polls lie on whole multiples of the interval from here on, so that they never drift."""
EARLY = timedelta(seconds=15)
"""The scheduler starts a run up to a second before its time; it belongs to the slot that is about to begin."""


@flow(name="sync", description="Take in what the sources of all farms have, and look at it.")
def sync(home: str) -> list[str]:
    """One line a farm that was due: what came in."""
    settings = config.load(home)
    with Store.open(settings) as store:
        return each(store, settings, due(store, clock.now()))


def due(store: Store, at: datetime) -> list[Farm]:
    """The farms with an integration whose last poll lies before their newest slot."""
    return [farm for farm in polled(store) if _waits(store, farm, at)]


def newcomers(store: Store) -> list[Farm]:
    """The farms with an integration that have never been polled."""
    return [farm for farm in polled(store) if last_poll(store, farm) is None]


def polled(store: Store) -> list[Farm]:
    """The farms that have a source to ask."""
    return [farm for farm in store.farms() if farm.integration != "none"]


def last_poll(store: Store, farm: Farm) -> SyncRun | None:
    """The newest attempt to ask the farm's source; imports of files are none."""
    return next((one for one in store.syncs(farm.name) if one.source == farm.integration), None)


def each(store: Store, settings: Settings, farms: Iterable[Farm]) -> list[str]:
    """Poll one farm after the other; one that fails does not keep the next from its turn.

    Raises
    ------
    IntegrationError
        At the end, when at least one failed; it names them. What is transient was tried again by
        :func:`farmlab.ingest.sync`, so that trying again here would help nobody.
    """
    said, failed = [], []
    for farm in farms:
        try:
            said.append(one(store, settings, farm))
        except Busy as error:
            said.append(f"{farm.name}: {error}")
        except FarmLabError as error:
            failed.append(f"{farm.name}: {error}")
    if failed:
        raise IntegrationError("; ".join([*failed, *said]))
    return said


def one(store: Store, settings: Settings, farm: Farm) -> str:
    """Take in what this farm has, look at it, and say what came of it; a failed poll raises its error."""
    run = ingest.sync(store, settings, farm.name, at=clock.now())
    found = watch.look(store, farm.name, clock.now())
    if run.status is SyncStatus.FAILED:
        raise IntegrationError(run.error)
    return f"{farm.name}: {run.status}, {run.new} new readings, {len(found)} findings"


def _waits(store: Store, farm: Farm, at: datetime) -> bool:
    interval = timedelta(minutes=farm.poll_minutes)
    slot = ANCHOR + (at + EARLY - ANCHOR) // interval * interval
    last = last_poll(store, farm)
    return last is None or last.started_at < slot - EARLY
