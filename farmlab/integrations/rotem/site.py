"""All houses in one answer: which there are, whether they answer, and their values as the screen shows them.

The houses' own ``Data`` is often empty (zeros without text) while the comparison items hold the truth, so
the items come first, and a zero without text is no value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from farmlab.domain import HouseKind
from farmlab.integrations.rotem.channels import CHANNELS, COMPARISON, INSIDE_SENSOR, SECTIONS
from farmlab.integrations.rotem.parse import ABSENT, growth_day, integer, listed, parse
from farmlab.integrations.rotem.protocol import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

CONNECTED: Final = 1
EMPTY_MODES: Final = frozenset({4, 6})
"""House modes in which no birds are there: empty house, empty room."""
_STATES: Final = {0: "offline", 2: "disconnected", 3: "in an unknown state"}


@dataclass(frozen=True, slots=True)
class HouseState:
    """One house in the answer; ``items`` are its comparison items, ``sections`` its ``Data``."""

    number: int
    name: str
    key: str
    status: int
    mode: int
    kind: HouseKind
    growth_day: int | None
    items: Mapping[str, str] = field(repr=False)
    sections: Mapping[str, Any] = field(repr=False)

    @property
    def connected(self) -> bool:
        """Whether its controller answers."""
        return self.status == CONNECTED

    @property
    def empty(self) -> bool:
        """Whether its controller says that no birds are there."""
        return self.mode in EMPTY_MODES

    @property
    def state(self) -> str:
        """Its connection in words."""
        return "connected" if self.connected else _STATES.get(self.status, "not connected")

    @property
    def clock(self) -> str:
        """What its controller's clock shows, "HH:MM"; "" when it does not say."""
        return self.items.get("Time", "")

    def values(self) -> dict[str, Any]:
        """Source key → value as it came, of all quantities that are named without doubt.

        Single temperature sensors are left out: only the live bundle tells which of them hang inside.
        """
        said = {key: self._said(key) for key in CHANNELS if not INSIDE_SENSOR.fullmatch(key)}
        return {key: value for key, value in said.items() if parse(value) is not ABSENT}

    def _said(self, key: str) -> Any:
        item = self.items.get(COMPARISON.get(key, key), "")
        section = self.sections.get(SECTIONS.get(key, ""))
        return item if item or not isinstance(section, dict) else section.get("CurrentValue")


@dataclass(frozen=True, slots=True)
class Site:
    """The houses of a farm by number, and the rows of its active alarms."""

    houses: Mapping[int, HouseState]
    alarms: tuple[dict[str, Any], ...] = ()

    @property
    def connected(self) -> list[int]:
        """Numbers of the houses that answer."""
        return [number for number, house in self.houses.items() if house.connected]


def read_site(payload: Mapping[str, Any]) -> Site:
    """The site that a ``GetSiteControllersInfo`` tells of."""
    items = payload.get("DicComparisonItems")
    table = items if isinstance(items, dict) else {}
    houses = [house for row in listed(payload.get("FarmHouses")) if (house := _house(row, table))]
    return Site(
        houses={house.number: house for house in sorted(houses, key=lambda house: house.number)},
        alarms=tuple(listed(payload.get("HousesAlarms"))),
    )


def _house(row: Mapping[str, Any], table: Mapping[str, Any]) -> HouseState | None:
    number = integer(row.get("HouseNumber"))
    if number is None or number < 1:
        return None
    key = str(row.get("FieldName") or f"House{number}")
    items = {str(name): str(item[key]) for name, item in table.items() if isinstance(item, dict) and item.get(key)}
    sections = row.get("Data")
    return HouseState(
        number=number,
        name=one_line(row.get("HouseName") or f"House {number}"),
        key=key,
        status=_status(row, items),
        mode=_first(items.get("HouseMode"), row.get("HouseMode")) or 0,
        kind=_kind(row.get("HouseControllerTypeInfo")),
        growth_day=growth_day(_first(items.get("Growth_Day"), row.get("GrowthDay") or None)),
        items=items,
        sections=sections if isinstance(sections, dict) else {},
    )


def _status(row: Mapping[str, Any], items: Mapping[str, str]) -> int:
    return _first(row.get("ConnectionStatus"), items.get("HouseConnectionStatus")) or 0


def _first(*said: object) -> int | None:
    return next((value for text in said if (value := integer(text)) is not None), None)


def _kind(controller: object) -> HouseKind:
    layers = isinstance(controller, dict) and "LAYER" in str(controller.get("ControllerTypeStr"))
    return HouseKind.LAYER if layers else HouseKind.BROILER
