"""What a forecast warns of: limits that are likely to be left, a silo that runs empty, an unusual peak."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import erfc
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from farmlab import clock, units
from farmlab.domain import Category, Finding, HouseKind, Hypothesis, Severity
from farmlab.features import climate
from farmlab.findings.climate import LIMITS, TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from farmlab.domain import House

LIKELY: Final = 0.5
POSSIBLE: Final = 0.3
Z_80: Final = 1.2816
"""The 80 % interval reaches so many standard deviations to each side."""
HEAT_HOURS: Final = 2
HUMID_FROM_AGE: Final = 21
"""From this age in days on it is the temperature-humidity index that counts, not the temperature alone."""
COMFORTABLE_RH: Final = 65.0
RECORD: Final = 1.05
STEPS: Final = {
    "heat": "See that all fans and the cooling run before then, and plan a walk through the house.",
    "cold": "Check heaters and gas supply before then, and that inlets and doors close.",
    "rh": "Plan more minimum ventilation or heat for these hours.",
    "co2": "Plan more minimum ventilation for these hours.",
    "nh3": "Plan more minimum ventilation for these hours; look for wet litter.",
    "silo": "Order feed now, or shift feed between silos.",
    "power": "Shift what can wait out of these hours; check the limit of the connection.",
}


@dataclass(frozen=True)
class Coming:
    """A house and its forecasts.

    Attributes
    ----------
    frames
        Metric → ``forecast``, ``lower`` and ``upper`` by the ends of the hours ahead.
    set_point
        The set-point at these hours; None without one.
    ages
        Age of the birds in days at these hours; None in an empty house or room.
    silo_kg
        Feed that is left; None when it is not known.
    peaks
        Metric → (height of the next peak, the ends of its first and last hour, the highest hour of the past).
    """

    house: House
    frames: Mapping[str, pd.DataFrame]
    until: datetime
    timezone: str
    set_point: pd.Series | None = None
    ages: pd.Series | None = None
    silo_kg: float | None = None
    peaks: Mapping[str, tuple[float, pd.Timestamp, pd.Timestamp, float]] = field(default_factory=dict)


def look(coming: Coming) -> list[Finding]:
    """What is likely (50 % and more) or possible (30 % and more) in the next 48 hours, the most likely first."""
    found = [*_temperature(coming), *_limits(coming), *_silo(coming), *_peak(coming)]
    return sorted(found, key=lambda finding: -finding.score)


def expected(finding: Finding, timezone: str) -> str:
    """When it is expected, for what a forecast warns of; "" for everything else.

    >>> from datetime import UTC, datetime
    >>> data = {"from": "2026-07-01T12:00:00+00:00", "to": "2026-07-01T16:00:00+00:00"}
    >>> heat = Finding(category=Category.FORECAST, kind="heat_ahead", house=1, subject="temp", title="", data=data,
    ...                start=datetime(2026, 7, 1, tzinfo=UTC))
    >>> expected(heat, "Europe/Berlin")
    'expected Wed 1 Jul 14:00 – 18:00'
    """
    if not {"from", "to"} <= finding.data.keys():
        return ""
    zone = clock.zone(timezone)
    first, last = (clock.parse_time(finding.data[end]).astimezone(zone) for end in ("from", "to"))
    end = f"{last:%H:%M}" if first.date() == last.date() else f"{_day(last)} {last:%H:%M}"
    return f"expected {_day(first)} {first:%H:%M}" + (f" – {end}" if last != first else "")


def probability_above(frame: pd.DataFrame, limit: pd.Series | float) -> pd.Series:
    """The chance of each hour to lie above a limit, from its 80 % interval.

    >>> hour = pd.DataFrame({"forecast": [20.0], "lower": [18.0], "upper": [22.0]})
    >>> probability_above(hour, 22.0).round(2).tolist()
    [0.1]
    """
    distance = limit - frame["forecast"]
    upper, lower = frame["upper"] - frame["forecast"], frame["forecast"] - frame["lower"]
    spread = np.maximum(np.where(distance > 0, upper, lower), 1e-9) / Z_80
    return (distance / spread).map(lambda z: 0.5 * erfc(z / 2**0.5))


def _temperature(coming: Coming) -> Iterator[Finding]:
    frame = coming.frames.get("temp")
    if frame is None or coming.set_point is None or coming.ages is None:
        return
    ages = coming.ages.reindex(frame.index)
    low, high = (ages.map(lambda age, side=side: _tolerance(age)[side]) for side in (0, 1))
    wanted = coming.set_point.reindex(frame.index)
    felt, limit = _felt(frame, wanted + high, coming.frames.get("rh"), ages)
    name = "Heat stress" if ages.iloc[0] >= HUMID_FROM_AGE else "Too warm"
    yield from _crossing(coming, "heat", name, probability_above(felt, limit), frame, hours=HEAT_HOURS)
    mirrored = -frame.rename(columns={"lower": "upper", "upper": "lower"})
    too_cold = probability_above(mirrored, -(wanted - low))
    yield from _crossing(coming, "cold", "Too cold", too_cold, frame, hours=HEAT_HOURS)


def _felt(
    frame: pd.DataFrame, limit: pd.Series, humidity: pd.DataFrame | None, ages: pd.Series
) -> tuple[pd.DataFrame, pd.Series]:
    """Temperature and its limit; for grown birds both as temperature-humidity index, the limit at 65 %."""
    if humidity is None or ages.iloc[0] < HUMID_FROM_AGE:
        return frame, limit
    damp = humidity["forecast"].reindex(frame.index).clip(5, 99)
    index = frame.apply(lambda column: climate.thi_broiler(column, damp))
    return index, climate.thi_broiler(limit, pd.Series(COMFORTABLE_RH, index=limit.index))


def _tolerance(age: float) -> tuple[float, float]:
    return next(((low, high) for until, low, high in TOLERANCE if age <= until), TOLERANCE[-1][1:])


def _limits(coming: Coming) -> Iterator[Finding]:
    if coming.ages is None and coming.house.kind is not HouseKind.ROOM:
        return
    for limit in LIMITS:
        metric = limit.column.partition("_")[0]
        frame = coming.frames.get(metric)
        if frame is not None:
            above = probability_above(frame, limit.warning)
            hours = max(1, limit.minutes // 60)
            label = f"{limit.label} above {limit.warning:.0f} {limit.unit}"
            yield from _crossing(coming, metric, label, above, frame, hours=hours)


def _crossing(
    coming: Coming, kind: str, name: str, chance: pd.Series, frame: pd.DataFrame, *, hours: int
) -> Iterator[Finding]:
    """A finding where all of so many hours in a row have at least the chance that is worth a word."""
    lasting = chance.rolling(hours).min()
    best = float(lasting.max()) if lasting.notna().any() else 0.0
    if best < POSSIBLE:
        return
    start, end = _stretch(chance, lasting, hours)
    inside = frame.loc[start:end]
    extreme = inside["forecast"].min() if kind == "cold" else inside["forecast"].max()
    about = units.METRICS["temp" if kind in ("heat", "cold") else kind]
    reach = f"{inside['lower'].min():.{about.digits}f}–{inside['upper'].max():.{about.digits}f} {about.unit}"
    said = f"forecast {extreme:.{about.digits}f} {about.unit} ({reach})"
    yield _finding(coming, about.code, kind, name, best, start - pd.Timedelta(hours=1), end, said)


def _stretch(chance: pd.Series, lasting: pd.Series, hours: int) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The hours around the likeliest ones that are at least half as likely."""
    place = int(np.nanargmax(lasting.to_numpy()))
    enough = (chance >= chance.iloc[place - hours + 1 : place + 1].min() / 2).to_numpy()
    first, final = place - hours + 1, place
    while first > 0 and enough[first - 1]:
        first -= 1
    while final < len(enough) - 1 and enough[final + 1]:
        final += 1
    return chance.index[first], chance.index[final]


def _silo(coming: Coming) -> Iterator[Finding]:
    frame = coming.frames.get("feed")
    if frame is None or coming.silo_kg is None:
        return
    eaten = frame.cumsum()
    eaten[["lower", "upper"]] = eaten[["forecast"]].to_numpy() + _root_sum(frame)
    chance = probability_above(eaten, coming.silo_kg)
    if chance.iloc[-1] < POSSIBLE:
        return
    empty = chance.index[int(np.argmax((chance >= LIKELY).to_numpy()))] if chance.max() >= LIKELY else chance.index[-1]
    said = f"{coming.silo_kg:.0f} kg are left, {eaten['forecast'].iloc[-1]:.0f} kg are expected to be eaten in 48 h"
    yield _finding(coming, "feed", "silo", "Silo empty", float(chance.iloc[-1]), empty, empty, said)


def _root_sum(frame: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Reach of a running total whose errors are alike for a day: hours of one day add up, days do not quite."""
    steps = frame[["lower", "upper"]].sub(frame["forecast"], axis=0)
    return np.asarray(steps.cumsum() / np.sqrt(24.0) * 2)


def _peak(coming: Coming) -> Iterator[Finding]:
    for metric, (height, start, end, highest) in coming.peaks.items():
        frame = coming.frames.get(metric)
        if frame is None or highest <= 0 or height <= RECORD * highest:
            continue
        chance = float(probability_above(frame.loc[start:end] + (height - frame["forecast"].max()), highest).max())
        about = units.METRICS[metric]
        said = f"{height:.0f} {about.unit} expected, {highest:.0f} {about.unit} was the highest before"
        begin = start - pd.Timedelta(hours=1)
        yield _finding(coming, metric, metric, f"Highest {about.label} so far", chance, begin, end, said)


def _finding(
    coming: Coming, metric: str, kind: str, name: str, chance: float, start: pd.Timestamp, end: pd.Timestamp, said: str
) -> Finding:
    likely, sure = chance >= LIKELY, round(min(chance, 0.99), 2)
    when = _spoken(coming, start, end)
    return Finding(
        category=Category.FORECAST,
        kind=f"{kind}_ahead",
        house=coming.house.number,
        subject=metric,
        start=coming.until,
        title=f"{name} {'likely' if likely else 'possible'} {when}",
        detected_at=coming.until,
        score=sure,
        severity=Severity.WARNING if likely else Severity.INFO,
        why=(Hypothesis(cause="the days before, carried forward", confidence=sure, evidence=said),),
        check=(STEPS[kind],),
        data={"from": start.isoformat(), "to": end.isoformat(), "probability": round(chance, 3)},
    )


def _spoken(coming: Coming, start: pd.Timestamp, end: pd.Timestamp) -> str:
    """The hours with their day: "on Sat 21 Nov, 14–18 h"; findings are kept, and "tomorrow" would grow old."""
    zone = clock.zone(coming.timezone)
    first, final = start.astimezone(zone), end.astimezone(zone)
    if final - first >= pd.Timedelta(hours=24):
        return f"from {_day(first)}, {first:%H} h, on"
    if final.date() > first.date():
        return f"on {_day(first)}, {first:%H} h to {_day(final)}, {final:%H} h"
    return f"on {_day(first)}, {first:%H} h" if first == final else f"on {_day(first)}, {first:%H}–{final:%H} h"


def _day(local: datetime) -> str:
    return f"{local:%a} {local.day} {local:%b}"
