"""What an analysis found, as plain files in the folder of its run: ``results.json`` and ``tables/*.csv``.

The last cell of every analysis calls :func:`record`; the kernel only reads the store, so that it is
:mod:`farmlab.runs` that takes the findings in afterwards.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from farmlab import text
from farmlab.domain import Finding, Run, Severity, Verdict
from farmlab.errors import DataError

if TYPE_CHECKING:
    import pandas as pd
    from pydantic import TypeAdapter

Value = float | str | None

RESULTS: Final = "results.json"
PREVIOUS: Final = "previous.json"
DRAWING: Final = "drawing"
"""In the data of a recorded finding: the SVG that shows its evidence. It stays with the run."""
_TABLES: Final = "tables"
_RANK: Final = {Severity.INFO: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What one run found. ``tables`` are read when asked for, by :meth:`table`."""

    verdict: Verdict | None = None
    summary: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Names of the recorded tables, each with those of its columns that hold text."""
    folder: Path | None = None

    def table(self, name: str) -> pd.DataFrame:
        """The table of this name, as it was recorded.

        Raises
        ------
        DataError
            The run recorded no such table.
        """
        if self.folder is None or name not in self.tables:
            known = ", ".join(self.tables) or "none"
            raise DataError(f"there is no table {name!r}", next_step=f"Recorded tables: {known}.")
        return _read_table(self.folder / _TABLES / f"{name}.csv", self.tables[name])


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was written, as a sentence for the notebook's last cell."""

    note: str

    def __str__(self) -> str:
        return self.note

    __repr__ = __str__


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What differs between a run and the one before: findings, and values as (before, now)."""

    new: tuple[Finding, ...] = ()
    gone: tuple[Finding, ...] = ()
    open: tuple[Finding, ...] = ()
    worse: tuple[Finding, ...] = ()
    values: Mapping[str, tuple[Value, Value]] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The changes in one line.

        >>> Changes().sentence
        'Nothing was found, now or before.'
        """
        counts = ((self.new, "new"), (self.gone, "gone"), (self.open, "still open"))
        parts = [f"{len(items)} {word}" for items, word in counts if items]
        return f"{', '.join(parts)}." if parts else "Nothing was found, now or before."


def record(
    run_dir: str | Path,
    *,
    verdict: Verdict | None = None,
    summary: str = "",
    values: Mapping[str, Any] | None = None,
    findings: Iterable[Finding] = (),
    tables: Mapping[str, pd.DataFrame] | None = None,
) -> Recorded:
    """Write the named results of a run; without a ``run_dir`` (a notebook run by hand) nothing is written.

    Raises
    ------
    DataError
        The name of a table cannot be that of a file.
    """
    found, framed = tuple(findings), dict(tables or {})
    if not str(run_dir):
        return Recorded(f"{len(found)} findings; nothing is written, since this is not a scheduled run.")
    folder = Path(run_dir)
    texts = {name: _write_table(folder / _TABLES, name, frame) for name, frame in framed.items()}
    document = {"verdict": verdict, "summary": summary, "values": dict(values or {}), "findings": found}
    plain = {name: _plain(part) for name, part in document.items()} | {"tables": texts}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RESULTS).write_text(json.dumps(plain, ensure_ascii=False, indent=1), encoding="utf-8")
    return Recorded(f"Recorded {len(found)} findings, {len(plain['values'])} values and {len(framed)} tables.")


def load(run_dir: str | Path) -> Results:
    """What the run in this folder recorded.

    Raises
    ------
    DataError
        It recorded nothing, or what cannot be read.
    """
    return _load(Path(run_dir) / RESULTS)


def previous(run_dir: str | Path) -> Results | None:
    """What the last good run before this one recorded; None when there was none (or no ``run_dir``)."""
    path = Path(run_dir) / PREVIOUS
    return _load(path) if str(run_dir) and path.is_file() else None


def compare(now: Results, before: Results | None) -> Changes:
    """What changed since the run before. Findings are the same when they say the same of the same thing.

    >>> compare(Results(values={"rh": 61.0}), Results(values={"rh": 64.0})).values
    {'rh': (64.0, 61.0)}
    """
    old = {finding.key: finding for finding in before.findings} if before else {}
    new = {finding.key: finding for finding in now.findings}
    kept = tuple(finding for key, finding in new.items() if key in old)
    return Changes(
        new=tuple(finding for key, finding in new.items() if key not in old),
        gone=tuple(finding for key, finding in old.items() if key not in new),
        open=kept,
        worse=tuple(finding for finding in kept if _weight(finding) > _weight(old[finding.key])),
        values=_changed(now.values, before.values) if before else {},
    )


def over_time(runs: Iterable[Run], *, timezone: str) -> pd.DataFrame:
    """The recorded values of runs: one row a slot (on this zone's clock, in order), one column a value.

    ``status`` and ``summary`` of each run come first; where a run recorded no such value, the cell is missing.
    """
    import pandas as pd

    ordered = sorted(runs, key=lambda run: run.slot)
    rows = [
        {"status": str(run.status), "summary": run.results.get("summary", ""), **run.results.get("values", {})}
        for run in ordered
    ]
    slots = pd.DatetimeIndex([run.slot for run in ordered], tz="UTC", name="slot").tz_convert(timezone)
    return pd.DataFrame(rows, index=slots, columns=None if rows else ["status", "summary"])


def as_plain(value: object) -> Any:
    """A domain object as JSON types: times in ISO form, not-a-number as null."""
    return _plain(value)


def _changed(now: Mapping[str, Value], before: Mapping[str, Value]) -> dict[str, tuple[Value, Value]]:
    return {name: (before[name], value) for name, value in now.items() if name in before and before[name] != value}


def _weight(finding: Finding) -> int:
    return _RANK[finding.severity]


def _load(path: Path) -> Results:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return Results(
            verdict=_reader(Verdict).validate_python(document["verdict"]) if document["verdict"] else None,
            summary=document["summary"],
            values=document["values"],
            findings=tuple(_reader(Finding).validate_python(item) for item in document["findings"]),
            tables={name: tuple(columns) for name, columns in document["tables"].items()},
            folder=path.parent,
        )
    except FileNotFoundError:
        raise DataError(
            "the run recorded no results",
            where=path.parent.name,
            next_step="Let its last cell call record(run_dir, …).",
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"the results cannot be read: {type(error).__name__}", where=path.parent.name, next_step="Run it again."
        ) from None


@cache
def _reader(kind: type[Any]) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(part) for part in value]
    if isinstance(value, str | bool | int) or value is None:
        return str(value) if isinstance(value, str) else value
    return _plain_scalar(value)


def _plain_scalar(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat() if value == value else None  # pandas' NaT is a datetime that differs from itself
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if hasattr(value, "tolist"):  # a number, an array or a column
        return _plain(value.tolist())
    return str(value)


def _write_table(folder: Path, name: str, frame: pd.DataFrame) -> list[str]:
    """Write a table and return its columns of text, so that "007" stays what it is."""
    if not name.isidentifier():
        raise DataError(f"{name!r} is no name for a table", next_step="Use letters, digits and underscores.")
    folder.mkdir(parents=True, exist_ok=True)
    named = frame.reset_index() if any(level is not None for level in frame.index.names) else frame
    named.map(_inert).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    return [str(column) for column in named.columns if any(isinstance(cell, str) for cell in named[column])]


def _inert(cell: Any) -> Any:
    """The cell, with an apostrophe before a formula (and before an apostrophe, so that it can be taken off)."""
    if not isinstance(cell, str):
        return cell
    return f"'{cell}" if cell.startswith("'") else text.inert(cell)


def _read_table(path: Path, texts: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    try:
        numbers = pd.read_csv(path, lineterminator="\n", skip_blank_lines=False)
    except pd.errors.EmptyDataError:  # it has no columns either, as pd.DataFrame([])
        return pd.DataFrame()
    written = pd.read_csv(path, lineterminator="\n", skip_blank_lines=False, dtype=str, keep_default_na=False)
    return numbers.assign(**{column: written[column].map(_bare).astype(object) for column in texts})


def _bare(cell: str) -> str | None:
    """The text as it was recorded; an empty one is none."""
    return cell.removeprefix("'") or None
