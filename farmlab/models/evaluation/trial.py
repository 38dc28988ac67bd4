"""One table with labels, and a detector walked over it as it would have run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, Self, cast

import numpy as np
import pandas as pd

from farmlab.errors import InsufficientData
from farmlab.models import walk
from farmlab.models.evaluation import vus
from farmlab.models.evaluation.events import Event, Outcome, outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from farmlab.models.base import Detector

HIGHEST: Final = "highest"


@dataclass(frozen=True, slots=True)
class Trial:
    """Readings of one place, what happened to its columns, and from when on it is judged (all before is history).

    Columns are the units: a figure is averaged and resampled over them.
    """

    name: str
    table: pd.DataFrame
    events: Mapping[str, tuple[Event, ...]]
    judged_from: pd.Timestamp
    settling: str = "0D"
    """So long after its beginning the detector is calibrated every day instead of every week."""

    def alone(self) -> tuple[Trial, ...]:
        """The same, each column as a place of its own."""
        return tuple(replace(self, name=f"{self.name}/{column}", table=self.table[[column]]) for column in self.table)


def quieter(share: float) -> float:
    """The score at which a detector expects this share of the false episodes that it expects at 0.5.

    By the log-Gumbel law behind the scores the rate at score s is (1 - s) / s of that at 0.5.

    >>> round(quieter(1 / 3), 2)
    0.75
    """
    return 1 / (1 + share)


def outcomes(
    make: Callable[[], Detector], trial: Trial, *, threshold: float = 0.5, volume: bool = False
) -> tuple[list[Outcome], pd.DataFrame]:
    """What a detector makes of each column, walked forward with weekly calibrations; and its scores.

    Parameters
    ----------
    make
        Gives a new detector for each calibration, which is fitted on the past only.
    trial
        The data.
    threshold
        The score from which on a reading is flagged; fixed beforehand.
    volume
        Also measure VUS-PR, over the whole series.
    """
    walked = _Walked(make)
    span = trial.judged_from - trial.table.index[0]
    channels = walk.score_forward(cast("Detector", walked), trial.table, warm_up=str(span), settling=trial.settling)
    scores, intended = channels[HIGHEST], walked.rate()
    judge = partial(_judged, trial=trial, threshold=threshold, volume=volume)
    return [judge(str(column), scores[column], float(intended.get(column, 0.0))) for column in scores], scores


class _Walked:
    """Detectors of successive calibrations as one, and the rates that they expected of themselves.

    A calibration that the data do not carry leaves the one before in force; before the first, scores are 0.
    """

    def __init__(self, make: Callable[[], Detector]) -> None:
        self.make = make
        self.detector: Detector | None = None
        self.rates: list[pd.Series] = []

    def fit(self, X: pd.DataFrame, *, clean: pd.DataFrame | None = None) -> Self:
        try:
            self.detector = self.make().fit(X, clean=clean)
        except InsufficientData:
            return self
        self.rates.append(self.detector.expected_rate_)
        return self

    def score_channels(self, X: pd.DataFrame) -> dict[str, pd.DataFrame]:
        highest = pd.DataFrame(0.0, index=X.index, columns=X.columns)
        if self.detector is not None:
            highest = self.detector.score_samples(X).reindex(columns=X.columns, fill_value=0.0)
        return {HIGHEST: highest}

    def rate(self) -> pd.Series:
        return pd.concat(self.rates, axis=1).mean(axis=1) if self.rates else pd.Series(dtype=float)


def again(found: list[Outcome], scores: pd.DataFrame, trial: Trial, *, threshold: float) -> list[Outcome]:
    """The same scores judged at another threshold; what is intended follows (see :func:`quieter`)."""
    share = (1 - threshold) / threshold
    return [
        _judged(old.unit, scores[old.unit], share * old.intended, trial=trial, threshold=threshold) for old in found
    ]


def _judged(
    column: str, scores: pd.Series, intended: float, *, trial: Trial, threshold: float, volume: bool = False
) -> Outcome:
    events = trial.events.get(column, ())
    seen = outcome(scores, events, unit=column, start=trial.judged_from, threshold=threshold)
    return replace(seen, intended=intended, vus_pr=_volume(trial.table[column], scores, events) if volume else np.nan)


def _volume(values: pd.Series, scores: pd.Series, events: tuple[Event, ...]) -> float:
    labels = labelled(pd.DatetimeIndex(values.index), events)
    if not labels.any():
        return float("nan")
    return vus.vus_pr(labels, scores.to_numpy(dtype=float), window=vus.period(values.to_numpy(dtype=float)))


def labelled(times: pd.DatetimeIndex, events: tuple[Event, ...]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which readings lie in an event."""
    out = np.zeros(len(times), dtype=bool)
    for event in events:
        out |= np.asarray((times >= event.start) & (times <= event.end))
    return out
