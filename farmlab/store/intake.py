"""From a table of readings to sorted columns of plain numbers, ready to be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from farmlab.domain import Quality
from farmlab.errors import DataError, UnknownName
from farmlab.store.types import to_ms

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd
    from numpy.typing import NDArray

QUALITIES: Final = (Quality.OK, Quality.SUSPECT, Quality.MISSING)
"""A quality is kept as its place in this list."""
_MISSING: Final = QUALITIES.index(Quality.MISSING)
REQUIRED: Final = ("house", "sensor", "time", "value")


@dataclass(frozen=True, slots=True)
class Columns:
    """Readings as columns, sorted by sensor, time and ``learned_at``; times in ms, missing values NaN."""

    sensor_id: NDArray[np.int64]
    ts: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: NDArray[np.int64]
    raw: NDArray[np.object_] | None
    learned_at: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ts)

    def take(self, where: Any) -> Columns:
        """The rows of a mask, of positions or of a slice."""
        raw = None if self.raw is None else self.raw[where]
        numbers = (self.sensor_id, self.ts, self.value, self.quality)
        return Columns(*(column[where] for column in numbers), raw, self.learned_at[where])

    def rows(self) -> zip[tuple[Any, ...]]:
        """One tuple a row, as a database driver takes it."""
        raw = [None] * len(self) if self.raw is None else self.raw.tolist()
        value: list[float | None] = self.value.tolist()
        for gap in np.flatnonzero(np.isnan(self.value)).tolist():
            value[gap] = None
        numbers = (self.sensor_id.tolist(), self.ts.tolist(), value, self.quality.tolist())
        return zip(*numbers, raw, self.learned_at.tolist(), strict=True)

    def repeats(self) -> NDArray[np.bool_]:
        """True where the row before is of the same sensor and time."""
        again = np.zeros(len(self), dtype=bool)
        again[1:] = (self.sensor_id[1:] == self.sensor_id[:-1]) & (self.ts[1:] == self.ts[:-1])
        return again


def columns(frame: pd.DataFrame, ids: Mapping[tuple[int, str], int], learned_at: datetime) -> Columns:
    """The rows of a frame with columns house, sensor, time, value [, quality, raw, learned_at].

    Raises
    ------
    UnknownName
        A sensor that is not among ``ids`` (house, source key), or a quality that there is not.
    DataError
        A column is missing, or holds what it cannot hold (a time without a zone, text as a value).
    """
    _check_columns(frame)
    value = _values(frame["value"])
    quality = _qualities(frame, value)
    value[quality == _MISSING] = np.nan
    made = Columns(
        sensor_id=_sensor_ids(frame, ids),
        ts=_milliseconds(frame["time"], "time"),
        value=value,
        quality=quality,
        raw=_raw(frame),
        learned_at=_learned(frame, learned_at),
    )
    return _sorted(made)


def _check_columns(frame: pd.DataFrame) -> None:
    missing = [name for name in REQUIRED if name not in frame.columns]
    if missing:
        raise DataError(f"the readings lack {', '.join(missing)}", next_step=f"Columns: {', '.join(REQUIRED)}.")


def _sensor_ids(frame: pd.DataFrame, ids: Mapping[tuple[int, str], int]) -> NDArray[np.int64]:
    import pandas as pd

    house, houses = pd.factorize(frame["house"])
    sensor, keys = pd.factorize(frame["sensor"])
    if (house < 0).any() or (sensor < 0).any():
        raise DataError("a reading names no house or no sensor", next_step="Fill in both for every row.")
    pair = house.astype(np.int64) * len(keys) + sensor
    table = np.zeros(len(houses) * len(keys), dtype=np.int64)
    for code in np.unique(pair):
        table[code] = _id_of(int(houses[code // len(keys)]), str(keys[code % len(keys)]), ids)
    return table[pair]


def _id_of(house: int, key: str, ids: Mapping[tuple[int, str], int]) -> int:
    found = ids.get((house, key))
    if found is None:
        here = [name for number, name in ids if number == house]
        raise UnknownName.among(f"sensor of house {house} called", key, here, next_step="Save its sensor first.")
    return found


def _milliseconds(times: pd.Series[Any], name: str) -> NDArray[np.int64]:
    import pandas as pd

    if times.isna().any():
        raise DataError(f"a reading has no {name}", next_step="Leave such rows out.")
    if isinstance(times.dtype, pd.DatetimeTZDtype):
        return times.dt.tz_convert(None).to_numpy().astype("datetime64[ms]").astype(np.int64)
    if times.dtype != object:
        raise DataError(f"the column {name} has no time zone", next_step="Give it one, in UTC best.")
    return np.array([to_ms(moment) for moment in times], dtype=np.int64)


def _values(values: pd.Series[Any]) -> NDArray[np.float64]:
    try:
        return values.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
    except (TypeError, ValueError):
        raise DataError("a value is no number", next_step="Leave such rows out, or mark them as missing.") from None


def _qualities(frame: pd.DataFrame, value: NDArray[np.float64]) -> NDArray[np.int64]:
    """The qualities as said; where nothing is said, ok, or missing without a value."""
    import pandas as pd

    usual = np.where(np.isnan(value), _MISSING, 0)
    if "quality" not in frame.columns:
        return usual
    code, words = pd.factorize(frame["quality"])
    known = np.array([_quality(str(word)) for word in words] + [0], dtype=np.int64)
    return np.where(code < 0, usual, np.maximum(known[code], usual))


def _quality(word: str) -> int:
    if word not in QUALITIES:
        raise UnknownName.among("quality", word, QUALITIES)
    return QUALITIES.index(Quality(word))


def _raw(frame: pd.DataFrame) -> NDArray[np.object_] | None:
    if "raw" not in frame.columns or frame["raw"].isna().all():
        return None
    texts = frame["raw"].astype(object)
    return texts.where(texts.notna(), None).to_numpy()


def _learned(frame: pd.DataFrame, learned_at: datetime) -> NDArray[np.int64]:
    if "learned_at" in frame.columns:
        return _milliseconds(frame["learned_at"], "learned_at")
    return np.full(len(frame), to_ms(learned_at), dtype=np.int64)


def _sorted(made: Columns) -> Columns:
    sensor, ts = made.sensor_id, made.ts
    later = (sensor[1:] > sensor[:-1]) | ((sensor[1:] == sensor[:-1]) & (ts[1:] > ts[:-1]))
    return made if later.all() else made.take(np.lexsort((made.learned_at, ts, sensor)))
