"""Flags against labelled events: what was found, how late, what chance would have found, and what was false."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.features import series

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]

RECOVERY: Final = pd.Timedelta(hours=6)
"""A flag so soon after an event is neither found nor false: the sensor has just come back."""
LATE: Final = {"spike": pd.Timedelta(hours=1)}
"""Kinds that may be reported after their end: a spike shows when the value returns."""
TOUCHED: Final = 0.2
"""A window belongs to chance when at most this share of it is near an event."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to one sensor, from its first to its last reading."""

    kind: str
    start: pd.Timestamp
    end: pd.Timestamp


@dataclass(frozen=True, slots=True)
class Found:
    """What became of one event: hours until the first flag in it (missing if there is none), and chance.

    ``chance`` is the share of windows as long as the event, placed where nothing happened, that hold a flag.
    """

    kind: str
    delay_h: float
    chance: float

    @property
    def found(self) -> bool:
        """Whether there was a flag in it."""
        return bool(np.isfinite(self.delay_h))


@dataclass(frozen=True, slots=True)
class Outcome:
    """One sensor in the scored time. ``clean_days`` is time without events and recovery; false flags lie in it.

    ``auc_pr`` is the average precision of the scores over readings (missing without events); ``intended`` the
    false episodes a day that the detector itself expects.
    """

    unit: str
    found: tuple[Found, ...]
    false_episodes: int
    false_flags: int
    clean_days: float
    auc_pr: float = float("nan")
    vus_pr: float = float("nan")
    intended: float = float("nan")


def outcome(
    scores: pd.Series, events: Sequence[Event], *, unit: str = "", start: pd.Timestamp, threshold: float = 0.5
) -> Outcome:
    """Scores of one sensor, in order of time, against what happened to it; only what comes from ``start`` on counts.

    A stretch of flags counts once, from each beginning anew.

    >>> times = pd.date_range("2026-07-01", periods=8, freq="12h", tz="UTC")
    >>> scores = pd.Series([0.9, 0.1, 0.1, 0.8, 0.1, 0.1, 0.6, 0.6], index=times)
    >>> seen = outcome(scores, [Event("stuck", times[2], times[3])], start=times[1])
    >>> seen.found[0].delay_h, seen.false_episodes, seen.clean_days
    (12.0, 1, 2.5)
    """
    times = pd.DatetimeIndex(scores.index)
    step = series.step_of(times)
    first = int(times.searchsorted(start))
    flags = scores.to_numpy(dtype=float) >= threshold
    flags[:first] = False
    truth, near = _spans(times, events)
    near[:first] = False
    false = flags & ~near
    found = tuple(_found(event, times, flags, near, false, first) for event in events)
    return Outcome(
        unit=unit,
        found=found,
        false_episodes=int((false & ~np.r_[False, false[:-1]]).sum()),
        false_flags=int(false.sum()),
        clean_days=float((len(times) - first - near.sum()) * (step / pd.Timedelta(days=1))),
        auc_pr=_average_precision(truth[first:], scores.to_numpy(dtype=float)[first:]),
    )


def _spans(times: pd.DatetimeIndex, events: Sequence[Event]) -> tuple[Flags, Flags]:
    """Which readings belong to an event, and which to one or to the recovery after it."""
    truth, near = np.zeros((2, len(times)), dtype=bool)
    for event in events:
        begin, end, over = _rows(times, event.start, event.end, event.end + RECOVERY)
        truth[begin:end] = True
        near[begin:over] = True
    return truth, near


def _rows(times: pd.DatetimeIndex, start: pd.Timestamp, *ends: pd.Timestamp) -> tuple[int, ...]:
    return int(times.searchsorted(start)), *(int(times.searchsorted(end, side="right")) for end in ends)


def _found(event: Event, times: pd.DatetimeIndex, flags: Flags, near: Flags, false: Flags, first: int) -> Found:
    begin, end = _rows(times, event.start, event.end + LATE.get(event.kind, pd.Timedelta(0)))
    hits = flags[begin:end]
    delay = (times[begin + int(hits.argmax())] - times[begin]) / pd.Timedelta(hours=1) if hits.any() else float("nan")
    return Found(event.kind, float(delay), _chance(false, near, first, end - begin))


def _chance(false: Flags, near: Flags, first: int, length: int) -> float:
    """The share of windows of this length, hardly touched by events, with a flag in them."""
    hits, touched = (np.r_[0, np.cumsum(mask)] for mask in (false, near))
    begins = np.arange(first, len(false) - length)
    free = touched[begins + length] - touched[begins] <= TOUCHED * length
    begins = begins[free]
    return float((hits[begins + length] > hits[begins]).mean()) if len(begins) else float("nan")


def _average_precision(truth: Flags, scores: NDArray[np.float64]) -> float:
    if not truth.any():
        return float("nan")
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(truth, np.nan_to_num(scores)))
