"""What water, feed and the birds themselves answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from farmlab.domain import EventKind
from farmlab.findings import drinking
from farmlab.findings.calibration import night_hours
from farmlab.findings.facts.span import Fact, Span
from farmlab.text import signed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from farmlab.findings.facts.span import Answer

TOO_WARM_C: Final = 2.0
MUCH_LESS: Final = -0.2
FOLLOWS: Final = -0.04
MORE_DEATHS: Final = 2.0
SILO_KG: Final = 300.0
CATCH_AGE: Final = 28
LEAK_LPH: Final = 12.0
BEFORE: Final = pd.Timedelta(hours=30)


def _night(span: Span) -> Fact | None:
    usual = span.case.calibration.get("night_flow")
    hours = night_hours(span.case).loc[span.start - BEFORE : span.end]
    if usual is None or hours.empty:
        return None
    flow = float(hours.max())
    return Fact(flow > usual + LEAK_LPH, f"{flow:.0f} l/h in the dark (usual {usual:.0f})")


def _left(span: Span, metric: str) -> pd.Series:
    return span.inside(drinking.change(span.case, metric, hours=drinking.LONG_HOURS if metric == "feed" else 3.0))


def _much_less(span: Span) -> Fact | None:
    water = _left(span, "water")
    if water.empty or float(water.min()) > FOLLOWS:
        return None
    return Fact(float(water.min()) < MUCH_LESS, f"water {signed(100 * float(water.min()))} % against expectation")


def _follows(metric: str) -> Callable[[Span], Fact | None]:
    def asked(span: Span) -> Fact | None:
        left = _left(span, metric)
        if left.empty:
            return None
        now = float(left.iloc[-1])
        return Fact(now < FOLLOWS, f"{metric} {signed(100 * now)} % against expectation")

    return asked


def _deaths(span: Span) -> Fact | None:
    dead = span.case.column("mortality_n").dropna()
    if dead.empty:
        return None
    days = dead.groupby(pd.DatetimeIndex(dead.index).tz_convert(span.case.timezone).date).max()
    if len(days) < 2 or float(days.iloc[0]) <= 0:
        return None
    most, usual = float(days.iloc[1:].max()), float(days.iloc[0])
    return Fact(most > MORE_DEATHS * usual + 5, f"{most:.0f} dead in a day, {usual:.0f} before")


def _too_warm(span: Span) -> Fact | None:
    above = span.inside(span.case.temperature - span.case.set_point)
    if above.empty:
        return None
    usual = float(above.median())
    warm = usual > TOO_WARM_C
    return Fact(warm, f"{'too' if warm else 'not too'} warm: {signed(usual, 1)} °C against the set-point")


def _medicated(span: Span) -> Fact | None:
    said = span.events(EventKind.MEDICATION)
    if not span.case.events:
        return None
    return Fact(bool(said), f"recorded: {said[0].message}" if said else "no medication is recorded")


def _auger(span: Span) -> Fact | None:
    running = span.inside(span.case.column("auger_running"))
    if running.empty:
        return None
    share = float((running > 0).mean())
    return Fact(share > 0.5, f"the auger ran for {100 * share:.0f} % of the time")


def _silo(span: Span) -> Fact | None:
    silos = [s.column for s in span.case.sensors_of("silo") if s.column in span.case.wide.columns]
    if not silos:
        return None
    left = span.inside(span.case.wide[silos].sum(axis=1, min_count=1))
    return None if left.empty else Fact(float(left.min()) < SILO_KG, f"{left.min():.0f} kg in the silos")


def _old(span: Span) -> Fact | None:
    age = span.case.ages.loc[: span.end].dropna()
    return None if age.empty else Fact(float(age.iloc[-1]) >= CATCH_AGE, f"age {age.iloc[-1]:.0f} d")


ANSWERS: Final[Mapping[str, Answer]] = {
    "water_in_the_dark": _night,
    "much_less_water": _much_less,
    "feed_follows": _follows("feed"),
    "water_follows": _follows("water"),
    "more_deaths": _deaths,
    "too_warm": _too_warm,
    "medicated": _medicated,
    "auger_runs": _auger,
    "silo_low": _silo,
    "old_enough_to_catch": _old,
}
"""Question → who answers it."""
