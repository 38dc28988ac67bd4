"""The weather over the farm: season, day, fronts, clouds, wind; at about 52° north, near the sea."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab.simulator import air
from farmlab.simulator.rng import generator, wave

if TYPE_CHECKING:
    from farmlab.simulator.arrays import Floats

LATITUDE: Final = np.radians(52.0)
LONGITUDE_H: Final = 5.5 / 15
"""Hours by which the sun is ahead of UTC."""
_FRONT_CHANCE: Final = 0.08
_FRONT_LASTS_DAYS: Final = 9


@dataclass(frozen=True)
class Weather:
    """Outside conditions over time."""

    temp_c: Floats
    humidity_ratio: Floats
    rh_pct: Floats
    wind_ms: Floats
    sun: Floats
    """0 (night) to about 0.9 (clear midsummer noon)"""


def weather(seed: int, minutes: Floats) -> Weather:
    """The weather at these minutes since 1970 (UTC), whatever was asked before."""
    hours = minutes / 60.0
    cloud = np.clip(0.6 + 0.45 * wave(seed, "cloud", hours, period_h=15), 0, 1)
    slow = _season(hours) + _spells(seed, hours)
    temp = slow + _day(hours, cloud) + 0.4 * wave(seed, "gust", hours, period_h=1.5)
    dew = slow - 2.0 - 3.0 * (1 - cloud) + 1.2 * wave(seed, "dew", hours, period_h=30)
    ratio = np.minimum(air.humidity_ratio(dew, 100.0), air.humidity_ratio(temp, 98.0))
    wind = 3.6 * np.exp(0.7 * wave(seed, "wind", hours, period_h=14) + 0.25 * wave(seed, "breeze", hours, period_h=1))
    sun = np.clip(elevation(hours), 0, None) * (1 - 0.75 * cloud)
    return Weather(temp, ratio, air.relative_humidity(temp, ratio), wind, sun)


def elevation(hours: Floats) -> Floats:
    """Sine of the sun's height at these hours since 1970 (UTC)."""
    declination = -0.409 * np.cos(2 * np.pi * (_day_of_year(hours) + 10) / 365.25)
    angle = 2 * np.pi * ((hours + LONGITUDE_H) % 24 - 12) / 24
    height = np.sin(LATITUDE) * np.sin(declination) + np.cos(LATITUDE) * np.cos(declination) * np.cos(angle)
    return np.asarray(height)


def _day_of_year(hours: Floats) -> Floats:
    year = datetime.fromtimestamp(hours[0] * 3600, UTC).year
    start = datetime(year, 1, 1, tzinfo=UTC).timestamp() / 3600
    return (hours - start) / 24


def _season(hours: Floats) -> Floats:
    return np.asarray(10.2 - 7.6 * np.cos(2 * np.pi * (_day_of_year(hours) - 20) / 365.25))


def _day(hours: Floats, cloud: Floats) -> Floats:
    summer = 0.5 - 0.5 * np.cos(2 * np.pi * (_day_of_year(hours) - 5) / 365.25)
    swing = (1.6 + 4.2 * summer) * (1.25 - 0.8 * cloud)
    return np.asarray(swing * np.cos(2 * np.pi * ((hours + LONGITUDE_H) % 24 - 15) / 24))


def _spells(seed: int, hours: Floats) -> Floats:
    """Warm and cold days, and cold fronts that come in within three hours and pass in two days."""
    calm = 4.0 * wave(seed, "spell", hours, period_h=90) + 1.8 * wave(seed, "day", hours, period_h=36)
    today = int(hours[0] // 24)
    for day in range(today - _FRONT_LASTS_DAYS, int(hours[-1] // 24) + 1):
        rng = generator(seed, "front", day)
        if rng.random() < _FRONT_CHANCE:
            since = hours - (day * 24 + rng.uniform(0, 24))
            calm = calm - rng.uniform(4, 8) * np.clip(since / 3, 0, 1) * np.exp(-np.clip(since, 0, None) / 24)
    return calm
