from __future__ import annotations

import os
import re
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from farmlab import results, runs
from farmlab.domain import (
    Category,
    FindingStatus,
    Run,
    RunStatus,
    Verdict,
    VerdictState,
)
from farmlab.errors import BadNotebook, BadParameter, Busy, UnknownName
from farmlab.store import Store
from tests.runs.kit import NOON, RECORD, Bench, good_verdict, in_process, write_notebook

HOUR = timedelta(hours=1)


def no_data(store: Store, farm: str, house: int, until: datetime) -> Verdict:
    return Verdict(state=VerdictState.DISQUALIFIED, reasons=("No data since 09:40.",), until=until)


def test_a_run_is_recorded_published_and_its_findings_are_kept(bench: Bench) -> None:
    write_notebook(bench.analyses)
    done = bench.run()
    assert done.status is RunStatus.DONE
    assert done.results["summary"] == "Day 0"
    assert "Day 0" in bench.page(done)
    assert [finding.title for finding in bench.store.findings("Hillside")] == ["it is warm"]
    assert bench.store.runs(farm="Hillside") == [done]
    assert done.page in bench.index()


def test_paths_in_records_are_relative_so_that_a_home_can_be_moved(bench: Bench) -> None:
    write_notebook(bench.analyses)
    done = bench.run()
    assert not Path(done.page).is_absolute()
    assert not Path(done.folder).is_absolute()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"huose": 1}, "Did you mean 'house'?"),
        ({"hours": "24"}, "not of type int"),
        ({"hours": True}, "not of type int"),
        ({"deep": 1}, "not of type bool"),
        ({"share": float}, "not of type float"),
        ({"run_dir": "/tmp"}, "set by the run itself"),
        ({"api_token": "x"}, "looks like a secret"),
    ],
)
def test_a_wrong_parameter_stops_it_before_anything_happens(bench: Bench, given: dict[str, Any], said: str) -> None:
    write_notebook(bench.analyses)
    with pytest.raises(BadParameter, match=said.replace("?", r"\?")):
        bench.run(parameters=given)
    assert bench.store.runs() == []


def test_right_parameters_reach_the_notebook(bench: Bench) -> None:
    write_notebook(bench.analyses)
    done = bench.run(parameters={"day": 3, "share": 1})
    assert done.results["summary"] == "Day 3"
    assert done.parameters["share"] == 1.0


def test_unknown_names_and_broken_notebooks_are_refused(bench: Bench) -> None:
    write_notebook(bench.analyses)
    write_notebook(bench.analyses, "broken", record="1")
    with pytest.raises(UnknownName, match="Did you mean 'warmth'"):
        bench.run("warmht")
    with pytest.raises(BadNotebook, match="record"):
        bench.run("broken")
    with pytest.raises(UnknownName, match="Hillside"):
        bench.run(farm="Hilside")
    with pytest.raises(UnknownName):
        bench.run(house=9)


def test_a_notebook_per_house_needs_a_house(bench: Bench) -> None:
    write_notebook(bench.analyses, scope="house")
    with pytest.raises(BadParameter, match="--house"):
        bench.run()
    assert bench.run(house=2).house == 2


def test_a_slot_runs_once_unless_it_is_forced(bench: Bench) -> None:
    write_notebook(bench.analyses)
    first = bench.run()
    with pytest.raises(Busy):
        bench.run(parameters={"day": 1})
    again = bench.run(parameters={"day": 1}, force=True)
    assert again.id == first.id
    assert again.results["summary"] == "Day 1"


def test_one_run_per_farm_at_a_time(bench: Bench) -> None:
    write_notebook(bench.analyses)
    with bench.store.lock("run/Hillside", owner="somebody", ttl=HOUR), pytest.raises(Busy):
        bench.run()


def test_the_lock_of_a_farm_outlasts_the_run_and_its_second_try(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def ask(*arguments: Any, **options: Any) -> None:
        with pytest.raises(Busy) as busy:
            bench.run("other")
        said.append(busy.value.next_step)
        assert options["timeout_s"] == 1200, "the notebook's own"
        in_process(*arguments, **options)

    monkeypatch.setattr("farmlab.runs.door.execute", ask)
    write_notebook(bench.analyses, timeout_s=1200)
    write_notebook(bench.analyses, "other")
    assert bench.run().status is RunStatus.DONE
    lapses = re.search(r"it lapses in (\d+) min", said[0])
    assert lapses is not None
    assert int(lapses[1]) >= 2 * 20


class TestSkipping:
    def test_nothing_new_is_skipped_and_keeps_the_page(self, bench: Bench) -> None:
        write_notebook(bench.analyses)
        bench.read(NOON - HOUR)
        first = bench.run()
        second = bench.run(at=NOON + HOUR)
        assert second.status is RunStatus.SKIPPED
        assert second.page == first.page
        assert "nothing new has come in" in bench.page(second)

    def test_a_skipped_run_renews_the_verdict(self, bench: Bench) -> None:
        write_notebook(bench.analyses)
        bench.run()
        late = bench.run(at=NOON + HOUR, verdict_of=no_data)
        assert late.status is RunStatus.SKIPPED
        assert late.verdict is not None
        assert late.verdict.state is VerdictState.DISQUALIFIED
        assert "No data since 09:40." in bench.page(late)
        assert "disqualified" in bench.index()

    def test_a_new_reading_is_a_reason_to_run(self, bench: Bench) -> None:
        write_notebook(bench.analyses)
        bench.read(NOON - HOUR)
        bench.run()
        bench.read(NOON + HOUR)
        assert bench.run(at=NOON + HOUR).status is RunStatus.DONE

    def test_what_was_learned_after_the_earlier_window_is_a_reason_to_run(self, bench: Bench) -> None:
        """Back-tests: the whole past is in the store, and each window sees more of it."""
        write_notebook(bench.analyses)
        bench.read(NOON + 2 * HOUR)
        bench.run()
        assert bench.run(at=NOON + HOUR).status is RunStatus.DONE

    @pytest.mark.parametrize("part", ["code_version", "libraries"])
    def test_another_farmlab_or_library_is_a_reason_to_run(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch, part: str
    ) -> None:
        write_notebook(bench.analyses)
        bench.run()
        monkeypatch.setattr(f"farmlab.runs.fingerprint.{part}", lambda: "another")
        assert bench.run(at=NOON + HOUR).status is RunStatus.DONE

    def test_another_price_is_a_reason_to_run(self, bench: Bench) -> None:
        write_notebook(bench.analyses)
        bench.run()
        bench.settings = bench.settings.model_copy(update={"prices": {"feed_kg": 0.4}})
        assert bench.run(at=NOON + HOUR).status is RunStatus.DONE

    def test_another_parameter_is_a_reason_to_run(self, bench: Bench) -> None:
        write_notebook(bench.analyses)
        bench.run()
        assert bench.run(at=NOON + HOUR, parameters={"day": 1}).status is RunStatus.DONE

    def test_a_changed_record_is_a_reason_to_run(self, bench: Bench) -> None:
        write_notebook(bench.analyses)
        bench.run()
        bench.store.save_house("Hillside", replace(bench.store.house("Hillside", 1), capacity=20_000))
        assert bench.run(at=NOON + HOUR).status is RunStatus.DONE

    def test_a_changed_cell_is_a_reason_to_run_but_not_its_output(self, bench: Bench) -> None:
        path = write_notebook(bench.analyses)
        bench.run()
        text = path.read_text()
        path.write_text(text.replace('"execution_count": null', '"execution_count": 7'))
        assert bench.run(at=NOON + HOUR).status is RunStatus.SKIPPED
        path.write_text(text.replace("Is it **warm**?", "Is it hot?"))
        assert bench.run(at=NOON + 2 * HOUR).status is RunStatus.DONE

    def test_a_run_whose_data_could_not_be_trusted_is_not_repeated_for_nothing(self, bench: Bench) -> None:
        write_notebook(bench.analyses)
        first = bench.run(verdict_of=no_data)
        again = bench.run(at=NOON + HOUR, verdict_of=no_data)
        assert (first.status, again.status) == (RunStatus.DISQUALIFIED, RunStatus.SKIPPED)
        assert again.page == first.page

    def test_never_skip_and_force_run_all_the_same(self, bench: Bench) -> None:
        write_notebook(bench.analyses)
        write_notebook(bench.analyses, "daily", skip="never")
        for name in ("warmth", "daily"):
            bench.run(name)
        assert bench.run("daily", at=NOON + HOUR).status is RunStatus.DONE
        assert bench.run("warmth", at=NOON + HOUR, force=True).status is RunStatus.DONE


class TestFindings:
    def test_what_the_notebook_says_of_its_data_counts(self, bench: Bench) -> None:
        verdict = 'Verdict(state="disqualified", reasons=("all sensors are stuck",))'
        record = f"from farmlab.domain import Verdict\n{RECORD}".replace("summary=", f"verdict={verdict}, summary=")
        write_notebook(bench.analyses, record=record)
        done = bench.run()
        assert done.status is RunStatus.DISQUALIFIED
        assert "all sensors are stuck" in bench.page(done)

    def test_one_house_at_an_earlier_moment_than_the_whole_farm_opens_nothing(self, bench: Bench) -> None:
        write_notebook(bench.analyses)
        bench.run(parameters={"day": 2})
        bench.run(at=NOON - HOUR, house=1)
        assert bench.store.findings() == []

    def test_what_is_no_longer_seen_is_resolved(self, bench: Bench) -> None:
        write_notebook(bench.analyses)
        bench.run()
        bench.run(at=NOON + HOUR, parameters={"day": 2})
        assert [item.status for item in bench.store.findings()] == [FindingStatus.RESOLVED]

    def test_a_dead_source_resolves_nothing(self, bench: Bench) -> None:
        write_notebook(bench.analyses)
        bench.run()
        silent = bench.run(at=NOON + HOUR, parameters={"day": 2}, verdict_of=no_data)
        assert silent.status is RunStatus.DISQUALIFIED
        assert [item.status for item in bench.store.findings()] == [FindingStatus.OPEN]

    def test_a_run_of_one_house_or_of_the_past_resolves_nothing(self, bench: Bench) -> None:
        write_notebook(bench.analyses)
        bench.run()
        bench.run(at=NOON + HOUR, parameters={"day": 2}, house=2)
        bench.run(at=NOON - HOUR, parameters={"day": 2})
        assert [item.status for item in bench.store.findings()] == [FindingStatus.OPEN]

    def test_the_next_run_can_say_what_changed(self, bench: Bench) -> None:
        write_notebook(bench.analyses)
        bench.run()
        second = bench.run(at=NOON + HOUR, parameters={"day": 2})
        folder = bench.settings.runs / second.folder
        before = results.previous(folder)
        assert before is not None
        assert before.summary == "Day 0"
        assert second.results["changes"] == {"new": 0, "gone": 1, "open": 0}
        page = bench.page(second)
        assert "What changed since today 12:00" in page
        assert "it is warm" in page


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


def test_the_page_of_a_farm_with_a_hostile_name(bench: Bench) -> None:
    from tests.runs.kit import add_farm

    name = "<script>alert(1)</script>"
    add_farm(bench.store, name)
    write_notebook(bench.analyses)
    done = bench.run(farm=name)
    assert "<script" not in bench.page(done)
    assert "<script" not in bench.index()
    assert "&lt;script&gt;alert(1)" in bench.page(done)
    assert ".." not in done.page


def test_verdict_is_asked_for_the_scope(bench: Bench) -> None:
    asked: list[tuple[str, int, datetime]] = []

    def verdict_of(store: Store, farm: str, house: int, until: datetime) -> Verdict:
        asked.append((farm, house, until))
        return good_verdict(store, farm, house, until)

    write_notebook(bench.analyses)
    bench.run(house=2, verdict_of=verdict_of)
    assert asked == [("Hillside", 2, NOON)]
