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
_HOURS: Final = np.array([block.stop - block.start for block in BLOCKS])
FIRST_MEMBERS: Final = ("dshw", "rws28")
"""Who counts while nobody has been scored."""


def shares(log: Log, paths: Values, *, now: int, reserves: Sequence[str] = ()) -> Values:
    """By member and block of hours ahead, summing to 1 in each block.

    Inverse fourth powers of the mean absolute errors of the last seven scored days. The reference counts among the
    others; where nothing ever changes from day to day it is the best. A member without a path now, or with fewer than
    three scored origins while others have them, counts nothing.

    Parameters
    ----------
    log
        What was forecast before.
    paths
        The paths of now, like ``log.names`` without the ensemble; NaN where a member has nothing to say.
    now
        The hour of the paths.
    reserves
        Members that count only in blocks in which they were the best of all.
    """
    members = log.names[:-1]
    here = np.atleast_1d(np.isfinite(paths).all(axis=1))
    errors = np.array([_recent(log, name, now) for name in members])
    scored = ~np.isnan(errors).any(axis=1) & here
    if scored[1:].any():
        weights = np.where(scored[:, None], np.maximum(errors, 1e-6) ** POWER, 0.0)
        beaten = np.isin(members, list(reserves))[:, None] & (weights < weights.max(axis=0))
        weights = np.where(beaten, 0.0, weights)
    else:
        first = _first(members) & here
        others = here & (np.arange(len(members)) > 0)
        weights = np.repeat((first if first.any() else others)[:, None], len(BLOCKS), axis=1).astype(float)
    total = weights.sum(axis=0)
    return np.asarray(weights / np.where(total > 0, total, 1.0))


def _first(members: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([name in FIRST_MEMBERS for name in members], dtype=bool)


def mixed(paths: Values, weights: Values) -> Values:
    """The weighted mean of the paths; that of the reference where nobody counts."""
    by_hour = np.repeat(weights, _HOURS, axis=1)
    if not by_hour.any():
        return np.asarray(paths[0])
    return np.asarray(np.sum(np.where(by_hour > 0, paths, 0.0) * by_hour, axis=0))


def last_week(log: Log, *, now: int) -> float:
    """Error of the ensemble over the last seven days in units of that of the reference; NaN when too little is known.

    Above 1 the reference is the better one, and is issued.
    """
    ratio, count = worth(log.scores[_of_last_week(log, now)], log.names, log.names[-1])
    known = np.isfinite(ratio)
    if count < LEAST_GUARDED or not known.any():
        return float("nan")
    return float(np.average(ratio[known], weights=_HOURS[known]))


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
    means = np.average(weights, axis=1, weights=_HOURS)
    known = {name: float(share) for name, share in zip(names, means, strict=False) if share > 0}
    return dict(sorted(known.items(), key=lambda item: -item[1]))
