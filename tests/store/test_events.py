"""Events are written once, end once, and are shown as they were known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from farmlab.domain import Event, EventKind
from farmlab.errors import UnknownName
from tests.store.farmyard import HOUR, MINUTE, NOON, Hillside

ALARM = Event(house=1, time=NOON, kind=EventKind.ALARM, message="High temperature", code="17", source="rotem", by="x")


def test_an_event_comes_back_as_it_was(hillside: Hillside) -> None:
    full = replace(ALARM, equipment="tunnel_fan 2", ended_at=NOON + HOUR)
    assert hillside.store.write_events("Hillside", [full], learned_at=NOON + MINUTE) == 1
    (event,) = hillside.store.events("Hillside")
    assert event == replace(full, learned_at=NOON + MINUTE, id=event.id)


def test_the_same_event_again_is_not_new(hillside: Hillside) -> None:
    assert hillside.store.write_events("Hillside", [ALARM, ALARM], learned_at=NOON) == 1
    assert hillside.store.write_events("Hillside", [ALARM], learned_at=NOON + HOUR) == 0
    (event,) = hillside.store.events("Hillside")
    assert event.learned_at == NOON


@pytest.mark.parametrize(
    "change",
    [
        {"house": 2},
        {"time": NOON + MINUTE},
        {"kind": EventKind.FAILURE},
        {"code": "18"},
        {"message": "Low temperature"},
        {"equipment": "heater 1"},
    ],
)
def test_another_event_is_new(hillside: Hillside, change: dict[str, object]) -> None:
    assert hillside.store.write_events("Hillside", [ALARM, replace(ALARM, **change)], learned_at=NOON) == 2


def test_an_end_that_comes_later_is_known_later(hillside: Hillside) -> None:
    hillside.store.write_events("Hillside", [ALARM], learned_at=NOON)
    ended = replace(ALARM, ended_at=NOON + HOUR)
    assert hillside.store.write_events("Hillside", [ended], learned_at=NOON + 2 * HOUR) == 0
    assert hillside.store.write_events("Hillside", [ALARM], learned_at=NOON + 3 * HOUR) == 0
    ends = [hillside.store.events("Hillside", known_at=NOON + hours * HOUR)[0].ended_at for hours in (0, 1, 2)]
    assert ends == [None, None, NOON + HOUR]
    assert hillside.store.events("Hillside")[0].ended_at == NOON + HOUR


def test_an_event_is_not_known_before_it_was_learned(hillside: Hillside) -> None:
    hillside.store.write_events("Hillside", [ALARM], learned_at=NOON + HOUR)
    assert hillside.store.events("Hillside", known_at=NOON + HOUR - MINUTE) == []
    hillside.store.write_events("Hillside", [ALARM], learned_at=NOON + MINUTE)
    assert len(hillside.store.events("Hillside", known_at=NOON + MINUTE)) == 1


def test_an_events_own_learned_at_goes_first(hillside: Hillside) -> None:
    hillside.store.write_events("Hillside", [replace(ALARM, learned_at=NOON)], learned_at=NOON + HOUR)
    assert hillside.store.events("Hillside")[0].learned_at == NOON


def test_windows_houses_and_kinds(hillside: Hillside) -> None:
    events = [replace(ALARM, time=NOON + hours * HOUR, house=hours % 3) for hours in (3, 0, 1, 2)]
    events.append(replace(ALARM, kind=EventKind.NOTE))
    hillside.store.write_events("Hillside", events, learned_at=NOON)
    read = hillside.store.events
    assert [event.time for event in read("Hillside")] == sorted(event.time for event in events)
    assert {event.time for event in read("Hillside", start=NOON, until=NOON + 2 * HOUR)} == {
        NOON + HOUR,
        NOON + 2 * HOUR,
    }
    assert [event.house for event in read("Hillside", house=2)] == [2]
    assert [event.kind for event in read("Hillside", kinds="note")] == [EventKind.NOTE]
    assert len(read("Hillside", kinds=(EventKind.NOTE, EventKind.ALARM))) == 5
    with pytest.raises(UnknownName, match=r"no event kind 'noise'\. Did you mean 'note'"):
        read("Hillside", kinds=["noise"])


def test_one_event_of_an_unknown_house_stops_all(hillside: Hillside) -> None:
    with pytest.raises(UnknownName, match="no house '9'"):
        hillside.store.write_events("Hillside", [ALARM, replace(ALARM, house=9)], learned_at=NOON)
    assert hillside.store.events("Hillside") == []


def test_a_very_long_message_from_outside(hillside: Hillside) -> None:
    long = replace(ALARM, message="<b>" * 100_000)
    assert hillside.store.write_events("Hillside", [long], learned_at=NOON) == 1
    assert hillside.store.write_events("Hillside", [long], learned_at=NOON) == 0
    assert hillside.store.events("Hillside")[0].message == long.message
