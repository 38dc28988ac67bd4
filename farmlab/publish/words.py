"""Times, counts and states as people say them."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from farmlab import clock, states, text, units
from farmlab.domain import RunStatus
from farmlab.states import State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from farmlab.domain import Finding, Run

_THIN_SPACE: Final = "\u2009"


def of_run(run: Run) -> State:
    """The state that stands beside a run.

    A skipped run renewed the verdict of the last good one; one that was missed has none.
    """
    if run.status is RunStatus.FAILED:
        return states.FAILED
    if run.status in (RunStatus.CLAIMED, RunStatus.RUNNING):
        return State(3, "○", "running", "none")
    if run.verdict is None:
        return State(3, "○", "not run", "none")
    return states.VERDICTS[run.verdict.state]


def worst(findings: Iterable[Finding]) -> State:
    """The state of what these findings are about."""
    found = [states.SEVERITIES[finding.severity] for finding in findings]
    serious = [state for state in found if state.rank < states.OK.rank]
    return min(serious, key=lambda state: state.rank, default=states.OK)


def moment(time: datetime | None, timezone: str, at: datetime) -> str:
    """A time on the farm's clock, as said at the moment ``at``.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    >>> moment(noon, "Europe/Berlin", noon), moment(noon - timedelta(days=1), "UTC", noon)
    ('today 14:00', 'yesterday 12:00')
    >>> moment(noon - timedelta(days=9), "UTC", noon), moment(noon + timedelta(days=1), "UTC", noon)
    ('Mon 22 Jun 12:00', 'tomorrow 12:00')
    """
    if time is None:
        return "–"
    local, now = time.astimezone(clock.zone(timezone)), at.astimezone(clock.zone(timezone))
    clock_time = f"{local:%H:%M}"
    days = (now.date() - local.date()).days
    if -1 <= days <= 1:
        return f"{('tomorrow', 'today', 'yesterday')[days + 1]} {clock_time}"
    year = "" if local.year == now.year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year} {clock_time}"


def day(time: datetime, timezone: str) -> str:
    """The day in full: Saturday 21 November 2026."""
    local = time.astimezone(clock.zone(timezone))
    return f"{local:%A} {local.day} {local:%B} {local.year}"


def lasting(start: datetime, end: datetime) -> str:
    """How long something has lasted: 4 h 25 min."""
    return clock.in_words(max(end - start, timedelta()))


def count(number: int, one: str) -> str:
    """A number of things: two houses.

    >>> count(1, "house"), count(3, "house"), count(40, "house")
    ('one house', 'three houses', '40 houses')
    """
    return f"{text.in_words(number)} {text.noun(number, one)}"


def sentence(text: str) -> str:
    """The text with a capital in front."""
    return text[:1].upper() + text[1:]


def quantity(name: str) -> str:
    """The name of a value as it is said: its unit in brackets, and after a slash the house.

    >>> quantity("weight_g"), quantity("houses_at_risk"), quantity("days_behind/3")
    ('weight (g)', 'houses at risk', 'days behind, house 3')
    """
    if "/" in name:
        what, _, where = name.partition("/")
        return f"{quantity(what)}, {'house ' if where.isdigit() else ''}{where.replace('_', ' ')}"
    what, _, suffix = name.rpartition("_")
    known = {metric.suffix: metric.unit for metric in units.METRICS.values() if metric.unit and metric.suffix}
    return f"{what} ({known[suffix]})".replace("_", " ") if what and suffix in known else name.replace("_", " ")


def value(cell: Any) -> str:
    """A value as it is shown: thousands apart, as many digits as are known, missing as a dash.

    >>> value(2310.0), value(1.62), value(None), value("29.8 °C")
    ('2\u2009310', '1.62', '–', '29.8 °C')
    """
    if isinstance(cell, Markup):
        return cell
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return "–"
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return str(cell)
    shown = f"{cell:,.0f}" if abs(cell) >= 100 or cell == int(cell) else f"{cell:.3g}"
    return shown.replace(",", _THIN_SPACE)
