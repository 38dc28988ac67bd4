"""Wide or long, which column is what, and how the times go: one table, understood as a whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab import clock
from farmlab.errors import UnreadableTable
from farmlab.integrations.recognise import headers, moments, series, times
from farmlab.integrations.recognise.counting import SAID, how_it_counts
from farmlab.integrations.recognise.mapping import check_used
from farmlab.integrations.recognise.numerals import read_numbers
from farmlab.integrations.recognise.places import find_group, find_pair, find_places, is_row_number
from farmlab.integrations.recognise.result import Column, Places, Recognised
from farmlab.units import METRICS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from numpy.typing import NDArray

    from farmlab.integrations.recognise.hints import Hints
    from farmlab.integrations.recognise.mapping import Said
    from farmlab.integrations.recognise.places import Raw, TimePlace
    from farmlab.integrations.recognise.rows import Rows
    from farmlab.integrations.recognise.source import Source

_EPOCH_UNITS: Final = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}


@dataclass(frozen=True, slots=True)
class Cut:
    """A file cut into cells, with the column of its time."""

    source: Source
    rows: Rows
    raw: Raw
    time: TimePlace


def understand(cut: Cut, said: Mapping[str, Said], by_index: Mapping[int, Said], hints: Hints) -> Recognised:
    """What the table is.

    Raises
    ------
    UnreadableTable
        No column holds a quantity that is known.
    """
    how, doubt = _time_format(cut, hints)
    walls = wall_times(cut.raw.cells, cut.time.columns, how)
    places, told = _places(cut.raw, find_places(cut.raw, cut.time.columns, by_index), walls, by_index)
    found = _series(cut.raw, places, said, by_index, hints)
    check_used(said, cut.raw.names, [column.name for column in found.columns])
    if not found.columns:
        raise _nothing_measured(cut)
    houses = _houses(cut.raw, places, hints)
    moment, step, zone_notes = _moments(cut, walls, places, hints)
    columns, kinds = _counted(cut.raw, places, found.columns, moment, hints)
    known = moment[~np.isnat(moment)]
    return Recognised(
        name=cut.source.name,
        layout="wide" if places.value < 0 else "long",
        encoding=cut.source.encoding,
        delimiter=cut.rows.delimiter,
        header=cut.rows.header,
        decimal=cut.raw.decimal,
        names=cut.raw.names,
        places=places,
        time_format=how,
        zone=hints.timezone or "UTC",
        columns=columns,
        houses=tuple(houses.items()),
        left_out=found.left_out,
        rows=len(cut.rows.lines),
        start=_moment(known.min()) if len(known) else None,
        until=_moment(known.max()) if len(known) else None,
        step=step.usual,
        gaps=step.gaps,
        assumptions=tuple(
            filter(None, (*cut.rows.notes, cut.raw.doubt, doubt, *told, *zone_notes, *found.notes, *kinds, _gaps(step)))
        ),
    )


def wall_times(cells: pd.DataFrame, columns: tuple[int, ...], how: times.TimeFormat) -> times.Walls:
    """The times of a table as they are written, from one column or from date and time of day."""
    walls = times.wall_times(cells[columns[0]], how)
    return times.after(walls, times.seconds_of_day(cells[columns[1]])) if len(columns) > 1 else walls


def groups_of(cells: pd.DataFrame, places: Places) -> NDArray[np.int64]:
    """A number for every row: rows of one house (and group, key, metric and unit) have the same."""
    apart = [i for i in (places.house, places.group, places.key, places.metric, places.unit) if i >= 0]
    codes = np.zeros(len(cells), dtype=np.int64)
    for index in apart:
        more, distinct = pd.factorize(cells[index])
        codes = codes * (len(distinct) + 1) + more + 1
    return codes


def _time_format(cut: Cut, hints: Hints) -> tuple[times.TimeFormat, str]:
    first = cut.time.columns[0]
    if cut.time.kind == "epoch":
        name = cut.raw.names[first]
        return times.TimeFormat(
            "epoch", epoch=cut.time.epoch
        ), f"{name} counts {_EPOCH_UNITS[cut.time.epoch]} since 1970."
    order, doubt = (hints.dates, "") if hints.dates else times.order_of(cut.raw.cells[first])
    return times.TimeFormat(cut.time.kind, order), doubt


def _left(raw: Raw, places: Places, said: Mapping[int, Said]) -> list[int]:
    """The columns that have no place of their own."""
    placed = {places.house, places.group, places.key, places.metric, places.unit, places.value, places.quality}
    ignored = {index for index, words in said.items() if words.role}
    return [i for i in range(len(raw.names)) if i not in placed | ignored | set(places.time)]


def _places(raw: Raw, places: Places, walls: times.Walls, said: Mapping[int, Said]) -> tuple[Places, list[str]]:
    """The places, completed by what the header does not name: key and value, or the group that parts the rows."""
    if places.value >= 0 or places.group >= 0:
        return places, []
    frame = pd.DataFrame({"wall": walls.time.astype("int64"), "house": groups_of(raw.cells, places)})
    if not frame.duplicated().any():
        return places, []
    left = [i for i in _left(raw, places, said) if not is_row_number(raw, i)]
    pair = find_pair(raw, left)
    if pair:
        told = f"A long table: {raw.names[pair[0]]!r} says what {raw.names[pair[1]]!r} measures."
        return replace(places, key=pair[0], value=pair[1]), [told]
    group = find_group(raw, left, frame.groupby(["wall", "house"]).ngroup())
    if group < 0:
        return places, []
    return replace(places, group=group), [f"Times repeat; {raw.names[group]!r} tells the rows apart."]


def _series(
    raw: Raw, places: Places, said: Mapping[str, Said], by_index: Mapping[int, Said], hints: Hints
) -> series.Series:
    left = _left(raw, places, by_index)
    if places.value < 0:
        measured = [i for i in left if not is_row_number(raw, i)]
        if hints.as_written:
            return series.columns_as_written(raw, measured)
        return series.of_columns(raw, measured, by_index, keep_unknown=hints.keep_unknown)
    if hints.as_written:
        return series.keys_as_written(raw, places)
    found = series.of_keys(raw, places, said, keep_unknown=hints.keep_unknown)
    others = tuple(raw.names[i] for i in left if raw.names[i])
    told = (f"Not needed, left out: {', '.join(others)}.",) if others else ()
    return series.Series(found.columns, (*found.left_out, *others), (*found.notes, *told))


def _houses(raw: Raw, places: Places, hints: Hints) -> dict[str, int]:
    if places.house < 0:
        return {}
    names = [str(name) for name in pd.unique(raw.cells[places.house].dropna())]
    return series.house_numbers(names, hints.houses, count=hints.keep_unknown)


def _moments(
    cut: Cut, walls: times.Walls, places: Places, hints: Hints
) -> tuple[NDArray[np.datetime64], moments.Step, list[str]]:
    """The moments of the rows, how they follow each other, and what was assumed of the zone."""
    groups = groups_of(cut.raw.cells, places)
    found = moments.in_utc(walls, hints.timezone or "UTC", groups)
    local = bool((np.isnan(walls.offset) & ~np.isnat(walls.time)).any())
    notes = []
    if local and hints.timezone:
        notes.append(f"The times carry no offset: taken as those of {hints.timezone}.")
    elif local:
        notes.append("The times carry no offset: taken as UTC; if that is wrong, say --timezone ZONE.")
    if found.twice.any():
        notes.append("Clocks go back within the table: an hour that comes twice is first the earlier, then the later.")
    repeats = int(pd.DataFrame({"moment": found.time, "group": groups}).dropna().duplicated().sum())
    if repeats:
        counts = "first" if hints.as_written else "later"
        notes.append(f"Times that repeat: {repeats}; the {counts} row counts.")
    return found.time, moments.step_of(found.time, groups), notes


def _counted(
    raw: Raw, places: Places, columns: tuple[Column, ...], moment: NDArray[np.datetime64], hints: Hints
) -> tuple[tuple[Column, ...], list[str]]:
    """The columns with how their values add up, seen from the first house of each, and what to say of it."""
    groups = groups_of(raw.cells, places)
    rows_of = series.rows_by_key(raw.cells, places) if places.value >= 0 else {}
    told, notes = [], []
    for column in columns:
        if not column.metric or METRICS[column.metric].kind == "gauge" or headers.is_source_key(column.name):
            told.append(column)
            continue
        rows = rows_of.get(column.cells, np.arange(len(groups)))
        rows = rows[groups[rows] == groups[rows[0]]]
        index = places.value if column.index < 0 else column.index
        values = read_numbers(raw.cells[index].iloc[rows], raw.decimal).values
        kind = how_it_counts(column.metric, values, moment[rows], hints.timezone or "UTC")
        told.append(replace(column, kind=kind))
        if kind and kind != METRICS[column.metric].kind:
            notes.append(f"{column.name!r} is taken as {SAID[kind]}.")
    return tuple(told), notes


def _gaps(step: moments.Step) -> str:
    if step.usual is None or step.longest is None:
        return ""
    usual, longest = clock.in_words(step.usual), clock.in_words(step.longest)
    return f"Every {usual}; gaps: {step.gaps}, the longest {longest}."


def _moment(value: np.datetime64) -> datetime:
    return pd.Timestamp(value).to_pydatetime().replace(tzinfo=UTC)


def _nothing_measured(cut: Cut) -> UnreadableTable:
    names = ", ".join(repr(name) for name in cut.raw.names[:12])
    return UnreadableTable(
        f"no column holds a quantity that is known (columns: {names})",
        where=cut.source.name,
        next_step='Say what one means: --map "COLUMN=temp:C".',
    )
