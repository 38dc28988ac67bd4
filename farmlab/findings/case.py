"""One house, looked at over one window: what every search for findings works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from farmlab import clock
from farmlab.domain import Category, Finding, HouseKind, Hypothesis, Severity
from farmlab.features import climate, equipment, series
from farmlab.features import flock as birds
from farmlab.findings.detection import Detection, detect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from farmlab.domain import Event, Flock, House, Sensor
    from farmlab.findings.similar import Episode

T = TypeVar("T")
ONGOING = pd.Timedelta(minutes=30)
"""What was still so at most this long before the newest reading is taken to go on."""


@dataclass(frozen=True)
class Case:
    """A house, its readings (the window (start, until] with context before it), and who lives there."""

    house: House
    wide: pd.DataFrame
    sensors: Sequence[Sensor]
    flocks: Sequence[Flock]
    start: datetime
    until: datetime
    timezone: str
    calibration: Mapping[str, Any] = field(default_factory=dict)
    events: Sequence[Event] = ()
    past: Sequence[Episode] = ()
    """Labelled episodes of the farm, for comparison"""

    @cached_property
    def index(self) -> pd.DatetimeIndex:
        """The times of the readings."""
        return pd.DatetimeIndex(self.wide.index)

    @cached_property
    def inside(self) -> pd.Series:
        """Which readings lie in the window."""
        return pd.Series(self.index > pd.Timestamp(self.start), index=self.index)

    @cached_property
    def step(self) -> pd.Timedelta:
        """The usual time between two readings."""
        return series.step_of(self.index) if len(self.index) > 1 else pd.Timedelta(minutes=5)

    @cached_property
    def mine(self) -> tuple[Flock, ...]:
        """The flocks of this house, past ones included."""
        return tuple(flock for flock in self.flocks if flock.house == self.house.number)

    @cached_property
    def flock(self) -> Flock | None:
        """The flock at the end of the window."""
        today = clock.local_date(self.until, self.timezone)
        return next((flock for flock in reversed(self.mine) if flock.holds(today)), None)

    @cached_property
    def ages(self) -> pd.Series:
        """Age in days at each reading, missing while no flock is there."""
        return birds.age_days(self.index, self.mine, timezone=self.timezone)

    @property
    def empty(self) -> bool:
        """Whether it is known that nobody lives there at the end of the window."""
        return self.house.kind is not HouseKind.ROOM and bool(self.mine) and self.flock is None

    @property
    def populated(self) -> bool:
        """Whether it is known that birds live there at the end of the window."""
        return self.flock is not None

    def column(self, name: str) -> pd.Series:
        """A column, or missing throughout when the house does not have it."""
        return self.wide[name] if name in self.wide.columns else pd.Series(np.nan, index=self.index, name=name)

    def has(self, *names: str) -> bool:
        """Whether all these columns have values in the window."""
        return all(name in self.wide.columns and self.wide.loc[self.inside, name].notna().any() for name in names)

    def sensors_of(self, metric: str) -> list[Sensor]:
        """The sensors of a metric inside the house (outside ones not)."""
        return [sensor for sensor in self.sensors if sensor.metric == metric and sensor.position != "outside"]

    def label(self, column: str) -> str:
        """What people call the sensor of a column."""
        return next((sensor.label for sensor in self.sensors if sensor.column == column), column)

    @cached_property
    def temperature(self) -> pd.Series:
        """The temperature of the house: the median of its sensors."""
        placed = [sensor.column for sensor in self.sensors_of("temp") if sensor.position]
        return equipment.house_temperature(self.wide, placed)

    @cached_property
    def set_point(self) -> pd.Series:
        """What the temperature should be: said by the controller, else by the curve at that age."""
        said = self.column("temp_set_c")
        curve = birds.set_points(self.house, self.flock)
        if said.notna().any() or not curve:
            return said
        return climate.set_point(self.ages, curve)

    @cached_property
    def birds_alive(self) -> pd.Series | None:
        """How many birds there are, as counted by the controller, else as placed; None when unknown."""
        counted = self.column("birds_n").where(lambda count: count > 0).ffill()
        if counted.notna().any():
            return counted
        placed = self.flock.birds_placed if self.flock else None
        return pd.Series(float(placed), index=self.index) if placed else None

    @property
    def breed(self) -> str:
        """The breed of the flock, "" when unknown or empty."""
        return self.flock.breed if self.flock else ""

    @cached_property
    def detection(self) -> Detection | None:
        """What the calibrated detector says; None without a calibration."""
        return detect(self)

    @cached_property
    def _kept(self) -> dict[str, Any]:
        return {}

    def once(self, name: str, work: Callable[[], T]) -> T:
        """What ``work`` gives, worked out only once for this case under this name."""
        if name not in self._kept:
            self._kept[name] = work()
        kept: T = self._kept[name]
        return kept

    def spoken(self, moment: datetime | pd.Timestamp) -> str:
        """The moment on the farm's clock, with its day: findings are kept, and "yesterday" would grow old.

        "20 Nov 14:05".
        """
        return dated(moment, self.timezone)

    def stretch(
        self, state: pd.Series, *, confirm: int = 0, goes_on: pd.Series | None = None
    ) -> tuple[pd.Timestamp, pd.Timestamp | None] | None:
        """The last stretch in the window, with birds there, in which a state held: (since, until or None: goes on).

        With ``confirm`` it must have held for so many minutes; it is then told from its beginning on. With
        ``goes_on``, which is easier to hold, it ends only when that ends, so that nothing flickers at its limit.
        """
        held = state.fillna(False).astype(bool) if goes_on is None else equipment.latched(state, goes_on)
        held = held & self.ages.notna()  # an empty house may be as cold and as still as it likes
        confirmed = equipment.lasting(held, confirm) if confirm else held
        hits = self.index[(confirmed & self.inside).to_numpy()]
        if not len(hits):
            return None
        before = self.index[(~held & (self.index <= hits[-1])).to_numpy()]
        since = self.index[self.index > before[-1]][0] if len(before) else self.index[0]
        after = self.index[(~held & (self.index > hits[-1])).to_numpy()]
        last = self.index[self.index < after[0]][-1] if len(after) else self.index[-1]
        return since, None if self.index[-1] - last <= ONGOING else last

    def finding(
        self,
        category: Category,
        kind: str,
        subject: str,
        title: str,
        since: datetime | pd.Timestamp,
        *,
        end: datetime | pd.Timestamp | None = None,
        score: float = 0.75,
        severity: Severity = Severity.WARNING,
        why: Sequence[Hypothesis] = (),
        check: Sequence[str] = (),
        **data: Any,
    ) -> Finding:
        """A finding about this house."""
        return Finding(
            category=category,
            kind=kind,
            house=self.house.number,
            subject=subject,
            title=title,
            start=pd.Timestamp(since).to_pydatetime(),
            end=None if end is None else pd.Timestamp(end).to_pydatetime(),
            detected_at=self.until,
            score=round(float(np.clip(score, 0.5, 1.0)), 3),
            severity=severity,
            why=tuple(sorted(why, key=lambda hypothesis: -hypothesis.confidence)),
            check=tuple(check),
            data=data,
        )


def dated(moment: datetime | pd.Timestamp, timezone: str) -> str:
    """The moment on the farm's clock, with its day.

    >>> dated(pd.Timestamp("2026-11-20T13:05Z"), "Europe/Berlin")
    '20 Nov 14:05'
    """
    local = pd.Timestamp(moment).tz_convert(clock.zone(timezone))
    return f"{local.day} {local:%b %H:%M}"


def beyond(value: float, limit: float) -> float:
    """How far a value is beyond its limit, as a score: 0.5 at the limit, 0.75 at twice of it.

    >>> beyond(4.0, 2.0), beyond(2.0, 2.0)
    (0.75, 0.5)
    """
    return float(1 - 0.5 * min(1.0, abs(limit) / max(abs(value), 1e-9)))


def capital(words: str) -> str:
    """The words with a capital first letter, the rest as it is.

    >>> capital("CO₂"), capital("side fans")
    ('CO₂', 'Side fans')
    """
    return words[:1].upper() + words[1:]


def cause(what: str, confidence: float, evidence: str = "") -> Hypothesis:
    """A possible cause, how sure (0–1), and what speaks for it."""
    return Hypothesis(cause=what, confidence=confidence, evidence=evidence)
