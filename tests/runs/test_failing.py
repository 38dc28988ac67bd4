"""Runs that fail or are killed: what is kept, and what is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from farmlab import runs
from farmlab.domain import (
    Category,
    FindingStatus,
    Run,
    RunStatus,
)
from tests.runs.kit import NOON, RECORD, Bench, write_notebook

HOUR = timedelta(hours=1)


class TestFailing:
    def test_a_failed_run_keeps_its_notebook_and_a_page_and_the_last_good_stays(self, bench: Bench) -> None:
        path = write_notebook(bench.analyses)
        good = bench.run()
        path.write_text(path.read_text().replace('"source": "1"', '"source": "1 / 0"'))
        failed = bench.run(at=NOON + HOUR)
        assert failed.status is RunStatus.FAILED
        assert (bench.settings.runs / failed.folder / "notebook.ipynb").is_file()
        page = bench.page(failed)
        assert "ZeroDivisionError: division by zero" in page
        assert "Mend it." in page
        assert good.page.rpartition("/")[2] in page
        assert "stale since" in bench.index()
        assert f'href="{good.page}"' in bench.index()

    def test_a_failed_run_is_a_finding_until_one_is_good_again(self, bench: Bench) -> None:
        path = write_notebook(bench.analyses, code="1 / 0")
        bench.run()
        (finding,) = bench.store.findings(category=Category.OPERATION)
        assert finding.status is FindingStatus.OPEN
        path.write_text(path.read_text().replace("1 / 0", "1"))
        bench.run(at=NOON + HOUR)
        (finding,) = bench.store.findings(category=Category.OPERATION)
        assert finding.status is FindingStatus.RESOLVED

    def test_a_run_that_records_nothing_has_failed(self, bench: Bench) -> None:
        write_notebook(bench.analyses, record="def record(x): pass\nrecord(1)")
        assert "recorded no results" in bench.run().error

    def test_a_failed_slot_may_run_again(self, bench: Bench) -> None:
        path = write_notebook(bench.analyses, code="1 / 0")
        failed = bench.run()
        path.write_text(path.read_text().replace("1 / 0", "1"))
        done = bench.run()
        assert (done.id, done.status, done.error) == (failed.id, RunStatus.DONE, "")

    def test_a_secret_in_the_output_is_not_published(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GATE_PASSWORD", "hunter2-hunter2")
        farm = bench.store.farm("Hillside")
        bench.store.update_farm(replace(farm, settings={"password": "env:GATE_PASSWORD"}))
        record = RECORD.replace('f"Day {day}"', '"the password is hunter2" + "-hunter2"')
        write_notebook(bench.analyses, record=record)
        failed = bench.run()
        assert failed.status is RunStatus.FAILED
        assert "secret" in failed.error
        written = [path for path in bench.settings.home.rglob("*") if path.suffix in (".html", ".json", ".ipynb")]
        assert written
        assert [path for path in written if "hunter2-hunter2" in path.read_text()] == []
        assert bench.store.findings(category=Category.ANOMALY) == []

    def test_a_secret_that_a_failing_notebook_tells_is_blacked_out(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GATE_PASSWORD", "hunter2-hunter2")
        bench.store.update_farm(replace(bench.store.farm("Hillside"), settings={"password": "env:GATE_PASSWORD"}))
        code = "from pathlib import Path\nsaid = 'hunter2' + '-hunter2'\n"
        write_notebook(bench.analyses, code=f"{code}Path(run_dir, 'note.txt').write_text(said)\n1 / 0")
        noted = bench.run()
        write_notebook(bench.analyses, code=f"{code}raise ValueError(said)")
        raised = bench.run(at=NOON + HOUR)
        assert noted.status is raised.status is RunStatus.FAILED
        assert "a stored secret was in note.txt" in noted.error
        told = [raised.error, *(finding.title for finding in bench.store.findings())]
        files = [path for path in bench.settings.home.rglob("*") if path.suffix in (".html", ".txt", ".ipynb")]
        assert [text for text in (*told, *(path.read_text() for path in files)) if "hunter2-hunter2" in text] == []
        assert "[secret removed]" in raised.error

    def test_one_that_shows_too_much_has_a_page_without_it(self, bench: Bench) -> None:
        write_notebook(bench.analyses, code=f"text = '{'x' * 1_100_000}'")
        failed = bench.run()
        assert failed.status is RunStatus.FAILED
        page = bench.page(failed)
        assert "1 is the limit" in page
        assert len(page) < 100_000
        assert bench.store.runs() == [failed]

    def test_a_secret_that_is_the_name_of_the_farm_lets_no_page_out_but_the_run_ends(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GATE_PASSWORD", "Hillside")
        bench.store.update_farm(replace(bench.store.farm("Hillside"), settings={"password": "env:GATE_PASSWORD"}))
        write_notebook(bench.analyses)
        failed = bench.run()
        assert (failed.status, failed.page) == (RunStatus.FAILED, "")
        assert "secret" in failed.error
        assert list(bench.settings.site.glob("*/warmth/2*.html")) == []

    def test_a_run_stopped_by_a_person_is_recorded(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        def stopped(*_: Any, **__: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("farmlab.runs.door.execute", stopped)
        write_notebook(bench.analyses)
        with pytest.raises(KeyboardInterrupt):
            bench.run()
        (run,) = bench.store.runs()
        assert run.status is RunStatus.FAILED
        assert "stopped" in run.error


class TestKilled:
    def left_behind(self, bench: Bench, slot: datetime = NOON) -> Run:
        run = Run(notebook="warmth", farm="Hillside", house=0, slot=slot, started_at=slot)
        return bench.store.save_run(replace(bench.store.claim(run), status=RunStatus.RUNNING))

    def test_a_killed_run_is_settled_and_said(self, bench: Bench) -> None:
        killed = self.left_behind(bench)
        (settled,) = runs.recover(bench.store)
        assert (settled.id, settled.status) == (killed.id, RunStatus.FAILED)
        assert "killed in the middle" in settled.error

    def test_a_run_that_goes_on_is_left_alone(self, bench: Bench) -> None:
        self.left_behind(bench)
        with bench.store.lock("run/Hillside", owner="the one that runs", ttl=HOUR):
            assert runs.recover(bench.store) == []

    def test_the_next_run_settles_it_too(self, bench: Bench) -> None:
        write_notebook(bench.analyses)
        self.left_behind(bench, NOON - HOUR)
        bench.run()
        assert [run.status for run in bench.store.runs()] == [RunStatus.DONE, RunStatus.FAILED]
