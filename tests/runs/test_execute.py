"""With real kernels: a few, since each costs seconds."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from farmlab import config
from farmlab.errors import KernelFailed, NotebookFailed
from farmlab.runs.execute import execute
from farmlab.runs.kernels import Kernels
from tests.runs.kit import write_notebook


def outputs(path: Path) -> str:
    return json.dumps(nbformat.read(path, as_version=4).cells)


def run(source: Path, target: Path, **options: Any) -> None:
    given = {"until": "2026-07-01T12:00:00+00:00", "day": 7}
    kernels = Kernels(config.load(target.parent))
    execute(source, target, given, **{"kernels": kernels, "timeout_s": 60, **options})


def kernel_processes() -> set[psutil.Process]:
    children = [one for one in psutil.Process().children() if one.status() != psutil.STATUS_ZOMBIE]
    return {one for one in children if "ipykernel_launcher" in one.cmdline()}


def test_it_runs_in_this_python_with_this_home_and_figures_as_drawings(tmp_path: Path) -> None:
    plot = "import os, sys, matplotlib.pyplot as plt\nplt.plot([1, 2])"
    code = f"{plot}\nprint(sys.executable, os.environ['FARMLAB_HOME'], day, os.environ['FARMLAB_DATABASE_URL'])"
    target = tmp_path / "done.ipynb"
    run(write_notebook(tmp_path, code=code), target)
    said = outputs(target)
    assert f"{sys.executable} {tmp_path} 7 sqlite:///{tmp_path}/farmlab.db" in said
    assert "image/svg+xml" in said


def test_a_failing_cell_leaves_the_notebook_up_to_it(tmp_path: Path) -> None:
    target = tmp_path / "failed.ipynb"
    source = write_notebook(tmp_path, code="print('as far as ' + 'here')\nraise ValueError('no \x1b[31mbirds')")
    with pytest.raises(NotebookFailed, match="warmth: ValueError: no birds"):
        run(source, target)
    assert "as far as here" in outputs(target)


def test_time_is_for_the_whole_notebook(tmp_path: Path) -> None:
    source = write_notebook(tmp_path, code="import time\ntime.sleep(30)")
    with pytest.raises(NotebookFailed, match="longer than 2 s"):
        run(source, tmp_path / "late.ipynb", timeout_s=2)


def test_a_kernel_that_dies_is_said(tmp_path: Path) -> None:
    source = write_notebook(tmp_path, code="import os\nos._exit(1)")
    with pytest.raises(NotebookFailed, match="its kernel died"):
        run(source, tmp_path / "dead.ipynb")


@pytest.mark.parametrize(("failures", "calls"), [(1, 2), (9, 2)])
def test_only_a_kernel_that_did_not_start_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failures: int, calls: int
) -> None:
    asked: list[str] = []

    def starts_late(source: str, *_: Any, **__: Any) -> None:
        asked.append(source)
        if len(asked) <= failures:
            raise RuntimeError("Kernel didn't respond in 60 seconds")

    monkeypatch.setattr("papermill.execute_notebook", starts_late)
    if failures > 1:
        with pytest.raises(KernelFailed, match="did not start"):
            run(tmp_path / "n.ipynb", tmp_path / "o.ipynb")
    else:
        run(tmp_path / "n.ipynb", tmp_path / "o.ipynb")
    assert len(asked) == calls


def test_of_several_in_a_row_the_next_kernel_waits_with_what_is_usual_imported(tmp_path: Path) -> None:
    code = "import os, sys\nprint(os.getpid(), 'farmlab.scope' in sys.modules, 'scope' in globals())"
    source = write_notebook(tmp_path, code=code)
    said = []
    with Kernels(config.load(tmp_path), 3) as kernels:
        for number in range(3):
            run(source, tmp_path / f"{number}.ipynb", kernels=kernels)
            said.append(re.search(r"(\d+) (True|False) (True|False)", outputs(tmp_path / f"{number}.ipynb")).groups())
    assert [warm for _, warm, _ in said] == ["False", "True", "True"]
    assert {named for *_, named in said} == {"False"}
    assert len({pid for pid, *_ in said}) == 3
    assert not any(Path(f"/proc/{pid}").exists() for pid, *_ in said)


def test_a_kernel_that_died_while_it_waited_is_started_anew(tmp_path: Path) -> None:
    source = write_notebook(tmp_path, code="print('as far as ' + 'here')")
    others = kernel_processes()
    with Kernels(config.load(tmp_path), 2) as kernels:
        run(source, tmp_path / "first.ipynb", kernels=kernels)
        (waiting,) = kernel_processes() - others
        waiting.kill()
        run(source, tmp_path / "second.ipynb", kernels=kernels)
    assert "as far as here" in outputs(tmp_path / "second.ipynb")
