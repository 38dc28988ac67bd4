"""From a recognised table to readings in SI units, and to the rows that could not be read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from farmlab.domain import Quality
from farmlab.errors import UnreadableTable
from farmlab.integrations.recognise import moments
from farmlab.integrations.recognise.layout import groups_of, wall_times
from farmlab.integrations.recognise.numerals import read_numbers
from farmlab.integrations.recognise.rows import cut
from farmlab.integrations.recognise.series import rows_by_key
from farmlab.integrations.recognise.source import open_source
from farmlab.integrations.recognise.table import Table, read_cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from farmlab.domain import Sensor
    from farmlab.integrations.recognise.result import Column, Recognised

_QUALITIES: Final = [quality.value for quality in Quality]
_DIGITS: Final = 9
"""Decimals that are kept when a unit is converted, as in :func:`farmlab.units.to_si`."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Readings of one series: row of the file, value in SI, and an index into the qualities."""

    sensor: str
    row: NDArray[np.int64]
    house: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: NDArray[np.int8]


def read(path: Path, recognised: Recognised, *, house: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The readings of a file that is like the one recognised; see :func:`read_table`.

    Raises
    ------
    UnreadableTable
        The file has other columns.
    """
    rows = cut(open_source(path), recognised.delimiter)
    if rows.names != recognised.names:
        raise UnreadableTable(
            "its columns are not those that were recognised", where=path.name, next_step="Look again."
        )
    return read_table(Table(rows, read_cells(rows, recognised.decimal), recognised), house=house)


def read_table(
    table: Table, *, house: int = 1, allowed: frozenset[int] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Readings and rejects. ``house`` is the number for rows and columns that do not say theirs.

    Rows of a house that is not ``allowed`` are rejected; None allows all.

    Readings have the columns house, sensor (source key), time (UTC), value (SI) and quality, sorted by
    these. Empty cells are no readings; cells that say "no value" are readings of quality "missing".
    Rejects have the columns line (of the file), reason and row (as it stands there).
    """
    return _Reader(table, house, allowed).read()


class _Reader:
    """One pass over a table; ``rejects`` collects what cannot be read."""

    def __init__(self, table: Table, house: int, allowed: frozenset[int] | None) -> None:
        self.rows, self.cells, self.known = table.rows, table.cells, table.recognised
        self.places = self.known.places
        self.rejects: list[tuple[int, str]] = []
        self.time = self._times()
        self.house = self._houses(house, allowed)
        usable = ~np.isnat(self.time) & (self.house >= 0)
        order = np.lexsort((self.time, self.house))
        self.order = order[usable[order]]

    def read(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        pieces = list(self._wide() if self.known.layout == "wide" else self._long())
        frame = self._frame(pieces)
        return self._without_repeats(frame), self._rejected()

    def _times(self) -> NDArray[np.datetime64]:
        walls = wall_times(self.cells, self.places.time, self.known.time_format)
        found = moments.in_utc(walls, self.known.zone, groups_of(self.cells, self.places))
        self._reject(np.isnat(walls.time), "no time can be read from it")
        self._reject(found.skipped, f"the clocks of {self.known.zone} skip this time")
        return found.time

    def _houses(self, default: int, allowed: frozenset[int] | None) -> NDArray[np.int64]:
        if self.places.house < 0:
            return np.full(len(self.cells), default, dtype=np.int64)
        numbers = dict(self.known.houses)
        codes, distinct = pd.factorize(self.cells[self.places.house])
        known = [numbers.get(str(name), -1) for name in distinct]
        number = np.array([*known, -1])[codes]
        there = np.array([*(allowed is None or n in allowed for n in known), False])[codes]
        self._reject(number < 0, "its house has no number, and no house is called so")
        self._reject((number >= 0) & ~there, "its house is not known; add it first: farmlab house add")
        return np.where(there, number, -1)

    def _wide(self) -> Iterator[_Piece]:
        groups = self._groups()
        for column in self.known.columns:
            value, quality = self._values(column.index, column)
            for suffix, rows in groups:
                yield self._piece(column, f"{column.name}{suffix}", rows, value[rows], quality[rows])

    def _groups(self) -> list[tuple[str, NDArray[np.int64]]]:
        """Rows in order of house and time, for every group a share."""
        if self.places.group < 0:
            return [("", self.order)]
        codes, distinct = pd.factorize(self.cells[self.places.group])
        return [(f"@{name}", self.order[codes[self.order] == i]) for i, name in enumerate(distinct)]

    def _long(self) -> Iterator[_Piece]:
        by_key = rows_by_key(self.cells, self.places)
        position = np.full(len(self.cells), -1)
        position[self.order] = np.arange(len(self.order))
        for column in self.known.columns:
            mine = by_key.get(column.cells, np.array([], dtype=np.int64))
            mine = mine[position[mine] >= 0]
            rows = mine[np.argsort(position[mine])]
            value, quality = self._values(self.places.value, column, rows)
            yield self._piece(column, column.name, rows, value, quality)

    def _values(
        self, index: int, column: Column, rows: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
        """Values in SI and qualities (-1: no reading) of a column, or of some of its rows."""
        chosen = self.cells[index] if rows is None else self.cells[index].iloc[rows]
        numbers = read_numbers(chosen, self.known.decimal)
        value = numbers.values
        if (column.factor, column.offset) != (1.0, 0.0):
            value = np.round(value * column.factor + column.offset, _DIGITS)
        quality = np.where(numbers.missing, _QUALITIES.index("missing"), np.where(np.isnan(value), -1, 0))
        for at in np.flatnonzero(numbers.bad):
            row = int(at if rows is None else rows[at])
            self.rejects.append((row, f"{self.known.names[index] or column.name}: {chosen.iloc[at]!r} is no number"))
        return value, self._said_quality(quality, rows)

    def _said_quality(self, quality: NDArray[np.int64], rows: NDArray[np.int64] | None) -> NDArray[np.int8]:
        """The qualities, where a column of the file says more about them."""
        if self.places.quality >= 0:
            texts = self.cells[self.places.quality] if rows is None else self.cells[self.places.quality].iloc[rows]
            words = texts.astype("str").str.lower().to_numpy(dtype=object)
            quality = np.where((words == "suspect") & (quality == 0), _QUALITIES.index("suspect"), quality)
            quality = np.where((words == "missing") & (quality == -1), _QUALITIES.index("missing"), quality)
        return quality.astype(np.int8)

    def _piece(
        self,
        column: Column,
        name: str,
        rows: NDArray[np.int64],
        value: NDArray[np.float64],
        quality: NDArray[np.int8],
    ) -> _Piece:
        there = quality >= 0
        rows = rows[there]
        house = self.house[rows] if column.house is None else np.full(len(rows), column.house)
        return _Piece(name, rows, house, value[there], quality[there])

    def _frame(self, pieces: list[_Piece]) -> pd.DataFrame:
        names = list(dict.fromkeys(piece.sensor for piece in pieces))
        codes = np.concatenate([np.full(len(p.row), names.index(p.sensor), dtype=np.int32) for p in pieces])
        row = np.concatenate([piece.row for piece in pieces])
        house = np.concatenate([piece.house for piece in pieces])
        keys = (codes, house) if len(names) == len(pieces) else (self.time[row], codes, house)
        order = np.lexsort(keys)  # stable: times within a series stay in their order
        return pd.DataFrame(
            {
                "house": house[order],
                "sensor": _categorical(codes[order], names),
                "time": pd.DatetimeIndex(self.time[row[order]]).tz_localize("UTC"),
                "value": np.concatenate([piece.value for piece in pieces])[order],
                "quality": _categorical(np.concatenate([piece.quality for piece in pieces])[order], _QUALITIES),
                "row": row[order],
            }
        )

    def _without_repeats(self, frame: pd.DataFrame) -> pd.DataFrame:
        """One reading for a sensor and time: the later row of the file counts, another value is a reject."""
        codes = frame["sensor"].cat.codes.to_numpy()
        same = np.ones(max(len(frame) - 1, 0), dtype=bool)
        for values in (frame["house"].to_numpy(), codes, frame["time"].dt.tz_convert(None).to_numpy()):
            same &= values[1:] == values[:-1]
        repeated = np.append(same, False)[: len(frame)]
        if repeated.any():
            value, row = frame["value"].to_numpy(), frame["row"].to_numpy()
            for at in np.flatnonzero(repeated & (value != np.append(value[1:], np.nan))):
                sensor = frame["sensor"].iloc[at]
                self.rejects.append((int(row[at]), f"{sensor}: a later row has another value for the same time"))
            frame = frame[~repeated]
        return frame.drop(columns="row").reset_index(drop=True)

    def _reject(self, rows: NDArray[np.bool_], reason: str) -> None:
        self.rejects.extend((int(row), reason) for row in np.flatnonzero(rows))

    def _rejected(self) -> pd.DataFrame:
        separator = self.rows.separator
        told = [
            (self.rows.numbers[row], reason, self.rows.lines[row].replace(separator, self.known.delimiter))
            for row, reason in self.rejects
        ]
        told += [(line, reason, text) for line, text, reason in self.rows.rejected]
        return pd.DataFrame(sorted(told), columns=["line", "reason", "row"])


def _categorical(codes: NDArray[np.integer[Any]], names: list[str]) -> pd.Categorical[Any]:
    return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(names))


def sensors_in(frame: pd.DataFrame, recognised: Recognised) -> list[Sensor]:
    """The sensors that readings of the table belong to, each once."""
    columns = {column.name: column for column in recognised.columns}
    pairs = frame[["house", "sensor"]].drop_duplicates()
    return [_sensor(int(house), str(name), columns) for house, name in pairs.itertuples(index=False)]


def _sensor(house: int, name: str, columns: Mapping[str, Column]) -> Sensor:
    if name in columns:
        return columns[name].sensor(house)
    own, _, group = name.rpartition("@")
    plain = columns[own].sensor(house)
    return replace(plain, source_key=name, position="_".join(filter(None, (plain.position, group))))
