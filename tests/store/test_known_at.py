"""Whatever comes in, in whatever order: the store answers as a plain list of what was said would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farmlab.domain import Farm, House, Sensor
from farmlab.store import Store, Written
from tests.store.farmyard import MINUTE, NOON, frame

Word = tuple[int, int, float | None]
"""What is said: of which time, learned when (both in minutes), which value."""
MOMENTS = range(-1, 5)

minutes = st.integers(0, 4)
words = st.lists(st.tuples(st.integers(0, 2), minutes, st.sampled_from([1.0, 2.0, None])), max_size=5)
relaxed = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def said(words: list[Word], known_at: int | None = None) -> dict[datetime, float | None]:
    """The last word on each time, of those known; the last that came of those learned at once."""
    known = [word for word in words if known_at is None or word[1] <= known_at]
    return {NOON + time * MINUTE: value for time, _, value in sorted(known, key=lambda word: word[1])}


@dataclass(frozen=True)
class Gauge:
    """One of many sensors, so that every example begins with an empty one."""

    store: Store
    key: str

    def tell(self, *words: Word, learned_at: int | None = None) -> Written:
        """Write the words, each for itself or, learned at one moment, all in one frame."""
        if learned_at is not None:
            rows = frame(*((1, self.key, NOON + time * MINUTE, value) for time, _, value in words))
            return self.store.write("Hillside", rows, learned_at=NOON + learned_at * MINUTE)
        done = Written()
        for word in words:
            done += self.tell(word, learned_at=word[1])
        return done

    def shows(self, known_at: int | None = None) -> dict[datetime, float | None]:
        moment = None if known_at is None else NOON + known_at * MINUTE
        table = self.store.read("Hillside", house=1, sensor=self.key, known_at=moment)
        return {row.time: None if row.value != row.value else row.value for row in table.itertuples()}

    def past(self) -> list[dict[datetime, float | None]]:
        return [self.shows(moment) for moment in MOMENTS]


@pytest.fixture
def gauges(store: Store) -> Iterator[Gauge]:
    """As many gauges as one needs."""
    store.add_farm(Farm(name="Hillside"))
    store.save_house("Hillside", House(number=1))
    keys = [f"G{number}" for number in range(200)]
    store.save_sensors("Hillside", [Sensor(house=1, source_key=key, metric="temp", position=key) for key in keys])
    return (Gauge(store, key) for key in keys)


@relaxed
@given(words=words)
def test_each_moment_shows_what_was_known_then(gauges: Iterator[Gauge], words: list[Word]) -> None:
    gauge, words = next(gauges), sorted(words, key=lambda word: word[1])
    gauge.tell(*words)
    assert gauge.shows() == said(words)
    assert gauge.past() == [said(words, moment) for moment in MOMENTS]


@relaxed
@given(moments=st.lists(minutes, unique=True, max_size=5))
def test_the_order_of_arrival_does_not_matter(gauges: Iterator[Gauge], moments: list[int]) -> None:
    gauge = next(gauges)
    words: list[Word] = [(0, moment, float(moment)) for moment in moments]
    gauge.tell(*words)
    assert gauge.shows() == said(words)
    assert gauge.past() == [said(words, moment) for moment in MOMENTS]


@relaxed
@given(words=words)
def test_what_is_known_already_changes_nothing(gauges: Iterator[Gauge], words: list[Word]) -> None:
    gauge = next(gauges)
    gauge.tell(*sorted(words, key=lambda word: word[1]))
    before, mark = gauge.past(), gauge.store.watermark("Hillside")
    again: list[Word] = [((time - NOON) // MINUTE, 0, value) for time, value in gauge.shows().items()]
    assert gauge.tell(*again, learned_at=9) == Written(seen=len(again))
    assert gauge.past() == before
    assert gauge.store.watermark("Hillside") == mark


@relaxed
@given(batches=st.lists(words, max_size=3))
def test_one_frame_is_the_same_as_its_rows_one_by_one(gauges: Iterator[Gauge], batches: list[list[Word]]) -> None:
    single, whole = next(gauges), next(gauges)
    for moment, batch in enumerate(batches):
        one_by_one = sum((single.tell(word, learned_at=moment) for word in batch), start=Written())
        assert whole.tell(*batch, learned_at=moment) == one_by_one
    assert single.past() == whole.past()
