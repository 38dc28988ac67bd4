from __future__ import annotations

from datetime import UTC, datetime, timedelta

from farmlab.cli import scoring
from farmlab.domain import Category, Finding
from farmlab.simulator.faults import KINDS

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
BELT = scoring.Label(house=1, type="fan_belt", unit="side fan 1", seen_from=NOON, ended=NOON + timedelta(hours=6))


def told(kind: str, house: int = 1, **data: object) -> Finding:
    return Finding(
        category=Category.FAILURE, kind=kind, house=house, subject="fans", title=kind, start=NOON, end=NOON, data=data
    )


def test_every_fault_of_the_simulator_can_be_scored() -> None:
    assert set(scoring.SHOWN_BY) == {name for name in KINDS if not name.startswith("sensor_")}


def test_the_score_says_what_was_found_missed_false_and_whether_the_cause_was_right() -> None:
    leak = scoring.Label(house=1, type="water_leak", unit="drinker line 1", seen_from=NOON, ended=None)
    score = scoring.compare([BELT, leak], [told("fan_loss", causes=["fan_loss", "fan_belt"]), told("heater", house=2)])
    said = scoring.in_words(score)
    assert "2 injected, 1 found, 1 missed, 1 alert without a fault; cause named first is right for 0 of 1" in said
    assert "cause named fan loss, the right one as no. 2" in said
    right = scoring.compare([BELT], [told("fan_loss", causes=["fan_belt"])])
    assert "cause right" in scoring.in_words(right)
