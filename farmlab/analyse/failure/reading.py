"""The tables: which columns hold unit, time and kind, what is a number, and what had to be left out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from farmlab import clock
from farmlab.analyse.failure.sheets import UNIT, Said, Sheets, as_names
from farmlab.errors import InsufficientData, UnreadableTable
from farmlab.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from farmlab.integrations.recognise.times import Order

KIND: Final = ("kind", "type", "failure", "failure_type", "errorid", "error", "comp", "component", "code", "event",
               "event_type", "action", "name")  # fmt: skip
LABEL: Final = re.compile(
    r"fail|(?<!de)fault|label|target|broken|breakdown|\brul\b|remaining|time_?to|ttf|will_|next_|anomal", re.I
)
"""Names of columns that hold an answer."""
NO_KIND: Final = "failure"
"""What a failure is called of which nobody said the kind."""
MOST_COLUMNS: Final = 24
MOST_KINDS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The files, and how columns are called where that is not recognised."""

    readings: Path
    events: Path | None = None
    maintenance: Path | None = None
    failures: Path | None = None
    units: Path | None = None
    unit: str = ""
    time: str = ""
    train_until: str = ""
    timezone: str = "UTC"
    dates: Order | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What was read.

    Attributes
    ----------
    readings
        Numbers by unit and time (UTC), sorted, each moment of a unit once.
    happened
        By unit and kind ("error 3", "maintenance comp1", "failure"), the times.
    failures
        By unit, the times at which it failed.
    kinds
        By unit and time of a failure, the kinds on record; empty where nobody said kinds.
    attributes
        Numbers by unit.
    train_until
        Up to here may be learned from; None where nobody said.
    warnings, notes
        What is wrong, and what was taken to be so.
    """

    name: str
    readings: pd.DataFrame
    happened: dict[str, dict[str, list[pd.Timestamp]]]
    failures: dict[str, list[pd.Timestamp]]
    kinds: dict[str, dict[pd.Timestamp, list[str]]]
    attributes: pd.DataFrame
    train_until: pd.Timestamp | None
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


def read(asked: Asked, *, now: datetime) -> Tables:
    """The tables, checked.

    Raises
    ------
    UnreadableTable
        A file is no table, or has no times.
    InsufficientData
        There are no readings, or of less than a week.
    """
    said = Said()
    sheets = Sheets(asked.unit, asked.time, asked.timezone, asked.dates, now, said)
    until = pd.Timestamp(clock.parse_time(asked.train_until, asked.timezone)) if asked.train_until else None
    readings = _readings(sheets, asked.readings, until)
    units = list(readings.index.get_level_values("unit").unique())
    events = _events(sheets, asked.events, "event")
    mended = _events(sheets, asked.maintenance, "maintenance")
    failed = _events(sheets, asked.failures, NO_KIND)
    if asked.failures is None and not events.empty:
        named = events["kind"].str.contains("fail|breakdown", case=False)
        failed, events = events[named], events[~named]
    _check(failed, units, said)
    return Tables(
        name=asked.readings.name,
        readings=readings,
        happened=_by_unit(units, (("", events), ("maintenance ", mended), ("failure ", failed)), until, said),
        failures={unit: _moments(failed, unit) for unit in units},
        kinds={unit: _kinds(failed, unit) for unit in units},
        attributes=_attributes(sheets, asked.units, units),
        train_until=until,
        warnings=tuple(said.warnings),
        notes=tuple(said.notes),
    )


def _readings(sheets: Sheets, path: Path, until: pd.Timestamp | None) -> pd.DataFrame:
    sheet, table = sheets.placed(path)
    said = sheets.said
    leaking = [name for name in sheet.cells.columns if LABEL.search(name)]
    if leaking:
        shown = ", ".join(one_line(name, limit=40) for name in leaking)
        said.warnings.append(f"Leak: {shown} reads like an answer and was left out of what is learned from.")
    numbers = pd.DataFrame({name: sheet.numbers(name) for name in sheet.cells.columns if name not in leaking})
    useful = _useful(numbers[_known(table["time"], until)], said)
    if not useful:
        raise InsufficientData(
            "no column holds numbers that change", where=path.name, next_step="Give readings that vary."
        )
    found = numbers[useful].set_index(pd.MultiIndex.from_frame(table)).sort_index(kind="stable")
    again = found.index.duplicated(keep="first")
    if again.any():
        said.warnings.append(f"{again.sum():,} readings repeat unit and time: the first of each is used.")
    found = found[~again]
    _require_a_week(found.index.get_level_values("time"), path)
    count = len(found.index.get_level_values("unit").unique())
    if count < 5:
        said.warnings.append(
            f"Only {count} unit{'' if count == 1 else 's'}: what is learned is of {'it' if count == 1 else 'these'}, "
            "nothing is known of others."
        )
    return pd.DataFrame(found)


def _known(times: pd.Series, until: pd.Timestamp | None) -> pd.Series:
    """The rows up to the end of learning, which alone say what is looked at; all, where none comes before it."""
    early = times <= until if until is not None else times.notna()
    return early if early.any() else times.notna()


def _useful(numbers: pd.DataFrame, said: Said) -> list[str]:
    """The columns that change; of too many those with the fewest gaps."""
    spread = numbers.nunique()
    flat = [name for name in numbers.columns if spread[name] <= 1]
    if flat:
        said.notes.append(f"Constant or empty, left out: {', '.join(one_line(name, limit=40) for name in flat[:8])}.")
    useful = [name for name in numbers.columns if spread[name] > 1]
    if len(useful) > MOST_COLUMNS:
        useful = sorted(useful, key=lambda name: -numbers[name].notna().mean())[:MOST_COLUMNS]
        said.warnings.append(f"Only {MOST_COLUMNS} of the columns are used, those with the fewest gaps.")
    return useful


def _require_a_week(times: pd.Index, path: Path) -> None:
    days = (times.max() - times.min()) / pd.Timedelta(days=1)
    if days < 7:
        raise InsufficientData(
            f"the readings span {days:.1f} days, and 7 are needed",
            where=path.name,
            next_step="Give a longer history.",
        )


def _events(sheets: Sheets, path: Path | None, what: str) -> pd.DataFrame:
    if path is None:
        return pd.DataFrame({"unit": [], "time": pd.DatetimeIndex([], tz="UTC"), "kind": []})
    sheet, table = sheets.placed(path)
    column = sheet.column("", KIND)
    if column is None:
        texts = (name for name in sheet.cells.columns if not pd.api.types.is_numeric_dtype(sheet.cells[name]))
        column = next(texts, None)
    kinds = as_names(sheet.cells[column]).fillna(what) if column is not None else what
    return table.assign(kind=kinds).drop_duplicates()


def _attributes(sheets: Sheets, path: Path | None, units: Sequence[str]) -> pd.DataFrame:
    """Attributes as numbers; texts become the place of their value in order."""
    if path is None:
        return pd.DataFrame(index=pd.Index(units, name="unit"))
    sheet = sheets.open(path, (*UNIT, sheets.unit.lower()))
    column = sheet.column(sheets.unit, UNIT)
    if column is None:
        raise UnreadableTable(
            "no column names the unit", where=path.name, next_step="Call it unit, or say --unit COLUMN."
        )
    names = [name for name in sheet.cells.columns if name != column]
    leaking = [name for name in names if LABEL.search(name)]
    if leaking:
        shown = ", ".join(one_line(name, limit=40) for name in leaking)
        sheets.said.warnings.append(f"Leak: {shown} of the units reads like an answer and was left out.")
    numbers = {"unit": as_names(sheet.cells[column])}
    for name in sorted({*names} - {*leaking}):
        values = sheet.numbers(name)
        numbers[name] = values if values.notna().any() else sheet.cells[name].astype("category").cat.codes.astype(float)
    return pd.DataFrame(numbers).drop_duplicates("unit").set_index("unit").reindex(list(units))


def _check(failed: pd.DataFrame, units: Sequence[str], said: Said) -> None:
    strange = ~failed["unit"].isin(units)
    if strange.any():
        said.warnings.append(f"{strange.sum():,} failures are of units without readings and cannot be learned from.")
    never = sum(1 for unit in units if unit not in set(failed["unit"]))
    if never and len(failed):
        said.notes.append(f"{never} of {len(units)} units never failed.")


def _by_unit(
    units: Sequence[str], tables: Sequence[tuple[str, pd.DataFrame]], until: pd.Timestamp | None, said: Said
) -> dict[str, dict[str, list[pd.Timestamp]]]:
    found: dict[str, dict[str, list[pd.Timestamp]]] = {unit: {} for unit in units}
    for prefix, table in tables:
        count = table.loc[_known(table["time"], until), "kind"].value_counts()
        usual = sorted(sorted(count.index, key=lambda kind: (-count[kind], kind))[:MOST_KINDS])
        if len(count) > MOST_KINDS:
            said.notes.append(f"Of {prefix or 'event '}kinds the {MOST_KINDS} most frequent are told apart.")
        kinds = table["kind"].where(table["kind"].isin(usual), "other")
        for name in [*usual, *(["other"] if len(count) > MOST_KINDS else [])]:
            mine = table[kinds == name]
            times = {unit: list(rows) for unit, rows in mine.groupby("unit")["time"]}
            for unit in units:
                found[unit][f"{prefix}{name}"] = times.get(unit, [])
    return found


def _moments(table: pd.DataFrame, unit: str) -> list[pd.Timestamp]:
    return sorted(set(table.loc[table["unit"] == unit, "time"]))


def _kinds(table: pd.DataFrame, unit: str) -> dict[pd.Timestamp, list[str]]:
    mine = table[(table["unit"] == unit) & (table["kind"] != NO_KIND)]
    found: dict[pd.Timestamp, list[str]] = {}
    for moment, kind in sorted(set(zip(mine["time"], mine["kind"], strict=True))):
        found.setdefault(moment, []).append(kind)
    return found
