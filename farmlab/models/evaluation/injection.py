"""Faults put into real readings, with the sensor's own grain: a test of the code, and of nothing more.

What is added is a multiple of the sensor's resolution; a smooth ramp on values that repeat would give itself away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.errors import InsufficientData
from farmlab.features import series
from farmlab.models import rule_statistics
from farmlab.models.evaluation.events import Event

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]
    Random = np.random.Generator

KINDS: Final = {
    # kind: shortest and longest time in hours
    "spike": (0.0, 0.0),
    "stuck": (16.0, 30.0),
    "drift": (48.0, 72.0),
    "offset": (12.0, 30.0),
    "noise": (6.0, 20.0),
    "dropout": (1.0, 4.0),
}
SIZES: Final = {"spike": (4.0, 8.0), "drift": (2.0, 4.0), "offset": (2.5, 4.0), "noise": (0.5, 1.0)}
"""In standard deviations within a day."""
TRIES: Final = 100
APART: Final = pd.Timedelta(hours=8)


def inject(
    X: pd.DataFrame, *, start: pd.Timestamp, each: int = 3, seed: int = 0
) -> tuple[pd.DataFrame, dict[str, tuple[Event, ...]]]:
    """A copy of the readings with ``each`` different faults in every column from ``start`` on, and what they are.

    Parameters
    ----------
    X
        Readings in order of time, without faults of their own.
    start
        Nothing is changed before.
    each
        Faults per column.
    seed
        Decides about everything.

    Raises
    ------
    InsufficientData
        The time from ``start`` on is too short for so many.
    """
    random, out, events = np.random.default_rng(seed), X.astype(float), {}
    for column in X:
        values, known = out[column].to_numpy(copy=True), []
        for kind, first, rows in _placed(pd.DatetimeIndex(X.index), start, each, random):
            values[first : first + rows] = _changed(kind, values[: first + rows], rows, _day_sd(X[column]), random)
            known.append(Event(kind, X.index[first], X.index[first + rows - 1]))
        out[column], events[str(column)] = values, tuple(known)
    return out, events


def _placed(times: pd.DatetimeIndex, start: pd.Timestamp, each: int, random: Random) -> list[tuple[str, int, int]]:
    """Kind, first row and number of rows of each fault, in order, some hours apart, none over a gap in the readings."""
    step = series.step_of(times)
    begin, apart = int(times.searchsorted(start)), round(APART / step)
    for _ in range(TRIES):
        kinds = [str(kind) for kind in random.choice(list(KINDS), each, replace=False)]
        rows = [_rows(kind, step, random) for kind in kinds]
        room = len(times) - begin - sum(rows) - apart * (each + 1)
        if room < 0:
            continue
        gaps = np.diff(np.sort(random.integers(0, room + 1, each)), prepend=0) + apart
        firsts = begin + np.cumsum(gaps) + np.cumsum([0, *rows[:-1]])
        if all(times[at + count - 1] - times[at] < 1.1 * count * step for at, count in zip(firsts, rows, strict=True)):
            return [(kind, int(at), count) for kind, at, count in zip(kinds, firsts, rows, strict=True)]
    raise InsufficientData(
        f"{each} faults a column do not fit after {start:%Y-%m-%d}", next_step="Give a longer table, or fewer."
    )


def _rows(kind: str, step: pd.Timedelta, random: Random) -> int:
    if kind == "spike":
        return int(random.integers(1, 4))
    return max(2, round(pd.Timedelta(hours=random.uniform(*KINDS[kind])) / step))


def _changed(kind: str, values: Values, rows: int, day_sd: float, random: Random) -> Values:
    """The last ``rows`` values with the fault in them."""
    own = values[-rows:]
    if kind == "stuck":
        return np.full(rows, own[0])
    if kind == "dropout":
        return np.full(rows, np.nan if random.random() < 0.5 else 0.0)
    grain = max(rule_statistics.resolution(values[:, None])[0], 1e-9)
    size = day_sd * random.uniform(*SIZES[kind]) * random.choice([-1, 1])
    if kind == "drift":
        added = size * np.arange(1, rows + 1) / rows
    elif kind == "noise":
        added = random.normal(0, abs(size), rows)
    else:
        added = np.full(rows, size)
    return np.asarray(own + np.round(added / grain) * grain)


def _day_sd(values: pd.Series) -> float:
    """The median of the standard deviations within a day."""
    return float(values.groupby(pd.DatetimeIndex(values.index).floor("D")).std().median())
