"""The model that comes with FarmLab: taught on simulated failures, for farms that have none on record."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Final

from farmlab.errors import VersionMismatch
from farmlab.models.failure.risk import FailureRisk

TAUGHT: Final = "trained on simulated failures"
"""What every output of it says."""
FILE: Final = "simulated.json"
RARER: Final = 4.0
"""So many times rarer are failures of a kind on farms than in the lessons (1.5, not 6, a house and year; estimated)."""


@cache
def taught() -> FailureRisk:
    """The shipped model.

    Raises
    ------
    VersionMismatch
        Its file was changed, or is of another version.
    """
    content = files("farmlab.models.failure").joinpath(FILE).read_text(encoding="utf-8")
    try:
        return FailureRisk.from_state(json.loads(content))
    except (KeyError, TypeError, ValueError) as error:
        raise VersionMismatch(
            f"the shipped model cannot be read: {type(error).__name__}", where=FILE, next_step="Install FarmLab again."
        ) from None
