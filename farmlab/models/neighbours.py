"""The level of each sensor against what the other sensors of the same place let expect: drift and offset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import numpy as np
import pandas as pd

from farmlab.features.flock import AGE
from farmlab.models import hours, rule_statistics
from farmlab.models.expectation import CLOCK, Walk
from farmlab.models.hours import Hours
from farmlab.models.intake import Table, aligned, require_days, table
from farmlab.models.level import SETTLED_DAYS, LevelLook
from farmlab.models.relations import FEWEST_NEIGHBOURS, Relations
from farmlab.models.slow import SlowDetector

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Values = NDArray[np.float64]

WIDTHS: Final = {"offset": 6, "drift": 24}
"""Channel → hours over which the left-overs are averaged."""
FEWEST_DAYS: Final = 3
CONTEXT_HOURS: Final = 48


class Neighbours(SlowDetector):
    """Whether the level of a sensor is what the other columns of the table let expect.

    Hourly means are compared with a ridge regression on the other columns and two daily harmonics, refitted once
    a day on what was not flagged. A sensor under suspicion explains no other. Channels: ``offset`` (6-hour mean
    of what is left over) and ``drift`` (24-hour mean).

    Parameters
    ----------
    explaining
        Columns that explain others and are not judged (set-point, outside temperature, controller, age).
    beside
        Columns that are not used at all.
    timezone
        Whose clock tells the hour of the day.
    budget
        False episodes a sensor-day that both channels together may cause.

    Examples
    --------
    >>> times = pd.date_range("2026-06-01", periods=21 * 24, freq="h", tz="UTC")
    >>> random = np.random.default_rng(1)
    >>> weather = np.repeat(random.normal(0, 2, 21), 24)
    >>> X = pd.DataFrame({f"temp_c_{i}": 22 + weather + random.normal(0, 0.1, 504) for i in (1, 2, 3)}, index=times)
    >>> detector = Neighbours().fit(X)
    >>> X.iloc[490:, 0] += 2
    >>> scores = detector.score_samples(X)
    >>> bool(scores["temp_c_1"].iloc[-1] > 0.5), bool((scores[["temp_c_2", "temp_c_3"]] < 0.5).all(axis=None))
    (True, True)
    """

    name: ClassVar[str] = "neighbours"

    def __init__(
        self,
        *,
        explaining: Sequence[str] = (),
        beside: Sequence[str] = (),
        timezone: str = "UTC",
        budget: float = 0.05,
        random_state: int | None = 0,
    ) -> None:
        super().__init__(random_state=random_state)
        self.explaining, self.beside = list(explaining), list(beside)
        self.timezone, self.budget = timezone, budget

    def fit(self, X: pd.DataFrame, *, clean: pd.DataFrame | None = None) -> Self:
        """Relations and thresholds from history; see :meth:`farmlab.models.base.Detector.fit`."""
        history = table(X, beside={*self.beside, *self.explaining})
        require_days(history, days=FEWEST_DAYS)
        self.columns_, self.step_ = history.columns, history.step
        self.given_ = tuple(c for c in dict.fromkeys([*self.explaining, AGE]) if c in X.columns)
        history = self.prepared(X)
        self._learn(self._hours(history, aligned(clean, history)).backdated(), rule_statistics.grain(history.values))
        return self

    def _learn(self, past: Hours, grains: Values) -> None:
        """Once without suspicion for provisional thresholds, then with it."""
        centre = np.nan_to_num(_medians(past.values))
        self.thresholds_ = {}
        walked = None
        for _ in range(2):
            relations = Relations.around(np.r_[centre, np.zeros(CLOCK)])
            walked = self._walk(past, relations, learned_until=None)
            self._learn_thresholds(
                {channel: np.abs(means) / walked.doubt for channel, means in walked.means.items()},
                first=past.first,
                held=walked.held[:, : len(self.columns_)],
                floor=grains[: len(self.columns_)] / 2,
            )
        assert walked is not None
        self.relations_, self.learned_until_ = walked.relations, walked.learned_until
        self.context_ = Hours(past.first, past.values, walked.held[:, :-CLOCK], past.placed).tail(CONTEXT_HOURS)

    def _walk(self, seen: Hours, relations: Relations, *, learned_until: int | None) -> Walk:
        limits = {channel: threshold.value for channel, threshold in self.thresholds_.items()}
        judged = len(self.columns_)
        return Walk(seen, relations, judged=judged, widths=WIDTHS, limits=limits or None, learned_until=learned_until)

    def prepared(self, X: pd.DataFrame) -> Table:
        """The table on this detector's grid: the judged columns, then those that only explain."""
        return table(X, step=self.step_, columns=[*self.columns_, *self.given_])

    def _hours(self, seen: Table, usable: NDArray[np.bool_]) -> Hours:
        return hours.hourly(seen, usable, timezone=self.timezone)

    def score_channels(self, X: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """Scores by channel; see :meth:`farmlab.models.base.Detector.score_channels`."""
        self._check_fitted()
        recent = self.prepared(X)
        return self.look(recent, np.ones(recent.values.shape, dtype=bool), X).scores

    def look(self, recent: Table, usable: NDArray[np.bool_], X: pd.DataFrame) -> LevelLook:
        """Scores, change and expectation of ``X`` with the grid ``recent``; what is not ``usable`` explains nothing."""
        seen = self._hours(recent, usable).after(self.context_)
        walked = self._walk(seen, self.relations_.copy(), learned_until=self.learned_until_)
        columns = [column for column in X.columns if column in self.columns_]
        complete = np.clip(hours.ends(recent, self.timezone)[1] - seen.first, -1, len(seen.values) - 1)[recent.rows]
        settled = (recent.judged & ~(recent.age < SETTLED_DAYS))[recent.rows, None]

        def framed(by_hour: Values, nothing: float) -> pd.DataFrame:
            padded = np.vstack([by_hour, np.full((1, by_hour.shape[1]), nothing)])  # -1: no hour is complete yet
            return pd.DataFrame(padded[complete], index=X.index, columns=list(self.columns_))[columns]

        scores, change, expected = {}, {}, {}
        for channel, means in walked.means.items():
            scores[channel] = framed(self._score(channel, np.nan_to_num(np.abs(means) / walked.doubt)), 0.0) * settled
            change[channel] = framed(means, np.nan)
            expected[channel] = framed(walked.expected[channel], np.nan)
        return LevelLook(scores, change, expected)

    @property
    def limits_(self) -> dict[str, float]:
        """By column the 6-hour mean of left-overs that is the threshold now; infinite where it cannot be judged."""
        values = self.thresholds_["offset"].value * self.relations_.solved(CLOCK).doubt[: len(self.columns_)]
        return dict(zip(self.columns_, values.tolist(), strict=True))

    @property
    def grace_(self) -> dict[str, str]:
        """Columns without enough history with enough neighbours, which score 0."""
        why = f"too little history for a comparison with at least {FEWEST_NEIGHBOURS} other columns"
        return self._uncalibrated(why)

    def _state(self) -> dict[str, Any]:
        return {
            "columns_": list(self.columns_),
            "given_": list(self.given_),
            "step_s": self.step_.total_seconds(),
            "relations_": self.relations_.state(),
            "learned_until_": self.learned_until_,
            "context_": self.context_.state(),
            **self._threshold_state(),
        }

    def _restore(self, learned: Mapping[str, Any]) -> None:
        self.columns_, self.given_ = tuple(learned["columns_"]), tuple(learned["given_"])
        self.step_ = pd.Timedelta(seconds=learned["step_s"])
        self.relations_ = Relations.restored(learned["relations_"])
        self.learned_until_ = int(learned["learned_until_"])
        self._restore_thresholds(learned)
        self.context_ = Hours.restored(learned["context_"])


def _medians(values: Values) -> Values:
    out = np.zeros(values.shape[1])
    known = np.isfinite(values).any(axis=0)
    out[known] = np.nanmedian(values[:, known], axis=0)
    return out
