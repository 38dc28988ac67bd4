"""Small simulated farms of seeds that nothing was developed on: readings, sensors, flocks, and what was broken."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd

from farmlab.domain import Event, EventKind, Flock, House, Sensor
from farmlab.integrations.rotem.channels import CHANNELS
from farmlab.simulator import flocks as cycles
from farmlab.simulator import schedule
from farmlab.simulator.farm import SimulatedFarm
from farmlab.simulator.faults import Fault
from farmlab.simulator.timeline import Day, minute_of, moment_of

HOUSES = 8
DAYS = 30
EACH = 8.0
"""Faults of each kind per house and year: many more than a real house has, and as many of one kind as of another."""


@dataclass(frozen=True)
class Simulated:
    """One farm, lived through, as an analysis would get it."""

    farm: SimulatedFarm
    until: datetime
    faults: tuple[Fault, ...]

    @property
    def zone(self) -> str:
        return self.farm.timezone

    @cached_property
    def wide(self) -> dict[int, pd.DataFrame]:
        """Readings by house, as the controller's archive tells them: with lost rows and cells."""
        path = self.farm.folder / "archive.csv"
        self.farm.write_archive(path, self.until)
        table = pd.read_csv(io.BytesIO(path.read_bytes()))
        table["time"] = pd.to_datetime(table["time"], utc=True)
        table = table.drop_duplicates(["time", "house"]).sort_values("time").set_index("time")
        return {number: _columns(table[table["house"] == number]) for number in sorted(set(table["house"].tolist()))}

    @cached_property
    def sensors(self) -> dict[int, list[Sensor]]:
        return {number: _sensors(number, frame) for number, frame in self.wide.items()}

    @cached_property
    def flocks(self) -> list[Flock]:
        """The flocks that somebody has written down."""
        first, last = min(self.wide[1].index), self.until
        anchor = Day.of(minute_of(self.until), self.zone)
        found = {}
        for house in self.farm.houses:
            home = cycles.Resident(house.number, house.capacity or 0, cycles.age_at_anchor(house.number))
            for day in pd.date_range(first - timedelta(days=1), last, freq="D"):
                cycle = cycles.cycle_on(self.farm.seed, home, anchor.date, day.date())
                if cycle is not None:
                    found[house.number, cycle.placed_on] = Flock(
                        house=house.number,
                        placed_on=cycle.placed_on,
                        breed=cycle.breed,
                        birds_placed=cycle.birds,
                        ended_on=cycle.caught_on,
                    )
        return list(found.values())

    def events(self, house: int, at: datetime) -> list[Event]:
        """Alarms of the controller, and what people had written down by then."""
        alarms = [
            Event(house=house, time=row.time, kind=EventKind.ALARM, message=row.message, ended_at=row.ended)
            for row in self.farm.alarms(house, at)
        ]
        return [*alarms, *(event for event in self.farm.events(at) if event.house == house)]

    def house(self, number: int) -> House:
        return self.farm.houses[number - 1]


def _rates(kinds: dict[str, float], rate: float) -> dict[str, float]:
    return dict.fromkeys(kinds, rate)


@contextmanager
def scheduled(*, rate: float, seed: int) -> Iterator[None]:
    """So many faults of each kind per house-year, each severity × .5–1.5, and none that are always there."""
    draw = schedule.scheduled
    random = np.random.default_rng(seed)

    def rescaled(*given: Any) -> list[Fault]:
        scales = random.uniform(0.5, 1.5, 10_000)
        return [
            replace(fault, severity=round(float(np.clip(fault.severity * scale, 0.05, 1.0)), 2))
            for fault, scale in zip(draw(*given), scales, strict=False)
        ]

    rates = _rates(schedule.RATES, rate)
    with (
        mock.patch.dict(schedule.RATES, rates),
        mock.patch.object(schedule, "_under_way", return_value=()),
        mock.patch.object(schedule, "scheduled", rescaled),
    ):
        yield


def simulate(
    folder: Path, *, seed: int, until: datetime, rate: float = EACH, houses: int = HOUSES, days: int = DAYS
) -> Simulated:
    """A farm in this folder; one that is there already is used again."""
    with scheduled(rate=rate, seed=seed):
        if (folder / "farm.json").exists():
            farm = SimulatedFarm.open(folder)
        else:
            farm = SimulatedFarm.create(folder, seed=seed, until=until, houses=houses, days=days)
    begun = [fault for fault in farm._scheduled if moment_of(fault.onset) <= farm.until]
    return Simulated(farm, farm.until, tuple(begun))


def _columns(rows: pd.DataFrame) -> pd.DataFrame:
    named = {key: Sensor(house=1, source_key=key, metric=m, position=p).column for key, (m, p) in CHANNELS.items()}
    known = rows[[key for key in rows.columns if key in named and rows[key].notna().any()]]
    return known.rename(columns=named).astype(float)


def _sensors(number: int, frame: pd.DataFrame) -> list[Sensor]:
    every = [Sensor(house=number, source_key=key, metric=m, position=p) for key, (m, p) in CHANNELS.items()]
    return [sensor for sensor in every if sensor.column in frame.columns]
