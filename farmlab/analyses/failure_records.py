"""What is on record of the machines of a farm: failures, repairs and alarms, as known at a moment."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from farmlab import feedback
from farmlab.domain import EventKind
from farmlab.features import degradation, machine_rows
from farmlab.features.machine_rows import Happened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from farmlab.domain import Event
    from farmlab.scope import Scope

MENDED: Final = pd.Timedelta(days=1)
"""So long a failure lasts when nobody wrote down its repair."""
SAME: Final = pd.Timedelta(days=3)
"""A repair so soon after a failure is of that failure, not another one."""
Failed = tuple[pd.Timestamp, pd.Timestamp]


@dataclass(frozen=True)
class Records:
    """What is on record: by house and part failures (with their repairs) and repairs, by house alarms."""

    failed: Mapping[tuple[int, str], tuple[Failed, ...]]
    mended: Mapping[tuple[int, str], tuple[pd.Timestamp, ...]]
    alarms: Mapping[int, tuple[pd.Timestamp, ...]]
    installed: Mapping[tuple[int, str], pd.Timestamp]

    @property
    def count(self) -> int:
        """How many failures there are."""
        return sum(len(failures) for failures in self.failed.values())


def on_record(lab: Scope) -> Records:
    """Failures, repairs and alarms as they were known at the end of the scope.

    A failure is what was written down as one, a finding of a failure that somebody called true, or a repair that no
    failure came before in three days.
    """
    events = lab.store.events(lab.farm.name, until=lab.until, known_at=lab.until)
    broken, mended = _times(events, EventKind.FAILURE), _times(events, EventKind.MAINTENANCE_DONE)
    for house, part, moment in _answered(lab):
        broken[house, part].append(moment)
    alarms: dict[int, list[pd.Timestamp]] = defaultdict(list)
    for event in events:
        if event.kind is EventKind.ALARM:
            alarms[event.house].append(pd.Timestamp(event.time))
    failed = {key: _failures(broken[key], mended[key]) for key in {*broken, *mended}}
    installed: dict[tuple[int, str], pd.Timestamp] = {}
    for item in lab.store.equipment(lab.farm.name):
        if item.installed_on and machine_rows.part_of(item.label):
            since = pd.Timestamp(item.installed_on, tz="UTC")
            key = item.house, machine_rows.part_of(item.label)
            installed[key] = min(since, installed.get(key, since))
    return Records(
        failed, {k: tuple(v) for k, v in mended.items()}, {k: tuple(v) for k, v in alarms.items()}, installed
    )


def happened(records: Records, house: int, *, until: pd.Timestamp) -> dict[str, Happened]:
    """What is on record of the parts of one house, up to a moment."""
    alarms = tuple(moment for moment in records.alarms.get(house, ()) if moment <= until)
    return {
        part: Happened(
            failed=tuple(failed for failed, _ in records.failed.get((house, part), ()) if failed <= until),
            mended=tuple(moment for moment in records.mended.get((house, part), ()) if moment <= until),
            alarms=alarms,
            installed=records.installed.get((house, part)),
        )
        for part in degradation.PARTS
    }


def _times(events: Sequence[Event], kind: EventKind) -> defaultdict[tuple[int, str], list[pd.Timestamp]]:
    found: defaultdict[tuple[int, str], list[pd.Timestamp]] = defaultdict(list)
    for event in events:
        part = machine_rows.part_of(event.equipment)
        if event.kind is kind and part:
            found[event.house, part].append(pd.Timestamp(event.time))
    return found


def _answered(lab: Scope) -> list[tuple[int, str, pd.Timestamp]]:
    """Findings of failures (not of risks) that somebody called true: house, part, and since when."""
    told = feedback.labelled(lab.store, lab.farm.name, until=lab.until)
    rows = told[(told["source"] == "feedback") & told["occurred"].astype(bool)]
    found = []
    for row in rows.to_dict("records"):
        part = machine_rows.part_of(str(row["subject"]))
        if part and not str(row["kind"]).endswith("_risk"):
            found.append((int(row["house"]), part, pd.Timestamp(row["start"])))
    return found


def _failures(broken: Sequence[pd.Timestamp], mended: Sequence[pd.Timestamp]) -> tuple[Failed, ...]:
    """Failures with their repairs; a repair without a failure before it is one, too."""
    found: list[Failed] = []
    for moment in sorted(broken):
        repair = next((done for done in sorted(mended) if moment <= done <= moment + SAME), moment + MENDED)
        if not found or moment > found[-1][1]:
            found.append((moment, repair))
    spans = list(found)
    for done in sorted(mended):
        if not any(failed <= done <= max(repair, failed + SAME) for failed, repair in spans):
            found.append((done, done))
    return tuple(sorted(found))
