"""Asking a source for all that it knows now; what fails beside the live values costs only itself."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from farmlab.errors import IntegrationError
from farmlab.ingest.intake import as_frame
from farmlab.ingest.rejects import Reject
from farmlab.text import one_line

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from farmlab.domain import Event, Sensor
    from farmlab.ingest.retry import Backoff
    from farmlab.integrations.base import Batch, Integration


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source said: the live values, the days of running flocks, alarms, and what could not be had."""

    live: Batch
    days: tuple[Batch, ...]
    alarms: tuple[Event, ...]
    failures: tuple[str, ...]

    @property
    def payload(self) -> bytes:
        """The raw answers, one after the other."""
        return b"\n".join(batch.payload for batch in (self.live, *self.days) if batch.payload)

    @property
    def sensors(self) -> list[Sensor]:
        """The sensors of all readings, each once."""
        return list(dict.fromkeys(chain.from_iterable(batch.sensors for batch in (self.live, *self.days))))

    @property
    def rejects(self) -> tuple[Reject, ...]:
        """The rows that could not be read."""
        return tuple(Reject(0, row.reason, row.row) for batch in (self.live, *self.days) for row in batch.rejected)

    @property
    def silent(self) -> bool:
        """Whether no live value came."""
        return not self.live.readings and (self.live.table is None or self.live.table.empty)

    def frame(self) -> pd.DataFrame:
        """All readings as the store takes them."""
        import pandas as pd

        batches = (self.live, *self.days)
        told = as_frame(reading for batch in batches for reading in batch.readings)
        tables = [batch.table for batch in batches if batch.table is not None and len(batch.table)]
        if not tables:
            return told
        return pd.concat([told, *tables], ignore_index=True) if len(told) else pd.concat(tables, ignore_index=True)


def ask(source: Integration, *, at: datetime, backoff: Backoff, days: bool) -> Answer:
    """What the source says at this moment; with ``days`` also the table of days of every flock.

    Raises
    ------
    IntegrationError
        The live values cannot be had; what is transient was tried again.
    """
    live = backoff.run(lambda: source.read_live(at))
    failures: list[str] = []
    alarms: list[Event] = []
    if "alarms" in source.capabilities:
        try:
            alarms = source.read_alarms(at)
        except IntegrationError as error:
            failures.append(f"Alarms: {one_line(error.what)}")
    told = list(_days(source, live, at, failures)) if days and "daily" in source.capabilities else []
    return Answer(live, tuple(told), tuple(alarms), tuple(failures))


def _days(source: Integration, live: Batch, at: datetime, failures: list[str]) -> list[Batch]:
    """The tables of days of the houses that spoke and have a flock."""
    batches = []
    for house in sorted({sensor.house for sensor in live.sensors if sensor.house}):
        if source.house_age(house) is None:
            continue
        try:
            batch = source.read_daily(house, at)
        except IntegrationError as error:
            failures.append(f"House {house}, days: {one_line(error.what)}")
            continue
        batches.append(batch)
        failures += [f"House {problem.house}, days: {one_line(problem.what)}" for problem in batch.problems]
    return batches
