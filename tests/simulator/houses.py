"""Single houses to try things on: brought to an age, then twinned."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from farmlab.simulator.channels import COLUMN
from farmlab.simulator.engine import Engine
from farmlab.simulator.faults import Fault
from farmlab.simulator.flocks import age_at_anchor
from farmlab.simulator.structure import build
from farmlab.simulator.timeline import Day, minute_of

if TYPE_CHECKING:
    from farmlab.simulator.arrays import Floats

SEED = 21
ZONE = "Europe/Amsterdam"
HOUR = 60
DAY = 24 * HOUR


def house(number: int, age: int, *, anchor: datetime, settle_hours: int = 30) -> Engine:
    """A house whose flock is ``age`` days old at noon or so, after it has settled."""
    start = Day.of(minute_of(anchor) + (age - age_at_anchor(number) - 1) * DAY, ZONE).start
    engine = Engine(SEED, build(SEED, number), anchor=Day.of(minute_of(anchor), ZONE), start=start)
    engine.forward(start + settle_hours * HOUR, [], every=5)
    return engine


@cache
def winter(number: int, age: int) -> Engine:
    return house(number, age, anchor=datetime(2026, 1, 20, 12, tzinfo=UTC))


@cache
def summer(number: int, age: int) -> Engine:
    return house(number, age, anchor=datetime(2026, 7, 20, 12, tzinfo=UTC))


def fault(engine: Engine, kind: str, unit: str, *, severity: float = 1.0, lead_h: float = 0.0) -> Fault:
    now = engine.state.minute
    return Fault(
        id="x",
        house=engine.structure.number,
        type=kind,
        unit=unit,
        severity=severity,
        onset=now,
        failure=now + int(lead_h * HOUR),
        repaired=None,
    )


class Twins:
    """The same house for some hours, well and with a fault; columns by source key."""

    def __init__(self, engine: Engine, wrong: Fault, hours: float) -> None:
        self.well = _run(engine, [], hours)
        self.ill = _run(engine, [wrong], hours)

    def change(self, key: str, *, last_h: float | None = None) -> float:
        """Mean of what is shown with the fault less without, over the last hours (all)."""
        rows = slice(None) if last_h is None else slice(-int(last_h * 12), None)
        return float(np.nanmean(self.ill[rows, COLUMN[key]]) - np.nanmean(self.well[rows, COLUMN[key]]))

    def of(self, key: str) -> tuple[Floats, Floats]:
        return self.well[:, COLUMN[key]], self.ill[:, COLUMN[key]]


def _run(engine: Engine, wrong: list[Fault], hours: float) -> Floats:
    twin = deepcopy(engine)
    _, rows = twin.forward(twin.state.minute + int(hours * HOUR), wrong, every=5)
    return twin.rounded(np.array(rows))
