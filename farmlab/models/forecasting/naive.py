"""The same hour of the day before: the line that every forecast has to beat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from farmlab.models.forecasting.member import Member
from farmlab.models.forecasting.window import DAY, HORIZON

if TYPE_CHECKING:
    from collections.abc import Mapping

    from farmlab.models.forecasting.window import Values, Windows

SEASONAL_NAIVE = "seasonal-naive"


class SeasonalNaive(Member):
    """Each hour as the same hour of the last day.

    >>> from farmlab.models.forecasting.window import Windows
    >>> days = Windows(np.arange(48.0)[None, :], np.array([48]))
    >>> SeasonalNaive().fit(days).paths(days)[0, [0, 23, 24]].tolist()
    [24.0, 47.0, 24.0]
    """

    name: ClassVar[str] = SEASONAL_NAIVE
    least_days: ClassVar[float] = 1.0

    def fit(self, window: Windows) -> Self:  # noqa: ARG002
        """Nothing is learned."""
        return self

    def paths(self, windows: Windows) -> Values:
        """The last day, twice."""
        return np.tile(windows.values[:, -DAY:], HORIZON // DAY)

    def state(self) -> dict[str, Any]:
        """Nothing."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> Self:  # noqa: ARG002
        """Nothing."""
        return self


class PlannedNaive(SeasonalNaive):
    """Yesterday's distance from the plan, hour by hour."""

    name: ClassVar[str] = "seasonal-naive around the plan"
