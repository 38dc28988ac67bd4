"""A detector over a long past, as it would have run: calibrated again and again on what was known and unflagged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
import pandas as pd

from farmlab.errors import InsufficientData
from farmlab.features import series

if TYPE_CHECKING:
    from collections.abc import Iterator


CONTEXT: Final = pd.Timedelta(days=1)
CONTEXT_STEPS: Final = 12
"""What is scored has so much before it, or so many steps if these are longer: jumps and values that stay are told by
the readings before. Noise is told by twice as many, of which weeks hold too few where values come once a day."""


class Scorer(Protocol):
    """What can be calibrated and asked for scores: every detector."""

    def fit(self, X: pd.DataFrame, *, clean: pd.DataFrame | None = None) -> object:
        """Calibrate on history, see :meth:`farmlab.models.base.Detector.fit`."""

    def score_channels(self, X: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """Scores by channel, see :meth:`farmlab.models.base.Detector.score_channels`."""


def score_forward(
    detector: Scorer,
    X: pd.DataFrame,
    *,
    warm_up: str = "14D",
    every: str = "7D",
    memory: str = "56D",
    settling: str = "0D",
) -> dict[str, pd.DataFrame]:
    """Scores by channel for all of ``X``: 0 while it warms up, then calibrated on at most ``memory`` before.

    What was flagged is left out of later calibrations. Nothing that comes later changes a score. Until
    ``settling`` after the first row it is calibrated every day.

    Raises
    ------
    InsufficientData
        ``X`` is shorter than the warm-up.
    """
    ordered = series.sorted_by_time(X)
    first, last = ordered.index[0], ordered.index[-1]
    if first + pd.Timedelta(warm_up) > last:
        raise InsufficientData(
            f"there are {(last - first) / pd.Timedelta(days=1):.1f} days",
            next_step=f"Give more than {pd.Timedelta(warm_up) / pd.Timedelta(days=1):.0f} days.",
        )
    parts: list[dict[str, pd.DataFrame]] = []
    flags: list[pd.DataFrame] = []
    for start, end in _stretches(first, last, pd.Timedelta(warm_up), pd.Timedelta(every), pd.Timedelta(settling)):
        if not ((ordered.index > start) & (ordered.index <= end)).any():
            continue  # a gap
        parts.append(_one_stretch(detector, ordered, start, end, pd.Timedelta(memory), flags))
        flags.append(_flags(parts[-1]))
    channels = {name: pd.concat([part[name] for part in parts]) for name in parts[0]}
    return {name: frame.reindex(X.index).fillna(0.0) for name, frame in channels.items()}


def _stretches(
    first: pd.Timestamp, last: pd.Timestamp, warm_up: pd.Timedelta, every: pd.Timedelta, settling: pd.Timedelta
) -> Iterator[tuple[pd.Timestamp, pd.Timestamp]]:
    """Beginning (a calibration) and end of what is scored with each calibration."""
    start = first + warm_up
    while start <= last:
        end = start + (pd.Timedelta(days=1) if start < first + settling else every)
        yield start, end
        start = end


def _one_stretch(
    detector: Scorer,
    ordered: pd.DataFrame,
    start: pd.Timestamp,
    end: pd.Timestamp,
    memory: pd.Timedelta,
    flags: list[pd.DataFrame],
) -> dict[str, pd.DataFrame]:
    past = ordered[(ordered.index > start - memory) & (ordered.index <= start)]
    detector.fit(past, clean=_unflagged(past, flags))
    context = start - _context(past)
    scores = detector.score_channels(ordered[(ordered.index > context) & (ordered.index <= end)])
    return {name: frame[frame.index > start] for name, frame in scores.items()}


def _context(past: pd.DataFrame) -> pd.Timedelta:
    if past.index.nunique() < 2:
        return CONTEXT
    return max(CONTEXT, CONTEXT_STEPS * series.step_of(pd.DatetimeIndex(past.index)))


def _flags(scores: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Where any channel of a stretch has raised one."""
    frames = list(scores.values())
    raised = np.logical_or.reduce([frame.to_numpy() >= 0.5 for frame in frames])
    return pd.DataFrame(raised, index=frames[0].index, columns=frames[0].columns)


def _unflagged(past: pd.DataFrame, flags: list[pd.DataFrame]) -> pd.DataFrame | None:
    recent = [frame for frame in flags if len(frame) and frame.index[-1] >= past.index[0]]
    if not recent:
        return None
    return ~pd.concat(recent).reindex(index=past.index, columns=past.columns, fill_value=False)
