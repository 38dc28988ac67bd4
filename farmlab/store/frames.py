"""Rows of numbers as tables for analysis: tidy or wide, at their own times or in steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from farmlab import units
from farmlab.errors import DataError
from farmlab.store.intake import QUALITIES, numbers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    import pandas as pd
    from numpy.typing import NDArray

    from farmlab.domain import Sensor

_HOW = {"gauge": "mean", "day_counter": "last", "counter": "last", "amount": "sum"}


def wide(
    rows: Sequence[tuple[Any, ...]], sensors: Sequence[Sensor], *, step: timedelta | str | None, zone: str
) -> pd.DataFrame:
    """A row for each time (index ``time``, UTC), a column for each sensor in the order given.

    Steps of whole days end at midnight in this zone, where counters begin anew.
    """
    import pandas as pd

    sensor_id, ts, value = numbers(rows, 3)
    times, row = np.unique(ts.astype(np.int64), return_inverse=True)
    grid = np.full((len(times), len(sensors)), np.nan)
    grid[row, _ranks(sensor_id, sensors)] = value
    index = pd.DatetimeIndex(_moments(times), name="time")
    table = pd.DataFrame(grid, index=index, columns=column_names(sensors))
    return table if step is None else _in_steps(table, sensors, _span(step), zone)


def column_names(sensors: Sequence[Sensor]) -> list[str]:
    """The name of each sensor's column; of two that would be called the same, the later bears its source key."""
    names: list[str] = []
    for sensor in sensors:
        name = sensor.column
        names.append(f"{name}_{sensor.source_key}" if name in names else name)
    return names


def tidy(
    rows: Sequence[tuple[Any, ...]], sensors: Sequence[Sensor], *, farm: str, step: timedelta | str | None, zone: str
) -> pd.DataFrame:
    """Export rows: farm, house, sensor, metric, unit, time, value, quality, learned_at; steps as those of ``wide``."""
    import pandas as pd

    by_name = sorted(sensors, key=lambda sensor: (sensor.house, sensor.source_key))
    sensor_id, ts, value, quality, learned_at = numbers(rows, 5)
    rank = _ranks(sensor_id, by_name)
    order = np.lexsort((ts, rank))
    table = pd.DataFrame(
        {
            "rank": rank[order],
            "time": _moments(ts[order].astype(np.int64)),
            "value": value[order],
            "quality": quality[order].astype(np.int64),
            "learned_at": _moments(learned_at[order].astype(np.int64)),
        }
    )
    if step is not None:
        table = _stepped(table, by_name, _span(step), zone)
    return _described(table, by_name, farm)


def _ranks(sensor_id: NDArray[np.float64], sensors: Sequence[Sensor]) -> NDArray[np.int64]:
    """The place of each row's sensor in the list."""
    ids = np.array([sensor.id for sensor in sensors], dtype=np.int64)
    order = np.argsort(ids)
    return order[np.searchsorted(ids, sensor_id.astype(np.int64), sorter=order)] if len(ids) else ids


def _moments(ms: NDArray[np.int64]) -> pd.DatetimeIndex:
    import pandas as pd

    return pd.DatetimeIndex((ms * 1000).astype("datetime64[us]")).tz_localize("UTC")


def _span(step: timedelta | str) -> pd.Timedelta:
    import pandas as pd

    try:
        span = pd.Timedelta(step)
    except ValueError:
        span = pd.Timedelta(0)
    if not span >= pd.Timedelta(seconds=1):  # NaT is not, and a bare number would be nanoseconds
        raise DataError(f"{step!r} is not a step", next_step="Write it as 15min, 1h or 1D.")
    return span


def _whole_days(span: pd.Timedelta) -> bool:
    import pandas as pd

    return span % pd.Timedelta(days=1) == pd.Timedelta(0)


def _clock(span: pd.Timedelta, zone: str) -> str:
    """The zone by whose clock steps are counted: the farm's for whole days, else UTC."""
    return zone if _whole_days(span) else "UTC"


def _how(sensor: Sensor, span: pd.Timedelta) -> str:
    """How a sensor's values become one; at the midnight that ends a day, its counter may have begun anew."""
    return "max" if sensor.counts == "day_counter" and _whole_days(span) else _HOW[sensor.counts]


def _in_steps(table: pd.DataFrame, sensors: Sequence[Sensor], span: pd.Timedelta, zone: str) -> pd.DataFrame:
    import pandas as pd

    clock = _clock(span, zone)
    by_clock = table.set_index(pd.DatetimeIndex(table.index).tz_convert(clock).tz_localize(None))
    steps = by_clock.resample(span, closed="right", label="right", origin="epoch")
    made = {
        "mean": steps.mean(),
        "last": steps.last(),
        "max": steps.max(),
        "sum": steps.sum(min_count=1),
    }
    columns = {name: made[_how(sensor, span)][name] for name, sensor in zip(table.columns, sensors, strict=True)}
    walls = pd.DatetimeIndex(made["mean"].index)
    return pd.DataFrame(columns, index=walls, columns=table.columns).set_axis(_in_utc(walls, clock))


def _in_utc(walls: pd.DatetimeIndex, zone: str) -> pd.DatetimeIndex:
    """The moments at which the clocks of the zone show these times; a midnight that is skipped is the next moment."""
    first = np.ones(len(walls), dtype=bool)
    return walls.tz_localize(zone, ambiguous=first, nonexistent="shift_forward").tz_convert("UTC")


def _stepped(table: pd.DataFrame, sensors: Sequence[Sensor], span: pd.Timedelta, zone: str) -> pd.DataFrame:
    """One row for each sensor and step that has readings; it is as good as the worst of them."""
    import pandas as pd

    how = np.array([_how(sensor, span) for sensor in sensors], dtype=object)
    clock = _clock(span, zone)
    walls = pd.DatetimeIndex(table["time"]).tz_convert(clock).tz_localize(None)
    groups = table.assign(time=_in_utc(walls.ceil(span), clock)).groupby(["rank", "time"], sort=True)
    made = groups.agg(
        mean=("value", "mean"),
        last=("value", "last"),
        max=("value", "max"),
        quality=("quality", "max"),
        learned_at=("learned_at", "max"),
    )
    made["sum"] = groups["value"].sum(min_count=1)
    made = made.reset_index()
    wanted = how[made["rank"]] if len(sensors) else np.array([], dtype=object)
    names = ("mean", "last", "max")
    made["value"] = np.select([wanted == name for name in names], [made[name] for name in names], made["sum"])
    return pd.DataFrame(made[["rank", "time", "value", "quality", "learned_at"]])


def _described(table: pd.DataFrame, sensors: Sequence[Sensor], farm: str) -> pd.DataFrame:
    import pandas as pd

    rank = table["rank"].to_numpy()
    words = {
        "sensor": [sensor.source_key for sensor in sensors],
        "metric": [sensor.metric for sensor in sensors],
        "unit": [units.METRICS[sensor.metric].unit for sensor in sensors],
    }
    said = {name: pd.array(list_, dtype="str").take(rank) for name, list_ in words.items()}
    quality = pd.array([str(word) for word in QUALITIES], dtype="str").take(table["quality"].to_numpy())
    house = np.array([sensor.house for sensor in sensors], dtype=np.int64)
    return pd.DataFrame(
        {
            "farm": pd.array([farm], dtype="str").take(np.zeros(len(rank), dtype=np.int64)),
            "house": house[rank] if len(house) else house,
            **said,
            "time": table["time"],
            "value": table["value"],
            "quality": quality,
            "learned_at": table["learned_at"],
        }
    )
