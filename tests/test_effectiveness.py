"""How good alerts have been: true ones, early ones, false ones, and failures of which nobody was told."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from farmlab import effectiveness
from farmlab.domain import Answer, Category, Event, EventKind, Feedback, Finding, Severity
from farmlab.store import Store
from tests.store.farmyard import settle

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def alert(number: int, start: datetime = NOON, **more: object) -> Finding:
    words = {"category": Category.FAILURE, "kind": "fan_loss", "house": 1, "subject": "tunnel fans", "title": "No air"}
    return Finding(start=start, id=f"F{number}", **{"detected_at": start + HOUR, **words, **more})


def said(number: int, answer: Answer, *, after: timedelta = DAY) -> Feedback:
    return Feedback(finding=f"F{number}", answer=answer, by="Ann", at=NOON + after, learned_at=NOON + after)


def failure(time: datetime, equipment: str = "tunnel fan 2", house: int = 1) -> Event:
    return Event(house=house, time=time, kind=EventKind.FAILURE, equipment=equipment)


def test_alerts_are_counted_by_month_and_kind_with_what_people_said() -> None:
    found = [alert(1), alert(2, NOON + DAY), alert(3), alert(4), alert(5, NOON + 40 * DAY)]
    answers = [said(1, Answer.TRUE), said(2, Answer.FALSE), said(3, Answer.KNOWN), said(1, Answer.FALSE, after=HOUR)]
    july, august = effectiveness.effectiveness(found, answers, []).to_dict("records")
    assert (july["month"], july["kind"], july["alerts"], july["answered"]) == ("2026-07", "fan_loss", 4, 3)
    assert (july["occurred"], july["false"], july["known"], july["precision"]) == (1, 1, 1, 0.5)
    assert (july["answered_share"], july["delay_h"]) == (0.75, 1.0)
    assert (august["month"], august["alerts"], august["answered"]) == ("2026-08", 1, 0)
    assert math.isnan(august["precision"])


def test_a_month_is_one_of_the_farms_calendar() -> None:
    night = datetime(2026, 6, 30, 21, 30, tzinfo=UTC)  # told an hour later, after midnight of the farm
    [row] = effectiveness.effectiveness([alert(1, night)], [], [], timezone="Europe/Berlin").to_dict("records")
    assert row["month"] == "2026-07"


@pytest.mark.parametrize(("over_before", "missed"), [(timedelta(hours=23), 0), (timedelta(hours=25), 1)])
def test_an_alert_that_was_over_a_day_before_did_not_announce_a_failure(over_before: timedelta, missed: int) -> None:
    event = failure(NOON + 2 * DAY)
    over = alert(1, end=event.time - over_before)
    assert effectiveness.effectiveness([over], [], [event])["missed"].sum() == missed


def test_findings_that_ask_nobody_to_act_are_no_alerts() -> None:
    assert effectiveness.effectiveness([alert(1, severity=Severity.INFO)], [], []).empty


@pytest.mark.parametrize(
    ("event", "lead_h"),
    [
        (failure(NOON + 6 * HOUR), 5.0),
        (failure(NOON), -1.0),
        (failure(NOON + 6 * HOUR, equipment=""), 5.0),
        (failure(NOON - 2 * HOUR), None),
        (failure(NOON + 6 * HOUR, house=2), None),
        (failure(NOON + 6 * HOUR, equipment="feed auger"), None),
    ],
)
def test_a_failure_is_told_in_time_or_missed(event: Event, lead_h: float | None) -> None:
    table = effectiveness.effectiveness([alert(1)], [], [event]).set_index("kind")
    if lead_h is None:
        assert table["missed"].sum() == 1
        assert math.isnan(table.loc["fan_loss", "lead_h"])
    else:
        assert table["missed"].sum() == 0
        assert table.loc["fan_loss", "lead_h"] == lead_h


def test_an_alert_that_was_called_false_or_was_long_over_told_nobody() -> None:
    event = failure(NOON + 3 * DAY)
    for found, answers in (([alert(1)], [said(1, Answer.FALSE)]), ([alert(1, end=NOON + DAY)], [])):
        table = effectiveness.effectiveness(found, answers, [event]).set_index("kind")
        assert table.loc["tunnel fan failure", "missed"] == 1


def test_of_a_farm_only_what_was_known_then_counts(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/farmlab.db") as store:
        settle(store)
        (kept,) = store.save_findings("Hillside", [replace(alert(1), id="")], source="x", at=NOON + HOUR)
        store.answer(Feedback(finding=kept.id, answer=Answer.TRUE, by="Ann", at=NOON + DAY))
        store.write_events("Hillside", [failure(NOON + 2 * HOUR)], learned_at=NOON + 2 * DAY)

        def read(until: datetime, start: datetime = NOON - DAY) -> list[tuple[int, ...]]:
            table = effectiveness.read(store, "Hillside", start=start, until=until)
            return list(table[["alerts", "answered", "missed"]].itertuples(index=False, name=None))

        assert read(NOON + 3 * HOUR) == [(1, 0, 0)]
        assert read(NOON + 3 * DAY) == [(1, 1, 0)]
        assert read(NOON + 3 * DAY, start=NOON + HOUR) == []
        assert read(NOON) == []
