"""The history page of a report: every run of it, the newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from farmlab.domain import RunStatus
from farmlab.publish import assets, words
from farmlab.publish.reports import folder

if TYPE_CHECKING:
    from datetime import datetime

    from farmlab.config import Settings
    from farmlab.domain import Farm, Run
    from farmlab.notebooks import Notebook
    from farmlab.store import Store


def write(store: Store, settings: Settings, analyses: list[Notebook], farm: Farm, at: datetime) -> None:
    """Write the history page of every report that the farm has."""
    for notebook in analyses:
        runs = store.runs(farm=farm.name, notebook=notebook.name)
        if runs:
            page = assets.render("history.html.j2", **_view(settings, notebook, farm, runs, at))
            assets.write(settings.site / folder(farm, notebook.name) / "index.html", page)


def _view(settings: Settings, notebook: Notebook, farm: Farm, runs: list[Run], at: datetime) -> dict[str, Any]:
    failed = sum(run.status is RunStatus.FAILED for run in runs)
    return {
        "title": f"{notebook.title} · {farm.name} · history",
        "farm": farm.name,
        "notebook": notebook.title,
        "summary": f"{words.sentence(words.count(len(runs), 'run'))}, {failed or 'none'} failed.",
        "rows": [_row(settings, run, farm, at) for run in runs],
    }


def _row(settings: Settings, run: Run, farm: Farm, at: datetime) -> dict[str, Any]:
    state = words.of_run(run)
    has_page = run.page and (settings.site / run.page).is_file()
    return {
        "when": words.moment(run.slot, farm.timezone, at),
        "href": run.page.rpartition("/")[2] if has_page else "",
        "house": f"house {run.house}" if run.house else "",
        "state": state,
        "word": "nothing new" if run.status is RunStatus.SKIPPED and run.page else state.word,
        "said": run.error or str(run.results.get("summary", "")),
        "took": f"{(run.ended_at - run.started_at).total_seconds():.1f} s" if run.ended_at and run.started_at else "–",
    }
