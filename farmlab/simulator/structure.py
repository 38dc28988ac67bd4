"""How the houses of a farm differ: walls, fans, litter, sensors, habits. No analysis is told.

The reference house is 120 × 15 m for 30 000 birds with six side fans and ten tunnel fans; each house departs
from it by its own draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from farmlab.simulator.channels import CHANNELS, HEATERS, SENSORS, TEMPERATURE_SENSORS
from farmlab.simulator.rng import generator

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """Parameters of one house."""

    number: int
    area: float
    """m² of floor"""
    volume: float
    """m³"""
    ua: float
    """W/K through walls, roof and floor"""
    air_mass: float
    """J/K of the air and what follows it within a minute"""
    mass: float
    """J/K of litter, floor and lining"""
    exchange: float
    """W/K between air and mass"""
    leak: float
    """m³/s per √Pa through cracks"""
    inlets: float
    """m³/s per √Pa through the side inlets, fully open"""
    tunnel_inlets: float
    """The same for the tunnel curtain"""
    side_fans: int
    tunnel_fans: int
    side_flow: float
    """m³/s of one side fan at 25 Pa, as its plate says"""
    tunnel_flow: float
    fan_condition: float
    """Share of the plate's flow that the fans really move"""
    dust: float
    """Share of the flow that dust takes by the end of a flock"""
    heater_w: float
    """W of one of the eight heaters"""
    direct_fired: bool
    """Whether the burners' gas stays in the house"""
    pad_efficiency: float
    solar: float
    """W per m² of floor under a full sun"""
    faces: float
    """Hours by which the sun's warmth comes early (east) or late (west)"""
    litter: float
    """Ammonia of the litter against a usual one"""
    drinking: float
    """Water against the breed's table, spilling included"""
    set_curve: int
    set_offset: float
    band: float
    """K per ventilation step"""
    min_vent: float
    """Minimum ventilation against the code"""
    pressure_set: float
    capacity: int
    lights_on: float
    """Hour of the day"""
    walks: tuple[float, float]
    """Hours of the two daily walks"""
    timer_phase: float
    timer_slip: float
    """Share of the 5-minute timer cycle by which a 5-minute poll slips each time"""
    meter_gain: float
    meter_quantum: float
    """Litres per pulse"""
    gradient: tuple[float, ...]
    """Where the inside sensors hang: share of (inside − outside) by which each is colder"""
    placement: tuple[float, ...]
    """K by which each inside sensor is always off the mean"""
    outside_sun: float
    """K by which full sun warms the outside sensor"""
    bias: tuple[float, ...]
    """Calibration error of each sensor"""
    fitted: tuple[bool, ...]
    """Whether the sensor is there"""
    co2_quantum: float

    @property
    def installed_flow(self) -> float:
        """m³/s of all fans by their plates."""
        return self.side_fans * self.side_flow + self.tunnel_fans * self.tunnel_flow

    @property
    def installed(self) -> Mapping[str, int]:
        """How many of each switched output there are, by source key."""
        return {
            "Heaters": HEATERS,
            "Tunnel_Fans": self.tunnel_fans,
            "Exh_Fans": self.side_fans,
            "Stir_Fans": 4,
            "Cooling_Pad": 1,
            "Light": 1,
            "Feeding": 4,
            "Auger": 1,
            "Water_Line": 4,
        }

    def has(self, key: str) -> bool:
        """Whether the house has this source key."""
        return key not in SENSORS or self.fitted[SENSORS.index(key)]


def build(seed: int, number: int, tuned: Mapping[str, float] | None = None) -> Structure:
    """The house of this number, the same however many houses the farm has; ``tuned`` multiplies its settings."""
    rng = generator(seed, "structure", number)
    area = 1800 * rng.uniform(0.94, 1.06)
    drawn = _building(rng, area) | _fans(rng) | _habits(rng, area) | _sensors(rng, number)
    drawn |= {name: drawn[name] * factor for name, factor in (tuned or {}).items()}
    return Structure(number=number, area=area, **drawn)


def _building(rng: np.random.Generator, area: float) -> dict[str, Any]:
    return {
        "volume": 3.5 * area,
        "ua": area * rng.uniform(1.0, 1.9),
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
        "direct_fired": bool(rng.random() < 0.25),
        "pad_efficiency": rng.uniform(0.68, 0.80),
    }


def _fans(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "side_fans": int(rng.choice([5, 6, 6])),
        "tunnel_fans": int(rng.choice([9, 10, 10])),
        "side_flow": 17_500 / 3600,
        "tunnel_flow": 45_000 / 3600,
        "fan_condition": rng.uniform(0.88, 1.0),
        "dust": rng.uniform(0.04, 0.15),
        "band": rng.uniform(0.35, 0.6),
        "min_vent": rng.uniform(0.95, 1.15),
        "pressure_set": float(rng.choice([18, 20, 22, 25])),
        "timer_phase": rng.random(),
        "timer_slip": rng.uniform(0.02, 0.09),
    }


def _habits(rng: np.random.Generator, area: float) -> dict[str, Any]:
    return {
        "drinking": rng.normal(1.0, 0.03),
        "set_curve": int(rng.integers(3)),
        "set_offset": round(rng.normal(0, 0.3), 1),
        "capacity": int(round(area * 16.4, -2)),
        "lights_on": float(rng.choice([4.0, 4.5, 5.0, 5.5])),
        "walks": (rng.uniform(7.2, 9.5), rng.uniform(14.5, 17.5)),
        "meter_gain": rng.normal(1.0, 0.012),
        "meter_quantum": float(rng.choice([1, 1, 10])),
    }


_BIAS: Final = {"Inside_Humidity": 2.0, "Outside_Humidity": 2.5, "CO2": 25.0, "Ammonia": 1.2, "Static_Pressure": 0.7}
_TEMPERATURE_BIAS: Final = 0.2


def _sensors(rng: np.random.Generator, number: int) -> dict[str, Any]:
    along = np.linspace(-1, 1, TEMPERATURE_SENSORS)
    sizes = np.array([_BIAS.get(key, _TEMPERATURE_BIAS) for key in SENSORS])
    missing = _not_fitted(number)
    uneven = 0.035 * along**2 * rng.uniform(0.3, 1.0) + rng.normal(0, 0.006, TEMPERATURE_SENSORS)
    return {
        "gradient": tuple(uneven.tolist()),
        "placement": tuple(rng.normal(0, 0.25, TEMPERATURE_SENSORS).tolist()),
        "outside_sun": rng.uniform(0.3, 3.0),
        "bias": tuple(rng.normal(0, sizes).tolist()),
        "fitted": tuple(key not in missing for key in SENSORS),
        "co2_quantum": 50.0 if rng.random() < 0.25 else 10.0,
    }


def _not_fitted(number: int) -> frozenset[str]:
    """Every real farm has empty channels: some houses lack what others have."""
    match number % 8:
        case 4:
            return frozenset({"Outside_Humidity"})
        case 6:
            return frozenset(c.key for c in CHANNELS if c.optional and c.key.startswith("Temperature"))
        case 7:
            return frozenset({"Ammonia"})
    return frozenset()
