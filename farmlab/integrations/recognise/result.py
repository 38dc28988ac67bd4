"""What was recognised in a table: a value that can be shown, stored, and used to read the file again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from farmlab.domain import Sensor
from farmlab.units import METRICS

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from farmlab.integrations.recognise.numerals import Decimal
    from farmlab.integrations.recognise.times import TimeFormat
    from farmlab.units import Kind

Layout = Literal["wide", "long"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One series of readings: a column of a wide table, or one key of a long one.

    Attributes
    ----------
    name
        As in the file; it becomes the source key.
    index
        Of the column in the file; -1 in a long table.
    metric
        "" where the quantity is not known and the column was kept all the same.
    unit
        The unit of the file; ``value × factor + offset`` is in the unit of the metric.
    house
        Where the name of the column says it.
    confidence
        0 to 1, how sure the metric is.
    kind
        How the values add up, where they tell; None = as usual for the metric.
    cells
        In a long table: what stands in the columns of key, metric and unit of its rows.
    """

    name: str
    index: int
    metric: str = ""
    unit: str = ""
    position: str = ""
    house: int | None = None
    factor: float = 1.0
    offset: float = 0.0
    confidence: float = 0.0
    kind: Kind | None = None
    cells: tuple[str, str, str] = ("", "", "")

    def sensor(self, house: int) -> Sensor:
        """The sensor that this series is in a house."""
        return Sensor(house=house, source_key=self.name, metric=self.metric, position=self.position, kind=self.kind)

    def __str__(self) -> str:
        if not self.metric:
            return f"{self.name}: as it is"
        metric = METRICS[self.metric]
        where = f" {self.position}" if self.position else ""
        unit = f", {self.unit}" if self.unit else ""
        return f"{self.name}: {metric.label}{where}{unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Which column of the file is what, by index; -1 = there is none. ``time`` may be a date and a time of day."""

    time: tuple[int, ...]
    house: int = -1
    group: int = -1
    key: int = -1
    metric: int = -1
    unit: int = -1
    value: int = -1
    quality: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What a file is. ``assumptions`` are the sentences that a person has to be told.

    ``houses`` gives the number of the house for every name in the house column; ``start`` and ``until`` are
    the first and the last time; ``step`` is the usual distance of two times.
    """

    name: str
    layout: Layout
    encoding: str
    delimiter: str
    header: bool
    decimal: Decimal
    names: tuple[str, ...]
    places: Places
    time_format: TimeFormat
    zone: str
    columns: tuple[Column, ...]
    houses: tuple[tuple[str, int], ...] = ()
    left_out: tuple[str, ...] = ()
    rows: int = 0
    start: datetime | None = None
    until: datetime | None = None
    step: timedelta | None = None
    gaps: int = 0
    assumptions: tuple[str, ...] = ()
