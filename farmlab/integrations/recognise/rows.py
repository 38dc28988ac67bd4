"""From the lines of a file to rows of equal width: delimiter, quotes, header."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from itertools import chain, count
from typing import TYPE_CHECKING, Final

from farmlab.integrations.recognise.source import Line
from farmlab.integrations.recognise.times import kind_of
from farmlab.text import one_line
from farmlab.units import known_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from farmlab.integrations.recognise.source import Source

WHITESPACE: Final = " "
DELIMITERS: Final = ("\t", ";", "|", ",", WHITESPACE)
"""In the order in which they are believed: a comma may be a decimal mark, a blank part of a time."""
SAMPLE_ROWS: Final = 400

_TAKEN_APART: Final = "\x1f"
"""Between the cells of rows that were quoted; a file of measurements does not contain it."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A file cut into rows of equal width.

    ``lines`` are joined by ``separator``, without quotes, and ``numbers`` says where in the file each stood;
    ``rejected`` holds number, text and reason of the lines that do not fit.
    """

    names: tuple[str, ...]
    header: bool
    delimiter: str
    separator: str
    lines: tuple[str, ...]
    numbers: tuple[int, ...]
    rejected: tuple[tuple[int, str, str], ...]
    notes: tuple[str, ...]

    def sample(self) -> list[list[str]]:
        """The cells of the first rows."""
        return [[cell.strip() for cell in line.split(self.separator)] for line in self.lines[:SAMPLE_ROWS]]


@dataclass(frozen=True, slots=True)
class _Head:
    names: tuple[str, ...]
    first: int
    header: bool
    notes: tuple[str, ...]


def plausible_delimiters(source: Source) -> list[str]:
    """The delimiters that cut most lines into the same number of cells, the likeliest first."""
    if source.delimiter or not source.lines:
        return [source.delimiter] if source.lines else []
    shares = {delimiter: _share(source, delimiter) for delimiter in DELIMITERS}
    likely = [delimiter for delimiter in DELIMITERS if shares[delimiter] >= 0.6]
    return sorted(likely, key=lambda delimiter: -round(min(shares[delimiter], 0.9), 1))


def cut(source: Source, delimiter: str) -> Rows:
    """The file cut at this delimiter: header found, rows of another width set aside."""
    head = _head(source, delimiter)
    body = source.lines[head.first :]
    quoted = delimiter == WHITESPACE or any('"' in line.text for line in body)
    separator = _TAKEN_APART if quoted else delimiter
    good, rejected = _fit(body, delimiter, separator, len(head.names))
    return Rows(
        names=head.names,
        header=head.header,
        delimiter=delimiter,
        separator=separator,
        lines=tuple(line.text for line in good),
        numbers=tuple(line.number for line in good),
        rejected=(*rejected, *((line.number, line.text, "a quote is not closed") for line in source.unclosed)),
        notes=head.notes,
    )


def looks_numeric(cell: str) -> bool:
    """Whether a cell is a number in some notation."""
    return cell.strip().lstrip("+-").replace(",", "").replace(".", "").replace("'", "").isdecimal()


def _share(source: Source, delimiter: str) -> float:
    counts = Counter(len(_cells(line.text, delimiter)) for line in source.lines[:SAMPLE_ROWS])
    width, times = counts.most_common(1)[0]
    return times / counts.total() if width > 1 else 0.0


def _cells(line: str, delimiter: str) -> list[str]:
    if '"' in line:
        try:
            return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
        except csv.Error:  # a cell of more than 131,072 characters: the line is set aside
            return [line]
    return line.split() if delimiter == WHITESPACE else line.split(delimiter)


def _head(source: Source, delimiter: str) -> _Head:
    """The column names and where the data begin."""
    rows = [_cells(line.text, delimiter) for line in source.lines[:SAMPLE_ROWS]]
    width = Counter(map(len, rows)).most_common(1)[0][0]
    start = next(i for i in range(len(rows)) if _begins_table(rows, i, width))
    skipped = (f"Lines before the table, left out: {start}.",) if start else ()
    if not _is_header(rows[start]):
        commented = _header_in_comment(source, delimiter, width)
        numbered = tuple(f"column {i}" for i in range(1, width + 1))
        return _Head(commented or numbered, start, bool(commented), skipped)
    names, notes = _fitted([one_line(cell) for cell in rows[start]], rows[start + 1 :], width)
    first = start + 1
    if first < len(rows) and _is_unit_row(rows[first]):
        names, first = _with_units(names, rows[first]), first + 1
    return _Head(_distinct(names), first, True, (*skipped, *notes))


def _begins_table(rows: Sequence[list[str]], at: int, width: int) -> bool:
    """Whether a line is the first of the table: as wide, or a header that lacks the name of the first column."""
    cells, following = rows[at], rows[at + 1 : at + 2]
    if len(cells) >= width and not any(cell.strip() for cell in cells[width:]):
        return True
    return 2 <= len(cells) == width - 1 and any(len(row) == width and not _is_header(row) for row in following)


def _is_header(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    numbers = sum(looks_numeric(cell) for cell in filled)
    return bool(filled) and not any(kind_of([cell]) for cell in filled) and numbers * 2 < len(filled)


def _header_in_comment(source: Source, delimiter: str, width: int) -> tuple[str, ...]:
    """The names from the last comment line, as ``# time;temp`` has them."""
    cells = _cells(source.comments[-1].text.lstrip("#/ "), delimiter) if source.comments else []
    return _distinct([one_line(cell) for cell in cells]) if len(cells) == width and _is_header(cells) else ()


def _fitted(names: list[str], rows: list[list[str]], width: int) -> tuple[list[str], tuple[str, ...]]:
    """One name for every column, where the header has one more or one fewer than the rows have cells."""
    if len(names) != width - 1:
        return names[:width], ()
    first = [cells[0].strip() for cells in rows if len(cells) == width]
    if all(cell.isdecimal() for cell in first):
        return ["", *names], ("The header has one name fewer than there are columns: the first is a row number.",)
    return [*names, ""], ("The header has one name fewer than there are columns: the last has no name.",)


def _is_unit_row(cells: Sequence[str]) -> bool:
    units = set(known_units())
    filled = [cell.strip().strip("[]()").lower() for cell in cells if cell.strip()]
    return _is_header(cells) and sum(cell in units for cell in filled) * 2 >= len(filled)


def _with_units(names: Sequence[str], cells: Sequence[str]) -> list[str]:
    units = [one_line(cell).strip("[]()") for cell in cells] + [""] * len(names)
    return [f"{name} [{unit}]" if unit and name else name for name, unit in zip(names, units, strict=False)]


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """The names, a number behind those that were there before; columns without a name stay so."""
    distinct: list[str] = []
    for name in names:
        numbered = (f"{name} ({number})" for number in count(2))
        taken = {*distinct, *names} if name in distinct else set()
        distinct.append(next(new for new in chain([name], numbered) if new not in taken) if name else name)
    return tuple(distinct)


def _fit(
    body: Sequence[Line], delimiter: str, separator: str, width: int
) -> tuple[list[Line], list[tuple[int, str, str]]]:
    """The rows that have one cell for every column, and the others with the reason."""
    if separator == delimiter and all(line.text.count(delimiter) == width - 1 for line in body):
        return list(body), []
    good: list[Line] = []
    rejected: list[tuple[int, str, str]] = []
    for line in body:
        cells = [cell.replace(_TAKEN_APART, " ") for cell in _cells(line.text, delimiter)]
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        if len(cells) == width:
            good.append(Line(line.number, separator.join(cells)))
        else:
            rejected.append((line.number, line.text, f"{len(cells)} cells where the table has {width} columns"))
    return good, rejected
