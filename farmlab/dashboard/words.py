"""Numbers, times and ages as people say them."""

from __future__ import annotations

from datetime import datetime, timedelta

from farmlab import clock, units
from farmlab.text import NOTHING, THIN, noun, number, signed

__all__ = ["NOTHING", "THIN", "number", "signed"]


def quantity(value: float | None, metric: str) -> str:
    """A value with the unit of its metric, in as many digits as are known.

    >>> quantity(29.84, "temp"), quantity(None, "rh")
    ('29.8\u202f°C', '–')
    """
    what = units.METRICS[metric]
    text = number(value, what.digits)
    return text if text == NOTHING or not what.unit else f"{text}{THIN}{what.unit}"


def compared(value: float, target: float, metric: str) -> str:
    """A value beside what was set.

    >>> compared(29.8, 29.5, "temp")
    'set 29.5; +0.3'
    """
    digits = units.METRICS[metric].digits
    return f"set {number(target, digits)}; {signed(value - target, digits)}"


def reach(low: float, high: float, metric: str) -> str:
    """From the lowest to the highest, with the unit once.

    >>> reach(24.12, 29.84, "temp")
    '24.1 to 29.8\u202f°C'
    """
    return f"{number(low, units.METRICS[metric].digits)} to {quantity(high, metric)}"


def name(metric: str) -> str:
    """What people call a metric, as a title.

    >>> name("temp")
    'Temperature'
    """
    label = units.METRICS[metric].label
    return label[0].upper() + label[1:]


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago something was.

    >>> from datetime import UTC
    >>> now = datetime(2026, 7, 2, 12, tzinfo=UTC)
    >>> ago(now - timedelta(minutes=2), now), ago(None, now), ago(now + timedelta(seconds=20), now)
    ('2 min ago', 'never', 'just now')
    """
    if moment is None:
        return "never"
    span = now - moment
    return "just now" if span < timedelta(minutes=1) else f"{clock.in_words(span)} ago"


def since(moment: datetime, zone: str, now: datetime) -> str:
    """Since when something is so, and for how long.

    >>> from datetime import UTC
    >>> now = datetime(2026, 7, 2, 12, tzinfo=UTC)
    >>> since(now - timedelta(hours=2), "UTC", now)
    'since 10:00, 2 h'
    """
    return f"since {clock.spoken(moment, zone, at=now)}, {clock.in_words(now - moment)}"


def count(many: int, one: str, *, several: str = "") -> str:
    """A number of things.

    >>> count(1, "house"), count(3, "house"), count(0, "finding")
    ('one house', '3 houses', 'no findings')
    """
    said = "one" if many == 1 else many or "no"
    return f"{said} {noun(many, one, several)}"
