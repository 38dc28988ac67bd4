"""Readings into the store: unknown sensors registered, impossible values marked, what does not belong kept out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain, count
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.domain import Quality, Sensor
from farmlab.ingest.rejects import Reject
from farmlab.store import Store, Written
from farmlab.text import one_line
from farmlab.units import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from farmlab.domain import Farm, Reading

AHEAD: Final = timedelta(minutes=10)
"""How far a source's clock may be ahead; readings that lie further in the future are kept out."""
_COLUMNS: Final = ("house", "sensor", "time", "value", "quality", "raw")


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of readings: written, sensors that were new, and what was kept out."""

    written: Written
    new_sensors: tuple[Sensor, ...]
    rejects: tuple[Reject, ...]


def as_frame(readings: Iterable[Reading]) -> pd.DataFrame:
    """Readings as the table that the store takes."""
    rows = [(r.sensor.house, r.sensor.source_key, r.time, r.value, r.quality.value, r.raw) for r in readings]
    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    frame["time"] = pd.to_datetime(frame["time"], utc=True)
    frame["value"] = frame["value"].astype(float)
    return frame


def take_in(store: Store, farm: str, frame: pd.DataFrame, sensors: Sequence[Sensor], *, at: datetime) -> TakenIn:
    """Write the readings of these sensors, learned ``at`` where the frame does not say otherwise.

    Those of retired houses are left out; those of houses that are not recorded are rejected.
    """
    houses = {house.number: house for house in store.houses(farm, retired=True)}
    in_use = {0, *(number for number, house in houses.items() if house.retired_at is None)}
    strange = sorted({sensor.house for sensor in sensors} - {0, *houses})
    mine = frame["house"].isin(in_use)
    frame, sensors = frame if mine.all() else frame[mine], [s for s in sensors if s.house in in_use]
    kept, new, contradicting = _register(store, farm, sensors)
    rejects = [Reject(0, "the farm has no such house; add it: farmlab house add", f"house {n}") for n in strange]
    rejects += [_contradiction(sensor, kept) for sensor in contradicting]
    wrong = _of(frame, contradicting)
    late = (frame["time"] > at + AHEAD).to_numpy()
    for row in frame[late & ~wrong].itertuples(index=False):
        text = f"house {row.house}, {row.sensor}, {row.time}, {row.value}"
        rejects.append(Reject(0, "its time lies in the future: the clock of the source is off, or the dates are", text))
    good = frame[~(late | wrong)] if (late | wrong).any() else frame
    written = store.write(farm, marked(good, kept), learned_at=at) if len(good) else Written()
    return TakenIn(written, tuple(new), tuple(rejects))


def known_after_poll(frame: pd.DataFrame, farm: Farm, *, at: datetime) -> pd.DataFrame:
    """The readings of a history, each taken as learned one polling interval after it was measured."""
    learned = frame["time"] + timedelta(minutes=farm.poll_minutes)
    return frame.assign(learned_at=learned.where(learned <= at, at))


def sensors_in_words(sensors: Sequence[Sensor]) -> str:
    """A sentence about sensors that were not known before; "" for none."""
    if not sensors:
        return ""
    names = ", ".join(dict.fromkeys(one_line(sensor.source_key, limit=40) for sensor in sensors))
    return f"New sensors registered: {len(sensors)} ({one_line(names)})."


def marked(frame: pd.DataFrame, sensors: Mapping[tuple[int, str], Sensor]) -> pd.DataFrame:
    """The readings, those marked suspect that lie outside what is possible for their metric."""
    house, keys = frame["house"].to_numpy(dtype=np.int64), frame["sensor"].astype("category")
    codes, names = keys.cat.codes.to_numpy(dtype=np.int64), list(keys.cat.categories)
    numbers = np.unique(house)
    low, high = (np.full((len(numbers), len(names)), bound) for bound in (-np.inf, np.inf))
    for i, number in enumerate(numbers):
        for j, name in enumerate(names):
            sensor = sensors.get((int(number), str(name)))
            if sensor is not None:
                low[i, j], high[i, j] = METRICS[sensor.metric].low, METRICS[sensor.metric].high
    place = np.searchsorted(numbers, house)
    value = frame["value"].to_numpy(dtype=np.float64)
    impossible = (value < low[place, codes]) | (value > high[place, codes])
    if not impossible.any():
        return frame
    names_of_quality = [quality.value for quality in Quality]
    quality = pd.Categorical(frame["quality"], categories=names_of_quality).codes.copy()
    quality[impossible & (quality == names_of_quality.index(Quality.OK))] = names_of_quality.index(Quality.SUSPECT)
    return frame.assign(quality=pd.Categorical.from_codes(quality, dtype=pd.CategoricalDtype(names_of_quality)))


def _register(
    store: Store, farm: str, sensors: Sequence[Sensor]
) -> tuple[dict[tuple[int, str], Sensor], list[Sensor], list[Sensor]]:
    """The farm's sensors by house and key, those that were not known, and those recorded as something else."""
    known = {(sensor.house, sensor.source_key): sensor for sensor in store.sensors(farm)}
    new = [sensor for sensor in sensors if (sensor.house, sensor.source_key) not in known]
    old = [sensor for sensor in sensors if (sensor.house, sensor.source_key) in known]
    contradicting = [s for s in old if known[s.house, s.source_key].metric != s.metric]
    saved = store.save_sensors(farm, _apart(new, known.values())) if new else []
    return known | {(sensor.house, sensor.source_key): sensor for sensor in saved}, saved, contradicting


def _apart(new: Sequence[Sensor], known: Iterable[Sensor]) -> list[Sensor]:
    """The new sensors, each at a position that no other of its house and metric has, so that columns stay apart."""
    taken = {(sensor.house, sensor.metric, sensor.position) for sensor in known}
    apart = []
    for sensor in new:
        numbered = (f"{sensor.position}_{number}".strip("_") for number in count(2))
        free = (p for p in chain([sensor.position], numbered) if (sensor.house, sensor.metric, p) not in taken)
        placed = replace(sensor, position=next(free))
        taken.add((placed.house, placed.metric, placed.position))
        apart.append(placed)
    return apart


def _contradiction(sensor: Sensor, known: Mapping[tuple[int, str], Sensor]) -> Reject:
    recorded = METRICS[known[sensor.house, sensor.source_key].metric].label
    reason = f"recorded as {recorded}, but comes as {METRICS[sensor.metric].label}; give --map to say which it is"
    return Reject(0, reason, f"house {sensor.house}, {one_line(sensor.source_key)}")


def _of(frame: pd.DataFrame, sensors: Sequence[Sensor]) -> NDArray[np.bool_]:
    """Which rows are of one of these sensors."""
    wrong = np.zeros(len(frame), dtype=bool)
    for sensor in sensors:
        wrong |= ((frame["house"] == sensor.house) & (frame["sensor"] == sensor.source_key)).to_numpy(dtype=bool)
    return wrong
