"""What is fresh, late and failing, farm by farm."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING, Final

from farmlab import clock, notebooks, runs, watch
from farmlab.dashboard import overview, state
from farmlab.dashboard.source import end
from farmlab.dashboard.state import Fresh
from farmlab.domain import FindingStatus, RunStatus, Severity, SyncStatus, VerdictState
from farmlab.serving import home

if TYPE_CHECKING:
    from collections.abc import Iterator

    from farmlab.config import Settings
    from farmlab.domain import Farm, House, Run
    from farmlab.serving.home import Running
    from farmlab.store import Store

LATE: Final = timedelta(minutes=45)
"""A slot that is due for longer should have been run."""


@dataclass(frozen=True, slots=True)
class FarmStatus:
    """One farm: what it says of itself in a few lines, and what is wrong with it."""

    name: str
    simulated: bool
    verdict: str
    sentence: str
    source: str
    findings: str
    houses: dict[str, str]
    runs: dict[str, str]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """Everything; ``processes`` is None when nothing is up."""

    home: str
    at: datetime
    processes: tuple[Running, ...] | None
    farms: tuple[FarmStatus, ...]
    problems: tuple[str, ...] = field(default=())


def read(store: Store, settings: Settings, at: datetime) -> Status:
    """The status at this moment; runs that were killed are settled on the way."""
    runs.recover(store)
    processes = home.running(settings.data)
    late = [item for item in runs.due(store, settings, at) if at - item.slot > LATE and not item.too_late]
    analyses = [notebook.name for notebook in notebooks.catalogue(settings)]
    farms = tuple(_farm(store, farm, analyses, at) for farm in store.farms())
    general = [*_processes(processes or []), *_due(len(late))]
    problems = (*general, *(f"{farm.name}: {problem}" for farm in farms for problem in farm.problems))
    return Status(str(settings.home), at, None if processes is None else tuple(processes), farms, problems)


def as_text(status: Status) -> str:
    """The status for people: the sentence first, then each farm."""
    count = len(status.problems)
    first = (
        "Nothing failed, and nothing is late."
        if not count
        else f"{count} {'thing needs' if count == 1 else 'things need'} you:"
    )
    lines = [first, *(f"  ■ {problem}" for problem in status.problems), "", _up(status)]
    for farm in status.farms:
        lines += ["", *_lines(farm)]
    return "\n".join(lines if status.farms else [*lines, "", "There is no farm yet: farmlab farm add NAME."])


def _processes(processes: list[Running]) -> Iterator[str]:
    for one in processes:
        if one.pid is None or one.trouble:
            again = "starts again" if one.pid is None else "was started again and does not answer yet"
            yield f"{one.trouble or one.name}; it {again}"


def _due(late: int) -> Iterator[str]:
    if late:
        yield f"{late} {'analysis is' if late == 1 else 'analyses are'} overdue: farmlab run --due"


def _farm(store: Store, farm: Farm, analyses: list[str], at: datetime) -> FarmStatus:
    houses, newest = store.houses(farm.name), store.newest(farm.name)
    fresh = {house.label: state.freshness(newest.get(house.number), at, farm) for house in houses}
    until = end(farm, max(newest.values(), default=None), at)
    verdict = watch.verdict(store, farm.name, 0, until) if houses else None
    last = _last_runs(store, farm.name, analyses, houses)
    disqualified = verdict is not None and verdict.state is VerdictState.DISQUALIFIED
    return FarmStatus(
        name=farm.name,
        simulated=farm.simulated,
        verdict=verdict.state.value if verdict else "",
        sentence=verdict.sentence if verdict else "It has no house yet.",
        source=overview.asked(store, farm, at),
        findings=_open(store, farm),
        houses={label: one.text for label, one in fresh.items()},
        runs={_scope(run, houses): _ended(run, farm, at) for run in last},
        problems=(
            *_poll(store, farm, at),
            *_silent(fresh),
            *((f"not to be trusted: {verdict.sentence}",) if disqualified and verdict else ()),
            *(f"{_scope(run, houses)} {_ended(run, farm, at)}" for run in last if run.status is RunStatus.FAILED),
        ),
    )


def _open(store: Store, farm: Farm) -> str:
    """What needs somebody, in one line."""
    standing = [status for status in FindingStatus if status.needs_somebody]
    found = [one for one in store.findings(farm.name, status=standing) if one.severity is not Severity.INFO]
    if not found:
        return "nothing needs anybody"
    houses = sorted({one.house for one in found if one.house})
    where = f" in house{'s' if len(houses) > 1 else ''} {', '.join(map(str, houses))}" if houses else ""
    return f"{len(found)} open{where}: farmlab findings list --farm {shlex.quote(farm.name)}"


def _silent(fresh: dict[str, Fresh]) -> Iterator[str]:
    """Houses whose data are late; said once when all of them are."""
    late = {label: one.text for label, one in fresh.items() if one.late}
    if len(late) == len(fresh) > 1 and len(set(late.values())) == 1:
        yield f"all houses, {next(iter(late.values()))}"
    else:
        yield from (f"{label}, {text}" for label, text in late.items())


def _poll(store: Store, farm: Farm, at: datetime) -> Iterator[str]:
    poll = next((one for one in store.syncs(farm.name) if one.source == farm.integration), None)
    if farm.integration == "none" or poll is None:
        return
    if poll.status is SyncStatus.FAILED:
        yield f"the sync of {clock.spoken(poll.started_at, farm.timezone, at=at)} failed: {poll.error}"
    elif at - poll.started_at > state.allowed(farm):
        yield f"no sync since {clock.spoken(poll.started_at, farm.timezone, at=at)}"


def _last_runs(store: Store, farm: str, analyses: list[str], houses: list[House]) -> list[Run]:
    """The newest run of every notebook and scope, also of what runs too rarely to be among the newest of the farm."""
    found: dict[tuple[str, int], Run] = {}
    for run in store.runs(farm=farm):
        found.setdefault((run.notebook, run.house), run)
    for notebook, number in product(analyses, (0, *(house.number for house in houses))):
        rare = None if (notebook, number) in found else store.last_run(notebook, farm, number, status=())
        if rare is not None:
            found[notebook, number] = rare
    return [found[key] for key in sorted(found)]


def _scope(run: Run, houses: list[House]) -> str:
    labels = {house.number: house.label for house in houses}
    return f"{run.notebook} of {labels.get(run.house, run.house)}" if run.house else run.notebook


def _ended(run: Run, farm: Farm, at: datetime) -> str:
    text = f"{run.status} {clock.spoken(run.slot, farm.timezone, at=at)}"
    return f"{text}: {run.error}" if run.error else text


def _up(status: Status) -> str:
    if status.processes is None:
        return "Nothing is running here; start everything with: farmlab up"
    told = [f"{one.name} {one.address or 'runs'}" if one.pid else f"{one.name} is down" for one in status.processes]
    return "Running: " + " · ".join(told)


def _lines(farm: FarmStatus) -> Iterator[str]:
    yield f"{farm.name}{' (simulated)' if farm.simulated else ''}: {farm.sentence}"
    yield f"  source    {farm.source}"
    yield f"  findings  {farm.findings}"
    for title, entries in (("newest", farm.houses), ("runs", farm.runs)):
        for number, (name, text) in enumerate(entries.items()):
            yield f"  {title if number == 0 else '':<8}  {name}: {text}"
