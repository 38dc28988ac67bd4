"""Members compete: each is replayed over the past, and judged against yesterday's value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from farmlab.errors import FarmLabError
from farmlab.models.backtest import Replay, replay
from farmlab.models.baseline import Baseline
from farmlab.models.forecaster import DAY
from farmlab.models.intervals import Interval, adaptive
from farmlab.models.seasonal_naive import SeasonalNaive

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from farmlab.models.forecaster import Forecaster

    Make = Callable[[], Forecaster]

DAYS = (1, 2)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member, the plan around which it forecasts, and its past in the unit of the metric."""

    name: str
    member: Forecaster
    plan: Baseline
    past: Replay
    interval: Interval

    def ahead(self, history: pd.Series) -> pd.DataFrame:
        """``forecast``, ``lower`` and ``upper`` of the 48 hours after this history.

        Where the past holds too few errors for an interval, it is that of the errors inside the history.
        """
        hours = len(self.interval.lower)
        own = self.member.fit(self.plan.removed(history)).predict(hours)
        times = pd.DatetimeIndex(own.index)
        frame = own.apply(lambda column: self.plan.restored(times, column.to_numpy(float)))
        lower, upper = frame["forecast"] + self.interval.lower, frame["forecast"] + self.interval.upper
        return frame.assign(lower=lower.fillna(frame["lower"]), upper=upper.fillna(frame["upper"]))


def tried(make: Make, history: pd.Series, plan: Baseline, *, span_hours: int) -> Candidate:
    """The candidate, after forecasting the past ``span_hours`` from what was known then."""
    member = make()
    past = replay(member, plan.removed(history), span_hours=span_hours)
    restored = replace(past, paths=plan.restored(past.times, past.paths), truth=plan.restored(past.times, past.truth))
    name = f"{member.name} around the plan" if plan.planned else member.name
    return Candidate(name, member, plan, restored, adaptive(restored))


def compete(
    makes: Sequence[Make], history: pd.Series, plan: Baseline, *, span_hours: int
) -> tuple[list[Candidate], list[str]]:
    """Seasonal-naive on the bare series first, then every member around the plan; and what failed, said."""
    candidates = [tried(SeasonalNaive, history, Baseline(), span_hours=span_hours)]
    failed = []
    for make in [SeasonalNaive, *makes] if plan.planned else makes:
        try:
            candidates.append(tried(make, history, plan, span_hours=span_hours))
        except FarmLabError as error:
            failed.append(error.what)
    return candidates, failed


def ratio(candidate: Candidate, reference: Candidate) -> float:
    """Error against the reference at the same origins, mean of the days ahead that could be scored."""
    ratios = [_ratio(candidate, reference, day) for day in DAYS]
    known = [value for value in ratios if np.isfinite(value)]
    return float(np.mean(known)) if known else 1.0


def _ratio(candidate: Candidate, reference: Candidate, day: int) -> float:
    usual = reference.past.mean_error(day)
    return candidate.past.mean_error(day) / usual if usual > 0 else float("nan")


def figures(candidates: Sequence[Candidate], history: pd.Series) -> pd.DataFrame:
    """One row per candidate and day ahead; the first candidate is the reference."""
    scale = float(history.diff(DAY).abs().mean())
    return pd.DataFrame(
        {
            "model": candidate.name,
            "day": day,
            "mae": candidate.past.mean_error(day),
            "mase": candidate.past.mean_error(day) / scale if scale > 0 else float("nan"),
            "ratio": _ratio(candidate, candidates[0], day),
            "coverage": candidate.interval.coverage[day],
            "origins": candidate.past.scored(day),
        }
        for candidate in candidates
        for day in DAYS
    )
