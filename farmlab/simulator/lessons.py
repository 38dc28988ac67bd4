"""Rows of features with what came after them, from simulated farms: what the shipped failure model is taught on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.features import degradation, machine_rows, wear
from farmlab.features import flock as birds
from farmlab.models.failure.outcome import hours_to_failure
from farmlab.simulator.timeline import moment_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from farmlab.domain import Flock
    from farmlab.simulator.faults import Fault

EVERY: Final = "6h"
PART_OF: Final = {
    "heater": "heaters",
    "inlet": "inlets",
    "water_leak": "drinkers",
    "blocked_line": "drinkers",
    "auger": "auger",
    "cooling_pad": "cooling_pad",
    "comms_loss": "controller",
}
"""Kind of fault → part; of fans the unit says which."""


def house_rows(wide: pd.DataFrame, flocks: Sequence[Flock], faults: Sequence[Fault], *, timezone: str) -> pd.DataFrame:
    """Features and ``hours`` to the next failure of each part of one house, every six hours, by (part, time).

    ``ahead_h`` is for how long something could be seen before that failure: 0 for a sudden one.
    """
    index = pd.DatetimeIndex(wide.index)
    ages = birds.age_days(index, flocks, timezone=timezone)
    breed = flocks[-1].breed if flocks else ""
    signs = degradation.signs(wide, ages, breed=breed, timezone=timezone)
    moments = pd.date_range(index[0].ceil("6h"), index[-1], freq=EVERY)
    table = machine_rows.rows(
        wear.all_measures(signs),
        degradation.duty(wide),
        ages,
        moments,
        {part: _happened(part, faults) for part in PARTS},
    )
    table["hours"], table["ahead_h"] = np.nan, 0.0
    for part in PARTS:
        mine = [fault for fault in faults if part_of(fault) == part]
        times = pd.DatetimeIndex(table.loc[part].index)
        left = hours_to_failure(times, [_span(fault) for fault in mine], until=index[-1])
        table.loc[part, "hours"] = left
        table.loc[part, "ahead_h"] = _ahead(times, left, mine)
    return table


PARTS: Final = degradation.PARTS


def part_of(fault: Fault) -> str:
    """The part that a fault befalls; "" for sensors, power and birds."""
    if fault.type.startswith("fan"):
        return "tunnel_fans" if fault.unit.startswith("tunnel") else "side_fans"
    return PART_OF.get(fault.type, "")


def _span(fault: Fault) -> tuple[pd.Timestamp, pd.Timestamp]:
    failed = pd.Timestamp(moment_of(fault.failure))
    return failed, failed if fault.repaired is None else pd.Timestamp(moment_of(fault.repaired))


def _happened(part: str, faults: Sequence[Fault]) -> machine_rows.Happened:
    spans = [_span(fault) for fault in faults if part_of(fault) == part]
    return machine_rows.Happened(tuple(failed for failed, _ in spans), tuple(mended for _, mended in spans))


def _ahead(times: pd.DatetimeIndex, left: NDArray[np.float64], faults: Sequence[Fault]) -> NDArray[np.float64]:
    """Hours of precursor of the failure that comes next, by row; 0 where none comes."""
    leads = {round(fault.failure / 60, 1): (fault.failure - fault.onset) / 60 for fault in faults}
    hours = np.asarray((times - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(hours=1), dtype=float)
    return np.array([leads.get(round(at, 1), 0.0) if np.isfinite(at) else 0.0 for at in hours + left])
