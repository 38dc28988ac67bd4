"""What the gateway needs of a farm; :class:`farmlab.simulator.farm.SimulatedFarm` has it, and so may others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import pandas as pd

    from farmlab.simulator.snapshot import HouseSnapshot


class ServedFarm(Protocol):
    """A farm that can be served."""

    @property
    def name(self) -> str:
        """What people call the farm."""

    @property
    def timezone(self) -> str:
        """Its IANA time zone."""

    def snapshot(self, at: datetime) -> Sequence[HouseSnapshot]:
        """What all controllers show at ``at``."""

    def daily(self, house: int, at: datetime) -> pd.DataFrame:
        """One row per growth day of the running flock, oldest first, the running day last.

        Columns: ``growth_day`` and, as far as the house has them, ``temp_min``, ``temp_last``, ``temp_max``,
        ``rh_min``, ``rh_last``, ``rh_max``, ``co2_min``, ``co2_last``, ``co2_max``, ``water``, ``feed``,
        ``weight``, ``weight_cv``, ``weighings``, ``mortality``, ``culls``, ``birds`` and ``heater_minutes_1`` … 16
        (SI units; NaN = unknown).
        """
