"""The 80 % interval of a forecast, from the errors of real forecasts of the past."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab.models.forecasting.window import DAY, HORIZON

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from farmlab.models.forecasting.window import Values

NOMINAL: Final = 0.8
"""Share of hours that are meant to fall between ``lower`` and ``upper``."""
FIRST_AIM: Final = 0.18
AIM_PER_DAY: Final = 0.1
AIM_RANGE: Final = (0.01, 0.6)
LEAST_ORIGINS: Final = 8
SHRINK: Final = 0.5
DAYS: Final = (slice(0, DAY), slice(DAY, HORIZON))


def interval(
    origins: NDArray[np.int64], errors: Values, low: Values, high: Values, *, now: int
) -> tuple[Values, Values]:
    """What to add to a path issued now, day 1 and day 2 apart; NaN where too few errors are known.

    Quantiles of the errors of real past forecasts, pooled over h ± 1 hours ahead. The share of misses that they aim at
    starts at .18 and moves by .1 · (.20 − misses) per day of origins whose truth has come. Errors count in units
    of what is usual at their hour of the day, so that a quiet night does not borrow the width of the afternoon.
    Errors of n days make the interval wider by 1/n, as few days do not know what the next one brings.

    Parameters
    ----------
    origins
        When past forecasts were issued, in hours since 1970, in order.
    errors
        What came minus what was said, one row per origin; NaN where it is not known.
    low, high
        What was added then.
    now
        The hour of the path.
    """
    clock = (origins[:, None] + np.arange(1, HORIZON + 1)) % DAY
    wanted = (now + np.arange(1, HORIZON + 1)) % DAY
    lower, upper = np.full(HORIZON, np.nan), np.full(HORIZON, np.nan)
    for number, day in enumerate(DAYS, start=1):
        come = origins + number * DAY <= now
        come &= np.isfinite(errors[:, day]).any(axis=1)
        if come.sum() < LEAST_ORIGINS:
            continue
        aim = _aim(origins[come], errors[come, day], low[come, day], high[come, day])
        known_days = max(1.0, (origins[come][-1] - origins[come][0]) / DAY)
        lower[day], upper[day] = _bounds(errors[come, day], clock[come, day], wanted[day], aim, 1 + 1 / known_days)
    return lower, upper


def from_changes(y: Values) -> tuple[Values, Values]:
    """What to add while no forecast could be judged: from the changes between the same hours of two days.

    Parameters
    ----------
    y
        Hourly values, NaN where missing; two days at least.
    """
    changes = np.abs(y[DAY:] - y[:-DAY])
    known = changes[np.isfinite(changes)]
    half = float(np.quantile(known, NOMINAL)) if len(known) else float(np.nanmax(y) - np.nanmin(y))
    reach = np.repeat([half, half * np.sqrt(2)], DAY)
    return -reach, reach


def inside(errors: Values, low: Values, high: Values) -> Values:
    """1 where an error lay within its bounds, 0 where it did not, NaN where either is unknown."""
    judged = np.isfinite(errors) & np.isfinite(low) & np.isfinite(high)
    with np.errstate(invalid="ignore"):
        return np.where(judged, (errors >= low) & (errors <= high), np.nan)


def _aim(origins: NDArray[np.int64], errors: Values, low: Values, high: Values) -> float:
    """The share of misses that the next bounds aim at."""
    aim = FIRST_AIM
    held = inside(errors, low, high)
    judged = np.isfinite(held).sum(axis=1)
    shares = np.nansum(held, axis=1) / np.maximum(judged, 1)
    steps = np.minimum(np.diff(origins, prepend=origins[0]) / DAY, 1.0)
    for share, step in zip(shares[judged > 0].tolist(), steps[judged > 0].tolist(), strict=True):
        aim = min(max(aim + AIM_PER_DAY * step * (share - NOMINAL), AIM_RANGE[0]), AIM_RANGE[1])
    return aim


def _bounds(
    errors: Values, clock: NDArray[np.int64], wanted: NDArray[np.int64], aim: float, wider: float
) -> tuple[Values, Values]:
    usual = _usual(errors, clock)
    relative = errors / usual[clock]
    around = np.clip(np.arange(DAY) + np.array([[-1], [0], [1]]), 0, DAY - 1)
    pooled = np.sort(relative[:, around].reshape(-1, DAY), axis=0)
    middle = _quantile(pooled, 0.5)
    low, high = (middle + wider * (_quantile(pooled, share) - middle) for share in (aim / 2, 1 - aim / 2))
    return low * usual[wanted], high * usual[wanted]


def _usual(errors: Values, clock: NDArray[np.int64]) -> Values:
    """Mean absolute error by hour of the day ± 1, half-way towards that of the whole day; never 0."""
    known = np.isfinite(errors)
    sums = np.bincount(clock[known], np.abs(errors[known]), DAY)
    counts = np.bincount(clock[known], minlength=DAY)
    wide_sums, wide_counts = (sum(np.roll(part, shift) for shift in (-1, 0, 1)) for part in (sums, counts))
    overall = float(sums.sum() / max(1, counts.sum()))
    usual = np.where(wide_counts > 0, wide_sums / np.maximum(wide_counts, 1), overall)
    return np.asarray(SHRINK * overall + (1 - SHRINK) * usual + 1e-12)


def _quantile(ascending: Values, share: float) -> Values:
    """Quantile of each column, sorted with NaN last, linear in between; NaN for a column without values."""
    counts = np.isfinite(ascending).sum(axis=0)
    place = share * np.maximum(counts - 1, 0)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, np.maximum(counts - 1, 0))
    columns = np.arange(ascending.shape[1])
    first, second = ascending[below, columns], ascending[above, columns]
    return np.asarray(first + (place - below) * (second - first))
