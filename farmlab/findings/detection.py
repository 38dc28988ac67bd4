"""What the calibrated detector of a house says about its readings, computed once for all who ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from farmlab.findings import recalibration
from farmlab.findings.table import detector_table
from farmlab.models.layered import Layered

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from farmlab.findings.case import Case
    from farmlab.models.level import LevelLook


@dataclass(frozen=True)
class Detection:
    """The table that was judged, and what was found in it."""

    table: pd.DataFrame
    found: LevelLook


def detect(case: Case) -> Detection | None:
    """The detection of a house; None without a calibration, or while nobody lives there."""
    if not case.calibration.get("detector") or case.empty:
        return None
    table = detector_table(case)
    return Detection(table, restored(case.calibration, table).look(table))


def restored(calibration: Mapping[str, Any], table: pd.DataFrame) -> Layered:
    """The detector of a house, its thresholds as high as what people said of its alarms asks for."""
    told = recalibration.of_channels(calibration.get("factors", {}), map(str, table.columns))
    return Layered.from_state(calibration["detector"]).raise_thresholds(told)
