"""The next two days of every house: temperature, humidity, water, feed, and power where there is a meter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab import clock, figures, quality, units
from farmlab.analyses import blocks
from farmlab.errors import DataError
from farmlab.features import climate, flock, water_feed
from farmlab.models.forecast import WINDOW_DAYS, Forecasted, forecast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from farmlab.domain import House, Sensor
    from farmlab.scope import Scope

METRICS: Final = ("temp", "rh", "water", "feed", "power")
HISTORY_DAYS: Final = 21
"""Enough for the weekly rhythm; a flock is not much longer."""
TARGETS: Final = {"water": ("water_ml_d", 1e-3), "feed": ("feed_g_d", 1e-3)}
"""Metric → column of the breed's table, and what turns it into the metric's unit."""

assert HISTORY_DAYS <= WINDOW_DAYS


@dataclass(frozen=True, slots=True)
class Coming:
    """One series of one house: its forecast, or the sentence why there is none."""

    house: House
    sensor: Sensor
    forecast: Forecasted | None
    refusal: str = ""

    @property
    def sentence(self) -> str:
        """What the figure shows: lowest and highest of the next day."""
        if self.forecast is None:
            return f"{self.house.label}, {self.sensor.label}: {self.refusal}"
        day, about = self.forecast.frame.iloc[:24]["forecast"], units.METRICS[self.sensor.metric]
        if about.kind != "gauge":
            text = f"{day.sum():.0f} {about.unit} in the next 24 h"
        else:
            text = f"{day.min():.{about.digits}f} to {day.max():.{about.digits}f} {about.unit} in the next 24 h"
        return f"{self.house.label}, {about.label}: {text}"


def coming(lab: Scope) -> list[Coming]:
    """The forecasts of a scope, in order of houses and metrics."""
    return [item for house in lab.houses for item in _of_house(lab, house)]


def picture(item: Coming, lab: Scope) -> figures.Picture | None:
    """The last three days, and the next two with their 80 % interval."""
    if item.forecast is None:
        return None
    return figures.fan(
        item.forecast.history,
        item.forecast.frame,
        metric=item.sensor.metric,
        until=lab.until,
        timezone=lab.farm.timezone,
        title=item.sentence,
        issued=item.forecast.issued,
        target=_plan(lab, item.house, item.sensor) if item.sensor.metric == "temp" else None,
    )


def show(items: list[Coming], lab: Scope) -> None:
    """The figures, house by house."""
    for item in items:
        drawn = picture(item, lab)
        if drawn is not None:
            blocks.display(drawn)


def refusals(items: list[Coming]) -> figures.Table:
    """The series without a forecast, and why."""
    rows = [
        {"series": f"{item.house.label}, {item.sensor.label}", "why": item.refusal} for item in items if item.refusal
    ]
    return figures.table(pd.DataFrame(rows, columns=["series", "why"]), caption="No forecast for")


def summary(items: list[Coming]) -> str:
    """The answer in one sentence: what the next 24 hours bring, over all houses."""
    table = table_of(items)
    if table.empty:
        return "No forecast could be made: " + (items[0].refusal if items else "there is nothing to forecast.")
    day = table[table["time"] <= table["time"].min() + pd.Timedelta(hours=23)]
    parts = [_over_all(day.loc[day["metric"] == metric, "forecast"], metric) for metric in METRICS]
    return "The next 24 hours: " + ", ".join(part for part in parts if part)


def _over_all(expected: pd.Series, metric: str) -> str:
    about = units.METRICS[metric]
    if expected.empty:
        return ""
    if about.kind == "gauge":
        return f"{expected.min():.{about.digits}f} to {expected.max():.{about.digits}f} {about.unit}"
    return f"{expected.sum():.0f} {about.unit} of {about.label}"


def values(items: list[Coming]) -> dict[str, float]:
    """The means of the next 24 hours (totals of water and feed), as the run record keeps them."""
    known = {}
    for item in items:
        if item.forecast is not None:
            day = item.forecast.frame["forecast"].iloc[:24]
            gauge = units.METRICS[item.sensor.metric].kind == "gauge"
            known[f"{item.sensor.metric}/{item.house.number}"] = round(float(day.mean() if gauge else day.sum()), 1)
    return known


def backtest_table(tested: pd.DataFrame) -> pd.DataFrame:
    """The back-test as people read it: the model that is used and its errors beside yesterday's value."""
    if tested.empty:
        return pd.DataFrame(columns=["house", "series", "model", "hours ahead"])
    return pd.DataFrame(
        {
            "house": tested["house"],
            "series": [units.METRICS[code].label for code in tested["metric"]],
            "model": tested["model"].where(tested["model"] != tested["used"], tested["model"] + " (used)"),
            "hours ahead": tested["day"].map({1: "1–24", 2: "25–48"}),
            "mean error": tested["mae"].round(2),
            "× yesterday's value": tested["ratio"].round(2),
            "80 % interval held, %": (100 * tested["coverage"]).round(0),
            "past origins": tested["origins"],
        }
    )


def backtest(items: list[Coming]) -> pd.DataFrame:
    """How each member would have done: one row per house, metric, model and day ahead."""
    frames = [
        item.forecast.figures.assign(house=item.house.number, metric=item.sensor.metric, used=item.forecast.model)
        for item in items
        if item.forecast is not None
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["house", "metric", "model"])


def table_of(items: list[Coming]) -> pd.DataFrame:
    """The hours ahead as rows: house, metric, time, forecast, lower, upper, model."""
    frames = [
        item.forecast.frame.reset_index().assign(
            house=item.house.number, metric=item.sensor.metric, model=item.forecast.model
        )
        for item in items
        if item.forecast is not None
    ]
    columns = ["house", "metric", "time", "forecast", "lower", "upper", "model"]
    return pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)


def _of_house(lab: Scope, house: House) -> Iterator[Coming]:
    history = HISTORY_DAYS * 24 - (lab.until - lab.start) / pd.Timedelta(hours=1)
    wide = lab.wide(house.number, history_hours=max(0.0, history), metric=list(METRICS))
    clean = _unflagged(lab, house, wide)
    for metric in METRICS:
        sensor = _main(lab.sensors(house.number), metric)
        if sensor is not None and sensor.column in clean:
            yield _one(lab, house, sensor, clean[sensor.column])


def _one(lab: Scope, house: House, sensor: Sensor, series: pd.Series) -> Coming:
    zone = lab.farm.timezone
    if sensor.counts != "gauge":
        series = water_feed.amounts(series, kind=sensor.counts, timezone=zone)
    lived = lab.flocks.get(house.number)
    since = clock.midnight(lived.placed_on, zone) if lived else None
    try:
        ahead = forecast(series, metric=sensor.metric, until=lab.until, since=since, baseline=_plan(lab, house, sensor))
    except DataError as error:
        return Coming(house, sensor, None, str(error))
    return Coming(house, sensor, ahead)


def _unflagged(lab: Scope, house: House, wide: pd.DataFrame) -> pd.DataFrame:
    """The readings without those that a quality rule marked."""
    mine = [sensor for sensor in lab.sensors(house.number) if sensor.column in wide]
    if wide.empty:
        return wide
    flags = quality.flag(
        wide,
        mine,
        step=lab.step,
        start=wide.index.min().to_pydatetime(),
        until=lab.until,
        flocks=lab.all_flocks,
        timezone=lab.farm.timezone,
    )
    bad = flags[flags["rule"].isin(["range", "spike", "stuck"])]
    clean = wide.copy()
    for sensor in mine:
        marked = bad.loc[bad["sensor"] == sensor.source_key, "time"]
        clean.loc[clean.index.isin(marked), sensor.column] = np.nan
    return clean


def _main(sensors: list[Sensor], metric: str) -> Sensor | None:
    """The sensor that stands for the house."""
    mine = [sensor for sensor in sensors if sensor.metric == metric and sensor.position != "outside"]
    return next((sensor for sensor in mine if sensor.position == ""), mine[0] if mine else None)


def _plan(lab: Scope, house: House, sensor: Sensor) -> pd.Series | None:
    """What is planned, past and future: the set-point by age, or the target per hour of this many birds."""
    lived = lab.flocks.get(house.number)
    if lived is None:
        return None
    begin = clock.midnight(lived.placed_on, lab.farm.timezone)
    hours = pd.date_range(pd.Timestamp(begin).ceil("h"), pd.Timestamp(lab.until) + pd.Timedelta(hours=49), freq="h")
    age = pd.Series((hours - pd.Timestamp(begin)) / pd.Timedelta(days=1), index=hours)
    if sensor.metric == "temp":
        curve = flock.set_points(house, lived)
        return climate.set_point(age, curve) if curve else None
    if sensor.metric in TARGETS and lived.breed and lived.birds_placed:
        column, factor = TARGETS[sensor.metric]
        return flock.target_at(lived.breed, age, column) * factor * lived.birds_placed / 24
    return None
