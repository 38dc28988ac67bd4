"""One of the files as a table of units and moments, written in any of the ways in which people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.errors import InsufficientData, UnknownName, UnreadableTable
from farmlab.integrations.recognise import moments, times
from farmlab.integrations.recognise.numerals import read_numbers
from farmlab.integrations.recognise.rows import cut, plausible_delimiters
from farmlab.integrations.recognise.source import open_source
from farmlab.integrations.recognise.table import read_raw
from farmlab.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from numpy.typing import NDArray

    from farmlab.integrations.recognise.places import Raw
    from farmlab.integrations.recognise.times import Order

UNIT: Final = ("unit", "machineid", "machine_id", "machine", "unit_id", "unitid", "asset", "asset_id", "device",
               "device_id", "equipment", "equipment_id", "id", "house")  # fmt: skip
TIME: Final = ("timestamp", "datetime", "time", "date", "date_time", "ts")
ONE: Final = "the machine"
"""The unit of tables that name none."""
_WHOLE: Final = re.compile(r"0*(\d+)(?:\.0)?")


@dataclass
class Said:
    """What is wrong, and what was taken to be so, as it comes up."""

    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file cut into columns.

    Attributes
    ----------
    cells
        Numbers where a column holds nothing else, text elsewhere.
    raw
        The same with a sample as text, by the number of the column, and the decimal mark.
    """

    name: str
    cells: pd.DataFrame
    raw: Raw

    def numbers(self, column: str) -> pd.Series:
        """A column as numbers; missing where it holds none."""
        values = read_numbers(self.cells[column], self.raw.decimal).values
        return pd.Series(values, index=self.cells.index)

    def column(self, asked: str, usual: Sequence[str]) -> str | None:
        """The column that was asked for, else the first that is called as usual.

        Raises
        ------
        UnknownName
            There is neither.
        """
        known = {name.strip().lower(): name for name in self.cells.columns}
        if asked in self.cells.columns:
            return asked
        found = next((known[name] for name in usual if name in known), None)
        if asked and found is None:
            raise UnknownName.among("column", asked, self.cells.columns)
        return found

    def sample(self, column: str) -> tuple[str, ...]:
        """The first cells of a column, as they are written."""
        return self.raw.sample[list(self.cells.columns).index(column)]


@dataclass
class Sheets:
    """Reads one file after the other; an order of day and month that one does not tell is that of those before.

    Attributes
    ----------
    unit, time
        How the columns are called where that is not recognised.
    zone
        Of times without an offset.
    dates
        The order of day and month, where somebody said it.
    """

    unit: str
    time: str
    zone: str
    dates: Order | None
    now: datetime
    said: Said
    order: Order | None = None

    def open(self, path: Path, wanted: Sequence[str]) -> Sheet:
        """The file at the delimiter at which it has a column of such a name, else at the likeliest.

        Raises
        ------
        UnreadableTable
            It is no table.
        """
        source = open_source(path)
        found = [cut(source, delimiter) for delimiter in plausible_delimiters(source)]
        filled = [rows for rows in found if rows.lines]
        if not filled:
            what = "it holds no rows" if found else "no delimiter cuts its lines into columns"
            raise UnreadableTable(what, where=path.name, next_step="Export it again, with a header and rows.")
        named = (rows for rows in filled if {name.strip().lower() for name in rows.names} & {*wanted})
        rows = next(named, filled[0])
        if rows.rejected:
            self.said.warnings.append(
                f"{path.name}: {len(rows.rejected):,} lines do not have the columns of the others and were left out."
            )
        raw = read_raw(rows)
        heads = [name or f"column {number}" for number, name in enumerate(rows.names, start=1)]
        return Sheet(path.name, raw.cells.set_axis(heads, axis=1), raw)

    def placed(self, path: Path) -> tuple[Sheet, pd.DataFrame]:
        """The file, and ``unit`` and ``time`` (UTC) of its rows; without those of no unit, no time or a future one."""
        sheet = self.open(path, (*TIME, self.time.lower()))
        who = sheet.column(self.unit, UNIT)
        units = as_names(sheet.cells[who]) if who else pd.Series(ONE, index=sheet.cells.index)
        clock, kind = self._time_column(sheet)
        when = self._times(sheet, clock, kind, groups=pd.factorize(units)[0])
        nobody, unread, ahead = units.isna(), when.isna(), when > pd.Timestamp(self.now)
        for rows, what in ((nobody, "name no unit"), (unread, "have no readable time"), (ahead, "lie in the future")):
            if rows.any():
                self.said.warnings.append(f"{path.name}: {rows.sum():,} rows {what} and were left out.")
        kept = ~(nobody | unread | ahead)
        if not kept.any():
            raise InsufficientData(
                "no row has a time that is past", where=path.name, next_step="Check the column of times."
            )
        dated = [name for name in self._called(sheet) if _kind(sheet, name) or name == clock]
        rest = sheet.cells[kept].drop(columns=[*([who] if who else []), *dated])
        table = pd.DataFrame({"unit": units[kept], "time": when[kept]})
        return Sheet(sheet.name, rest, sheet.raw), table

    def _times(self, sheet: Sheet, name: str, kind: str, *, groups: NDArray[np.int64]) -> pd.Series:
        column = sheet.cells[name]
        unit = "" if kind else times.epoch_unit(sheet.numbers(name).to_numpy())
        how = times.TimeFormat("epoch", epoch=unit) if unit else times.TimeFormat("moment", self._order(column, sheet))
        walls = times.wall_times(column, how)
        of_day = next((other for other in self._called(sheet) if _kind(sheet, other) == "clock"), None)
        if kind == "date" and of_day:
            walls = times.after(walls, times.seconds_of_day(sheet.cells[of_day]))
        found = moments.in_utc(walls, self.zone, groups.astype(np.int64)).time
        return pd.Series(pd.DatetimeIndex(found).tz_localize("UTC").as_unit("ns"), index=sheet.cells.index)

    def _time_column(self, sheet: Sheet) -> tuple[str, str]:
        """The column of the times and what it holds; "" for numbers."""
        called = self._called(sheet)
        if not called:
            raise UnreadableTable(
                "no column holds times", where=sheet.name, next_step="Call it timestamp, or say --time COLUMN."
            )
        kinds = {name: _kind(sheet, name) for name in called}
        best = next((name for name in called if kinds[name] in ("moment", "date")), called[0])
        return best, kinds[best] or ""

    def _called(self, sheet: Sheet) -> list[str]:
        asked = sheet.column(self.time, TIME)
        known = {name.strip().lower(): name for name in sheet.cells.columns}
        usual = [known[name] for name in TIME if name in known]
        return [asked, *(name for name in usual if name != asked)] if asked else []

    def _order(self, column: pd.Series, sheet: Sheet) -> Order:
        if self.dates:
            return self.dates
        order, doubt = times.order_of(column)
        if doubt and self.order:
            return self.order
        if doubt:
            self.said.notes.append(f"{sheet.name}: {doubt}")
        self.order = self.order or (order if order != "ymd" else None)
        return order


def as_names(column: pd.Series) -> pd.Series:
    """What units or kinds are called; 7, 7.0 and 007 are the same one, as tables write it in different ways."""
    codes, distinct = pd.factorize(column)
    called = np.array([*map(_as_said, distinct), None], dtype=object)
    return pd.Series(called[codes], index=column.index)


def _as_said(cell: object) -> str:
    """A number or name as it is said.

    >>> _as_said(3.0), _as_said("003"), _as_said("pump 3")
    ('3', '3', 'pump 3')
    """
    text = one_line(str(cell), limit=60)
    whole = _WHOLE.fullmatch(text)
    return whole[1] if whole else text


def _kind(sheet: Sheet, column: str) -> times.Kind | None:
    return times.kind_of(sheet.sample(column), named=True)
