"""The tab "Overview": what every analysis said last, and how old that is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from farmlab.dashboard import state, words
from farmlab.dashboard.insights import stored
from farmlab.dashboard.insights.stored import Head
from farmlab.dashboard.seen import LIVING
from farmlab.dashboard.state import Fresh, State
from farmlab.domain import FindingStatus, RunStatus, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from farmlab.dashboard.source import Source
    from farmlab.domain import Farm, Finding, Run

DAY: Final = timedelta(hours=24)
_TRIED: Final = (RunStatus.DONE, RunStatus.DISQUALIFIED, RunStatus.FAILED, RunStatus.SKIPPED)


@dataclass(frozen=True, slots=True)
class Said:
    """One analysis: what it said last, and how old that is."""

    title: str
    state: State
    word: str
    text: str
    age: str
    late: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One farm: how old its data are, its open findings by weight, what changed in a day, and its analyses."""

    name: str
    simulated: bool
    state: State
    fresh: Fresh
    open: str
    changed: str
    analyses: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole tab."""

    head: Head
    farms: tuple[Part, ...]


def read(source: Source, at: datetime) -> Summary:
    """Every farm with what its analyses said last, the worst first."""
    farms = sorted((_part(source, farm, at) for farm in source.store.farms()), key=lambda part: -part.state)
    worst = max((part.state for part in farms), default=State.NONE)
    return Summary(Head(at, worst, _sentence(source, farms), stored.silence(source, at)), tuple(farms))


def open_findings(source: Source, farm: str | None = None) -> list[Finding]:
    """The findings that ask somebody to act and are not settled."""
    found = source.store.findings(farm, status=LIVING)
    known = {record.name for record in source.store.farms()}
    return [one for one in found if one.severity is not Severity.INFO and one.farm in known]


def _sentence(source: Source, farms: list[Part]) -> str:
    if not farms:
        return "There is no farm yet."
    found = Counter(one.severity for one in open_findings(source))
    urgent, later = found[Severity.CRITICAL], found[Severity.WARNING]
    if urgent:
        needs = f"{words.count(urgent, 'finding')} {'needs' if urgent == 1 else 'need'} you today"
        more = f"; {later} more {'wants' if later == 1 else 'want'} a look" if later else ""
        return f"{needs[0].upper()}{needs[1:]}{more}."
    if later:
        wants = f"{words.count(later, 'finding')} {'wants' if later == 1 else 'want'} a look; nothing is urgent."
        return f"{wants[0].upper()}{wants[1:]}"
    return "Nothing that was found is open."


def _part(source: Source, farm: Farm, at: datetime) -> Part:
    found = open_findings(source, farm.name)
    analyses = tuple(_said(farm, runs, at) for runs in _by_notebook(source.store.runs(farm=farm.name, status=_TRIED)))
    return Part(
        name=farm.name,
        simulated=farm.simulated,
        state=max([state.worst(found), *(said.state for said in analyses)]),
        fresh=stored.fresh(source, farm, at),
        open=_weights(found),
        changed=_changed(source, farm, at),
        analyses=analyses,
    )


def _by_notebook(runs: list[Run]) -> Iterable[list[Run]]:
    """The runs of the whole farm by analysis, each the newest first; missed slots are left out."""
    mine = [run for run in runs if run.house == 0 and (run.page or run.status is not RunStatus.SKIPPED)]
    names = sorted({run.notebook for run in mine})
    return ([run for run in mine if run.notebook == name] for name in names)


def _said(farm: Farm, runs: list[Run], at: datetime) -> Said:
    newest = runs[0]
    good = next((run for run in runs if run.status in (RunStatus.DONE, RunStatus.SKIPPED)), newest)
    failed, old = newest.status is RunStatus.FAILED, stored.late(farm, good, at)
    stands = state.BY_VERDICT[good.verdict.state] if good.verdict else State.NONE
    return Said(
        title=good.notebook.replace("_", " ").capitalize(),
        state=max(stands, State.WARNING) if failed or old else stands,
        word="failed since" if failed else "stale" if old else stands.word if good.verdict else "no verdict",
        text=str(good.results.get("summary", "")) or (newest.error if failed else ""),
        age=stored.made(farm, good, at),
        late=old or failed,
    )


def _weights(found: list[Finding]) -> str:
    counts = Counter(one.severity for one in found)
    parts = [f"{counts[weight]} {weight}" for weight in (Severity.CRITICAL, Severity.WARNING) if counts[weight]]
    return f"{words.count(len(found), 'open finding')}" + (f" ({', '.join(parts)})" if parts else "")


def _changed(source: Source, farm: Farm, at: datetime) -> str:
    """What was found and what was settled within a day."""
    recent = source.store.findings(farm.name, start=at - 2 * DAY)
    new = [one for one in recent if (one.detected_at or one.start) > at - DAY and one.severity is not Severity.INFO]
    settled = [one for one in new if one.status is FindingStatus.RESOLVED]
    return f"{len(new) or 'none'} new in 24 hours" + (f", {len(settled)} of them over" if settled else "")
