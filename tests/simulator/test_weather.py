from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from farmlab.simulator.timeline import Day, minute_of
from farmlab.simulator.weather import elevation, weather


def minutes(year: int, month: int, day: int, days: int) -> np.ndarray:
    start = minute_of(datetime(year, month, day, tzinfo=UTC))
    return start + np.arange(0, days * 1440, 30, dtype=np.float64)


def test_summer_is_warm_and_winter_cold() -> None:
    january, july = weather(3, minutes(2026, 1, 5, 25)), weather(3, minutes(2026, 7, 5, 25))
    assert -4 < january.temp_c.mean() < 8
    assert 13 < july.temp_c.mean() < 23
    assert january.temp_c.min() > -20
    assert july.temp_c.max() < 40
    assert july.sun.mean() > 2 * january.sun.mean()


def test_days_are_warmer_than_nights() -> None:
    time = minutes(2026, 6, 1, 30)
    warm = weather(3, time).temp_c.reshape(30, 48).mean(axis=0)
    assert 12 <= np.argmax(warm) / 2 <= 17
    assert warm.max() - warm.min() > 4


def test_air_is_possible() -> None:
    year = weather(8, minutes(2026, 1, 1, 365))
    assert year.rh_pct.min() > 5
    assert year.rh_pct.max() <= 99
    assert (year.wind_ms > 0).all()
    assert (year.sun >= 0).all()


def test_the_weather_of_a_day_does_not_depend_on_who_asks() -> None:
    whole, part = minutes(2026, 3, 1, 3), minutes(2026, 3, 2, 1)
    np.testing.assert_allclose(weather(4, whole).temp_c[48:96], weather(4, part).temp_c, atol=0.01)


def test_the_sun_stands_highest_at_noon_in_june() -> None:
    day = minutes(2026, 6, 21, 1) / 60
    assert elevation(day).max() == pytest.approx(np.sin(np.radians(90 - 52 + 23.4)), abs=0.01)
    assert 11 <= np.argmax(elevation(day)) / 2 <= 12.5


@pytest.mark.parametrize(
    ("day", "blocks"), [(date(2026, 3, 29), 276), (date(2026, 10, 25), 300), (date(2026, 7, 1), 288)]
)
def test_days_on_which_the_clock_changes(day: date, blocks: int) -> None:
    noon = minute_of(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    today = Day.of(noon, "Europe/Amsterdam")
    assert (today.date, today.blocks) == (day, blocks)
    assert today.wall_clock[0] == 0
    assert today.wall_clock[-1] == pytest.approx(24 - 5 / 60)
    assert Day.of(today.end, "Europe/Amsterdam").start == today.end
