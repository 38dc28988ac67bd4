"""Times as loggers, spreadsheets and people write them, decided over a whole column, never cell by cell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

Order = Literal["ymd", "dmy", "mdy"]
Kind = Literal["date", "clock", "moment", "epoch"]

NAMED_AS_TIME: Final = re.compile(
    r"time|date|datum|zeit|fecha|hora|horodat|stamp|epoch|unix|utc|moment|(?<![a-z])(?:ts|dt|day|tag)(?![a-z])", re.I
)
_DATE: Final = re.compile(
    r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})\.?"
    r"(?:[T\s,]+(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?)?"
    r"\s*([AaPp])?(?:\.?[Mm]\.?)?\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?"
)
_ISO: Final = re.compile(r"(?:19|20|21)\d{2}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?")
_CLOCK: Final = re.compile(r"(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp])?(?:\.?[Mm]\.?)?")
_COMPACT: Final = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})(?:[T\s_-]?(\d{2})(\d{2})(\d{2})?)?(Z?)(?:\.0)?")
"""In a column with a hole pandas reads 20261025 as 20261025.0."""
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_MONTH: Final = re.compile(r"(?P<d>\d{1,2})[\s./-]*(?P<m>[A-Za-z]{3})[a-z]*\.?[\s,./-]*(?P<y>\d{4}|\d{2}(?![\d:]))")
_MONTH_DAY: Final = re.compile(r"(?P<m>[A-Za-z]{3})[a-z]*\.?\s*(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})")
_LONGEST_TIME: Final = 60
"""Characters; what is longer is no time, and looking for a month in a long text takes long."""
_PER_SECOND: Final = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}
_EPOCH: Final = (3e8, 4.2e9)
"""Seconds since 1970 that are believed to be a time: 1979 to 2103."""
_AGREEMENT: Final = 0.8
_AGREEMENT_NAMED: Final = 0.4
"""Share of a sample that has to look like a time, also where the name says so; the others are rejected one by one."""


@dataclass(frozen=True, slots=True)
class TimeFormat:
    """How the times of a column are written; ``epoch`` is the unit in which it counts since 1970."""

    kind: Kind
    order: Order = "ymd"
    epoch: str = ""


@dataclass(frozen=True, slots=True)
class Walls:
    """Times as they are written (NaT: none), and their offset from UTC in seconds (NaN: not said)."""

    time: NDArray[np.datetime64]
    offset: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Parts:
    """The numbers in every distinct cell, 0 where it is no time; ``date`` has three rows, as written."""

    date: NDArray[np.int64]
    seconds: NDArray[np.float64]
    offset: NDArray[np.float64]


def kind_of(cells: Iterable[str], *, named: bool = False) -> Kind | None:
    """What a sample of cells is, when most that hold something agree (fewer are needed where the name says so).

    None where it is no time.
    """
    needed = _AGREEMENT_NAMED if named else _AGREEMENT
    filled = [_canonical(cell) for cell in cells if cell.strip()]
    dates = [match for match in map(_DATE.fullmatch, filled) if match]
    clocks = [match for match in map(_CLOCK.fullmatch, filled) if match]
    if filled and len(dates) >= needed * len(filled):
        return "moment" if any(match[5] for match in dates) else "date"
    if filled and len(clocks) >= needed * len(filled) and any(":" in cell for cell in filled):
        return "clock"
    return None


def epoch_unit(values: NDArray[np.float64]) -> str:
    """The unit in which numbers count since 1970 (s, ms, us, ns), or "" when they do not.

    >>> epoch_unit(np.array([1.7e9, 1.7e9 + 300])), epoch_unit(np.array([21.5]))
    ('s', '')
    """
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    return next((unit for unit, per in _PER_SECOND.items() if _EPOCH[0] * per <= low and high <= _EPOCH[1] * per), "")


def order_of(column: pd.Series) -> tuple[Order, str]:
    """The order of day and month in a whole column, and a sentence where it is not certain."""
    distinct = pd.unique(column.dropna())
    if all(str(text)[:4].isdecimal() for text in distinct):
        return "ymd", ""
    texts = _texts(distinct)
    first, second, _ = _parts(texts).date
    written = (first > 0) & (first < 1000)
    if not written.any():
        return "ymd", ""
    day_first, month_first = int((first[written] > 12).sum()), int((second[written] > 12).sum())
    if day_first and month_first:
        order: Order = "dmy" if day_first > month_first else "mdy"
        return order, f"Some dates have the day first, some the month: read as {_SAID[order]}, the others are rejected."
    if day_first or month_first:
        return ("dmy" if day_first else "mdy"), ""
    return _closer_together(texts)


def wall_times(column: pd.Series, how: TimeFormat) -> Walls:
    """The times of a column as they are written; those since 1970 have the offset 0."""
    if how.kind == "epoch":
        return _since_1970(pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64) / _PER_SECOND[how.epoch])
    codes, distinct = pd.factorize(column)
    plain = _iso([str(text) for text in distinct])
    if plain is not None:
        return Walls(np.append(plain, np.datetime64("NaT"))[codes], np.full(len(codes), np.nan))
    parts = _parts(_texts(distinct))
    return Walls(
        np.append(_dates(parts, how.order), np.datetime64("NaT"))[codes], np.append(parts.offset, np.nan)[codes]
    )


def seconds_of_day(column: pd.Series) -> NDArray[np.float64]:
    """Seconds since midnight of a column of times of day; NaN where a cell holds none."""
    codes, distinct = pd.factorize(column)
    matches = [_CLOCK.fullmatch(text) for text in _texts(distinct)]
    return np.array([*(_seconds(*match.groups()) if match else np.nan for match in matches), np.nan])[codes]


def after(date: Walls, seconds: NDArray[np.float64]) -> Walls:
    """Dates and times of day, together."""
    known = np.isfinite(seconds)
    span = np.round(np.where(known, seconds, 0.0) * 1e6).astype("timedelta64[us]")
    return Walls(np.where(known, date.time + span, np.datetime64("NaT")), date.offset)


_SAID: Final = {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}


def _closer_together(texts: Sequence[str]) -> tuple[Order, str]:
    """Of the two orders the one in which the times lie closer together."""
    parts = _parts(texts)
    orders: tuple[Order, Order] = ("dmy", "mdy")
    days = {order: _days_spanned(_dates(parts, order)) for order in orders}
    if days["dmy"] == days["mdy"]:
        return "dmy", (
            f"Dates like {texts[0]} can be read in two ways: read as day, month, year; if that is wrong, "
            "give the order: --dates mdy."
        )
    order: Order = "dmy" if days["dmy"] < days["mdy"] else "mdy"
    return order, (f"Dates like {texts[0]} are read as {_SAID[order]}: the other way they would lie far apart.")


def _days_spanned(times: NDArray[np.datetime64]) -> float:
    """Whole days from the first to the last; the fewer, the likelier the order."""
    known = times[~np.isnat(times)]
    return float((known.max() - known.min()) / np.timedelta64(1, "D")) // 1 if len(known) else np.inf


def _since_1970(seconds: NDArray[np.float64]) -> Walls:
    known = np.isfinite(seconds) & (seconds >= _EPOCH[0]) & (seconds <= _EPOCH[1])
    micro = np.round(np.where(known, seconds, 0.0) * 1e6).astype("int64").astype("datetime64[us]")
    return Walls(np.where(known, micro, np.datetime64("NaT")), np.zeros(len(seconds)))


def _iso(texts: Sequence[str]) -> NDArray[np.datetime64] | None:
    """Times of which all are ISO 8601 without an offset, read at once; None where one is not."""
    if not texts or not all(map(_ISO.fullmatch, texts)):
        return None
    try:
        return np.array(texts).astype("datetime64[us]")
    except ValueError:  # such as 24:00, or a day that no month has
        return None


def _texts(distinct: Iterable[object]) -> list[str]:
    return [_canonical(str(value)) for value in distinct]


def _canonical(text: str) -> str:
    """Months in letters and dates without separators, written as ``2015-2-4``; all else as it is."""
    text = text.strip()
    if len(text) > _LONGEST_TIME:
        return text
    compact = _COMPACT.fullmatch(text)
    if compact:
        year, month, day, hour, minute, second, zulu = compact.groups()
        return f"{year}-{month}-{day}" + (f" {hour}:{minute}:{second or '00'}{zulu}" if hour else "")
    named = (_DAY_MONTH.search(text) or _MONTH_DAY.search(text)) if any(map(str.isalpha, text)) else None
    if named and named["m"].lower() in _MONTHS:
        year = named["y"] if len(named["y"]) == 4 else f"20{named['y']}"
        return f"{year}-{_MONTHS.index(named['m'].lower()) + 1}-{named['d']}{text[named.end() :]}"
    return text


def _parts(texts: Sequence[str]) -> _Parts:
    matches = [_DATE.fullmatch(text) for text in texts]
    dates = [(int(match[1]), int(match[3]), int(match[4])) if match else (0, 0, 0) for match in matches]
    seconds = [_seconds(*match.group(5, 6, 7, 8, 9)) if match else np.nan for match in matches]
    offsets = [_offset(match[10]) if match else np.nan for match in matches]
    return _Parts(np.array(dates, dtype=np.int64).reshape(-1, 3).T, np.array(seconds), np.array(offsets))


def _seconds(hour: str | None, minute: str | None, second: str | None, part: str | None, half: str | None) -> float:
    """Seconds since midnight; NaN for what no clock shows. 24:00 is the end of the day."""
    h, m, s = int(hour or 0), int(minute or 0), int(second or 0)
    if half and not 1 <= h <= 12:
        return np.nan
    if half:
        h = h % 12 + (12 if half in "pP" else 0)
    if m > 59 or s > 60 or h * 60 + m > 24 * 60:
        return np.nan
    return h * 3600 + m * 60 + s + (float(f"0.{part}") if part else 0.0)


def _offset(text: str | None) -> float:
    if not text:
        return np.nan
    if text in ("Z", "UTC", "GMT"):
        return 0.0
    digits = text[1:].replace(":", "").ljust(4, "0")
    return (-1 if text[0] == "-" else 1) * (int(digits[:2]) * 3600.0 + int(digits[2:]) * 60.0)


def _dates(parts: _Parts, order: Order) -> NDArray[np.datetime64]:
    """Date and time of day of every distinct cell; NaT for what no calendar has.

    A year of four digits in front is one whatever the order.
    """
    first, second, third = parts.date
    day, month = (first, second) if order == "dmy" else (second, first)
    year_first = (first > 999) | (order == "ymd")
    year = np.where(year_first, first, np.where(third < 100, third + 2000, third))
    month, day = np.where(year_first, second, month), np.where(year_first, third, day)
    plausible = (year >= 1900) & (year <= 2200) & (month >= 1) & (month <= 12) & (day >= 1)
    plausible &= np.isfinite(parts.seconds)
    months = np.where(plausible, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(plausible, day - 1, 0).astype("timedelta64[D]")
    plausible &= days.astype("datetime64[M]") == months
    span = np.round(np.where(plausible, parts.seconds, 0.0) * 1e6).astype("timedelta64[us]")
    return np.where(plausible, days.astype("datetime64[us]") + span, np.datetime64("NaT"))
