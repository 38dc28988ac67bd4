"""One poll of one farm: ask, keep the answer, discover, write, and say how it went."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from farmlab import clock, logs, secrets
from farmlab.domain import EventKind, SyncRun, SyncStatus
from farmlab.errors import ConfigError, FarmLabError
from farmlab.ingest import payloads, retry
from farmlab.ingest.asking import ask
from farmlab.ingest.connect import NONE, connect
from farmlab.ingest.discovery import discover
from farmlab.ingest.intake import known_after_poll, sensors_in_words, take_in
from farmlab.ingest.rejects import quarantine, summary
from farmlab.store import Written
from farmlab.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from farmlab.config import Settings
    from farmlab.domain import Event, Farm
    from farmlab.store import Store

LONGEST_SYNC: Final = timedelta(minutes=20)
FINDINGS: Final = "sync"
"""As the writer of findings: those of others are not closed here."""
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class _Round:
    """What a round works with: where to, for whom, when, and whom to tell."""

    store: Store
    settings: Settings
    farm: Farm
    at: datetime
    backoff: retry.Backoff
    days: bool
    say: Callable[[str], None]


def sync(
    store: Store,
    settings: Settings,
    farm_name: str,
    *,
    at: datetime,
    force: bool = False,
    days: bool = False,
    backoff: retry.Backoff | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> SyncRun:
    """How one attempt to poll the farm ended: success, partial (a house failed) or failed.

    A failure of the source is not raised but told in ``error``. After five failures in a row the farm is left
    alone for a growing time; then the answer has no id and says until when. ``force`` asks all the same.
    ``days`` also reads the tables of days that controllers keep of a running flock. ``say`` is given sentences
    on what was discovered.

    Raises
    ------
    ConfigError
        The farm is retired or has no integration.
    Busy
        Another process is polling it.
    """
    farm = store.farm(farm_name)
    if farm.retired_at is not None:
        raise ConfigError("the farm is retired", where=farm.name, next_step=f"farmlab farm restore {farm.name!r}")
    if farm.integration == NONE:
        raise ConfigError(
            "it has no integration, there is nothing to poll",
            where=farm.name,
            next_step="Take its data in with farmlab import FILE or farmlab record.",
        )
    with store.lock(f"sync:{farm.name}", owner="farmlab sync", ttl=LONGEST_SYNC):
        syncs = close_interrupted(store, farm.name, imports=False, at=at)
        pause = retry.paused_until(retry.failures(syncs), farm.poll_minutes)
        if pause is not None and at < pause and not force:
            return _left_alone(farm, syncs, pause, at=at)
        waits = backoff or retry.Backoff(settings.retry_s)
        return _attempt(_Round(store, settings, farm, at, waits, days, say))


def close_interrupted(store: Store, farm: str, *, imports: bool, at: datetime) -> list[SyncRun]:
    """The farm's syncs, newest first; those whose process died in the middle are now failed ones."""
    syncs = []
    for run in store.syncs(farm):
        if run.status == SyncStatus.RUNNING and (run.source == retry.IMPORT) == imports:
            why = "interrupted: its process ended in the middle; what it had written stays"
            run = store.finish_sync(replace(run, status=SyncStatus.FAILED, ended_at=at, error=why))
        syncs.append(run)
    return syncs


def _attempt(work: _Round) -> SyncRun:
    store, farm = work.store, work.farm
    begun = time.monotonic()
    run = store.start_sync(SyncRun(farm=farm.name, source=farm.integration, started_at=work.at))
    hidden = secrets.known_values(work.settings, [farm])
    with logs.writing(work.settings, hide=hidden, farm=farm.name, sync=run.id) as log:
        try:
            done = _round(work, run)
        except Exception as error:  # a plug-in may raise anything; the attempt has to be closed all the same
            known = isinstance(error, FarmLabError)
            log.error("sync failed", exc_info=not known)
            what = str(error) if known else f"unexpected {type(error).__name__}: {error}; see {work.settings.logs}"
            done = replace(run, status=SyncStatus.FAILED, error=what)
        error_text = secrets.mask(one_line(done.error, limit=600), hidden)
        ended = work.at + timedelta(milliseconds=round(1000 * (time.monotonic() - begun)))
        done = store.finish_sync(replace(done, ended_at=ended, error=error_text))
        log.info(
            "sync %s: new %d, seen %d, rejected %d %s", done.status, done.new, done.seen, done.rejected, done.error
        )
    _judge(store, farm, at=work.at)
    return done


def _round(work: _Round, run: SyncRun) -> SyncRun:
    store, farm, at = work.store, work.farm, work.at
    with connect(farm, work.settings) as source:
        answer = ask(source, at=at, backoff=work.backoff, days=work.days)
        run = replace(run, payload=payloads.archive(work.settings, run, answer.payload))
        found = discover(store, farm, source, answer.live, at=at)
    history = answer.live.table is not None and not store.newest(farm.name)
    frame = known_after_poll(answer.frame(), farm, at=at) if history else answer.frame()
    taken = take_in(store, farm.name, frame, answer.sensors, at=at)
    store.write_events(farm.name, _new_alarms(work, answer.alarms), learned_at=at)
    rejects = (*answer.rejects, *taken.rejects)
    kept = quarantine(work.settings, rejects, name=f"{farm.name}-sync", at=at)
    _tell(work, [*found.said, sensors_in_words(taken.new_sensors), summary(rejects, kept)])
    problems = [f"{_place(house)}: {one_line(what)}" for house, what in sorted(found.wrong.items())]
    problems += answer.failures
    useless = bool(rejects) and taken.written == Written()
    if useless:
        problems.append(f"nothing could be taken in: {summary(rejects, kept)}")
    return replace(
        run,
        status=_status(problems, silent=answer.silent or useless),
        new=taken.written.new,
        seen=taken.written.seen,
        changed=taken.written.changed,
        rejected=len(rejects),
        error=_joined(problems),
        known_as="polling" if history else run.known_as,
    )


def _new_alarms(work: _Round, alarms: Sequence[Event]) -> list[Event]:
    """Those of recorded houses; one that is told without a time (it has that of the poll) is new once a day."""
    known = {0, *(house.number for house in work.store.houses(work.farm.name))}
    lately = work.store.events(work.farm.name, kinds=(EventKind.ALARM,), start=work.at - timedelta(days=1))
    running = {(event.house, event.message) for event in lately if event.ended_at is None}
    return [
        alarm
        for alarm in alarms
        if alarm.house in known and (alarm.time != work.at or (alarm.house, alarm.message) not in running)
    ]


def _judge(store: Store, farm: Farm, *, at: datetime) -> None:
    """Raise a finding after three failed polls in a row; resolve it when a poll has worked."""
    from farmlab import findings

    polls = [sync for sync in store.syncs(farm.name) if sync.source != retry.IMPORT]
    found = findings.of_syncs(farm.name, polls, timezone=farm.timezone)
    store.save_findings(farm.name, found, source=FINDINGS, at=at)


def _tell(work: _Round, sentences: Sequence[str]) -> None:
    for sentence in filter(None, sentences):
        logs.LOGGER.info("%s", sentence)
        work.say(sentence)


def _status(problems: Sequence[str], *, silent: bool) -> SyncStatus:
    """Partial when a house or a part failed, failed when nothing came at all."""
    if not problems:
        return SyncStatus.SUCCESS
    return SyncStatus.FAILED if silent else SyncStatus.PARTIAL


def _place(house: int) -> str:
    return f"House {house}" if house else "Farm"


def _joined(problems: Sequence[str]) -> str:
    rest = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
    return "; ".join(problems[:_SHOWN]) + rest


def _left_alone(farm: Farm, syncs: Sequence[SyncRun], until: datetime, *, at: datetime) -> SyncRun:
    """The answer while a farm is left alone; it is not kept, as nothing was attempted."""
    failed = retry.failures(syncs)
    local = until.astimezone(clock.zone(farm.timezone))
    error = (
        f"left alone until {local:%Y-%m-%d %H:%M} after {len(failed)} failed polls in a row ({failed[0].error}). "
        f"To try at once: farmlab sync {farm.name!r}"
    )
    return SyncRun(
        farm=farm.name, source=farm.integration, started_at=at, ended_at=at, status=SyncStatus.FAILED, error=error
    )
