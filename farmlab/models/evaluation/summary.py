"""The figures of a detector over all units of a data set, each beside what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from farmlab.models.evaluation.bootstrap import Interval, interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from farmlab.models.evaluation.events import Found, Outcome


@dataclass(frozen=True, slots=True)
class Figures:
    """What one detector did on one data set at one threshold.

    ``recall`` and ``chance`` are shares of events, ``by_kind`` gives both by kind; false episodes and flags are
    per clean sensor-day, the delay is the median in hours, ``intended`` what the detector itself expects.
    """

    events: int
    recall: Interval
    chance: float
    by_kind: Mapping[str, tuple[float, float]]
    false_per_day: Interval
    flags_per_day: float
    intended: float
    delay_h: float
    auc_pr: float
    vus_pr: Interval

    @property
    def ratio(self) -> float:
        """False episodes achieved by those intended; one means that the detector knows itself."""
        return self.false_per_day.value / self.intended if self.intended > 0 else float("nan")


def figures(units: Sequence[Outcome]) -> Figures:
    """The figures of all units together, with intervals by resampling units."""
    every = [found for unit in units for found in unit.found]
    kinds = sorted({found.kind for found in every})
    delays = [found.delay_h for found in every if found.found]
    return Figures(
        events=len(every),
        recall=interval(units, _recall),
        chance=_mean([found.chance for found in every]),
        by_kind={kind: _of_kind(every, kind) for kind in kinds},
        false_per_day=interval(units, _false_per_day),
        flags_per_day=_mean([unit.false_flags / unit.clean_days for unit in units if unit.clean_days > 0]),
        intended=_mean([unit.intended for unit in units]),
        delay_h=float(np.median(delays)) if delays else float("nan"),
        auc_pr=_mean([unit.auc_pr for unit in units]),
        vus_pr=interval(units, lambda drawn: _mean([unit.vus_pr for unit in drawn])),
    )


def _recall(units: Sequence[Outcome]) -> float:
    return _mean([float(found.found) for unit in units for found in unit.found])


def _false_per_day(units: Sequence[Outcome]) -> float:
    return _mean([unit.false_episodes / unit.clean_days for unit in units if unit.clean_days > 0])


def _of_kind(every: Sequence[Found], kind: str) -> tuple[float, float]:
    own = [found for found in every if found.kind == kind]
    return _mean([float(found.found) for found in own]), _mean([found.chance for found in own])


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")
