from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farmlab import config, labelling
from farmlab.domain import Event, EventKind, House
from farmlab.errors import DataError, UnknownName
from farmlab.labelling import Label, windows
from farmlab.labelling.board import Board
from farmlab.scope import Scope
from farmlab.store import Store
from tests.dashboards import farms

NOW = datetime(2026, 7, 1, 12, 7, tzinfo=UTC)
DAY = NOW - timedelta(hours=24)
HOUR = timedelta(hours=1)
SENSOR = "Temperature_Sensor_2"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("FARMLAB_HOME", str(tmp_path))
    with Store.open(config.load()) as store:
        farms.fill(store, NOW, folder=tmp_path / "f", houses=1)
        yield store


@pytest.fixture
def board(store: Store) -> Board:
    farm, houses = store.farm("Hillside"), tuple(store.houses("Hillside"))
    made = Board(Scope(store, farm, houses, DAY, NOW), by="ann")
    made.sensor.value = next(sensor for sensor in store.sensors("Hillside") if sensor.source_key == SENSOR)
    return made


def label(start: datetime, end: datetime, **fields: object) -> Label:
    return Label(**({"house": 1, "sensor": SENSOR, "kind": "stuck", "by": "ann"} | fields), start=start, end=end)


def test_a_house_without_sensors_has_nothing_to_label_and_says_so(store: Store) -> None:
    store.save_house("Hillside", House(number=9))
    lab = Scope(store, store.farm("Hillside"), (store.house("Hillside", 9),), DAY, NOW)
    with pytest.raises(DataError, match="no sensors to label"):
        Board(lab, by="ann")


@given(st.floats(-0.5, 1.5), st.floats(-0.5, 1.5), st.lists(st.integers(0, 1440), min_size=1, unique=True))
def test_what_is_drawn_becomes_readings_and_never_less_than_the_nearest(first: float, last: float, at: list[int]):
    times = pd.DatetimeIndex(sorted(DAY + timedelta(minutes=minute) for minute in at))
    begin, end = windows.drawn(f"{first},{last}", DAY, NOW)
    window = windows.snapped(begin, end, times)
    assert DAY <= begin <= end <= NOW
    assert {window.start, window.end} <= set(times)
    inside = times[(times >= begin) & (times <= end)]
    middle = begin + (end - begin) / 2
    if len(inside):
        assert (window.start, window.end) == (inside[0], inside[-1])
    else:
        assert window.start == window.end
        assert abs(window.start - middle) == min(abs(times - middle))


def test_a_label_is_an_event_that_is_known_from_when_it_was_said(store: Store) -> None:
    kept = labelling.save(store, "Hillside", label(DAY, DAY + HOUR, note="a\ncable"), at=NOW)
    assert labelling.read(store, "Hillside", house=1) == [kept]
    [event] = store.events("Hillside", kinds=[EventKind.LABEL])
    assert (event.code, event.equipment, event.by, event.message) == ("stuck", SENSOR, "ann", "a cable")
    assert store.events("Hillside", kinds=[EventKind.LABEL], known_at=NOW - HOUR) == []
    assert labelling.table([kept])[["kind", "start"]].values.tolist() == [["stuck", DAY]]
    assert labelling.read(store, "Hillside", start=DAY + 2 * HOUR) == []


def test_a_stretch_of_a_sensor_has_one_label(store: Store) -> None:
    labelling.save(store, "Hillside", label(DAY, DAY + HOUR), at=NOW)
    with pytest.raises(DataError, match="ann has labelled this stretch as stuck"):
        labelling.save(store, "Hillside", label(DAY + HOUR, DAY + 2 * HOUR, kind="drift"), at=NOW)
    labelling.save(store, "Hillside", label(DAY, DAY + HOUR, sensor="CO2"), at=NOW)
    labelling.save(store, "Hillside", label(DAY + 1.1 * HOUR, DAY + 2 * HOUR, kind="drift"), at=NOW)
    assert len(labelling.read(store, "Hillside")) == 3


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("kind", "stuk", "Did you mean 'stuck'"),
        ("sensor", "CO", "CO2"),
        ("by", " ", "somebody"),
        ("house", 9, "house 9"),
    ],
)
def test_what_cannot_be_labelled_is_refused(store: Store, field: str, value: object, said: str) -> None:
    with pytest.raises(DataError, match=said):
        labelling.save(store, "Hillside", label(DAY, DAY, **{field: value}), at=NOW)


def test_only_labels_can_be_taken_back(store: Store) -> None:
    kept = labelling.save(store, "Hillside", label(DAY, DAY + HOUR), at=NOW)
    store.write_events("Hillside", [Event(house=1, time=DAY, kind=EventKind.ALARM, message="hot")], learned_at=NOW)
    [alarm] = store.events("Hillside", kinds=[EventKind.ALARM])
    with pytest.raises(UnknownName):
        labelling.remove(store, "Hillside", alarm.id, at=NOW)
    labelling.remove(store, "Hillside", kept.id, at=NOW)
    assert [event.kind for event in store.events("Hillside")] == [EventKind.ALARM]


def test_the_board_takes_a_drag_saves_it_and_takes_it_back(board: Board) -> None:
    board.drawn.value = "0.5,0.25,1"
    assert (board.first.value, board.last.value) == ("2026-06-30 20:10", "2026-07-01 02:05")
    board.kind.value = "drift"
    board.keep.click()
    assert "Saved: temperature 2: drift, 2026-06-30 20:10 – 2026-07-01 02:05, by ann" in board.message.value
    [kept] = board.labels()
    assert board.known.value == kept.id
    assert (kept.sensor, kept.kind, kept.start.minute % 5) == (SENSOR, "drift", 0)
    assert "labels: 1" in board.picture.value
    board.drawn.value = "0.3,0.4,2"
    board.keep.click()
    assert "Ann has labelled this stretch as drift already" in board.message.value
    board.undo.click()
    assert board.labels() == []


def test_from_and_to_may_be_written_on_the_farms_clock(board: Board) -> None:
    board.first.value, board.last.value = "2026-07-01 06:01", "2026-07-01 07:00"
    assert board.chosen == windows.Window(NOW.replace(hour=4, minute=5), NOW.replace(hour=5, minute=0))
    board.first.value = "soon"
    assert "is not a time" in board.message.value
    board.first.value = "2026-05-01 06:00"
    assert "Not all of this time is shown" in board.message.value


def test_nothing_marked_and_the_sample_farm_are_said(board: Board) -> None:
    board.keep.click()
    assert "Nothing is marked. Drag over the plot" in board.message.value
    board.drawn.value = "0.3,0.4,1"
    board.earlier.click()
    assert board.chosen is None, "another stretch of time is shown"


def test_the_sample_farm_keeps_no_labels() -> None:
    from farmlab import scope

    with scope.open("sample", house=1) as lab:
        board = Board(lab, by="ann")
        board.drawn.value = "0.3,0.4,1"
        board.keep.click()
        assert "not kept" in board.message.value
