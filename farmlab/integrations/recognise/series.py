"""What the columns of a wide table, or the keys of a long one, measure, and in which unit."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.errors import UnitError
from farmlab.integrations.recognise import headers
from farmlab.integrations.recognise.mapping import Said
from farmlab.integrations.recognise.numerals import read_numbers, unit_in_cells
from farmlab.integrations.recognise.result import Column, Places
from farmlab.text import one_line
from farmlab.units import METRICS, conversion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from farmlab.integrations.recognise.places import Raw

_LAST_NUMBER: Final = re.compile(r"(\d{1,4})\D*$")
_HOTTEST_HOUSE_C: Final = 45.0
"""A median above is no temperature of a house in °C; as °F it is 7 °C and more."""


@dataclass(frozen=True, slots=True)
class Series:
    """The columns that are read, those left out, and the sentences about both."""

    columns: tuple[Column, ...]
    left_out: tuple[str, ...]
    notes: tuple[str, ...]


def of_columns(raw: Raw, left: Sequence[int], said: Mapping[int, Said], *, keep_unknown: bool) -> Series:
    """What the columns of a wide table measure."""
    named = [(i, raw.names[i] or f"column {i + 1}") for i in left]
    numeric = [(i, name) for i, name in named if raw.numeric(i)]
    texts = [name for i, name in named if not raw.numeric(i)]
    columns, notes = [], []
    for index, name in numeric:
        values = read_numbers(raw.cells[index], raw.decimal).values
        unit = "" if raw.cells[index].dtype.kind in "if" else unit_in_cells(raw.sample[index])
        column, sentence = _column(name, index, said.get(index), unit, values)
        columns.append(column)
        notes.append(sentence)
    series = _known(columns, notes, keep_unknown=keep_unknown)
    told = (f"Not numbers, left out: {', '.join(texts)}.",) if texts else ()
    return Series(series.columns, (*series.left_out, *texts), (*series.notes, *told))


def of_keys(raw: Raw, places: Places, said: Mapping[str, Said], *, keep_unknown: bool) -> Series:
    """What the keys of a long table measure: one series for every key, metric and unit that stand together."""
    values = read_numbers(raw.cells[places.value], raw.decimal).values
    rows = rows_by_key(raw.cells, places)
    metrics = Counter(key for key, _ in {cells[:2] for cells in rows})
    columns, notes = [], []
    for cells in rows:
        key, metric, unit = cells
        name = " ".join(filter(None, (key, metric))) if metrics[key] > 1 else key or metric
        words = said.get(key) or _by_metric(key, metric)
        column, sentence = _column(name, -1, words, one_line(unit), values[rows[cells]])
        columns.append(replace(column, cells=cells))
        notes.append(sentence)
    return _known(columns, notes, keep_unknown=keep_unknown)


def columns_as_written(raw: Raw, left: Sequence[int]) -> Series:
    """The columns of numbers of a wide table, whatever they measure."""
    named = [Column(name=raw.names[i] or f"column {i + 1}", index=i) for i in left]
    numeric = tuple(column for column in named if raw.numeric(column.index))
    others = [column for column in named if column not in numeric]
    empty = [column.name for column in others if not any(map(str.strip, raw.sample[column.index]))]
    texts = [column.name for column in others if column.name not in empty]
    notes = [f"Not numbers, left out: {', '.join(texts)}."] if texts else []
    notes += [f"Without any value, left out: {', '.join(empty)}."] if empty else []
    return Series(numeric, tuple(column.name for column in others), tuple(notes))


def keys_as_written(raw: Raw, places: Places) -> Series:
    """The series of a long table, whatever they measure."""
    rows = rows_by_key(raw.cells, places)
    metrics = Counter(key for key, _ in {cells[:2] for cells in rows})
    named = (
        Column(
            name=one_line(f"{cells[0]} {cells[1]}" if metrics[cells[0]] > 1 else cells[0]) or "?", index=-1, cells=cells
        )
        for cells in rows
    )
    return Series(tuple(named), (), ())


def rows_by_key(cells: pd.DataFrame, places: Places) -> dict[tuple[str, str, str], NDArray[np.int64]]:
    """The rows of a long table by key, metric and unit, "" where there is none."""
    named = {"key": places.key, "metric": places.metric, "unit": places.unit}
    texts = {name: cells[index].astype("str").fillna("") if index >= 0 else "" for name, index in named.items()}
    groups = pd.DataFrame(texts, index=cells.index).groupby([*named], sort=False).indices
    return {tuple(map(str, key)): np.asarray(rows, dtype=np.int64) for key, rows in groups.items()}  # type: ignore[call-overload]


def house_numbers(names: Iterable[str], known: Mapping[str, int], *, count: bool) -> dict[str, int]:
    """The number of the house for every name in a house column.

    A name is one of the ``known``, or ends in a number of its own ("House 3"); where neither is so for one
    of them, houses are counted from 1 in their order if ``count``, else the name is left out.
    """
    folded = {name.casefold(): number for name, number in known.items()}
    names = list(names)
    matches = {name: _LAST_NUMBER.search(name.removesuffix(".0")) for name in names}
    numbers = {name: folded.get(name.strip().casefold(), int(m[1]) if (m := matches[name]) else -1) for name in names}
    clear = {name: number for name, number in numbers.items() if number >= 0}
    if count and (len(clear) < len(names) or len(set(clear.values())) < len(names)):
        return {name: number for number, name in enumerate(names, start=1)}
    twice = {number for number, times in Counter(clear.values()).items() if times > 1}
    return {name: number for name, number in clear.items() if number not in twice or name.strip().casefold() in folded}


def _by_metric(key: str, metric: str) -> Said | None:
    """What the column of metrics says of a key; the key itself may say the position."""
    quantity, own = headers.meaning(metric), headers.meaning(key)
    if quantity is None:
        return None
    position = own.position if own and own.metric == quantity.metric else key
    return Said(metric=quantity.metric, unit=quantity.unit if quantity.confidence < 1 else "", position=position)


def _column(name: str, index: int, words: Said | None, unit: str, values: NDArray[np.float64]) -> tuple[Column, str]:
    """One series, and a sentence about what had to be assumed of it or why it is not known."""
    meaning = headers.meaning(name)
    if words and words.metric:
        position = words.position or (meaning.position if meaning else "")
        house = meaning.house if meaning else None
        meaning = headers.Meaning(words.metric, words.unit, position, house, 1.0)
    if meaning is None:
        return Column(
            name=name, index=index
        ), f'Column {name!r} not recognised: left out; use --map "{name}=metric[:unit]".'
    unit = meaning.unit or unit
    assumed, sentence = _assumed_unit(name, meaning.metric, values) if not unit else (unit, "")
    try:
        factor, offset = (100.0, 0.0) if assumed == "fraction" else conversion(assumed, metric=meaning.metric)
    except UnitError as error:
        return Column(
            name=name, index=index
        ), f'Column {name!r} left out: {error.what}; use --map "{name}={meaning.metric}:unit".'
    return Column(
        name=name,
        index=index,
        metric=meaning.metric,
        unit=assumed,
        position=meaning.position,
        house=meaning.house,
        factor=factor,
        offset=offset,
        confidence=meaning.confidence,
    ), sentence


def _assumed_unit(name: str, metric: str, values: NDArray[np.float64]) -> tuple[str, str]:
    """The unit of a quantity that came without one, from its values."""
    known = values[np.isfinite(values)]
    median = float(np.median(known)) if len(known) else np.nan
    if metric in ("temp", "temp_set") and median > _HOTTEST_HOUSE_C:
        return "°F", f"Column {name!r} says no unit; its values (median {median:.0f}) fit °F: read so."
    if metric == "rh" and len(known) and known.min() >= 0 and known.max() <= 1:
        return "fraction", f"Column {name!r} says no unit; its values lie between 0 and 1: read as shares of 100 %."
    return METRICS[metric].unit, ""


def _known(columns: Sequence[Column], notes: Sequence[str], *, keep_unknown: bool) -> Series:
    """The series that are read; those without a metric only where unknown ones are kept."""
    kept = [column for column in columns if column.metric or keep_unknown]
    left_out = tuple(column.name for column in columns if not (column.metric or keep_unknown))
    told = [note for note, column in zip(notes, columns, strict=True) if note and (column.metric or not keep_unknown)]
    silent = [c for c in kept if c.metric and METRICS[c.metric].unit and c.unit == METRICS[c.metric].unit]
    silent = [c for c in silent if (m := headers.meaning(c.name)) and not m.unit and c.confidence < 1]
    if silent:
        units = ", ".join(f"{c.name} {c.unit}" for c in silent)
        told.append(f"No unit is said; taken as usual: {units}.")
    return Series(tuple(_apart(kept)), left_out, tuple(told))


def _apart(columns: Sequence[Column]) -> list[Column]:
    """Series of one quantity and position in a house get a number each, so that they stay apart."""
    seen: Counter[tuple[int | None, str, str]] = Counter()
    apart = []
    for column in columns:
        place = (column.house, column.metric, column.position)
        seen[place] += 1
        again = column.metric and seen[place] > 1
        position = f"{column.position}_{seen[place]}".strip("_")
        apart.append(replace(column, position=position) if again else column)
    return apart
