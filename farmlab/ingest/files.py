"""A file into a farm's store, once: recognised, read, what cannot be read set aside, the rest written."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from farmlab import logs
from farmlab.domain import SyncRun, SyncStatus
from farmlab.errors import FarmLabError, UnknownName
from farmlab.ingest import flocks, retry
from farmlab.ingest.intake import known_after_poll, sensors_in_words, take_in
from farmlab.ingest.rejects import Reject, quarantine, summary
from farmlab.ingest.rounds import close_interrupted
from farmlab.store import Written
from farmlab.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    import pandas as pd

    from farmlab.config import Settings
    from farmlab.domain import Farm
    from farmlab.integrations.recognise import Recognised
    from farmlab.integrations.recognise.times import Order
    from farmlab.store import Store

KnownAs = Literal["polling", "measured", "now"]
KNOWN_AS: Final = ("polling", "measured", "now")
_LONGEST_IMPORT: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Import:
    """What became of a file: the sync that records it, what it was recognised as, sentences, and the rejects' file."""

    run: SyncRun
    recognised: Recognised
    said: tuple[str, ...]
    quarantine: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """An import: where from, where to, and how."""

    store: Store
    settings: Settings
    farm: Farm
    path: Path
    house: int | None
    known_as: KnownAs
    at: datetime
    begun: float
    progress: Callable[[str], None]

    @property
    def ended_at(self) -> datetime:
        """When it ended, by the clock of the caller."""
        return self.at + timedelta(milliseconds=round(1000 * (time.monotonic() - self.begun)))


def import_file(
    store: Store,
    settings: Settings,
    path: Path | str,
    *,
    farm: str,
    at: datetime,
    house: int | None = None,
    known_as: KnownAs = "polling",
    mapping: Mapping[str, str] | None = None,
    timezone: str = "",
    dates: Order | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Import:
    """Take a table in; the same file again adds nothing.

    ``house`` is that of rows that do not say theirs (unset: the farm's only one), ``timezone`` that of times
    without an offset (unset: the farm's); ``mapping`` says what columns mean, see
    :mod:`farmlab.integrations.recognise.mapping`. Each reading counts as known one polling interval after it
    was measured, or when it was ``measured``, or ``now``.

    Raises
    ------
    UnreadableTable
        There is no table of readings in the file.
    UnknownName
        No such farm or house, or a hint names what is not there.
    """
    record = store.farm(farm)
    job = _Job(
        store=store,
        settings=settings,
        farm=record,
        path=Path(path),
        house=house,
        known_as=known_as,
        at=at,
        begun=time.monotonic(),
        progress=progress,
    )
    with store.lock(f"import:{farm}", owner="farmlab import", ttl=_LONGEST_IMPORT):
        close_interrupted(store, farm, imports=True, at=at)
        run = store.start_sync(SyncRun(farm=farm, source=retry.IMPORT, started_at=at, known_as=known_as))
        return _attempt(job, run, mapping or {}, timezone or record.timezone, dates)


def _attempt(job: _Job, run: SyncRun, mapping: Mapping[str, str], timezone: str, dates: Order | None) -> Import:
    """The import, told in the log; one that fails is closed as failed."""
    with logs.writing(job.settings, farm=job.farm.name, sync=run.id) as log:
        try:
            done = _import(job, run, mapping, timezone, dates)
        except FarmLabError as error:
            failed = replace(run, status=SyncStatus.FAILED, ended_at=job.ended_at, error=one_line(str(error)))
            job.store.finish_sync(failed)
            log.warning("import of %s failed: %s", job.path.name, error)
            raise
        for sentence in done.said:
            log.info("%s: %s", job.path.name, sentence)
    return done


def _import(job: _Job, run: SyncRun, mapping: Mapping[str, str], timezone: str, dates: Order | None) -> Import:
    from farmlab.integrations import recognise

    houses = {house.number: house for house in job.store.houses(job.farm.name)}
    names = {house.name: number for number, house in houses.items() if house.name}
    job.progress(f"reading {job.path.name}")
    table = recognise.open_table(
        job.path, recognise.Hints(timezone=timezone, columns=mapping, dates=dates, houses=names)
    )
    default = _default_house(job, table.recognised, sorted(houses))
    frame, rejected = recognise.read_table(table, house=default, allowed=frozenset(houses))
    rejects = [Reject(line, reason, row) for line, reason, row in rejected.itertuples(index=False)]
    job.progress(f"writing {len(frame):,} readings")
    sensors = recognise.sensors_in(frame, table.recognised)
    taken = take_in(job.store, job.farm.name, _learned(job, frame), sensors, at=job.at)
    rejects += taken.rejects
    begun = flocks.save_past(job.store, job.farm, frame)
    kept = quarantine(job.settings, rejects, name=job.path.name, at=job.at)
    said = [*table.recognised.assumptions, sensors_in_words(taken.new_sensors), *begun, summary(rejects, kept)]
    nothing = taken.written == Written()
    done = replace(
        run,
        status=SyncStatus.FAILED if nothing and rejects else SyncStatus.SUCCESS,
        ended_at=job.ended_at,
        new=taken.written.new,
        seen=taken.written.seen,
        changed=taken.written.changed,
        rejected=len(rejects),
        error="no reading could be taken in" if nothing else "",
    )
    return Import(job.store.finish_sync(done), table.recognised, tuple(filter(None, said)), kept)


def _default_house(job: _Job, known: Recognised, numbers: list[int]) -> int:
    """The house of rows that do not name theirs.

    Raises
    ------
    UnknownName
        None was given, and the farm has several; or a house that the farm does not have.
    """
    said = {column.house for column in known.columns if column.house is not None}
    asked = said | ({job.house} if job.house is not None else set())
    for number in sorted(asked - {0, *numbers}):
        raise UnknownName(
            f"the farm has no house {number}",
            where=job.farm.name,
            next_step=f"Add it first: farmlab house add --farm {job.farm.name!r} --house {number}",
        )
    if job.house is not None:
        return job.house
    needed = known.places.house < 0 and any(column.house is None for column in known.columns)
    if needed and len(numbers) != 1:
        raise UnknownName(
            f"the file does not say which of the {len(numbers)} houses it is about",
            where=known.name,
            next_step="Say it: --house N, or --map COLUMN=house.",
        )
    return numbers[0] if numbers else 0


def _learned(job: _Job, frame: pd.DataFrame) -> pd.DataFrame:
    if job.known_as == "now":
        return frame
    if job.known_as == "measured":
        return frame.assign(learned_at=frame["time"].where(frame["time"] <= job.at, job.at))
    return known_after_poll(frame, job.farm, at=job.at)
