from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from farmlab import clock
from farmlab.figures.timeaxis import ticks


def test_ticks_are_round_hours_of_the_farms_clock() -> None:
    places, said = ticks(datetime(2026, 7, 1, 4, 7, tzinfo=UTC), datetime(2026, 7, 2, 4, 7, tzinfo=UTC), "Asia/Kolkata")
    assert said == ["12:00", "18:00", "Thu 2 Jul", "06:00"]
    assert places[0] == datetime(2026, 7, 1, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hours"), [(datetime(2026, 3, 28, 22, tzinfo=UTC), 6), (datetime(2026, 10, 24, 21, tzinfo=UTC), 6)]
)
def test_both_changes_of_the_clock_leave_ticks_where_the_clock_shows_them(day: datetime, hours: int) -> None:
    places, said = ticks(day, day + timedelta(hours=25), "Europe/Berlin")
    local = places.tz_convert(clock.zone("Europe/Berlin"))
    assert [moment.hour % hours for moment in local] == [0] * len(local)
    assert [moment.minute for moment in local] == [0] * len(local)
    assert sum(text.startswith("Sun") for text in said) == 1


@pytest.mark.parametrize(("days", "count"), [(1, 4), (2, 4), (4, 4), (10, 5), (45, 7), (365, 14)])
def test_however_long_the_window_the_labels_have_room(days: int, count: int) -> None:
    start = datetime(2026, 1, 1, 5, tzinfo=UTC)
    assert abs(len(ticks(start, start + timedelta(days=days), "UTC")[1]) - count) <= 1


@given(start=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), hours=st.integers(1, 2000))
@example(start=datetime(2028, 10, 14, 4), hours=529)  # ends in the hour that comes twice
def test_ticks_lie_inside_the_window_in_order(start: datetime, hours: int) -> None:
    begin = start.replace(tzinfo=UTC)
    places, said = ticks(begin, begin + timedelta(hours=hours), "America/New_York")
    assert len(places) == len(said) <= 15
    assert places.is_monotonic_increasing
    assert all(begin <= moment <= begin + timedelta(hours=hours) for moment in places)
