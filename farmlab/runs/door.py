"""The one door through which notebooks run: for the command line, the flows and the tests alike.

Validate → claim the slot → skip when nothing changed → execute → scan for secrets → record → publish.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from farmlab import clock, notebooks, publish, results
from farmlab.domain import Run as Record
from farmlab.domain import RunStatus, VerdictState
from farmlab.errors import BadParameter, Busy, DataError, NotebookFailed, RunError
from farmlab.notebooks import parameters as typed
from farmlab.runs import folders, outcome
from farmlab.runs.execute import execute
from farmlab.runs.fingerprint import code_version, fingerprint, unchanged
from farmlab.runs.kernels import Kernels
from farmlab.runs.scan import Scanner

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from farmlab.config import Settings
    from farmlab.domain import Farm, Verdict
    from farmlab.notebooks import Notebook
    from farmlab.store import Store

VerdictOf = Callable[["Store", str, int, "datetime"], "Verdict"]
"""What judges the data of a farm and house at a moment: :func:`farmlab.watch.verdict`."""


def run(
    store: Store,
    settings: Settings,
    notebook: str,
    *,
    farm: str,
    until: datetime,
    house: int = 0,
    parameters: Mapping[str, Any] | None = None,
    slot: datetime | None = None,
    force: bool = False,
    verdict_of: VerdictOf | None = None,
    kernels: Kernels | None = None,
    index: bool = True,
    past: bool = False,
) -> Record:
    """Run one notebook for one farm (house 0: all of it) and slot; the slot of a run by hand is now.

    A notebook that fails is not an exception but a record with the status ``failed`` and a page.
    ``force`` runs even when nothing changed. Without ``index`` the site's index is left as it is. What a
    run of the ``past`` finds stays with it, and opens or closes no finding of today. ``kernels`` are those of
    several runs in a row.

    Raises
    ------
    UnknownName, BadNotebook, BadParameter
        The request is wrong; no kernel was started.
    Busy
        Another run of this farm goes on, or the slot has been run.
    """
    chosen = notebooks.find(settings, notebook)
    job = _Job(
        store=store,
        settings=settings,
        notebook=chosen,
        farm=store.farm(farm),
        house=_house(store, farm, house, chosen),
        until=until,
        slot=slot or clock.now(),
        given=typed.check(chosen.parameters, parameters or {}, notebook=chosen.name),
        force=force,
        verdict_of=verdict_of or _watch,
        kernels=kernels or Kernels(settings),
        past=past,
    )
    with store.lock(f"run/{farm}", owner=_owner(), ttl=timedelta(seconds=2 * job.timeout_s + 300)):
        _settle_killed(store, farm)
        finished = job.run()
    if index:
        publish.publish_index(store, settings, clock.now())
    return finished


def recover(store: Store) -> list[Record]:
    """Runs that were killed in the middle, now recorded as failed; those that still go on are left alone."""
    unfinished = store.runs(status=(RunStatus.CLAIMED, RunStatus.RUNNING))
    settled: list[Record] = []
    for farm in sorted({record.farm for record in unfinished}):
        try:
            with store.lock(f"run/{farm}", owner=_owner(), ttl=timedelta(minutes=1)):
                settled += _settle_killed(store, farm)
        except Busy:
            continue
    return settled


@dataclass(frozen=True, kw_only=True)
class _Job:
    """One request to run, with everything it needs."""

    store: Store
    settings: Settings
    notebook: Notebook
    farm: Farm
    house: int
    until: datetime
    slot: datetime
    given: Mapping[str, Any]
    force: bool
    verdict_of: VerdictOf
    kernels: Kernels
    past: bool

    @property
    def timeout_s(self) -> int:
        metadata = self.notebook.metadata
        return (metadata.timeout_s if metadata else None) or self.settings.run_timeout_s

    @cached_property
    def scanner(self) -> Scanner:
        from farmlab import secrets

        return Scanner(secrets.known_values(self.settings, self.store.farms(retired=True)))

    @cached_property
    def verdict(self) -> Verdict:
        return self.verdict_of(self.store, self.farm.name, self.house, self.until)

    @cached_property
    def before(self) -> Record | None:
        """The last good run of an earlier slot."""
        return self.store.last_run(self.notebook.name, self.farm.name, self.house, before=self.slot)

    @cached_property
    def newest(self) -> Record | None:
        """The last run of an earlier slot that came to an end, whether or not its data could be trusted."""
        ended = (RunStatus.DONE, RunStatus.DISQUALIFIED)
        return self.store.last_run(self.notebook.name, self.farm.name, self.house, status=ended, before=self.slot)

    def run(self) -> Record:
        """Claim, then skip or execute, and record how it ended."""
        claimed = self.store.claim(self.asked_for(), force=self.force)
        try:
            ended = self.skip(claimed) if self._may_skip(claimed) else self.execute(claimed)
        except RunError as error:
            ended = self.fail(claimed, error)
        except BaseException as error:
            self.store.save_run(outcome.interrupted(claimed, clock.now(), error))
            raise
        return self.store.save_run(ended)

    def asked_for(self) -> Record:
        """The record with which the slot is claimed."""
        folder = folders.name(self.farm.name, self.notebook.name, self.house, self.slot)
        whole = {parameter.name: parameter.default for parameter in self.notebook.parameters} | dict(self.given)
        until = clock.to_utc(self.until).isoformat()
        whole |= {"farm": self.farm.name, "house": self.house, "until": until, "run_dir": ""}
        watermark = self.store.watermark(self.farm.name, house=self.house)
        records = self.store.record_version(self.farm.name, house=self.house)
        prices = {**self.settings.prices, "in": self.settings.currency}
        return Record(
            notebook=self.notebook.name,
            farm=self.farm.name,
            house=self.house,
            slot=self.slot,
            parameters=whole,
            fingerprint=fingerprint(self.notebook, whole, watermark=watermark, records=records, prices=prices),
            code_version=code_version(),
            watermark=watermark,
            started_at=clock.now(),
            folder=folder,
            results=self._interruptions(),
        )

    def skip(self, claimed: Record) -> Record:
        """Nothing changed: the last page stays, with a verdict of now."""
        assert self.newest is not None
        skipped = replace(
            claimed,
            status=RunStatus.SKIPPED,
            ended_at=clock.now(),
            verdict=self.verdict,
            page=self.newest.page,
            folder=self.newest.folder,
            results=self.newest.results,
        )
        self._publish(skipped)
        return skipped

    def execute(self, claimed: Record) -> Record:
        """Execute the notebook, take its results in, and publish its page."""
        running = self.store.save_run(replace(claimed, status=RunStatus.RUNNING))
        folder, begin = folders.prepare(self.settings, running, self.before), time.monotonic()
        try:
            execute(
                self.notebook.path,
                folder / folders.NOTEBOOK,
                {**running.parameters, "run_dir": str(folder)},
                kernels=self.kernels,
                timeout_s=self.timeout_s,
            )
        finally:
            self.scanner.refuse_folder(folder)
        found = self._results(folder)
        verdict = found.verdict or self.verdict
        trusted = verdict.state is not VerdictState.DISQUALIFIED
        done = replace(
            running,
            status=RunStatus.DONE if trusted else RunStatus.DISQUALIFIED,
            ended_at=clock.now(),
            timings={"execute_s": round(time.monotonic() - begin, 1)},
            verdict=verdict,
            results=outcome.in_short(found, results.previous(folder)) | {outcome.PAST: self.past},
            page=f"{running.folder}.html",
        )
        self._publish(done)
        if not self.past:
            outcome.take_in(self.store, self.notebook, done, found)
        folders.prune(self.store, self.settings, clock.now())
        return done

    def fail(self, claimed: Record, error: RunError) -> Record:
        """The record of a run that failed, with a page that says why."""
        failed = replace(
            claimed,
            status=RunStatus.FAILED,
            ended_at=clock.now(),
            verdict=self.verdict,
            error=self.scanner.redact(str(error)),
            page=f"{claimed.folder}.html",
        )
        failed = self._publish_failed(failed)
        if not self.past:
            what = self.scanner.redact(error.what)
            outcome.say_failed(self.store, self.notebook, failed, what=what, next_step=error.next_step)
        return failed

    def _interruptions(self) -> dict[str, int]:
        """How often this very slot was killed before, so that it is not tried for ever."""
        failed = self.store.runs(
            farm=self.farm.name,
            notebook=self.notebook.name,
            house=self.house,
            status=(RunStatus.FAILED,),
            since=self.slot,
            until=self.slot,
        )
        counts = [record.results.get(outcome.INTERRUPTED, 0) for record in failed]
        return {outcome.INTERRUPTED: max(counts)} if counts else {}

    def _may_skip(self, claimed: Record) -> bool:
        """Whether it would only repeat the run before; one of the past has told nobody what it found."""
        never = self.notebook.metadata is not None and self.notebook.metadata.skip == "never"
        if self.force or never or not unchanged(claimed, self.newest):
            return False
        return self.past or self.newest is None or not self.newest.results.get(outcome.PAST)

    def _publish(self, record: Record, *, body: bool = True) -> None:
        def refuse(html: str) -> None:
            self.scanner.refuse(html, where=self.notebook.name)

        publish.publish_run(
            self.settings, record, self.notebook, farm=self.farm, good=self.before, refuse=refuse, body=body
        )

    def _publish_failed(self, record: Record) -> Record:
        """With its page; without what the notebook shows, where that was too much; else without a page."""
        for body in (True, False):
            try:
                self._publish(record, body=body)
            except RunError:
                continue
            return record
        return replace(record, page="")

    def _results(self, folder: Any) -> results.Results:
        try:
            return results.load(folder)
        except DataError as error:
            raise NotebookFailed(error.what, where=self.notebook.name, next_step=error.next_step) from None


def _watch(store: Store, farm: str, house: int, until: datetime) -> Verdict:
    from farmlab import watch

    return watch.verdict(store, farm, house, until)


def _house(store: Store, farm: str, house: int, notebook: Notebook) -> int:
    if notebook.scope == "house" and house == 0:
        raise BadParameter("it looks at one house at a time", where=notebook.name, next_step="Add --house N.")
    return store.house(farm, house).number if house else 0


def _settle_killed(store: Store, farm: str) -> list[Record]:
    """Who holds the farm's lock is the only one that runs: whatever else says so was killed."""
    unfinished = store.runs(farm=farm, status=(RunStatus.CLAIMED, RunStatus.RUNNING))
    return [store.save_run(outcome.interrupted(record, clock.now())) for record in unfinished]


def _owner() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
