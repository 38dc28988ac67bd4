"""A simulated farm in a folder: made once, brought forward, looked at.

::

    farm = SimulatedFarm.create(folder, seed=7, until=now)   # or SimulatedFarm.open(folder)
    farm.advance(now)                                        # bring it forward (any chunks, same result)
    farm.snapshot(now)                                       # what all controllers show
    farm.inject(3, "fan_loss", now)                          # break something
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from farmlab import domain
from farmlab.errors import ConfigError, DataError, UnknownName
from farmlab.simulator import alarms, archive, curves, labels, records, schedule, structure
from farmlab.simulator.channels import COLUMN, KEYS, SENSORS
from farmlab.simulator.engine import Engine
from farmlab.simulator.flocks import EMPTY_DAY
from farmlab.simulator.history import History, write
from farmlab.simulator.snapshot import HouseSnapshot
from farmlab.simulator.state import State
from farmlab.simulator.timeline import BLOCK, Day, minute_of, moment_of

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from farmlab.simulator.arrays import Floats
    from farmlab.simulator.faults import Fault
    from farmlab.simulator.snapshot import AlarmRow

NAME: Final = "Hillside (simulated)"
TIMEZONE: Final = "Europe/Amsterdam"
FUTURE_DAYS: Final = 90
"""How far ahead of its creation a farm has faults in store."""
LONGEST_FLOCK: Final = timedelta(days=60)
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

    def __init__(self, folder: Path, given: dict[str, Any], state: State | None) -> None:
        self.folder = folder
        self.name: str = given["name"]
        self.timezone: str = given["timezone"]
        self.seed: int = given["seed"]
        self._step: int = given["step_minutes"]
        self._start: int = given["start"]
        anchor = Day.of(given["until"], self.timezone)
        self._engine = Engine(seed=self.seed, houses=given["houses"], anchor=anchor, now=state, start=self._start)
        self._history = History(folder / "days", zone=self.timezone, houses=given["houses"], every=self._step)
        farm = schedule.Farm(self.seed, self._engine.structure, anchor)
        horizon = given["until"] + FUTURE_DAYS * 24 * 60
        self._scheduled = schedule.scheduled(farm, self._start, given["until"], horizon)
        self.houses = tuple(self._record(at) for at in range(given["houses"]))

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
        if (folder / "farm.json").exists():
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
        farm = cls(folder, given, None)
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
            with np.load(folder / "state.npz") as arrays:
                state = State.of(arrays)
        except (OSError, ValueError, KeyError) as error:
            raise ConfigError(
                "there is no simulated farm that can be read", where=str(folder), next_step="Make one: make demo."
            ) from error
        return cls(folder, given, state)

    @property
    def until(self) -> datetime:
        """The newest step to which the farm has come."""
        return moment_of(self._engine.state.minute // self._step * self._step)

    def advance(self, until: datetime) -> None:
        """Bring the farm forward to the last step at or before ``until``; the past never changes."""
        injected = labels.read_faults(self._faults_file)
        self._engine.befall([*self._scheduled, *injected])
        times: list[int] = []
        rows: list[Floats] = []

        def keep(minute: int, row: Floats) -> None:
            times.append(minute)
            rows.append(row)

        self._engine.forward(minute_of(until), keep, every=self._step)
        if rows:
            self._history.add(np.array(times), self._engine.rounded(np.stack(rows)))
            self._save([*self._scheduled, *injected])

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
        return [self._seen(house, moment_of(int(minutes[-1])), rows[:, :, house - 1]) for house in self._numbers]

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
        told += records.medication(self._engine.plan, self._start, minute_of(at), at)
        return sorted(told, key=lambda event: (event.time, event.house, event.message))

    def write_archive(self, path: Path, until: datetime) -> None:
        """The farm's past up to ``until`` in one CSV, gzipped where the name ends in .gz (:mod:`.archive`)."""
        minutes, rows = self._history.between(self._start, minute_of(until))
        content = archive.text(self.seed, self.timezone, minutes, rows)
        write(path, archive.packed(content, compress=path.suffix == ".gz"))

    def inject(self, house: int, kind: str, at: datetime, severity: float = 1.0) -> str:
        """Break something from ``at`` on, or from the farm's newest step where that is later; the label's id."""
        self._position(house)
        if not 0 < severity <= 1:
            raise ConfigError(f"a severity of {severity} is not possible", next_step="Use more than 0, at most 1.")
        injected = labels.read_faults(self._faults_file)
        onset = max(minute_of(at), self._engine.state.minute)
        fault = schedule.injected(
            self._engine.structure, kind, house, onset, severity=severity, number=len(injected) + 1
        )
        labels.write_faults(self._faults_file, [*injected, fault])
        return fault.id

    @property
    def _faults_file(self) -> Path:
        return self.folder / "faults.json"

    @property
    def _numbers(self) -> range:
        return range(1, self._engine.structure.houses + 1)

    def _position(self, house: int) -> int:
        if house not in self._numbers:
            raise UnknownName.among("house", house, self._numbers)
        return house - 1

    def _record(self, at: int) -> domain.House:
        built = self._engine.structure
        points = curves.curve_points(int(built.set_curve[at]), float(built.set_offset[at]))
        return domain.House(
            number=at + 1,
            name=f"House {at + 1}",
            capacity=int(built.capacity[at]),
            set_points=tuple((float(point.day), point.target) for point in points),
        )

    def _seen(self, house: int, time: datetime, rows: Floats) -> HouseSnapshot:
        """The snapshot of one house from its rows of the last day."""
        heard = np.flatnonzero(rows[:, COLUMN["connected"]] == 1)
        row = rows[heard[-1]] if len(heard) else rows[-1]
        built, at = self._engine.structure, house - 1
        plan = self._engine.plan(minute_of(time)).houses[at]
        growth_day = int(row[COLUMN["Growth_Day"]])
        mode = "EMPTY_HOUSE" if growth_day == EMPTY_DAY else "CATCHING" if plan.catching else "FULL_HOUSE"
        there = plan.cycle is not None and growth_day >= 0
        return HouseSnapshot(
            number=house,
            name=self.houses[at].name,
            connected=bool(rows[-1, COLUMN["connected"]]),
            growth_day=growth_day,
            house_mode=mode,
            local_time=f"{time.astimezone(ZoneInfo(self.timezone)):%H:%M}",
            values={key: _number(row[COLUMN[key]]) for key in KEYS if self._fitted(key, at)},
            installed=structure.installed(built, at),
            alarms=self.alarms(house, time),
            curve=curves.curve_points(int(built.set_curve[at]), float(built.set_offset[at])),
            birds_placed=plan.cycle.birds if plan.cycle and there else None,
        )

    def _fitted(self, key: str, at: int) -> bool:
        return key not in SENSORS or bool(self._engine.structure.fitted[SENSORS.index(key), at])

    def _save(self, faults: list[Fault]) -> None:
        buffer = BytesIO()
        np.savez(buffer, **self._engine.state.arrays())
        write(self.folder / "state.npz", buffer.getvalue())
        labels.write_labels(self.folder / "labels.json", faults, self._engine.state.minute)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
