"""The manager's page: every house against its target, what changed since yesterday, what comes next."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from farmlab import actions, clock, config, figures, results
from farmlab.analyses import blocks
from farmlab.analyses.anomaly import needs_somebody
from farmlab.domain import Category, FindingStatus, HouseKind, Severity
from farmlab.errors import DataError
from farmlab.features import daily as flock_days
from farmlab.text import counted, signed, sure

if TYPE_CHECKING:
    from farmlab.domain import Finding, House
    from farmlab.scope import Scope

FLOCK_DAYS = 60
"""A flock is read from its placement, at most so far back."""
SPARK_HOURS = 24
DAILY_METRICS = ("temp", "temp_set", "rh", "water", "feed", "weight", "birds", "mortality", "culls")

TOLERATED = 0.05
"""A weight so far below its target is within the band of the figure."""
MOST_AHEAD = 12
DAY_H = 24
_STANDING = (FindingStatus.OPEN, FindingStatus.ACKNOWLEDGED, FindingStatus.SNOOZED)

Days = dict[int, pd.DataFrame]
"""By house number: one row a day of the flock that is there, beside its breed."""


def flocks(lab: Scope) -> Days:
    """The days of every flock of the scope; empty houses and rooms are left out."""
    known = {house.number: _days(lab, house) for house in lab.houses if lab.flocks.get(house.number)}
    return {number: table for number, table in known.items() if len(table)}


def house_table(lab: Scope, days: Days) -> pd.DataFrame:
    """One row a house for the first page: age, climate, water:feed, weight, mortality, data, sparkline."""
    return pd.DataFrame([_row(lab, house, days.get(house.number)) for house in lab.houses])


def target_table(lab: Scope, days: Days) -> pd.DataFrame:
    """One row a house: its last complete day beside the breed's target at that age."""
    return pd.DataFrame([_target_row(house, days[house.number]) for house in lab.houses if house.number in days])


def small_multiples(lab: Scope, metric: str, title: str) -> figures.Picture:
    """The last day of every house on one scale, with the set-point behind temperatures."""
    frames = {house.label: _with_target(lab, house, metric) for house in lab.houses}
    return figures.houses(
        {name: frame for name, frame in frames.items() if len(frame)},
        metric=metric,
        start=lab.until - pd.Timedelta(hours=SPARK_HOURS),
        until=lab.until,
        timezone=lab.farm.timezone,
        title=title,
    )


def sentence(found: list[Finding], lab: Scope) -> str:
    """The first line of the page: how many houses need somebody today or want a look, and which.

    Warnings of what may come count.
    """
    asking = [item for item in (*found, *comes_next(lab)) if needs_somebody(item)]
    urgent = {item.house for item in asking if item.house and item.severity is Severity.CRITICAL}
    later = {item.house for item in asking if item.house} - urgent
    count = len(lab.houses)
    if not urgent and not later:
        return asking[0].title if asking else f"{counted(count, 'house')} in order"
    if not urgent:
        which = f"{counted(len(later), 'house')} of {count}"
        return f"{which} {_verb(later, 'want')} a look: {_named(later)}; nothing is urgent"
    more = f"; {len(later)} more {_verb(later, 'want')} a look: {_named(later)}" if later else ""
    return f"{counted(len(urgent), 'house')} of {count} {_verb(urgent, 'need')} you today: {_named(urgent)}{more}"


def _named(houses: set[int]) -> str:
    return ", ".join(map(str, sorted(houses)))


def _verb(houses: set[int], verb: str) -> str:
    return f"{verb}s" if len(houses) == 1 else verb


def show_targets(lab: Scope, days: Days) -> None:
    """Each flock against its breed, where the breed is known: those off target first, the others folded."""
    known = {number: table for number, table in days.items() if _has_target(table)}
    said = {number: off_target(table) for number, table in known.items()}
    for house in sorted((house for house in lab.houses if house.number in known), key=lambda one: not said[one.number]):
        title = f"{house.label}: {said[house.number] or _weight_in_words(known[house.number])}"
        blocks.display(replace(figures.targets(known[house.number], title=title), folded=not said[house.number]))


def off_target(table: pd.DataFrame) -> str:
    """How a flock has left the bands of its figure by its last complete day; "" where it has not."""
    day = _last_day(table)
    light = day["weight_g"] / day["weight_target_g"] - 1
    dead, act = day["mortality_pct"], day["mortality_action_pct"]
    said = [
        f"{-100 * light:.0f} % lighter than its target" if light < -TOLERATED else "",
        f"mortality {dead:.1f} %, above {act:.1f} %, where somebody should act" if dead > act else "",
    ]
    return "; ".join(part for part in said if part)


def _weight_in_words(table: pd.DataFrame) -> str:
    """What is said of a flock that is not off target: it may be heavier, and water and feed are not judged here."""
    day = _last_day(table)
    over = day["weight_g"] / day["weight_target_g"] - 1
    return f"{100 * over:.0f} % heavier than its target" if over > TOLERATED else "weight and mortality on target"


def values(targets: pd.DataFrame) -> dict[str, Any]:
    """Days behind of each flock, as the run record keeps them."""
    if "days behind" not in targets:
        return {}
    return {f"days_behind/{row['house']}": row["days behind"] for row in targets.to_dict("records")}


def last(lab: Scope, notebook: str) -> results.Results | None:
    """What the newest good run of another notebook for this farm recorded, not after the end of the window."""
    run = lab.store.last_run(notebook, lab.farm.name, 0)
    if run is not None and clock.parse_time(run.parameters["until"]) > lab.until:
        run = lab.store.last_run(notebook, lab.farm.name, 0, before=lab.until + timedelta(seconds=1))
    if run is None:
        return None
    try:
        return results.load(config.load().runs / run.folder)
    except DataError:
        return None


def next_days(lab: Scope) -> pd.DataFrame:
    """The next 24 hours as the last forecast saw them: one row a house, lowest to highest, and the amounts."""
    found = last(lab, "forecast")
    if found is None or "forecast" not in found.tables:
        return pd.DataFrame(columns=["house", "temperature, °C", "humidity, %", "water, l", "feed, kg"])
    table = found.table("forecast")
    table["time"] = pd.to_datetime(table["time"], utc=True)
    day = table[(table["time"] > lab.until) & (table["time"] <= lab.until + pd.Timedelta(hours=24))]
    rows = [{"house": house, **_ahead(part)} for house, part in day.groupby("house")]
    return pd.DataFrame(rows)


def planned(lab: Scope) -> pd.DataFrame:
    """Steps that somebody has planned and not yet done: house, finding, step, status, by, due."""
    house = lab.numbers[0] if len(lab.numbers) == 1 else 0
    steps = actions.table(lab.store, lab.farm.name, house=house, at=lab.until)
    return steps[steps["status"] != "recommended"].reset_index(drop=True)


def comes_next(lab: Scope) -> list[Finding]:
    """What is expected of the next two days, as the newest runs found it: warnings, failures to come, advice.

    The likeliest first; advice, which is never urgent, last.
    """
    house = lab.numbers[0] if len(lab.numbers) == 1 else 0
    found = lab.store.findings(lab.farm.name, house=house, status=_STANDING, start=lab.start, until=lab.until)
    ahead = [item for item in found if item.is_outlook]
    return sorted(ahead, key=lambda item: (item.category is Category.OPTIMISATION, -item.score, item.house))


def next_table(found: list[Finding]) -> pd.DataFrame:
    """One row a finding about the days to come: house, what, how likely, what to do about it."""
    rows = [
        {"house": item.house or "farm", "what": item.title,
         "how sure": sure(item.score) if item.category is not Category.OPTIMISATION else "advice",
         "what to do": item.check[0].partition(" Expected")[0] if item.check else ""}
        for item in found[:MOST_AHEAD]
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["house", "what", "how sure", "what to do"])


def _ahead(part: pd.DataFrame) -> dict[str, str]:
    """Of a forecast that is too old to reach a whole day ahead nothing is said."""
    by = {metric: rows for metric, rows in part.groupby("metric") if len(rows) >= DAY_H}
    said: dict[str, str] = {}
    for metric, label, digits in (("temp", "temperature, °C", 1), ("rh", "humidity, %", 0)):
        if metric in by:
            rows = by[metric]
            said[label] = f"{rows['forecast'].min():.{digits}f} to {rows['forecast'].max():.{digits}f}"
    for metric, label in (("water", "water, l"), ("feed", "feed, kg")):
        if metric in by:
            said[label] = f"{by[metric]['forecast'].sum():.0f}"
    return said


def _days(lab: Scope, house: House) -> pd.DataFrame:
    flock = lab.flocks[house.number]
    assert flock is not None
    hours = 24 * (lab.until - clock.midnight(flock.placed_on, lab.farm.timezone)).days + 48
    wide = lab.wide(house.number, history_hours=min(hours, FLOCK_DAYS * 24), metric=list(DAILY_METRICS))
    return flock_days.daily(wide, flock, house, lab.farm.timezone)


def _row(lab: Scope, house: House, table: pd.DataFrame | None) -> dict[str, Any]:
    wide = lab.wide(house.number, history_hours=SPARK_HOURS, metric=["temp", "temp_set", "rh"])
    newest = {column: _newest(wide, column) for column in ("temp_c", "temp_set_c", "rh_pct")}
    complete = table[table["complete"]] if table is not None else pd.DataFrame()
    yesterday = complete.iloc[-1] if len(complete) else None
    return {
        "house": house.number,
        "age": _age(lab, house),
        "temp": _against(newest["temp_c"], newest["temp_set_c"]),
        "rh": f"{newest['rh_pct']:.0f} %" if np.isfinite(newest["rh_pct"]) else "",
        "water_feed": _number(yesterday, "water_feed", 2),
        "weight_vs_target": _percent(yesterday, "weight_g", "weight_target_g"),
        "mortality": _pair(yesterday, "mortality_pct", "mortality_target_pct", 2, " %"),
        "verdict": str(lab.verdict_of(house).state),
        "spark": _spark(wide, house),
    }


def _age(lab: Scope, house: House) -> str:
    if house.kind is HouseKind.ROOM:
        return ""
    age = lab.age_days(house.number)
    return "empty" if age is None else f"{age} d"


def _target_row(house: House, table: pd.DataFrame) -> dict[str, Any]:
    day = _last_day(table)
    return {
        "house": house.number,
        "age, d": int(day["age_d"]),
        "weight, g": _pair(day, "weight_g", "weight_target_g", 0),
        "days behind": _number(day, "days_behind_d", 1),
        "mortality, %": _pair(day, "mortality_pct", "mortality_target_pct", 2),
        "water, ml/bird": _pair(day, "water_ml_bird", "water_target_ml_bird", 0),
        "feed, g/bird": _pair(day, "feed_g_bird", "feed_target_g_bird", 0),
        "water:feed": _pair(day, "water_feed", "water_feed_target", 2),
        "THI, °C": _pair(day, "thi_c", "thi_target_c", 1),
    }


def _has_target(table: pd.DataFrame) -> bool:
    return len(table) > 1 and bool(table["weight_target_g"].notna().any())


def _last_day(table: pd.DataFrame) -> pd.Series:
    """The last complete day of a flock, else its last one."""
    complete = table[table["complete"]]
    return complete.iloc[-1] if len(complete) else table.iloc[-1]


def _with_target(lab: Scope, house: House, metric: str) -> pd.DataFrame:
    wide = lab.wide(house.number, history_hours=SPARK_HOURS, metric=[metric, "temp_set"])
    columns = [sensor.column for sensor in lab.sensors(house.number) if sensor.metric == metric and not sensor.position]
    if not columns or columns[0] not in wide:
        return pd.DataFrame()
    frame = wide[columns[0]].rename("value").to_frame()
    return frame.assign(target=wide["temp_set_c"]) if metric == "temp" and "temp_set_c" in wide else frame


def _spark(wide: pd.DataFrame, house: House) -> str:
    if "temp_c" not in wide or not wide["temp_c"].notna().any():
        return ""
    target = wide["temp_set_c"].median() if "temp_set_c" in wide else np.nan
    low, high = (target - 1, target + 1) if np.isfinite(target) else (None, None)
    return figures.sparkline(
        wide["temp_c"].to_numpy(), alt=f"temperature of {house.label} over 24 hours", low=low, high=high
    )


def _newest(wide: pd.DataFrame, column: str) -> float:
    known = wide[column].dropna() if column in wide else pd.Series(dtype=float)
    return float(known.iloc[-1]) if len(known) else float("nan")


def _against(value: float, target: float) -> str:
    if not np.isfinite(value):
        return ""
    return f"{value:.1f} °C" + (f" (set {target:.1f}; {signed(value - target, 1)})" if np.isfinite(target) else "")


def _number(day: pd.Series | None, column: str, digits: int) -> str:
    value = np.nan if day is None else float(day[column])
    return f"{value:.{digits}f}" if np.isfinite(value) else ""


def _pair(day: pd.Series | None, column: str, target: str, digits: int, unit: str = "") -> str:
    value, wanted = _number(day, column, digits), _number(day, target, digits)
    return f"{value}{unit} (target {wanted})" if value and wanted else value and f"{value}{unit}"


def _percent(day: pd.Series | None, column: str, target: str) -> str:
    if day is None or not np.isfinite([day[column], day[target]]).all() or not day[target]:
        return ""
    return f"{signed(100 * (day[column] / day[target] - 1))} %"
