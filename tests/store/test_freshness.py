"""What is new is seen, and what is not new is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from farmlab.domain import Answer, Equipment, Event, EventKind, Feedback, Flock, House, ModelRecord, Sensor
from farmlab.errors import UnknownName
from farmlab.store import Store
from tests.store.farmyard import DAY, HOUR, MINUTE, NOON, Hillside, seen, settle


def test_newest_reading_with_a_value_by_house(hillside: Hillside) -> None:
    hillside.write((1, "T1", NOON, 20.0), (1, "RH", NOON + MINUTE, 60.0), (1, "RH", NOON + HOUR, None))
    hillside.write((2, "T1", NOON - DAY, 20.0))
    assert hillside.store.newest("Hillside") == {1: NOON + MINUTE, 2: NOON - DAY}
    assert hillside.store.newest("Hillside", house=2) == {2: NOON - DAY}
    assert settle(hillside.store, "Valley").store.newest("Valley") == {}


def test_the_watermark_is_what_was_learned_last(hillside: Hillside) -> None:
    mark = hillside.store.watermark
    assert mark("Hillside") is None
    hillside.write((1, "T1", NOON, 20.0), learned_at=NOON + MINUTE)
    hillside.write((2, "T1", NOON, 20.0), learned_at=NOON + HOUR)
    assert (mark("Hillside", house=1), mark("Hillside", house=2)) == (NOON + MINUTE, NOON + HOUR)
    hillside.write((1, "T1", NOON, 20.0), learned_at=NOON + DAY)
    assert mark("Hillside") == NOON + HOUR, "the same value again is no news"
    hillside.write((1, "T1", NOON, 21.0), learned_at=NOON + 2 * HOUR)
    assert mark("Hillside", house=1) == NOON + 2 * HOUR
    event = Event(house=2, time=NOON, kind=EventKind.NOTE)
    hillside.store.write_events("Hillside", [event], learned_at=NOON + 3 * HOUR)
    hillside.store.write_events("Hillside", [event], learned_at=NOON + 4 * HOUR)
    assert mark("Hillside", house=2) == NOON + 3 * HOUR
    hillside.store.write_events("Hillside", [replace(event, ended_at=NOON)], learned_at=NOON + 5 * HOUR)
    assert mark("Hillside", house=2) == NOON + 5 * HOUR


def test_what_the_farm_itself_learns_is_news_for_each_house(hillside: Hillside) -> None:
    hillside.store.write_events(
        "Hillside", [Event(house=0, time=NOON, kind=EventKind.FAILURE, message="power cut")], learned_at=NOON
    )
    assert hillside.store.watermark("Hillside", house=1) == NOON


def feedback(store: Store) -> None:
    finding = store.findings("Hillside", house=1)[0].id
    store.answer(Feedback(finding=finding, answer=Answer.TRUE, by="Ann", at=NOON))


CHANGES: dict[str, Callable[[Store], object]] = {
    "farm": lambda store: store.update_farm(replace(store.farm("Hillside"), timezone="UTC")),
    "house": lambda store: store.save_house("Hillside", House(number=1, capacity=5)),
    "flock": lambda store: store.save_flock("Hillside", Flock(house=1, placed_on=date(2026, 6, 1))),
    "equipment": lambda store: store.save_equipment("Hillside", Equipment(house=1, kind="fan")),
    "equipment of the farm": lambda store: store.save_equipment("Hillside", Equipment(house=0, kind="generator")),
    "sensor": lambda store: store.save_sensors("Hillside", [Sensor(house=1, source_key="T1", metric="rh")]),
    "model": lambda store: store.save_model(
        ModelRecord(name="m", version=0, task="t", farm="Hillside", scope="house 1", fitted_at=NOON)
    ),
    "champion": lambda store: store.promote(store.models()[0].id, at=NOON),
    "feedback": feedback,
}


@pytest.mark.parametrize("record", CHANGES)
def test_the_version_of_records_changes_with_each_of_them(hillside: Hillside, record: str) -> None:
    store = hillside.store
    store.save_findings("Hillside", [seen()], source="anomaly", at=NOON)
    store.save_model(ModelRecord(name="old", version=0, task="t", farm="Hillside", scope="x", fitted_at=NOON))
    before = [store.record_version("Hillside", house=number) for number in (0, 1)]
    CHANGES[record](store)
    after = [store.record_version("Hillside", house=number) for number in (0, 1)]
    assert all(new != old for new, old in zip(after, before, strict=True))
    assert after == [store.record_version("Hillside", house=number) for number in (0, 1)]


def test_the_version_of_records_is_blind_to_other_houses_farms_and_to_readings(hillside: Hillside) -> None:
    store = hillside.store
    settle(store, "Valley")
    hillside.write((1, "T1", NOON, 20.0))
    before = store.record_version("Hillside", house=1)
    store.save_flock("Hillside", Flock(house=2, placed_on=date(2026, 6, 1)))
    store.save_house("Hillside", House(number=2, capacity=5))
    store.save_flock("Valley", Flock(house=1, placed_on=date(2026, 6, 1)))
    hillside.write((1, "T1", NOON + HOUR, 20.0), learned_at=NOON + HOUR)
    assert store.record_version("Hillside", house=1) == before
    assert store.record_version("Hillside") != before


def test_backdated_readings_are_seen_although_the_watermark_stays(hillside: Hillside) -> None:
    store = hillside.store
    hillside.write((1, "T1", NOON, 20.0), learned_at=NOON)
    mark, version = store.watermark("Hillside"), store.record_version("Hillside", house=1)
    hillside.write((1, "T1", NOON - DAY, 20.0), learned_at=NOON - DAY)
    assert store.watermark("Hillside") == mark
    assert store.record_version("Hillside", house=1) != version


def test_unknown_farm(hillside: Hillside) -> None:
    for ask in (hillside.store.newest, hillside.store.watermark, hillside.store.record_version):
        with pytest.raises(UnknownName, match="Did you mean 'Hillside'"):
            ask("Hilside")
