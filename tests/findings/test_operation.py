from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from farmlab import findings
from farmlab.domain import Category, Finding, Severity, SyncRun, SyncStatus
from farmlab.findings.ranking import folded

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def sync(minutes_ago: int, status: SyncStatus) -> SyncRun:
    started = NOON - timedelta(minutes=minutes_ago)
    return SyncRun(farm="Hillside", source="rotem", started_at=started, status=status, error="503")


def test_three_failures_in_a_row_are_a_finding() -> None:
    failed = [sync(minutes, SyncStatus.FAILED) for minutes in (0, 10, 5)]
    [finding] = findings.of_syncs("Hillside", [*failed, sync(15, SyncStatus.SUCCESS)], timezone="Europe/Berlin")
    assert finding.category is Category.OPERATION
    assert finding.title == "No readings could be fetched since 1 Jul 13:50, 3 attempts"
    assert finding.start == NOON - timedelta(minutes=10)
    assert finding.why[0].evidence == "503"


def test_two_failures_or_a_success_in_between_are_none() -> None:
    failed = [sync(minutes, SyncStatus.FAILED) for minutes in (0, 5, 15)]
    assert findings.of_syncs("Hillside", failed[:2], timezone="UTC") == []
    assert findings.of_syncs("Hillside", [*failed, sync(10, SyncStatus.PARTIAL)], timezone="UTC") == []
    running = sync(-5, SyncStatus.RUNNING)
    assert len(findings.of_syncs("Hillside", [*failed, running], timezone="UTC")) == 1


def finding(kind: str, **changes: object) -> Finding:
    base = Finding(
        category=Category.ANOMALY, kind=kind, house=1, subject=kind, start=NOON, title=kind, severity=Severity.WARNING
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def test_what_another_explains_is_folded_into_it() -> None:
    fans, warm = finding("fan_loss"), finding("temperature_high", start=NOON + timedelta(hours=1))
    [kept] = folded([warm, fans])
    assert kept.kind == "fan_loss"
    assert kept.data["also"] == ["temperature_high"]


def test_what_follows_from_an_effect_is_named_by_the_first_cause() -> None:
    power, fans, stale = finding("power_cut"), finding("fan_loss"), finding("co2_ppm_high")
    for order in ([power, fans, stale], [stale, fans, power]):
        [kept] = folded(order)
        assert (kept.kind, set(kept.data["also"])) == ("power_cut", {"fan_loss", "co2_ppm_high"})


def test_what_is_more_urgent_or_earlier_or_over_stands_alone() -> None:
    fans = finding("fan_loss")
    for other in (
        finding("temperature_high", severity=Severity.CRITICAL),
        finding("temperature_high", start=NOON - timedelta(hours=7)),
        finding("temperature_high", start=NOON - timedelta(hours=5), end=NOON - timedelta(hours=1)),
        finding("temperature_low"),
    ):
        assert len(folded([fans, other])) == 2


def test_a_cause_that_is_over_explains_nothing_that_comes_much_later() -> None:
    over = finding("fan_loss", end=NOON + timedelta(hours=1))
    assert len(folded([over, finding("temperature_high", start=NOON + timedelta(hours=2))])) == 1
    assert len(folded([over, finding("temperature_high", start=NOON + timedelta(hours=9))])) == 2


def test_the_most_urgent_comes_first() -> None:
    order = [
        finding("a", severity=Severity.CRITICAL),
        finding("b", score=0.9),
        finding("c", score=0.6),
        finding("d", category=Category.SENSOR, score=0.99),
        finding("e", end=NOON),
        finding("f", severity=Severity.INFO),
    ]
    assert [f.kind for f in findings.ranked(reversed(order))] == ["a", "b", "c", "d", "e", "f"]
