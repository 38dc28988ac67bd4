"""The forecasts of one house: its main sensors, what is planned, and what the last run left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from farmlab import clock, quality, units
from farmlab.analyses import remembered
from farmlab.domain import HouseKind
from farmlab.errors import DataError
from farmlab.features import climate, flock, water_feed
from farmlab.models.forecast import Forecasted, forecast
from farmlab.models.forecasting.window import WINDOW_DAYS, hours_since_1970

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from farmlab.domain import House, Sensor
    from farmlab.scope import Scope

METRICS: Final = ("temp", "rh", "water", "feed", "power", "co2", "nh3")
TARGETS: Final = {"water": ("water_ml_d", 1e-3), "feed": ("feed_g_d", 1e-3)}
"""Metric → column of the breed's table, and what turns it into the metric's unit."""
SHAPE_OF: Final = "ross308"
"""How amounts grow with age where the breed has no table; only the shape counts, as members learn the ratio."""
AHEAD_HOURS: Final = 49
READ_ANEW_HOURS: Final = 24
"""So often the whole past is read again, and members are learned anew."""
OVERLAP_HOURS: Final = 26
BAD: Final = ("range", "spike", "stuck")
LEFT: Final = "forecast"


@dataclass(frozen=True, slots=True)
class Coming:
    """One series of one house: its forecast, or the sentence why there is none."""

    house: House
    sensor: Sensor
    forecast: Forecasted | None
    plan: pd.Series | None = None
    refusal: str = ""

    @property
    def metric(self) -> str:
        """The code of what is forecast."""
        return self.sensor.metric

    @property
    def sentence(self) -> str:
        """What the figure shows: lowest and highest of the next day, or its amount."""
        if self.forecast is None:
            return f"{self.sensor.label}: {self.refusal}"
        day, about = self.forecast.frame.iloc[:24]["forecast"], units.METRICS[self.metric]
        if about.kind != "gauge":
            return f"{about.label} {day.sum():.0f} {about.unit}"
        return f"{about.label} {day.min():.{about.digits}f} to {day.max():.{about.digits}f} {about.unit}"


def of_house(lab: Scope, house: House) -> list[Coming]:
    """The forecasts of the main sensors of a house, in order of metrics."""
    sensors = {metric: sensor for metric in METRICS if (sensor := _main(lab.sensors(house.number), metric))}
    if not sensors:
        return []
    if _stands_empty(lab, house):
        return [Coming(house, sensor, None, refusal="the house stands empty") for sensor in sensors.values()]
    left = remembered.recall(lab, LEFT, house.number)
    now = _hour(lab.until)
    anew = not left or left["newest"] > now or not 0 <= now - left["read"] < READ_ANEW_HOURS
    wide = _readings(lab, house, list(sensors.values()), since=None if anew else int(left["newest"]))
    known = left.get("series", {})
    made = [_one(lab, house, sensor, wide, known.get(metric)) for metric, sensor in sensors.items()]
    if now >= int(left.get("newest", 0)):
        kept = {item.metric: dict(item.forecast.memory) for item in made if item.forecast}
        read = now if anew else left["read"]
        remembered.remember(lab, LEFT, house.number, {"read": read, "newest": now, "series": kept})
    return [item for item in made if item.refusal or item.forecast]


def placed(lab: Scope, house: House) -> datetime | None:
    """The midnight at which the flock was placed; None without one."""
    lived = lab.flocks.get(house.number)
    return clock.midnight(lived.placed_on, lab.farm.timezone) if lived else None


def ages(lab: Scope, house: House) -> pd.Series | None:
    """Age of the birds in days, by hour from placement to two days ahead; None without a flock."""
    begin = placed(lab, house)
    if begin is None:
        return None
    end = pd.Timestamp(lab.until) + pd.Timedelta(hours=AHEAD_HOURS)
    hours = pd.date_range(pd.Timestamp(begin).ceil("h"), end, freq="h")
    return pd.Series((hours - pd.Timestamp(begin)) / pd.Timedelta(days=1), index=hours)


def plan(lab: Scope, house: House, metric: str) -> pd.Series | None:
    """What is planned, past and future: the set-point by age, or the target per hour of this many birds."""
    lived, age = lab.flocks.get(house.number), ages(lab, house)
    if lived is None or age is None:
        return None
    if metric == "temp":
        curve = flock.set_points(house, lived)
        return climate.set_point(age, curve) if curve else None
    if metric in TARGETS and house.kind is HouseKind.BROILER:
        column, factor = TARGETS[metric]
        breed = flock.breed_code(lived.breed) or SHAPE_OF
        return flock.target_at(breed, age, column) * factor * (lived.birds_placed or 1) / 24
    return None


def _one(lab: Scope, house: House, sensor: Sensor, wide: pd.DataFrame, memory: Mapping[str, Any] | None) -> Coming:
    series = wide[sensor.column] if sensor.column in wide else pd.Series(dtype=float, index=wide.index)
    if sensor.counts != "gauge":
        series = water_feed.amounts(series, kind=sensor.counts, timezone=lab.farm.timezone)
    planned = plan(lab, house, sensor.metric)
    try:
        ahead = forecast(
            series,
            metric=sensor.metric,
            until=lab.until,
            since=placed(lab, house),
            baseline=planned,
            memory=memory,
        )
    except DataError as error:
        return Coming(house, sensor, None, refusal=str(error))
    return Coming(house, sensor, ahead, planned)


def _stands_empty(lab: Scope, house: House) -> bool:
    """Whether flocks are kept here, and none is there now."""
    lived = any(one.house == house.number for one in lab.all_flocks)
    return house.kind is not HouseKind.ROOM and lived and lab.flocks.get(house.number) is None


def _hour(moment: datetime) -> int:
    return int(hours_since_1970(pd.DatetimeIndex([pd.Timestamp(moment)]))[0])


def _readings(lab: Scope, house: House, sensors: list[Sensor], *, since: int | None) -> pd.DataFrame:
    """The readings of the main sensors, without those that a quality rule marked; the whole past, or the newest."""
    back = WINDOW_DAYS * 24.0 if since is None else _hour(lab.until) - since + OVERLAP_HOURS
    begin = placed(lab, house)
    if begin is not None:
        back = min(back, (lab.until - begin) / pd.Timedelta(hours=1))
    length = (lab.until - lab.start) / pd.Timedelta(hours=1)
    metrics = [sensor.metric for sensor in sensors]
    wide = lab.wide(house.number, history_hours=max(0.0, back - length), metric=metrics)
    columns = [sensor.column for sensor in sensors if sensor.column in wide]
    newest = wide.loc[wide.index > pd.Timestamp(lab.until) - pd.Timedelta(hours=max(back, 1.0)), columns]
    return newest if newest.empty else _unflagged(lab, newest, sensors)


def _unflagged(lab: Scope, wide: pd.DataFrame, sensors: list[Sensor]) -> pd.DataFrame:
    mine = [sensor for sensor in sensors if sensor.column in wide]
    flags = quality.flag(
        wide,
        mine,
        step=lab.step,
        start=wide.index.min().to_pydatetime(),
        until=lab.until,
        flocks=lab.all_flocks,
        timezone=lab.farm.timezone,
    )
    bad = flags[flags["rule"].isin(BAD)]
    clean = wide.copy()
    for sensor in mine:
        marked = bad.loc[bad["sensor"] == sensor.source_key, "time"]
        clean.loc[clean.index.isin(marked), sensor.column] = np.nan
    return clean


def _main(sensors: list[Sensor], metric: str) -> Sensor | None:
    """The sensor that stands for the house."""
    mine = [sensor for sensor in sensors if sensor.metric == metric and sensor.position != "outside"]
    return next((sensor for sensor in mine if sensor.position == ""), mine[0] if mine else None)
