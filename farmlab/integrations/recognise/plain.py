"""The values of a table as they stand there, every row once: for those who look at a table and keep nothing of it.

Unlike :func:`~farmlab.integrations.recognise.reading.read_table`, nothing is converted, joined or left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.errors import UnknownName, UnreadableTable
from farmlab.integrations.recognise import moments
from farmlab.integrations.recognise.layout import groups_of, wall_times
from farmlab.integrations.recognise.numerals import read_numbers
from farmlab.integrations.recognise.series import rows_by_key
from farmlab.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from farmlab.integrations.recognise.numerals import Numbers
    from farmlab.integrations.recognise.result import Column
    from farmlab.integrations.recognise.table import Table
    from farmlab.integrations.recognise.times import Walls

REJECTED: Final = ("line", "reason", "row")


@dataclass(frozen=True, slots=True)
class Series:
    """One series: its name, the place that it belongs to, the rows of the table, and their values (NaN = missing)."""

    name: str
    place: str
    rows: NDArray[np.int64]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Plain:
    """A table of series.

    Attributes
    ----------
    series
        All of them; together their rows are those of the table, but for the rejected ones.
    time
        The moment of each row of the table, in UTC; NaT where none could be read.
    walls
        The same as written there.
    rejected
        Rows that could not be read: line of the file, reason, and the row.
    no_numbers
        How many cells of the series hold something that is no number, or infinity.
    """

    series: tuple[Series, ...]
    time: NDArray[np.datetime64]
    walls: Walls
    rejected: pd.DataFrame
    no_numbers: int


def plain(table: Table, *, values: Sequence[str] = (), by_group: bool = False) -> Plain:
    """Every value of a table, by series.

    Parameters
    ----------
    table
        Opened with ``Hints(as_written=True)``.
    values
        The columns, or the keys of a long table, that are wanted; all of them where none is named.
    by_group
        Whether the column that tells rows of one time apart parts places; else it parts the series of one place.

    Raises
    ------
    UnknownName, UnreadableTable
        A wanted column is not there, or holds no numbers.
    """
    return _Plain(table, by_group).read(values)


class _Plain:
    def __init__(self, table: Table, by_group: bool) -> None:
        self.table, self.cells, self.known, self.by_group = table, table.cells, table.recognised, by_group
        self.walls = wall_times(self.cells, self.known.places.time, self.known.time_format)
        self.time = moments.in_utc(self.walls, self.known.zone, groups_of(self.cells, self.known.places)).time
        self.no_numbers = 0

    def read(self, wanted: Sequence[str]) -> Plain:
        usable = np.flatnonzero(~np.isnat(self.time))
        order = usable[np.argsort(self.time[usable], kind="stable")]
        series = list(self._wide(wanted, order) if self.known.layout == "wide" else self._long(wanted, order))
        return Plain(tuple(_distinct(series)), self.time, self.walls, self._rejected(), self.no_numbers)

    def _wide(self, wanted: Sequence[str], order: NDArray[np.int64]) -> Iterator[tuple[str, str, Series]]:
        columns = self._chosen(wanted)
        parts = [(place, group, order[mine]) for place, group, mine in self._parts(order)]
        for index, name in columns:
            numbers = self._numbers(self.cells[index])
            for place, group, rows in parts:
                shown = group if group and len(columns) == 1 else f"{name}@{group}" if group else name
                yield shown, place, Series(shown, place, rows, numbers.values[rows])

    def _long(self, wanted: Sequence[str], order: NDArray[np.int64]) -> Iterator[tuple[str, str, Series]]:
        by_key = rows_by_key(self.cells, self.known.places)
        numbers = self._numbers(self.cells[self.known.places.value])
        position = np.full(len(self.cells), -1)
        position[order] = np.arange(len(order))
        for column in self._keys(wanted):
            mine = by_key[column.cells]
            mine = mine[position[mine] >= 0]
            rows = mine[np.argsort(position[mine])]
            for place, group, part in self._parts(rows):
                shown = f"{column.name}@{group}" if group else column.name
                yield shown, place, Series(shown, place, rows[part], numbers.values[rows[part]])

    def _numbers(self, cells: pd.Series) -> Numbers:
        numbers = read_numbers(cells, self.known.decimal)
        self.no_numbers += int(numbers.bad.sum())
        return numbers

    def _parts(self, rows: NDArray[np.int64]) -> list[tuple[str, str, NDArray[np.int64]]]:
        """Place, group within it, and which of the rows are theirs."""
        places = self.known.places
        apart = [index for index in (places.house, places.group) if index >= 0]
        if not apart:
            return [("", "", np.arange(len(rows)))]
        cells = self.cells[apart].iloc[rows].astype("str").fillna("–")
        found = []
        for key, mine in cells.groupby(apart, sort=False).indices.items():
            words = [one_line(str(word)) for word in (key if isinstance(key, tuple) else (key,))]
            group = words.pop() if places.group >= 0 and not self.by_group else ""
            found.append((" · ".join(words), group, np.asarray(mine, dtype=np.int64)))
        return found

    def _chosen(self, wanted: Sequence[str]) -> list[tuple[int, str]]:
        """The wanted columns of a wide table: index and name."""
        if not wanted:
            return [(column.index, column.name) for column in self.known.columns]
        times = {self.known.names[index] for index in self.known.places.time}
        names = self.known.names
        known = {name.casefold(): (index, name) for index, name in reversed(list(enumerate(names)))}
        known |= {column.name.casefold(): (column.index, column.name) for column in self.known.columns}
        chosen = []
        for name in wanted:
            if name.casefold() not in known:
                raise UnknownName.among("column", name, [other for other in names if other not in times])
            index, own = known[name.casefold()]
            if not np.isfinite(read_numbers(self.cells[index], self.known.decimal).values).any():
                raise UnreadableTable(
                    f"column {own!r} holds no numbers", where=self.known.name, next_step="Name another with --value."
                )
            chosen.append((index, own))
        return list(dict.fromkeys(chosen))

    def _keys(self, wanted: Sequence[str]) -> list[Column]:
        """The wanted series of a long table; its column of values stands for all."""
        columns = list(self.known.columns)
        own = self.known.names[self.known.places.value]
        chosen = []
        for name in wanted:
            same = [column for column in columns if name.casefold() in (column.name.casefold(), own.casefold())]
            if not same:
                raise UnknownName.among("series", name, [column.name for column in columns])
            chosen += [column for column in same if column not in chosen]
        return chosen or columns

    def _rejected(self) -> pd.DataFrame:
        rows = self.table.rows
        told = [
            (rows.numbers[row], "no time can be read from it", rows.lines[row].replace(rows.separator, rows.delimiter))
            for row in np.flatnonzero(np.isnat(self.time))
        ]
        told += [(line, reason, text) for line, text, reason in rows.rejected]
        return pd.DataFrame(sorted(told), columns=list(REJECTED))


def _distinct(found: Sequence[tuple[str, str, Series]]) -> Iterator[Series]:
    """The series; one whose name is that of a series elsewhere gets its place behind the name."""
    places: dict[str, set[str]] = {}
    for name, place, _ in found:
        places.setdefault(name, set()).add(place)
    for name, place, series in found:
        shown = f"{name}@{place}" if place and len(places[name]) > 1 else name
        yield Series(shown, place, series.rows, series.values)
