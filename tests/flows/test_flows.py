"""The bodies of the flows as plain functions: ``flow.fn``."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from farmlab import clock, config, ingest
from farmlab.config import Settings
from farmlab.domain import Farm, ModelRecord, ModelStep, RunStatus, SyncRun, SyncStatus
from farmlab.errors import IntegrationError, RunError
from farmlab.serving.services import prefect_env
from farmlab.store import Store
from flows import serve
from flows.maintenance.prune import prune
from flows.sync import due, newcomers, sync
from flows.tick import tick
from flows.training import each, train
from tests.runs.kit import write_notebook

NEW = 300
"""Readings that the logger has written."""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home whose notebooks are a folder of its own, with a farm that a logger writes a file for.

    The clock stands still, so that no slot begins between two calls.
    """
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    monkeypatch.setenv("FARMLAB_NOTEBOOKS", str(tmp_path / "notebooks"))
    monkeypatch.setenv("FARMLAB_RETRY_S", "0.01")
    (tmp_path / "notebooks" / "analyses").mkdir(parents=True)
    settings = config.load(tmp_path / "home")
    logged(tmp_path)
    with Store.open(settings) as store:
        options = {"path": str(tmp_path / "logger.csv")}
        ingest.add_farm(store, settings, "Hill", at=clock.now(), integration="csv_file", options=options)
    return settings


def logged(folder: Path) -> None:
    """A good day of readings every five minutes, up to now."""
    ages = [timedelta(minutes=5 * number) for number in range(NEW - 1, -1, -1)]
    rows = [f"{clock.now() - age:%Y-%m-%d %H:%M:%S},{20 + number % 7 / 10}" for number, age in enumerate(ages)]
    (folder / "logger.csv").write_text("\n".join(["time,temperature [°C]", *rows]) + "\n")


def polled(settings: Settings) -> list[SyncRun]:
    with Store.open(settings) as store:
        return store.syncs("Hill")


def test_sync_takes_in_what_came_since(settings, tmp_path):
    [said] = sync.fn(str(settings.home))
    assert said.startswith(f"Hill: success, {NEW} new readings, ")
    assert sync.fn(str(settings.home)) == [], "its next slot has not come"


@pytest.mark.parametrize(
    ("last", "at", "is_due"),
    [
        ("10:00", "10:04:40", False),
        ("10:00", "10:05", True),
        ("10:00", "10:04:59.8", True),  # the scheduler is early now and then
        ("10:04:59.8", "10:05:01", False),
        ("10:04:59.8", "10:09:59.7", True),
        ("10:05:40", "10:09", False),
    ],
)
def test_polls_lie_on_whole_multiples_of_the_interval_and_never_drift(settings, last, at, is_due):
    day = "2026-07-01T"
    started, now = (datetime.fromisoformat(day + time).replace(tzinfo=UTC) for time in (last, at))
    with Store.open(settings) as store:
        for old in store.syncs("Hill"):
            store.finish_sync(SyncRun(**{**fields(old), "started_at": started - timedelta(days=1)}))
        store.start_sync(SyncRun(farm="Hill", source="csv_file", started_at=started))
        store.start_sync(SyncRun(farm="Hill", source="import", started_at=now))
        assert [farm.name for farm in due(store, now)] == (["Hill"] if is_due else [])


def test_one_farm_that_fails_does_not_keep_the_next_from_its_turn(settings):
    with Store.open(settings) as store:
        store.add_farm(Farm(name="Aardvark", integration="csv_file", settings={"path": "/no/such/file.csv"}))
        store.add_farm(Farm(name="By hand"))
    with pytest.raises(IntegrationError, match=r"Aardvark: .*file.csv.*Hill: success, 300 new"):
        sync.fn(str(settings.home))
    assert polled(settings)[0].status is SyncStatus.SUCCESS


def test_a_farm_that_was_added_meanwhile_is_polled_by_the_next_tick(settings):
    with Store.open(settings) as store:
        assert [farm.name for farm in newcomers(store)] == ["Hill"]
    [said] = tick.fn(str(settings.home))
    assert said.startswith(f"Hill: success, {NEW} new readings, ")
    assert tick.fn(str(settings.home)) == []


def test_a_notebook_that_was_dropped_in_meanwhile_is_run_by_the_next_tick(settings):
    sync.fn(str(settings.home))
    assert tick.fn(str(settings.home)) == []
    write_notebook(settings.notebook_folder / "analyses", schedule="hourly")
    assert tick.fn(str(settings.home)) == ["warmth of Hill: done"]
    assert tick.fn(str(settings.home)) == [], "once a slot"
    assert list(settings.site.glob("Hill/warmth/*.html"))


def test_a_run_that_fails_turns_the_tick_red_and_says_why(settings):
    sync.fn(str(settings.home))
    write_notebook(settings.notebook_folder / "analyses", code="1 / 0", schedule="hourly")
    with pytest.raises(RunError, match=r"warmth of Hill: .*ZeroDivisionError"):
        tick.fn(str(settings.home))
    with Store.open(settings) as store:
        assert [run.status for run in store.runs(farm="Hill")] == [RunStatus.FAILED]


def test_prune_removes_what_is_older_than_it_is_kept(settings):
    kept, old = settings.runs / "Hill/warmth/20260701T000000Z-0", settings.runs / "Hill/warmth/20200101T000000Z-0"
    for folder in (kept, old):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))
    assert prune.fn(str(settings.home)) == [old.name]
    assert kept.exists()


def test_prune_keeps_ten_models_beside_the_one_in_use(settings):
    model = ModelRecord(name="house", version=0, task="anomaly", farm="Hill", scope="house/1", fitted_at=clock.now())
    with Store.open(settings) as store:
        ids = [store.save_model(model).id for _ in range(14)]
        store.promote(ids[0], at=clock.now())
    assert prune.fn(str(settings.home)) == ["3 replaced models"]
    with Store.open(settings) as store:
        assert sorted(one.id for one in store.models()) == [ids[0], *ids[4:]]


def test_a_farm_without_records_of_failures_is_refused_once_a_week(settings):
    [said] = train.fn(str(settings.home))
    assert said.startswith("Hill: failed, 0 failures are on record, and 20 are needed")
    assert train.fn(str(settings.home)) == [], "a week has not passed"
    with Store.open(settings) as store:
        [entry] = store.model_history(task="failure", farm="Hill")
        assert (entry.what, entry.by, entry.model_id) == (ModelStep.FAILED, "training", None)
        assert each(store, clock.now() + timedelta(days=8)) == [said]


def test_every_flow_has_an_anchored_interval_and_runs_one_at_a_time(settings):
    made = {deployment.name: deployment for deployment in serve.deployments(settings)}
    intervals = {name: one.schedules[0].schedule.interval for name, one in made.items()}
    day = timedelta(days=1)
    assert intervals == {"sync": timedelta(minutes=5), "tick": timedelta(minutes=1), "prune": day, "training": day}
    for one in made.values():
        assert one.schedules[0].schedule.anchor_date == datetime(2020, 1, 1, tzinfo=UTC)
        assert (one.concurrency_limit, one.concurrency_options.collision_strategy.value) == (1, "CANCEL_NEW")
        assert one.parameters == {"home": str(settings.home)}


def test_nothing_is_retried_blindly(settings):
    assert {flow.retries for flow in (sync, tick, prune, train)} == {0}


def test_without_a_server_it_says_how_to_start(monkeypatch):
    with pytest.raises(Exception, match="farmlab up"):
        serve.await_server()


def test_prefect_prunes_its_history_and_tells_nobody(settings, monkeypatch):
    for name, value in prefect_env(settings, 4200, "secret").items():
        monkeypatch.setenv(name, value)
    from prefect.settings import Settings as PrefectSettings

    known = PrefectSettings()
    assert known.server.services.db_vacuum.enabled_vacuum_types >= {"events", "flow_runs"}
    assert known.server.services.db_vacuum.retention_period == timedelta(days=3)
    assert known.server.analytics_enabled is False
    assert known.server.api.auth_string.get_secret_value() == known.api.auth_string.get_secret_value() != ""
    assert str(known.home).startswith(str(settings.home))


def fields(record: object) -> dict[str, object]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}
