"""The manager's week: what happened, flocks against target and the last ones, what it cost, what comes."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from farmlab import clock, config
from farmlab.analyses import daily
from farmlab.domain import FindingStatus, Severity
from farmlab.features import daily as flock_days
from farmlab.features import flock, flock_figures, water_feed
from farmlab.text import counted

if TYPE_CHECKING:
    from farmlab.analyses.daily import Days
    from farmlab.domain import Finding, Flock, House
    from farmlab.scope import Scope

MOST: Final = 12
"""So many findings are named one by one; the rest is counted."""
METERS: Final = {"energy": "energy, kWh", "gas": "gas, m³"}
PRICED: Final = {"feed_kg": "feed, kg", "water_m3": "water, m³", "energy_kwh": "energy, kWh", "gas_m3": "gas, m³"}
"""Name in the settings (price of one unit) → column of the table of costs."""
LAST: Final = "last flock at this age"
_WORD: Final = {FindingStatus.RESOLVED: "over", FindingStatus.FALSE_ALARM: "false alarm", FindingStatus.KNOWN: "known"}


def happened(lab: Scope) -> list[Finding]:
    """What was found in the window and asked for somebody, the longest of the gravest first; forecasts are not."""
    house = lab.numbers[0] if len(lab.numbers) == 1 else 0
    found = lab.store.findings(lab.farm.name, house=house, start=lab.start, until=lab.until)
    needing = [item for item in found if item.severity is not Severity.INFO and not item.is_outlook]
    return sorted(needing, key=lambda item: (item.severity is not Severity.CRITICAL, -_lasted(item, lab)))


def happened_table(found: list[Finding], lab: Scope) -> pd.DataFrame:
    """One row a finding: house, what, since, how long, and how it stands; at most twelve."""
    rows = [
        {"house": item.house or "farm", "what": item.title, "since": lab.local(item.start).strftime("%a %d %b %H:%M"),
         "hours": _lasted(item, lab), "stands": _WORD.get(item.status, "open")}
        for item in found[:MOST]
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["house", "what", "since", "hours", "stands"])


def by_kind(found: list[Finding]) -> pd.DataFrame:
    """How often each kind of thing was found, the most frequent first."""
    counts = Counter(item.kind.replace("_", " ") for item in found)
    rows = [{"kind": kind, "times": count} for kind, count in counts.most_common()]
    return pd.DataFrame(rows, columns=["kind", "times"])


def standing_table(lab: Scope, days: Days) -> pd.DataFrame:
    """One row a house with birds: its last complete day, the target in brackets, and the last flock at that age.

    The last column is left out when no flock before is known.
    """
    rows = [_standing_row(lab, house, days[house.number]) for house in lab.houses if house.number in days]
    table = pd.DataFrame(rows)
    unknown = len(table) and not table[LAST].any()
    return table.drop(columns=LAST) if unknown else table


def cost_table(lab: Scope, days: Days) -> pd.DataFrame:
    """One row a house: feed, water, energy and gas of the week, and money where prices are configured."""
    rows = [_cost_row(lab, house, days.get(house.number)) for house in lab.houses]
    table = pd.DataFrame(rows).dropna(axis="columns", how="all")
    prices, currency = config.load().prices, config.load().currency
    known = {column: prices[name] for name, column in PRICED.items() if name in prices and column in table}
    if known:
        table[f"cost, {currency}"] = sum(table[column] * price for column, price in known.items())
    return table


def cost_note() -> str:
    """Which prices the costs rest on, or how to say them."""
    prices, currency = config.load().prices, config.load().currency
    if not prices:
        return "No prices are configured, so amounts only. Set [prices] in farmlab.toml to see money."
    return "Prices: " + ", ".join(f"{PRICED[name]} {price:g} {currency}" for name, price in sorted(prices.items()))


def coming_table(lab: Scope, days: Days) -> pd.DataFrame:
    """One row a house with birds: age in a week, its weight by then on its own track, feed to come, harvest."""
    rows = [_coming_row(lab, house, days[house.number]) for house in lab.houses if house.number in days]
    return pd.DataFrame(rows, columns=["house", "age in a week, d", "weight then, g", "feed to come, kg", "harvest"])


def sentence(found: list[Finding], standings: pd.DataFrame, lab: Scope) -> str:
    """The week in one sentence."""
    houses = {item.house for item in found if item.house}
    where = f" in {len(houses)} of {counted(len(lab.houses), 'house')}" if houses else ""
    said = f"{counted(len(found), 'finding')}{where}" if found else "A week without findings"
    behind = [row["house"] for row in standings.to_dict("records") if float(row.get("days behind") or 0) >= 1]
    several = "s" if len(behind) > 1 else ""
    return said + (f"; behind the target weight: house{several} {', '.join(map(str, behind))}" if behind else "")


def values(standings: pd.DataFrame, found: list[Finding]) -> dict[str, Any]:
    """The efficiency of each flock and the number of findings, as the run record keeps them."""
    known = {f"epef/{row['house']}": row["EPEF"] for row in standings.to_dict("records") if row["EPEF"]}
    return {"findings": len(found), **known}


def _lasted(item: Finding, lab: Scope) -> float:
    """Hours of the finding within the window."""
    return round((min(item.end or lab.until, lab.until) - max(item.start, lab.start)) / timedelta(hours=1), 1)


def _standing_row(lab: Scope, house: House, table: pd.DataFrame) -> dict[str, Any]:
    now, day = flock_figures.standing(table), _last_complete(table)
    then = _before(lab, house, now["age_d"])
    return {
        "house": house.number,
        "age, d": _text(now["age_d"]),
        "weight, g": _pair(now["weight_g"], day.get("weight_target_g")),
        "gain, g/d": _text(now["gain_g_d"]),
        "days behind": _text(float(day.get("days_behind_d", np.nan)), 1),
        "feed conversion": _pair(now["fcr"], day.get("fcr_target"), 2),
        "mortality, %": _pair(now["mortality_pct"], day.get("mortality_target_pct"), 2),
        "EPEF": _text(now["epef"]),
        LAST: _in_words(then),
    }


def _before(lab: Scope, house: House, age_d: float) -> dict[str, float] | None:
    """How the flock before stood at this age; None when there was none, or nothing is known of it."""
    current = lab.flocks.get(house.number)
    earlier = [f for f in lab.all_flocks if f.house == house.number and current and f.placed_on < current.placed_on]
    if not earlier or not np.isfinite(age_d):
        return None
    found = flock_figures.standing(_days_of(lab, house, earlier[-1]), age_d=int(age_d))
    return found if np.isfinite(found["weight_g"]) else None


def _days_of(lab: Scope, house: House, one: Flock) -> pd.DataFrame:
    begin = clock.midnight(one.placed_on, lab.farm.timezone)
    last = one.ended_on or clock.local_date(lab.until, lab.farm.timezone)
    end = clock.midnight(last + timedelta(days=1), lab.farm.timezone)
    wide = lab.store.wide(
        lab.farm.name, house.number, metric=list(daily.DAILY_METRICS), start=begin, until=end, known_at=lab.known_at
    )
    return flock_days.daily(wide, one, house, lab.farm.timezone)


def _cost_row(lab: Scope, house: House, table: pd.DataFrame | None) -> dict[str, Any]:
    week = flock_figures.week(table) if table is not None else {}
    gained = week.get("gained_kg", np.nan)
    feed = week.get("feed_kg", np.nan)
    row = {
        "house": house.number,
        "feed, kg": round(feed, 0),
        "water, m³": round(week.get("water_l", np.nan) / 1000, 1),
        "feed per kg gained": round(feed / gained, 2) if gained > 0 else np.nan,
    }
    return row | {label: _metered(lab, house, metric) for metric, label in METERS.items()}


def _metered(lab: Scope, house: House, metric: str) -> float:
    """What the meters of a house counted in the window; missing without a meter."""
    meters = [sensor for sensor in lab.sensors(house.number) if sensor.metric == metric]
    if not meters:
        return float("nan")
    wide = lab.wide(house.number, metric=metric)
    added = [
        water_feed.amounts(wide[meter.column], kind=meter.counts, timezone=lab.farm.timezone).sum(min_count=1)
        for meter in meters
        if meter.column in wide
    ]
    return round(float(np.nansum(added)), 1) if added else float("nan")


def _coming_row(lab: Scope, house: House, table: pd.DataFrame) -> dict[str, Any]:
    one, day = lab.flocks[house.number], _last_complete(table)
    assert one is not None
    age = float(day.get("age_d", np.nan))
    ages = pd.Series(np.arange(age + 1, age + 1 + flock_figures.WEEK)) if np.isfinite(age) else pd.Series(dtype=float)
    track = _ratio(day, "weight_g", "weight_target_g")
    eats = _ratio(day, "feed_g_bird", "feed_target_g_bird")
    weight = track * flock.target_at(one.breed, age + flock_figures.WEEK, "bw_g")
    feed = eats * float(flock.target_at(one.breed, ages, "feed_g_d").sum(min_count=1)) * float(day.get("birds", np.nan))
    return {
        "house": house.number,
        "age in a week, d": _text(age + flock_figures.WEEK),
        "weight then, g": _text(weight),
        "feed to come, kg": _text(feed / 1000),
        "harvest": f"{one.expected_harvest:%a %d %b}" if one.expected_harvest else "not planned",
    }


def _ratio(day: pd.Series, column: str, target: str) -> float:
    value, wanted = float(day.get(column, np.nan)), float(day.get(target, np.nan))
    return value / wanted if wanted > 0 else float("nan")


def _last_complete(table: pd.DataFrame) -> pd.Series:
    known = table[table["complete"].astype(bool)]
    return known.iloc[-1] if len(known) else pd.Series(dtype=float)


def _in_words(then: dict[str, float] | None) -> str:
    if then is None:
        return ""
    said = f"{then['weight_g']:.0f} g"
    said += f", {then['mortality_pct']:.2f} % dead" if np.isfinite(then["mortality_pct"]) else ""
    return said + (f", EPEF {then['epef']:.0f}" if np.isfinite(then["epef"]) else "")


def _pair(value: float, target: Any, digits: int = 0) -> str:
    wanted = _text(float(target), digits) if target is not None else ""
    return f"{_text(value, digits)} (target {wanted})" if wanted and np.isfinite(value) else _text(value, digits)


def _text(value: float, digits: int = 0) -> str:
    return f"{value:.{digits}f}" if np.isfinite(value) else ""
