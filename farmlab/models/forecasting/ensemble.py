"""The members together: each forecast of the past as it would have been, and the one of now."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from farmlab.errors import FarmLabError
from farmlab.models.baseline import Baseline
from farmlab.models.forecasting import shares
from farmlab.models.forecasting.intervals import from_changes, interval
from farmlab.models.forecasting.log import Log
from farmlab.models.forecasting.naive import SEASONAL_NAIVE, SeasonalNaive
from farmlab.models.forecasting.window import DAY, HORIZON, WINDOW_DAYS, Windows, as_times, windows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from farmlab.models.forecasting.member import Member
    from farmlab.models.forecasting.window import Values

ENSEMBLE: Final = "ensemble"
EVERY_HOURS: Final = 3
"""A forecast so often goes into the log."""
REPLAY_DAYS: Final = 14
LEARN_DAYS: Final = 21
"""A member that is used from four weeks on is tried in the past from three weeks on."""
SHORT_DAYS: Final = 35
SHORT_REFIT_DAYS: Final = 3
"""In a history under five weeks members are learned anew so often while the past is forecast again."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """A forecast of 48 hours.

    Attributes
    ----------
    path, low, high
        The expected values, and what to add to them for the 80 % interval.
    weights
        By member and block of hours ahead.
    last_week
        Error of the ensemble over the last week in units of that of seasonal-naive; NaN when not known. Above 1 this
        is the path of seasonal-naive.
    paths
        Those of all members, the ensemble last.
    """

    path: Values
    low: Values
    high: Values
    weights: Values
    last_week: float
    paths: Values

    @property
    def guarded(self) -> bool:
        """Whether seasonal-naive is issued instead."""
        return self.last_week > 1


@dataclass
class Ensemble:
    """A series of one house or file, its members, and what they have said before.

    Parameters
    ----------
    y
        Hourly values; the first is known, NaN where something is missing.
    newest
        The hour of the last of them, since 1970.
    plan
        What is planned, past and future; members forecast around it.
    members
        Who takes part beside seasonal-naive.
    possible
        The lowest and highest value that there can be.
    """

    y: Values
    newest: int
    plan: Baseline
    members: Sequence[Member]
    possible: tuple[float, float]
    fitted_at: dict[str, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.log = Log((SEASONAL_NAIVE, *(member.name for member in self.members), ENSEMBLE))
        self._first = self.newest - len(self.y) + 1
        times = as_times(np.arange(self._first, self.newest + HORIZON + 1))
        self._planned = self.plan.at(times)
        self._around = self.plan.apart(self.y, self._planned[: len(self.y)])
        self._known_days = np.cumsum(np.isfinite(self.y)) / DAY

    def restore(self, memory: Mapping[str, Any]) -> None:
        """Take over fits and log of an earlier call."""
        self.log = Log.restored(memory["log"])
        for member in self.members:
            kept = memory["fits"].get(member.name)
            if kept:
                member.restore(kept["state"])
                self.fitted_at[member.name] = kept["at"]

    def memory(self) -> dict[str, Any]:
        """Fits and log, as JSON values."""
        fits = {
            member.name: {"at": self.fitted_at[member.name], "state": member.state()}
            for member in self.members
            if member.name in self.fitted_at
        }
        return {"log": self.log.state(), "fits": fits}

    def start(self) -> None:
        """Forecast the last two weeks (or what a short history leaves) again, as it would have been done then."""
        span = self._span_hours()
        starts = self._boundaries(span)
        for begin, end in pairwise([*starts, len(self.y) - 1]):
            for member in self.members:
                if self._wants_first_fit(member, begin):
                    self._fit(member, begin)
            self._replay(range(begin, end, EVERY_HOURS))

    def catch_up(self) -> None:
        """Forecast what was not, since the last origin of the log, with the fits of then."""
        last = int(self.log.origins[-1]) - self._first if len(self.log.origins) else len(self.y)
        self._replay(range(max(0, last + EVERY_HOURS), len(self.y) - 1, EVERY_HOURS))

    def refit(self) -> None:
        """Learn anew what was learned too long ago."""
        for member in self.members:
            old = self.newest - self.fitted_at.get(member.name, -(10**9))
            if old >= member.refit_hours and self._known_days[-1] >= member.least_days:
                self._fit(member, len(self.y) - 1)

    def outlook(self) -> Outlook:
        """The next 48 hours; logged when the last one in the log is three hours old."""
        place = len(self.y) - 1
        self.log.settle(self.y, self.newest, now=self.newest)
        made = self._outlook(self.newest, self._paths([place])[0])
        if not len(self.log.origins) or self.newest - self.log.origins[-1] >= EVERY_HOURS:
            self._keep(self.newest, made)
        return made

    def _span_hours(self) -> int:
        days = len(self.y) / DAY
        span = min(REPLAY_DAYS, days / 2 if days < 28 else days - LEARN_DAYS)
        return max(0, int(span * DAY) // EVERY_HOURS * EVERY_HOURS) if days >= 3 else 0

    def _boundaries(self, span: int) -> list[int]:
        """The places at which members are learned while the past is forecast again."""
        newest = len(self.y) - 1
        every = SHORT_REFIT_DAYS * DAY if len(self.y) < SHORT_DAYS * DAY else REPLAY_DAYS * DAY
        ages = {*range(span, 0, -every), *(min(span, self._tried_days(member) * DAY) for member in self.members)}
        return [newest - age for age in sorted(ages, reverse=True) if age > 0]

    def _wants_first_fit(self, member: Member, place: int) -> bool:
        age_days = (len(self.y) - 1 - place) / DAY
        known = self._known_days[place]
        enough = known >= min(member.least_days, LEARN_DAYS) and self._known_days[-1] >= member.least_days
        tried = age_days <= self._tried_days(member)
        return enough and tried and not (member.costly and member.name in self.fitted_at)

    def _tried_days(self, member: Member) -> int:
        """So far before the present a member is first fitted; which day of several it is depends on the values."""
        return (
            member.replay_days - int.from_bytes(blake2b(self.y.tobytes(), digest_size=4).digest()) % member.spread_days
        )

    def _fit(self, member: Member, place: int) -> None:
        try:
            member.fit(self._windows(self._around, [place]))
        except FarmLabError as error:
            self.fitted_at.pop(member.name, None)
            if error.what not in self.failed:
                self.failed.append(error.what)
        else:
            self.fitted_at[member.name] = self.newest - (len(self.y) - 1 - place)

    def _windows(self, y: Values, places: Iterable[int]) -> Windows:
        return windows(y, self.newest, places, length=WINDOW_DAYS * DAY)

    def _replay(self, places: range) -> None:
        if not len(places):
            return
        for place, paths in zip(places, self._paths(places), strict=True):
            origin = self._first + place
            self.log.settle(self.y, self.newest, now=origin)
            self._keep(origin, self._outlook(origin, paths))

    def _keep(self, origin: int, made: Outlook) -> None:
        self.log.keep(origin, made.paths, np.stack([made.path, made.low, made.high]))

    def _paths(self, places: Sequence[int]) -> Values:
        """By place and member, seasonal-naive first: the next 48 hours."""
        seen = self._windows(self._around, places)
        bare = seen if not self.plan.planned else self._windows(self.y, places)
        ahead = np.array(places)[:, None] + np.arange(1, HORIZON + 1)
        paths = [SeasonalNaive().paths(bare)]
        for member in self.members:
            own = member.paths(seen) if member.name in self.fitted_at else np.full(ahead.shape, np.nan)
            paths.append(self.plan.together(own, self._planned[ahead]))
        return np.clip(np.stack(paths, axis=1), *self.possible)

    def _outlook(self, now: int, paths: Values) -> Outlook:
        reserves = [member.name for member in self.members if member.reserve]
        weights = shares.shares(self.log, paths, now=now, reserves=reserves)
        everyone = np.vstack([paths, shares.mixed(paths, weights)])
        ratio = shares.last_week(self.log, now=now)
        path = everyone[0] if ratio > 1 else everyone[-1]
        low, high = self._interval(now)
        return Outlook(path, low, high, weights, ratio, everyone)

    def _interval(self, now: int) -> tuple[Values, Values]:
        known = self.y[: now - self._first + 1]
        errors = self.log.errors(known, now)
        low, high = interval(self.log.origins, errors, self.log.issued[:, 1], self.log.issued[:, 2], now=now)
        first_low, first_high = from_changes(known)
        return np.where(np.isfinite(low), low, first_low), np.where(np.isfinite(high), high, first_high)
