"""The default detector: fast rules, the level against neighbours or the own past, and the shape, each in its layer."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import numpy as np
import pandas as pd

from farmlab.models import nearest
from farmlab.models.base import Detector
from farmlab.models.intake import aligned
from farmlab.models.level import WIDTHS as OWN
from farmlab.models.level import Level, LevelLook
from farmlab.models.neighbours import WIDTHS as OTHERS
from farmlab.models.neighbours import Neighbours
from farmlab.models.protection import learnable, suspects, within
from farmlab.models.sensor_rules import SensorRules
from farmlab.models.shape import CHANNEL as PATTERN
from farmlab.models.shape import Shape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from farmlab.models.intake import Table

    Mask = NDArray[np.bool_]
    Grids = dict[str, NDArray[np.float64]]

THRESHOLD: Final = 0.5
NO_VALUE: Final = ("outside", "stuck")
"""What these flag says nothing about the level."""
LEVELS: Final = tuple(dict.fromkeys([*OWN, *OTHERS]))
FEWEST_COLUMNS: Final = 3
PREFERRED: Final = 1.25
"""Neighbours judge even if they tell a little less than the own past: they know what all sensors share."""
BELOW: Final = 0.49


class Layered(Detector):
    """Unusual readings of any sensors, without settings, from the clean past of the table.

    Layers: :class:`~farmlab.models.sensor_rules.SensorRules`; the level, by
    :class:`~farmlab.models.neighbours.Neighbours` where at least two other columns tell more than the own past does,
    else by :class:`~farmlab.models.level.Level`; and :class:`~farmlab.models.shape.Shape`. What a rule flags is not
    learned from by the others, and is no pattern. Thresholds are fixed by ``fit``; what is usual goes on being
    learned while it scores. Only neighbours can tell a drift from the weather.

    Parameters
    ----------
    reference
        Column → the column of its set-point.
    driver
        The column that explains level changes from outside (the outside temperature).
    resting
        Column → (low, high): values in this range may last as long as they like.
    level_only
        Columns that are judged by their own level only (amounts, which come in lumps), and explain no other.
    rules_only
        Columns that are judged by the fast rules only (outdoor sensors, whose level is the weather's).
    least_stuck_h
        Column → hours that a value may last at any rate.
    alike
        Column → columns that measure the same next to it (two or more): the rules judge what is its own.
    beside
        Columns that are not judged, but may explain others (set-points, what the controller does, age).
    patterns
        Whether the shape is judged.
    timezone
        Whose clock tells the hour of the day.
    budget
        False episodes a sensor-day that the level may cause; the other layers together may cause 0.05.

    Examples
    --------
    >>> times = pd.date_range("2026-06-01", periods=14 * 144, freq="10min", tz="UTC")
    >>> noise = np.random.default_rng(1).normal(0, 0.1, len(times))
    >>> X = pd.DataFrame({"temp_c": (22 + np.sin(np.arange(len(times)) / 144 * 6.283) + noise).round(1)}, index=times)
    >>> detector = Layered().fit(X.iloc[:-144])
    >>> X.iloc[-60:, 0] = X["temp_c"].iloc[-60]
    >>> bool(detector.score_samples(X.iloc[-432:])["temp_c"].iloc[-1] > 0.5)
    True
    """

    name: ClassVar[str] = "layered"

    def __init__(
        self,
        *,
        reference: Mapping[str, str] | None = None,
        driver: str | None = None,
        resting: Mapping[str, Sequence[float]] | None = None,
        level_only: Sequence[str] = (),
        rules_only: Sequence[str] = (),
        least_stuck_h: Mapping[str, float] | None = None,
        alike: Mapping[str, Sequence[str]] | None = None,
        beside: Sequence[str] = (),
        patterns: bool = True,
        timezone: str = "UTC",
        budget: float = 0.08,
        random_state: int | None = 0,
    ) -> None:
        super().__init__(random_state=random_state)
        self.level_only, self.rules_only, self.beside = list(level_only), list(rules_only), list(beside)
        self.patterns, self.timezone, self.budget = patterns, timezone, budget
        explaining = list(dict.fromkeys([*(reference or {}).values(), *([driver] if driver else []), *self.beside]))
        unruly = [c for c in dict.fromkeys([*self.level_only, *explaining]) if c not in self.rules_only]
        self.rules = SensorRules(resting=resting, least_stuck_h=least_stuck_h, alike=alike, beside=unruly)
        self.level = Level(
            reference=reference,
            driver=driver,
            timezone=timezone,
            budget=budget,
            beside=[*self.rules_only, *self.beside],
        )
        self.neighbours = Neighbours(
            explaining=[*explaining, *self.rules_only], beside=self.level_only, timezone=timezone, budget=budget
        )
        self.shape = Shape(beside=unruly)

    @property
    def parameters(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        held: dict[str, Detector] = {"reference": self.level, "driver": self.level}
        held |= dict.fromkeys(("resting", "least_stuck_h", "alike"), self.rules)
        return {name: getattr(held.get(name, self), name) for name in inspect.signature(type(self)).parameters}

    @property
    def is_fitted(self) -> bool:
        """Whether rules and level are calibrated."""
        return self.rules.is_fitted and self.level.is_fitted

    def fit(self, X: pd.DataFrame, *, clean: pd.DataFrame | None = None) -> Self:
        """Thresholds of all layers; see :meth:`farmlab.models.base.Detector.fit`."""
        self.rules.fit(X, clean=clean)
        history = self.rules.prepared(X)
        scores = self.rules.grid_scores(history)
        said = pd.DataFrame(True, index=X.index, columns=X.columns) if clean is None else clean
        usable = aligned(clean, history)
        learned, trusted = (
            usable & ~mask for mask in (~self._learnable(history, scores), self._suspects(history, scores))
        )
        levels = _without_values(X, history, scores)
        self.level.fit(levels, clean=_said(said, history, learned))
        self._fit_neighbours(levels, _said(said, history, trusted))
        if self.patterns:
            self.shape.fit(X, clean=_said(said, history, learned))
        return self

    def _fit_neighbours(self, X: pd.DataFrame, clean: pd.DataFrame) -> None:
        """Neighbours judge the level of those columns of which they tell at least about as much as its own past."""
        self.by_neighbours_: tuple[str, ...] = ()
        if X.shape[1] < FEWEST_COLUMNS:
            return
        self.neighbours.fit(X, clean=clean)
        own = dict(zip(self.level.columns_, self.level.thresholds_["offset"].value, strict=True))
        self.by_neighbours_ = tuple(
            column
            for column, limit in self.neighbours.limits_.items()
            if np.isfinite(limit) and limit <= PREFERRED * own.get(column, np.inf)
        )
        self.level.keep({*self.level.columns_} - {*self.by_neighbours_})

    @staticmethod
    def _learnable(seen: Table, scores: Grids) -> Mask:
        return learnable(seen, *_flags(scores))

    @staticmethod
    def _suspects(seen: Table, scores: Grids) -> Mask:
        return suspects(seen, *_flags(scores))

    def score_channels(self, X: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """Scores by channel; see :meth:`farmlab.models.base.Detector.score_channels`."""
        return self.look(X).scores

    def look(self, X: pd.DataFrame) -> LevelLook:
        """Scores by channel, and by level channel how far the level is from what was expected of it."""
        self._check_fitted()
        seen = self.rules.prepared(X)
        by_rule = self.rules.grid_scores(seen)
        levels = _without_values(X, seen, by_rule)
        recent = self.level.prepared(levels)
        found = self.level.look(recent, _onto(recent, seen, self._learnable(seen, by_rule)), levels)
        if self.by_neighbours_:
            found = self._with_neighbours(found, levels, ~self._suspects(seen, by_rule), seen)
        found = replace(found, change=found.change | {"away": seen.like_original(self.rules.away(seen))})
        nothing = dict.fromkeys(LEVELS, pd.DataFrame(index=X.index))
        channels = {c: seen.like_original(grid) for c, grid in by_rule.items()} | nothing | found.scores
        if self.patterns:
            channels[PATTERN] = self._unexplained(self.shape.score_channels(X)[PATTERN], seen, by_rule)
        known = {*self.rules.columns_, *self.level.columns_, *self.by_neighbours_}
        names = [column for column in X.columns if column in known]
        return replace(found, scores={c: frame.reindex(columns=names, fill_value=0.0) for c, frame in channels.items()})

    def _with_neighbours(self, own: LevelLook, X: pd.DataFrame, trusted: Mask, seen: Table) -> LevelLook:
        recent = self.neighbours.prepared(X)
        theirs = self.neighbours.look(recent, _onto(recent, seen, trusted), X)
        mine = [column for column in X.columns if column in self.by_neighbours_]
        parts = ((getattr(own, part), getattr(theirs, part)) for part in ("scores", "change", "expected"))
        return LevelLook(*(_side_by_side(a, {channel: frame[mine] for channel, frame in b.items()}) for a, b in parts))

    @staticmethod
    def _unexplained(pattern: pd.DataFrame, seen: Table, by_rule: Grids) -> pd.DataFrame:
        """A stretch of which a rule has flagged a value is no pattern of its own."""
        explained = within(_flags(by_rule)[0], nearest.LENGTH)
        columns = [list(seen.columns).index(column) for column in pattern.columns]
        return pattern.where(~explained[seen.rows][:, columns], pattern.clip(upper=BELOW))

    @property
    def grace_(self) -> dict[str, str]:
        """Columns that cannot be judged (fully) yet; see the parts."""
        shape = self.shape.grace_ if self.patterns else {}
        return {**shape, **self.level.grace_, **self.rules.grace_}

    @property
    def expected_rate_(self) -> pd.Series:
        """Expected false episodes per day of each column, the sum over the layers."""
        parts = [self.rules.expected_rate_, self.level.expected_rate_]
        if self.by_neighbours_:
            parts.append(self.neighbours.expected_rate_[list(self.by_neighbours_)])
        if self.patterns:
            parts.append(self.shape.expected_rate_)
        rates: pd.Series = pd.concat(parts).groupby(level=0, sort=False).sum().rename("expected_rate")
        return rates

    def _state(self) -> dict[str, Any]:
        parts: dict[str, Detector] = {"rules": self.rules, "level": self.level}
        parts |= {"neighbours": self.neighbours} if self.by_neighbours_ else {}
        parts |= {"shape": self.shape} if self.patterns else {}
        return {name: part.to_state() for name, part in parts.items()} | {"by_neighbours_": list(self.by_neighbours_)}

    def _restore(self, learned: Mapping[str, Any]) -> None:
        self.by_neighbours_ = tuple(learned["by_neighbours_"])
        for name, kind in (("rules", SensorRules), ("level", Level), ("neighbours", Neighbours), ("shape", Shape)):
            if name in learned:
                setattr(self, name, kind.from_state(learned[name]))


def _flags(scores: Grids) -> tuple[Mask, Mask]:
    """What any rule flags, and where it is a jump."""
    flagged = np.maximum.reduce(list(scores.values())) >= THRESHOLD
    return flagged, np.maximum(scores["step"], scores["kept_step"]) >= THRESHOLD


def _without_values(X: pd.DataFrame, seen: Table, scores: Grids) -> pd.DataFrame:
    """The table without values that say nothing about the level."""
    void = np.maximum.reduce([scores[channel] for channel in NO_VALUE]) >= THRESHOLD
    return X.mask(seen.like_original(void.astype(float)).reindex(columns=X.columns, fill_value=0.0) > 0)


def _said(clean: pd.DataFrame, seen: Table, usable: Mask) -> pd.DataFrame:
    """What may be learned from, for all columns; those without rules as they were given."""
    said = clean.copy()
    said[list(seen.columns)] = usable[seen.rows]
    return said


def _onto(recent: Table, seen: Table, usable: Mask) -> Mask:
    """The mask of the rules on the columns of another layer."""
    out = np.ones(recent.values.shape, dtype=bool)
    position = {column: i for i, column in enumerate(seen.columns)}
    for i, column in enumerate(recent.columns):
        if column in position:
            out[:, i] = usable[:, position[column]]
    return out


def _side_by_side(own: dict[str, pd.DataFrame], theirs: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    channels = {**own, **theirs}
    return {c: pd.concat([part[c] for part in (own, theirs) if c in part], axis=1) for c in channels}
