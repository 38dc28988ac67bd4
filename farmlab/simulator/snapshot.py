"""What a house controller shows at one moment: the only view of a simulated farm that leaves the simulator."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One row of the temperature curve, in °C, from this growth day on (linear in between)."""

    day: int
    target: float
    heat: float
    tunnel: float
    low_alarm: float
    high_alarm: float


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
        The controller's own count: −2 while the house is empty, −1 on the day before placement.
    house_mode
        A name of the controller's enumeration: FULL_HOUSE, EMPTY_HOUSE or CATCHING.
    local_time
        The controller's clock, "HH:MM".
    connected
        Whether the gateway reaches the controller; when not, the rest is what was last heard of it.
    values
        Source key → value in SI units, as coarse as the sensor shows it. None: the sensor is there and has
        no value. A key that is absent: not installed.
    installed
        Source key of a switched output → how many there are.
    alarms
        Alarms since the flock began, oldest first.
    curve
        The temperature curve of the house, by growth day.
    birds_placed
        From the controller's inventory; None when the house is empty.
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
    curve: tuple[CurvePoint, ...] = ()
    birds_placed: int | None = None
