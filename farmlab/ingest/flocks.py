"""Flocks from what controllers count: a growth day that falls back is a new flock.

A controller's growth day is a check on the records, not the truth: a record that somebody has made or
corrected is never overwritten.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from farmlab import clock
from farmlab.domain import Flock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    import pandas as pd

    from farmlab.domain import Farm
    from farmlab.store import Store

SLACK: Final = timedelta(days=1)
"""A controller's midnight is not the farm's."""
_SHORTEST: Final = timedelta(days=2)
"""A count that lasts no longer is somebody trying the controller out."""


def in_history(growth: pd.DataFrame, timezone: str) -> list[Flock]:
    """The flocks of a house, oldest first, from readings of its growth day (columns time, value).

    Their house is left 0. The last one has not ended if the readings end with it.
    """
    import numpy as np

    local = growth["time"].dt.tz_convert(timezone).dt.tz_localize(None).to_numpy().astype("datetime64[D]")
    counted = growth["value"].to_numpy(dtype=np.float64)
    told = counted >= 0
    days = local[told]
    placed = days - np.round(counted[told]).astype("timedelta64[D]")
    spans: list[tuple[date, date, date]] = []  # placed on, first day and last day on which it was counted
    for day, placed_on in sorted(set(zip(days.tolist(), placed.tolist(), strict=True))):
        if spans and abs(placed_on - spans[-1][0]) <= SLACK:
            spans[-1] = (spans[-1][0], spans[-1][1], day)
        else:
            spans.append((placed_on, day, day))
    newest: date = local.max().item() if len(local) else date.min
    return [
        Flock(house=0, placed_on=placed_on, ended_on=None if newest - last <= SLACK else last)
        for placed_on, first, last in spans
        if last - first >= _SHORTEST
    ]


def save_past(store: Store, farm: Farm, frame: pd.DataFrame) -> list[str]:
    """Record the flocks that a history of growth days tells of and that no record touches; sentences about them."""
    said = []
    for sensor in store.sensors(farm.name, metric="growth_day"):
        mine = (frame["house"] == sensor.house) & (frame["sensor"] == sensor.source_key)
        known = store.flocks(farm.name, house=sensor.house)
        for found in in_history(frame.loc[mine, ["time", "value"]].dropna(), farm.timezone):
            flock = replace(found, house=sensor.house)
            if not any(_touch(flock, other) for other in known):
                store.save_flock(farm.name, flock)
                said.append(f"House {sensor.house}: a flock placed on {flock.placed_on} was recorded{unknown(flock)}.")
    return said


def houses_that_began_anew(store: Store, farm: Farm, ages: Mapping[int, int], *, at: datetime) -> list[int]:
    """The houses whose controller counts a flock that no record tells of.

    ``ages`` are the growth days by house as the controllers say. Where the records hold a flock, the count
    must have fallen back since: a controller that merely counts otherwise changes nothing.
    """
    today = clock.local_date(at, farm.timezone)
    records = store.flocks(farm.name)
    anew = []
    for house, age in ages.items():
        placed_on = today - timedelta(days=age)
        mine = [flock for flock in records if flock.house == house]
        current = next((flock for flock in reversed(mine) if flock.holds(today)), None)
        recorded = any(abs(flock.placed_on - placed_on) <= SLACK for flock in mine)
        later = current is None or placed_on - current.placed_on > SLACK
        if age >= 0 and later and not recorded and (current is None or _fell_back(store, farm, current, age)):
            anew.append(house)
    return anew


def begin(store: Store, farm: Farm, flocks: Iterable[Flock], *, at: datetime) -> list[str]:
    """Record these flocks as begun and those before them as ended; the sentences that say so."""
    said = []
    for flock in flocks:
        before = store.flock_at(farm.name, flock.house, at)
        if before is not None:
            last_day = flock.placed_on - timedelta(days=1)
            store.save_flock(farm.name, replace(before, ended_on=last_day))
            said.append(f"House {flock.house}: the flock of {before.placed_on} is recorded as ended on {last_day}.")
        store.save_flock(farm.name, flock)
        said.append(f"House {flock.house}: a new flock, placed on {flock.placed_on}{unknown(flock)}.")
    return said


def unknown(flock: Flock) -> str:
    """What is not known of a flock, as the end of a sentence.

    >>> unknown(Flock(house=1, placed_on=date(2026, 7, 1), breed="ross308"))
    '; number of birds unknown: say it with farmlab flock edit'
    """
    missing = [name for name, value in (("breed", flock.breed), ("number of birds", flock.birds_placed)) if not value]
    return f"; {' and '.join(missing)} unknown: say it with farmlab flock edit" if missing else ""


def _fell_back(store: Store, farm: Farm, flock: Flock, age: int) -> bool:
    start = clock.midnight(flock.placed_on, farm.timezone)
    told = store.read(farm.name, house=flock.house, metric="growth_day", start=start)["value"]
    return bool(len(told) and told.max() > age + 1)


def _touch(one: Flock, other: Flock) -> bool:
    """Whether two flocks of a house overlap or begin on nearly the same day."""
    first, last = sorted((one, other), key=lambda flock: flock.placed_on)
    return last.placed_on - first.placed_on <= SLACK or first.ended_on is None or first.ended_on >= last.placed_on
