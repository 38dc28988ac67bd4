"""The usual deviation of each hour from its day, on a smoothed level (rws28)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import numpy as np

from farmlab.models.forecasting.member import Member
from farmlab.models.forecasting.window import DAY, HORIZON

if TYPE_CHECKING:
    from collections.abc import Mapping

    from farmlab.models.forecasting.window import Values, Windows

RATES: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
DAYS: Final = 28
TRIED_EVERY_HOURS: Final = 6


class Smoothed(Member):
    """Mean same-hour deviation from the centred 24 h mean over 28 days, on the simply smoothed rest.

    The rate of smoothing is the one whose levels were the best 24 h forecasts; nothing else is learned.
    """

    name: ClassVar[str] = "rws28"
    least_days: ClassVar[float] = 3.0

    def fit(self, window: Windows) -> Self:  # noqa: ARG002
        """Nothing is kept: all is learned from each window."""
        return self

    def paths(self, windows: Windows) -> Values:
        """Level plus daily profile."""
        y = windows.values[:, -DAYS * DAY :]
        profile = _profile(y)
        hours = y.shape[1]
        adjusted = y - profile[:, np.arange(hours) % DAY]
        return np.asarray(_level(adjusted)[:, None] + profile[:, (hours + np.arange(HORIZON)) % DAY])

    def state(self) -> dict[str, Any]:
        """Nothing."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> Self:  # noqa: ARG002
        """Nothing."""
        return self


def _profile(y: Values) -> Values:
    """Mean deviation from the centred 24 h mean, by hour since the first one of the row; its mean is 0."""
    sums = np.cumsum(np.pad(y, ((0, 0), (1, 0))), axis=1)
    inner = (sums[:, DAY:] - sums[:, :-DAY]) / DAY
    centred = (inner[:, 1:] + inner[:, :-1]) / 2
    rest = y[:, DAY // 2 : -(DAY // 2)] - centred
    clock = np.arange(DAY // 2, DAY // 2 + rest.shape[1]) % DAY
    profile = np.stack([rest[:, clock == hour].mean(axis=1) for hour in range(DAY)], axis=1)
    return np.asarray(profile - profile.mean(axis=1, keepdims=True))


def _level(adjusted: Values) -> Values:
    """The newest level of each row, smoothed with its best rate."""
    from scipy.signal import lfilter

    hours = adjusted.shape[1]
    tried = np.arange(DAY, hours - DAY, TRIED_EVERY_HOURS)
    ahead = adjusted[:, tried[:, None] + np.arange(1, DAY + 1)]
    newest, errors = [], []
    for rate in RATES:
        start = (1 - rate) * adjusted[:, :1]
        levels = lfilter([rate], [1, rate - 1], adjusted, axis=1, zi=start)[0]
        newest.append(levels[:, -1])
        errors.append(np.abs(ahead - levels[:, tried, None]).mean(axis=(1, 2)))
    best = np.argmin(np.array(errors), axis=0)
    return np.asarray(np.array(newest)[best, np.arange(len(adjusted))])
