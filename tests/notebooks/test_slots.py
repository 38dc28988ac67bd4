from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farmlab.errors import ConfigError
from farmlab.notebooks import slots

BERLIN = "Europe/Berlin"
TEXTS = ("hourly", "daily 00:00", "daily 02:30", "daily 23:59", "weekly mon 06:00", "weekly sun 02:30")
ZONES = ("UTC", BERLIN, "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia")
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


def local(text: str, moment: datetime, zone: str = BERLIN) -> str:
    schedule = slots.parse(text)
    assert schedule is not None
    return slots.newest(schedule, moment, zone).astimezone(ZoneInfo(zone)).isoformat()


@settings(deadline=None)
@given(st.sampled_from(TEXTS), MOMENTS, st.sampled_from(ZONES))
def test_the_newest_slot_is_stable_and_not_in_the_future(text: str, moment: datetime, zone: str) -> None:
    schedule = slots.parse(text)
    assert schedule is not None
    slot = slots.newest(schedule, moment, zone)
    assert slot <= moment
    assert slots.newest(schedule, slot, zone) == slot


@settings(deadline=None)
@given(st.sampled_from(("daily 00:00", "daily 02:30", "daily 06:00", "daily 23:59")), MOMENTS)
def test_a_year_of_days_has_a_slot_a_day(text: str, moment: datetime) -> None:
    schedule = slots.parse(text)
    assert schedule is not None
    found = slots.missed(schedule, moment - timedelta(days=365), moment, BERLIN, limit=1000)
    days = [slot.astimezone(ZoneInfo(BERLIN)).date() for slot in found]
    assert len(found) in (364, 365, 366)
    assert len(set(days)) == len(days)


def test_daily_on_both_days_on_which_the_clock_changes() -> None:
    spring, autumn = datetime(2026, 3, 29, 12, tzinfo=UTC), datetime(2026, 10, 25, 12, tzinfo=UTC)
    assert local("daily 06:00", spring) == "2026-03-29T06:00:00+02:00"
    assert local("daily 06:00", spring - timedelta(days=1)) == "2026-03-28T06:00:00+01:00"
    assert local("daily 06:00", autumn) == "2026-10-25T06:00:00+01:00"
    assert local("daily 02:30", spring) == "2026-03-29T03:30:00+02:00"
    assert local("daily 02:30", autumn) == "2026-10-25T02:30:00+02:00"


def test_weekly_on_the_days_on_which_the_clock_changes() -> None:
    assert local("weekly sun 06:00", datetime(2026, 3, 29, 4, 0, tzinfo=UTC)) == "2026-03-29T06:00:00+02:00"
    assert local("weekly sun 06:00", datetime(2026, 3, 29, 3, 59, tzinfo=UTC)) == "2026-03-22T06:00:00+01:00"
    assert local("weekly mon 06:00", datetime(2026, 10, 25, 12, tzinfo=UTC)) == "2026-10-19T06:00:00+02:00"


def test_hourly_is_the_farms_own_hour() -> None:
    assert local("hourly", datetime(2026, 7, 1, 12, 10, tzinfo=UTC), "Asia/Kolkata") == "2026-07-01T17:00:00+05:30"


def test_missed_slots_are_between_the_newest_first_and_limited() -> None:
    hourly = slots.parse("hourly")
    assert hourly is not None
    end = datetime(2026, 7, 1, 12, tzinfo=UTC)
    found = slots.missed(hourly, end - timedelta(hours=4), end, "UTC", limit=10)
    assert [(end - slot) // timedelta(hours=1) for slot in found] == [1, 2, 3]
    assert len(slots.missed(hourly, end - timedelta(hours=400), end, "UTC", limit=10)) == 10


def test_what_is_written_is_understood() -> None:
    assert slots.parse("none") is None
    assert slots.parse("hourly") == slots.Schedule()
    assert slots.parse("daily 06:30") == slots.Schedule(at=time(6, 30))
    assert slots.parse("weekly sun 23:59") == slots.Schedule(at=time(23, 59), weekday=6)


@pytest.mark.parametrize(
    "text", ["", "daily", "daily 6:00", "daily 24:00", "weekly 06:00", "weekly foo 06:00", "minutely"]
)
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="no schedule"):
        slots.parse(text)
