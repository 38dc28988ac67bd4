"""Minutes since 1970, blocks of five of them, and the days of the farm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab import clock

if TYPE_CHECKING:
    from farmlab.simulator.arrays import Floats

BLOCK: Final = 5
"""Minutes: what people and machines decide changes once in a block, the air every minute."""


def minute_of(moment: datetime) -> int:
    """Whole minutes from 1970 (UTC) to this moment."""
    return int(clock.to_utc(moment).timestamp() // 60)


def moment_of(minute: int) -> datetime:
    """The moment of a minute, in UTC."""
    return datetime.fromtimestamp(minute * 60, UTC)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the farm: from midnight on, ``blocks`` of five minutes (a clock change makes 276 or 300)."""

    date: date
    start: int
    blocks: int
    zone: str

    @classmethod
    def of(cls, minute: int, zone: str) -> Day:
        """The farm's day in which this minute lies."""
        today = clock.local_date(moment_of(minute), zone)
        start = minute_of(clock.midnight(today, zone))
        end = minute_of(clock.midnight(today + timedelta(days=1), zone))
        return cls(today, start, (end - start) // BLOCK, zone)

    @property
    def end(self) -> int:
        """The minute of the next midnight."""
        return self.start + self.blocks * BLOCK

    @property
    def minutes(self) -> Floats:
        """The minute at which each block begins."""
        return np.asarray(self.start + BLOCK * np.arange(self.blocks), dtype=np.float64)

    @property
    def wall_clock(self) -> Floats:
        """Hour shown by the farm's clock at the beginning of each block (0–24, clock changes kept simple)."""
        elapsed = BLOCK / 60 * np.arange(self.blocks)
        return np.asarray(np.where(elapsed < 3, elapsed, elapsed + 24 - self.blocks * BLOCK / 60))
