"""``farmlab demo``: from nothing to a published site of a simulated farm and a real room.

The steps are those of an owner: add the farm, import its past, poll it, run the analyses. Built beside the home and
swapped in at the end, so that an interrupted demo leaves the last one as it was.
"""

from __future__ import annotations

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from farmlab.cli import context, outside, scoring

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from farmlab.config import Settings
    from farmlab.domain import Run
    from farmlab.notebooks import Notebook
    from farmlab.simulator.farm import SimulatedFarm
    from farmlab.store import Store

FARM = "Hillside"
BREED = "ross308"
ROOM = "Office room"
ROOM_ZONE = "Europe/Brussels"
ROOM_UNTIL = "2015-02-18 09:00"
COMPARED = ("data_quality", "anomaly", "forecast", "daily_report")
"""What is run for yesterday, too, so that what changed since is real."""
POLL = timedelta(minutes=5)
POLLS = 3
"""So many of the newest moments are not in the archive but polled from the gateway."""


def register(root: typer.Typer) -> None:
    """Add the verb of this file."""
    root.command()(demo)


def demo(
    houses: Annotated[int, typer.Option(min=1, max=32, help="Houses of the simulated farm.")] = outside.HOUSES,
    days: Annotated[int, typer.Option(min=3, help="Days of its past.")] = outside.DAYS,
    seed: Annotated[int, typer.Option(help="Another seed is another farm.")] = outside.SEED,
) -> None:
    """Build the demo in this home, anew: simulate, serve, add, import, poll, analyse, publish."""
    final = context.settings()
    beside = final.home.with_name(f"{final.home.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    settings = final.model_copy(update={"home": beside, "database_url": None})
    tell = Steps(7)
    report = _build(settings, tell, houses=houses, days=days, seed=seed)
    _swap(beside, final.home)
    print(f"\n{report}\n\nOpen {final.site / 'index.html'}    ({tell.total_s:.0f} s)")


def _build(settings: Settings, tell: Steps, *, houses: int, days: int, seed: int) -> str:
    with prepared(settings, tell, houses=houses, days=days, seed=seed) as (store, until, _):
        with tell("run the analyses for yesterday and today"):
            runs = _analyse(settings, until)
        with tell("compare what was found with what was injected"):
            return _summary(store, settings, runs, until)


@contextmanager
def prepared(
    settings: Settings, tell: Steps, *, houses: int, days: int, seed: int
) -> Iterator[tuple[Store, datetime, str]]:
    """The store with both farms in it, the newest moment, and the address of the gateway, which runs meanwhile."""
    from farmlab import clock
    from farmlab.store import Store

    now = clock.now()
    until = now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0)
    with tell(f"simulate {houses} houses × {days} days, with labelled faults"):
        farm = outside.create(settings.home, until=until, houses=houses, days=days, seed=seed)
    moment = [until]
    with outside.gateway(settings.home, farm, now=lambda: moment[0]) as running, Store.open(settings) as store:
        _take_in(store, settings, farm, running.url, until, moment, tell)
        _add_room(store, settings, until, tell)
        yield store, until, running.url


def _take_in(
    store: Store,
    settings: Settings,
    farm: SimulatedFarm,
    url: str,
    until: datetime,
    moment: list[datetime],
    tell: Steps,
) -> None:
    from farmlab import ingest

    with tell(f"add the farm {FARM} by its gateway at {url}"):
        options = {"base_url": url, "username": outside.USER, "password": f"@{outside.password_file(settings.home)}"}
        ingest.add_farm(
            store, settings, FARM, integration="rotem", options=options, timezone=farm.timezone, breed=BREED, at=until
        )
    with tell("import its past from an archive, then poll the gateway"):
        archive = settings.home / "simulated" / "archive.csv"
        farm.write_archive(archive, until - POLLS * POLL)
        ingest.import_file(store, settings, archive, farm=FARM, at=until)
        _write_down(store, farm, until)
        for poll in range(POLLS - 1, -1, -1):
            moment[0] = until - poll * POLL
            ingest.sync(store, settings, FARM, at=moment[0])


def _write_down(store: Store, farm: SimulatedFarm, until: datetime) -> None:
    """What people did, as they wrote it down afterwards: repairs and medication."""
    for event in farm.events(until):
        store.write_events(FARM, [event], learned_at=event.learned_at or until)


def _add_room(store: Store, settings: Settings, until: datetime, tell: Steps) -> None:
    from farmlab import ingest, sample

    with tell("add a room with real measurements, without integration"):
        ingest.add_farm(store, settings, ROOM, integration="none", timezone=ROOM_ZONE, houses=1, kind="room", at=until)
        ingest.import_file(store, settings, sample.file(sample.ROOM_FILE), farm=ROOM, house=1, at=until)


def _analyse(settings: Settings, until: datetime) -> list[Run]:
    """Every analysis of both farms for two slots. The farms do not depend on each other, their slots do."""
    from farmlab import clock

    ends = {FARM: until, ROOM: clock.parse_time(ROOM_UNTIL, ROOM_ZONE)}
    with ThreadPoolExecutor(max_workers=len(ends)) as pool:
        both = [pool.submit(_analyse_farm, settings, farm, end, until) for farm, end in ends.items()]
        return [run for one in both for run in one.result()]


def _analyse_farm(settings: Settings, farm: str, end: datetime, until: datetime) -> list[Run]:
    from farmlab import runs, watch
    from farmlab.store import Store

    with Store.open(settings) as store:
        suiting = runs.suiting(store, farm, runs.catalogue(settings))
        days = {back: _in_order(suiting, today=not back) for back in (timedelta(days=1), timedelta(0))}
        done: list[Run] = []
        with runs.Kernels(settings, sum(len(chosen) for chosen in days.values())) as kernels:
            for back, chosen in days.items():
                watch.look(store, farm, end - back)
                one = partial(runs.run, store, settings, farm=farm, until=end - back, slot=until - back, index=False)
                done += [one(notebook.name, kernels=kernels) for notebook in chosen]
    return done


def _in_order(found: Sequence[Notebook], *, today: bool) -> list[Notebook]:
    """Hourly ones first, then those of a day by their time, since the later ones read what the earlier ones found.

    For yesterday only what today's first page is compared with; weekly ones are due on their own day (`make up`).
    """
    order = ("hourly", "daily")
    chosen = [one for one in found if one.schedule.split()[0] in order and (today or one.name in COMPARED)]
    return sorted(chosen, key=lambda one: (order.index(one.schedule.split()[0]), one.schedule, one.order))


def _summary(store: Store, settings: Settings, runs: list[Run], until: datetime) -> str:
    from farmlab import publish

    publish.publish_index(store, settings, until)
    since = until - timedelta(days=2)
    known = scoring.labels(settings.home, start=since, until=until)
    failed = [run for run in runs if run.status == "failed"]
    lines = [
        f"Farms: {FARM} (simulated, {len(store.houses(FARM))} houses), {ROOM} (real measurements)",
        f"Runs: {len(runs) - len(failed)} of {len(runs)} done" + "".join(f"\n  failed: {run.error}" for run in failed),
        scoring.in_words(scoring.compare(known, store.findings(FARM, start=since))),
    ]
    return "\n".join(lines)


def _swap(beside: Path, final: Path) -> None:
    old = final.with_name(f"{final.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if final.exists():
        final.rename(old)
    beside.rename(final)
    shutil.rmtree(old, ignore_errors=True)


class Steps:
    """Says what is being done, step by step, and how long it took."""

    def __init__(self, count: int) -> None:
        self._count, self._done, self._start = count, 0, time.monotonic()

    @property
    def total_s(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._start

    @contextmanager
    def __call__(self, what: str) -> Iterator[None]:
        """One step: its name at the beginning, its time at the end."""
        self._done += 1
        print(f"[{self._done}/{self._count}] {what} … ", end="", flush=True)
        begin = time.monotonic()
        yield
        print(f"{time.monotonic() - begin:.1f} s", flush=True)
