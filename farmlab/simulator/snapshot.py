"""What a house controller shows at one moment: the only view of a simulated farm that leaves the simulator."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import pandas as pd


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """One alarm of a controller, in UTC; ``ended`` is None while it is active."""

    number: int
    message: str
    time: datetime
    active: bool = True
    ended: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseSnapshot:
    """One house as its controller shows it.

    Attributes
    ----------
    growth_day
        The controller's own count.
    house_mode
        A name of the controller's enumeration: FULL_HOUSE, FIRST_BROOD, … EMPTY_HOUSE, CATCHING.
    local_time
        The controller's clock, "HH:MM".
    values
        Source key → value in SI units, as coarse as the sensor shows it. None: the sensor is there and has
        no value. A key that is absent: not installed.
    installed
        Source key of a switched output → how many there are.
    alarms
        Alarms since the flock began, oldest first.
    curve
        Set-point curve: (age in days, °C).
    birds_placed
        From the controller's inventory; 0 when nobody entered it.
    """

    number: int
    name: str
    connected: bool
    growth_day: int
    house_mode: str
    local_time: str
    values: Mapping[str, float | None]
    installed: Mapping[str, int] = field(default_factory=dict)
    alarms: tuple[AlarmRow, ...] = ()
    curve: tuple[tuple[float, float], ...] = ()
    birds_placed: int = 0


class ServedFarm(Protocol):
    """A farm that the gateway can serve."""

    @property
    def name(self) -> str:
        """What people call the farm."""

    @property
    def timezone(self) -> str:
        """Its IANA time zone."""

    def snapshot(self, at: datetime) -> Sequence[HouseSnapshot]:
        """What all controllers show at ``at``."""

    def daily(self, house: int, at: datetime) -> pd.DataFrame:
        """One row per growth day of the running flock, oldest first, the running day last.

        Columns: ``growth_day`` and, as far as the house has them, ``temp_min``, ``temp_last``, ``temp_max``,
        ``rh_min``, ``rh_last``, ``rh_max``, ``co2_min``, ``co2_last``, ``co2_max``, ``water``, ``feed``,
        ``weight``, ``weighings``, ``mortality``, ``culls``, ``birds``, ``heater_minutes`` (SI units; NaN = unknown).
        """
