"""What was forecast, by whom, and what it was worth once the truth had come."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from farmlab.models.forecasting.packing import pack, unpack
from farmlab.models.forecasting.window import DAY, HORIZON

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from farmlab.models.forecasting.window import Values

BLOCKS: Final = (slice(0, 6), slice(6, DAY), slice(DAY, HORIZON))
"""Hours ahead whose errors are counted apart: 1–6, 7–24, 25–48."""
KEPT_HOURS: Final = 16 * DAY
WHOLE: Final = 0.75
"""An origin is scored when at least this share of its hours became known."""


@dataclass
class Log:
    """Forecasts in order of their origins.

    Attributes
    ----------
    names
        Members; the first is the reference, the last the ensemble of all.
    origins
        When each was issued, in hours since 1970.
    issued
        By origin: path, and what was added to it for the lower and the upper bound; 48 hours each.
    scores
        By origin, member and block of hours ahead: the mean absolute error; NaN until it is known.
    waiting
        By origin whose truth has not come yet: the paths of all members.
    """

    names: tuple[str, ...]
    origins: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    issued: Values = field(default_factory=lambda: np.empty((0, 3, HORIZON)))
    scores: Values = field(default_factory=lambda: np.empty((0, 0, len(BLOCKS))))
    waiting: dict[int, Values] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.scores = self.scores.reshape(len(self.origins), len(self.names), len(BLOCKS))

    def keep(self, origin: int, paths: Values, issued: Values) -> None:
        """Add a forecast; what is older than sixteen days is forgotten."""
        held = self.origins > origin - KEPT_HOURS
        unknown = np.full((1, len(self.names), len(BLOCKS)), np.nan)
        self.origins = np.append(self.origins[held], origin)
        self.issued = np.concatenate([self.issued[held], issued[None]])
        self.scores = np.concatenate([self.scores[held], unknown])
        self.waiting[origin] = paths

    def settle(self, y: Values, newest: int, *, now: int) -> None:
        """Score the origins whose two days have come by ``now``; ``y`` ends at the hour ``newest``."""
        for origin in [origin for origin in self.waiting if origin + HORIZON <= now]:
            paths = self.waiting.pop(origin)
            place = np.flatnonzero(self.origins == origin)
            if len(place):
                self.scores[place[0]] = _errors(_truth(y, newest, np.array([origin]))[0], paths)

    def errors(self, y: Values, newest: int) -> Values:
        """What came minus what was said, by origin; NaN where it is missing or not there yet."""
        return _truth(y, newest, self.origins) - self.issued[:, 0]

    def state(self) -> dict[str, Any]:
        """The log as JSON values."""
        return {
            "names": list(self.names),
            "origins": self.origins.tolist(),
            "issued": pack(self.issued),
            "scores": pack(self.scores),
            "waiting": {str(origin): pack(paths) for origin, paths in self.waiting.items()},
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Self:
        """What :meth:`state` gave."""
        return cls(
            names=tuple(state["names"]),
            origins=np.array(state["origins"], dtype=np.int64),
            issued=unpack(state["issued"]),
            scores=unpack(state["scores"]),
            waiting={int(origin): unpack(paths) for origin, paths in state["waiting"].items()},
        )


def worth(scores: Values, names: Sequence[str], name: str) -> tuple[Values, int]:
    """Error of a member in units of that of the reference at the same origins, by block; and how many there were.

    Beside a reference that was never wrong, who was never wrong has 1 and all others are infinitely worse.
    """
    own, reference = scores[:, list(names).index(name)], scores[:, 0]
    both = np.isfinite(own) & np.isfinite(reference)
    usual = np.sum(np.where(both, reference, 0.0), axis=0)
    made = np.sum(np.where(both, own, 0.0), axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where((usual > 0) | (made > 0), made / usual, 1.0)
    return np.where(both.any(axis=0), ratio, np.nan), int(both.any(axis=1).sum())


def _truth(y: Values, newest: int, origins: NDArray[np.int64]) -> Values:
    ahead = origins[:, None] + np.arange(1, HORIZON + 1) - newest + len(y) - 1
    there = (ahead >= 0) & (ahead < len(y))
    return np.where(there, y[np.clip(ahead, 0, len(y) - 1)], np.nan)


def _errors(truth: Values, paths: Values) -> Values:
    """Mean absolute error by member and block; NaN for a block that is known too little."""
    wrong = np.abs(truth - paths)
    blocks = []
    for block in BLOCKS:
        known = np.isfinite(truth[block])
        enough = known.mean() >= WHOLE
        blocks.append(wrong[:, block][:, known].mean(axis=1) if enough else np.full(len(paths), np.nan))
    return np.stack(blocks, axis=1)
