"""Balances of heat, water, CO₂ and ammonia in the air of a house, one implicit step at a time.

Backward Euler: the fluxes of a step are those at its end, so what is stored equals what came in less what
went out, to rounding, and no step is too long to be stable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from farmlab.simulator import air

if TYPE_CHECKING:
    from farmlab.simulator.structure import Structure

STEP_S: Final = 60.0
FRESH_CO2: Final = 420e-6
LPG_WATER: Final = 1.6 / 46.4e6
"""kg of water per J of burnt gas."""
LPG_CO2: Final = 3.0 / 46.4e6 / 1.84
"""m³ of CO₂ per J of burnt gas."""
LITTER_EXCHANGE: Final = 5.0 / 1800
"""m³/s of air per m² of floor that takes up the litter's ammonia."""


@dataclass(slots=True)
class Air:
    """The air of one house, and what its controller has running."""

    temp: float
    """°C"""
    mass_temp: float
    """°C of litter and lining"""
    ratio: float
    """kg/kg of water"""
    co2: float
    """m³/m³"""
    ammonia: float
    """ppm"""
    felt: float
    """°C that a sensor has followed to"""
    opening: float
    """0–1 of the inlets in use"""
    steps: float
    """Ventilation levels above the lowest"""
    heaters: float
    """Running"""


@dataclass(slots=True)
class Sources:
    """What is given off in a house, and what comes in from outside."""

    heat: float
    """W, heaters excepted"""
    water: float
    """kg/s, burners excepted"""
    co2: float
    """m³/s, burners excepted"""
    litter_ammonia: float
    """ppm of the air right above the litter"""
    inlet_c: float
    """°C of the air that comes in (behind the pad, where one is on)"""
    inlet_ratio: float
    burner: float
    """W that one running heater really gives"""
    outside_c: float


class Balance:
    """The balances of one house, with what is the same at every step worked out once."""

    def __init__(self, structure: Structure, *, step_s: float = STEP_S) -> None:
        self.ua = structure.ua
        self.air = structure.air_mass / step_s
        self.mass = structure.mass / step_s
        self.exchange = structure.exchange
        self.coupled = self.exchange * self.mass / (self.exchange + self.mass)
        self.volume = structure.volume / step_s
        self.litter = LITTER_EXCHANGE * structure.area
        self.direct_fired = float(structure.direct_fired)

    def step(self, now: Air, flow: float, sources: Sources) -> None:
        """Bring the air one step forward, with ``flow`` m³/s going through the house."""
        burnt = now.heaters * sources.burner
        fumes = burnt * self.direct_fired
        now.temp = self.temperature(now, flow, sources.heat + burnt, sources)
        now.mass_temp = (self.mass * now.mass_temp + self.exchange * now.temp) / (self.mass + self.exchange)
        water = (sources.water + fumes * LPG_WATER) / air.DENSITY
        now.ratio = (self.volume * now.ratio + water + flow * sources.inlet_ratio) / (self.volume + flow)
        gas = sources.co2 + fumes * LPG_CO2
        now.co2 = (self.volume * now.co2 + gas + flow * FRESH_CO2) / (self.volume + flow)
        litter = self.litter * sources.litter_ammonia
        now.ammonia = (self.volume * now.ammonia + litter) / (self.volume + flow + self.litter)

    def temperature(self, now: Air, flow: float, heat_w: float, sources: Sources) -> float:
        """°C after a step; the mass takes part as it will be at its end."""
        carried = air.HEAT_CAPACITY * flow
        given = heat_w + self.ua * sources.outside_c + carried * sources.inlet_c + self.coupled * now.mass_temp
        return (self.air * now.temp + given) / (self.air + self.ua + carried + self.coupled)
