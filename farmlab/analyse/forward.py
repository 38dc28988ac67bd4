"""A table judged as it would have been while it came in: learned, scored, learned again; nothing from later on."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import signature
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import pandas as pd

from farmlab.errors import InsufficientData
from farmlab.models.episodes import KINDS
from farmlab.models.walk import score_forward

if TYPE_CHECKING:
    from collections.abc import Callable

    from farmlab.models.base import Detector

    Frames = dict[str, pd.DataFrame]

LEARNING: Final = pd.Timedelta(days=3)
FEWEST_STEPS: Final = 100
SETTLING: Final = "14D"
EVERY: Final = "7D"
MEMORY: Final = "56D"
HIGHEST: Final = "highest"
OTHER: Final = "pattern"
"""The channel under which those that have no kind of their own come out."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a walk over one table gave.

    Attributes
    ----------
    channels, change, expected
        By channel, with the index and columns of the table: the scores, how far the value is from what was
        expected, and what was; the last two only from detectors that tell.
    learned_until
        From here on the detector judged; None = it never had enough.
    rate
        Expected false episodes a day by column, the mean over time.
    grace
        Columns that could not be judged (fully) to the end, with the sentence why.
    refused
        Why the detector would not begin, if so.
    """

    channels: Frames
    change: Frames
    expected: Frames
    learned_until: pd.Timestamp | None
    rate: pd.Series
    grace: dict[str, str]
    refused: str = ""


def judge(
    X: pd.DataFrame,
    make: Callable[[], Detector],
    *,
    step: pd.Timedelta,
    until: pd.Timestamp | None = None,
    passed: Callable[[int], None] = lambda _: None,
) -> Judged:
    """The scores of a table, each from what came before it.

    Parameters
    ----------
    X
        DatetimeIndex in UTC, ascending; one column a sensor.
    make
        Gives a new detector for each calibration.
    step
        The usual step of the table.
    until
        Learn until then, and judge what comes after; by default three days, or 100 steps if these are longer.
    passed
        Is told, now and then, how many more rows have been judged.
    """
    warm_up = until - X.index[0] if until is not None else max(LEARNING, FEWEST_STEPS * step)
    watched = _Watched(make, passed)
    try:
        score_forward(watched, X, warm_up=str(warm_up), every=EVERY, memory=MEMORY, settling=SETTLING)
    except InsufficientData as error:
        watched.refused = error.what
    return watched.judged(X)


class _Watched:
    """Detectors of successive calibrations as one, whose findings are kept.

    A calibration that the data do not carry leaves the one before in force.
    """

    def __init__(self, make: Callable[[], Detector], passed: Callable[[int], None]) -> None:
        self.make, self.passed = make, passed
        self.detector: Detector | None = None
        self.learned_until: pd.Timestamp | None = None
        self.refused = ""
        self.rates: list[tuple[pd.Series, int]] = []
        self.parts: dict[str, list[Frames]] = {"scores": [], "change": [], "expected": []}

    def fit(self, X: pd.DataFrame, *, clean: pd.DataFrame | None = None) -> Self:
        self.until = X.index[-1]
        candidate = self.make()
        try:
            candidate.fit(X, clean=clean)
        except InsufficientData as error:
            self.refused = error.what
            return self
        if self.detector is None:
            self.learned_until = self.until
        self.detector, self.refused = candidate, ""
        return self

    def score_channels(self, X: pd.DataFrame) -> Frames:
        new = X.index > self.until
        self.passed(int(new.sum()))
        if self.detector is None:
            return {HIGHEST: pd.DataFrame(0.0, index=X.index, columns=X.columns)}
        self.rates.append((self.detector.expected_rate_, int(new.sum())))
        found = self.detector.look(X) if _tells_more(self.detector) else None  # type: ignore[attr-defined]
        scores = found.scores if found else self.detector.score_channels(X)
        named = _named(scores, X)
        self.parts["scores"].append({name: frame[new] for name, frame in named.items()})
        for part in ("change", "expected"):
            frames = dict(getattr(found, part, {}) or {})
            self.parts[part].append({name: frame[new] for name, frame in frames.items() if len(frame) == len(X)})
        highest = np.maximum.reduce([frame.to_numpy() for frame in named.values()])
        return {HIGHEST: pd.DataFrame(highest, index=X.index, columns=X.columns)}

    def judged(self, X: pd.DataFrame) -> Judged:
        """Everything that was kept, on the rows of the whole table."""
        joined = {part: _joined(frames, X, 0.0 if part == "scores" else np.nan) for part, frames in self.parts.items()}
        return Judged(
            channels=joined["scores"] or {OTHER: pd.DataFrame(0.0, index=X.index, columns=X.columns)},
            change=joined["change"],
            expected=joined["expected"],
            learned_until=self.learned_until,
            rate=self._rate(X.columns),
            grace=dict(self.detector.grace_) if self.detector else {},
            refused=self.refused,
        )

    def _rate(self, columns: pd.Index) -> pd.Series:
        """The mean of the rates, each for as long as it was in force."""
        rates = [rate.reindex(columns).fillna(0.0) * rows for rate, rows in self.rates]
        return sum(rates, pd.Series(0.0, index=columns)) / max(sum(rows for _, rows in self.rates), 1)


def _tells_more(detector: Detector) -> bool:
    """Whether it also tells, for a table, what it expected."""
    return hasattr(detector, "look") and len(signature(detector.look).parameters) == 1


def _named(scores: Frames, X: pd.DataFrame) -> Frames:
    """The channels by names that have a kind, on all columns."""
    out: Frames = {}
    for name, frame in scores.items():
        known = name if name in KINDS else OTHER
        full = frame.reindex(columns=X.columns, fill_value=0.0)
        out[known] = full.where(full >= out[known], out[known]) if known in out else full
    return out


def _joined(parts: list[Frames], X: pd.DataFrame, nothing: float) -> Frames:
    names = dict.fromkeys(name for part in parts for name in part)
    frames = {name: pd.concat([part[name] for part in parts if name in part]) for name in names}
    full = {name: frame.reindex(index=X.index, columns=X.columns) for name, frame in frames.items()}
    return full if np.isnan(nothing) else {name: frame.fillna(nothing) for name, frame in full.items()}
