"""The readings of a house as the detector wants them: what is judged, how, and what explains it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

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
    "rh": (99.0, 100.0),
    "illuminance": (0.0, 0.5),
    "power": (0.0, 0.0),
    "air_speed": (0.0, 0.0),
}
ANY: Final = (-1e9, 1e9)
LEAST_STUCK_H: Final = 1.0
"""No value is called stuck before it has lasted so long; how much longer, the sensor's own clean past tells."""
OUTSIDE: Final = "temp_c_outside"
SET_POINT: Final = "temp_set_c"
HOUSE: Final = "temp_c"
SEVERAL: Final = 3
"""With so many temperature sensors the temperature of the house itself is judged beside them."""
EXPLAINS: Final = (
    SET_POINT,
    OUTSIDE,
    "vent_level_pct",
    "airflow_m3h",
    "heaters_running",
    "light_pct",
)
"""What moves the air in the house for good reasons: it is not judged, and explains what is."""

HOUSE_BUDGET: Final = 0.05
"""False episodes a sensor-day that the level may cause: a house has three dozen sensors, a file a few."""


def detector_table(case: Case) -> pd.DataFrame:
    """One column a judged sensor; beside them set-point, weather, what the controller does, and age.

    With several temperature sensors the house's own temperature is their median. Water and feed are multiples
    of an even share of the breed's daily target over the hours with light, where breed and number of birds are
    known, else amounts per reading; in the dark they are missing.
    """
    wanted = {sensor.column for sensor in case.sensors if sensor.metric in JUDGED} | {*EXPLAINS}
    table = case.wide[[column for column in case.wide.columns if column in wanted]].astype(float)
    if len(_placed(case)) >= SEVERAL:
        table[HOUSE] = case.temperature
    for metric, target in AMOUNTS.items():
        for sensor in case.sensors_of(metric):
            if sensor.column in case.wide.columns:
                table[sensor.column] = _amounts(case, sensor.column, sensor.counts, target)
    if case.mine:
        table[birds.AGE] = case.ages
    return table


def settings(case: Case) -> dict[str, Any]:
    """What the detector is told about the columns of :func:`detector_table`.

    Shapes are not judged: birds grow and controllers step, so that no day of a house looks like the last ones.
    """
    judged = {sensor.column: sensor for sensor in case.sensors if sensor.metric in JUDGED}
    placed = _placed(case)
    of_house = [HOUSE] if len(placed) >= SEVERAL else []
    with_set_point = SET_POINT in case.wide.columns and case.wide[SET_POINT].notna().mean() > 0.5
    inside = [column for column, s in judged.items() if s.metric == "temp" and s.position != "outside"]
    return {
        "reference": dict.fromkeys([*inside, *of_house], SET_POINT) if with_set_point else {},
        "driver": OUTSIDE if OUTSIDE in case.wide.columns else None,
        "resting": {column: _resting(sensor.metric) for column, sensor in judged.items() if _resting(sensor.metric)},
        "least_stuck_h": dict.fromkeys(judged, LEAST_STUCK_H),
        "level_only": [
            *(METRICS[metric].column for metric in AMOUNTS if METRICS[metric].column in case.wide.columns),
            *of_house,
        ],
        "alike": {column: [o for o in placed if o != column] for column in placed if len(placed) >= SEVERAL},
        "rules_only": [column for column, sensor in judged.items() if sensor.position == "outside"],
        "beside": [column for column in EXPLAINS if column != OUTSIDE],
        "patterns": False,
        "timezone": case.timezone,
        "budget": HOUSE_BUDGET,
    }


def _resting(metric: str) -> tuple[float, float] | None:
    """Where repeats are normal for a metric at all, any value may last."""
    return RESTING.get(metric, None if METRICS[metric].stuck_hours else ANY)


def _placed(case: Case) -> list[str]:
    """The temperature sensors that have a place of their own in the house."""
    return [s.column for s in case.sensors_of("temp") if s.position and s.column in case.wide.columns]


def _amounts(case: Case, column: str, kind: Any, target: str) -> pd.Series:
    added = water_feed.amounts(case.wide[column], kind=kind, timezone=case.timezone)
    index = water_feed.intake_index(added, case.ages, breed=case.breed, count=case.birds_alive, column=target)
    if not case.has("light_pct"):
        return index
    lit = case.column("light_pct").ffill() > 0
    share = lit.rolling("24h", min_periods=1).mean()
    return (index * share).where(lit)
