"""Slots: the moments at which a schedule is due, on the farm's own clock.

A schedule is written ``hourly``, ``daily 06:00``, ``weekly mon 06:00`` or ``none``. A wall-clock time that
the spring change skips is taken with the offset before it, one that happens twice in autumn is the first of
the two, so that a day always has exactly one slot.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from farmlab import clock
from farmlab.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SHAPE: Final = re.compile(r"hourly|none|(?:daily|weekly (mon|tue|wed|thu|fri|sat|sun)) ([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Schedule:
    """When something is due: ``at`` None = every hour; ``weekday`` None = every day."""

    at: time | None = None
    weekday: int | None = None


def parse(text: str) -> Schedule | None:
    """The schedule that is written so; None for ``none``.

    Raises
    ------
    ConfigError
        It is written in another way.

    >>> parse("weekly mon 06:00").weekday
    0
    """
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise ConfigError(f"{text!r} is no schedule", next_step="Write hourly, daily 06:00, weekly mon 06:00 or none.")
    if text == "none":
        return None
    day, hour, minute = match.groups()
    return Schedule(time(int(hour), int(minute)) if hour else None, _DAYS.index(day) if day else None)


def newest(schedule: Schedule, moment: datetime, timezone: str) -> datetime:
    """The newest slot that is not after ``moment``, in UTC.

    >>> newest(parse("daily 06:00"), datetime(2026, 7, 1, 3, 59, tzinfo=UTC), "Europe/Berlin").isoformat()
    '2026-06-30T04:00:00+00:00'
    """
    if schedule.at is None:
        local = clock.to_utc(moment).astimezone(clock.zone(timezone))
        return local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    return next(slot for slot in _by_day(schedule, moment, timezone) if slot <= moment)


def missed(schedule: Schedule, after: datetime, before: datetime, timezone: str, *, limit: int) -> list[datetime]:
    """Slots strictly between two moments, the newest first, at most ``limit``."""
    found: list[datetime] = []
    slot = newest(schedule, before - timedelta(microseconds=1), timezone)
    while slot > after and len(found) < limit:
        found.append(slot)
        slot = newest(schedule, slot - timedelta(microseconds=1), timezone)
    return found


def _by_day(schedule: Schedule, moment: datetime, timezone: str) -> Iterator[datetime]:
    """Slots around ``moment``, the newest first."""
    assert schedule.at is not None
    day = clock.local_date(moment, timezone) + timedelta(days=1)  # a skipped wall-clock time may fall on the next day
    while True:
        if schedule.weekday in (None, day.weekday()):
            yield clock.at_local(day, schedule.at, timezone)
        day -= timedelta(days=1)
