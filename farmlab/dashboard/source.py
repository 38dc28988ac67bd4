"""Where a dashboard reads: the store, the folder of runs, and verdicts that are not judged more often than needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from farmlab.scope import Scope

if TYPE_CHECKING:
    from pathlib import Path

    from farmlab.domain import Farm, House, Verdict
    from farmlab.store import Store

DAY: Final = timedelta(hours=24)
KEEP: Final = timedelta(minutes=5)
"""A verdict holds so long when nothing came in; silence changes it, too."""


@dataclass
class Source:
    """An open store, and what was judged of it."""

    store: Store
    runs: Path
    _judged: dict[tuple[str, int], tuple[datetime | None, datetime, Verdict]] = field(default_factory=dict)

    def verdict(self, farm: Farm, houses: tuple[House, ...], end: datetime) -> Verdict:
        """How far the data of these houses (one, or all of the farm) can be trusted in the day up to ``end``."""
        key = (farm.name, houses[0].number if len(houses) == 1 else 0)
        learned = self.store.watermark(farm.name, house=key[1])
        before = self._judged.get(key)
        if before is not None and before[0] == learned and before[1] <= end < before[1] + KEEP:
            return before[2]
        verdict = Scope(self.store, farm, houses, end - DAY, end).verdict()
        self._judged[key] = (learned, end, verdict)
        return verdict


def end(farm: Farm, newest: datetime | None, at: datetime) -> datetime:
    """Where the window of a farm or house ends: now; without a live source, at its newest reading."""
    return newest if farm.integration == "none" and newest else at
