"""What the tests of figures share: a day of a house, and a look into the drawing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from farmlab.figures import Picture

UNTIL = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
START = UNTIL - timedelta(hours=24)
ZONE = "Europe/Berlin"
HOSTILE = "<script>alert('$x^{2$')</script>\x1b[31m\u202e"


@dataclass(frozen=True)
class Episode:
    kind: str
    start: datetime
    end: datetime | None = None


def day(minutes: int = 5) -> pd.DataFrame:
    index = pd.date_range(START, UNTIL, freq=f"{minutes}min", name="time")[1:]
    clock = index.hour + index.minute / 60
    rng = np.random.default_rng(1)
    temp = 29.6 + 0.5 * np.sin((clock - 9) / 24 * 2 * np.pi) + rng.normal(0, 0.1, len(index))
    sensors = {f"temp_c_{number}": temp + rng.normal(0, 0.2, len(index)) for number in range(1, 7)}
    return pd.DataFrame(
        {
            "temp_c": temp,
            "temp_set_c": 29.5,
            "temp_c_outside": 8 + 4 * np.sin(clock / 24 * 2 * np.pi),
            **sensors,
            "rh_pct": 62 + rng.normal(0, 2, len(index)),
            "co2_ppm": 1500 + rng.normal(0, 50, len(index)),
            "fans_tunnel_running": np.where(clock > 12, 2.0, 0.0),
            "heaters_running": 0.0,
            "light_pct": np.where((clock > 5) & (clock < 23), 100.0, 0.0),
            "water_l": np.arange(len(index)) * 10.0,
        },
        index=index,
    )


def amounts() -> pd.DataFrame:
    hours = pd.date_range(START, UNTIL, freq="h").floor("h")[1:]
    return pd.DataFrame({"water_l": 100.0, "feed_kg": 50.0}, index=hours)


def parsed(picture: Picture) -> ElementTree.Element:
    return ElementTree.fromstring(picture.svg)


def texts(picture: Picture) -> list[str]:
    return ["".join(element.itertext()) for element in parsed(picture).iter() if element.tag.endswith("}text")]
