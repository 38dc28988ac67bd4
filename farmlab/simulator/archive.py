"""A farm's past as an owner would hand it over: one wide CSV, with the holes that real ones have.

Rows ``time, house, source key …`` in local time with offset. An empty cell is a missing value. While the
line to a house was dead it has no rows; besides, some rows and cells got lost, some rows came twice, some
out of order.
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np

from farmlab.simulator.channels import COLUMN, KEYS
from farmlab.simulator.rng import generator
from farmlab.simulator.timeline import Day, moment_of

if TYPE_CHECKING:
    from farmlab.simulator.arrays import Bools, Floats, Ints

LOST_ROWS: Final = 0.005
LOST_CELLS: Final = 0.002
TWICE: Final = 0.001
LATE: Final = 0.001
_FAST: Final = 1
"""gzip level"""


def text(seed: int, zone: str, minutes: Ints, rows: Floats) -> str:
    """The file for rows (step, column, house); the same past looks the same in every later file."""
    lines = [",".join(("time", "house", *KEYS))]
    days = np.array([Day.of(int(minute), zone).start for minute in minutes])
    for start in np.unique(days):
        today = days == start
        lines += _day(generator(seed, "archive", int(start)), zone, minutes[today], rows[today])
    return "\n".join(lines) + "\n"


def packed(content: str, *, compress: bool) -> bytes:
    """The file's bytes."""
    return gzip.compress(content.encode(), _FAST, mtime=0) if compress else content.encode()


def _day(rng: np.random.Generator, zone: str, minutes: Ints, rows: Floats) -> list[str]:
    steps, _, houses = rows.shape
    chance = rng.random((Day.of(int(minutes[0]), zone).blocks, houses, 3))[:steps]
    lost = rng.random((chance.shape[0], len(KEYS), houses)) < LOST_CELLS
    kept = (chance[:, :, 0] >= LOST_ROWS) & (rows[:, COLUMN["connected"]] == 1)
    told = _lines(zone, minutes, np.where(lost, np.nan, rows[:, : len(KEYS)]))
    return _order(told, kept, chance)


def _order(told: list[str], kept: Bools, chance: Floats) -> list[str]:
    """The kept rows, a few of them twice, a few of them later than they should be."""
    order = np.arange(kept.size) + np.where(chance[:, :, 1].ravel() < LATE, 3.5 * kept.shape[1], 0.0)
    twice = chance[:, :, 2].ravel() < TWICE
    chosen = np.concatenate([np.flatnonzero(kept.ravel()), np.flatnonzero(kept.ravel() & twice)])
    places = np.concatenate([order[kept.ravel()], order[kept.ravel() & twice] + 0.5])
    return [told[at] for at in chosen[np.argsort(places, kind="stable")]]


def _lines(zone: str, minutes: Ints, values: Floats) -> list[str]:
    """One line per step and house, by the hundred thousand: each distinct value is written once."""
    steps, keys, houses = values.shape
    local = ZoneInfo(zone)
    times = np.repeat([moment_of(int(minute)).astimezone(local).isoformat() for minute in minutes], houses)
    numbers = np.tile([str(number + 1) for number in range(houses)], steps)
    columns = [_written(values[:, key].ravel()) for key in range(keys)]
    return list(map(",".join, zip(times.tolist(), numbers.tolist(), *columns, strict=True)))


def _written(values: Floats) -> list[str]:
    distinct, where = np.unique(values, return_inverse=True)
    words = ["" if np.isnan(value) else f"{value:.10g}" for value in distinct.tolist()]
    return [words[at] for at in where.tolist()]
