"""Spikes, jumps, noise, stuck values and drop-outs of single sensors, each against the sensor's own clean past."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import numpy as np
import pandas as pd

from farmlab.errors import InsufficientData
from farmlab.features import series
from farmlab.models import calibration, habituation, rule_statistics
from farmlab.models.calibrated import CalibratedDetector
from farmlab.models.calibration import Threshold
from farmlab.models.intake import Table, aligned, require_days, table
from farmlab.models.protection import within

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Values = NDArray[np.float64]

RULES: Final = {
    # channel: (times the largest clean value, floor in grains, or in samples for runs)
    "spike": (1.25, 2.0),
    "step": (1.25, 2.0),
    "kept_step": (1.5, 2.0),
    "noise": (1.25, 0.15),
    "noise_soon": (1.5, 1.5),
    "away": (1.5, 3.0),
    "stuck": (1.5, 9.0),
    "silent": (1.5, 9.0),
}
BOUNDED: Final = ("step", "kept_step", "noise", "noise_soon")
RULE_BUDGET: Final = 0.0167
"""False episodes a day that each of these may cause: where a few calm days promise more, the threshold is raised."""
FAR: Final = 2.0
"""A value this many widths outside of the clean range is a drop-out."""
LEARNED: Final = ("grain_", "low_", "high_", "home_")
AWAY: Final = pd.Timedelta(hours=12)
HOME: Final = pd.Timedelta(days=7)
"""After half of it a new place among the sensors is the usual one."""
FEWEST_DAYS: Final = 3
BELOW: Final = 0.49


class SensorRules(CalibratedDetector):
    """Fast rules with a physical meaning, with thresholds from the sensor's own clean days.

    Channels: ``spike`` (out and back within three samples), ``step`` (an isolated jump), ``kept_step`` (the
    same, still there after three hours), ``noise`` (up and down in turn for 24 samples), ``noise_soon`` (rough
    for nine), ``away`` (half a day away from its usual place among those ``alike``), ``stuck`` (one value repeated),
    ``silent`` (no value while others come) and ``outside`` (far out of the clean range). A threshold is a multiple
    of the largest clean value and never below a few grains; after an alarm it rises for a week.

    Parameters
    ----------
    resting
        Column → (low, high): values in this range may last as long as they like (NH₃ at 0, darkness).
    least_stuck_h
        Column → hours that a value may last at any rate.
    alike
        Column → columns that measure the same next to it (two or more): what they share is no fault of it.
    beside
        Columns that are not judged.

    Examples
    --------
    >>> times = pd.date_range("2026-07-01", periods=7 * 144, freq="10min", tz="UTC")
    >>> wave = np.random.default_rng(1).normal(22, 0.2, len(times)).round(1)
    >>> rules = SensorRules().fit(pd.DataFrame({"temp_c": wave}, index=times))
    >>> wave[1000] = 35.0
    >>> float(rules.score_samples(pd.DataFrame({"temp_c": wave}, index=times))["temp_c"].max() > 0.5)
    1.0
    """

    name: ClassVar[str] = "sensor_rules"

    def __init__(
        self,
        *,
        resting: Mapping[str, Sequence[float]] | None = None,
        least_stuck_h: Mapping[str, float] | None = None,
        alike: Mapping[str, Sequence[str]] | None = None,
        beside: Sequence[str] = (),
        random_state: int | None = 0,
    ) -> None:
        super().__init__(random_state=random_state)
        self.resting = {column: [float(x) for x in span] for column, span in (resting or {}).items()}
        self.least_stuck_h = {column: float(hours) for column, hours in (least_stuck_h or {}).items()}
        self.alike = {column: list(others) for column, others in (alike or {}).items()}
        self.beside = list(beside)

    def fit(self, X: pd.DataFrame, *, clean: pd.DataFrame | None = None) -> Self:
        """Thresholds from history; see :meth:`farmlab.models.base.Detector.fit`."""
        history = table(X, beside=self.beside)
        require_days(history, days=FEWEST_DAYS)
        self.columns_, self.step_ = history.columns, history.step
        usable = aligned(clean, history) & history.judged[:, None]
        self._learn_range(np.where(usable, history.values, np.nan))
        self._learn_thresholds(history, usable)
        if not np.isfinite(self.thresholds_["spike"].value).any():
            raise InsufficientData(
                f"no column has {FEWEST_DAYS} days with at least half of their readings",
                next_step="Wait for more readings, or give a longer history.",
            )
        return self

    def _learn_range(self, values: Values) -> None:
        known = np.isfinite(values).any(axis=0)
        self.grain_, self.low_, self.high_ = rule_statistics.grain(values), *np.full((2, values.shape[1]), np.nan)
        if known.any():
            self.low_[known], self.high_[known] = np.nanquantile(values[:, known], [0.001, 0.999], axis=0)

    def _learn_home(self, history: Table, usable: NDArray[np.bool_]) -> Values:
        """Where each sensor was among those alike on the last days; how far away it was, half a day at a time."""
        own = rule_statistics.apart(np.where(usable, history.values, np.nan), self._positions())
        self.home_ = np.full(len(self.columns_), np.nan)
        away = np.zeros_like(own)
        week, day = history.per(HOME), history.per(pd.Timedelta(days=1))
        for column in self._positions():
            known = pd.Series(own[:, column])
            usual = known.rolling(week, min_periods=2 * day).median()
            self.home_[column] = usual.ffill().iloc[-1]
            mean = known.rolling(history.per(AWAY), min_periods=history.per(AWAY) // 2).mean()
            away[:, column] = (mean - usual.shift(day)).abs().fillna(0.0)
        return away

    def away(self, seen: Table) -> Values:
        """How far each sensor was from its usual place among those alike, on average over half a day; else 0."""
        own = rule_statistics.apart(np.where(seen.judged[:, None], seen.values, np.nan), self._positions())
        out = np.zeros_like(own)
        samples = seen.per(AWAY)
        for column in self._positions():
            mean = pd.Series(own[:, column]).rolling(samples, min_periods=samples // 2).mean().to_numpy()
            out[:, column] = np.nan_to_num(mean - self.home_[column])
        return out

    def _positions(self) -> dict[int, list[int]]:
        """The columns alike, by position."""
        place = {column: i for i, column in enumerate(self.columns_)}
        known = {place[c]: [place[o] for o in others if o in place] for c, others in self.alike.items() if c in place}
        return {column: others for column, others in known.items() if len(others) > 1}

    def _learn_thresholds(self, history: Table, usable: NDArray[np.bool_]) -> None:
        past_away = self._learn_home(history, usable)
        statistics = self._statistics(history) | {"away": past_away}
        days = history.times.as_unit("s").asi8 // 86_400
        self.thresholds_, self.alarms_ = {}, {}
        for channel, (times, least) in RULES.items():
            floor = self._floor(channel, least, history)
            with_value = usable if channel == "silent" else usable & np.isfinite(history.values)
            if channel == "stuck":
                with_value = with_value & ~rule_statistics.whole_runs(~usable, history.values)
            maxima = calibration.daily_maxima(statistics[channel], days, usable=with_value)
            clean_maxima = self._without_outliers(channel, maxima, floor)
            threshold = calibration.multiple(clean_maxima, times=times, floor=floor)
            if channel in BOUNDED:
                threshold = threshold.at_least(
                    calibration.gumbel(clean_maxima, budget=RULE_BUDGET, floor=floor, least=floor)
                )
            self.thresholds_[channel] = threshold
            self.alarms_[channel] = self._recent(statistics[channel], threshold, history)
        self._only_where_values_are_known()

    @staticmethod
    def _without_outliers(channel: str, maxima: Values, floor: Values) -> Values:
        """Most days have no jump worth a name: how small they are says nothing of what stands out."""
        if channel not in ("spike", "step", "kept_step", "away"):
            return calibration.without_outliers(maxima)
        stands_out = np.isnan(calibration.without_outliers(np.maximum(maxima, floor)))
        return np.where(stands_out, np.nan, maxima)

    def _floor(self, channel: str, least: float, history: Table) -> Values:
        if channel == "silent":
            return np.full(len(self.columns_), least)
        if channel == "stuck":
            hours = [self.least_stuck_h.get(column, 0.0) for column in self.columns_]
            return np.fmax(least, np.array(hours) * 3600 / history.step.total_seconds())
        return least * self.grain_

    def _only_where_values_are_known(self) -> None:
        """Without values a sensor has no clean past at all, not even of its gaps."""
        silent = self.thresholds_["silent"]
        known = np.isfinite(self.thresholds_["spike"].value)
        self.thresholds_["silent"] = Threshold(np.where(known, silent.value, np.inf), silent.spread, silent.rate)

    def _recent(self, statistic: Values, threshold: Threshold, history: Table) -> NDArray[np.int64]:
        per_hour = history.per(pd.Timedelta(hours=1))
        return habituation.recent_alarms(statistic, threshold.value, per_hour=per_hour)

    def score_channels(self, X: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """Scores by rule; see :meth:`farmlab.models.base.Detector.score_channels`."""
        self._check_fitted()
        names = [column for column in X.columns if column in self.columns_]
        recent = self.prepared(X)
        return {name: recent.like_original(grid)[names] for name, grid in self.grid_scores(recent).items()}

    def prepared(self, X: pd.DataFrame) -> Table:
        """The table on this detector's grid and columns."""
        self._check_fitted()
        return table(X, step=self.step_, columns=self.columns_)

    def grid_scores(self, recent: Table) -> dict[str, Values]:
        """Scores by rule on the grid."""
        statistics = self._statistics(recent)
        scores = {channel: self._score(channel, statistics[channel], recent) for channel in RULES}
        scores["outside"] = np.where(statistics["outside"] > FAR, 0.99, BELOW * np.fmin(statistics["outside"] / FAR, 1))
        back = self._coming_back(scores, recent)
        for channel in ("step", "kept_step"):
            scores[channel] = np.where(back, np.fmin(scores[channel], BELOW), scores[channel])
        return {channel: np.where(recent.judged[:, None], grid, 0.0) for channel, grid in scores.items()}

    @staticmethod
    def _coming_back(scores: dict[str, Values], recent: Table) -> NDArray[np.bool_]:
        """Where a jump may be the way back from a value that was none."""
        none = np.maximum(scores["stuck"], scores["outside"]) >= 0.5
        return within(none, recent.per(pd.Timedelta(hours=rule_statistics.KEPT_HOURS)) + 5)

    def _score(self, channel: str, statistic: Values, recent: Table) -> Values:
        threshold, per_hour = self.thresholds_[channel], recent.per(pd.Timedelta(hours=1))
        raised = habituation.factors(statistic, threshold.value, per_hour=per_hour, before=self.alarms_[channel])
        return threshold.score(statistic, raised)

    def _statistics(self, seen: Table) -> dict[str, Values]:
        own = np.where(seen.judged[:, None], seen.values, np.nan)
        values = rule_statistics.bridged(own)
        steps = self._alone(rule_statistics.step, values)
        lag = seen.per(pd.Timedelta(hours=rule_statistics.KEPT_HOURS))
        return {
            "spike": self._alone(rule_statistics.spike, values),
            "step": steps,
            "kept_step": rule_statistics.kept_step(values, steps, lag=lag),
            "noise": self._alone(rule_statistics.noise, values),
            "noise_soon": self._alone(rule_statistics.rough, values),
            "away": np.abs(self.away(seen)),
            "stuck": rule_statistics.stuck(values, self._natural(values)),
            "silent": self._silent(seen),
            "outside": rule_statistics.far_outside(own, self.low_, self.high_, self.grain_),
        }

    def _alone(self, rule: Callable[[Values], Values], values: Values) -> Values:
        """What a rule says of a sensor, and not of what it shares with those that measure the same."""
        own, alike = rule(values), self._positions()
        return np.minimum(own, rule(rule_statistics.apart(values, alike))) if alike else own

    def _silent(self, seen: Table) -> Values:
        """Missing in a row while at least one other column came; a silent house is not its sensors' fault."""
        others = np.isfinite(seen.values).any(axis=1, keepdims=True)
        return np.where(others, series.missing_runs(seen.values), 0).astype(float)

    def _natural(self, values: Values) -> NDArray[np.bool_]:
        natural = np.zeros(values.shape, dtype=bool)
        for position, column in enumerate(self.columns_):
            if column in self.resting:
                low, high = self.resting[column]
                natural[:, position] = (values[:, position] >= low) & (values[:, position] <= high)
        return natural

    @property
    def grace_(self) -> dict[str, str]:
        """Columns without enough clean days, which score 0."""
        why = f"fewer than {FEWEST_DAYS} days with at least half of their readings"
        return self._uncalibrated(why)

    def _state(self) -> dict[str, Any]:
        ranges = {name: [_plain(x) for x in getattr(self, name)] for name in LEARNED}
        return {
            **ranges,
            "columns_": list(self.columns_),
            "step_s": self.step_.total_seconds(),
            **self._threshold_state(),
        }

    def _restore(self, learned: Mapping[str, Any]) -> None:
        for name in LEARNED:
            setattr(self, name, np.array(learned[name], dtype=float))
        self.columns_, self.step_ = tuple(learned["columns_"]), pd.Timedelta(seconds=learned["step_s"])
        self._restore_thresholds(learned)


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
