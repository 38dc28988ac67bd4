"""Where a run keeps its notebook, results and page, and how long.

Paths in run records are relative, so that a home can be moved (the demo is built beside and swapped in).
"""

from __future__ import annotations

import math
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from farmlab import notebooks, text
from farmlab.domain import RunStatus
from farmlab.results import PREVIOUS, RESULTS

if TYPE_CHECKING:
    from pathlib import Path

    from farmlab.config import Settings
    from farmlab.domain import Run
    from farmlab.store import Store

NOTEBOOK: Final = "notebook.ipynb"


def name(farm: str, notebook: str, house: int, slot: datetime) -> str:
    """The folder of a run below ``settings.runs``, and of its page below ``settings.site``."""
    stamp = slot.astimezone(UTC).strftime("%Y%m%dT%H%M%S")
    milliseconds = f"{slot.microsecond // 1000:03d}" if slot.microsecond else ""
    return f"{text.slug(farm)}/{text.slug(notebook)}/{stamp}{milliseconds}Z-{house}"


def prepare(settings: Settings, run: Run, before: Run | None) -> Path:
    """The empty folder of a run, with the results of the last good run beside."""
    folder = settings.runs / run.folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if before and (settings.runs / before.folder / RESULTS).is_file():
        shutil.copyfile(settings.runs / before.folder / RESULTS, folder / PREVIOUS)
    return folder


def prune(store: Store, settings: Settings, at: datetime) -> list[str]:
    """Remove what was executed more than ``keep_runs_days`` ago; the last good run of a kind always stays.

    Another process may do the same meanwhile.
    """
    oldest = (at - timedelta(days=settings.keep_runs_days)).timestamp()
    stale = [path.relative_to(settings.runs).as_posix() for path in settings.runs.glob("*/*/*") if _made(path) < oldest]
    shown = _shown(store, settings) if stale else set()
    removed = [folder for folder in stale if folder not in shown]
    for folder in removed:
        shutil.rmtree(settings.runs / folder, ignore_errors=True)
        (settings.site / f"{folder}.html").unlink(missing_ok=True)
    return [folder.rpartition("/")[2] for folder in removed]


def _made(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:
        return math.inf


def _shown(store: Store, settings: Settings) -> set[str]:
    """The folders of what the site shows: of every notebook and house the last good run, and the last one at all."""
    analyses = [notebook.name for notebook in notebooks.catalogue(settings)]
    kinds = [
        (notebook, farm.name, house)
        for farm in store.farms(retired=True)
        for house in (0, *(house.number for house in store.houses(farm.name, retired=True)))
        for notebook in analyses
    ]
    good = (store.last_run(*kind) for kind in kinds)
    ended = (store.last_run(*kind, status=(RunStatus.DONE, RunStatus.DISQUALIFIED)) for kind in kinds)
    return {run.folder for run in (*good, *ended) if run is not None}
