"""The next hours of a series: members that are weighted by what they have earned, and an honest interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from farmlab import units
from farmlab.errors import InsufficientData, StaleData
from farmlab.models.baseline import Baseline
from farmlab.models.forecasting import scores
from farmlab.models.forecasting.ensemble import ENSEMBLE, Ensemble
from farmlab.models.forecasting.log import Log
from farmlab.models.forecasting.naive import SEASONAL_NAIVE
from farmlab.models.forecasting.packing import pack, unpack
from farmlab.models.forecasting.peaks import Peak, peak
from farmlab.models.forecasting.shares import named
from farmlab.models.forecasting.window import DAY, HORIZON, WINDOW_DAYS, as_times, hours_since_1970
from farmlab.models.hourly import hourly

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from farmlab.models.forecasting.ensemble import Outlook
    from farmlab.models.forecasting.member import Member

LEAST_DAYS: Final = 2
ENSEMBLE_FROM_DAYS: Final = 3
STALE_HOURS: Final = 24
MEMORY_HOURS: Final = 3 * DAY
"""A memory older than that is not used: the past is forecast again instead."""
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Forecasted:
    """A forecast, who made it and why, and how well each member has done.

    Attributes
    ----------
    frame
        ``forecast``, ``lower`` and ``upper`` (80 %) by ``time``, the ends of the hours ahead.
    model, reason
        ``ensemble`` or ``seasonal-naive``, and the sentence that says why.
    weights
        Member → its share, the largest first.
    figures
        One row per member and day ahead: ``mae`` in the unit of the metric, ``mase`` (in units of the mean change
        from day to day), ``ratio`` (to the error of seasonal-naive at the same origins), and the number of past
        ``origins``; for the ensemble also ``wape``, ``coverage`` and ``width`` (like ``mase``) of what was issued.
    history
        The hours that were learned from; NaN where nothing was known.
    issued
        Past forecasts: one row per ``origin`` and ``time`` with ``forecast``, ``lower`` and ``upper``.
    peak
        The highest hour of the next 24.
    memory
        What the next call can go on from, as plain JSON: fits, weights and log.
    """

    frame: pd.DataFrame
    model: str
    reason: str
    weights: Mapping[str, float]
    figures: pd.DataFrame
    history: pd.Series
    issued: pd.DataFrame
    peak: Peak
    memory: Mapping[str, Any]


def forecast(
    series: pd.Series,
    *,
    metric: str | units.Metric,
    until: datetime,
    hours: int = HORIZON,
    since: datetime | None = None,
    baseline: pd.Series | None = None,
    members: Sequence[Member] | None = None,
    memory: Mapping[str, Any] | None = None,
    refit: bool = True,
) -> Forecasted:
    """The next ``hours`` (at most 48) after ``until``, with an 80 % interval from real errors of the past.

    All members forecast the last two weeks again as they would have done then; their mean, weighted by the inverse
    fourth power of their errors, is used unless it was worse than seasonal-naive over the last seven days. Under three
    days seasonal-naive is used; ridge and boosting take part from four weeks on. A member that fails is left out, and
    the reason says so. Values stay within what the metric can be (water is never negative).

    Parameters
    ----------
    series
        Readings of one sensor, or amounts of one counter per step, by time in UTC; NaN where flagged.
        Nothing after ``until`` is looked at.
    metric
        Its code, or what it is: whether it is an amount, and what it can be.
    until
        The present; the forecast begins after the last full hour.
    hours
        How far ahead, at most 48.
    since
        Where history begins, as the placement of the flock. Without it there may be a rhythm of the week,
        which animals do not have.
    baseline
        What is planned, past and future: the set-point of a temperature, the target per hour of an amount.
        Members learn the deviation from it. It must be a plan, not a measurement.
    members
        Who takes part beside seasonal-naive; all unless told.
    memory
        That of an earlier forecast of the same series, which makes this one much cheaper: the past is not forecast
        again, and ``series`` may begin a day before the last full hour of that forecast.
    refit
        Learn anew what is older than a day (some members: than six days).

    Raises
    ------
    InsufficientData
        Fewer than two known days.
    StaleData
        Nothing known in the last 24 hours.
    """
    about = units.metric(metric) if isinstance(metric, str) else metric
    amount = about.kind != "gauge"
    known = _usable(memory, about.code, until, since)
    history = _history(series, until, since, amount=amount, memory=known)
    _refuse(history, about.label)
    ensemble = Ensemble(
        y=history.to_numpy(float),
        newest=int(hours_since_1970(pd.DatetimeIndex(history.index))[-1]),
        plan=Baseline(baseline, amount),
        members=_members(amount=amount, weekly=since is None, plan=baseline) if members is None else members,
        possible=(about.low, about.high),
    )
    made = _made(ensemble, known, refit=refit)
    return Forecasted(
        frame=scores.as_frame(made, ensemble).iloc[:hours],
        model=SEASONAL_NAIVE if made.guarded or not made.weights.any() else ENSEMBLE,
        reason=_reason(ensemble, made),
        weights=named(made.weights, ensemble.log.names),
        figures=scores.figures(ensemble),
        history=history,
        issued=scores.issued(ensemble),
        peak=peak(made.path, ensemble.log, ensemble.y, ensemble.newest),
        memory=_memory(ensemble, history, about.code, since),
    )


def figures_of(memory: Mapping[str, Any]) -> pd.DataFrame:
    """The figures (:attr:`Forecasted.figures`) of what a forecast left behind."""
    return scores.figures(_Kept(unpack(memory["hours"]), int(memory["newest"]), Log.restored(memory["log"])))


@dataclass(frozen=True, slots=True)
class _Kept:
    y: NDArray[np.float64]
    newest: int
    log: Log


def _members(*, amount: bool, weekly: bool, plan: pd.Series | None) -> tuple[Member, ...]:
    """Who competes with seasonal-naive; a growing flock is too short and changes too much to regress on last weeks."""
    from farmlab.models.forecasting.boosted import Boosted
    from farmlab.models.forecasting.double_seasonal import DoubleSeasonal
    from farmlab.models.forecasting.naive import PlannedNaive
    from farmlab.models.forecasting.prophet_member import ProphetMember
    from farmlab.models.forecasting.ridge import Ridge
    from farmlab.models.forecasting.smoothed import Smoothed

    own = (DoubleSeasonal(weekly=weekly), Smoothed(), ProphetMember(multiplicative=amount, weekly=weekly))
    learners = (Ridge(), Boosted()) if weekly else ()
    return (*own, *learners, *((PlannedNaive(),) if plan is not None else ()))


def _made(ensemble: Ensemble, memory: Mapping[str, Any] | None, *, refit: bool) -> Outlook:
    if memory is None:
        ensemble.start()
    else:
        ensemble.restore(memory)
        ensemble.catch_up()
    if refit or memory is None:
        ensemble.refit()
    return ensemble.outlook()


def _usable(
    memory: Mapping[str, Any] | None, metric: str, until: datetime, since: datetime | None
) -> Mapping[str, Any] | None:
    """The memory, if it is of this series, not of the future, and not too old."""
    if memory is None or memory.get("of") != _of(metric, since):
        return None
    age = int(hours_since_1970(pd.DatetimeIndex([pd.Timestamp(until)]))[0]) - int(memory["newest"])
    return memory if 0 <= age <= MEMORY_HOURS else None


def _of(metric: str, since: datetime | None) -> dict[str, Any]:
    return {"version": VERSION, "metric": metric, "since": since.isoformat() if since else ""}


def _memory(ensemble: Ensemble, history: pd.Series, metric: str, since: datetime | None) -> dict[str, Any]:
    return {
        "of": _of(metric, since),
        "newest": ensemble.newest,
        "hours": pack(history.to_numpy(float)),
        **ensemble.memory(),
    }


def _history(
    series: pd.Series, until: datetime, since: datetime | None, *, amount: bool, memory: Mapping[str, Any] | None
) -> pd.Series:
    """Hours from the first known one on, at most eight weeks, up to the last full hour."""
    end = pd.Timestamp(until).floor("h")
    start = end - pd.Timedelta(days=WINDOW_DAYS)
    start = start if since is None else max(start, pd.Timestamp(since))
    inside = series[(series.index > start) & (series.index <= end)].sort_index()
    values = hourly(inside, amount=amount)
    if memory is not None:
        values = _joined(memory, values)[start:]
        values = values[values.index > start]
    first = values.index[values.notna()].min()
    whole: pd.Series = values.reindex(pd.date_range(end if pd.isna(first) else first, end, freq="h", name="time"))
    return whole


def _joined(memory: Mapping[str, Any], values: pd.Series) -> pd.Series:
    """The remembered hours, and from the second one of the new ones on these."""
    kept = unpack(memory["hours"])
    old = pd.Series(kept, index=as_times(np.arange(memory["newest"] - len(kept) + 1, memory["newest"] + 1)))
    new = values.iloc[2:] if len(values) and len(old) and values.index[0] > old.index[0] else values
    joined: pd.Series = pd.concat([old[old.index < new.index[0]] if len(new) else old, new])
    return joined


def _days(history: pd.Series) -> float:
    return float(history.notna().sum()) / DAY


def _refuse(history: pd.Series, label: str) -> None:
    if _days(history) < LEAST_DAYS:
        raise InsufficientData(
            f"{label}: forecast from {LEAST_DAYS} days on; {_days(history):.1f} so far",
            next_step="Wait, or import older readings.",
        )
    if not history.iloc[-STALE_HOURS:].notna().any():
        raise StaleData(f"{label}: nothing known in the last {STALE_HOURS} hours", next_step="Look at the source.")


def _reason(ensemble: Ensemble, made: Outlook) -> str:
    """Why this model was used, in a sentence or two."""
    days = len(ensemble.y) / DAY
    shown = ", ".join(f"{name} {100 * share:.0f} %" for name, share in named(made.weights, ensemble.log.names).items())
    ratio, origins = scores.recent_ratio(ensemble)
    if not shown:
        said = f"{SEASONAL_NAIVE}, as {days:.1f} days of history are too few for more ({ENSEMBLE_FROM_DAYS} needed)"
    elif made.guarded:
        said = f"{SEASONAL_NAIVE}: over the last week the ensemble had {made.last_week:.2f} times its error"
    elif origins:
        said = f"{ENSEMBLE} of {shown}: {ratio:.2f} times the error of {SEASONAL_NAIVE} at {origins} past origins"
    else:
        said = f"{ENSEMBLE} of {shown}: not judged yet"
    if shown and any(member.least_days > days for member in ensemble.members):
        said += f". {days:.0f} days of history: some members wait for more"
    return ". ".join([said, *ensemble.failed]) + "."
