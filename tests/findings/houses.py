"""A house made of sines and noise: enough for every search to have something to look at, and nothing wrong."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from farmlab import findings
from farmlab.domain import Finding, Flock, House, Sensor
from farmlab.features import flock as birds

ZONE = "Europe/Berlin"
UNTIL = datetime(2026, 6, 30, 12, tzinfo=UTC)
START = UNTIL - timedelta(hours=24)
PLACED = date(2026, 6, 5)
COUNT = 20_000
FLOCK = Flock(house=1, placed_on=PLACED, breed="ross308", birds_placed=COUNT)
HOUSE = House(number=1, capacity=COUNT)
SENSORS = tuple(
    Sensor(house=1, source_key=key, metric=metric, position=position)
    for key, metric, position in (
        *((f"T{n}", "temp", str(n)) for n in range(1, 5)),
        ("Out", "temp", "outside"),
        *(("Set", "temp_set", ""), ("RH", "rh", ""), ("CO2", "co2", ""), ("NH3", "nh3", ""), ("DP", "pressure", "")),
        *(("Flow", "airflow", ""), ("Level", "vent_level", ""), ("Side", "fans_exhaust", ""), ("In1", "inlet", "1")),
        *(("Heat", "heaters", ""), ("Light", "light", ""), ("Water", "water", ""), ("Feed", "feed", "")),
        *(("Auger", "auger", ""), ("Silo", "silo", "1"), ("Birds", "birds", "")),
    )
)


@cache
def _house() -> pd.DataFrame:
    random = np.random.default_rng(5)
    index = pd.date_range(UNTIL - timedelta(days=18), UNTIL, freq="5min", name="time", inclusive="right")
    count = len(index)
    local = index.tz_convert(ZONE)
    hour = local.hour + local.minute / 60
    age = birds.age_days(index, [FLOCK], timezone=ZONE).to_numpy()
    wave = np.sin((hour - 9) / 24 * 2 * np.pi)
    weather = np.repeat(np.cumsum(random.normal(0, 0.4, 19 * 4)), 72)[:count]
    outside = 15 + 6 * wave + weather
    target = 30 - 0.3 * age
    table = pd.DataFrame(index=index)
    for n, bias in enumerate((0.3, -0.2, 0.1, -0.4), start=1):
        table[f"temp_c_{n}"] = (target + 0.4 + 0.25 * wave + bias + random.normal(0, 0.1, count)).round(1)
    table["temp_c_outside"], table["temp_set_c"] = outside.round(1), target.round(1)
    table["rh_pct"] = (58 - 4 * wave + random.normal(0, 0.8, count)).round()
    table["co2_ppm"] = (2200 - 300 * wave + random.normal(0, 30, count)).round(-1)
    table["nh3_ppm"] = np.clip(6 + random.normal(0, 0.6, count), 0, None).round()
    asked = 18_000 + 900 * age + 4000 * wave
    fans = np.round(asked / 9_000)
    opening = (fans / np.sqrt(20) - 0.03) / 5 * 100
    table["pressure_pa"] = (20 + random.normal(0, 1.2, count)).round()
    table["airflow_m3h"], table["vent_level_pct"] = asked.round(), (asked / 1000).round()
    table["fans_exhaust_running"], table["inlet_pct_1"] = fans, opening.round()
    table["heaters_running"], table["auger_running"], table["birds_n"] = 0.0, 0.0, float(COUNT)
    light = np.where((hour >= 4) & (hour < 22), 100.0, 0.0)
    table["light_pct"] = light
    share = np.where(light > 0, 1 / (18 * 12), 0.0) * (1 + 0.2 * wave) * (1 + random.normal(0, 0.05, count))
    per_bird = birds.targets("ross308").loc[age.astype(int), ["water_ml_d", "feed_g_d"]].to_numpy() / 1000
    day = (local - pd.Timedelta(seconds=1)).normalize()
    for position, column in enumerate(("water_l", "feed_kg")):
        added = pd.Series(share * per_bird[:, position] * COUNT, index=index)
        table[column] = added.groupby(day).cumsum().round()
    table["silo_kg_1"] = 9000.0 - table["feed_kg"]
    return table


def house() -> pd.DataFrame:
    """Eighteen days of a healthy house, to be broken by whoever asked."""
    return _house().copy()


@cache
def calibration() -> dict[str, Any]:
    """What is usual in it, learned from the days before the window, as it comes back from the store."""
    past = _house()
    known = findings.calibrate(past, SENSORS, house=HOUSE, flocks=[FLOCK], until=START, timezone=ZONE)
    return dict(json.loads(json.dumps(known, allow_nan=False)))


def look(wide: pd.DataFrame, *, calibrated: bool = True, until: datetime = UNTIL, **options: Any) -> list[Finding]:
    """The findings of the last 24 hours."""
    context = wide[wide.index > pd.Timestamp(START - timedelta(hours=findings.CONTEXT_HOURS))]
    given: dict[str, Any] = {"flocks": [FLOCK], "houses": [HOUSE], "sensors": SENSORS} | options
    return findings.look(
        {1: context},
        {1: given["sensors"]},
        given["flocks"],
        given["houses"],
        start=START,
        until=until,
        timezone=ZONE,
        calibrations={1: calibration()} if calibrated else {},
        farm="Hillside",
        events=given.get("events", ()),
        past=given.get("past", ()),
    )


def last(wide: pd.DataFrame, hours: float) -> pd.Series:
    """Which rows lie in the last hours."""
    return pd.Series(wide.index > pd.Timestamp(UNTIL - timedelta(hours=hours)), index=wide.index)


def add_to_meter(wide: pd.DataFrame, column: str, rows: pd.Series, factor: float, plus: float = 0.0) -> None:
    """Let a meter count ``factor`` times as much, and ``plus`` per reading, in these rows."""
    day = (wide.index.tz_convert(ZONE) - pd.Timedelta(seconds=1)).normalize()
    added = wide[column].groupby(day).diff().fillna(wide[column])
    wide[column] = added.where(~rows, added * factor + plus).groupby(day).cumsum()


def kinds(found: list[Finding]) -> list[tuple[str, str]]:
    """Category and kind of each."""
    return [(str(finding.category), finding.kind) for finding in found]


def only(found: list[Finding], kind: str) -> Finding:
    """The one finding of this kind."""
    mine = [finding for finding in found if finding.kind == kind]
    assert len(mine) == 1, kinds(found)
    return mine[0]
