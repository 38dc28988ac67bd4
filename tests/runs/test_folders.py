"""What was executed long ago goes; what the site shows stays."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from farmlab.domain import (
    Run,
    RunStatus,
)
from tests.runs.kit import NOON, Bench, no_data, write_notebook

HOUR = timedelta(hours=1)


def grown_old(bench: Bench, *kept: Run) -> None:
    for run in kept:
        os.utime(bench.settings.runs / run.folder, (0, 0))


def left(bench: Bench, *kept: Run) -> list[bool]:
    """Which of these still have their folder and page."""
    folders = [(bench.settings.runs / run.folder).is_dir() for run in kept]
    assert folders == [(bench.settings.site / run.page).is_file() for run in kept]
    return folders


def test_old_runs_go_but_the_last_good_one_stays(bench: Bench) -> None:
    write_notebook(bench.analyses, skip="never")
    kept = [bench.run(at=NOON + hour * HOUR) for hour in range(3)]
    grown_old(bench, *kept)
    bench.run("warmth", at=NOON + 3 * HOUR, house=2)
    assert left(bench, *kept) == [False, False, True]


def test_a_month_without_good_data_leaves_the_last_good_page(bench: Bench) -> None:
    write_notebook(bench.analyses, skip="never")
    good = bench.run()
    silent = [bench.run(at=NOON + hour * HOUR, verdict_of=no_data) for hour in (1, 2)]
    grown_old(bench, good, *silent)
    bench.run(at=NOON + 3 * HOUR, verdict_of=no_data)
    assert left(bench, good, *silent) == [True, False, True], "the last good one, and the last one at all"
    assert f'href="{good.page}"' in bench.index()


def test_somebody_else_who_removes_old_runs_disturbs_no_run(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    write_notebook(bench.analyses, skip="never")
    kept = [bench.run(at=NOON + hour * HOUR) for hour in range(2)]
    grown_old(bench, *kept)
    glob = Path.glob

    def late(folder: Path, pattern: str) -> list[Path]:
        found = list(glob(folder, pattern))
        if pattern == "*/*/*":
            shutil.rmtree(bench.settings.runs / kept[0].folder)
        return found

    monkeypatch.setattr(Path, "glob", late)
    assert bench.run(at=NOON + 2 * HOUR).status is RunStatus.DONE
