"""The state of every report of a farm: last good, last attempt, stale since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from farmlab import text
from farmlab.domain import RunStatus
from farmlab.publish import words
from farmlab.states import STALE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from farmlab.config import Settings
    from farmlab.domain import Farm, Run
    from farmlab.notebooks import Notebook
    from farmlab.states import State
    from farmlab.store import Store

_PERIODS: Final = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(days=7)}
_GRACE: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report of a farm on the first page."""

    title: str
    state: State
    said: str
    href: str = ""
    history: str = ""


def reports_of(store: Store, settings: Settings, analyses: list[Notebook], farm: Farm, at: datetime) -> list[Report]:
    """Every report of the farm that has been tried, in the order of the catalogue."""
    return [report for notebook in analyses for report in _of_notebook(store, settings, notebook, farm, at)]


def folder(farm: Farm, notebook: str) -> str:
    """Where the pages of a report are, below the site."""
    return f"{text.slug(farm.name)}/{text.slug(notebook)}"


def _of_notebook(store: Store, settings: Settings, notebook: Notebook, farm: Farm, at: datetime) -> Iterator[Report]:
    tried = [run for run in store.runs(farm=farm.name, notebook=notebook.name) if run.status is not RunStatus.CLAIMED]
    for house in sorted({run.house for run in tried}):
        of_house = [run for run in tried if run.house == house]
        last = next((run for run in of_house if run.ended_at and not _is_missed(run)), None)
        if last is None:
            continue
        good = last if _is_good(last) else store.last_run(notebook.name, farm.name, house)
        yield _report(settings, notebook, farm, last, good, at)


def _report(settings: Settings, notebook: Notebook, farm: Farm, last: Run, good: Run | None, at: datetime) -> Report:
    shown = good or last
    href = shown.page if shown.page and (settings.site / shown.page).is_file() else ""
    return Report(
        title=f"{notebook.title}, house {last.house}" if last.house else notebook.title,
        state=_state(notebook, farm, last, good, at),
        said=_said(notebook, farm, last, good, at),
        href=href,
        history=f"{folder(farm, notebook.name)}/index.html",
    )


def _state(notebook: Notebook, farm: Farm, last: Run, good: Run | None, at: datetime) -> State:
    own = words.of_run(last)
    if good is None:
        return own
    if good.id != last.id:
        return STALE
    return min(own, STALE) if _is_late(notebook, farm, last, at) else own


def _said(notebook: Notebook, farm: Farm, last: Run, good: Run | None, at: datetime) -> str:
    tried = words.moment(last.slot, farm.timezone, at)
    what = _went(last)
    if good is None:
        return f"{tried}: {what}"
    fresh = words.moment(good.slot, farm.timezone, at)
    if good.id != last.id:
        return f"stale since {fresh} ({tried}: {what})"
    summary = str(last.results.get("summary", ""))
    late = f"stale since {fresh}, no run since. " if _is_late(notebook, farm, last, at) else f"{fresh}. "
    return late + summary


def _went(run: Run) -> str:
    """How an attempt that brought no good page ended."""
    if run.status is RunStatus.FAILED:
        return f"failed: {text.one_line(run.error, limit=160)}"
    sentence = run.verdict.sentence if run.verdict else "nothing was recorded"
    return f"the data are not to be trusted: {sentence}"


def _is_good(run: Run) -> bool:
    return run.status in (RunStatus.DONE, RunStatus.SKIPPED)


def _is_missed(run: Run) -> bool:
    """A slot that was passed over; it says nothing about the report."""
    return run.status is RunStatus.SKIPPED and not run.page


def _is_late(notebook: Notebook, farm: Farm, last: Run, at: datetime) -> bool:
    """Whether the schedule has been silent; a farm without integration has none."""
    if notebook.schedule == "none" or farm.integration == "none":
        return False
    return at - last.slot > _PERIODS[notebook.schedule.split()[0]] + _GRACE
