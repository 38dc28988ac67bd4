"""What the controllers have shown: one file per day of the farm, whole after a crash."""

from __future__ import annotations

import os
from io import BytesIO
from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab.simulator.channels import COLUMNS
from farmlab.simulator.timeline import BLOCK, Day

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from farmlab.simulator.arrays import Floats, Ints


ALL: Final = slice(None)


class History:
    """Screens by day, (step, column, house); a step that has not come yet is NaN."""

    def __init__(self, folder: Path, *, zone: str, houses: int, every: int) -> None:
        self.folder = folder
        self.zone = zone
        self.houses = houses
        self.every = every
        self._days: dict[date, Floats] = {}

    def add(self, minutes: Ints, rows: Floats) -> None:
        """Keep these rows and write the days that they touch."""
        begin = 0
        while begin < len(minutes):
            day = Day.of(int(minutes[begin]), self.zone)
            end = int(np.searchsorted(minutes, day.end))
            kept = self._day(day)
            kept[(minutes[begin:end] - day.start) // self.every] = rows[begin:end]
            buffer = BytesIO()
            np.save(buffer, kept)
            write(self._file(day.date), buffer.getvalue())
            begin = end

    def between(
        self, start: int, until: int, *, columns: list[int] | slice = ALL, house: int | slice = ALL
    ) -> tuple[Ints, Floats]:
        """Minutes in (start, until] and their rows (step, column, house), as far as they have come.

        ``house`` as a position leaves that axis out.
        """
        none = np.zeros((0, len(COLUMNS), self.houses))
        minutes, rows = [np.zeros(0, dtype=np.int64)], [none[:, columns][..., house]]
        for day in self._touched(start + 1, until):
            times = day.start + self.every * np.arange(day.blocks * BLOCK // self.every)
            kept = self._day(day)
            wanted = (times > start) & (times <= until) & ~np.isnan(kept[:, -1, 0])
            minutes.append(times[wanted])
            rows.append(kept[:, columns][..., house][wanted])
        return np.concatenate(minutes), np.concatenate(rows)

    def _touched(self, start: int, until: int) -> Iterator[Day]:
        day = Day.of(start, self.zone)
        while day.start <= until:
            if day.date in self._days or self._file(day.date).exists():
                yield day
            day = Day.of(day.end, self.zone)

    def _file(self, day: date) -> Path:
        return self.folder / f"{day.isoformat()}.npy"

    def _day(self, day: Day) -> Floats:
        if day.date not in self._days:
            file = self._file(day.date)
            empty = np.full((day.blocks * BLOCK // self.every, len(COLUMNS), self.houses), np.nan)
            self._days[day.date] = np.load(file) if file.exists() else empty
        return self._days[day.date]


def write(file: Path, content: bytes) -> None:
    """The whole content or none of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(file)
