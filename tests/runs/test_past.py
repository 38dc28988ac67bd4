from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farmlab import clock, runs, scope
from farmlab.domain import FindingStatus, Run, RunStatus
from farmlab.errors import BadParameter, ConfigError
from farmlab.notebooks import steps
from farmlab.runs import Slot
from farmlab.scope import Scope
from tests.runs.kit import NOON, Bench, good_verdict, write_notebook

DAY = timedelta(days=1)
THREE = [NOON - 3 * DAY, NOON - 2 * DAY, NOON - DAY]
FLAKY = 'assert until[:10] != "2026-06-29", "no such day"'


def over(bench: Bench, moments: list[datetime] = THREE, **options: Any) -> list[Slot]:
    return runs.run_past(
        bench.store, bench.settings, "warmth", moments, farm="Hillside", verdict_of=good_verdict, **options
    )


def test_the_slot_that_is_due_by_now_speaks_of_today_and_an_earlier_one_does_not(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=10))
    write_notebook(bench.analyses)
    over(bench, [NOON - timedelta(hours=1)])
    assert bench.store.findings() == []
    over(bench, [NOON])
    assert [finding.title for finding in bench.store.findings()] == ["it is warm"]


class TestMoments:
    def test_a_span_of_no_length_is_one_moment(self) -> None:
        assert steps.moments(NOON, NOON, "1d", "UTC") == [NOON]

    @given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)), st.integers(1, 3))
    def test_a_step_of_days_keeps_the_hour_of_the_farm_or_leaves_a_skipped_one(self, start: datetime, days: int):
        begin = start.replace(tzinfo=UTC, microsecond=0)
        found = steps.moments(begin, begin + timedelta(days=30), f"{days}d", "Europe/Berlin")
        local = [moment.astimezone(clock.zone("Europe/Berlin")) for moment in found]
        assert found == sorted(set(found))
        assert {(later.date() - earlier.date()).days for earlier, later in pairwise(local)} == {days}
        hours = {moment.time() for moment in local}
        assert len(hours) == 1 or local[0].hour == 2

    def test_hours_are_lengths_of_time_also_when_the_clock_changes(self) -> None:
        evening = datetime(2026, 3, 28, 20, tzinfo=UTC)
        found = steps.moments(evening, evening + DAY, "6h", "Europe/Berlin")
        assert found == [evening + timedelta(hours=6 * place) for place in range(5)]

    @pytest.mark.parametrize(
        ("every", "end", "said"),
        [
            ("daily", NOON, "no step"),
            ("0d", NOON, "no step"),
            ("1d", NOON - 9 * DAY, "before"),
            ("1min", NOON, "10000"),
        ],
    )
    def test_what_cannot_be_meant_is_refused(self, every: str, end: datetime, said: str) -> None:
        with pytest.raises(ConfigError, match=said):
            steps.moments(NOON - 8 * DAY, end, every, "UTC")


def test_each_moment_sees_its_own_window_and_what_was_run_is_kept(bench: Bench) -> None:
    write_notebook(bench.analyses)
    for moment in THREE:
        bench.read(moment)
    heard: list[Slot] = []
    first = over(bench, THREE[:2], tell=heard.append)
    assert [slot.run.parameters["until"] for slot in first] == [moment.isoformat() for moment in THREE[:2]]
    assert heard == first
    again = over(bench)
    assert [slot.kept for slot in again] == [True, True, False]
    assert [slot.run for slot in again[:2]] == [slot.run for slot in first]
    assert not any(slot.kept for slot in over(bench, force=True))


def test_a_failure_does_not_stop_the_rest_and_is_run_again(bench: Bench) -> None:
    write_notebook(bench.analyses, code=FLAKY)
    bench.read(NOON)
    assert [slot.failed for slot in over(bench)] == [False, True, False]
    assert bench.store.findings() == [], "a failure of the past is no news"
    write_notebook(bench.analyses)
    mended = over(bench)
    assert [(slot.failed, slot.kept) for slot in mended] == [(False, True), (False, False), (False, True)]


def test_a_killed_run_is_taken_up_and_a_missed_slot_is_run(bench: Bench) -> None:
    write_notebook(bench.analyses)
    killed, missed = (Run(notebook="warmth", farm="Hillside", house=0, slot=slot) for slot in THREE[:2])
    bench.store.save_run(replace(bench.store.claim(killed), status=RunStatus.RUNNING))
    bench.store.save_run(replace(missed, status=RunStatus.SKIPPED, error="missed"))
    assert [(slot.run.status, slot.kept) for slot in over(bench)][1] == (RunStatus.DONE, False)
    assert not any(slot.failed for slot in over(bench))


def test_moments_run_with_other_parameters_are_not_mixed_with_these(bench: Bench) -> None:
    write_notebook(bench.analyses)
    over(bench, THREE[:2], parameters={"day": 1})
    with pytest.raises(BadParameter, match="2 of 3 moments"):
        over(bench)
    assert len(bench.store.runs()) == 2
    assert [slot.run.results["summary"] for slot in over(bench, force=True)] == ["Day 0"] * 3


def test_the_site_shows_the_newest_slot_and_lists_the_older_ones(bench: Bench) -> None:
    write_notebook(bench.analyses)
    newest = bench.run()
    old = over(bench, parameters={"day": 1})
    assert f'href="{newest.page}"' in bench.index()
    assert not any(slot.run.page in bench.index() for slot in old)
    history = (bench.settings.site / "Hillside" / "warmth" / "index.html").read_text()
    assert all(slot.run.page.rpartition("/")[2] in history for slot in old)


def test_the_past_neither_opens_nor_closes_nor_changes_todays_findings(bench: Bench) -> None:
    write_notebook(bench.analyses)
    bench.run()
    before = bench.store.findings()
    over(bench, [*THREE, NOON - timedelta(hours=1)], parameters={"day": 2})
    over(bench, [NOON - timedelta(hours=2)])
    assert bench.store.findings() == before
    bench.run(at=NOON + DAY, parameters={"day": 2})
    over(bench, [NOON + timedelta(hours=3)])
    assert [item.status for item in bench.store.findings()] == [FindingStatus.RESOLVED]


def test_a_run_by_hand_of_an_old_window_opens_nothing_again(bench: Bench) -> None:
    write_notebook(bench.analyses)
    bench.run(parameters={"day": 2})
    bench.run(at=NOON - DAY, slot=NOON + timedelta(minutes=5), house=1)
    assert bench.store.findings() == []


def test_a_farm_without_a_source_stays_due_after_its_past_was_run(bench: Bench) -> None:
    write_notebook(bench.analyses)
    bench.store.update_farm(replace(bench.store.farm("Hillside"), integration="none"))
    bench.read(NOON)
    over(bench)
    [due] = runs.due(bench.store, bench.settings, NOON + timedelta(minutes=1))
    assert due.until == NOON


def test_a_notebook_reads_the_values_of_runs_over_time(bench: Bench) -> None:
    write_notebook(bench.analyses, code=FLAKY)
    bench.read(NOON)
    bench.store.update_farm(replace(bench.store.farm("Hillside"), timezone="Europe/Berlin"))
    over(bench, parameters={"day": 4})
    houses = tuple(bench.store.houses("Hillside"))
    lab = Scope(bench.store, bench.store.farm("Hillside"), houses, NOON - 4 * DAY, NOON)
    table = lab.over_time("warmth")
    assert [str(slot)[:16] for slot in table.index] == [f"2026-06-{day} 14:00" for day in (28, 29, 30)]
    assert table["status"].tolist() == ["done", "failed", "done"]
    assert table["temp_c"].fillna(-1).tolist() == [24.0, -1, 24.0]
    assert lab.over_time("nothing").empty
    assert scope.Scope(bench.store, lab.farm, houses[:1], lab.start, lab.until).over_time("warmth").empty
