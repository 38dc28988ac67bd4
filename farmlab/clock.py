"""Time: UTC inside, the farm's zone at the edge, and always an argument.

``now`` is called by ``runs``, ``ingest``, ``cli`` and what lies above them only (a test checks that).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from farmlab.errors import ConfigError, UnknownName


def now() -> datetime:
    """The present moment in UTC, to the millisecond."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def zone(name: str) -> ZoneInfo:
    """The time zone of this IANA name; an unknown one names the nearest.

    >>> zone("Europe/Berlin").key
    'Europe/Berlin'
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise UnknownName.among(
            "time zone", name, sorted(available_timezones()), next_step="Use an IANA name."
        ) from None


def to_utc(moment: datetime) -> datetime:
    """The same moment in UTC; a time without a zone is refused."""
    if moment.tzinfo is None:
        raise ConfigError(f"{moment.isoformat()} has no time zone", next_step="Add one, such as +00:00.")
    return moment.astimezone(UTC)


def parse_time(text: str, zone_name: str = "UTC") -> datetime:
    """The moment that a person wrote, in UTC; without an offset it is meant in ``zone_name``.

    >>> parse_time("2026-07-01 06:00", "Europe/Berlin").isoformat()
    '2026-07-01T04:00:00+00:00'
    >>> parse_time("2026-07-01").isoformat()
    '2026-07-01T00:00:00+00:00'
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone(zone_name))).astimezone(UTC)
    except (ValueError, OverflowError):  # the latter for the first and the last day of the calendar
        raise ConfigError(
            f"{text!r} is not a time", next_step="Write it as 2026-07-01 06:00, with an offset if you like."
        ) from None


def local_date(moment: datetime, zone_name: str) -> date:
    """The calendar day on the farm at this moment.

    >>> local_date(datetime(2026, 6, 30, 22, 30, tzinfo=UTC), "Europe/Berlin")
    datetime.date(2026, 7, 1)
    """
    return to_utc(moment).astimezone(zone(zone_name)).date()


def midnight(day: date, zone_name: str) -> datetime:
    """The farm's midnight at which ``day`` begins, in UTC.

    >>> midnight(date(2026, 7, 1), "Europe/Berlin").isoformat()
    '2026-06-30T22:00:00+00:00'
    """
    return at_local(day, time(0), zone_name)


def at_local(day: date, clock: time, zone_name: str) -> datetime:
    """The moment at which the farm's wall clock shows ``clock`` on ``day``, in UTC.

    A time that the spring change skips is taken with the offset before it, one that happens twice
    in autumn is the first of the two.
    """
    return datetime.combine(day, clock, tzinfo=zone(zone_name)).astimezone(UTC)


def age_days(placed_on: date, moment: datetime, zone_name: str) -> int:
    """Age of a flock in days: 0 on the day of placement, one more at each midnight of the farm.

    >>> age_days(date(2026, 7, 1), datetime(2026, 7, 2, 23, 0, tzinfo=UTC), "Europe/Berlin")
    2
    """
    return (local_date(moment, zone_name) - placed_on).days


def in_words(span: timedelta) -> str:
    """A duration as people say it.

    >>> in_words(timedelta(hours=4, minutes=25)), in_words(timedelta(seconds=40)), in_words(timedelta(days=3))
    ('4 h 25 min', '40 s', '3 d')
    """
    seconds = int(abs(span).total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours and days < 7 else f"{days} d"


def spoken(moment: datetime, zone_name: str, *, at: datetime) -> str:
    """The moment as people on the farm say it at ``at``: the time alone today, with the day otherwise.

    >>> noon = datetime(2026, 7, 2, 10, tzinfo=UTC)
    >>> spoken(noon, "Europe/Berlin", at=noon), spoken(noon - timedelta(hours=20), "Europe/Berlin", at=noon)
    ('12:00', 'yesterday 16:00')
    >>> spoken(noon - timedelta(days=3), "Europe/Berlin", at=noon)
    '29 Jun 12:00'
    >>> spoken(noon, "Europe/Berlin", at=noon.replace(year=2028))
    '2 Jul 2026 12:00'
    """
    local = to_utc(moment).astimezone(zone(zone_name))
    days = (local_date(at, zone_name) - local.date()).days
    if days == 0:
        return f"{local:%H:%M}"
    if days == 1:
        return f"yesterday {local:%H:%M}"
    if local.year == local_date(at, zone_name).year:
        return f"{local.day} {local:%b %H:%M}"
    return f"{local.day} {local:%b %Y %H:%M}"
