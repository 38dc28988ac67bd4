"""One house as it is in the store at one moment: what the tiles and the house page are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import pandas as pd

from farmlab.dashboard import source, state, words
from farmlab.dashboard.source import DAY
from farmlab.dashboard.state import State
from farmlab.domain import FindingStatus, HouseKind

if TYPE_CHECKING:
    from farmlab.domain import Farm, Finding, Flock, House
    from farmlab.store import Store

BEFORE: Final = timedelta(hours=1)
"""Read before the window, so that its first values have something to be compared with."""
LIVING: Final = (FindingStatus.OPEN, FindingStatus.ACKNOWLEDGED)
"""A finding counts as long as it is open, or somebody is at it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A house, its flock, its newest reading and findings, and the readings of a good day up to ``end``."""

    farm: Farm
    house: House
    flock: Flock | None
    newest: datetime | None
    findings: tuple[Finding, ...]
    frame: pd.DataFrame
    end: datetime
    at: datetime

    @property
    def start(self) -> datetime:
        """Where the window begins."""
        return self.end - DAY

    @property
    def fresh(self) -> state.Fresh:
        """How old its newest reading is."""
        return state.freshness(self.newest, self.at, self.farm)

    @property
    def state(self) -> State:
        """How it stands: by its worst finding, or late, or empty."""
        level = max(state.worst(self.findings), State.WARNING if self.fresh.late else State.OK)
        empty = self.flock is None and self.house.kind is not HouseKind.ROOM
        return State.NONE if level is State.OK and empty else level

    @property
    def age(self) -> int | None:
        """Age of the flock in days."""
        return self.flock.age_days(self.end, self.farm.timezone) if self.flock else None

    @property
    def birds(self) -> float | None:
        """Birds alive, or those that were placed."""
        return self.last("birds_n") or (self.flock.birds_placed if self.flock else None)

    @property
    def stock(self) -> str:
        """Age, birds and capacity in a few words."""
        if self.house.kind is HouseKind.ROOM:
            return "room"
        room = words.number(self.house.capacity) if self.house.capacity else ""
        if self.flock is None:
            return f"empty, room for {room}" if room else "empty"
        birds = f"{words.number(self.birds)}{f' of {room}' if room else ''}"
        return f"{self.age} d · {birds} birds"

    def last(self, column: str) -> float | None:
        """The newest value of a column; None without any."""
        return self.before(column, self.end)

    def before(self, column: str, moment: datetime) -> float | None:
        """The newest value of a column up to a moment; None without any."""
        if column not in self.frame:
            return None
        known: pd.Series[float] = self.frame[column].loc[:moment].dropna()
        return float(known.iloc[-1]) if len(known) else None

    def series(self, column: str) -> pd.Series[float]:
        """The known values of a column in the window; empty without any."""
        if column not in self.frame:
            return pd.Series(dtype=float, index=self.frame.index[:0])
        return self.frame[column].loc[self.start :].dropna()

    def temperature(self) -> pd.Series[float]:
        """The temperature in the window: of the average sensor, or the mean of those that there are."""
        if "temp_c" in self.frame:
            return self.series("temp_c")
        return self.frame[self.inside()].mean(axis="columns").loc[self.start :].dropna()

    def inside(self) -> list[str]:
        """The columns of its single temperature sensors."""
        return [str(name) for name in self.frame if str(name).startswith("temp_c_") and name != "temp_c_outside"]


def see(
    store: Store,
    farm: Farm,
    house: House,
    *,
    at: datetime,
    metric: list[str] | None = None,
) -> Seen:
    """The house at this moment; for a farm without a live source, at its newest reading."""
    newest = store.newest(farm.name, house=house.number).get(house.number)
    end = source.end(farm, newest, at)
    first = end - DAY - BEFORE
    return Seen(
        farm=farm,
        house=house,
        flock=store.flock_at(farm.name, house.number, end),
        newest=newest,
        findings=tuple(sorted(store.findings(farm.name, house=house.number, status=LIVING), key=urgency)),
        frame=store.wide(farm.name, house.number, metric=metric, start=first, until=end),
        end=end,
        at=at,
    )


def urgency(finding: Finding) -> tuple[int, bool, float]:
    """A key that sorts findings: worst first, what nobody has seen before what is known, newest first."""
    level = state.BY_SEVERITY[finding.severity]
    return -level, finding.status is not FindingStatus.OPEN, -finding.start.timestamp()
