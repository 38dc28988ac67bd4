"""The tables: which columns hold unit, time and kind, what is a number, and what had to be left out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab import clock
from farmlab.errors import InsufficientData, UnknownName, UnreadableTable
from farmlab.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

UNIT: Final = ("unit", "machineid", "machine_id", "machine", "unit_id", "unitid", "asset", "asset_id", "device",
               "device_id", "equipment", "equipment_id", "id", "house")  # fmt: skip
TIME: Final = ("timestamp", "datetime", "time", "date", "date_time", "ts")
KIND: Final = ("kind", "type", "failure", "failure_type", "errorid", "error", "comp", "component", "code", "event",
               "event_type", "action", "name")  # fmt: skip
SEPARATORS: Final = (",", ";", "\t", "|")
ONE: Final = "the machine"
"""The unit of tables that name none."""
LABEL: Final = re.compile(
    r"fail|fault|label|target|broken|breakdown|\brul\b|remaining|time_?to|ttf|will_|next_|anomal", re.I
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


@dataclass
class _Said:
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read(asked: Asked, *, now: datetime) -> Tables:
    """The tables, checked.

    Raises
    ------
    UnreadableTable
        A file is no table, or has no times.
    InsufficientData
        There are no readings, or of less than a week.
    """
    said = _Said()
    readings = _readings(asked, now, said)
    units = list(readings.index.get_level_values("unit").unique())
    events = _events(asked.events, asked, "event", now, said)
    mended = _events(asked.maintenance, asked, "maintenance", now, said)
    failed = _events(asked.failures, asked, NO_KIND, now, said)
    if asked.failures is None and not events.empty:
        named = events["kind"].str.contains("fail|breakdown", case=False)
        failed, events = events[named], events[~named]
    _check(failed, units, said)
    return Tables(
        name=asked.readings.name,
        readings=readings,
        happened=_by_unit(units, (("", events), ("maintenance ", mended), ("failure ", failed)), said),
        failures={unit: _moments(failed, unit) for unit in units},
        kinds={unit: _kinds(failed, unit) for unit in units},
        attributes=_attributes(asked, units, said),
        train_until=pd.Timestamp(clock.parse_time(asked.train_until, asked.timezone)) if asked.train_until else None,
        warnings=tuple(said.warnings),
        notes=tuple(said.notes),
    )


def _readings(asked: Asked, now: datetime, said: _Said) -> pd.DataFrame:
    table = _placed(_table(asked.readings), asked, asked.readings.name, now, said)
    rest = table.drop(columns=["unit", "time"])
    leaking = [name for name in rest.columns if LABEL.search(str(name))]
    if leaking:
        shown = ", ".join(one_line(str(name), limit=40) for name in leaking)
        said.warnings.append(f"Leak: {shown} reads like an answer and was left out of what is learned from.")
    numbers = rest.drop(columns=leaking).apply(pd.to_numeric, errors="coerce").replace([np.inf, -np.inf], np.nan)
    spread = numbers.nunique()
    flat = [str(name) for name in numbers.columns if spread[name] <= 1]
    if flat:
        said.notes.append(f"Constant or empty, left out: {', '.join(one_line(name, limit=40) for name in flat[:8])}.")
    useful = [name for name in numbers.columns if spread[name] > 1]
    if len(useful) > MOST_COLUMNS:
        useful = sorted(useful, key=lambda name: -numbers[name].notna().mean())[:MOST_COLUMNS]
        said.warnings.append(f"Only {MOST_COLUMNS} of the columns are used, those with the fewest gaps.")
    if not useful:
        raise InsufficientData(
            "no column holds numbers that change", where=asked.readings.name, next_step="Give readings that vary."
        )
    numbers = numbers[useful].rename(columns=str)
    found = numbers.set_index(pd.MultiIndex.from_frame(table[["unit", "time"]])).sort_index(kind="stable")
    again = found.index.duplicated(keep="first")
    if again.any():
        said.warnings.append(f"{again.sum():,} readings repeat unit and time: the first of each is used.")
    found = found[~again]
    times = found.index.get_level_values("time")
    if times.max() - times.min() < pd.Timedelta(days=7):
        raise InsufficientData(
            f"the readings span {(times.max() - times.min()) / pd.Timedelta(days=1):.1f} days, and 7 are needed",
            where=asked.readings.name,
            next_step="Give a longer history.",
        )
    count = len(found.index.get_level_values("unit").unique())
    if count < 5:
        said.warnings.append(
            f"Only {count} unit{'' if count == 1 else 's'}: what is learned is of {'it' if count == 1 else 'these'}, "
            "nothing is known of others."
        )
    return pd.DataFrame(found)


def _events(path: Path | None, asked: Asked, what: str, now: datetime, said: _Said) -> pd.DataFrame:
    if path is None:
        return pd.DataFrame({"unit": [], "time": pd.DatetimeIndex([], tz="UTC"), "kind": []})
    table = _placed(_table(path), asked, path.name, now, said)
    known = {str(name).lower(): name for name in table.columns if name not in ("unit", "time")}
    column = next((known[name] for name in KIND if name in known), None)
    if column is None:
        column = next((name for name in known.values() if not pd.api.types.is_numeric_dtype(table[name])), None)
    kinds = table[column].map(lambda cell: one_line(str(cell), limit=40)) if column is not None else what
    return pd.DataFrame({"unit": table["unit"], "time": table["time"], "kind": kinds}).drop_duplicates()


def _attributes(asked: Asked, units: Sequence[str], said: _Said) -> pd.DataFrame:
    """Attributes as numbers; texts become the place of their value in order."""
    if asked.units is None:
        return pd.DataFrame(index=pd.Index(units, name="unit"))
    table = _table(asked.units)
    column = _named(table, asked.unit, UNIT)
    if column is None:
        raise UnreadableTable(
            "no column names the unit", where=asked.units.name, next_step="Call it unit, or say --unit COLUMN."
        )
    table = table.assign(unit=table[column].map(_unit_name)).drop_duplicates("unit").set_index("unit")
    rest = table.drop(columns=[name for name in (column,) if name in table])
    leaking = [name for name in rest.columns if LABEL.search(str(name))]
    if leaking:
        said.warnings.append(
            f"Leak: {', '.join(map(str, leaking))} of the units reads like an answer and was left out."
        )
    numbers = {}
    for name in rest.columns.difference(leaking):
        values = pd.to_numeric(rest[name], errors="coerce")
        numbers[str(name)] = values if values.notna().any() else rest[name].astype("category").cat.codes.astype(float)
    return pd.DataFrame(numbers, index=rest.index).reindex(list(units))


def _table(path: Path) -> pd.DataFrame:
    try:
        head = _head(path)
        whole = pd.read_csv(path, sep=max(SEPARATORS, key=head.count), low_memory=False)
    except FileNotFoundError:
        raise UnreadableTable("there is no such file", where=str(path), next_step="Check the path.") from None
    except (OSError, ValueError, pd.errors.ParserError, UnicodeError) as error:
        raise UnreadableTable(
            f"it cannot be read as a table: {one_line(str(error), limit=80)}",
            where=path.name,
            next_step="Give a CSV with a header.",
        ) from None
    if whole.empty:
        raise UnreadableTable("it holds no rows", where=path.name, next_step="Export it again, with rows.")
    return whole


def _head(path: Path) -> str:
    import gzip

    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", errors="replace") as lines:
        return str(lines.readline())


def _placed(table: pd.DataFrame, asked: Asked, name: str, now: datetime, said: _Said) -> pd.DataFrame:
    """The table with ``unit`` and ``time`` (UTC); rows without a time, or from the future, are left out."""
    when = _named(table, asked.time, TIME)
    if when is None:
        raise UnreadableTable("no column holds times", where=name, next_step="Call it timestamp, or say --time COLUMN.")
    who = _named(table, asked.unit, UNIT)
    times = pd.to_datetime(table[when], errors="coerce", utc=True)
    if times.isna().any():
        times = times.fillna(pd.to_datetime(table[when].where(times.isna()), errors="coerce", utc=True, format="mixed"))
    if times.notna().any() and not _has_zone(table[when]) and asked.timezone != "UTC":
        local = times.dt.tz_localize(None).dt.tz_localize(
            clock.zone(asked.timezone), ambiguous=False, nonexistent="NaT"
        )
        times = local.dt.tz_convert("UTC")
    units = table[who].map(_unit_name) if who is not None else ONE
    rest = table.drop(columns=[column for column in (when, who) if column is not None])
    rest = rest.drop(columns=[column for column in ("unit", "time") if column in rest.columns])
    placed = rest.assign(unit=units, time=times.astype("datetime64[ns, UTC]"))
    unread, ahead = placed["time"].isna(), placed["time"] > pd.Timestamp(now)
    if unread.any():
        said.warnings.append(f"{name}: {unread.sum():,} rows have no readable time and were left out.")
    if ahead.any():
        said.warnings.append(f"{name}: {ahead.sum():,} rows lie in the future and were left out.")
    kept = placed[~unread & ~ahead]
    if kept.empty:
        raise InsufficientData("no row has a time that is past", where=name, next_step="Check the column of times.")
    return kept


def _has_zone(column: pd.Series) -> bool:
    return bool(re.search(r"(Z|[+-]\d\d:?\d\d)$", str(column.dropna().iloc[0]).strip()))


def _named(table: pd.DataFrame, asked: str, usual: Sequence[str]) -> str | None:
    if asked and asked in table.columns:
        return asked
    if asked and not any(str(name).lower() in usual for name in table.columns):
        raise UnknownName.among("column", asked, table.columns)
    known = {str(name).strip().lower(): name for name in table.columns}
    return next((known[name] for name in usual if name in known), None)


def _unit_name(cell: object) -> str:
    number = isinstance(cell, float) and cell.is_integer()
    return one_line(str(int(cell)) if number else str(cell), limit=60)  # type: ignore[call-overload]


def _check(failed: pd.DataFrame, units: Sequence[str], said: _Said) -> None:
    strange = ~failed["unit"].isin(units)
    if strange.any():
        said.warnings.append(f"{strange.sum():,} failures are of units without readings and cannot be learned from.")
    never = sum(1 for unit in units if unit not in set(failed["unit"]))
    if never and len(failed):
        said.notes.append(f"{never} of {len(units)} units never failed.")


def _by_unit(
    units: Sequence[str], tables: Sequence[tuple[str, pd.DataFrame]], said: _Said
) -> dict[str, dict[str, list[pd.Timestamp]]]:
    found: dict[str, dict[str, list[pd.Timestamp]]] = {unit: {} for unit in units}
    for prefix, table in tables:
        usual = list(table["kind"].value_counts().index[:MOST_KINDS]) if len(table) else []
        if table["kind"].nunique() > MOST_KINDS:
            said.notes.append(f"Of {prefix or 'event '}kinds the {MOST_KINDS} most frequent are told apart.")
        kinds = table["kind"].where(table["kind"].isin(usual), "other")
        for name in [*usual, *(["other"] if len(table) and (kinds == "other").any() else [])]:
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
