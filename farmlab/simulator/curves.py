"""Breed curves and set-point curves by age."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab.simulator.snapshot import CurvePoint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from farmlab.simulator.arrays import Floats

BREEDS: Final = ("ross308", "cobb500")

SET_POINTS: Final[tuple[tuple[tuple[int, float], ...], ...]] = (
    ((0, 31.0), (3, 29.5), (7, 27.5), (14, 25.0), (21, 22.5), (28, 21.0), (35, 20.5), (42, 20.0)),
    ((0, 33.0), (3, 32.0), (7, 30.0), (14, 27.0), (21, 24.0), (28, 21.5), (35, 20.5), (42, 20.0)),
    ((0, 32.0), (3, 31.0), (7, 29.0), (14, 27.0), (21, 25.0), (28, 23.5), (35, 22.5), (42, 22.0)),
)
"""Three ways to run a house, (age in days, °C): near the Ross guide, near the Cobb guide, warm."""


@dataclass(frozen=True)
class Breed:
    """The breeder's table: columns by age in days from 0 on."""

    columns: Mapping[str, Floats]

    def at(self, column: str, age_d: Floats) -> Floats:
        """The column at these ages, linear in between, held beyond the ends."""
        return np.interp(age_d, self.columns["age_d"], self.columns[column])


@cache
def breed(name: str) -> Breed:
    """The published table of a breed.

    >>> float(breed("ross308").at("bw_g", np.array(35.0)))
    2296.0
    """
    text = (files("farmlab.features") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    numeric = [column for column in rows[0] if column != "feed_src"]
    return Breed({column: np.array([float(row[column] or 0) for row in rows]) for column in numeric})


def set_point(curve: int, age_d: Floats) -> Floats:
    """Set temperature in °C of a kind of curve at these ages."""
    days, temps = zip(*SET_POINTS[curve], strict=True)
    return np.asarray(np.interp(age_d, days, temps))


def curve_points(curve: int, offset: float) -> tuple[CurvePoint, ...]:
    """The temperature curve as the controller's table shows it."""
    return tuple(_point(day, round(target + offset, 1)) for day, target in SET_POINTS[curve])


def _point(day: int, target: float) -> CurvePoint:
    return CurvePoint(
        day=day,
        target=target,
        heat=round(target - HEAT_BELOW, 1),
        tunnel=round(target + TUNNEL_ABOVE, 1),
        low_alarm=round(target - LOW_ALARM_BELOW, 1),
        high_alarm=round(target + HIGH_ALARM_ABOVE, 1),
    )


HEAT_BELOW: Final = 0.6
TUNNEL_ABOVE: Final = 4.0
LOW_ALARM_BELOW: Final = 3.0
HIGH_ALARM_ABOVE: Final = 5.0
