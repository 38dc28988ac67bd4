"""The interface names of the service that the gateway plays, from ``rotem_names.json``.

They were read off the wire by others; names and units only, one real farm in April 2026.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Parameter(NamedTuple):
    """A parameter of the live bundle; ``idle`` is what it shows when the simulator does not play it."""

    key: str
    display: str
    unit_type: str
    idle: str | None


class Column(NamedTuple):
    """A column of a history table."""

    name: str
    data_type: str
    unit_type: str


class ComparisonField(NamedTuple):
    """A field of the comparison screen; ``display`` is "" where it is called like the parameter."""

    name: str
    table: str
    display: str
    group: str
    template: str

    @property
    def item(self) -> str:
        """Its key in the comparison items."""
        return self.display or self.name


@dataclass(frozen=True)
class Names:
    """All names that the gateway needs."""

    tables: Mapping[str, tuple[Parameter, ...]]
    fields: tuple[ComparisonField, ...]
    sections: tuple[str, ...]
    section_keys: tuple[str, ...]
    history: Mapping[int, tuple[str, tuple[Column, ...]]]
    enums: Mapping[str, Mapping[str, int]]
    menu: Mapping[int, tuple[str, int]]

    @property
    def unit_types(self) -> dict[str, str]:
        """Parameter → unit type."""
        return {parameter.key: parameter.unit_type for table in self.tables.values() for parameter in table}


@cache
def names() -> Names:
    """The names, read once."""
    known = json.loads((files("farmlab.simulator") / "rotem_names.json").read_text(encoding="utf-8"))
    return Names(
        tables={table: tuple(Parameter(*row) for row in rows) for table, rows in known["tables"].items()},
        fields=tuple(ComparisonField(*row) for row in known["comparison_fields"]),
        sections=tuple(known["house_sections"]),
        section_keys=tuple(known["section_keys"]),
        history={int(k): (name, tuple(Column(*c) for c in columns)) for k, (name, columns) in known["history"].items()},
        enums=known["enums"],
        menu={int(number): (name, parent) for number, (name, parent) in known["menu"].items()},
    )
