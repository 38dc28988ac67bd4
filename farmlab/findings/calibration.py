"""What is learned from the past of a house once a day, so that every look at it is quick; plain JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from farmlab.features import air_balance, water_feed
from farmlab.findings.case import Case
from farmlab.findings.table import detector_table, settings
from farmlab.models.layered import Layered
from farmlab.models.level import SETTLED_DAYS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from farmlab.domain import Flock, House, Sensor

DAYS: Final = 21
"""How much history is worth reading."""
CONTEXT_HOURS: Final = 30
"""How much must be read before a window for a full look at it."""
DEFICIT_TIMES: Final = 1.6
FEWEST_DAYS: Final = 3
LEAST_DEFICIT: Final = 0.2
"""A smaller lack of air is within what inlets and gusts do."""
FEWEST_DARK_HOURS: Final = 3


def calibrate(
    wide: pd.DataFrame,
    sensors: Sequence[Sensor],
    *,
    house: House,
    flocks: Sequence[Flock],
    until: datetime,
    timezone: str,
) -> dict[str, Any]:
    """What is usual in this house, from its readings up to ``until``, as JSON values (see :func:`look`).

    Raises
    ------
    InsufficientData
        The house has less than three days of readings with birds in it.
    """
    past = wide[wide.index <= pd.Timestamp(until)]
    mine = [sensor for sensor in sensors if sensor.house == house.number]
    first = past.index[0].to_pydatetime() if len(past) else until
    case = Case(house, past, mine, flocks, first, until, timezone)
    detector = Layered(**settings(case)).fit(detector_table(case))
    return {
        "detector": detector.to_state(),
        "air": _air(case),
        "night_flow": _night_flow(case),
        "fitted_until": until.isoformat(),
        "grace": {**detector.grace_, **_new_flock(case)},
        "expected_rate": {str(column): round(float(rate), 4) for column, rate in detector.expected_rate_.items()},
    }


def _new_flock(case: Case) -> dict[str, str]:
    """Why levels are not judged yet, while the birds are new in the house."""
    age = case.flock.age_days(case.until, case.timezone) if case.flock else SETTLED_DAYS
    if age >= SETTLED_DAYS:
        return {}
    return {"all levels": f"the flock is {age} days old; levels are judged from day {SETTLED_DAYS} on"}


def _air(case: Case) -> dict[str, Any] | None:
    """The air balance of the house, and the deficit from which on something is wrong.

    That is well above what the highest of a day usually is; a median, since a fan may have been broken on some days.
    """
    balance = air_balance.fit(case.wide)
    if balance is None:
        return None
    lack = air_balance.deficit(case.wide, balance)
    highest = lack.groupby(water_feed.local_days(case.index, case.timezone)).max().dropna()
    if len(highest) < FEWEST_DAYS:
        return None
    return {**balance.state(), "limit": max(LEAST_DEFICIT, DEFICIT_TIMES * float(highest.median()))}


def _night_flow(case: Case) -> float | None:
    """Litres per hour that are usual in the dark; None without water meter, light, or nights."""
    hours = night_hours(case)
    return float(hours.median()) if len(hours) >= FEWEST_DARK_HOURS else None


def night_hours(case: Case) -> pd.Series:
    """Litres per hour in each dark hour of the case."""
    meters = case.sensors_of("water")
    if not meters or not case.has(meters[0].column, "light_pct"):
        return pd.Series(dtype=float, index=case.index[:0])
    meter = meters[0]
    added = water_feed.amounts(case.column(meter.column), kind=meter.counts, timezone=case.timezone)
    lived = case.ages.notna() if case.mine else pd.Series(True, index=case.index)
    return water_feed.night_flow(added.where(lived), case.column("light_pct"))
