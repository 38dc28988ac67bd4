"""Rows for people: aligned columns, each cell on one line, whatever it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from farmlab.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def aligned(header: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> str:
    """The rows under their header, columns two spaces apart; ``empty`` when there is none.

    >>> print(aligned(["farm", "houses"], [["Hillside", 8]], empty="No farm yet."))
    farm      houses
    Hillside  8
    """
    cells = [[one_line("" if cell is None else str(cell)) for cell in row] for row in rows]
    if not cells:
        return empty
    table = [list(header), *cells]
    widths = [max(len(row[place]) for row in table) for place in range(len(header))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table)
    return "\n".join(line.rstrip() for line in lines)
