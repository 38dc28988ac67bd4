"""The readings of a house as the detector wants them: what is judged, how, and what explains it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from farmlab.features import flock as birds
from farmlab.features import water_feed
from farmlab.units import METRICS

if TYPE_CHECKING:
    from farmlab.findings.case import Case

JUDGED: Final = ("temp", "rh", "co2", "nh3", "pressure", "air_speed", "illuminance", "humidity_ratio", "power")
"""Metrics whose sensors are judged; what a controller decides (fans, heat, set-points) is not."""
AMOUNTS: Final = {"water": "water_ml_d", "feed": "feed_g_d"}
"""Metrics that are judged as amounts per bird, by their level only → column of the breed's table."""
RESTING: Final = {
    # metric → values that may last as long as they like
    "nh3": (0.0, 0.0),
    "rh": (99.0, 100.0),
    "pressure": (-1.0, 1.0),
    "illuminance": (0.0, 0.5),
    "power": (0.0, 0.0),
    "air_speed": (0.0, 0.0),
}
OUTSIDE: Final = "temp_c_outside"
SET_POINT: Final = "temp_set_c"


def detector_table(case: Case) -> pd.DataFrame:
    """One column a judged sensor, with set-point, outside temperature and age beside them.

    Water and feed are multiples of the even share of the breed's daily target where breed and number of
    birds are known, else amounts per reading.
    """
    columns = {sensor.column for sensor in case.sensors if sensor.metric in JUDGED} - set(_averages(case))
    kept = [column for column in case.wide.columns if column in columns | {SET_POINT, OUTSIDE}]
    table = case.wide[kept].astype(float)
    for metric, target in AMOUNTS.items():
        for sensor in case.sensors_of(metric):
            if sensor.column in case.wide.columns:
                table[sensor.column] = _amounts(case, sensor.column, sensor.counts, target)
    if case.mine:
        table[birds.AGE] = case.ages
    return table


def settings(case: Case) -> dict[str, Any]:
    """What the detector is told about the columns of :func:`detector_table`."""
    judged = {sensor.column: sensor for sensor in case.sensors if sensor.metric in JUDGED}
    inside = [column for column, sensor in judged.items() if sensor.metric == "temp" and sensor.position != "outside"]
    with_set_point = SET_POINT in case.wide.columns and case.wide[SET_POINT].notna().mean() > 0.5
    return {
        "reference": dict.fromkeys(inside, SET_POINT) if with_set_point else {},
        "driver": OUTSIDE if OUTSIDE in case.wide.columns else None,
        "resting": {column: RESTING[s.metric] for column, s in judged.items() if s.metric in RESTING},
        "level_only": [METRICS[metric].column for metric in AMOUNTS if METRICS[metric].column in case.wide.columns],
        "beside": [SET_POINT],
        "timezone": case.timezone,
    }


def _averages(case: Case) -> list[str]:
    """Columns that only repeat others: the controller's mean of several temperature sensors."""
    placed = [sensor for sensor in case.sensors_of("temp") if sensor.position]
    return [METRICS["temp"].column] if len(placed) > 1 else []


def _amounts(case: Case, column: str, kind: Any, target: str) -> pd.Series:
    added = water_feed.amounts(case.wide[column], kind=kind, timezone=case.timezone)
    known = added.notna()
    index = water_feed.drinking_index(added, case.ages, breed=case.breed, count=case.birds_alive, column=target)
    return index.where(known & np.isfinite(index))
