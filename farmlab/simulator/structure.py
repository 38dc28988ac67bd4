"""How the houses of a farm differ: walls, fans, litter, sensors, habits. No analysis is told.

The reference house is 120 × 15 m for 30 000 birds with six side fans and ten tunnel fans; each house departs
from it by its own draw. Arrays run over houses; those of sensors are (sensor, house).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab.simulator.channels import CHANNELS, HEATERS, SENSORS, TEMPERATURE_SENSORS
from farmlab.simulator.rng import generator

if TYPE_CHECKING:
    from farmlab.simulator.arrays import Bools, Floats, Ints

ORIFICE: Final = 0.62 * (2 / 1.2) ** 0.5
"""m³/s per m² of opening and √Pa: Cd · √(2/ρ)."""


@dataclass(frozen=True)
class Structure:
    """Parameters of all houses."""

    area: Floats
    """m² of floor"""
    volume: Floats
    """m³"""
    ua: Floats
    """W/K through walls, roof and floor"""
    air_mass: Floats
    """J/K of the air and what follows it within a minute"""
    mass: Floats
    """J/K of litter, floor and lining"""
    exchange: Floats
    """W/K between air and mass"""
    leak: Floats
    """m³/s per √Pa through cracks"""
    inlets: Floats
    """m³/s per √Pa through the side inlets, fully open"""
    tunnel_inlets: Floats
    """The same for the tunnel curtain"""
    side_fans: Ints
    tunnel_fans: Ints
    side_flow: Floats
    """m³/s of one side fan at 25 Pa, as its plate says"""
    tunnel_flow: Floats
    fan_condition: Floats
    """Share of the plate's flow that the fans really move"""
    dust: Floats
    """Share of the flow that dust takes by the end of a flock"""
    heater_w: Floats
    """W of one of the eight heaters"""
    direct_fired: Floats
    """1 where the burners' gas stays in the house"""
    pad_efficiency: Floats
    solar: Floats
    """W per m² of floor under a full sun"""
    faces: Floats
    """Hours by which the sun's warmth comes early (east) or late (west)"""
    litter: Floats
    """Ammonia of the litter against a usual one"""
    drinking: Floats
    """Water against the breed's table, spilling included"""
    set_curve: Ints
    set_offset: Floats
    band: Floats
    """K per ventilation step"""
    min_vent: Floats
    """Minimum ventilation against the code"""
    pressure_set: Floats
    capacity: Ints
    lights_on: Floats
    """Hour of the day"""
    walks: Floats
    """Hours of the two daily walks, (2, house)"""
    timer_phase: Floats
    timer_slip: Floats
    """Share of the 5-minute timer cycle by which a 5-minute poll slips each time"""
    meter_gain: Floats
    meter_quantum: Floats
    """Litres per pulse"""
    gradient: Floats
    """Where the inside sensors hang: share of (inside − outside) by which each is colder, (6, house)"""
    placement: Floats
    """K by which each inside sensor is always off the mean, (6, house)"""
    outside_sun: Floats
    """K by which full sun warms the outside sensor"""
    bias: Floats
    """Calibration error of each sensor, (sensor, house)"""
    fitted: Bools
    """Whether the sensor is there, (sensor, house)"""
    coarse_co2: Bools
    """Whether CO₂ comes in steps of 50 instead of 10 ppm"""

    @property
    def houses(self) -> int:
        """How many houses there are."""
        return len(self.area)


def build(seed: int, houses: int) -> Structure:
    """The houses of this seed; a house is the same however many there are."""
    drawn = [_house(generator(seed, "structure", number), number) for number in range(1, houses + 1)]
    return Structure(**{f.name: np.stack([house[f.name] for house in drawn], axis=-1) for f in fields(Structure)})


def _house(rng: np.random.Generator, number: int) -> dict[str, np.ndarray]:
    area = 1800 * rng.uniform(0.94, 1.06)
    drawn = _building(rng, area) | _fans(rng) | _habits(rng, area) | _sensors(rng, number)
    return {name: np.asarray(value) for name, value in drawn.items()}


def _building(rng: np.random.Generator, area: float) -> dict[str, object]:
    return {
        "area": area,
        "volume": 3.5 * area,
        "ua": area * rng.uniform(1.1, 2.1),
        "air_mass": 8300 * area,
        "mass": 25_000 * area,
        "exchange": 4 * area,
        "leak": rng.uniform(0.25, 0.75),
        "inlets": 10.0 * rng.uniform(0.9, 1.1),
        "tunnel_inlets": 30.0,
        "solar": rng.uniform(8, 24),
        "faces": rng.uniform(-2.5, 2.5),
        "litter": rng.uniform(0.6, 1.2),
        "heater_w": rng.uniform(34_000, 40_000),
        "direct_fired": float(rng.random() < 0.6),
        "pad_efficiency": rng.uniform(0.68, 0.80),
    }


def _fans(rng: np.random.Generator) -> dict[str, object]:
    return {
        "side_fans": int(rng.choice([5, 6, 6])),
        "tunnel_fans": int(rng.choice([9, 10, 10])),
        "side_flow": 17_500 / 3600,
        "tunnel_flow": 45_000 / 3600,
        "fan_condition": rng.uniform(0.88, 1.0),
        "dust": rng.uniform(0.04, 0.15),
        "band": rng.uniform(0.35, 0.6),
        "min_vent": rng.uniform(1.0, 1.25),
        "pressure_set": float(rng.choice([18, 20, 22, 25])),
        "timer_phase": rng.random(),
        "timer_slip": rng.uniform(0.02, 0.09),
    }


def _habits(rng: np.random.Generator, area: float) -> dict[str, object]:
    return {
        "drinking": rng.normal(1.0, 0.03),
        "set_curve": int(rng.integers(3)),
        "set_offset": round(rng.normal(0, 0.3), 1),
        "capacity": int(round(area * 16.4, -2)),
        "lights_on": float(rng.choice([4.0, 4.5, 5.0, 5.5])),
        "walks": np.array([rng.uniform(7.2, 9.5), rng.uniform(14.5, 17.5)]),
        "meter_gain": rng.normal(1.0, 0.012),
        "meter_quantum": float(rng.choice([1, 1, 10])),
    }


def _sensors(rng: np.random.Generator, number: int) -> dict[str, object]:
    along = np.linspace(-1, 1, TEMPERATURE_SENSORS)
    spread = {"temp": 0.2, "Inside_Humidity": 2.0, "Outside_Humidity": 2.5, "CO2": 50, "Ammonia": 1.2}
    sizes = np.array([spread.get(key, 0.7 if key == "Static_Pressure" else spread["temp"]) for key in SENSORS])
    missing = _not_fitted(number)
    return {
        "gradient": 0.035 * along**2 * rng.uniform(0.3, 1.0) + rng.normal(0, 0.006, TEMPERATURE_SENSORS),
        "placement": rng.normal(0, 0.25, TEMPERATURE_SENSORS),
        "outside_sun": rng.uniform(0.3, 3.0),
        "bias": rng.normal(0, sizes),
        "fitted": np.array([key not in missing for key in SENSORS]),
        "coarse_co2": bool(rng.random() < 0.25),
    }


def _not_fitted(number: int) -> frozenset[str]:
    """Every real farm has empty channels: some houses lack what others have."""
    optional = [channel.key for channel in CHANNELS if channel.optional]
    lacking = {4: "Outside_Humidity", 7: "Ammonia"}.get(number % 8, "")
    short = {key for key in optional if key.startswith("Temperature")} if number % 8 == 6 else set()
    return frozenset(short | ({lacking} - {""}))


def installed(structure: Structure, house: int) -> dict[str, int]:
    """How many of each switched output the house at this position has, by source key."""
    return {
        "Heaters": HEATERS,
        "Tunnel_Fans": int(structure.tunnel_fans[house]),
        "Exh_Fans": int(structure.side_fans[house]),
        "Stir_Fans": 4,
        "Cooling_Pad": 1,
        "Light": 1,
        "Feeding": 4,
        "Auger": 1,
    }
