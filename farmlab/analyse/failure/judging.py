"""What is learned from the past of all units, and the risk that it sees in each reading after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.analyse.failure.likely import kinds_ahead, likely
from farmlab.errors import InsufficientData
from farmlab.features import unit_rows
from farmlab.models.failure import HORIZONS, FailureRisk
from farmlab.models.failure.learning import LEAST_FAILURES
from farmlab.models.failure.measured import Figures, figures
from farmlab.models.failure.outcome import hours_to_failure
from farmlab.models.failure.risk import AUTO
from farmlab.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from farmlab.analyse.failure.reading import Tables

LEARN: Final = 0.75
"""Share of the failures up to the end of learning that trees learn from; the rest chooses and calibrates."""
BEFORE: Final = 0.7
"""Share of the failures before the end of learning, where nobody says one."""
EVERY: Final = "6h"
"""One row of a unit in so long is learned from."""
MOST_ROWS: Final = 1_000_000
CHUNK: Final = 50_000
MOST_FACTORS: Final = 3
EXACT: Final = 0.9995
"""A column that tells failures so well (area under the curve) holds the answer."""
REPEATED: Final = 0.01
BASELINE: Final = "age and duty alone"
ALONE: Final = "alone "
"""Before the names of the horizons: the risks of the baseline."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What came out.

    Attributes
    ----------
    risk
        One row a unit and reading after the end of learning: unit, timestamp, both risks, the likely kind and its
        share among the kinds, factors.
    figures, baseline
        By horizon, on the rows after the end of learning whose outcome is known: of the risks, and of a model of age
        and duty alone; empty where nothing failed there.
    held_out
        What these figures are of: unit, time, hours to the failure, both risks, and those of age and duty alone under
        ``alone `` and the name of the horizon.
    model, train_until
        What was learned, and until when.
    warnings, notes
        The first lines of everything that is said.
    """

    risk: pd.DataFrame
    figures: dict[str, Figures]
    baseline: dict[str, Figures]
    held_out: pd.DataFrame
    model: FailureRisk
    train_until: pd.Timestamp
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


def judge(tables: Tables, *, say: Callable[[str], None] = lambda _: None) -> Judged:
    """Learn from what came before, and tell the risk of what came after.

    Raises
    ------
    InsufficientData
        Too few failures, too short a time; the sentence says what is there and what is needed.
    """
    until = _train_until(tables)
    warnings, notes = list(tables.warnings), list(tables.notes)
    warnings += _repeats(tables.readings, until)
    say("making features")
    rows = _rows(tables)
    leaking = _leaks(rows[rows["time"] <= until], tables)
    if leaking:
        named = ", ".join(one_line(name, limit=40) for name in leaking)
        warnings.append(f"Leak: {named} tells every failure by itself and was left out.")
        of_leaking = [name for name in rows.columns if any(_is_of(str(name), column) for column in leaking)]
        rows = rows.drop(columns=of_leaking)
    say(f"learning until {until:%Y-%m-%d %H:%M}")
    model = _learned(rows, until)
    alone = _learned(rows[[*_OUTCOME, *_without_signs(rows, tables)]], until, method="gradient_boosting")
    after = rows[rows["time"] > until]
    if after.empty:
        raise InsufficientData(
            "no reading comes after the end of learning", where=tables.name, next_step="Give an earlier --train-until."
        )
    say(f"judging {len(after):,} readings")
    risks = model.predict(after[list(model.columns_)])
    kind = likely(rows, model.columns_, after, until=until)
    notes += [kind.note] if kind.note else []
    told = pd.DataFrame({"unit": after["unit"], "timestamp": after["time"], **risks, "likely": kind.kind,
                         "likely_share": kind.share, "factors": _factors(model, after)})  # fmt: skip
    held = _held_out(model, alone, after)
    found, beside = _measured(model, held), _measured(alone, held, ALONE)
    if not found:
        warnings.append("No failure lies after the end of learning: how good the risks are is not known.")
    told = told.reset_index(drop=True)
    return Judged(told, found, beside, held, model, until, tuple(warnings), tuple(notes))


_OUTCOME: Final = ("unit", "time", "hours", "learn", "kind")


def _train_until(tables: Tables) -> pd.Timestamp:
    times = tables.readings.index.get_level_values("time")
    moments = sorted(moment for failures in tables.failures.values() for moment in failures)
    known = [moment for moment in moments if times.min() <= moment <= times.max()]
    if len(known) < LEAST_FAILURES:
        raise InsufficientData(
            f"{len(known)} failures lie within the readings, and {LEAST_FAILURES} are needed to learn from",
            where=tables.name,
            next_step="Give a table of failures (--failures) with more of them, or readings over a longer time.",
        )
    until = tables.train_until if tables.train_until is not None else known[int(BEFORE * len(known))]
    before = sum(moment <= until for moment in known)
    if before < LEAST_FAILURES // 2:
        raise InsufficientData(
            f"{before} failures come before the end of learning, and {LEAST_FAILURES // 2} are needed",
            where=tables.name,
            next_step="Give a later --train-until, or more failures.",
        )
    return until


def _rows(tables: Tables) -> pd.DataFrame:
    """Features of every reading, with unit, time, hours to the next failure, and whether it may be learned from."""
    end = tables.readings.index.get_level_values("time").max()
    parts = []
    for unit, readings in tables.readings.groupby(level="unit", sort=False):
        table = readings.droplevel("unit")
        moments = pd.DatetimeIndex(table.index)
        features = [unit_rows.of_readings(table)]
        features.append(unit_rows.of_events(moments, tables.happened[str(unit)], moments[0]))
        part = pd.concat(features, axis=1).astype(np.float32)
        for name, value in tables.attributes.loc[[unit]].iloc[0].items():
            part[f"{name} of the unit"] = np.float32(value)
        failures = [(moment, moment) for moment in tables.failures[str(unit)]]
        part["hours"] = hours_to_failure(moments, failures, until=end)
        part["kind"] = kinds_ahead(moments, part["hours"].to_numpy(), tables.kinds[str(unit)])
        part["learn"] = ~pd.Series(moments.floor(EVERY), index=moments).duplicated().to_numpy()
        parts.append(part.assign(unit=str(unit), time=moments))
    rows = pd.concat(parts, ignore_index=True)
    step = max(1, len(rows) // MOST_ROWS)
    return rows if step == 1 else rows[rows["learn"] | (rows.index % step == 0)].reset_index(drop=True)


def _learned(rows: pd.DataFrame, until: pd.Timestamp, *, method: str = AUTO) -> FailureRisk:
    """The model of rows up to ``until``; those after it only measure it."""
    known = rows[rows["learn"] & rows["hours"].notna()]
    hours = (known["time"] - rows["time"].min()) / pd.Timedelta(hours=1)
    last = (until - rows["time"].min()) / pd.Timedelta(hours=1)
    failed = hours + known["hours"]
    failed = np.sort(failed[failed <= last].to_numpy())
    middle = float(failed[int(LEARN * len(failed))]) if len(failed) else last
    features = known.drop(columns=list(_OUTCOME))
    return FailureRisk(method=method).fit(
        features, known["hours"], order=hours, unit=known["unit"], bounds=(min(middle, last - 96.0), float(last))
    )


def _measured(model: FailureRisk, held: pd.DataFrame, said: str = "") -> dict[str, Figures]:
    """Both horizons of the held-out rows, by the columns whose names begin with ``said``."""
    hours = held["hours"].to_numpy(float)
    if not np.isfinite(hours).any():
        return {}
    at = (held["time"] - held["time"].min()) / pd.Timedelta(hours=1) + held["hours"]
    named = held["unit"] + "/" + at.round(1).astype(str)
    failure = pd.factorize(named.where(np.isfinite(hours)))[0].astype(np.int64)
    found = {}
    for name, (more, most) in HORIZONS.items():
        truth = (hours > more) & (hours <= most)
        risk = held[f"{said}{name}"].to_numpy(float)
        found[name] = figures(truth, risk, hours, failure, threshold=model.threshold(name))
    return found


def _held_out(model: FailureRisk, alone: FailureRisk, after: pd.DataFrame) -> pd.DataFrame:
    """The rows after the end of learning whose outcome is known, with what both models said."""
    known = after[after["hours"].notna()]
    others = alone.predict(known[list(alone.columns_)]).add_prefix(ALONE)
    return pd.concat([known[["unit", "time", "hours"]], model.predict(known[list(model.columns_)]), others], axis=1)


def _without_signs(rows: pd.DataFrame, tables: Tables) -> list[str]:
    """Columns that say how old a unit is and what was done to it, not how it does."""
    of_units = [f"{name} of the unit" for name in tables.attributes.columns]
    since = [name for name in rows.columns if str(name).startswith(("hours since maintenance", "hours since failure"))]
    return ["hours since it is known", *since, *(name for name in of_units if name in rows.columns)]


def _leaks(rows: pd.DataFrame, tables: Tables) -> list[str]:
    """Columns that tell a coming failure, or the moment of one, nearly without error."""
    hours = rows["hours"].to_numpy(float)
    soon, later = np.isfinite(hours), np.isinf(hours)
    at = np.zeros(len(rows), dtype=bool)
    for unit, failures in tables.failures.items():
        if failures:
            at |= ((rows["unit"] == unit) & rows["time"].isin(failures)).to_numpy()
    found = []
    for name in tables.readings.columns:
        values = rows[name].to_numpy(float)
        tells = [_told(values, soon, later), _told(values, hours <= 24, ~(hours <= 24) & ~np.isnan(hours))]
        tells.append(_told(values, at, ~at) if at.sum() >= 5 else 0.5)
        if max(abs(area - 0.5) for area in tells) >= EXACT - 0.5:
            found.append(str(name))
    return found


def _told(values: NDArray[np.float64], yes: NDArray[np.bool_], no: NDArray[np.bool_]) -> float:
    """The area under the curve of a column for these rows against those; 0.5 says nothing."""
    from scipy.stats import rankdata

    known = np.isfinite(values) & (yes | no)
    hits = int((yes & known).sum())
    rest = int(known.sum()) - hits
    if hits < 5 or rest < 5:
        return 0.5
    ranks = rankdata(values[known])[yes[known]]
    return float((ranks.sum() - hits * (hits + 1) / 2) / (hits * rest))


def _is_of(feature: str, column: str) -> bool:
    return feature == column or feature.startswith(f"{column}, ")


def _repeats(readings: pd.DataFrame, until: pd.Timestamp) -> list[str]:
    """A warning where readings after the end of learning are copies of readings before it."""
    if len(readings.columns) < 2:
        return []
    marks = pd.util.hash_pandas_object(readings, index=False).to_numpy()
    late = np.asarray(readings.index.get_level_values("time") > until)
    share = float(np.isin(marks[late], marks[~late]).mean()) if late.any() and (~late).any() else 0.0
    exact = readings.round(6).nunique().max() > len(readings) / 20
    if share <= REPEATED or not exact:
        return []
    return [
        f"{100 * share:.0f} % of the readings after the end of learning are copies of earlier ones: figures flatter."
    ]


def _factors(model: FailureRisk, rows: pd.DataFrame) -> list[str]:
    """The three features that add most to the risk of each row, in words; "" where none does."""
    names = np.array([one_line(name, limit=60) for name in model.columns_])
    said: list[str] = []
    for start in range(0, len(rows), CHUNK):
        added = model.contributions(rows.iloc[start : start + CHUNK][list(model.columns_)]).to_numpy()
        order = np.argsort(-added, axis=1)[:, :MOST_FACTORS]
        worth = np.take_along_axis(added, order, axis=1)
        said += [_named(names[best], more) for best, more in zip(order, worth, strict=True)]
    return said


def _named(names: Sequence[str], worth: NDArray[np.float64]) -> str:
    return "; ".join(f"{name} ({more:+.2f})" for name, more in zip(names, worth, strict=True) if more > 0.05)
