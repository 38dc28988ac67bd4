"""What becomes of a run's results: findings into the store, a short form into the run's record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from farmlab import results
from farmlab.domain import Category, Finding, RunStatus, Severity, VerdictState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from farmlab.domain import Run
    from farmlab.notebooks import Notebook
    from farmlab.store import Store

INTERRUPTED: Final = "interrupted"
"""In the results of a run's record: how often its slot was killed in the middle."""

PAST: Final = "past"
"""In the results of a run's record: whether its findings stayed with it, because it was one of the past."""


def in_short(found: results.Results, before: results.Results | None) -> dict[str, Any]:
    """The part of the results that the run's record keeps."""
    changes = results.compare(found, before)
    counts = {"new": len(changes.new), "gone": len(changes.gone), "open": len(changes.open)}
    return {
        "summary": found.summary,
        "values": results.as_plain(found.values),
        "findings": len(found.findings),
        "tables": list(found.tables),
        "changes": counts,
    }


def take_in(store: Store, notebook: Notebook, run: Run, found: results.Results) -> list[Finding]:
    """Put the findings of a run into the store; those of a window older than the newest stay with the run.

    What is no longer found is closed only by a run over the whole scope, and only when its data could be
    trusted: silence of a dead source proves nothing.
    """
    if not _is_newest(store, run):
        return []
    at = _end(run)
    closes = _covers_all(notebook, run) and _trusted(run)
    _resolve_failure(store, run, at)
    kept = [replace(finding, data=_without_drawing(finding.data)) for finding in found.findings]
    return store.save_findings(run.farm, kept, source=_source(notebook, run), at=at, close_absent=closes)


def say_failed(store: Store, notebook: Notebook, run: Run, *, what: str, next_step: str) -> list[Finding]:
    """A failed run is itself something that somebody should know."""
    finding = Finding(
        category=Category.OPERATION,
        kind="run_failed",
        house=run.house,
        subject=notebook.name,
        start=run.slot,
        detected_at=run.ended_at,
        title=f"{notebook.title} did not run: {what}",
        severity=Severity.WARNING,
        score=1.0,
        check=(next_step,) if next_step else (),
    )
    return store.save_findings(run.farm, [finding], source=_failure_source(run), at=run.ended_at or run.slot)


def interrupted(run: Run, at: datetime, error: BaseException | None = None) -> Run:
    """The record of a run that was killed, or stopped by what is no fault of the notebook."""
    reason = f"it was stopped: {type(error).__name__}" if error else "it was killed in the middle"
    count = int(run.results.get(INTERRUPTED, 0)) + 1
    return replace(
        run,
        status=RunStatus.FAILED,
        ended_at=at,
        error=f"{run.notebook}: {reason}. It runs again when it is next due.",
        results={**run.results, INTERRUPTED: count},
    )


def _without_drawing(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in data.items() if name != results.DRAWING}


def _source(notebook: Notebook, run: Run) -> str:
    return f"{notebook.name}/{run.house}" if notebook.scope == "house" else notebook.name


def _failure_source(run: Run) -> str:
    return f"run/{run.notebook}/{run.house}"


def _resolve_failure(store: Store, run: Run, at: datetime) -> None:
    store.save_findings(run.farm, [], source=_failure_source(run), at=at)


def _covers_all(notebook: Notebook, run: Run) -> bool:
    return notebook.scope == "house" or run.house == 0


def _is_newest(store: Store, run: Run) -> bool:
    """Whether no good run of the same houses saw more than this one."""
    others = store.runs(farm=run.farm, notebook=run.notebook, status=(RunStatus.DONE,))
    return all(_until(item.parameters) <= _until(run.parameters) for item in others if item.house in (0, run.house))


def _trusted(run: Run) -> bool:
    return run.verdict is None or run.verdict.state is not VerdictState.DISQUALIFIED


def _until(parameters: Mapping[str, Any]) -> str:
    """ISO times in UTC sort as text."""
    return str(parameters.get("until", ""))


def _end(run: Run) -> datetime:
    from farmlab import clock

    return clock.parse_time(run.parameters["until"])
