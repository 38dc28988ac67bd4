"""Slow change of single sensors: the mean of hours against what the same hour of the past days lets expect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import numpy as np
import pandas as pd

from farmlab.models import hours, rule_statistics
from farmlab.models.hours import Hours
from farmlab.models.intake import Table, aligned, require_days, table
from farmlab.models.slow import FEWEST_MAXIMA, SlowDetector

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    Values = NDArray[np.float64]

WIDTHS: Final = {"offset": 6, "trend": 24}
"""Channel → hours over which the left-overs are averaged."""
FEWEST_DAYS: Final = 3
CONTEXT_HOURS: Final = 24 * (hours.PAST_DAYS + 2)
SETTLED_DAYS: Final = hours.FEWEST_PAST + FEWEST_MAXIMA
"""A new flock is not judged before this age: until then its house has no past that is like its present."""
RIDGE: Final = 10.0
"""Hours of one standard deviation that the weather has to outweigh before it explains anything."""


@dataclass(frozen=True, slots=True)
class LevelLook:
    """By channel: the scores, how far the mean is from what was expected, and what was expected of it.

    Change and expectation are in the unit of the sensor, less its set-point; missing where nothing is expected.
    """

    scores: dict[str, pd.DataFrame]
    change: dict[str, pd.DataFrame]
    expected: dict[str, pd.DataFrame]


class Level(SlowDetector):
    """Whether the level of a sensor is what its own past lets expect at this hour of the day.

    The hourly mean, less the set-point where there is one, is compared with the median of the same hour of
    the past seven days of the same flock; what the ``driver`` (the outside temperature) explains of the rest
    is taken off. Channels: ``offset`` (6-hour mean) and ``trend`` (24-hour mean). From a single sensor a slow
    drift cannot be told from the weather: ``trend`` says that the level has changed, not that the sensor is off.

    Parameters
    ----------
    reference
        Column → the column of its set-point.
    driver
        The column that explains level changes from outside.
    timezone
        Whose clock tells the hour of the day.
    budget
        False episodes a sensor-day that both channels together may cause.
    beside
        Columns that are not judged, beside set-points and driver.

    Examples
    --------
    >>> times = pd.date_range("2026-06-01", periods=20 * 24, freq="h", tz="UTC")
    >>> wave = 22 + np.sin(np.arange(480) / 24 * 2 * np.pi) + np.random.default_rng(1).normal(0, 0.1, 480)
    >>> level = Level().fit(pd.DataFrame({"temp_c": wave}, index=times))
    >>> wave[470:] += 2
    >>> scores = level.score_samples(pd.DataFrame({"temp_c": wave}, index=times))["temp_c"]
    >>> bool(scores.iloc[-1] > 0.5), bool((scores.iloc[:470] < 0.5).all())
    (True, True)
    """

    name: ClassVar[str] = "level"

    def __init__(
        self,
        *,
        reference: Mapping[str, str] | None = None,
        driver: str | None = None,
        timezone: str = "UTC",
        budget: float = 0.05,
        beside: Sequence[str] = (),
        random_state: int | None = 0,
    ) -> None:
        super().__init__(random_state=random_state)
        self.reference = dict(reference or {})
        self.driver = driver
        self.timezone = timezone
        self.budget = budget
        self.beside = list(beside)

    def fit(self, X: pd.DataFrame, *, clean: pd.DataFrame | None = None) -> Self:
        """Thresholds and context from history; see :meth:`farmlab.models.base.Detector.fit`."""
        history = table(X, beside={*self.beside, *self.reference.values(), str(self.driver)})
        require_days(history, days=FEWEST_DAYS)
        self.columns_, self.step_ = history.columns, history.step
        history = self.prepared(X)
        past = self._hours(history, aligned(clean, history)).backdated()
        self._learn_weather(past)
        judged = self._judged(past)
        rest = hours.left_over(judged, explained=self._explained(past))
        self._learn_thresholds(
            {channel: np.abs(hours.lasting_mean(rest, width)) for channel, width in WIDTHS.items()},
            first=past.first,
            held=judged.held,
            floor=rule_statistics.grain(history.values[:, : len(self.columns_)]) / 2,
        )
        complete = hours.ends(history, self.timezone)[1][-1]
        self.context_ = past.until(int(complete)).tail(CONTEXT_HOURS)
        return self

    def prepared(self, X: pd.DataFrame) -> Table:
        """The table on this detector's grid: the judged columns, their set-points, and the driver last."""
        beside = [*self.reference.values(), *([self.driver] if self.driver else [])]
        return table(X, step=self.step_, columns=[*self.columns_, *dict.fromkeys(beside)])

    def _hours(self, seen: Table, usable: NDArray[np.bool_]) -> Hours:
        """Hourly means less set-points, for the judged columns and, last, the driver."""
        means = hours.hourly(seen, usable, timezone=self.timezone)
        position = {column: i for i, column in enumerate(seen.columns)}
        values = means.values.copy()
        for column, reference in self.reference.items():
            if column in self.columns_:
                values[:, position[column]] -= means.values[:, position[reference]]
        order = [position[column] for column in (*self.columns_, *([self.driver] if self.driver else []))]
        return Hours(means.first, values[:, order], means.held[:, order], means.placed)

    def _learn_weather(self, past: Hours) -> None:
        """How much of the left-over of each column one unit of the driver's left-over explains (ridge)."""
        self.slope_ = np.zeros(len(self.columns_))
        if self.driver is None:
            return
        rest = np.where(past.held, np.nan, hours.left_over(past))
        cause, effect = rest[:, -1:], rest[:, :-1]
        both = np.isfinite(cause) & np.isfinite(effect)
        product = np.where(both, cause * effect, 0.0).sum(axis=0)
        square = np.where(both, cause**2, 0.0).sum(axis=0)
        usual = np.nanvar(cause) if np.isfinite(cause).any() else 1.0
        self.slope_ = np.where(square > 0, product / (square + RIDGE * usual + 1e-12), 0.0)

    def _explained(self, past: Hours) -> Values:
        if self.driver is None:
            return np.zeros((len(past.values), len(self.columns_)))
        cause = hours.left_over(past)[:, -1:]
        return np.nan_to_num(cause) * self.slope_

    def _judged(self, past: Hours) -> Hours:
        count = len(self.columns_)
        return Hours(past.first, past.values[:, :count], past.held[:, :count], past.placed)

    def score_channels(self, X: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """Scores by channel; see :meth:`farmlab.models.base.Detector.score_channels`."""
        self._check_fitted()
        recent = self.prepared(X)
        return self.look(recent, np.ones(recent.values.shape, dtype=bool), X).scores

    def look(self, recent: Table, usable: NDArray[np.bool_], X: pd.DataFrame) -> LevelLook:
        """Scores, change and expectation of ``X``, whose grid is ``recent``; what is not ``usable`` is not learned."""
        joined = self._hours(recent, usable).after(self.context_)
        judged = self._judged(joined)
        limits = {width: self.thresholds_[channel].value for channel, width in WIDTHS.items()}
        rest = hours.left_over(judged, limits=limits, explained=self._explained(joined))
        columns = [column for column in X.columns if column in self.columns_]
        complete = np.clip(hours.ends(recent, self.timezone)[1] - joined.first, -1, len(rest) - 1)[recent.rows]
        settled = np.repeat((recent.judged & ~(recent.age < SETTLED_DAYS))[recent.rows, None], len(columns), axis=1)

        def framed(by_hour: Values, nothing: float) -> pd.DataFrame:
            padded = np.vstack([by_hour, np.full((1, by_hour.shape[1]), nothing)])  # -1: no hour is complete yet
            return pd.DataFrame(padded[complete], index=X.index, columns=list(self.columns_))[columns]

        scores, change, expected = {}, {}, {}
        for channel, width in WIDTHS.items():
            means = hours.lasting_mean(rest, width)
            scores[channel] = framed(self._score(channel, np.nan_to_num(np.abs(means))), 0.0) * settled
            change[channel] = framed(means, np.nan)
            expected[channel] = framed(hours.trailing_mean(judged.values - rest, width), np.nan)
        return LevelLook(scores, change, expected)

    def keep(self, columns: Collection[str]) -> None:
        """Judge these columns only from now on."""
        kept = [i for i, column in enumerate(self.columns_) if column in columns]
        hourly = [*kept, *([len(self.columns_)] if self.driver else [])]
        self.columns_ = tuple(self.columns_[i] for i in kept)
        self.slope_ = self.slope_[kept]
        self.thresholds_ = {channel: threshold.of(kept) for channel, threshold in self.thresholds_.items()}
        self.alarms_ = {channel: alarms[kept] for channel, alarms in self.alarms_.items()}
        past = self.context_
        self.context_ = Hours(past.first, past.values[:, hourly], past.held[:, hourly], past.placed)

    @property
    def grace_(self) -> dict[str, str]:
        """Columns without enough days of history for their level, which score 0."""
        why = f"fewer than {SETTLED_DAYS} days of history for its level"
        return self._uncalibrated(why)

    def _state(self) -> dict[str, Any]:
        return {
            "columns_": list(self.columns_),
            "step_s": self.step_.total_seconds(),
            "slope_": [float(x) for x in self.slope_],
            "context_": self.context_.state(),
            **self._threshold_state(),
        }

    def _restore(self, learned: Mapping[str, Any]) -> None:
        self.columns_, self.step_ = tuple(learned["columns_"]), pd.Timedelta(seconds=learned["step_s"])
        self.slope_ = np.array(learned["slope_"], dtype=float)
        self._restore_thresholds(learned)
        self.context_ = Hours.restored(learned["context_"])
