"""Evenly spaced moments of the past, on the farm's own clock: what ``run --from A --to B --every 1d`` runs."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import count, islice, takewhile
from typing import TYPE_CHECKING, Final

from farmlab import clock
from farmlab.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST: Final = 10_000
"""More runs than a year has hours are a mistake in writing."""
_SHAPE: Final = re.compile(r"([1-9]\d{0,3})(min|h|d|w)")
_EXACT: Final = {"min": timedelta(minutes=1), "h": timedelta(hours=1)}
_DAYS: Final = {"d": 1, "w": 7}


def moments(start: datetime, end: datetime, every: str, timezone: str) -> list[datetime]:
    """The moments ``start``, one step later, … up to ``end``, in UTC.

    Days and weeks (``1d``, ``2w``) keep the time that the farm's clock shows, also over a change of that clock;
    ``6h`` and ``30min`` are lengths of time.

    Raises
    ------
    ConfigError
        The step is written in another way, the end lies before the start, or there would be more than 10,000.

    >>> from datetime import UTC
    >>> friday = datetime(2026, 3, 27, 5, tzinfo=UTC)
    >>> [f"{moment:%d %H:%M}" for moment in moments(friday, friday + timedelta(days=2), "1d", "Europe/Berlin")]
    ['27 05:00', '28 05:00', '29 04:00']
    """
    if end < start:
        raise ConfigError("the end lies before the start", next_step="Give --from the earlier of the two moments.")
    found = list(islice(takewhile(lambda moment: moment <= end, _endless(start, every, timezone)), MOST + 1))
    if len(found) > MOST:
        raise ConfigError(f"these are more than {MOST} moments", next_step="Take a shorter span or a longer step.")
    return found


def _endless(start: datetime, every: str, timezone: str) -> Iterator[datetime]:
    match = _SHAPE.fullmatch(every)
    if match is None:
        raise ConfigError(f"{every!r} is no step", next_step="Write it as 1d, 6h, 30min or 1w.")
    number, unit = int(match[1]), match[2]
    yield start
    if unit in _EXACT:
        yield from (start + place * number * _EXACT[unit] for place in count(1))
    local = start.astimezone(clock.zone(timezone))
    for place in count(1):
        day = local.date() + timedelta(days=place * number * _DAYS[unit])
        yield clock.at_local(day, local.time(), timezone)
