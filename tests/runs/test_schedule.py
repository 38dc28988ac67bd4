from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from farmlab import runs
from farmlab.domain import Flock, Run, RunStatus
from farmlab.runs import Due
from tests.runs.kit import NOON, Bench, add_farm, good_verdict, write_notebook

HOUR = timedelta(hours=1)
HALF_PAST = NOON + timedelta(minutes=30)


def run_due(bench: Bench, at: datetime) -> list[Run]:
    return runs.run_due(bench.store, bench.settings, at, verdict_of=good_verdict)


def due(bench: Bench, at: datetime) -> list[Due]:
    return runs.due(bench.store, bench.settings, at)


def test_the_newest_slot_is_due_once(bench: Bench) -> None:
    write_notebook(bench.analyses)
    (item,) = due(bench, HALF_PAST)
    assert (item.notebook, item.farm, item.house, item.slot, item.until) == ("warmth", "Hillside", 0, NOON, NOON)
    (done,) = run_due(bench, HALF_PAST)
    assert (done.status, done.slot) == (RunStatus.DONE, NOON)
    assert run_due(bench, HALF_PAST + timedelta(minutes=5)) == []
    assert done.page in bench.index()


def test_a_farm_or_notebook_added_meanwhile_is_seen_at_the_next_tick(bench: Bench) -> None:
    write_notebook(bench.analyses)
    run_due(bench, HALF_PAST)
    add_farm(bench.store, "Valley")
    write_notebook(bench.analyses, "cold")
    found = {(item.notebook, item.farm) for item in due(bench, HALF_PAST)}
    assert found == {("cold", "Hillside"), ("cold", "Valley"), ("warmth", "Valley")}


def test_what_runs_more_often_comes_first(bench: Bench) -> None:
    for name, schedule in (("a", "weekly mon 06:00"), ("b", "daily 06:00"), ("c", "hourly")):
        write_notebook(bench.analyses, name, schedule=schedule)
    assert [item.notebook for item in due(bench, NOON)] == ["c", "b", "a"]


def test_a_notebook_per_house_is_due_for_each(bench: Bench) -> None:
    write_notebook(bench.analyses, scope="house")
    assert [item.house for item in due(bench, NOON)] == [1, 2]


def test_daily_is_due_at_the_farms_own_time(bench: Bench) -> None:
    add_farm(bench.store, "Tokyo farm", timezone="Asia/Tokyo")
    write_notebook(bench.analyses, "daily", schedule="daily 06:00")
    slots = {item.farm: item.slot for item in due(bench, NOON)}
    assert slots == {
        "Hillside": datetime(2026, 7, 1, 6, tzinfo=UTC),
        "Tokyo farm": datetime(2026, 6, 30, 21, tzinfo=UTC),
    }


def test_only_the_newest_missed_slot_is_caught_up(bench: Bench) -> None:
    write_notebook(bench.analyses, skip="never")
    run_due(bench, NOON)
    caught_up = run_due(bench, NOON + 4 * HOUR)
    assert [(run.slot - NOON, run.status) for run in caught_up] == [
        (3 * HOUR, RunStatus.SKIPPED),
        (2 * HOUR, RunStatus.SKIPPED),
        (1 * HOUR, RunStatus.SKIPPED),
        (4 * HOUR, RunStatus.DONE),
    ]
    assert run_due(bench, NOON + 4 * HOUR) == []


def test_a_slot_missed_for_too_long_is_not_run(bench: Bench) -> None:
    write_notebook(bench.analyses, "daily", schedule="daily 06:00", max_staleness_h=3.0)
    (run,) = run_due(bench, NOON)
    assert run.status is RunStatus.SKIPPED
    assert "too long" in run.error


def test_notebooks_with_problems_or_without_schedule_are_never_due(bench: Bench) -> None:
    write_notebook(bench.analyses, "broken", record="1")
    write_notebook(bench.analyses, "byhand", schedule="none")
    assert due(bench, NOON) == []


def test_a_failed_slot_is_not_tried_for_ever(bench: Bench) -> None:
    write_notebook(bench.analyses, code="1 / 0")
    (failed,) = run_due(bench, NOON)
    assert failed.status is RunStatus.FAILED
    assert run_due(bench, NOON) == []
    assert len(run_due(bench, NOON + HOUR)) == 1


def test_what_another_process_ran_meanwhile_is_not_run_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    write_notebook(bench.analyses, code="1 / 0")
    seen_by_both = due(bench, NOON)
    monkeypatch.setattr("farmlab.runs.schedule.due", lambda *_: seen_by_both)
    assert [run.status for run in run_due(bench, NOON)] == [RunStatus.FAILED]
    assert run_due(bench, NOON) == []


def test_a_run_that_was_stopped_is_tried_once_more(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("farmlab.runs.door.execute", stopped)
    write_notebook(bench.analyses)
    for _ in range(2):
        assert len(due(bench, NOON)) == 1
        with pytest.raises(KeyboardInterrupt):
            run_due(bench, NOON)
    assert due(bench, NOON) == []


def test_a_busy_farm_is_left_for_the_next_time(bench: Bench) -> None:
    write_notebook(bench.analyses)
    with bench.store.lock("run/Hillside", owner="somebody", ttl=HOUR):
        assert run_due(bench, NOON) == []
    assert [run.status for run in run_due(bench, NOON)] == [RunStatus.DONE]


def test_a_farm_by_hand_is_due_when_something_new_came_in_and_up_to_then(bench: Bench) -> None:
    add_farm(bench.store, "Room", integration="none")
    write_notebook(bench.analyses)
    assert [item.farm for item in due(bench, NOON)] == ["Hillside"]
    bench.read(NOON - 100 * HOUR, farm="Room")
    (room,) = [item for item in due(bench, NOON) if item.farm == "Room"]
    assert room.until == NOON - 100 * HOUR
    run_due(bench, NOON)
    assert [item.farm for item in due(bench, NOON + HOUR)] == ["Hillside"]
    bench.read(NOON, farm="Room")
    assert {item.farm for item in due(bench, NOON + HOUR)} == {"Hillside", "Room"}


@pytest.mark.parametrize(("hours", "past"), [(150, False), (100, True)])
def test_a_look_at_the_past_of_a_farm_by_hand_tells_nothing_of_its_newest_readings(
    bench: Bench, hours: int, past: bool
) -> None:
    add_farm(bench.store, "Room", integration="none")
    write_notebook(bench.analyses)
    bench.read(NOON - 100 * HOUR, farm="Room")
    bench.run(at=NOON - hours * HOUR, farm="Room", past=past)
    assert "Room" in {item.farm for item in due(bench, NOON)}


def test_what_needs_flocks_is_due_only_on_a_farm_that_has_some(bench: Bench) -> None:
    write_notebook(bench.analyses, "houses", needs="flocks")
    write_notebook(bench.analyses, "rooms")
    assert [item.notebook for item in due(bench, HALF_PAST)] == ["rooms"]
    bench.store.save_flock("Hillside", Flock(house=1, placed_on=NOON.date()))
    assert {item.notebook for item in due(bench, HALF_PAST)} == {"houses", "rooms"}


def test_what_failed_stays_failed_however_much_is_run_meanwhile(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    write_notebook(bench.analyses, code="1 / 0", schedule="weekly mon 06:00")
    (failed,) = run_due(bench, NOON)
    others = [NOON - number * timedelta(minutes=2) for number in range(1100)]
    for slot in others:
        bench.store.save_run(Run(notebook="other", farm="Hillside", house=0, slot=slot, status=RunStatus.DONE))
    assert failed.slot < min(others)
    assert due(bench, NOON) == []


def test_the_slots_of_a_quiet_week_are_recorded_for_what_runs_daily_too(bench: Bench) -> None:
    write_notebook(bench.analyses, schedule="daily 06:00", skip="never")
    run_due(bench, NOON)
    slots = [run.slot for run in run_due(bench, NOON + timedelta(days=3))]
    assert slots == [NOON - 6 * HOUR + timedelta(days=day) for day in (2, 1, 3)]
