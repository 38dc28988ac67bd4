"""From a file to series that can be judged: what was asked, what was found, what was assumed, what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab import clock
from farmlab.errors import UnreadableTable
from farmlab.integrations import recognise

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from farmlab.integrations.recognise import Plain, Recognised
    from farmlab.integrations.recognise.plain import Series
    from farmlab.integrations.recognise.times import Order

_WESTERNMOST: Final = timedelta(hours=14)
"""A time without an offset may be that of a place so far ahead of UTC."""
_SAY: Final = {"--map COLUMN=time": "--time COLUMN"}
"""Options of ``farmlab import`` and how they are called here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The file and what a person says about it; what is empty is recognised."""

    path: Path
    time: str = ""
    values: tuple[str, ...] = ()
    group: str = ""
    timezone: str = ""
    dates: Order | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """The series of a file.

    Attributes
    ----------
    time
        The moment of each row of the file in UTC, see ``Series.rows``.
    future
        Rows that are not judged because their time has not come yet.
    zone
        The zone in which times are said.
    assumptions, warnings
        Sentences: what was taken to be so, and what is wrong with the file.
    """

    known: Recognised
    series: tuple[Series, ...]
    time: NDArray[np.datetime64]
    offset: NDArray[np.float64] = field(repr=False)
    wall: NDArray[np.datetime64] = field(repr=False)
    future: NDArray[np.bool_]
    zone: str
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    rejected: pd.DataFrame

    @property
    def start(self) -> datetime:
        """The first time."""
        return pd.Timestamp(np.nanmin(self.time)).to_pydatetime().replace(tzinfo=UTC)

    @property
    def until(self) -> datetime:
        """The last time."""
        return pd.Timestamp(np.nanmax(self.time)).to_pydatetime().replace(tzinfo=UTC)


def read(asked: Asked, *, now: datetime) -> Data:
    """The file, recognised and read.

    Raises
    ------
    UnreadableTable
        There is no table with times and numbers in it.
    UnknownName
        A column that was asked for is not there; the nearest one is named.
    """
    table = _open(asked)
    found = recognise.plain(table, values=asked.values, by_group=bool(asked.group))
    if not any(np.isfinite(series.values).any() for series in found.series):
        raise UnreadableTable("it holds no value", where=asked.path.name, next_step="Export it again, with values.")
    future = _future(found, now)
    return Data(
        known=table.recognised,
        series=found.series,
        time=found.time,
        wall=found.walls.time,
        offset=found.walls.offset,
        future=np.zeros_like(future) if _mostly(future, found) else future,
        zone=_zone(found, asked.timezone),
        assumptions=(*_places(found, table.recognised), *_kept(table.recognised.assumptions)),
        warnings=tuple(
            filter(None, (_repeats(found), _rejected(found), _no_numbers(found), _ahead(future, found, now)))
        ),
        rejected=found.rejected,
    )


def written(data: Data) -> NDArray[np.str_]:
    """The time of every row of the file as ISO 8601: on the clock and with the offset that it has there.

    Where offsets differ from row to row, and for counts since 1970, it is the time in UTC.
    """
    offsets = np.unique(data.offset[np.isfinite(data.offset) & ~np.isnat(data.time)])
    as_there = len(offsets) == 0 or (len(offsets) == 1 and bool(np.isfinite(data.offset[~np.isnat(data.time)]).all()))
    times = data.wall if as_there else data.time
    tail = "" if as_there and len(offsets) == 0 else _offset(offsets[0] if as_there else 0.0)
    whole = bool((times[~np.isnat(times)] == times[~np.isnat(times)].astype("datetime64[s]")).all())
    texts = np.datetime_as_string(times, unit="s" if whole else "us")
    width = texts.dtype.itemsize // 4
    letters = np.ascontiguousarray(texts).view("U1").reshape(len(texts), width)
    letters[:, 10] = " "
    return np.char.add(texts, tail) if tail else texts


def zone_in_words(data: Data) -> str:
    """Which clock the times are of."""
    if np.isfinite(data.offset).any():
        return f"as in the file, said in {data.zone}" if data.zone == "UTC" else f"as in the file ({_fixed(data)})"
    return f"{data.zone}" if data.zone != "UTC" else "the file's own, taken as UTC"


def _open(asked: Asked) -> recognise.Table:
    columns = {name: role for name, role in ((asked.time, "time"), (asked.group, "group")) if name}
    hints = recognise.Hints(timezone=asked.timezone, columns=columns, dates=asked.dates, as_written=True)
    try:
        return recognise.open_table(asked.path, hints)
    except UnreadableTable as error:
        if "no column holds a quantity" in error.what:
            what, step = error.what.replace("a quantity that is known", "numbers"), "Name one: --value COLUMN."
            raise UnreadableTable(what, where=error.where, next_step=step) from None
        step = error.next_step
        for theirs, ours in _SAY.items():
            step = step.replace(theirs, ours)
        raise UnreadableTable(error.what, where=error.where, next_step=step) from None


def _future(found: Plain, now: datetime) -> NDArray[np.bool_]:
    latest = np.where(np.isfinite(found.walls.offset), 0, _WESTERNMOST.total_seconds()).astype("timedelta64[s]")
    limit = np.datetime64(clock.to_utc(now).replace(tzinfo=None), "us") + latest
    return np.asarray(~np.isnat(found.time) & (found.time > limit))


def _zone(found: Plain, said: str) -> str:
    """The zone for words: what was said, else the one offset of the file, else UTC."""
    offsets = np.unique(found.walls.offset[~np.isnat(found.time)])
    if (
        said
        or len(offsets) != 1
        or not np.isfinite(offsets[0])
        or offsets[0] % 3600
        or not -43200 <= offsets[0] <= 50400
    ):
        return said or "UTC"
    return f"Etc/GMT{-int(offsets[0]) // 3600:+d}" if offsets[0] else "UTC"


def _fixed(data: Data) -> str:
    return _offset(float(data.offset[np.isfinite(data.offset)][0]))


def _offset(seconds: float) -> str:
    minutes = abs(int(seconds)) // 60
    return f"{'-' if seconds < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"


def _places(found: Plain, known: Recognised) -> list[str]:
    places = list(dict.fromkeys(series.place for series in found.series))
    count = len(found.series)
    if len(places) > 1:
        shown = ", ".join(places[:8]) + (" …" if len(places) > 8 else "")
        return [f"{len(places)} places, each with neighbours of its own: {shown}."]
    if count > 1:
        columns = "columns" if known.layout == "wide" else "sensors"
        return [f"The {count} {columns} are taken as neighbours in one place; if not, part them with --group COLUMN."]
    return []


def _kept(assumptions: tuple[str, ...]) -> list[str]:
    """What was recognised, but for repeated times, which are warned of."""
    return [sentence for sentence in assumptions if not sentence.startswith("Times that repeat")]


def _repeats(found: Plain) -> str:
    """Rows that repeat a time of their series, and rows that are out of order."""
    again = [series.rows[1:][np.diff(found.time[series.rows]) == np.timedelta64(0)] for series in found.series]
    count = len(np.unique(np.concatenate(again)))
    rows = "row repeats" if count == 1 else "rows repeat"
    said = f"{count:,} {rows} a time: the first of each is judged." if count else ""
    turned = "The rows are not in order of time: they were sorted." if _unsorted(found) else ""
    return " ".join(filter(None, (said, turned)))


def _unsorted(found: Plain) -> bool:
    """Whether times go back somewhere in a series; a file that begins with the newest is in order, too."""
    for series in found.series:
        steps = np.diff(series.rows)
        if len(steps) and (steps < 0).any() and (steps > 0).any():
            return True
    return False


def _rejected(found: Plain) -> str:
    if found.rejected.empty:
        return ""
    first, count = found.rejected.iloc[0], len(found.rejected)
    rows = "row was" if count == 1 else "rows were"
    return f"{count:,} {rows} left out, see rejected.csv; the first is line {first['line']}: {first['reason']}."


def _no_numbers(found: Plain) -> str:
    count = found.no_numbers
    cells = "cell holds" if count == 1 else "cells hold"
    return f"{count:,} {cells} infinity or no number: taken as missing." if count else ""


def _ahead(future: NDArray[np.bool_], found: Plain, now: datetime) -> str:
    count = int(future.sum())
    if not count:
        return ""
    latest = pd.Timestamp(found.time[future].max())
    rows = "row lies" if count == 1 else "rows lie"
    judged = "they are judged all the same" if _mostly(future, found) else "not judged"
    return (
        f"{count:,} {rows} in the future (up to {latest:%Y-%m-%d %H:%M} UTC; it is {now:%Y-%m-%d}): {judged}; "
        "check the clock, or the order of day and month (--dates)."
    )


def _mostly(future: NDArray[np.bool_], found: Plain) -> bool:
    return 2 * int(future.sum()) > int((~np.isnat(found.time)).sum())
