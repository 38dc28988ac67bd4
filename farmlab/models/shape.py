"""The shape of a series against its own past: patterns that no single value shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import numpy as np
import pandas as pd

from farmlab.models import calibration, habituation, nearest, rule_statistics
from farmlab.models.base import Detector
from farmlab.models.calibration import Threshold
from farmlab.models.intake import Table, aligned, require_days, table
from farmlab.models.protection import within

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Values = NDArray[np.float64]
    Mask = NDArray[np.bool_]

CHANNEL: Final = "pattern"
FEWEST_DAYS: Final = 3
HELD: Final = nearest.LENGTH // 5
"""So many missing samples in a row keep the value before them."""
BELOW: Final = 0.49
DAY: Final = pd.Timedelta(days=1)
MOST: Final = 0.5
"""No stretch is flagged with a greater chance, however slowly its samples come."""
USUAL: Final = 0.95
"""Distance and size are told in multiples of this quantile of their own past."""
SMALLEST: Final = 0.05
"""That quantile is never taken as smaller, in standard deviations of the series."""
FLOOR: Final = 1.25
LONGEST: Final = pd.Timedelta(hours=96)
"""What is flagged is not remembered for so long; after that it is the new normal."""
DIGITS: Final = 3


class Shape(Detector):
    """Whether the last 100 samples of a sensor look like anything in its own past.

    The larger of two numbers, each in multiples of the 95 % quantile of its past: the distance of the stretch from
    the nearest of 200 earlier ones, and its root-mean-square size about the usual value. One channel, ``pattern``.

    Parameters
    ----------
    beside
        Columns that are not judged.
    budget
        False episodes a sensor-day.

    Examples
    --------
    >>> times = pd.date_range("2026-06-01", periods=12 * 288, freq="5min", tz="UTC")
    >>> wave = np.sin(np.arange(len(times)) / 36) + np.random.default_rng(1).normal(0, 0.1, len(times))
    >>> shape = Shape().fit(pd.DataFrame({"amps": wave}, index=times))
    >>> wave[-150:] = 0.5
    >>> bool(shape.score_samples(pd.DataFrame({"amps": wave}, index=times)).iloc[-1, 0] > 0.5)
    True
    """

    name: ClassVar[str] = "shape"

    def __init__(self, *, beside: Sequence[str] = (), budget: float = 0.0125, random_state: int | None = 0) -> None:
        super().__init__(random_state=random_state)
        self.beside, self.budget = list(beside), budget

    @property
    def is_fitted(self) -> bool:
        """Whether a threshold is there."""
        return hasattr(self, "threshold_")

    def fit(self, X: pd.DataFrame, *, clean: pd.DataFrame | None = None) -> Self:
        """Scale, threshold and remembered past; see :meth:`farmlab.models.base.Detector.fit`."""
        history = table(X, beside=self.beside)
        require_days(history, days=FEWEST_DAYS)
        self.columns_, self.step_ = history.columns, history.step
        usable = aligned(clean, history) & history.judged[:, None]
        self.middle_, self.wide_ = _middle_and_width(np.where(usable, history.values, np.nan))
        scaled, learned = self._mended(history, usable)
        self._learn(scaled, learned, history)
        self.context_first_ = _slot(history) + max(0, len(scaled) - nearest.REACH)
        self.context_ = np.round(scaled[-nearest.REACH :], DIGITS)
        self.learned_ = learned[-nearest.REACH :]
        return self

    def _scaled(self, seen: Table) -> Values:
        """Values in standard deviations, held over short gaps."""
        own = np.where(seen.judged[:, None], seen.values, np.nan)
        return np.asarray((_held(own) - self.middle_) / self.wide_)

    def _mended(self, history: Table, usable: Mask) -> tuple[Values, Mask]:
        """Values, with the last usable one over short stretches that are not; and what may be learned from.

        One flagged value would else cost a whole stretch: at one reading an hour, four days.
        """
        seen = self._scaled(history)
        lasts = _run(~usable) + _run(~usable[::-1])[::-1] - 1
        bridged = _held(np.where(usable, seen, np.nan))
        mended = ~usable & (lasts <= HELD) & np.isfinite(bridged)
        return np.where(mended, bridged, seen), usable | mended

    def _learn(self, scaled: Values, learned: Mask, history: Table) -> None:
        columns = zip(scaled.T, learned.T, strict=True)
        far = np.column_stack([nearest.distances(x, _slot(history), learned=mask) for x, mask in columns])
        disturbed = within(~learned, nearest.LENGTH)
        far, size = (np.where(disturbed, np.nan, statistic) for statistic in (far, _size(scaled)))
        self.usual_ = np.array([_usual(far), _usual(size)])
        statistic = self._statistic(far, size)
        self.threshold_ = self._threshold(statistic, history)
        per_hour = history.per(pd.Timedelta(hours=1))
        self.alarms_ = habituation.recent_alarms(statistic, self.threshold_.value, per_hour=per_hour)

    def _threshold(self, statistic: Values, history: Table) -> Threshold:
        """From the maxima of days, or of stretches where these are longer: neighbouring ones would be the same."""
        block = max(1.0, nearest.LENGTH * history.step / DAY)
        blocks = (history.times.as_unit("s").asi8 / 86_400 // block).astype(np.int64)
        maxima = calibration.daily_maxima(statistic, blocks, usable=np.isfinite(statistic))
        floor = np.full(len(self.columns_), FLOOR)
        budget = min(self.budget * block, MOST)
        found = calibration.gumbel(calibration.without_outliers(maxima), budget=budget, floor=floor)
        return replace(found, rate=found.rate / block)

    def _statistic(self, far: Values, size: Values) -> Values:
        return np.asarray(np.maximum(far / self.usual_[0], size / self.usual_[1]))

    def raise_thresholds(self, factors: Mapping[str, Mapping[str, float]]) -> Self:
        """The detector itself with higher thresholds; see :meth:`farmlab.models.base.Detector.raise_thresholds`."""
        told = [factors.get(column, {}).get(CHANNEL, 1.0) for column in self.columns_]
        self.threshold_ = self.threshold_.times(np.array(told))
        return self

    def score_channels(self, X: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """Scores of the channel; see :meth:`farmlab.models.base.Detector.score_channels`."""
        self._check_fitted()
        names = [column for column in X.columns if column in self.columns_]
        recent = table(X, step=self.step_, columns=self.columns_)
        return {CHANNEL: recent.like_original(self._scores(recent))[names]}

    def _scores(self, recent: Table) -> Values:
        first, scaled, usable = self._joined(recent)
        most, longest = self.threshold_.value * self.usual_[0], recent.per(LONGEST)
        far = [
            nearest.distances(column, first, learned=mask, most=limit, longest=longest)
            for column, mask, limit in zip(scaled.T, usable.T, most, strict=True)
        ]
        statistic = self._statistic(np.column_stack(far), _size(scaled))[-len(recent.values) :]
        per_hour = recent.per(pd.Timedelta(hours=1))
        raised = habituation.factors(statistic, self.threshold_.value, per_hour=per_hour, before=self.alarms_)
        scores = np.where(recent.judged[:, None], self.threshold_.score(statistic, raised), 0.0)
        lasting = _run(scores >= 0.5) > longest
        return np.where(lasting, BELOW * scores, scores)

    def _joined(self, recent: Table) -> tuple[int, Values, Mask]:
        """The number of the first sample; values with those of the past before them; what may be remembered."""
        scaled, ahead = self._scaled(recent), _slot(recent) - self.context_first_
        usable = np.ones(scaled.shape, dtype=bool)
        if not 0 < ahead < len(self.context_) + nearest.REACH:
            return _slot(recent), scaled, usable
        before, learned = np.full((ahead, scaled.shape[1]), np.nan), np.zeros((ahead, scaled.shape[1]), dtype=bool)
        before[: len(self.context_)], learned[: len(self.learned_)] = self.context_[:ahead], self.learned_[:ahead]
        return self.context_first_, np.vstack([before, scaled]), np.vstack([learned, usable])

    @property
    def grace_(self) -> dict[str, str]:
        """Columns without enough days of history, which score 0."""
        why = f"fewer than {FEWEST_DAYS} days of history for its patterns"
        return calibration.uncalibrated(self.columns_, self.threshold_, why)

    @property
    def expected_rate_(self) -> pd.Series:
        """Expected false episodes per day of each column."""
        return calibration.expected_rate(self.columns_, [self.threshold_])

    def _state(self) -> dict[str, Any]:
        rounded = [[round(float(x), DIGITS) if np.isfinite(x) else None for x in row] for row in self.context_]
        return {
            "columns_": list(self.columns_),
            "step_s": self.step_.total_seconds(),
            "middle_": [float(x) for x in self.middle_],
            "wide_": [float(x) for x in self.wide_],
            "usual_": [[float(x) for x in row] for row in self.usual_],
            "threshold_": self.threshold_.state(),
            "alarms_": [int(x) for x in self.alarms_],
            "context_first_": self.context_first_,
            "context_": rounded,
            "not_learned": [np.flatnonzero(~column).tolist() for column in self.learned_.T],
        }

    def _restore(self, learned: Mapping[str, Any]) -> None:
        self.columns_, self.step_ = tuple(learned["columns_"]), pd.Timedelta(seconds=learned["step_s"])
        for name in ("middle_", "wide_", "usual_", "context_"):
            setattr(self, name, np.array(learned[name], dtype=float))
        self.learned_ = np.ones(self.context_.shape, dtype=bool)
        for column, rows in enumerate(learned["not_learned"]):
            self.learned_[rows, column] = False
        self.threshold_ = Threshold.restored(learned["threshold_"])
        self.alarms_ = np.array(learned["alarms_"], dtype=np.int64)
        self.context_first_ = int(learned["context_first_"])


def _slot(seen: Table) -> int:
    """The number of the first step since 1970."""
    return int(seen.times[0].timestamp() // seen.step.total_seconds()) if len(seen.times) else 0


def _held(values: Values) -> Values:
    return pd.DataFrame(values).ffill(limit=HELD).to_numpy()


def _middle_and_width(values: Values) -> tuple[Values, Values]:
    middle, wide = np.zeros(values.shape[1]), np.ones(values.shape[1])
    known = np.isfinite(values).any(axis=0)
    middle[known] = np.nanmedian(values[:, known], axis=0)
    wide[known] = np.nanstd(values[:, known], axis=0)
    return middle, np.fmax(wide, rule_statistics.grain(values))


def _usual(statistic: Values) -> Values:
    """The 95 % quantile of each column, never too small."""
    out = np.full(statistic.shape[1], SMALLEST)
    known = np.isfinite(statistic).any(axis=0)
    out[known] = np.fmax(np.nanquantile(statistic[:, known], USUAL, axis=0), SMALLEST)
    return out


def _run(flagged: Mask) -> NDArray[np.int64]:
    """How many samples in a row have been flagged up to here."""
    rows = np.arange(len(flagged))[:, None]
    return np.asarray(rows - np.maximum.accumulate(np.where(flagged, -1, rows), axis=0))


def _size(scaled: Values) -> Values:
    """The root of the mean square over the last stretch; missing where one is."""
    out = np.full(scaled.shape, np.nan)
    if len(scaled) >= nearest.LENGTH:
        windows = np.lib.stride_tricks.sliding_window_view(scaled, nearest.LENGTH, axis=0)
        out[nearest.LENGTH - 1 :] = np.sqrt(np.einsum("ijk,ijk->ij", windows, windows) / nearest.LENGTH)
    return out
