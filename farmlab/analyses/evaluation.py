"""Every detector on every labelled data set, walked forward: the figures, beside chance and the random floor."""

from __future__ import annotations

import math
import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pandas as pd

from farmlab.figures import table as figures_table
from farmlab.models import evaluation, registry
from farmlab.models.evaluation import Figures, figures
from farmlab.models.evaluation.trial import again, labelled, outcomes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from farmlab.analyses.labelled import DataSet
    from farmlab.figures import Table
    from farmlab.models.base import Detector
    from farmlab.models.evaluation import Interval, Outcome

    Say = Callable[[str], None]

SHIPPED: Final = 0.5
POINTS: Final = {round(evaluation.quieter(share), 2): share for share in (3.0, 1.0, 1 / 3)}
"""Scores from which on readings are flagged, and the false episodes expected there as multiples of those at 0.5."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One detector on one data set: its figures by threshold (see :data:`POINTS`), and VUS-PR by chance."""

    model: str
    data: str
    points: Mapping[float, Figures]
    floor: float
    seconds: float

    @property
    def shipped(self) -> Figures:
        """The figures at the detector's own threshold."""
        return self.points[SHIPPED]

    def plain(self) -> dict[str, Any]:
        """All figures as JSON values; None where there is none."""
        points = {f"{score:g}": asdict(found) | {"ratio": found.ratio} for score, found in self.points.items()}
        plain: dict[str, Any] = _without_nan(asdict(replace(self, points={})) | {"points": points})
        return plain


def measure(
    detectors: Sequence[str | type[Detector]], sets: Iterable[DataSet], *, say: Say = lambda _: None
) -> list[Measured]:
    """Each of these detectors (names, or classes of your own) on each data set; ``say`` is told what is done.

    A detector that judges each column by itself gives the same joined and alone; it is walked once.
    """
    kinds = [registry.find(one) if isinstance(one, str) else one for one in detectors]
    out: list[Measured] = []
    for data in sets:
        chance = floor(data)
        for kind in kinds:
            known = [one for one in out if one.model == kind.name and one.data == data.alone_of]
            if known and getattr(kind, "by_column", False):
                out.append(replace(known[0], data=data.name, seconds=0.0))
                continue
            say(f"{kind.name} on {data.name} …")
            out.append(_measured(cast("type[Detector]", kind), data, chance))
            say(f"  {out[-1].seconds:.1f} s")
    return out


def _measured(kind: type[Detector], data: DataSet, chance: float) -> Measured:
    begin = time.perf_counter()
    units: dict[float, list[Outcome]] = {score: [] for score in POINTS}
    for trial in data.trials:
        found, scores = outcomes(kind, trial, volume=data.windows)
        for score in POINTS:
            units[score] += found if score == SHIPPED else again(found, scores, trial, threshold=score)
    seconds = time.perf_counter() - begin
    points = {score: figures(unit) for score, unit in units.items()}
    return Measured(kind.name, data.name, points, chance, round(seconds, 2))


def floor(data: DataSet) -> float:
    """The mean VUS-PR of random scores on the series of a data set; missing where labels are no windows."""
    if not data.windows or not data.labelled:
        return math.nan
    floors = []
    for trial in data.trials:
        for column, events in trial.events.items():
            labels = labelled(pd.DatetimeIndex(trial.table.index), events)
            window = evaluation.period(trial.table[column].to_numpy(dtype=float))
            floors.append(evaluation.random_floor(labels, window=window))
    return float(np.mean(floors))


def frame(measured: Sequence[Measured], data: DataSet) -> pd.DataFrame:
    """The figures of one data set as a table: one row a detector and point, every recall with chance in brackets."""
    rows = [row for one in measured if one.data == data.name for row in _rows(one, data)]
    return pd.DataFrame(rows)


def table(measured: Sequence[Measured], data: DataSet) -> Table:
    """The same for a notebook."""
    return figures_table(frame(measured, data), caption=f"{data.name} ({data.heading}; split {data.split})")


def summary(measured: Sequence[Measured], data: DataSet) -> pd.DataFrame:
    """Found, chance and cost of the shipped thresholds as numbers, for :func:`farmlab.figures.recalls`."""
    own = [one for one in measured if one.data == data.name]
    return pd.DataFrame(
        {
            "detector": [one.model for one in own],
            "recall": [one.shipped.recall.value for one in own],
            "low": [one.shipped.recall.low for one in own],
            "high": [one.shipped.recall.high for one in own],
            "chance": [one.shipped.chance for one in own],
            "false_per_day": [one.shipped.false_per_day.value for one in own],
        }
    )


def _rows(one: Measured, data: DataSet) -> list[dict[str, str]]:
    if not data.labelled:
        return [_quiet(one)]
    return [_row(one, point, f"{score:g}") for score, point in one.points.items()]


def _quiet(one: Measured) -> dict[str, str]:
    shipped = one.shipped
    return {
        "detector": one.model,
        "flags/day": _number(shipped.flags_per_day),
        "false episodes/day": _number(shipped.false_per_day.value),
        "intended": _number(shipped.intended),
    }


def _row(one: Measured, point: Figures, at: str) -> dict[str, str]:
    volume = {"VUS-PR": _spread(point.vus_pr), "random": _number(one.floor)} if np.isfinite(one.floor) else {}
    if not np.isfinite(point.vus_pr.value):
        volume = dict.fromkeys(volume, "")
    kinds = {} if set(point.by_kind) == {"window"} else point.by_kind
    return {
        "detector": one.model,
        "score": at,
        **volume,
        "recall": _spread(point.recall),
        "chance": _number(point.chance),
        "false/day": _spread(point.false_per_day),
        "intended": _number(point.intended),
        "ratio": _number(point.ratio),
        **{kind: f"{_number(recall)} ({_number(chance)})" for kind, (recall, chance) in kinds.items()},
        "delay h": _number(point.delay_h, 1),
        "AUC-PR": _number(point.auc_pr) if at == "0.5" else "",
    }


def _spread(interval: Interval) -> str:
    if not np.isfinite(interval.low):
        return _number(interval.value)
    return f"{_number(interval.value)} [{_number(interval.low)}–{_number(interval.high)}]"


def _number(value: float, digits: int = 2) -> str:
    return f"{value:.{digits}f}" if np.isfinite(value) else "–"


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
