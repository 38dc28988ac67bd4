"""What faults do to a house at one moment: multipliers and offsets that the physics and the sensors use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from farmlab.simulator.channels import SENSORS

if TYPE_CHECKING:
    from farmlab.simulator.arrays import Bools, Floats
    from farmlab.simulator.structure import Structure


@dataclass
class Effects:
    """Nothing wrong is 1 for shares, 0 for additions; arrays over houses, or (house, fan), (sensor, house)."""

    side: Floats
    tunnel: Floats
    heater: Floats
    inlet_held: Floats
    """Opening (0–1) at which the side inlets hang; NaN = free"""
    uneven: Floats
    """K between the ends of the house"""
    leak_lph: Floats
    line: Floats
    """Share of the water that gets through to the drinkers"""
    auger: Floats
    pad: Floats
    power: Floats
    connected: Bools
    thirst: Floats
    appetite: Floats
    hazard: Floats
    offset: Floats
    noise: Floats
    jump: Floats
    stuck: Bools
    missing: Bools

    @classmethod
    def none(cls, structure: Structure) -> Effects:
        """A farm on which all is well."""
        houses, sensors = structure.houses, (len(SENSORS), structure.houses)
        ones, zeros = np.ones(houses), np.zeros(houses)
        return cls(
            side=_fans(structure.side_fans),
            tunnel=_fans(structure.tunnel_fans),
            heater=ones.copy(),
            inlet_held=zeros + np.nan,
            uneven=zeros.copy(),
            leak_lph=zeros.copy(),
            line=ones.copy(),
            auger=ones.copy(),
            pad=ones.copy(),
            power=ones.copy(),
            connected=ones > 0,
            thirst=ones.copy(),
            appetite=ones.copy(),
            hazard=ones.copy(),
            offset=np.zeros(sensors),
            noise=np.ones(sensors),
            jump=np.zeros(sensors),
            stuck=np.zeros(sensors, dtype=bool),
            missing=np.zeros(sensors, dtype=bool),
        )

    def copy(self) -> Effects:
        """The same, to put faults into."""
        return Effects(**{name: value.copy() for name, value in vars(self).items()})


def _fans(number: np.ndarray) -> Floats:
    """1 for each fan that is there, (house, fan)."""
    return (np.arange(int(number.max()))[None, :] < number[:, None]).astype(np.float64)
