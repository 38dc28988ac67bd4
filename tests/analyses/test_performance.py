from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from farmlab import clock, config, results
from farmlab.analyses import blocks, daily, performance
from farmlab.domain import Answer, Category, Feedback, Finding, Run, RunStatus, SyncRun, SyncStatus
from farmlab.scope import Scope
from farmlab.store import Store
from tests.dashboards import farms

NOW = datetime(2026, 7, 1, 12, 7, tzinfo=UTC)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Scope]:
    with Store.open(f"sqlite:///{tmp_path}/farmlab.db") as store:
        farms.fill(store, NOW, folder=tmp_path / "f", houses=2)
        yield Scope(store, store.farm("Hillside"), tuple(store.houses("Hillside")), NOW - timedelta(hours=24), NOW)


def syncs(lab: Scope, status: SyncStatus, many: int) -> None:
    for place in range(many):
        begun = lab.store.start_sync(
            SyncRun(farm="Hillside", source="rotem", started_at=NOW - timedelta(hours=place + 1))
        )
        lab.store.finish_sync(replace(begun, status=status, ended_at=NOW))


def said(lab: Scope, what: str) -> performance.Check:
    checks = performance.measure(lab, alert_days=90).checks
    return next(check for check in checks if check.what == what)


def test_data_that_come_and_runs_that_do_not_fail_are_in_order(lab: Scope) -> None:
    syncs(lab, SyncStatus.SUCCESS, 20)
    lab.store.save_run(Run(notebook="anomaly", farm="Hillside", house=0, slot=NOW - timedelta(hours=1), page="p",
                           status=RunStatus.DONE, started_at=NOW, ended_at=NOW + timedelta(seconds=5)))  # fmt: skip
    measured = performance.measure(lab, alert_days=90)
    assert performance.summary(measured) == (
        "FarmLab works as it should: syncs, readings known after, readings that came, analyses."
    )
    values = performance.values(measured)
    assert (values["sync_success_pct"], values["runs_failed"]) == (100.0, 0.0)
    assert values["complete_pct"] == pytest.approx(100, abs=0.5)
    assert set(performance.tables(measured)) == {"checks", "days", "runs", "alerts"}


def test_what_fails_is_named_with_its_aim(lab: Scope) -> None:
    syncs(lab, SyncStatus.FAILED, 3)
    lab.store.save_run(Run(notebook="anomaly", farm="Hillside", house=0, slot=NOW - timedelta(hours=1), page="p",
                           status=RunStatus.FAILED, started_at=NOW, ended_at=NOW + timedelta(seconds=5)))  # fmt: skip
    measured = performance.measure(lab, alert_days=90)
    assert performance.summary(measured) == "2 of 5 figures need a look: syncs, analyses."
    one = replace(measured, checks=tuple(check for check in measured.checks if check.what != "Syncs"))
    assert performance.summary(one) == "1 of 4 figures needs a look: analyses."
    assert said(lab, "Analyses").said == "1 run, 1 failed"
    assert "25.0 % of 4 attempts, 3 failed" in performance.glance(measured).html
    assert "<td>anomaly</td>" in performance.run_table(measured).html


def test_a_house_that_sends_half_its_readings_is_named(tmp_path: Path, lab: Scope) -> None:
    half = replace(lab, farm=replace(lab.farm, poll_minutes=2.5))
    check = said(half, "Readings that came")
    assert check.good is False
    assert check.said.startswith("50.0")


def test_an_hour_of_a_day_counts_as_an_hour(house: Scope) -> None:
    midnight = clock.midnight(clock.local_date(house.until, house.farm.timezone), house.farm.timezone)
    window = replace(house, start=midnight - timedelta(hours=1), until=midnight + timedelta(hours=9))
    days = pd.DatetimeIndex([midnight - timedelta(days=1), midnight])
    shares = performance._shares(pd.DataFrame({"House 1": [0.0, 100.0]}, index=days), window)
    assert shares["House 1"] == pytest.approx(90.0)


def test_alerts_are_judged_by_what_people_said_of_them(lab: Scope) -> None:
    fan = Finding(category=Category.FAILURE, kind="fan_loss", house=2, subject="fan", start=NOW, title="A fan stands")
    [kept] = lab.store.save_findings("Hillside", [fan], source="test", at=NOW)
    assert said(lab, "Alerts").good is None
    lab.store.answer(Feedback(finding=kept.id, answer=Answer.FALSE, by="ann", at=NOW))
    check = said(lab, "Alerts")
    assert (check.good, "0 % of the answered were true" in check.said) == (False, True)
    table = performance.alert_table(performance.measure(lab, alert_days=90))
    assert "fan loss" in table.html


def test_without_syncs_and_runs_it_says_what_cannot_be_said(house: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[object] = []
    monkeypatch.setattr(blocks, "display", shown.append)
    measured = performance.measure(house, alert_days=90)
    assert [check.good is None for check in measured.checks] == [True, True, False, True, True]
    performance.show_days(measured, house)
    performance.show_runs(measured)
    assert len(shown) == 2
    assert "No alert was raised" in performance.alert_table(measured).html


def test_a_report_of_the_past_reads_what_other_analyses_had_said_by_then(
    lab: Scope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FARMLAB_HOME", str(tmp_path))
    for back in (timedelta(hours=1), timedelta(days=1)):
        slot = NOW - back
        folder = f"forecast-{slot:%d}"
        results.record(config.load().runs / folder, summary=f"of the {slot:%d}")
        lab.store.save_run(Run(notebook="outlook", farm="Hillside", house=0, slot=slot, status=RunStatus.DONE,
                               folder=folder, parameters={"until": slot.isoformat()}))  # fmt: skip
    said = [daily.last(replace(lab, until=NOW - back), "outlook") for back in (timedelta(0), timedelta(hours=3))]
    assert [found.summary for found in said if found] == ["of the 01", "of the 30"]
    assert daily.last(replace(lab, until=NOW - timedelta(days=3)), "outlook") is None
