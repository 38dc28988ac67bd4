"""Which episodes of single sensors have lasted long enough, and are large enough, for a person to hear of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.findings.table import AMOUNTS
from farmlab.models.episodes import episodes
from farmlab.units import METRICS

if TYPE_CHECKING:
    from farmlab.domain import Sensor
    from farmlab.findings.case import Case
    from farmlab.models.episodes import Episode

CONFIRMED: Final = pd.Timedelta(minutes=10)
"""An episode must have been there for so long before a person hears of it."""
NO_AIR: Final = 3.0
"""So many times this no air changes out and back between readings: once is enough."""
SWING: Final = 1 / 3
SWING_BESIDE: Final = 0.2
"""Of noise that its neighbours do not show, less is enough."""
SWING_READINGS: Final = 9
SPIKE_READINGS: Final = 5
"""So many readings before a spike is told its size can be seen."""
MATERIAL: Final = {"temp": 1.0, "rh": 8.0, "co2": 600.0, "nh3": 5.0, "pressure": 8.0}
"""Metric → the least change of level, in its unit, that is worth a walk; of noise a third, of a spike a quarter."""
DRIFT: Final = 0.6
"""Of a drift so much of it: what the neighbours let expect is known to a few tenths of a degree."""
ALONE: Final = 2.0
"""Noise of one sensor is so many times what its neighbours show; what all show is the house, or its control."""
AROUND: Final = pd.Timedelta(minutes=45)
"""So long before and after a jump the neighbours are asked whether they moved, too."""
JUMPED: Final = pd.Timedelta(minutes=15)
"""A jump is detected so long after it began, at most."""


def confirmed(case: Case) -> list[Episode]:
    """The episodes that reach into the window and have lasted long enough; amounts have findings of their own."""
    if case.detection is None:
        return []
    table, look = case.detection.table, case.detection.found
    every = episodes(look.scores, table, change=look.change, timezone=case.timezone)
    found = [_until_back(_either_way(episode), table[episode.sensor]) for episode in every]
    amounts = {METRICS[metric].column for metric in AMOUNTS}
    return [
        episode
        for episode in found
        if episode.sensor not in amounts and _is_confirmed(episode, case) and _is_material(episode, table, case)
    ]


def glitches(case: Case) -> list[Episode]:
    """Spikes that no air makes, whatever else the sensor shows."""
    if case.detection is None:
        return []
    table, scores = case.detection.table, case.detection.found.scores
    judged = [column for column in map(str, scores["spike"]) if metric_of(case, column) in MATERIAL]
    found = episodes({"spike": scores["spike"][judged]}, table, timezone=case.timezone) if judged else ()
    return [
        replace(_either_way(episode), alone=True)
        for episode in found
        if episode.end > case.start
        and _size(episode, _apart(episode, table, case)) >= NO_AIR * MATERIAL[metric_of(case, episode.sensor)]
    ]


def _either_way(episode: Episode) -> Episode:
    """A loose contact drops now and jumps then: one kind."""
    return replace(episode, kind="spike") if episode.kind == "drop" else episode


def _apart(episode: Episode, table: pd.DataFrame, case: Case) -> pd.DataFrame:
    """The sensor less the middle of its neighbours: wet pads cool all of them within minutes."""
    others = [s.column for s in neighbours(case, sensor_of(case, episode.sensor)) if s.column in table]
    return table[[episode.sensor]].sub(table[others].median(axis=1), axis=0) if others else table


def _size(episode: Episode, table: pd.DataFrame) -> float:
    """The largest change from reading to reading where a spike was told."""
    return float(table[episode.sensor].loc[: episode.detected_at].dropna().tail(SPIKE_READINGS).diff().abs().max())


def _until_back(episode: Episode, values: pd.Series) -> Episode:
    """A jump goes on until the values are nearer to what they were before."""
    ahead = values.loc[episode.detected_at :].dropna()
    if episode.kind != "step" or ahead.empty:
        return episode
    back = (ahead - episode.expected).abs() < (ahead - episode.value).abs()
    last = pd.Timestamp(ahead.index[max(int(back.argmax()) - 1, 0) if back.any() else -1])
    return replace(episode, end=max(episode.end, last.to_pydatetime()))


def _is_confirmed(episode: Episode, case: Case) -> bool:
    if episode.end <= case.start:
        return False
    if episode.kind == "spike":
        return True  # how often is what counts, see _one_each
    return bool(pd.Timestamp(episode.end) - pd.Timestamp(episode.start) >= CONFIRMED)


def _is_material(episode: Episode, table: pd.DataFrame, case: Case) -> bool:
    """Whether the change is large enough to matter for birds or for control."""
    metric = metric_of(case, episode.sensor)
    if metric not in MATERIAL or episode.kind in ("stuck", "dropout"):
        return True
    if episode.kind == "noise":
        return _is_loud(episode, table, case, least=MATERIAL[metric])
    if episode.kind == "spike":
        return _size(episode, table) >= MATERIAL[metric] / 4
    if episode.kind == "step":
        return bool(abs(_moved(episode, table, case)) >= MATERIAL[metric])
    share = DRIFT if episode.kind == "drift" else 1.0
    return bool(abs(episode.value - episode.expected) >= share * MATERIAL[metric])


def _moved(episode: Episode, table: pd.DataFrame, case: Case) -> float:
    """How far a sensor jumped, less what its neighbours did in that hour."""
    others = [s.column for s in neighbours(case, sensor_of(case, episode.sensor)) if s.column in table]
    ours = table[episode.sensor] - (table[others].median(axis=1) if others else 0.0)
    before = ours.loc[episode.detected_at - AROUND : episode.detected_at - JUMPED].median()
    after = ours.loc[episode.detected_at - JUMPED / 2 : episode.detected_at + AROUND].median()
    return float(after - before)


def _is_loud(episode: Episode, table: pd.DataFrame, case: Case, *, least: float) -> bool:
    """Whether the usual change from reading to reading is material, and at some time more than the neighbours'."""
    changes = table.loc[episode.start - AROUND : episode.end].diff().abs()
    others = [s.column for s in neighbours(case, sensor_of(case, episode.sensor)) if s.column in changes]
    if not others:  # wind and fans move pressure and gases: it must last
        return bool(changes[episode.sensor].median() >= SWING * least)
    usual = changes[[episode.sensor, *others]].rolling(SWING_READINGS, min_periods=SPIKE_READINGS).median()
    theirs = usual[others].median(axis=1).fillna(0.0)
    return bool((usual[episode.sensor] >= np.fmax(SWING_BESIDE * least, ALONE * theirs)).any())


def sensor_of(case: Case, column: str) -> Sensor:
    """The sensor of a column."""
    return next(sensor for sensor in case.sensors if sensor.column == column)


def metric_of(case: Case, column: str) -> str:
    """What a column measures; that of the house as a whole is its temperature."""
    return next((sensor.metric for sensor in case.sensors if sensor.column == column), "temp")


def neighbours(case: Case, sensor: Sensor) -> list[Sensor]:
    """Other sensors of the same metric in the house, which would have seen it, too."""
    same = [s for s in case.sensors_of(sensor.metric) if s.position and s.column in case.wide.columns]
    return [s for s in same if s.column != sensor.column] if sensor in same else []
