"""One analysis over the past: a run for each of many moments, each seeing only what was known then.

It can be stopped and taken up again: what has been run is kept.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from farmlab import clock, notebooks, publish
from farmlab.domain import Run, RunStatus
from farmlab.errors import BadParameter, Busy
from farmlab.notebooks import parameters as typed
from farmlab.notebooks import slots
from farmlab.runs.door import run
from farmlab.runs.kernels import Kernels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from farmlab.config import Settings
    from farmlab.notebooks import Notebook
    from farmlab.store import Store

_ENDED: Final = (RunStatus.DONE, RunStatus.DISQUALIFIED, RunStatus.SKIPPED)
_ASK_AGAIN_S: Final = 2.0
_PATIENCE_S: Final = 900.0


@dataclass(frozen=True, slots=True)
class Slot:
    """One moment of the past and its run; ``kept``: it had been run before."""

    moment: datetime
    run: Run
    kept: bool

    @property
    def failed(self) -> bool:
        """Whether it has to be looked at."""
        return self.run.status is RunStatus.FAILED


def run_past(
    store: Store,
    settings: Settings,
    notebook: str,
    moments: Sequence[datetime],
    *,
    farm: str,
    house: int = 0,
    parameters: Mapping[str, Any] | None = None,
    force: bool = False,
    tell: Callable[[Slot], None] = lambda _: None,
    **options: Any,
) -> list[Slot]:
    """Run a notebook for each of these moments, the earliest first; ``tell`` hears of each as it ends.

    A moment that has been run with these parameters is kept, unless ``force``; one that failed or was killed is
    run again. A failure does not stop the rest. What is found stays with the run: findings of today are neither
    opened nor closed by the past. ``options`` go to :func:`farmlab.runs.run`.

    Raises
    ------
    UnknownName, BadNotebook, BadParameter
        The request is wrong, or a moment was run with other parameters; nothing was run.
    Busy
        Another run of this farm did not end within a quarter of an hour.
    """
    chosen = notebooks.find(settings, notebook)
    given = typed.check(chosen.parameters, parameters or {}, notebook=chosen.name)
    done: list[Slot] = []
    with Kernels(settings, len(moments)) as kernels:
        past = _Past(store, settings, chosen, farm, house, given, {"kernels": kernels, **options})
        if not force:
            past.refuse_others(moments)
        try:
            for moment in moments:
                done.append(past.at(moment, force=force))
                tell(done[-1])
        finally:
            publish.publish_index(store, settings, clock.now())
    return done


@dataclass(frozen=True)
class _Past:
    """What is asked for at every moment."""

    store: Store
    settings: Settings
    notebook: Notebook
    farm: str
    house: int
    given: Mapping[str, Any]
    options: Mapping[str, Any]

    def at(self, moment: datetime, *, force: bool) -> Slot:
        """The run of this moment: the one that there is, or a new one."""
        gives_up = time.monotonic() + _PATIENCE_S
        while True:
            known = next(self.known([moment]), None)
            if known is not None and _holds(known) and not force:
                return Slot(moment, known, kept=True)
            try:
                return Slot(moment, self._run(moment, force=force or _was_missed(known)), kept=False)
            except Busy:  # a scheduled run of this farm, or somebody else at the same span
                if time.monotonic() > gives_up:
                    raise
                time.sleep(_ASK_AGAIN_S)

    def known(self, moments: Sequence[datetime]) -> Iterator[Run]:
        """The runs that these moments have already."""
        wanted = set(moments)
        found = self.store.runs(
            farm=self.farm,
            notebook=self.notebook.name,
            house=self.house,
            since=min(wanted),
            until=max(wanted),
            limit=None,
        )
        return (record for record in found if record.slot in wanted)

    def refuse_others(self, moments: Sequence[datetime]) -> None:
        """Moments that were run with other parameters would be mixed up with these."""
        ours = {item.name: item.default for item in self.notebook.parameters} | dict(self.given)
        other = [record for record in self.known(moments) if _holds(record) and _differ(record.parameters, ours)]
        if other:
            raise BadParameter(
                f"{len(other)} of {len(moments)} moments have been run with other parameters",
                where=self.notebook.name,
                next_step="Give the same ones with -p, or add --force to run them all anew.",
            )

    def _run(self, moment: datetime, *, force: bool) -> Run:
        return run(
            self.store,
            self.settings,
            self.notebook.name,
            farm=self.farm,
            house=self.house,
            until=moment,
            slot=moment,
            parameters=self.given,
            force=force,
            index=False,
            past=self._is_past(moment),
            **self.options,
        )

    def _is_past(self, moment: datetime) -> bool:
        """Whether it lies before the slot that is due by now: that one is today's, and speaks of today."""
        schedule = slots.parse(self.notebook.schedule)
        zone = self.store.farm(self.farm).timezone
        return schedule is None or moment < slots.newest(schedule, clock.now(), zone)


def _holds(record: Run) -> bool:
    return record.status in _ENDED and not _was_missed(record)


def _was_missed(record: Run | None) -> bool:
    """A slot that the schedule passed over: it is taken, but nothing was run."""
    return record is not None and record.status is RunStatus.SKIPPED and not record.page


def _differ(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    """Whether parameters differ, besides those that the run itself sets."""
    names = set(ours) - typed.RESERVED
    return any(theirs.get(name) != ours[name] for name in names)
