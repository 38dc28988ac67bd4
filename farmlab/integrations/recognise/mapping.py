"""What a person says about columns: ``--map "T1=temp:F:north"``, ``--map stamp=time``, ``--map note=ignore``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from farmlab import units
from farmlab.errors import ConfigError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ROLES: Final = ("time", "clock", "house", "group", "sensor", "metric", "unit", "value", "quality", "ignore")


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of one column: a role, or a metric with unit and position."""

    role: str = ""
    metric: str = ""
    unit: str = ""
    position: str = ""


def parse_pairs(pairs: Iterable[str]) -> dict[str, str]:
    """``NAME=MEANING`` options as a mapping.

    >>> parse_pairs(["T1=temp:F"])
    {'T1': 'temp:F'}
    """
    said = {}
    for pair in pairs:
        name, equals, value = pair.rpartition("=")
        if not equals or not name or not value:
            raise ConfigError(
                f"{pair!r} does not say NAME=METRIC[:UNIT[:POSITION]]", next_step='Such as --map "T1=temp:F".'
            )
        said[name] = value
    return said


def understand(mapping: Mapping[str, str]) -> dict[str, Said]:
    """What the mapping says, by column name as the person wrote it.

    Raises
    ------
    UnknownName, UnitError
        A metric that does not exist, or a unit that is not one of it.
    """
    return {name: _understand(text) for name, text in mapping.items()}


def place(said: Mapping[str, Said], names: Sequence[str]) -> dict[int, Said]:
    """The same by index of the column; a column is meant by its name, or by its number from 1.

    Names that are no column are left to the keys of a long table.
    """
    exact = {name: index for index, name in reversed(list(enumerate(names)))}
    folded = {name.casefold(): index for name, index in exact.items()}
    numbered = {str(index): index - 1 for index in range(1, len(names) + 1)}
    known = {**numbered, **folded, **exact}
    found = {name: known.get(name, known.get(name.casefold())) for name in said}
    return {index: said[name] for name, index in found.items() if index is not None}


def check_used(said: Mapping[str, Said], names: Sequence[str], keys: Iterable[str]) -> None:
    """Refuse what names neither a column nor a key of the table."""
    known = {*(name.casefold() for name in (*names, *keys)), *(str(i) for i in range(1, len(names) + 1))}
    for name in said:
        if name.casefold() not in known:
            raise UnknownName.among("column", name, [*names, *keys])


def _understand(text: str) -> Said:
    if text in ROLES:
        return Said(role=text)
    metric, _, rest = text.partition(":")
    unit, _, position = rest.partition(":")
    if metric not in units.METRICS:
        raise UnknownName.among("metric", metric, [*units.METRICS, *ROLES])
    units.conversion(unit or units.METRICS[metric].unit, metric=metric)
    return Said(metric=metric, unit=unit, position=position)
