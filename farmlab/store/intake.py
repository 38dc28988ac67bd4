"""From a table of readings to sorted columns of plain numbers, ready to be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from farmlab.domain import Quality
from farmlab.errors import DataError, UnknownName
from farmlab.store.rows import term
from farmlab.store.types import to_ms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import pandas as pd
    from numpy.typing import NDArray

QUALITIES: Final = (Quality.OK, Quality.SUSPECT, Quality.MISSING)
"""A quality is kept as its place in this list."""
_MISSING: Final = QUALITIES.index(Quality.MISSING)
NAMES: Final = ("sensor_id", "ts", "value", "quality", "raw", "learned_at")
"""The columns of a reading in the database."""
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
        return Columns(
            sensor_id=self.sensor_id[where],
            ts=self.ts[where],
            value=self.value[where],
            quality=self.quality[where],
            raw=None if self.raw is None else self.raw[where],
            learned_at=self.learned_at[where],
        )

    def table(self) -> NDArray[np.object_]:
        """The values as a database driver takes them, a row for each reading, in the order of ``NAMES``."""
        table = np.empty((len(self), len(NAMES)), dtype=object)
        for place, name in enumerate(NAMES):
            table[:, place] = getattr(self, name)
        table[np.isnan(self.value), NAMES.index("value")] = None
        return table

    def repeats(self) -> NDArray[np.bool_]:
        """True where the row before is of the same sensor and time."""
        again = np.zeros(len(self), dtype=bool)
        again[1:] = (self.sensor_id[1:] == self.sensor_id[:-1]) & (self.ts[1:] == self.ts[:-1])
        return again


def stored(rows: Sequence[tuple[Any, ...]]) -> Columns:
    """Rows of the store (sensor id, time, value, quality, learned_at) as columns, in their order."""
    table = numbers(rows, 5)
    sensor_id, ts, quality, learned_at = table[[0, 1, 3, 4]].astype(np.int64)
    return Columns(sensor_id, ts, table[2], quality, None, learned_at)


def numbers(rows: Sequence[tuple[Any, ...]], width: int) -> NDArray[np.float64]:
    """The columns of rows of numbers, None as NaN. Milliseconds are exact as floats for 280,000 years."""
    table: NDArray[np.float64] = np.array(rows, dtype=np.float64)
    return table.reshape(len(rows), width).T


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
    table: NDArray[np.int64] = np.zeros(len(houses) * len(keys), dtype=np.int64)
    for code in np.unique(pair):
        table[code] = _id_of(int(houses[code // len(keys)]), str(keys[code % len(keys)]), ids)
    return np.asarray(table[pair])


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
        utc: NDArray[np.datetime64] = times.dt.tz_convert(None).to_numpy(dtype="datetime64[ms]")
        return utc.astype(np.int64)
    if times.dtype != object:
        raise DataError(f"the column {name} has no time zone", next_step="Give it one, in UTC best.")
    return np.array([to_ms(moment) for moment in times], dtype=np.int64)


def _values(values: pd.Series[Any]) -> NDArray[np.float64]:
    try:
        numbers = np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))
    except (TypeError, ValueError):
        raise DataError("a value is no number", next_step="Leave such rows out, or mark them as missing.") from None
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _qualities(frame: pd.DataFrame, value: NDArray[np.float64]) -> NDArray[np.int64]:
    """The qualities as said; where nothing is said, ok, or missing without a value."""
    import pandas as pd

    usual = np.where(np.isnan(value), _MISSING, 0)
    if "quality" not in frame.columns:
        return usual
    code, words = pd.factorize(frame["quality"])
    known = np.array([QUALITIES.index(term(Quality, word)) for word in words] + [0], dtype=np.int64)
    return np.where(code < 0, usual, np.maximum(known[code], usual))


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
