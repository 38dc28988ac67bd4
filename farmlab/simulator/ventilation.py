"""Fans, inlets and pressure: how much air goes through a house.

A fan moves Q = B − A·ΔP; openings and cracks let c·√ΔP through. Setting both equal gives ΔP in closed form,
because leakage is taken with the exponent of an orifice (.35–.74 were measured in 14 houses).
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, sqrt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from farmlab.simulator.structure import Structure

SLOPE: Final = 0.0055
"""Share of a fan's flow at 25 Pa lost per Pa."""
_AT_REST: Final = 1 + 25 * SLOPE
TIMER_LEVELS: Final = 10
TIMER_FANS: Final = 2


def pressure_root(fans: float, openings: float) -> float:
    """√ΔP in √Pa at which the fans' flow equals that through the openings.

    Parameters
    ----------
    fans
        m³/s at 25 Pa of all running fans.
    openings
        m³/s per √Pa of all openings and cracks.

    >>> round(pressure_root(fans=10.0, openings=2.0) ** 2)
    25
    """
    if fans <= 0:
        return 0.0
    rest = _AT_REST * fans
    return 2 * rest / (openings + sqrt(openings * openings + 4 * SLOPE * fans * rest))


def natural(openings: float, wind_ms: float, warmer_k: float) -> float:
    """m³/s that wind and warm air drive through the openings when no fan runs."""
    return openings * sqrt(0.04 * wind_ms * wind_ms + 0.015 * abs(warmer_k))


def wanted_opening(openings: float, fixed: float, full: float, ratio: float) -> float:
    """Opening (0–1) of the inlets that brings √ΔP from ``ratio`` times its set-point to the set-point."""
    return min(max((openings * ratio - fixed) / full, 0.01), 1.0)


@dataclass(frozen=True, slots=True)
class Command:
    """Which fans the controller runs: always, on the timer for ``duty`` of the time, and in the tunnel."""

    demand: float
    """m³/s, nominal"""
    level: int
    steady: int
    timed: int
    duty: float
    tunnel: int


class Levels:
    """The ventilation levels of one house: ten of two timer fans, then each side fan, then the tunnel fans."""

    def __init__(self, structure: Structure) -> None:
        self.side, self.side_fans = structure.side_flow, structure.side_fans
        tunnel, most = structure.tunnel_flow, structure.tunnel_fans
        timer = [TIMER_FANS * self.side * step / TIMER_LEVELS for step in range(1, TIMER_LEVELS + 1)]
        more = [self.side * fans for fans in range(TIMER_FANS + 1, self.side_fans + 1)]
        first = ceil(self.side_fans * self.side / tunnel) + 1
        self.flow = timer + more + [tunnel * fans for fans in range(first, most + 1)]
        self.tunnel = [0] * len(timer + more) + list(range(first, most + 1))
        self.top = len(self.flow) - 1

    def lowest(self, least: float) -> int:
        """The highest level that does not move more than this."""
        return max(bisect_right(self.flow, least + 1e-9) - 1, 0)

    def command(self, level: int, least: float) -> Command:
        """The fans for this level, or for the least flow where that is more; parts of a fan go by the timer."""
        demand = max(self.flow[level], least)
        if self.tunnel[level]:
            return Command(demand, level, 0, 0, 1.0, self.tunnel[level])
        share = min(demand / self.side, self.side_fans)
        if share < TIMER_FANS:
            return Command(demand, level, 0, TIMER_FANS, share / TIMER_FANS, 0)
        whole = int(share)
        return Command(demand, level, whole, 1 if share > whole else 0, share - whole, 0)


def running(health: list[float], flow: float) -> list[float]:
    """m³/s at 25 Pa that the first 0, 1, 2 … fans really move.

    >>> running([1.0, 0.0, 0.5], 10.0)
    [0.0, 10.0, 10.0, 15.0]
    """
    return [flow * share for share in accumulate(health, initial=0.0)]
