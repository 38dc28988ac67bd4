"""The default detector: every sensor against its own clean history, by rules and by level."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import pandas as pd

from farmlab.models.base import Detector
from farmlab.models.intake import aligned
from farmlab.models.level import WIDTHS, Level, LevelLook
from farmlab.models.protection import learnable
from farmlab.models.sensor_rules import SensorRules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from farmlab.models.intake import Table

    Grids = dict[str, NDArray[np.float64]]

THRESHOLD = 0.5


class OwnHistory(Detector):
    """Unusual readings of any sensors, without settings, from each sensor's own past.

    The channels are those of :class:`~farmlab.models.sensor_rules.SensorRules` and
    :class:`~farmlab.models.level.Level`; what the rules flag is not learned from by the level. Thresholds are
    fixed by ``fit``; the level goes on learning what is usual at an hour of the day while it scores.

    Parameters
    ----------
    reference
        Column → the column of its set-point.
    driver
        The column that explains level changes from outside (the outside temperature).
    resting
        Column → (low, high): values in this range may last as long as they like.
    level_only
        Columns that are judged by their level only (amounts, which come in lumps).
    rules_only
        Columns that are judged by the fast rules only (outdoor sensors, whose level is the weather's).
    least_stuck_h
        Column → hours that a value may last at any rate.
    beside
        Columns that are not judged.
    timezone
        Whose clock tells the hour of the day.
    budget
        False episodes a sensor-day that the level channels may cause.

    Examples
    --------
    >>> times = pd.date_range("2026-06-01", periods=14 * 144, freq="10min", tz="UTC")
    >>> noise = np.random.default_rng(1).normal(0, 0.1, len(times))
    >>> X = pd.DataFrame({"temp_c": (22 + np.sin(np.arange(len(times)) / 144 * 6.283) + noise).round(1)}, index=times)
    >>> detector = OwnHistory().fit(X.iloc[:-144])
    >>> X.iloc[-60:, 0] = X["temp_c"].iloc[-60]
    >>> bool(detector.score_samples(X.iloc[-432:])["temp_c"].iloc[-1] > 0.5)
    True
    """

    name: ClassVar[str] = "own_history"

    def __init__(
        self,
        *,
        reference: Mapping[str, str] | None = None,
        driver: str | None = None,
        resting: Mapping[str, Sequence[float]] | None = None,
        level_only: Sequence[str] = (),
        rules_only: Sequence[str] = (),
        least_stuck_h: Mapping[str, float] | None = None,
        beside: Sequence[str] = (),
        timezone: str = "UTC",
        budget: float = 0.05,
        random_state: int | None = 0,
    ) -> None:
        super().__init__(random_state=random_state)
        self.level_only, self.rules_only, self.beside = list(level_only), list(rules_only), list(beside)
        self.rules = SensorRules(resting=resting, least_stuck_h=least_stuck_h, beside=[*self.level_only, *self.beside])
        self.level = Level(
            reference=reference,
            driver=driver,
            timezone=timezone,
            budget=budget,
            beside=[*self.rules_only, *self.beside],
        )

    @property
    def parameters(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        level = {name: getattr(self.level, name) for name in ("reference", "driver", "timezone", "budget")}
        rules = {"resting": self.rules.resting, "least_stuck_h": self.rules.least_stuck_h}
        own = {"level_only": self.level_only, "rules_only": self.rules_only, "beside": self.beside}
        return {**super().parameters, **level, **rules, **own}

    @property
    def is_fitted(self) -> bool:
        """Whether both parts are calibrated."""
        return self.rules.is_fitted and self.level.is_fitted

    def fit(self, X: pd.DataFrame, *, clean: pd.DataFrame | None = None) -> Self:
        """Thresholds of rules and level; see :meth:`farmlab.models.base.Detector.fit`."""
        self.rules.fit(X, clean=clean)
        history = self.rules.prepared(X)
        usable = aligned(clean, history) & self._learnable(history, self.rules.grid_scores(history))
        judged = [column for column in X.columns if column in self.rules.columns_]
        protected = history.like_original(usable.astype(float))[judged].astype(bool)
        extra = clean[[column for column in clean.columns if column not in judged]] if clean is not None else None
        self.level.fit(X, clean=protected if extra is None else protected.join(extra))
        return self

    @staticmethod
    def _learnable(seen: Table, scores: Grids) -> NDArray[np.bool_]:
        flagged = np.maximum.reduce(list(scores.values())) >= THRESHOLD
        jumped = np.maximum(scores["step"], scores["kept_step"]) >= THRESHOLD
        return learnable(seen, flagged, jumped)

    def score_channels(self, X: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """Scores by channel; see :meth:`farmlab.models.base.Detector.score_channels`."""
        return self.look(X).scores

    def look(self, X: pd.DataFrame) -> LevelLook:
        """Scores by channel, and by level channel how far the level is from what was expected of it."""
        self._check_fitted()
        names = [column for column in X.columns if column in {*self.rules.columns_, *self.level.columns_}]
        seen = self.rules.prepared(X)
        by_rule = self.rules.grid_scores(seen)
        recent = self.level.prepared(X)
        level = self.level.look(recent, self._usable(recent, seen.columns, self._learnable(seen, by_rule)), X)
        channels = {channel: seen.like_original(grid) for channel, grid in by_rule.items()} | level.scores
        scores = {channel: frame.reindex(columns=names, fill_value=0.0) for channel, frame in channels.items()}
        return replace(level, scores=scores)

    @staticmethod
    def _usable(recent: Table, columns: Sequence[str], usable: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """The mask of the rules on the columns of the level."""
        out = np.ones(recent.values.shape, dtype=bool)
        position = {column: i for i, column in enumerate(columns)}
        for i, column in enumerate(recent.columns):
            if column in position:
                out[:, i] = usable[:, position[column]]
        return out

    @property
    def grace_(self) -> dict[str, str]:
        """Columns that cannot be judged (fully) yet; see the two parts."""
        return {**self.level.grace_, **self.rules.grace_}

    @property
    def expected_rate_(self) -> pd.Series:
        """Expected false episodes per day of each column: those of the rules and of the level."""
        return self.level.expected_rate_.add(self.rules.expected_rate_, fill_value=0.0).rename("expected_rate")

    def _state(self) -> dict[str, Any]:
        return {"rules": self.rules.to_state(), "level": self.level.to_state()}

    def _restore(self, learned: Mapping[str, Any]) -> None:
        self.rules = SensorRules.from_state(learned["rules"])
        self.level = Level.from_state(learned["level"])


CHANNELS = (*("spike", "step", "kept_step", "noise", "stuck", "silent", "outside"), *WIDTHS)
"""All channels, the fast ones first."""
