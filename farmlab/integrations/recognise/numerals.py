"""Numbers as people, loggers and spreadsheets write them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

from farmlab.units import known_units

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

Decimal = Literal[".", ","]

NO_VALUE: Final = frozenset(
    {"-", "--", "---", "- - -", "na", "n/a", "nan", "null", "none", "nil", "#", "#n/a", "?", "-9999", "-8888"}
)
"""What sources write for "no value"; -9999 and -8888 are those of controllers."""
NO_VALUE_NUMBERS: Final = (-9999.0, -8888.0)

_SWITCH: Final = {"on": 1.0, "off": 0.0, "true": 1.0, "false": 0.0, "yes": 1.0, "no": 0.0}
_BLANKS: Final = str.maketrans({"\xa0": " ", "\u202f": " ", "\u2009": " ", "\u2212": "-", "\u2019": "'"})
_NUMBER: Final = re.compile(r"(?P<number>[+-]?[\d.,' ]*\d[\d.,]*(?:[eE][+-]?\d+)?)\s*(?P<unit>(?![+-])\D{0,8})")
"""A sign behind a number is no unit: some programs write -5 as ``5-``."""
_GROUPED_BY: Final = {
    ".": re.compile(r"[+-]?\d{1,3}(?:([,' ])\d{3})(?:\1\d{3})*(?:\.\d+)?"),
    ",": re.compile(r"[+-]?\d{1,3}(?:([.' ])\d{3})(?:\1\d{3})*(?:,\d+)?"),
}
_SURELY_COMMA: Final = re.compile(r"[+-]?(?:\d+,(?:\d{1,2}|\d{4,})|\d{4,},\d+|0,\d+|\d{1,3}(?:[.' ]\d{3})+,\d+)")
_SURELY_POINT: Final = re.compile(r"[+-]?(?:\d+\.(?:\d{1,2}|\d{4,})|\d{4,}\.\d+|0\.\d+|\d{1,3}(?:[,' ]\d{3})+\.\d+)")
_EITHER: Final = re.compile(r"[+-]?\d{1,3},\d{3}")


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column read as numbers: the values, which cells said "no value", and which are no number."""

    values: NDArray[np.float64]
    missing: NDArray[np.bool_]
    bad: NDArray[np.bool_]


def decimal_mark(cells: Iterable[str]) -> tuple[Decimal, str]:
    """The decimal mark of a table, from all its cells, and a sentence where it is not certain.

    >>> decimal_mark(["21,5", "1.234,5"])
    (',', '')
    """
    marks: Counter[str] = Counter()
    for cell in (cell.translate(_BLANKS) for cell in cells):
        marks["comma"] += bool(_SURELY_COMMA.fullmatch(cell))
        marks["point"] += bool(_SURELY_POINT.fullmatch(cell))
        marks["either"] += bool(_EITHER.fullmatch(cell))
    if marks["comma"] and marks["point"]:
        decimal: Decimal = "," if marks["comma"] > marks["point"] else "."
        return decimal, f"Both 1,5 and 1.5 are in the file: the decimal mark is taken to be {decimal!r}."
    if marks["either"] and not marks["comma"] and not marks["point"]:
        return ".", "Numbers like 1,234 are read as one thousand two hundred and thirty-four."
    return ("," if marks["comma"] else "."), ""


def read_numbers(column: pd.Series, decimal: Decimal) -> Numbers:
    """A column of a raw table as numbers; what pandas has read as numbers already stays so."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
        bad = np.isinf(values)
        missing = np.isin(values, NO_VALUE_NUMBERS)
        values[bad | missing] = np.nan
        return Numbers(values, missing, bad)
    codes, distinct = pd.factorize(column)
    parsed = [_read(str(cell), decimal) for cell in distinct]
    table = np.array([value for value, _ in parsed] + [np.nan])
    states = np.array([state for _, state in parsed] + [""])
    return Numbers(table[codes], states[codes] == "missing", states[codes] == "bad")


def share_numeric(cells: Iterable[str], decimal: Decimal) -> float:
    """How many of the cells that hold something are numbers or say "no value", 0 to 1."""
    filled = [cell for cell in cells if cell.strip()]
    if not filled:
        return 0.0
    return sum(_read(cell, decimal)[1] != "bad" for cell in filled) / len(filled)


def unit_in_cells(cells: Iterable[str]) -> str:
    """The unit that stands behind the numbers of a column, as in ``"21.5 °C"``.

    Where several do it is all of them, "°C/°F", which no quantity has.
    """
    matches = [_NUMBER.fullmatch(cell.translate(_BLANKS).strip()) for cell in cells if cell.strip()]
    units = {match["unit"].strip() for match in matches if match}
    known = sorted(unit for unit in units if unit.lower() in known_units())
    return "/".join(known) or (units.pop() if len(units) == 1 else "")


def _read(cell: str, decimal: Decimal) -> tuple[float, str]:
    """The value of a cell, and "", "missing" or "bad"."""
    text = cell.translate(_BLANKS).strip()
    if not text:
        return np.nan, ""
    if text.lower() in NO_VALUE:
        return np.nan, "missing"
    if text.lower() in _SWITCH:
        return _SWITCH[text.lower()], ""
    match = _NUMBER.fullmatch(text)
    value = _value(match["number"].strip(), decimal) if match else None
    if value is None or not np.isfinite(value):
        return np.nan, "bad"
    return (np.nan, "missing") if value in NO_VALUE_NUMBERS else (value, "")


def _value(text: str, decimal: Decimal) -> float | None:
    grouped = _GROUPED_BY[decimal].fullmatch(text)
    if grouped:
        text = text.replace(grouped[1], "")
    if decimal == "," and "." not in text:
        text = text.replace(",", ".")
    try:
        return float(text)
    except ValueError:
        return None
