"""What is installed in a house, from the counts beside its outputs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from farmlab.domain import Equipment
from farmlab.integrations.rotem.channels import CHANNELS, EQUIPMENT, POSITIONED
from farmlab.integrations.rotem.live import installed, stands_for_nothing
from farmlab.integrations.rotem.parse import Meaning, parse

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from farmlab.integrations.rotem.live import Parameter

_WATER: Final = "Daily_Water"
_WATER_LINE: Final = "Water_Line"
_PRESSURE: Final = "Static_Pressure"


def equipment_of(house: int, rows: Sequence[Parameter]) -> list[Equipment]:
    """Fans, heaters, pads, feed lines, augers, drinker lines and inlets of a house, each numbered from 1."""
    there = {row.key for row in rows if _shows(row)}
    counts = installed(rows)
    if _WATER in there:
        counts.setdefault(_WATER_LINE, 1)
    switched = [
        Equipment(house=house, kind=kind, number=number, sensors=_there((output, *sensors), there))
        for output, (kind, sensors) in EQUIPMENT.items()
        for number in range(1, counts.get(output, 0) + 1)
    ]
    return switched + _positioned(house, rows, there)


def _shows(row: Parameter) -> bool:
    known = row.key in CHANNELS and parse(row.said).meaning is not Meaning.ABSENT
    return known and not stands_for_nothing(row)


def _positioned(house: int, rows: Iterable[Parameter], there: Container[str]) -> list[Equipment]:
    numbers: Counter[str] = Counter()
    found = []
    for row in rows:
        kind = POSITIONED.get(row.category)
        if kind and row.key in there:
            numbers[kind] += 1
            sensors = _there((row.key, _PRESSURE), there)
            found.append(Equipment(house=house, kind=kind, number=numbers[kind], sensors=sensors))
    return found


def _there(keys: Iterable[str], there: Container[str]) -> tuple[str, ...]:
    return tuple(key for key in keys if key in there)
