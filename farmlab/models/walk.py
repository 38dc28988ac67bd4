"""A detector over a long past, as it would have run: calibrated again and again on what was known and unflagged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from farmlab.errors import InsufficientData
from farmlab.features import series

if TYPE_CHECKING:
    from farmlab.models.base import Detector


def score_forward(
    detector: Detector, X: pd.DataFrame, *, warm_up: str = "14D", every: str = "7D", memory: str = "56D"
) -> dict[str, pd.DataFrame]:
    """Scores by channel for all of ``X``: 0 while it warms up, then calibrated on at most ``memory`` before.

    What was flagged is left out of later calibrations. Nothing that comes later changes a score.

    Raises
    ------
    InsufficientData
        ``X`` is shorter than the warm-up.
    """
    ordered = series.sorted_by_time(X)
    first, last = ordered.index[0], ordered.index[-1]
    start = first + pd.Timedelta(warm_up)
    if start > last:
        raise InsufficientData(
            f"there are {(last - first) / pd.Timedelta(days=1):.1f} days",
            next_step=f"Give more than {pd.Timedelta(warm_up) / pd.Timedelta(days=1):.0f} days.",
        )
    parts: list[dict[str, pd.DataFrame]] = []
    while start <= last:
        end = start + pd.Timedelta(every)
        parts.append(_one_stretch(detector, ordered, start, end, pd.Timedelta(memory), parts))
        start = end
    channels = {name: pd.concat([part[name] for part in parts]) for name in parts[0]}
    return {name: frame.reindex(X.index).fillna(0.0) for name, frame in channels.items()}


def _one_stretch(
    detector: Detector,
    ordered: pd.DataFrame,
    start: pd.Timestamp,
    end: pd.Timestamp,
    memory: pd.Timedelta,
    before: list[dict[str, pd.DataFrame]],
) -> dict[str, pd.DataFrame]:
    past = ordered[(ordered.index > start - memory) & (ordered.index <= start)]
    detector.fit(past, clean=_unflagged(past, before))
    context = start - pd.Timedelta(days=1)
    scores = detector.score_channels(ordered[(ordered.index > context) & (ordered.index <= end)])
    return {name: frame[frame.index > start] for name, frame in scores.items()}


def _unflagged(past: pd.DataFrame, before: list[dict[str, pd.DataFrame]]) -> pd.DataFrame | None:
    if not before:
        return None
    flags = [pd.concat([frame >= 0.5 for frame in part.values()]).groupby(level=0).any() for part in before]
    return ~pd.concat(flags).reindex(index=past.index, columns=past.columns, fill_value=False)
