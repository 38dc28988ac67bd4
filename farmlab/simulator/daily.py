"""The table that a controller keeps of the days of its flock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.simulator.channels import COLUMN, HEATERS

if TYPE_CHECKING:
    from farmlab.simulator.arrays import Floats

_SPANS: Final = {"temp": "Average_Temperature", "rh": "Inside_Humidity", "co2": "CO2"}
_TOTALS: Final = {
    "water": "Daily_Water",
    "feed": "Daily_Feed",
    "mortality": "TotalDailyMaleMortality",
    "culls": "culls",
    "weighings": "Number_Of_Weights",
    **{f"heater_minutes_{number}": f"heater_minutes_{number}" for number in range(1, HEATERS + 1)},
}
_LAST: Final = {"birds": "Current_Birds_Count_In_House", "weight": "Average_Weight", "weight_cv": "weight_cv"}


def table(rows: Floats) -> pd.DataFrame:
    """One row per growth day from −1 on, oldest first, of rows (step, column) that end in the running flock."""
    day = rows[:, COLUMN["Growth_Day"]]
    began = np.flatnonzero(np.diff(day) < 0)
    rows = rows[began[-1] + 1 if len(began) else 0 :]
    days = np.unique(rows[:, COLUMN["Growth_Day"]])
    kept = [_day(rows[rows[:, COLUMN["Growth_Day"]] == number], number) for number in days if number >= -1]
    return pd.DataFrame(kept, columns=COLUMNS)


def _day(rows: Floats, growth_day: float) -> dict[str, float]:
    cells = {"growth_day": growth_day}
    for name, key in _SPANS.items():
        values = rows[:, COLUMN[key]]
        cells |= {
            f"{name}_min": float(np.fmin.reduce(values)),
            f"{name}_last": _last(values),
            f"{name}_max": float(np.fmax.reduce(values)),
        }
    cells |= {name: float(np.fmax.reduce(rows[:, COLUMN[key]])) for name, key in _TOTALS.items()}
    cells |= {name: _last(rows[:, COLUMN[key]]) for name, key in _LAST.items()}
    return cells | {"heater_minutes": sum(cells[f"heater_minutes_{number}"] for number in range(1, HEATERS + 1))}


def _last(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known[-1]) if len(known) else float("nan")


COLUMNS: Final = (
    "growth_day",
    *(f"{name}_{what}" for name in _SPANS for what in ("min", "last", "max")),
    *_TOTALS,
    *_LAST,
    "heater_minutes",
)
