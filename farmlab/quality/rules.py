"""Five rules for single readings, each with its id, unit, default and sentence.

They use what is physically possible and what sensors of this metric do, no history: they hold from the first
day on. What is unusual for this very sensor is the business of :mod:`farmlab.models`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.features import flock as birds
from farmlab.features import series
from farmlab.units import METRICS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from numpy.typing import NDArray

    from farmlab.domain import Flock, Sensor


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its id, the unit of its limit, the default (where it is one number), and what it says."""

    id: str
    unit: str
    default: float | None
    sentence: str


STALE_READINGS: Final = 3
RULES: Final = {
    rule.id: rule
    for rule in (
        Rule("range", "unit of the metric", None, "The value is outside of what is possible for this metric."),
        Rule("spike", "unit of the metric", None, "The value jumped and came back within three readings."),
        Rule("stuck", "h", None, "The value was repeated for longer than a working sensor does."),
        Rule("stale", "readings", STALE_READINGS, "The newest reading is older than so many intervals."),
        Rule("missing", "readings", 1, "So many expected readings in a row did not come."),
    )
}
SPIKES: Final = {"temp": 3.0, "rh": 15.0, "co2": 1000.0, "nh3": 15.0, "humidity_ratio": 0.004}
"""Metric → the smallest jump out and back that is called a spike, in its unit; other metrics may jump."""
GRAINS: Final = 8
"""A spike is also at least so many times the sensor's usual change."""
RESTING: Final = {"nh3": (0.0, 0.0), "rh": (99.0, 100.0)}
"""Metric → values that may last: no ammonia, saturated air (fog outside, wash-down)."""
OF_BIRDS: Final = frozenset({"weight", "weighings", "birds", "mortality", "culls", "water", "feed", "growth_day"})
"""Metrics that need not report while the house stands empty."""
COLUMNS: Final = ("sensor", "time", "rule", "value")
LEAST_STALE_S: Final = 15 * 60
"""Silence of up to a quarter of an hour is never called stale."""


def flag(
    wide: pd.DataFrame,
    sensors: Sequence[Sensor],
    *,
    step: timedelta,
    start: datetime,
    until: datetime,
    flocks: Sequence[Flock] | None = None,
    timezone: str = "UTC",
) -> pd.DataFrame:
    """The readings of one house in (start, until] that a rule marks: sensor (source key), time, rule, value.

    ``value`` is the reading for range, spike and stuck, the number of missing readings for missing (at the
    first of them), and the hours of silence for stale (at the newest reading). What ``wide`` has before
    ``start`` is context. While the house stands empty, sensors are judged on range and silence only, and
    those that tell of birds not at all.

    Parameters
    ----------
    wide
        One column a sensor (``Sensor.column``), UTC.
    sensors
        The sensors of the house.
    step
        The usual time between two readings.
    start, until
        The window.
    flocks
        Flocks of the house, past ones included; None or none at all: it is not known to be empty.
    timezone
        The farm's.
    """
    ordered = series.sorted_by_time(wide[wide.index <= pd.Timestamp(until)])
    index = pd.DatetimeIndex(ordered.index)
    empty = empty_rows(index, flocks, timezone)
    window = _Window(
        _seconds(pd.DatetimeIndex([start]))[0], _seconds(pd.DatetimeIndex([until]))[0], step.total_seconds()
    )
    found: list[_Row] = []
    for sensor in sensors:
        values = _numbers(ordered, sensor.column)
        known = np.isfinite(values)
        readings = _Readings(sensor, _seconds(index)[known], values[known], empty[known])
        found += _marked(readings, window)
        if not (sensor.metric in OF_BIRDS and empty[-1:].any()):
            found += _missing(readings, window) + _stale(readings, window)
    table = pd.DataFrame(found, columns=list(COLUMNS))
    return table.astype({"time": "datetime64[s, UTC]", "value": float})


def empty_rows(index: pd.DatetimeIndex, flocks: Sequence[Flock] | None, timezone: str) -> NDArray[np.bool_]:
    """Where a house stands empty; nowhere if none of its flocks is known."""
    if not flocks:
        return np.zeros(len(index), dtype=bool)
    return birds.age_days(index, flocks, timezone=timezone).isna().to_numpy()


_Row = tuple[str, pd.Timestamp, str, float]


@dataclass(frozen=True, slots=True)
class _Window:
    start: int
    until: int
    step: float


@dataclass(frozen=True, slots=True)
class _Readings:
    """What one sensor said, in seconds since 1970, and whether its house stood empty then."""

    sensor: Sensor
    times: NDArray[np.int64]
    values: NDArray[np.float64]
    empty: NDArray[np.bool_]

    def interval(self, window: _Window) -> float:
        """Its own interval: that of its source, or longer where even its shortest gaps are."""
        return max(window.step, float(np.quantile(np.diff(self.times), 0.1))) if len(self.times) > 3 else window.step


def _marked(readings: _Readings, window: _Window) -> list[_Row]:
    inside, rows = readings.times > window.start, []
    for rule, marks in (("range", _range(readings)), ("spike", _spike(readings)), ("stuck", _stuck(readings))):
        rows += [
            (readings.sensor.source_key, _moment(readings.times[i]), rule, float(readings.values[i]))
            for i in np.flatnonzero(marks & inside)
        ]
    return rows


def _range(readings: _Readings) -> NDArray[np.bool_]:
    metric = METRICS[readings.sensor.metric]
    return (readings.values < metric.low) | (readings.values > metric.high)


def _spike(readings: _Readings) -> NDArray[np.bool_]:
    marks, values = np.zeros(len(readings.values), dtype=bool), readings.values
    if readings.sensor.metric not in SPIKES or len(values) < 3:
        return marks
    changes = np.abs(np.diff(values))
    usual = float(np.median(changes[changes > 0])) if (changes > 0).any() else 0.0
    limit = max(SPIKES[readings.sensor.metric], GRAINS * usual)
    seen = marks.copy()
    for length in (1, 2, 3):
        back = series.excursion(values[:, None], longest=length)[:, 0] >= limit
        for earlier in range(1, length + 1):
            marks[np.flatnonzero(back & ~seen) - earlier] = True
        seen |= back
    return marks & ~readings.empty


def _stuck(readings: _Readings) -> NDArray[np.bool_]:
    values, metric = readings.values, METRICS[readings.sensor.metric]
    if not metric.stuck_hours or readings.sensor.counts != "gauge" or not len(values):
        return np.zeros(len(values), dtype=bool)
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
    run = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(values)]))
    ends = np.r_[starts[1:], len(values)] - 1
    lasted = (readings.times[ends] - readings.times[starts])[run]
    low, high = RESTING.get(readings.sensor.metric, (np.inf, -np.inf))
    resting = (values >= low) & (values <= high)
    return np.asarray((lasted >= metric.stuck_hours * 3600) & ~resting & ~readings.empty)


def _missing(readings: _Readings, window: _Window) -> list[_Row]:
    """Gaps between readings, at the first that did not come; the one that still lasts is there, too."""
    interval, times = readings.interval(window), readings.times
    inside = times[times > window.start]
    begins = np.r_[window.start, inside].astype(float)
    lost = np.rint(np.diff(np.r_[begins, window.until]) / interval) - 1
    lost[-1] = np.floor((window.until - begins[-1]) / interval)
    key = readings.sensor.source_key
    return [(key, _moment(begins[i] + interval), "missing", float(lost[i])) for i in np.flatnonzero(lost >= 1)]


def _stale(readings: _Readings, window: _Window) -> list[_Row]:
    if not len(readings.times):
        return [(readings.sensor.source_key, _moment(window.until), "stale", float("nan"))]
    newest, age = readings.times[-1], window.until - readings.times[-1]
    if age <= max(STALE_READINGS * readings.interval(window), LEAST_STALE_S):
        return []
    return [(readings.sensor.source_key, _moment(newest), "stale", age / 3600)]


def _numbers(ordered: pd.DataFrame, column: str) -> NDArray[np.float64]:
    if column not in ordered:
        return np.full(len(ordered), np.nan)
    return ordered[column].to_numpy(dtype=float, na_value=np.nan)


def _seconds(index: pd.DatetimeIndex) -> NDArray[np.int64]:
    return np.asarray(index.as_unit("s").asi8)


def _moment(seconds: float) -> pd.Timestamp:
    return pd.Timestamp(int(seconds), unit="s", tz="UTC")
