"""What people write as a time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from farmlab import clock
from farmlab.errors import ConfigError


@pytest.mark.parametrize("text", ["soon", "", "2026-13-01", "0001-01-01", "9999-12-31T23:59-05:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="is not a time"):
        clock.parse_time(text, "Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-29 02:30", "2026-03-29T01:30:00+00:00"),  # skipped: as if the clocks had not gone forward
        ("2026-10-25 02:30", "2026-10-25T00:30:00+00:00"),  # twice: the first
        ("2026-10-25 02:30+01:00", "2026-10-25T01:30:00+00:00"),
    ],
)
def test_times_of_the_farm_on_the_days_on_which_clocks_change(text: str, expected: str) -> None:
    assert clock.parse_time(text, "Europe/Berlin").isoformat() == expected


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=47), "47 h"),
        (timedelta(days=2, hours=3), "2 d 3 h"),
        (timedelta(days=7, hours=3), "7 d"),
    ],
)
def test_a_duration_is_said_as_exactly_as_it_matters(span: timedelta, said: str) -> None:
    assert clock.in_words(span) == said
