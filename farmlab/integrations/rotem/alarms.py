"""Alarms as events: the alarm history of each house, and the active alarms of the overview.

No live alarm was ever published, so both are read tolerantly. The history has a row when an alarm begins
and one when it ends; a row that ends nothing known is an alarm of which only the end was kept.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from farmlab import clock
from farmlab.domain import Event, EventKind
from farmlab.integrations.rotem.clocks import TOLERANCE, wall_clock
from farmlab.integrations.rotem.parse import growth_day, integer, listed, parse
from farmlab.integrations.rotem.protocol import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from farmlab.integrations.rotem.history import Days

SOURCE: Final = "rotem"
_HOUSE: Final = ("HouseNumber", "Alarm_House", "House")
_MESSAGE: Final = ("Alarm_Message", "Message", "AlarmMessage")
_TIME: Final = ("Alarm_Time", "Time", "AlarmTime")


def from_history(table: object, days: Days) -> list[Event]:
    """Alarms of a house from its alarm history, oldest first."""
    open_ones: dict[str, deque[int]] = defaultdict(deque)
    events: list[Event] = []
    for moment, message, active in sorted(_changes(table, days)):
        if active:
            open_ones[message].append(len(events))
            events.append(_event(days.house, moment, message))
        elif open_ones[message]:
            begun = open_ones[message].popleft()
            events[begun] = replace(events[begun], ended_at=moment)
        else:
            events.append(replace(_event(days.house, moment, message), ended_at=moment))
    return events


def from_overview(rows: Iterable[Mapping[str, Any]], at: datetime, timezone: str) -> list[Event]:
    """Active alarms of all houses; a row without house or time is of the farm, or of now."""
    return [
        _event(
            integer(_first(row, _HOUSE)) or 0,
            _latest(str(_first(row, _TIME) or ""), at, timezone),
            one_line(_first(row, _MESSAGE) or f"alarm {row.get('AlarmID', '')}"),
        )
        for row in rows
    ]


def merged(history: Sequence[Event], overview: Iterable[Event]) -> list[Event]:
    """Both, oldest first, where the overview adds only what the history does not hold yet."""
    known = {(event.house, event.message, event.time) for event in history}
    new = [event for event in overview if (event.house, event.message, event.time) not in known]
    return sorted([*history, *new], key=lambda event: (event.time, event.house, event.message))


def _event(house: int, moment: datetime, message: str) -> Event:
    return Event(house=house, time=moment, kind=EventKind.ALARM, message=message, source=SOURCE)


def _changes(table: object, days: Days) -> Iterable[tuple[datetime, str, bool]]:
    for row in listed(table):
        counted, shown = growth_day(row.get("HistoryAlarms_Day")), wall_clock(str(row.get("HistoryAlarms_Time")))
        if counted is None or shown is None:
            continue
        day = days.today - timedelta(days=days.running - counted)
        message = one_line(row.get("HistoryAlarms_Message") or "alarm")
        yield clock.at_local(day, shown, days.timezone), message, bool(parse(row.get("HistoryAlarms_IsActive")).value)


def _first(row: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((row[name] for name in names if row.get(name) not in (None, "")), None)


def _latest(text: str, at: datetime, timezone: str) -> datetime:
    """The last moment at which the farm's clock showed this time, or ``at`` when the text is no time."""
    shown = wall_clock(text)
    if shown is None:
        return at
    today = clock.local_date(at, timezone)
    moment = clock.at_local(today, shown, timezone)
    return moment if moment <= at + TOLERANCE else clock.at_local(today - timedelta(days=1), shown, timezone)
