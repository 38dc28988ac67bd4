"""Readings of one house from its live bundle, or from what the screen shows of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from farmlab.domain import Quality, Reading, Sensor
from farmlab.integrations.base import Rejected
from farmlab.integrations.rotem.channels import (
    CHANNELS,
    INSIDE_SENSOR,
    SWITCHED,
    TABLES,
    ZERO_IS_ABSENT,
    is_known,
)
from farmlab.integrations.rotem.parse import Meaning, integer, listed, parse
from farmlab.integrations.rotem.protocol import one_line
from farmlab.units import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from farmlab.integrations.rotem.signs import Units

UNKNOWN_PARAMETER: Final = "unknown parameter"
_INSIDE_ICON: Final = "1"


class Parameter(NamedTuple):
    """One row of a bundle: where it stands, its name, its value as it came, how many are installed."""

    table: str
    key: str
    said: Any
    data: Any
    icon: Any
    category: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a house told: readings, and rows that could not be read."""

    readings: list[Reading] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


def parameters(bundle: Mapping[str, Any]) -> list[Parameter]:
    """The rows of all tables that are read."""
    return [
        Parameter(
            table=table,
            key=str(row.get("ParameterKeyName") or ""),
            said=row.get("ParameterValue"),
            data=row.get("ParameterData"),
            icon=row.get("Icon"),
            category=str(row.get("ParameterCategory") or ""),
        )
        for table in TABLES
        for row in listed(bundle.get(table))
    ]


def installed(rows: Iterable[Parameter]) -> dict[str, int]:
    """Switched output → how many there are."""
    return {row.key: count for row in rows if row.table == SWITCHED and (count := integer(row.data))}


def stated(rows: Iterable[Parameter], key: str) -> str:
    """What the general table states under this name; "" when it does not."""
    return next((str(row.said) for row in rows if row.key == key and row.said is not None), "")


def from_bundle(house: int, rows: Iterable[Parameter], at: datetime, units: Units, *, empty: bool) -> Told:
    """Readings of all channels of a bundle. A name or value that cannot be read is rejected, never fatal."""
    told = Told()
    for row in rows:
        if not is_known(row.key):
            told.rejected.append(_rejected(house, row.key, row.said, UNKNOWN_PARAMETER))
        elif row.key in CHANNELS and _is_there(row):
            _take(told, house, row, at, units, empty=empty)
    return told


def from_screen(house: int, values: Mapping[str, Any], at: datetime, units: Units, *, empty: bool) -> Told:
    """Readings from the comparison items, which are rounded for the eye."""
    told = Told()
    for key, said in values.items():
        _take(told, house, Parameter("", key, said, None, None, ""), at, units, empty=empty)
    return told


def _is_there(row: Parameter) -> bool:
    if row.table == SWITCHED:
        return bool(integer(row.data))
    return row.icon == _INSIDE_ICON if INSIDE_SENSOR.fullmatch(row.key) else True


def stands_for_nothing(row: Parameter) -> bool:
    """Whether the row is the zero of a scale, silo or count that does not exist."""
    zero = parse(row.said).value == 0 and not parse(row.data).value
    return zero and ZERO_IS_ABSENT.fullmatch(row.key) is not None


def _take(told: Told, house: int, row: Parameter, at: datetime, units: Units, *, empty: bool) -> None:
    key, said, parsed = row.key, row.said, parse(row.said)
    if parsed.meaning is Meaning.ABSENT or (stands_for_nothing(row) and not empty):
        return
    if parsed.meaning is Meaning.UNREADABLE:
        told.rejected.append(_rejected(house, key, said, "not a number"))
        return
    metric, position = CHANNELS[key]
    sensor = Sensor(house=house, source_key=key, metric=metric, position=position)
    value = None if parsed.value is None else units.to_si(parsed.value, metric)
    raw = one_line(said) if parsed.lossy else None
    told.readings.append(Reading(sensor=sensor, time=at, value=value, quality=judge(metric, value), raw=raw))


def judge(metric: str, value: float | None) -> Quality:
    """Missing, outside what is possible, or nothing against it."""
    if value is None:
        return Quality.MISSING
    limits = METRICS[metric]
    return Quality.OK if limits.low <= value <= limits.high else Quality.SUSPECT


def _rejected(house: int, key: str, said: Any, reason: str) -> Rejected:
    return Rejected(f"house {house}: {one_line(key)} = {one_line(said)}", reason)
