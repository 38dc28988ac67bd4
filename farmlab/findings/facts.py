"""Answers to the questions of the decision tree, from the readings and events around a finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.domain import EventKind
from farmlab.findings import air, drinking, heat
from farmlab.findings.calibration import night_hours
from farmlab.findings.table import OUTSIDE
from farmlab.text import signed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from farmlab.domain import Event, Finding
    from farmlab.findings.case import Case

HOT_C: Final = 26.0
TOO_WARM_C: Final = 2.0
MUCH_LESS: Final = -0.2
FOLLOWS: Final = -0.04
MORE_DEATHS: Final = 2.0
SILO_KG: Final = 300.0
CATCH_AGE: Final = 28
GREW: Final = 0.05
LEAK_LPH: Final = 12.0
SLOW_HOURS: Final = 6.0
OF_LEVELS: Final = frozenset({"offset", "step", "drift", "trend"})
BEFORE: Final = pd.Timedelta(hours=30)


@dataclass(frozen=True, slots=True)
class Fact:
    """An answer, and the sentence that says it."""

    yes: bool
    text: str


def gathered(case: Case, finding: Finding, names: Iterable[str]) -> dict[str, Fact]:
    """Those of the questions that can be answered about this finding; the others are left out."""
    span = _Span(case, finding)
    answers = {name: _ASKED[name](span) for name in names}
    return {name: fact for name, fact in answers.items() if fact is not None}


class _Span:
    """The stretch of a finding in the readings of its house."""

    def __init__(self, case: Case, finding: Finding) -> None:
        self.case, self.finding = case, finding
        self.start = pd.Timestamp(finding.start)
        self.end = pd.Timestamp(finding.end or case.until)

    def inside(self, series: pd.Series) -> pd.Series:
        return series.loc[self.start : self.end].dropna()

    def before(self, series: pd.Series, hours: float = 24) -> pd.Series:
        return series.loc[self.start - pd.Timedelta(hours=hours) : self.start].iloc[:-1].dropna()

    def events(self, *kinds: EventKind) -> list[Event]:
        spare = pd.Timedelta(hours=1)
        return [
            event
            for event in self.case.events
            if event.kind in kinds
            and event.house in (0, self.case.house.number)
            and self.start - spare <= pd.Timestamp(event.time) <= self.end + spare
        ]


def _power_alarm(span: _Span) -> Fact | None:
    alarms = span.events(EventKind.ALARM)
    said = [alarm for alarm in alarms if "power" in alarm.message.lower()]
    if not alarms:
        return None
    return Fact(bool(said), f'alarm "{said[0].message}"' if said else "the controller raised no alarm of the power")


def _no_air(span: _Span) -> Fact | None:
    lack = span.inside(air.shortfall(span.case))
    if len(lack) < 2:
        return None
    nothing = float(lack.rolling(2).min().max()) > air.NOTHING
    return Fact(nothing, f"{100 * min(float(lack.max()), 1):.0f} % of the asked air was missing at most")


def _inlets_frozen(span: _Span) -> Fact | None:
    opening = span.inside(air.opening(span.case))
    lack = span.inside(air.shortfall(span.case))
    if len(opening) < 3 or lack.empty or float(lack.max()) < 0.3:
        return None
    low, high = opening.quantile([0.1, 0.9])
    still = bool(high - low <= air.UNMOVED_PCT and low > air.OPEN_PCT)
    return Fact(still, f"inlets {'stood still' if still else 'moved'} between {low:.0f} and {high:.0f} %")


def _back_soon(span: _Span) -> Fact | None:
    lack = air.shortfall(span.case)
    if span.finding.kind not in ("fan_loss", "power_cut") or span.inside(lack).empty:
        return None
    lasted = (span.end - span.start).total_seconds() / 60
    if span.finding.end is None and lasted < 60:
        return None
    short = span.finding.end is not None and lasted <= 60
    return Fact(short, f"it lasted {lasted:.0f} min" if short else "it has lasted for more than an hour")


def _off_target(span: _Span) -> Fact | None:
    off = span.inside(air.off_target(span.case))
    if off.empty:
        return None
    pressure = span.inside(span.case.column("pressure_pa")[air.runs(span.case)]).median()
    is_off = bool((off != 0).mean() > 0.2)
    return Fact(is_off, f"pressure {pressure:.0f} Pa, inlets {'not moving after it' if is_off else 'following it'}")


def _ends_apart(span: _Span) -> Fact | None:
    limit = span.case.calibration.get("places", {}).get("limit")
    apart = span.inside(air.unevenness(span.case)).abs()
    if limit is None or apart.empty:
        return None
    worst = float(apart.quantile(0.8))
    return Fact(worst > limit, f"one end {worst:.1f} °C warmer than usual")


def _lack(span: _Span) -> Fact | None:
    if not span.case.calibration.get("air"):
        return None
    lack = span.inside(air.deficit(span.case))
    if lack.empty:
        return None
    limit = float(air.limits(span.case).loc[lack.index].median())
    return Fact(bool(lack.max() > limit), f"fans move {100 * max(float(lack.max()), 0):.0f} % less air than asked")


def _grew(span: _Span) -> Fact | None:
    """Whether the lack of air had been growing: belts wear for days, motors stop at once."""
    lack = air.deficit(span.case)
    past, first = span.before(lack, 30), span.inside(lack)
    if len(past) < 12 or first.empty or not span.case.calibration.get("air"):
        return None
    near, usual = float(past.iloc[-max(len(past) // 3, 6) :].median()), float(span.case.calibration["air"]["usual"])
    return Fact(near - usual > GREW, f"{_share(near)} of the air was missing before (usual {_share(usual)})")


def _share(missing: float) -> str:
    return f"{100 * max(missing, 0):.0f} %"


def _two_fans(span: _Span) -> Fact | None:
    lack = span.inside(air.deficit(span.case))
    if lack.empty or not span.case.calibration.get("air"):
        return None
    at = lack.index[int(lack.argmax())]
    counts = [span.case.column(f"fans_{kind}_running").fillna(0.0).loc[at] for kind in ("tunnel", "exhaust")]
    running = float(counts[0] or counts[1])
    missing = float(lack.max()) * running
    return Fact(missing > 1.5, f"the air of {missing:.1f} fans out of {running:.0f} is missing")


def _hot(span: _Span) -> Fact | None:
    outside = span.inside(span.case.column(OUTSIDE))
    if outside.empty:
        return None
    return Fact(float(outside.max()) > HOT_C, f"outside up to {outside.max():.0f} °C")


def _pad(span: _Span) -> Fact | None:
    drop = heat.pad_drop(span.case)
    seen = span.inside(drop) if drop is not None else pd.Series(dtype=float)
    if seen.empty:
        return None
    return Fact(bool(seen.median() < heat.PAD_DROP_C), f"with the pad on the house cooled by {seen.median():.1f} °C")


def _heat(span: _Span) -> Fact | None:
    said = heat.effort(span.case)
    if said.empty or span.inside(said["burning"]).empty:
        return None
    inside = said.loc[span.start : span.end].dropna(subset=["burning", "expected"])
    if inside.empty or float(inside["burning"].max()) == 0:
        return None
    most = int((inside["burning"] - inside["expected"]).argmax())
    burning, usual = float(inside["burning"].iloc[most]), float(inside["expected"].iloc[most])
    useless = bool(span.inside(heat.useless_heat(span.case)).any())
    more = burning > heat.TIMES * usual + 0.5
    return Fact(useless or more, f"{burning:.1f} heaters on, usual {usual:.1f}")


def _set_point(span: _Span) -> Fact | None:
    target = span.case.set_point
    near = pd.concat([span.before(target, 3), span.inside(target)])
    if len(near) < 2:
        return None
    jump = float(near.diff().abs().max())
    return Fact(jump > 0.8, f"set-point moved by {jump:.1f} °C at most")


def _night(span: _Span) -> Fact | None:
    usual = span.case.calibration.get("night_flow")
    hours = night_hours(span.case).loc[span.start - BEFORE : span.end]
    if usual is None or hours.empty:
        return None
    flow = float(hours.max())
    return Fact(flow > usual + LEAK_LPH, f"{flow:.0f} l/h in the dark (usual {usual:.0f})")


def _left(span: _Span, metric: str) -> pd.Series:
    return span.inside(drinking.change(span.case, metric, hours=drinking.LONG_HOURS if metric == "feed" else 3.0))


def _much_less(span: _Span) -> Fact | None:
    water = _left(span, "water")
    if water.empty or float(water.min()) > FOLLOWS:
        return None
    return Fact(float(water.min()) < MUCH_LESS, f"water {signed(100 * float(water.min()))} % against expectation")


def _follows(metric: str) -> Callable[[_Span], Fact | None]:
    def asked(span: _Span) -> Fact | None:
        left = _left(span, metric)
        if left.empty:
            return None
        now = float(left.iloc[-1])
        return Fact(now < FOLLOWS, f"{metric} {signed(100 * now)} % against expectation")

    return asked


def _deaths(span: _Span) -> Fact | None:
    dead = span.case.column("mortality_n").dropna()
    if dead.empty:
        return None
    days = dead.groupby(pd.DatetimeIndex(dead.index).tz_convert(span.case.timezone).date).max()
    if len(days) < 2 or float(days.iloc[0]) <= 0:
        return None
    most, usual = float(days.iloc[1:].max()), float(days.iloc[0])
    return Fact(most > MORE_DEATHS * usual + 5, f"{most:.0f} dead in a day, {usual:.0f} before")


def _too_warm(span: _Span) -> Fact | None:
    above = span.inside(span.case.temperature - span.case.set_point)
    if above.empty:
        return None
    usual = float(above.median())
    warm = usual > TOO_WARM_C
    return Fact(warm, f"{'too' if warm else 'not too'} warm: {signed(usual, 1)} °C against the set-point")


def _medicated(span: _Span) -> Fact | None:
    said = span.events(EventKind.MEDICATION)
    if not span.case.events:
        return None
    return Fact(bool(said), f"recorded: {said[0].message}" if said else "no medication is recorded")


def _auger(span: _Span) -> Fact | None:
    running = span.inside(span.case.column("auger_running"))
    if running.empty:
        return None
    share = float((running > 0).mean())
    return Fact(share > 0.5, f"the auger ran for {100 * share:.0f} % of the time")


def _silo(span: _Span) -> Fact | None:
    silos = [s.column for s in span.case.sensors_of("silo") if s.column in span.case.wide.columns]
    if not silos:
        return None
    left = span.inside(span.case.wide[silos].sum(axis=1, min_count=1))
    return None if left.empty else Fact(float(left.min()) < SILO_KG, f"{left.min():.0f} kg in the silos")


def _old(span: _Span) -> Fact | None:
    age = span.case.ages.loc[: span.end].dropna()
    return None if age.empty else Fact(float(age.iloc[-1]) >= CATCH_AGE, f"age {age.iloc[-1]:.0f} d")


def _unmoved(span: _Span) -> Fact | None:
    sensor = next((s for s in span.case.sensors if s.column == span.finding.subject), None)
    if sensor is None or span.finding.kind not in OF_LEVELS:
        return None
    others = [s.column for s in span.case.sensors_of(sensor.metric) if s.position and s.column != sensor.column]
    others = [column for column in others if column in span.case.wide.columns] if sensor.position else []
    if not others:
        return None
    rest = span.case.wide[others].median(axis=1)
    apart = span.case.column(sensor.column) - rest
    moved = float(span.inside(apart).median() - span.before(apart).median())
    theirs = float(span.inside(rest - span.case.set_point).median() - span.before(rest - span.case.set_point).median())
    if not np.isfinite(moved) or not np.isfinite(theirs):
        return None
    return Fact(
        abs(moved) > abs(theirs), f"it moved by {signed(moved, 1)} against the others, they by {signed(theirs, 1)}"
    )


def _no_second(span: _Span) -> Fact | None:
    sensor = next((s for s in span.case.sensors if s.column == span.finding.subject), None)
    if sensor is None or sensor.position == "outside" or span.finding.kind not in OF_LEVELS:
        return None
    others = [s for s in span.case.sensors_of(sensor.metric) if s.column != sensor.column and s.position]
    return Fact(not others, f"{len(others)} others of the same kind to compare with" if others else "no second sensor")


def _slowly(span: _Span) -> Fact | None:
    """How long the sensor took for the middle half of its way."""
    column = span.finding.subject
    if column not in span.case.wide.columns or span.finding.kind not in OF_LEVELS:
        return None
    sensor = next(s for s in span.case.sensors if s.column == column)
    others = [s.column for s in span.case.sensors_of(sensor.metric) if s.position and s.column != column]
    others = [other for other in others if other in span.case.wide.columns] if sensor.position else []
    apart = span.case.wide[column] - (span.case.wide[others].median(axis=1) if others else 0.0)
    path = apart.rolling("60min", min_periods=3).median().dropna()
    if len(path) < 24:
        return None
    first, last = float(path.iloc[:12].median()), float(path.iloc[-12:].median())
    way = (path - first) / (last - first) if abs(last - first) > 1e-6 else path * 0
    quarter, rest = way.index[(way > 0.25).to_numpy()], way.index[(way > 0.75).to_numpy()]
    if not len(quarter) or not len(rest):
        return None
    hours = (rest[0] - quarter[0]).total_seconds() / 3600
    return Fact(hours > SLOW_HOURS, f"half of the way took {hours:.0f} h")


def _back_and_forth(span: _Span) -> Fact | None:
    column = span.finding.subject
    if span.finding.kind not in ("noise", "spike", "pattern") or column not in span.case.wide.columns:
        return None
    steps = span.inside(span.case.wide[column]).diff().abs().dropna()
    if len(steps) < 12:
        return None
    single = float((steps > 5 * max(float(steps.median()), 1e-6)).mean())
    return Fact(0 < single < 0.25 and float(steps.max()) > 8 * float(steps.median()), f"{100 * single:.0f} % are jumps")


_ASKED: Final[Mapping[str, Callable[[_Span], Fact | None]]] = {
    "power_alarm": _power_alarm,
    "no_air_at_all": _no_air,
    "inlets_frozen": _inlets_frozen,
    "back_within_an_hour": _back_soon,
    "pressure_off_target": _off_target,
    "ends_apart": _ends_apart,
    "lack_of_air": _lack,
    "grew_before": _grew,
    "two_fans": _two_fans,
    "outside_hot": _hot,
    "pad_without_effect": _pad,
    "heat_without_effect": _heat,
    "set_point_changed": _set_point,
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
    "others_unmoved": _unmoved,
    "no_second_sensor": _no_second,
    "came_slowly": _slowly,
    "back_and_forth": _back_and_forth,
}
