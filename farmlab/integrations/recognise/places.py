"""Which column of a table is the time, the house, the key of a long table, and which may hold measurements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.integrations.recognise import headers, times
from farmlab.integrations.recognise.numerals import read_numbers, share_numeric
from farmlab.integrations.recognise.result import Places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from farmlab.integrations.recognise.mapping import Said
    from farmlab.integrations.recognise.numerals import Decimal

_NAMES: Final = {
    role: re.compile(pattern, re.I)
    for role, pattern in {
        "house": r"(?:house|barn|shed|stall|haus|building|galp[oó]n)(?:[ _.-]?(?:no|nr|number|num|id|name))?|h",
        "sensor": r"(?:sensor|channel|tag|point|signal|series|item|variable|parameter|key)(?:[ _.-]?(?:id|name))?|name",
        "metric": r"metric|quantity|measure|measurement|type|kind",
        "value": r"value|val|reading|wert|messwert|valor|data|measurement|result",
        "unit": r"units?|uom|einheit|unidad",
        "quality": r"quality|flag|qc",
    }.items()
}
_SEPARATES: Final = re.compile(r"machine|device|unit|group|location|zone|position|place|area|side|sensor|room|id", re.I)
_ROW_NUMBER: Final = re.compile(r"|#|no\.?|nr\.?|row|index|id|unnamed: 0", re.I)
_ARRIVAL: Final = re.compile(r"learn|receiv|creat|updat|insert|upload|sync", re.I)
_ENOUGH: Final = 0.5
_ENOUGH_NAMED: Final = 0.2
"""Share of numbers from which on a column is one of numbers, also where its name is that of a quantity; its other
cells are rejected."""
_MOST_GROUPS: Final = 200
_FEW_REPEATS: Final = 0.01
"""Share of rows that may repeat a time within a group: the hour that comes twice in autumn, a slip."""


@dataclass(frozen=True, slots=True)
class Raw:
    """A table before anything is known of it: names, a sample of cells by column, and all cells.

    ``doubt`` is a sentence about the decimal mark, where it is not certain.
    """

    names: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    cells: pd.DataFrame
    decimal: Decimal
    doubt: str = ""

    def numeric(self, index: int) -> bool:
        """Whether a column holds numbers."""
        if self.cells[index].dtype.kind in "iuf":
            return bool(self.cells[index].notna().any())
        if any(self.sample[index]):
            needed = _ENOUGH_NAMED if headers.meaning(self.names[index]) else _ENOUGH
            return share_numeric(self.sample[index], self.decimal) >= needed
        return bool(np.isfinite(read_numbers(self.cells[index], self.decimal).values).any())


@dataclass(frozen=True, slots=True)
class TimePlace:
    """The column of the time, or those of date and time of day; empty = none was found."""

    columns: tuple[int, ...] = ()
    kind: times.Kind = "moment"
    epoch: str = ""


def find_time(raw: Raw, said: Mapping[int, Said]) -> TimePlace:
    """Where the time stands: what a person said, else the likeliest column that holds nothing but times."""
    free = [i for i in range(len(raw.names)) if i not in said or said[i].role in ("time", "clock")]
    kinds = {i: times.kind_of(raw.sample[i], named=i in said or _is_named_time(raw.names[i])) for i in free}
    forced = _said(said, "time")
    epochs = {i: _epoch(raw, i, forced=i == forced) for i in free if kinds[i] is None}
    likely = [i for i in free if kinds[i] in ("moment", "date") or epochs.get(i)]
    if forced >= 0:
        likely = [i for i in likely if i == forced]
    if not likely:
        return TimePlace()
    best = max(likely, key=lambda i: (not _ARRIVAL.search(raw.names[i]), _is_named_time(raw.names[i]), -i))
    if epochs.get(best):
        return TimePlace((best,), "epoch", epochs[best])
    clock = next((i for i in free if kinds[i] == "clock" and (_said(said, "clock") in (-1, i))), -1)
    if kinds[best] == "date" and clock >= 0:
        return TimePlace((best, clock), "date")
    return TimePlace((best,), kinds[best] or "moment")


def find_places(raw: Raw, time: tuple[int, ...], said: Mapping[int, Said]) -> Places:
    """Where everything stands that is not a measurement."""
    taken = {*time, *(i for i, words in said.items() if words.metric or words.role == "ignore")}
    found = {"house": _take(raw, said, "house", taken)}
    value = _named(raw, said, "value", taken)
    if value >= 0 and raw.numeric(value):
        keys = {role: _take(raw, said, role, taken | {value}) for role in ("unit", "sensor", "metric", "quality")}
        if max(keys["sensor"], keys["metric"]) >= 0:
            key, metric = (keys["sensor"], keys["metric"]) if keys["sensor"] >= 0 else (keys["metric"], -1)
            found |= {"value": value, "key": key, "metric": metric, "unit": keys["unit"], "quality": keys["quality"]}
    return Places(time=time, group=_said(said, "group"), **found)


def find_pair(raw: Raw, left: Sequence[int]) -> tuple[int, int] | None:
    """Key and value of a long table whose header does not say so: one text that names quantities, one number."""
    numbers = [i for i in left if raw.numeric(i)]
    texts = [i for i in left if i not in numbers and any(headers.meaning(cell) for cell in set(raw.sample[i]))]
    if len(numbers) == 1 and len(texts) == 1 and headers.meaning(raw.names[numbers[0]]) is None:
        return texts[0], numbers[0]
    return None


def find_group(raw: Raw, left: Sequence[int], moment: pd.Series) -> int:
    """The column that tells rows of one time (and house) apart; -1 where none does."""
    for index in left:
        if headers.meaning(raw.names[index]) or (raw.numeric(index) and not _SEPARATES.search(raw.names[index])):
            continue
        texts = raw.cells[index].astype(str)
        repeats = pd.DataFrame({"moment": moment, "text": texts}).duplicated().mean()
        if texts.nunique() <= _MOST_GROUPS and repeats < _FEW_REPEATS:
            return index
    return -1


def is_row_number(raw: Raw, index: int) -> bool:
    """Whether a column only counts the rows."""
    if index > 0 or not _ROW_NUMBER.fullmatch(raw.names[index].strip()):
        return False
    values = read_numbers(raw.cells[index], raw.decimal).values
    return len(values) > 1 and bool(np.all(np.diff(values) == 1))


def _epoch(raw: Raw, index: int, *, forced: bool) -> str:
    if not (forced or index == 0 or _is_named_time(raw.names[index])) or not raw.numeric(index):
        return ""
    values = read_numbers(raw.cells[index], raw.decimal).values
    return times.epoch_unit(values[:400])


def _is_named_time(name: str) -> bool:
    return bool(times.NAMED_AS_TIME.search(name))


def _said(said: Mapping[int, Said], role: str) -> int:
    return next((index for index, words in said.items() if words.role == role), -1)


def _named(raw: Raw, said: Mapping[int, Said], role: str, taken: set[int]) -> int:
    """The column that a person named for this role, else the first free one whose whole name fits; -1 = none."""
    forced = _said(said, role)
    free = (i for i, name in enumerate(raw.names) if i not in taken and _NAMES[role].fullmatch(name.strip()))
    return forced if forced >= 0 else next((i for i in free if i not in said), -1)


def _take(raw: Raw, said: Mapping[int, Said], role: str, taken: set[int]) -> int:
    index = _named(raw, said, role, taken)
    taken.add(index)
    return index
