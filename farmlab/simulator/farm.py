"""A simulated farm in a folder: made once, brought forward, looked at.

::

    farm = SimulatedFarm.create(folder, seed=7, until=now)   # or SimulatedFarm.open(folder)
    farm.advance(now)                                        # bring it forward (any chunks, same result)
    farm.snapshot(now)                                       # what all controllers show
    farm.inject(3, "fan_loss", now)                          # break something
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from farmlab import domain
from farmlab.errors import ConfigError, DataError, UnknownName
from farmlab.simulator import alarms, archive, curves, labels, records, schedule, structure
from farmlab.simulator.channels import COLUMN, KEYS
from farmlab.simulator.engine import Engine
from farmlab.simulator.flocks import EMPTY_DAY
from farmlab.simulator.history import History, write
from farmlab.simulator.snapshot import HouseSnapshot
from farmlab.simulator.state import restored
from farmlab.simulator.timeline import BLOCK, Day, minute_of, moment_of

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    import pandas as pd

    from farmlab.simulator.arrays import Floats
    from farmlab.simulator.faults import Fault
    from farmlab.simulator.snapshot import AlarmRow
    from farmlab.simulator.state import State
    from farmlab.simulator.structure import Structure

NAME: Final = "Hillside (simulated)"
TIMEZONE: Final = "Europe/Amsterdam"
FUTURE_DAYS: Final = 90
"""How far ahead of its creation a farm has faults in store."""
LONGEST_FLOCK: Final = timedelta(days=45)
_VERSION: Final = 1


class SimulatedFarm:
    """A farm of simulated houses.

    Attributes
    ----------
    name, timezone
        What people call it, and its IANA time zone.
    houses
        Its houses as records; the numbers start at 1.
    until
        The newest step (UTC) to which it has come.
    """

    def __init__(self, folder: Path, given: dict[str, Any], states: list[State] | None = None) -> None:
        self.folder = folder
        self.name: str = given["name"]
        self.timezone: str = given["timezone"]
        self.seed: int = given["seed"]
        self._step: int = given["step_minutes"]
        self._start: int = given["start"]
        self._until: int = given["until"]
        anchor = Day.of(self._until, self.timezone)
        numbers = range(1, given["houses"] + 1)
        built = [structure.build(self.seed, number, given.get("tuned", {}).get(str(number), {})) for number in numbers]
        self._engines = [
            Engine(self.seed, house, anchor=anchor, start=self._start, now=states[at] if states else None)
            for at, house in enumerate(built)
        ]
        self._history = History(folder / "days", zone=self.timezone, houses=len(built), every=self._step)
        farm, horizon = schedule.Farm(self.seed, built, anchor), self._until + FUTURE_DAYS * 24 * 60
        self._scheduled = schedule.scheduled(farm, self._start, self._until, horizon)
        self.houses = tuple(_record(house) for house in built)

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        seed: int,
        until: datetime,
        houses: int = 8,
        days: int = 45,
        step_minutes: int = 5,
        name: str = NAME,
        timezone: str = TIMEZONE,
    ) -> SimulatedFarm:
        """A new farm in an empty folder, lived through from ``days`` before ``until`` up to it.

        Raises
        ------
        ConfigError
            The folder already holds a farm, or the numbers make none.
        """
        if any((folder / name).exists() for name in ("farm.json", "days")):
            raise ConfigError(
                "a simulated farm is there already", where=str(folder), next_step="Open it, or remove it."
            )
        if houses < 1 or days < 1 or step_minutes % BLOCK or 60 % step_minutes:
            raise ConfigError(
                f"no farm of {houses} houses, {days} days and a step of {step_minutes} minutes can be made",
                next_step="Use at least one house and one day, and a step of 5, 10, 15, 20, 30 or 60 minutes.",
            )
        now = minute_of(until) // step_minutes * step_minutes
        given = {
            "version": _VERSION,
            "name": name,
            "timezone": timezone,
            "seed": seed,
            "houses": houses,
            "days": days,
            "step_minutes": step_minutes,
            "start": Day.of(now - days * 24 * 60, timezone).start,
            "until": now,
        }
        farm = cls(folder, given)
        farm.advance(moment_of(now))
        write(folder / "farm.json", json.dumps(given, indent=1).encode())
        return farm

    @classmethod
    def open(cls, folder: Path) -> SimulatedFarm:
        """The farm in this folder, as far as it has come.

        Raises
        ------
        ConfigError
            There is no farm, or one that this version cannot read.
        """
        try:
            given = json.loads((folder / "farm.json").read_text(encoding="utf-8"))
            states = [restored(kept) for kept in json.loads((folder / "state.json").read_text(encoding="utf-8"))]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigError(
                "there is no simulated farm that can be read", where=str(folder), next_step="Make one: make demo."
            ) from error
        return cls(folder, given, states)

    @property
    def until(self) -> datetime:
        """The newest step to which the farm has come."""
        return moment_of(self._engines[0].state.minute // self._step * self._step)

    def advance(self, until: datetime) -> None:
        """Bring the farm forward to the last step at or before ``until``; the past never changes."""
        faults = [*self._scheduled, *labels.read_faults(self._faults_file)]
        shown: list[Floats] = []
        minutes: list[int] = []
        for engine in self._engines:
            wrong = [fault for fault in faults if fault.house == engine.structure.number]
            minutes, rows = engine.forward(minute_of(until), wrong, every=self._step)
            if rows:
                shown.append(engine.rounded(np.array(rows, dtype=np.float64)))
        if shown:
            self._history.add(np.array(minutes), np.stack(shown, axis=-1))
        self._save(faults)

    def snapshot(self, at: datetime) -> list[HouseSnapshot]:
        """What all controllers show at the newest step at or before ``at``.

        Raises
        ------
        DataError
            The farm did not exist yet.
        """
        moment = minute_of(at)
        minutes, rows = self._history.between(moment - 24 * 60, moment)
        if not len(minutes):
            raise DataError(f"the simulated farm shows nothing at {at.isoformat()}", next_step="Advance it first.")
        time = moment_of(int(minutes[-1]))
        return [self._seen(engine, time, rows[:, :, at]) for at, engine in enumerate(self._engines)]

    def daily(self, house: int, at: datetime) -> pd.DataFrame:
        """The controller's table of the days of its flock, oldest first, the running day last.

        Columns growth_day; temp, rh and co2 with _min, _last and _max (°C, %, ppm); water (l), feed (kg),
        mortality, culls, weighings, heater_minutes and heater_minutes_1 … 8; birds, weight (g) and weight_cv (%)
        as last known. No rows while the house is empty.
        """
        from farmlab.simulator.daily import table

        _, rows = self._history.between(minute_of(at - LONGEST_FLOCK), minute_of(at), house=self._position(house))
        return table(rows)

    def alarms(self, house: int, at: datetime) -> tuple[AlarmRow, ...]:
        """The controller's alarms since the flock began, oldest first."""
        start, until = minute_of(at - LONGEST_FLOCK), minute_of(at)
        columns = [COLUMN["Growth_Day"], COLUMN["alarms"]]
        minutes, rows = self._history.between(start, until, columns=columns, house=self._position(house))
        began = np.flatnonzero(np.diff(rows[:, 0]) < 0)
        first = int(began[-1]) + 1 if len(began) else 0
        return alarms.episodes(minutes[first:], rows[first:, 1].astype(np.int64))

    def events(self, at: datetime) -> list[domain.Event]:
        """Repairs and medication of which somebody had told by ``at``, oldest first."""
        faults = [*self._scheduled, *labels.read_faults(self._faults_file)]
        told = list(records.repairs(self.seed, faults, at))
        for engine in self._engines:
            told += records.medication(self.seed, engine.structure, engine.anchor, self._start, at)
        return sorted(told, key=lambda event: (event.time, event.house, event.message))

    def write_archive(self, path: Path, until: datetime) -> None:
        """The farm's past up to ``until`` in one CSV, gzipped where the name ends in .gz (:mod:`.archive`)."""
        minutes, rows = self._history.between(self._start, minute_of(until))
        content = archive.text(self.seed, self.timezone, minutes, rows)
        write(path, archive.packed(content, compress=path.suffix == ".gz"))

    def inject(self, house: int, kind: str, at: datetime, severity: float = 1.0) -> str:
        """Break something from ``at`` on, or from the farm's newest step where that is later; the label's id."""
        engine = self._engines[self._position(house)]
        if not 0 < severity <= 1:
            raise ConfigError(f"a severity of {severity} is not possible", next_step="Use more than 0, at most 1.")
        injected = labels.read_faults(self._faults_file)
        fault = schedule.injected(
            engine.structure,
            kind,
            max(minute_of(at), engine.state.minute),
            severity=severity,
            number=len(injected) + 1,
            in_tunnel=engine.state.tunnel,
        )
        labels.write_faults(self._faults_file, [*injected, fault])
        return fault.id

    def tune(self, house: int, *, min_vent: float = 1.0) -> SimulatedFarm:
        """The farm with a setting of one controller changed from its newest step on, as its owner would.

        ``min_vent`` is what the minimum ventilation is multiplied with.
        """
        self._position(house)
        file = self.folder / "farm.json"
        given = json.loads(file.read_text(encoding="utf-8"))
        tuned = given.setdefault("tuned", {}).setdefault(str(house), {})
        tuned["min_vent"] = tuned.get("min_vent", 1.0) * min_vent
        write(file, json.dumps(given, indent=1).encode())
        return SimulatedFarm.open(self.folder)

    @property
    def _faults_file(self) -> Path:
        return self.folder / "faults.json"

    def _position(self, house: int) -> int:
        numbers = [record.number for record in self.houses]
        if house not in numbers:
            raise UnknownName.among("house", house, numbers)
        return house - 1

    def _seen(self, engine: Engine, time: datetime, rows: Floats) -> HouseSnapshot:
        """The snapshot of one house from its rows of the last day."""
        heard = np.flatnonzero(rows[:, COLUMN["connected"]] == 1)
        row = rows[heard[-1] if len(heard) else -1]
        built, plan = engine.structure, engine.plan(minute_of(time))
        growth_day = int(row[COLUMN["Growth_Day"]])
        mode = "EMPTY_HOUSE" if growth_day == EMPTY_DAY else "CATCHING" if plan.catching else "FULL_HOUSE"
        return HouseSnapshot(
            number=built.number,
            name=self.houses[built.number - 1].name,
            connected=bool(rows[-1, COLUMN["connected"]]),
            growth_day=growth_day,
            house_mode=mode,
            local_time=f"{time.astimezone(ZoneInfo(self.timezone)):%H:%M}",
            values={key: _number(row[COLUMN[key]]) for key in KEYS if built.has(key)},
            installed=built.installed,
            alarms=self.alarms(built.number, time),
            curve=curves.curve_points(built.set_curve, built.set_offset),
            birds_placed=plan.cycle.birds if plan.cycle and growth_day >= 0 else None,
        )

    def _save(self, faults: list[Fault]) -> None:
        states = [asdict(engine.state) for engine in self._engines]
        write(self.folder / "state.json", json.dumps(states).encode())
        labels.write_labels(self.folder / "labels.json", faults, self._engines[0].state.minute)


def _record(house: Structure) -> domain.House:
    points = curves.curve_points(house.set_curve, house.set_offset)
    return domain.House(
        number=house.number,
        name=f"House {house.number}",
        capacity=house.capacity,
        set_points=tuple((float(point.day), point.target) for point in points),
    )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
