"""Tables of the running flock: one row per growth day, without dates, the last row being the running day.

Only completed days are taken: the running one is still growing. ``AverageValue`` is not the day's mean but
its last value, so minimum and maximum are taken. Growth days below 0 are real days before placement.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from farmlab import clock
from farmlab.domain import Reading, Sensor
from farmlab.integrations.base import Rejected
from farmlab.integrations.rotem.live import Told, judge
from farmlab.integrations.rotem.parse import Meaning, growth_day, integer, listed, parse
from farmlab.integrations.rotem.protocol import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from farmlab.integrations.rotem.signs import Units

INVENTORY: Final = 23
CURVE: Final = 6
ALARMS: Final = 45


class Column(NamedTuple):
    """A column of a daily table: the end of its name, and what it measures."""

    suffix: str
    metric: str
    position: str
    kind: Literal["gauge", "amount"]


DAILY: Final[Mapping[int, tuple[str, tuple[Column, ...]]]] = {
    35: (
        "HistoryTemperature",
        (Column("MinimumValue", "temp", "day_min", "gauge"), Column("MaximumValue", "temp", "day_max", "gauge")),
    ),
    36: (
        "HistoryHumidity",
        (Column("MinimumValue", "rh", "day_min", "gauge"), Column("MaximumValue", "rh", "day_max", "gauge")),
    ),
    37: (
        "HistoryCO2",
        (Column("MinimumValue", "co2", "day_min", "gauge"), Column("MaximumValue", "co2", "day_max", "gauge")),
    ),
    38: ("HistoryScales", (Column("Common_Weight", "weight", "day", "gauge"),)),
    40: ("HistoryWater", (Column("TotalDrink", "water", "day", "amount"),)),
    41: ("HistoryFeed", (Column("FeederTotal", "feed", "day", "amount"),)),
    42: (
        "HistoryMortality",
        (
            Column("TotalMortality", "mortality", "day", "amount"),
            Column("TotalCulled", "culls", "day", "amount"),
        ),
    ),
}
"""Menu number → name of the table, which begins the source keys, and its columns."""
HEATERS: Final = 43
_HEATER: Final = "HeaterDevice_"
_HEATER_SENSOR: Final = "HistoryHeaters.Total"
_HOURS_MINUTES: Final = re.compile(r"(\d{1,2}):(\d{2})")


class Days(NamedTuple):
    """How growth days become dates: ``today`` is the controller's day, its growth day ``running``."""

    house: int
    today: date
    running: int
    timezone: str

    def end(self, growth_day: int) -> datetime:
        """The midnight that ends this growth day, in UTC."""
        return clock.midnight(self.today - timedelta(days=self.running - growth_day - 1), self.timezone)


def read_days(menu: int, table: object, days: Days, units: Units) -> Told:
    """Readings of the completed days in a table, each at the midnight that ends its day."""
    told = Told()
    for row in listed(table):
        day = growth_day(_cell(row, "GrowthDay"))
        if day is None:
            told.rejected.append(Rejected(f"house {days.house}: {one_line(row)}", "a row without a growth day"))
        elif day < days.running:
            cells = _heater_hours(row) if menu == HEATERS else _cells(DAILY[menu], row)
            _take_row(told, cells, days, day, units)
    return told


def _cells(table: tuple[str, tuple[Column, ...]], row: Mapping[str, Any]) -> list[tuple[str, Column, Any]]:
    name, columns = table
    return [(f"{name}.{column.suffix}", column, _cell(row, column.suffix)) for column in columns]


def _heater_hours(row: Mapping[str, Any]) -> list[tuple[str, Column, Any]]:
    """Running hours of all heaters together; the table has one "HH:MM" for each, and no total."""
    times = [_HOURS_MINUTES.fullmatch(str(said)) for name, said in row.items() if _HEATER in name]
    minutes = [int(found[1]) * 60 + int(found[2]) for found in times if found]
    column = Column("Total", "heater_time", "day", "amount")
    return [(_HEATER_SENSOR, column, round(sum(minutes) / 60, 4))] if minutes else []


def _take_row(told: Told, cells: Iterable[tuple[str, Column, Any]], days: Days, growth_day: int, units: Units) -> None:
    for source_key, column, said in cells:
        parsed = parse(said)
        if parsed.meaning is Meaning.UNREADABLE:
            what = f"house {days.house}: {source_key} of day {growth_day} = {one_line(said)}"
            told.rejected.append(Rejected(what, "not a number"))
        elif parsed.value is not None and not (column.metric == "weight" and parsed.value == 0):
            told.readings.append(
                _reading(days, source_key, column, growth_day, units.to_si(parsed.value, column.metric))
            )


def _reading(days: Days, source_key: str, column: Column, growth_day: int, value: float) -> Reading:
    sensor = Sensor(
        house=days.house, source_key=source_key, metric=column.metric, position=column.position, kind=column.kind
    )
    return Reading(sensor=sensor, time=days.end(growth_day), value=value, quality=judge(column.metric, value))


def curve(table: object, units: Units) -> tuple[tuple[float, float], ...]:
    """Set-point curve: (age in days, °C), by age.

    >>> from farmlab.integrations.rotem.signs import Units
    >>> curve([{"TemperatureCurve_Day": 1.0, "TemperatureCurve_Target": 33.0}], Units())
    ((1.0, 33.0),)
    """
    points = [(parse(_cell(row, "Day")).value, parse(_cell(row, "Target")).value) for row in listed(table)]
    return tuple(sorted((day, units.to_si(target, "temp_set")) for day, target in points if day is not None and target))


def birds_placed(table: object) -> int | None:
    """The number of birds placed in the inventory; None when nobody entered it."""
    return next((count for row in listed(table) if (count := integer(_cell(row, "birds_placed")))), None)


def _cell(row: Mapping[str, Any], suffix: str) -> Any:
    return next((value for name, value in row.items() if name.endswith(f"_{suffix}") or name == suffix), None)
