"""What a controller's clock tells: whether the controller stands still, and which day it thinks it is.

Controllers show the local time without date and zone, and differ by a minute or two. The time of a reading
is our time of receipt; their clock is only evidence.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Final

from farmlab import clock

TOLERANCE: Final = timedelta(minutes=10)
"""A clock that is further off is reported."""
STANDS_STILL_AFTER: Final = timedelta(minutes=6)
"""The service shows what it last heard, which may be five minutes old."""
_HALF_A_DAY: Final = timedelta(hours=12)
_TIME: Final = re.compile(r"(\d{1,2}):(\d{2})")


def wall_clock(text: str) -> time | None:
    """The time of day in a text "HH:MM"; None when there is none.

    >>> str(wall_clock("07:05")), wall_clock("25:00")
    ('07:05:00', None)
    """
    found = _TIME.fullmatch(text.strip())
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return time(int(found[1]), int(found[2]))


def deviation(shown: time, at: datetime, timezone: str) -> timedelta:
    """How far a controller's clock is ahead of the farm's, at most half a day either way.

    >>> from datetime import UTC
    >>> deviation(time(0, 1), datetime(2026, 7, 1, 21, 59, tzinfo=UTC), "Europe/Berlin")
    datetime.timedelta(seconds=120)
    """
    local = clock.to_utc(at).astimezone(clock.zone(timezone)).replace(tzinfo=None)
    ahead = datetime.combine(local.date(), shown) - local.replace(second=0, microsecond=0)
    return (ahead + _HALF_A_DAY) % timedelta(days=1) - _HALF_A_DAY


def controller_date(shown: str, at: datetime, timezone: str) -> date:
    """The day on which a controller is: that of the farm, but for a clock that is just before or past midnight.

    >>> from datetime import UTC
    >>> controller_date("23:59", datetime(2026, 7, 1, 22, 0, tzinfo=UTC), "Europe/Berlin")
    datetime.date(2026, 7, 1)
    """
    told = wall_clock(shown)
    off = deviation(told, at, timezone) if told else timedelta(0)
    return clock.local_date(at + off if abs(off) <= TOLERANCE else at, timezone)


class ClockWatch:
    """Remembers what each controller's clock showed, to notice one that stands still."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[str, datetime]] = {}

    def stands_still(self, house: int, shown: str, at: datetime) -> bool:
        """Whether this clock shows what it showed more than six minutes ago."""
        before = self._seen.get(house)
        if before is None or before[0] != shown:
            self._seen[house] = (shown, at)
            return False
        return at - before[1] > STANDS_STILL_AFTER
