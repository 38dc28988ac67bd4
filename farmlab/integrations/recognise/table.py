"""From a file to what it is: every delimiter that may be is tried until a table with times is found."""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Final

import pandas as pd

from farmlab import clock
from farmlab.errors import UnreadableTable
from farmlab.integrations.recognise import mapping
from farmlab.integrations.recognise.hints import Hints
from farmlab.integrations.recognise.layout import Cut, understand
from farmlab.integrations.recognise.numerals import decimal_mark
from farmlab.integrations.recognise.places import Raw, find_time
from farmlab.integrations.recognise.rows import Rows, cut, plausible_delimiters
from farmlab.integrations.recognise.source import open_source

if TYPE_CHECKING:
    from pathlib import Path

    from farmlab.integrations.recognise.numerals import Decimal
    from farmlab.integrations.recognise.result import Recognised
    from farmlab.integrations.recognise.source import Source

_QUOTE_NONE: Final = 3


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was read and recognised, ready to give its readings."""

    rows: Rows
    cells: pd.DataFrame
    recognised: Recognised


def open_table(path: Path, hints: Hints | None = None) -> Table:
    """The file, read once and recognised.

    Raises
    ------
    UnreadableTable
        There is no table of readings in it; the sentence says what is missing and what to do.
    UnknownName, UnitError, ConfigError
        A hint that cannot be right.
    """
    hints = hints or Hints()
    said = mapping.understand(hints.columns)
    clock.zone(hints.timezone or "UTC")
    source = open_source(path, skip_open_line=hints.skip_open_line)
    tried = []
    for delimiter in plausible_delimiters(source):
        tried.append(rows := cut(source, delimiter))
        by_index = mapping.place(said, rows.names)
        raw = read_raw(rows)
        time = find_time(raw, by_index)
        if rows.lines and time.columns:
            return Table(rows, raw.cells, understand(Cut(source, rows, raw, time), said, by_index, hints))
    raise _no_time(source, tried)


def recognise(path: Path, hints: Hints | None = None) -> Recognised:
    """What the file is; see :func:`open_table`."""
    return open_table(path, hints).recognised


def read_raw(rows: Rows) -> Raw:
    """The cells of the rows, with the decimal mark that they have."""
    sample = rows.sample()
    decimal, doubt = decimal_mark(cell for cells in sample for cell in cells)
    columns = tuple(zip(*sample, strict=True)) if sample else tuple(() for _ in rows.names)
    return Raw(rows.names, columns, read_cells(rows, decimal), decimal, doubt)


def read_cells(rows: Rows, decimal: Decimal) -> pd.DataFrame:
    """The cells of the rows: numbers where a column holds nothing else, text elsewhere."""
    if not rows.lines:
        return pd.DataFrame(columns=range(len(rows.names)), dtype=str)
    return pd.read_csv(
        StringIO("\n".join(rows.lines)),
        sep=rows.separator,
        header=None,
        names=range(len(rows.names)),
        index_col=False,
        quoting=_QUOTE_NONE,
        keep_default_na=False,
        na_values=[""],
        skip_blank_lines=False,
        decimal=decimal,
        low_memory=False,
    )


def _no_time(source: Source, tried: list[Rows]) -> UnreadableTable:
    if not tried:
        return UnreadableTable(
            "no delimiter cuts its lines into columns", where=source.name, next_step="Export a table with columns."
        )
    if not any(rows.lines for rows in tried):
        return UnreadableTable("it has a header but no rows", where=source.name, next_step="Export it with its rows.")
    names = ", ".join(repr(name) for name in tried[0].names[:12])
    return UnreadableTable(
        f"no column holds times (columns: {names})", where=source.name, next_step="Name it: --map COLUMN=time."
    )
