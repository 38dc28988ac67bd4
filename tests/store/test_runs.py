"""A slot is run once; a run and a sync come back as they were saved."""

from __future__ import annotations

from dataclasses import replace

import pytest

from farmlab.domain import Farm, Run, RunStatus, SyncRun, SyncStatus, Verdict, VerdictState
from farmlab.errors import Busy, UnknownName
from farmlab.store import Store
from tests.store.farmyard import DAY, HOUR, MINUTE, NOON

RUN = Run(notebook="anomaly", farm="Hillside", house=1, slot=NOON)


def test_a_claimed_run_comes_back_as_it_was_saved(store: Store) -> None:
    claimed = store.claim(replace(RUN, parameters={"hours": 24, "farm": "Hillside"}))
    assert claimed.status is RunStatus.CLAIMED
    verdict = Verdict(
        state=VerdictState.WARNING,
        reasons=("Two sensors are silent.",),
        coverage=0.97,
        newest=NOON,
        sensors_at_fault=("T1",),
        simulated=True,
    )
    done = replace(
        claimed,
        status=RunStatus.DONE,
        fingerprint="f",
        code_version="0.1.0",
        watermark=NOON,
        started_at=NOON,
        ended_at=NOON + MINUTE,
        verdict=verdict,
        page="hillside/anomaly.html",
        folder="runs/1",
        timings={"execute": 1.25},
        results={"episodes": 3, "worst": "T1", "missing": None},
    )
    assert store.save_run(done) == done
    assert store.runs() == [done]


@pytest.mark.parametrize("status", [status for status in RunStatus if status is not RunStatus.FAILED])
def test_a_slot_is_taken_once(store: Store, status: RunStatus) -> None:
    claimed = store.claim(RUN)
    store.save_run(replace(claimed, status=status))
    with pytest.raises(Busy, match=f"2026-07-01 12:00 UTC is {status} already"):
        store.claim(RUN)


def test_a_failed_run_may_be_tried_again(store: Store) -> None:
    failed = store.save_run(replace(store.claim(RUN), status=RunStatus.FAILED, error="a cell raised"))
    again = store.claim(RUN)
    assert (again.id, again.status) == (failed.id, RunStatus.CLAIMED)
    assert store.runs() == [again]


def test_force_takes_a_slot_again_but_not_from_one_that_runs(store: Store) -> None:
    claimed = store.claim(RUN)
    with pytest.raises(Busy):
        store.claim(RUN, force=True)
    store.save_run(replace(claimed, status=RunStatus.DONE))
    assert store.claim(RUN, force=True).id == claimed.id


@pytest.mark.parametrize("change", [{"notebook": "forecast"}, {"farm": "Valley"}, {"house": 0}, {"slot": NOON + HOUR}])
def test_other_slots_are_free(store: Store, change: dict[str, object]) -> None:
    assert store.claim(RUN).id != store.claim(replace(RUN, **change)).id


def test_a_run_that_was_never_claimed_is_put_into_its_slot(store: Store) -> None:
    skipped = store.save_run(replace(RUN, status=RunStatus.SKIPPED))
    assert store.runs() == [skipped]
    with pytest.raises(Busy):
        store.save_run(replace(RUN, status=RunStatus.SKIPPED))
    with pytest.raises(UnknownName, match="no run with the id 999999"):
        store.save_run(replace(RUN, id=999_999))


def test_runs_are_listed_newest_slot_first(store: Store) -> None:
    for days in (1, 3, 2):
        store.save_run(replace(RUN, slot=NOON + days * DAY, status=RunStatus.DONE))
    store.save_run(replace(RUN, house=2, status=RunStatus.FAILED))
    store.save_run(replace(RUN, notebook="forecast", farm="Valley", slot=NOON + 9 * DAY))
    assert [run.slot for run in store.runs(notebook="anomaly", house=1)] == [NOON + days * DAY for days in (3, 2, 1)]
    assert [run.slot for run in store.runs(farm="Hillside", limit=2)] == [NOON + 3 * DAY, NOON + 2 * DAY]
    assert [run.house for run in store.runs(status="failed")] == [2]
    assert len(store.runs(status=("failed", RunStatus.DONE))) == 4


def test_the_last_run_before_a_slot(store: Store) -> None:
    for days, status in ((1, RunStatus.DONE), (2, RunStatus.DONE), (3, RunStatus.FAILED)):
        store.save_run(replace(RUN, slot=NOON + days * DAY, status=status))
    last = store.last_run("anomaly", "Hillside", 1)
    assert last is not None
    assert last.slot == NOON + 2 * DAY
    before = store.last_run("anomaly", "Hillside", 1, before=NOON + 2 * DAY)
    assert before is not None
    assert before.slot == NOON + DAY
    assert store.last_run("anomaly", "Hillside", 1, before=NOON + DAY) is None
    failed = store.last_run("anomaly", "Hillside", 1, status=(RunStatus.FAILED, RunStatus.DONE))
    assert failed is not None
    assert failed.slot == NOON + 3 * DAY
    assert store.last_run("anomaly", "Hillside", 2) is None


def test_syncs(store: Store) -> None:
    for name in ("Hillside", "Valley"):
        store.add_farm(Farm(name=name))
    first = store.start_sync(SyncRun(farm="Hillside", source="rotem", started_at=NOON))
    other = store.start_sync(SyncRun(farm="Valley", source="csv_file", started_at=NOON + MINUTE))
    done = replace(
        first,
        status=SyncStatus.PARTIAL,
        ended_at=NOON + MINUTE,
        new=270,
        seen=2,
        changed=1,
        rejected=3,
        error="house 4 is disconnected",
        payload="payloads/1.json.gz",
        known_as="measured",
    )
    assert store.finish_sync(done) == done
    assert store.syncs() == [other, done]
    assert store.syncs("Hillside") == [done]
    assert store.syncs(limit=1) == [other]
    with pytest.raises(UnknownName, match="no sync run with the id 999999"):
        store.finish_sync(replace(done, id=999_999))
    with pytest.raises(UnknownName, match="Did you mean 'Valley'"):
        store.start_sync(replace(done, farm="Valey"))
