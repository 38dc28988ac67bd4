"""What faults do to a house at one moment: multipliers and offsets that the physics and the sensors use."""

from __future__ import annotations

from dataclasses import dataclass, field

from farmlab.simulator.channels import SENSORS


@dataclass(slots=True)
class Effects:
    """Nothing wrong is 1 for shares and 0 for additions; lists are by fan or by sensor."""

    side: list[float]
    tunnel: list[float]
    heater: float = 1.0
    inlet_held: float | None = None
    """Opening (0–1) at which the side inlets hang"""
    uneven: float = 0.0
    """K between the ends of the house"""
    leak_lph: float = 0.0
    line: float = 1.0
    """Share of the water that gets through to the drinkers"""
    auger: float = 1.0
    pad: float = 1.0
    power: float = 1.0
    connected: bool = True
    thirst: float = 1.0
    appetite: float = 1.0
    hazard: float = 1.0
    offset: list[float] = field(default_factory=lambda: [0.0] * len(SENSORS))
    noise: list[float] = field(default_factory=lambda: [1.0] * len(SENSORS))
    stuck: set[int] = field(default_factory=set)
    missing: set[int] = field(default_factory=set)
    """Positions of the sensors concerned"""
