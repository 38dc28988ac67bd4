"""A small farm to test on, and short words for what tests say often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from farmlab.domain import Category, Farm, Finding, House, Sensor

if TYPE_CHECKING:
    from farmlab.store import Store

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
KEYS = {"T1": ("temp", "1"), "RH": ("rh", ""), "W": ("water", "")}


@dataclass(frozen=True)
class Hillside:
    """The store, with the name of the farm in it."""

    store: Store
    name: str = "Hillside"

    def write(self, *rows: tuple[int, str, datetime, float | None], learned_at: datetime = NOON, **more: Any) -> Any:
        """Write rows of (house, sensor, time, value)."""
        return self.store.write(self.name, frame(*rows, **more), learned_at=learned_at)

    def values(self, **where: Any) -> dict[tuple[int, str, datetime], float]:
        """The readings by house, sensor and time."""
        table = self.store.read(self.name, **where)
        return {(row.house, row.sensor, row.time.to_pydatetime()): row.value for row in table.itertuples()}


def settle(store: Store, name: str = "Hillside") -> Hillside:
    """Make a farm of two houses with a thermometer, a hygrometer and a water meter each."""
    store.add_farm(Farm(name=name, timezone="Europe/Berlin"))
    for number in (1, 2):
        store.save_house(name, House(number=number))
    store.save_sensors(
        name,
        [
            Sensor(house=number, source_key=key, metric=metric, position=position)
            for number in (1, 2)
            for key, (metric, position) in KEYS.items()
        ],
    )
    return Hillside(store, name)


def frame(*rows: tuple[int, str, datetime, float | None], **more: Any) -> pd.DataFrame:
    """Rows of (house, sensor, time, value) as a frame, with further columns."""
    table = pd.DataFrame(rows, columns=["house", "sensor", "time", "value"])
    table["time"] = pd.to_datetime(table["time"], utc=True)
    return table.assign(**more)


def seen(start: datetime = NOON, end: datetime | None = None, **more: Any) -> Finding:
    """A finding: the thermometer of house 1 is stuck."""
    words = {"category": Category.SENSOR, "kind": "stuck", "house": 1, "subject": "T1", "title": "T1 is stuck"}
    return Finding(start=start, end=end, **(words | more))
