"""How well a part of a house is: one number from 0 to 100, and what pulls it down; unknown is never 100."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

WEIGHTS: Final = {"connection": 0.30, "readings": 0.25, "performance": 0.30, "stability": 0.15}
WEAKEST: Final = 15.0
"""A mean alone hides a dead sensor: the score lies at most this far above its weakest part."""
BANDS: Final = ((85.0, "good"), (70.0, "watch"), (50.0, "plan"), (0.0, "act"))


@dataclass(frozen=True, slots=True)
class Health:
    """The score, the band that it lies in ("unknown" without one), and its parts (0–100; missing = unknown)."""

    score: float
    band: str
    weakest: str
    parts: Mapping[str, float]


def health(*, arrived: float, usable: float, level: float, slope: float) -> Health:
    """The health of a part; without a known performance there is no score.

    Parameters
    ----------
    arrived, usable
        Shares of expected readings that came, and of its own readings that hold a value.
    level, slope
        How far its worst sign is on the way to its limit (0 as usual, 1 at the limit), and what it gains a day.

    >>> health(arrived=1.0, usable=1.0, level=0.0, slope=0.0).score
    100.0
    >>> health(arrived=1.0, usable=1.0, level=0.8, slope=0.1).band
    'act'
    """
    parts = {
        "connection": _percent(arrived),
        "readings": _percent(usable),
        "performance": _percent(1 - max(level, 0.0)) if np.isfinite(level) else float("nan"),
        "stability": _percent(1 - 2 * max(slope, 0.0)) if np.isfinite(slope) else float("nan"),
    }
    if not np.isfinite(parts["performance"]):
        return Health(float("nan"), "unknown", "performance", parts)
    known = {name: value for name, value in parts.items() if np.isfinite(value)}
    mean = sum(WEIGHTS[name] * value for name, value in known.items()) / sum(WEIGHTS[name] for name in known)
    weakest = min(known, key=lambda name: known[name])
    score = round(min(known[weakest] + WEAKEST, mean), 0)
    return Health(score, next(band for least, band in BANDS if score >= least), weakest, parts)


def _percent(share: float) -> float:
    return float(np.clip(100 * share, 0, 100))
