"""What people on the farm write down: repairs and medication, often hours later, sometimes never."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from farmlab.domain import Event, EventKind
from farmlab.simulator import plan
from farmlab.simulator.faults import KINDS
from farmlab.simulator.rng import generator
from farmlab.simulator.timeline import Day, moment_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from farmlab.simulator.faults import Fault
    from farmlab.simulator.structure import Structure

WRITTEN_DOWN: Final = 0.88
"""Share of the repairs that anybody records."""
SOURCE: Final = "simulated"


def repairs(seed: int, faults: Iterable[Fault], at: datetime) -> Iterator[Event]:
    """Repairs of which somebody had told by ``at``."""
    for fault in faults:
        told = KINDS[fault.type].repair
        rng = generator(seed, f"repair {fault.id}")
        if fault.repaired is None or not told or rng.random() > WRITTEN_DOWN:
            continue
        done = moment_of(fault.repaired)
        learned = done + timedelta(minutes=int(rng.uniform(20, 16 * 60)))
        if learned <= at:
            yield Event(
                house=fault.house,
                time=done,
                kind=EventKind.MAINTENANCE_DONE,
                message=told,
                equipment=fault.unit,
                source=SOURCE,
                learned_at=learned,
            )


def medication(seed: int, house: Structure, anchor: Day, start: int, at: datetime) -> Iterator[Event]:
    """Medicated water, written down in the evening."""
    day = Day.of(start, anchor.zone)
    while _clock(day, 18) <= at:
        if plan.programme(seed, house, day, anchor).medicated:
            yield Event(
                house=house.number,
                time=_clock(day, 8),
                kind=EventKind.MEDICATION,
                message="medicated water",
                source=SOURCE,
                learned_at=_clock(day, 18),
            )
        day = Day.of(day.end, anchor.zone)


def _clock(day: Day, hour: int) -> datetime:
    return moment_of(day.start) + timedelta(hours=hour)
