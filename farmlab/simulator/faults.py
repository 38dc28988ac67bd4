"""The library of faults: what each does, how it creeps up, how long it lasts.

A fault begins at its onset, creeps with (time / lead)^shape until it fails, and stays failed until it is
mended. A sudden one fails at its onset. Faults act on fans, water, feed, birds, power and sensors
(:class:`farmlab.simulator.effects.Effects`); the rest of the house answers through its physics.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zlib import crc32

from farmlab.errors import UnknownName
from farmlab.simulator.channels import SENSORS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from farmlab.simulator.effects import Effects


LOOSE: Final = 0.25
"""Share of the readings that a bad plug spoils: fans shake it all the time. An estimate, not measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault; times are minutes since 1970. ``repaired`` None: nobody has mended it yet."""

    id: str
    house: int
    type: str
    unit: str
    severity: float
    onset: int
    failure: int
    repaired: int | None

    @property
    def precursor(self) -> bool:
        """Whether something can be seen before it fails."""
        return self.failure > self.onset

    @property
    def detectable(self) -> int:
        """The minute from which it can be told from what is usual; see ``Kind.seen_from``."""
        lead, kind = self.failure - self.onset, KINDS[self.type]
        return int(self.onset + lead * kind.seen_from ** (1 / kind.shape))

    @property
    def sign(self) -> int:
        """Which way a sensor goes wrong."""
        return 1 if crc32(self.id.encode()) % 2 else -1

    def is_active(self, minute: int) -> bool:
        """Whether it does anything in the block that begins at this minute."""
        return self.onset <= minute and (self.repaired is None or minute < self.repaired)

    def creep(self, minute: int) -> float:
        """How far it has come, 0–1."""
        if minute >= self.failure:
            return 1.0
        return float(((minute - self.onset) / (self.failure - self.onset)) ** KINDS[self.type].shape)


@dataclass(frozen=True, slots=True)
class Acting:
    """A fault at one moment, as its effect needs it: how far, how bad, and some chance."""

    unit: str
    sign: int
    creep: float
    failed: bool
    severity: float
    chance: float

    @property
    def sensor(self) -> int:
        """Position of the sensor that is wrong."""
        return SENSORS.index(self.unit)

    @property
    def number(self) -> int:
        """Position of the unit among its like."""
        return int(self.unit.rsplit(" ", 1)[-1]) - 1


def apply(effects: Effects, faults: Iterable[Fault], minute: int, chance: float) -> None:
    """Put the active faults of a house into ``effects``; ``chance`` is uniform on 0–1."""
    for fault in faults:
        failed = minute >= fault.failure
        acting = Acting(fault.unit, fault.sign, fault.creep(minute), failed, fault.severity, chance)
        KINDS[fault.type].act(effects, acting)


def _stuck(effects: Effects, f: Acting) -> None:
    effects.stuck.add(f.sensor)


def _drift(effects: Effects, f: Acting) -> None:
    size = _by_sensor(f.unit, temp=3.0, humidity=14.0, co2=-700.0, ammonia=-9.0)
    effects.offset[f.sensor] += (f.sign if size > 0 else 1) * size * f.severity * f.creep


def _offset(effects: Effects, f: Acting) -> None:
    size = _by_sensor(f.unit, temp=3.5, humidity=14.0, co2=900.0, ammonia=10.0)
    effects.offset[f.sensor] += f.sign * size * f.severity


def _spike(effects: Effects, f: Acting) -> None:
    size = _by_sensor(f.unit, temp=12.0, humidity=40.0, co2=2500.0, ammonia=30.0)
    if f.chance < LOOSE:
        effects.offset[f.sensor] += size * f.severity * (1 if f.chance < 0.6 * LOOSE else -0.8)


def _noise(effects: Effects, f: Acting) -> None:
    effects.noise[f.sensor] = 1 + 12 * f.severity * f.creep


def _dropout(effects: Effects, f: Acting) -> None:
    if f.failed or f.chance < 0.3 * f.creep:
        effects.missing.add(f.sensor)


def _fan_loss(effects: Effects, f: Acting) -> None:
    fans = effects.tunnel if f.unit.startswith("tunnel") else effects.side
    for number in range(f.number, min(f.number + (2 if f.severity > 0.5 else 1), len(fans))):
        fans[number] = 0.0


def _fan_belt(effects: Effects, f: Acting) -> None:
    fans = effects.tunnel if f.unit.startswith("tunnel") else effects.side
    fans[f.number] *= 0.0 if f.failed else 1 - 0.35 * f.severity * f.creep


def _heater(effects: Effects, f: Acting) -> None:
    effects.heater *= 1 - f.severity * (0.92 if f.failed else 0.35 * f.creep)


def _inlet(effects: Effects, f: Acting) -> None:
    effects.uneven += 3.0 * f.severity * f.creep
    if f.failed:
        effects.inlet_held = 0.25 + 0.5 * f.severity


def _water_leak(effects: Effects, f: Acting) -> None:
    effects.leak_lph += f.severity * (12 + 180 * f.creep)


def _blocked_line(effects: Effects, f: Acting) -> None:
    effects.line *= 1 - 0.6 * f.severity * f.creep


def _auger(effects: Effects, f: Acting) -> None:
    effects.auger *= 0.0 if f.failed else 1 - 0.5 * f.severity * f.creep


def _cooling_pad(effects: Effects, f: Acting) -> None:
    effects.pad *= 1 - f.severity * (0.95 if f.failed else 0.4 * f.creep)


def _power_cut(effects: Effects, f: Acting) -> None:
    effects.power = 1.0 - f.failed


def _comms_loss(effects: Effects, f: Acting) -> None:
    if f.failed or f.chance < 0.15:
        effects.connected = False


def _health(effects: Effects, f: Acting) -> None:
    effects.thirst *= 1 - 0.18 * f.severity * f.creep
    effects.appetite *= 1 - 0.11 * f.severity * f.creep
    effects.hazard *= 1 + 5 * f.severity * f.failed


def _by_sensor(unit: str, *, temp: float, humidity: float, co2: float, ammonia: float) -> float:
    special = {"CO2": co2, "Ammonia": ammonia}
    return special.get(unit, humidity if unit.endswith("Humidity") else temp)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of fault.

    Attributes
    ----------
    lead_h
        Hours from onset to failure, least and most; 0 = sudden.
    shape
        Exponent of the creep: 1 linear, 3 slow at first.
    seen_from
        The share of the creeping effect from which it can be told from what is usual. Noise is from about three
        times the usual one; of a drop-out a few lost readings are what every line loses, so only silence tells.
    lasts_h
        Hours from failure to repair.
    live_h
        Lead of a fault that is injected, for people who want to see it today.
    repair
        What the person who mended it writes down; "" = it ends by itself.
    """

    act: Callable[[Effects, Acting], None]
    units: tuple[str, ...]
    lead_h: tuple[float, float] = (0, 0)
    shape: float = 1.0
    seen_from: float = 0.1
    lasts_h: tuple[float, float] = (1, 24)
    live_h: float = 0.0
    repair: str = ""


_CLIMATE_SENSORS: Final = (*SENSORS[:6], "Inside_Humidity", "CO2")
_ALL_SENSORS: Final = (*_CLIMATE_SENSORS, "Ammonia", "Outside_Temperature")
_DRINKERS: Final = tuple(f"drinker line {number}" for number in range(1, 5))
_FANS: Final = ("side fan 1", "side fan 2", "side fan 3", "tunnel fan 1", "tunnel fan 2", "tunnel fan 3")

KINDS: Final[Mapping[str, Kind]] = {
    "sensor_stuck": Kind(act=_stuck, units=_CLIMATE_SENSORS, lasts_h=(10, 60), repair="sensor replaced"),
    "sensor_drift": Kind(
        act=_drift, units=_ALL_SENSORS, lead_h=(60, 160), lasts_h=(12, 48), live_h=8, repair="sensor calibrated"
    ),
    "sensor_offset": Kind(act=_offset, units=_ALL_SENSORS, lasts_h=(12, 60), repair="sensor put back in its place"),
    "sensor_spike": Kind(act=_spike, units=_CLIMATE_SENSORS, lasts_h=(10, 48), repair="plug cleaned"),
    "sensor_noise": Kind(
        act=_noise, units=_CLIMATE_SENSORS, lead_h=(2, 6), seen_from=0.25, lasts_h=(8, 40), repair="cable replaced"
    ),
    "sensor_dropout": Kind(
        act=_dropout, units=_ALL_SENSORS, lead_h=(0, 12), seen_from=1.0, lasts_h=(4, 30), repair="cable replaced"
    ),
    "fan_loss": Kind(act=_fan_loss, units=_FANS, lasts_h=(4, 40), repair="fan motor replaced"),
    "fan_belt": Kind(
        act=_fan_belt, units=_FANS, lead_h=(120, 300), shape=1.5, lasts_h=(3, 30), live_h=6, repair="belt replaced"
    ),
    "heater": Kind(
        act=_heater,
        units=("heater 1",),
        lead_h=(10, 60),
        shape=1.5,
        lasts_h=(1, 6),
        live_h=1,
        repair="igniter replaced",
    ),
    "inlet": Kind(
        act=_inlet, units=("inlet 1",), lead_h=(12, 72), lasts_h=(3, 24), live_h=1, repair="inlet cable mended"
    ),
    "water_leak": Kind(
        act=_water_leak, units=_DRINKERS, lead_h=(4, 40), lasts_h=(6, 40), live_h=1, repair="nipple replaced"
    ),
    "blocked_line": Kind(
        act=_blocked_line, units=_DRINKERS, lead_h=(8, 72), lasts_h=(3, 20), live_h=1, repair="filter cleaned"
    ),
    "auger": Kind(
        act=_auger, units=("auger 1",), lead_h=(12, 96), shape=2, lasts_h=(1.5, 7), live_h=1, repair="auger freed"
    ),
    "cooling_pad": Kind(
        act=_cooling_pad,
        units=("cooling pad 1",),
        lead_h=(24, 160),
        lasts_h=(6, 48),
        live_h=1,
        repair="pad pump replaced",
    ),
    "power_cut": Kind(act=_power_cut, units=("power supply 1",), lasts_h=(0.1, 0.6)),
    "comms_loss": Kind(act=_comms_loss, units=("gateway 1",), lead_h=(0, 6), lasts_h=(0.3, 5)),
    "health": Kind(act=_health, units=("flock",), lead_h=(16, 48), lasts_h=(48, 110), live_h=4),
}
"""By name. Leads and durations are estimates, shorter than most real ones so that a month shows many."""


def kind(name: str) -> Kind:
    """The kind of this name; an unknown one names the nearest."""
    if name not in KINDS:
        raise UnknownName.among("kind of fault", name, sorted(KINDS))
    return KINDS[name]
