"""How much each member counts: by its errors of the last week, apart for near and far hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab.models.forecasting.log import BLOCKS, worth
from farmlab.models.forecasting.window import HORIZON, WEEK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from farmlab.models.forecasting.log import Log
    from farmlab.models.forecasting.window import Values

POWER: Final = -4.0
LEAST_ORIGINS: Final = 3
LEAST_GUARDED: Final = 7
FIRST_MEMBERS: Final = ("dshw", "rws28")
"""Who counts while nobody has been scored."""


def shares(log: Log, paths: Values, *, now: int) -> Values:
    """By member and block of hours ahead, summing to 1 in each block.

    Inverse fourth powers of the mean absolute errors of the last seven scored days. A member without a path now, or
    with fewer than three scored origins while others have them, counts nothing.

    Parameters
    ----------
    log
        What was forecast before.
    paths
        The paths of now, like ``log.names`` without the ensemble; NaN where a member has nothing to say.
    now
        The hour of the paths.
    """
    members = log.names[1:-1]
    here = np.atleast_1d(np.isfinite(paths[1:]).all(axis=1))
    errors = np.array([_recent(log, name, now) for name in members]).reshape(len(members), len(BLOCKS))
    scored = np.isfinite(errors).all(axis=1) & here
    if scored.any():
        weights = np.where(scored[:, None], np.maximum(errors, 1e-6) ** POWER, 0.0)
    else:
        first = here & np.array([name in FIRST_MEMBERS for name in members], dtype=bool)
        weights = np.repeat((first if first.any() else here)[:, None], len(BLOCKS), axis=1).astype(float)
    total = weights.sum(axis=0)
    return np.vstack([np.zeros(len(BLOCKS)), weights / np.where(total > 0, total, 1.0)])


def mixed(paths: Values, weights: Values) -> Values:
    """The weighted mean of the paths; that of the reference where nobody counts."""
    by_hour = np.repeat(weights, [block.stop - block.start for block in BLOCKS], axis=1)
    if not by_hour.any():
        return np.asarray(paths[0])
    return np.asarray(np.sum(np.where(by_hour > 0, paths, 0.0) * by_hour, axis=0))


def guarded(log: Log, *, now: int) -> bool:
    """Whether the ensemble was worse than the reference over the last seven days."""
    recent = _of_last_week(log, now)
    ratio, count = worth(log.scores[recent], log.names, log.names[-1])
    weights = [block.stop - block.start for block in BLOCKS]
    known = np.isfinite(ratio)
    if count < LEAST_GUARDED or not known.any():
        return False
    return bool(np.average(ratio[known], weights=np.array(weights)[known]) > 1.0)


def _recent(log: Log, name: str, now: int) -> Values:
    recent = _of_last_week(log, now)
    if not recent.any():
        return np.full(len(BLOCKS), np.nan)
    ratio, count = worth(log.scores[recent], log.names, name)
    return ratio if count >= LEAST_ORIGINS else np.full(len(BLOCKS), np.nan)


def _of_last_week(log: Log, now: int) -> NDArray[np.bool_]:
    """The origins whose two days have come within the last week."""
    return np.asarray((log.origins + HORIZON <= now) & (log.origins + HORIZON > now - WEEK))


def named(weights: Values, names: Sequence[str]) -> dict[str, float]:
    """Member → its share over both days, the largest first; who counts nothing is left out.

    >>> named(np.array([[0.0, 0, 0], [0.5, 1, 1], [0.5, 0, 0]]), ["naive", "one", "other", "all"])
    {'one': 0.9375, 'other': 0.0625}
    """
    hours = [block.stop - block.start for block in BLOCKS]
    means = np.average(weights, axis=1, weights=hours)
    known = {name: float(share) for name, share in zip(names, means, strict=False) if share > 0}
    return dict(sorted(known.items(), key=lambda item: -item[1]))
