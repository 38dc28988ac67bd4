"""Where a run keeps its notebook, results and page, and how long.

Paths in run records are relative, so that a home can be moved (the demo is built beside and swapped in).
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from farmlab import text
from farmlab.results import PREVIOUS, RESULTS

if TYPE_CHECKING:
    from pathlib import Path

    from farmlab.config import Settings
    from farmlab.domain import Run

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


def prune(settings: Settings, at: datetime) -> list[str]:
    """Remove what was executed more than ``keep_runs_days`` ago; the last good run of a kind always stays."""
    oldest = (at - timedelta(days=settings.keep_runs_days)).timestamp()
    stale = [folder for folder in settings.runs.glob("*/*/*") if folder.stat().st_mtime < oldest]
    removed = [folder for folder in stale if not _is_last_good(folder)]
    for folder in removed:
        relative = folder.relative_to(settings.runs).as_posix()
        shutil.rmtree(folder)
        (settings.site / f"{relative}.html").unlink(missing_ok=True)
    return [folder.name for folder in removed]


def _is_last_good(folder: Path) -> bool:
    house = folder.name.rpartition("-")[2]
    good = sorted(path.parent.name for path in folder.parent.glob(f"*-{house}/{RESULTS}"))
    return bool(good) and folder.name == good[-1]
