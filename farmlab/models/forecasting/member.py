"""What a member of the ensemble is: it learns one window, and forecasts from any other of the same series."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

    from farmlab.models.forecasting.window import Values, Windows


class Member(ABC):
    """Learns a gap-free window, and says the next 48 hours from each of many windows at once.

    What was learned is plain JSON; a member that is restored forecasts the same. ``paths`` never looks at
    anything but its rows, so that a forecast from the past is what it would have been then.
    """

    name: ClassVar[str]
    least_days: ClassVar[float]
    """Days of history from which on it takes part."""
    refit_hours: ClassVar[int] = 24
    """After so long it is learned anew."""
    replay_days: ClassVar[int] = 14
    """So far before the present a first fit is made, to see what the member is worth."""
    spread_days: ClassVar[int] = 1
    """Of many series, a part is first fitted up to so many days later than others, so that not all are learned anew on
    one day."""
    reserve: bool = False
    """It counts only where it was the best of all."""
    costly: ClassVar[bool] = False
    """It is learned only once while the past is forecast again."""

    @abstractmethod
    def fit(self, window: Windows) -> Self:
        """Learn a window of one row.

        Raises
        ------
        ModelError
            It cannot be used here; the ensemble goes on without it and says so.
        """

    @abstractmethod
    def paths(self, windows: Windows) -> Values:
        """One row per origin, one column per hour ahead; NaN where it has nothing to say."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """What was learned, as JSON values."""

    @abstractmethod
    def restore(self, state: Mapping[str, Any]) -> Self:
        """Take over what :meth:`state` gave."""
