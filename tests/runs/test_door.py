from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from farmlab import results
from farmlab.domain import (
    FindingStatus,
    RunStatus,
    Verdict,
    VerdictState,
)
from farmlab.errors import BadNotebook, BadParameter, Busy, UnknownName
from farmlab.store import Store
from tests.runs.kit import NOON, RECORD, Bench, good_verdict, in_process, no_data, write_notebook

HOUR = timedelta(hours=1)


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
