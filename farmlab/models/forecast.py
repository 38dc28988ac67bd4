"""The next hours of a series, by whichever member has earned it in the past."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from farmlab import units
from farmlab.errors import InsufficientData, StaleData
from farmlab.models import contest
from farmlab.models.backtest import EVERY_HOURS
from farmlab.models.baseline import Baseline
from farmlab.models.forecaster import DAY
from farmlab.models.hourly import hourly
from farmlab.models.prophet_forecaster import ProphetForecaster
from farmlab.models.seasonal_naive import SeasonalNaive

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

HORIZON = 2 * DAY
WINDOW_DAYS = 56
LEAST_DAYS = 3
REPLAY_DAYS = 9
CHOICE_FROM_DAYS = 7
STALE_HOURS = 24


@dataclass(frozen=True, slots=True)
class Forecasted:
    """A forecast, who made it and why, and how well each member would have done.

    Attributes
    ----------
    frame
        ``forecast``, ``lower`` and ``upper`` (80 %) by ``time``, the ends of the hours ahead.
    model, reason
        The member that was used, and the sentence that says why.
    figures
        One row per member and day ahead: ``mae`` in the unit of the metric, ``mase`` (in units of the
        mean change from day to day), ``ratio`` (to the error of seasonal-naive at the same origins),
        ``coverage`` of the 80 % interval, and the number of past ``origins``.
    history
        The hours that were learned from; NaN where nothing was known.
    issued
        What the same member would have said a day before; without bounds when too few errors were known.
    """

    metric: str
    until: pd.Timestamp
    frame: pd.DataFrame
    model: str
    reason: str
    figures: pd.DataFrame
    history: pd.Series
    issued: pd.DataFrame


def forecast(
    series: pd.Series,
    *,
    metric: str,
    until: datetime,
    hours: int = HORIZON,
    since: datetime | None = None,
    baseline: pd.Series | None = None,
    members: Sequence[contest.Make] | None = None,
) -> Forecasted:
    """The next ``hours`` (at most 48) after ``until``, with an 80 % interval from real errors of the past.

    Seasonal-naive and every member forecast the last nine days as they would have done then, from what was
    known then; the one with the smallest error is used. A member that fails is left out, and the reason
    says so. Values stay within what the metric can be (water is never negative).

    Parameters
    ----------
    metric
        Its code, which says whether it is an amount, and what it can be.
    until
        The present; the forecast begins after the last full hour.
    hours
        How far ahead, at most 48.
    members
        Who competes with seasonal-naive; Prophet unless told.
    series
        Readings of one sensor, or amounts of one counter per step, by time in UTC; NaN where flagged.
        Nothing after ``until`` is looked at.
    since
        Where history begins, as the placement of the flock. Without it there may be a rhythm of the week,
        which animals do not have.
    baseline
        What is planned, past and future: the set-point of a temperature, the target per hour of an amount.
        Members learn the deviation from it. It must be a plan, not a measurement.

    Raises
    ------
    InsufficientData
        Fewer than three known days.
    StaleData
        Nothing known in the last 24 hours.
    """
    amount = units.metric(metric).kind != "gauge"
    history = _history(series, until, since, amount=amount)
    _refuse(history, metric)
    index = pd.date_range(history.index[0], periods=len(history) + HORIZON, freq="h")
    plan = Baseline.of(baseline, index, amount=amount)
    enough = _days(history) >= CHOICE_FROM_DAYS
    makes = (_members(amount=amount, weekly=since is None) if members is None else members) if enough else ()
    candidates, failed = contest.compete(makes, history, plan, span_hours=_span_hours(history, enough=enough))
    best = min(candidates, key=lambda candidate: contest.ratio(candidate, candidates[0]))
    return Forecasted(
        metric=metric,
        until=pd.Timestamp(until),
        frame=_possible(best.ahead(history), metric).iloc[:hours],
        model=best.name,
        reason=_reason(best, candidates, failed, _days(history)),
        figures=contest.figures(candidates, history),
        history=history,
        issued=_possible(_issued(best), metric),
    )


def _members(*, amount: bool, weekly: bool) -> tuple[contest.Make, ...]:
    """Who competes with seasonal-naive."""
    order = 11 if amount else 8
    return (partial(ProphetForecaster, multiplicative=amount, weekly=weekly, daily_order=order),)


def _history(series: pd.Series, until: datetime, since: datetime | None, *, amount: bool) -> pd.Series:
    """Hours from the first known one on, at most eight weeks, up to the last full hour."""
    end = pd.Timestamp(until).floor("h")
    start = end - pd.Timedelta(days=WINDOW_DAYS)
    start = start if since is None else max(start, pd.Timestamp(since))
    inside = series[(series.index > start) & (series.index <= end)].sort_index()
    values = hourly(inside, amount=amount)
    first = values.index[values.notna()].min()
    return values.reindex(pd.date_range(end if pd.isna(first) else first, end, freq="h", name="time"))


def _days(history: pd.Series) -> float:
    return float(history.notna().sum()) / DAY


def _refuse(history: pd.Series, metric: str) -> None:
    label = units.metric(metric).label
    if _days(history) < LEAST_DAYS:
        raise InsufficientData(
            f"{label}: forecast from {LEAST_DAYS} days on; {_days(history):.1f} so far",
            next_step="Wait, or import older readings.",
        )
    if not history.iloc[-STALE_HOURS:].notna().any():
        raise StaleData(f"{label}: nothing known in the last {STALE_HOURS} hours", next_step="Look at the source.")


def _span_hours(history: pd.Series, *, enough: bool) -> int:
    """How much of the past is forecast again: what a member leaves that must learn from the rest first."""
    learn = ProphetForecaster.least_days if enough else SeasonalNaive.least_days
    known = (history.notna().cumsum() >= learn * DAY).to_numpy()
    spare = int(known.sum()) - 1
    return max(0, min(REPLAY_DAYS * DAY, spare // EVERY_HOURS * EVERY_HOURS))


def _possible(frame: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Within what the metric can be, and the forecast inside its interval."""
    low, high = units.metric(metric).low, units.metric(metric).high
    lower, upper = frame[["lower", "forecast"]].min(axis=1), frame[["upper", "forecast"]].max(axis=1)
    held = frame.assign(lower=lower.where(frame["lower"].notna()), upper=upper.where(frame["upper"].notna()))
    return held.clip(low, high)


def _issued(best: contest.Candidate) -> pd.DataFrame:
    """What was said a day ago; rows of a replay end ``every`` hours before the present."""
    past, row = best.past, len(best.past.origins) - DAY // best.past.every
    path = past.paths[row]
    times = pd.date_range(past.origins[row], periods=len(path) + 1, freq="h", name="time")[1:]
    lower, upper = path + best.interval.low[row], path + best.interval.high[row]
    return pd.DataFrame({"forecast": path, "lower": lower, "upper": upper}, index=times)


def _reason(best: contest.Candidate, candidates: list[contest.Candidate], failed: list[str], days: float) -> str:
    """Why this member was used, in a sentence or two."""
    if days < CHOICE_FROM_DAYS:
        said = f"{best.name}, as {days:.1f} days of history are too few for other models ({CHOICE_FROM_DAYS} needed)"
    else:
        said = _comparison(best, candidates)
    return ". ".join([said, *failed]) + "."


def _comparison(best: contest.Candidate, candidates: list[contest.Candidate]) -> str:
    reference, origins = candidates[0], candidates[0].past.scored(1)
    rivals = [candidate for candidate in candidates[1:] if candidate is not best]
    if best is reference and rivals:
        nearest = min(contest.ratio(rival, reference) for rival in rivals)
        return (
            f"{best.name}: nothing was better over {origins} past origins (the next had {nearest:.2f} times its error)"
        )
    if best is reference:
        return f"{best.name}: nothing else could be used"
    earned = contest.ratio(best, reference)
    return f"{best.name}: {earned:.2f} times the error of {reference.name} over {origins} past origins"
