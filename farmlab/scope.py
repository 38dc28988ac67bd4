"""What a notebook or a dashboard looks at: one farm, some houses, one window, as it was known at its end.

>>> import farmlab.scope                                        # doctest: +SKIP
>>> lab = farmlab.scope.open("Hillside", house=3, hours=24)     # doctest: +SKIP
>>> lab.wide(3)["temp_c"].plot()                                # doctest: +SKIP
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from farmlab import clock, config, quality, results
from farmlab.errors import DataError, InsufficientData
from farmlab.store import Store

if TYPE_CHECKING:
    import pandas as pd

    from farmlab.domain import Event, Farm, Finding, Flock, House, Sensor, Verdict

SILENCE_HOURS = 24
"""So far before the window it is looked when the newest reading came."""

SAMPLE = ("sample", "sample room")
"""Farms that are always there: they come with the workspace, and no store has to be set up for them."""


def open(farm: str, *, house: int = 0, until: str | datetime = "", hours: float = 24) -> Scope:  # noqa: A001
    """The scope of a farm (house 0 = all its houses), ``hours`` long, ending at ``until`` (empty: newest reading).

    With ``until`` only what was known then is seen, so that an analysis of the past can be repeated.

    Raises
    ------
    UnknownName
        No such farm or house.
    InsufficientData
        There are no readings yet, so that no end can be found.
    DataError
        The window would have no length.
    """
    if not hours > 0:
        raise DataError(f"a window of {hours:g} hours holds nothing", next_step="Give hours above 0.")
    store = _store(farm)
    record = store.farm(farm)
    houses = tuple(store.houses(farm) if house == 0 else [store.house(farm, house)])
    end = _end(store, record, house, until)
    return Scope(store, record, houses, end - timedelta(hours=hours), end, known_at=end if until else None)


def _store(farm: str) -> Store:
    if farm in SAMPLE:
        from farmlab import sample

        return sample.open_store()
    return Store.open(config.load(), read_only=True)


def _end(store: Store, farm: Farm, house: int, until: str | datetime) -> datetime:
    if isinstance(until, datetime):
        return clock.to_utc(until)
    if until:
        return clock.parse_time(until, farm.timezone)
    newest = store.newest(farm.name, house=house)
    if not newest:
        raise InsufficientData(
            f"{farm.name} has no readings yet", next_step=f"Run: farmlab sync {farm.name!r}, or farmlab import FILE."
        )
    return max(newest.values())


@dataclass(frozen=True)
class Scope:
    """One farm, some of its houses, and the window (start, until], as it was known at ``known_at`` (None: today)."""

    store: Store
    farm: Farm
    houses: tuple[House, ...]
    start: datetime
    until: datetime
    known_at: datetime | None = None

    def __enter__(self) -> Scope:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the houses."""
        return tuple(house.number for house in self.houses)

    @property
    def step(self) -> timedelta:
        """The time between two readings, as far as it is known from the polling interval."""
        return timedelta(minutes=self.farm.poll_minutes)

    @cached_property
    def _sensors(self) -> dict[int, list[Sensor]]:
        sensors: dict[int, list[Sensor]] = {number: [] for number in self.numbers}
        for sensor in self.store.sensors(self.farm.name):
            sensors.setdefault(sensor.house, []).append(sensor)
        return sensors

    def sensors(self, house: int) -> list[Sensor]:
        """The sensors of a house."""
        return self._sensors.get(house, [])

    def wide(self, house: int, *, history_hours: float = 0, metric: str | list[str] | None = None) -> pd.DataFrame:
        """Readings of a house, one column a sensor (``temp_c_1``), in UTC; with ``history_hours`` before the window."""
        start = self.start - timedelta(hours=history_hours)
        return self.store.wide(
            self.farm.name, house, metric=metric, start=start, until=self.until, known_at=self.known_at
        )

    def wides(self, *, history_hours: float = 0) -> dict[int, pd.DataFrame]:
        """The readings of every house, by number."""
        return {number: self.wide(number, history_hours=history_hours) for number in self.numbers}

    def tidy(self, house: int = 0, *, metric: str | None = None) -> pd.DataFrame:
        """Readings of the window as export rows."""
        return self.store.read(
            self.farm.name, house=house, metric=metric, start=self.start, until=self.until, known_at=self.known_at
        )

    def flock(self, house: int) -> Flock | None:
        """The flock that is in the house at the end of the window; None when it stands empty."""
        return self.store.flock_at(self.farm.name, house, self.until)

    @cached_property
    def all_flocks(self) -> list[Flock]:
        """Every flock of the farm, past ones included."""
        return self.store.flocks(self.farm.name)

    @cached_property
    def flocks(self) -> dict[int, Flock | None]:
        """The flock of every house, by number."""
        return {number: self.flock(number) for number in self.numbers}

    def age_days(self, house: int) -> int | None:
        """Age of the flock at the end of the window; None in an empty house."""
        flock = self.flocks.get(house)
        return flock.age_days(self.until, self.farm.timezone) if flock else None

    def events(self) -> list[Event]:
        """Events of the window, as far as they were known at its end."""
        house = self.numbers[0] if len(self.numbers) == 1 else 0
        return self.store.events(
            self.farm.name, house=house, start=self.start, until=self.until, known_at=self.known_at
        )

    def findings(self) -> list[Finding]:
        """Findings that are not resolved, newest first."""
        house = self.numbers[0] if len(self.numbers) == 1 else 0
        return self.store.findings(self.farm.name, house=house, status=("open", "acknowledged", "known"))

    def local(self, moment: datetime) -> datetime:
        """The moment on the farm's clock."""
        return moment.astimezone(clock.zone(self.farm.timezone))

    def over_time(self, notebook: str) -> pd.DataFrame:
        """What the runs of an analysis recorded in the window: one row a slot, one column a value.

        The index holds the slots on the farm's clock, in order; ``status`` says how each run ended, ``summary``
        what it said. ``farmlab run NOTEBOOK --from A --to B`` fills in the past. A scope of one house reads the
        runs for that house.
        """
        house = self.numbers[0] if len(self.numbers) == 1 else 0
        runs = self.store.runs(
            farm=self.farm.name, notebook=notebook, house=house, since=self.start, until=self.until, limit=None
        )
        return results.over_time(runs, timezone=self.farm.timezone)

    def verdict(self) -> Verdict:
        """How far the data of this scope can be trusted, the worst first."""
        return quality.combine({house.label: self.verdict_of(house) for house in self.houses})

    def verdict_of(self, house: House) -> Verdict:
        """How far the data of one house can be trusted."""
        return self._verdicts[house.number]

    @cached_property
    def _verdicts(self) -> dict[int, Verdict]:
        return {house.number: self._judge(house) for house in self.houses}

    def _judge(self, house: House) -> Verdict:
        return quality.judge(
            self.wide(house.number, history_hours=SILENCE_HOURS),
            self.sensors(house.number),
            house=house,
            start=self.start,
            until=self.until,
            step=self.step,
            timezone=self.farm.timezone,
            flocks=self.all_flocks,
            simulated=self.farm.simulated,
        )
