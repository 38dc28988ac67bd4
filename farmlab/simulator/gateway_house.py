"""One house as its controller tells it: parameters in the forms in which they cross the wire."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from farmlab.simulator.gateway_names import names
from farmlab.simulator.gateway_units import WRITINGS

if TYPE_CHECKING:
    from farmlab.simulator.gateway_traps import Traps
    from farmlab.simulator.gateway_units import Writing
    from farmlab.simulator.snapshot import HouseSnapshot

OFF: Final = "LangKey_Off"
_AMMONIA: Final = "Ammonia"
_TUNNEL_FROM: Final = "Tunnel_Fans"


@dataclass(frozen=True, slots=True)
class Telling:
    """A snapshot with the manners of the gateway applied to it."""

    house: HouseSnapshot
    traps: Traps
    writing: Writing

    @classmethod
    def of(cls, house: HouseSnapshot, traps: Traps) -> Telling:
        """The house as it is told under these traps: clock skew, claimed growth day, offline."""
        told = replace(
            house,
            connected=house.connected and house.number not in traps.offline,
            growth_day=traps.growth_days.get(house.number, house.growth_day),
            local_time=_later(house.local_time, traps.clock_skew_minutes * (house.number % 2 == 0)),
        )
        return cls(told, traps, replace(WRITINGS[traps.units], commas=traps.commas))

    @property
    def mode(self) -> int:
        """The house mode as the number that the controller sends."""
        return names().enums["eHouseMode"].get(self.house.house_mode, 0)

    def general(self, key: str) -> str | None:
        """Parameters that are not measured: clock, day, mode; None for any other key."""
        tunnel = bool(self.house.values.get(_TUNNEL_FROM))
        told = {
            "Growth_Day": str(self.house.growth_day),
            "Time": self.house.local_time,
            "House_Mode": str(self.mode),
            "House_Connection_Status": "1" if self.house.connected else "2",
            "Vent_Mode": "2" if tunnel else "1",
            "Alarm": None,
            "Siren": str(any(alarm.active for alarm in self.house.alarms)),
        }
        return told.get(key)

    def raw(self, key: str, unit_type: str, idle: str | None) -> str | None:
        """The value of a parameter in the raw tables."""
        return self._text(key, unit_type, idle, shown=False)

    def shown(self, key: str, unit_type: str) -> str:
        """The value of a parameter on the screen; "" when it is not installed."""
        return self._text(key, unit_type, None, shown=True) or ""

    def _text(self, key: str, unit_type: str, idle: str | None, *, shown: bool) -> str | None:
        said = self.general(key)
        if said is not None or key not in self.house.values:
            return said if said is not None else idle
        value = self.house.values[key]
        if value is None:
            return self.sentinel(key)
        if key in self.house.installed and value == 0:
            return OFF
        text = (self.writing.shown if shown else self.writing.raw)(key, unit_type, value)
        return f"LangKey_ParametersOnly_3||${OFF}||/||{text}" if key == _AMMONIA else text

    def sentinel(self, key: str) -> str:
        """The form in which this sensor says that it has no value; the same one at every poll."""
        forms = self.traps.missing
        return forms[(self.house.number + sum(map(ord, key))) % len(forms)]


def _later(local_time: str, minutes: int) -> str:
    hour, minute = (int(part) for part in local_time.split(":"))
    hours, minute = divmod(hour * 60 + minute + minutes, 60)
    return f"{hours % 24:02d}:{minute:02d}"
