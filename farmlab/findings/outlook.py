"""What is likely to fail in a house in the next two days: risks by part, with reasons, wear, and health."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.features import degradation, machine_rows, series, wear
from farmlab.features import flock as birds
from farmlab.models.failure.health import Health, health
from farmlab.models.failure.learning import HORIZONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from farmlab.domain import Flock, House
    from farmlab.features.degradation import Sign
    from farmlab.features.wear import Crossing
    from farmlab.models.failure.risk import FailureRisk

HISTORY_DAYS: Final = 24
"""So much is read before the moment: ten days to compare with, and two weeks of health."""
HEALTH_DAYS: Final = 14
LEAST_ADDED: Final = 0.1
"""Of log-odds; less is no reason."""
MOST_REASONS: Final = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """What speaks for a failure: a sign (or what is on record), how much it adds, in words."""

    name: str
    added: float
    says: str


@dataclass(frozen=True)
class Outlook:
    """One part of one house at one moment.

    Attributes
    ----------
    risks
        By horizon; missing where nothing tells of the part.
    alarms
        Horizons at which the model would call: as likely as where every second call was right in its training.
    reasons
        The strongest first.
    crossing
        The sign that will be at its limit first, if one is on its way.
    health, health_trend
        Now, and points a day over two weeks where a trend is sure (else missing).
    signs
        By sign: hourly levels in units of the limit, for figures.
    trained
        What the model was trained on.
    """

    house: int
    part: str
    risks: Mapping[str, float]
    alarms: tuple[str, ...]
    reasons: tuple[Reason, ...]
    crossing: Crossing | None
    health: Health
    health_trend: float
    signs: Mapping[str, pd.DataFrame]
    trained: str
    usual: Mapping[str, float]
    """What the risks of any part are, by horizon"""

    @property
    def times(self) -> float:
        """How many times as likely as usual it is to fail, in the horizon where that is most."""
        return max(self.risks[name] / max(self.usual[name], 1e-9) for name in HORIZONS)

    @property
    def known(self) -> bool:
        """Whether anything tells of the part at this moment."""
        return any(np.isfinite(risk) for risk in self.risks.values())

    @property
    def worst(self) -> Sign | None:
        """The sign that is furthest on its way to its limit; None when none is above what is usual."""
        told = {name: _last(table["now"]) for name, table in self.signs.items()}
        name = max(told, key=lambda one: np.nan_to_num(told[one], nan=-np.inf), default="")
        return next((s for s in degradation.SIGNS if s.name == name and told[name] > 0), None)

    @cached_property
    def label(self) -> str:
        """What people call it."""
        return self.part.replace("_", " ")


def outlooks(
    wide: pd.DataFrame,
    house: House,
    flocks: Sequence[Flock],
    *,
    until: datetime,
    timezone: str,
    model: FailureRisk,
    trained: str,
    rarer: float = 1.0,
    happened: Mapping[str, machine_rows.Happened] | None = None,
) -> list[Outlook]:
    """The outlook of each part of a house with birds in it; none for an empty or silent house.

    Parameters
    ----------
    wide, house, flocks, timezone
        Readings in UTC, :data:`HISTORY_DAYS` before ``until``; the house, its flocks, and its zone.
    until
        The moment; what comes later is not looked at.
    model, trained, rarer
        What tells the risk, what it was trained on, and how many times rarer failures are here.
    happened
        What is on record, by part.
    """
    past = series.sorted_by_time(wide[wide.index <= pd.Timestamp(until)])
    mine = [flock for flock in flocks if flock.house == house.number]
    moment = pd.DatetimeIndex([pd.Timestamp(until)])
    if len(past) < 2:
        return []
    ages = birds.age_days(pd.DatetimeIndex(past.index), mine, timezone=timezone)
    breed = mine[-1].breed if mine else ""
    signs = degradation.signs(past, ages, breed=breed, timezone=timezone)
    measured = wear.all_measures(signs)
    rows = machine_rows.rows(measured, degradation.duty(past), ages, moment, happened)
    if rows.empty:
        return []
    risks = by_part(model.predict(rows, rarer=rarer))
    alarms = by_part(model.alarms(rows))
    added = by_part(model.contributions(rows))
    usable = _usable(past)
    return [
        Outlook(
            house=house.number,
            part=part,
            risks=_known(risks[part], measured, part),
            alarms=tuple(name for name in HORIZONS if alarms[part][name]) if _tells(measured, part) else (),
            reasons=_reasons(part, rows.xs(part, level="part").iloc[0], added[part]),
            crossing=_first(signs, part),
            health=_health(measured, part, usable),
            health_trend=_trend(measured, part, usable),
            signs={sign.name: measured[sign.name] for sign in machine_rows.SLOTS[part]},
            trained=trained,
            usual={name: model.usual(name, rarer=rarer) for name in HORIZONS},
        )
        for part in degradation.PARTS
    ]


def by_part(table: pd.DataFrame) -> dict[str, pd.Series]:
    """The one row of each part."""
    return {str(part): rows.iloc[0] for part, rows in table.groupby(level="part")}


def _tells(measured: Mapping[str, pd.DataFrame], part: str) -> bool:
    """Whether a sign of this part was known within the last day."""
    return any(_last(measured[sign.name]["age_h"]) <= 24 for sign in machine_rows.SLOTS[part])


def _known(risks: pd.Series, measured: Mapping[str, pd.DataFrame], part: str) -> dict[str, float]:
    told = _tells(measured, part)
    return {str(name): round(float(risk), 4) if told else float("nan") for name, risk in risks.items()}


def _reasons(part: str, row: pd.Series, added: pd.Series) -> tuple[Reason, ...]:
    """The strongest reasons: a sign with all its measures counts as one."""
    found = []
    for slot, sign in enumerate(machine_rows.SLOTS[part], start=1):
        if not row[f"sign{slot}_now"] > 0:
            continue  # what is better than usual is no reason that anybody would understand
        worth = float(added[[name for name in added.index if str(name).startswith(f"sign{slot}_")]].sum())
        found.append(Reason(sign.name, worth, sign_in_words(sign, row[f"sign{slot}_now"], row[f"sign{slot}_slope"])))
    for name, says in _ON_RECORD.items():
        if _is_told(name, part, row):
            found.append(Reason(name, float(added.get(name, 0.0)), says.format(row[name])))
    strong = sorted((one for one in found if one.added >= LEAST_ADDED and one.says), key=lambda one: -one.added)
    return tuple(strong[:MOST_REASONS])


def _is_told(name: str, part: str, row: pd.Series) -> bool:
    """Whether words about this feature mean something for the part."""
    if name == "duty_24h":
        return part in ("side_fans", "tunnel_fans", "heaters")
    if name == "mended_d":
        return bool(row[name] < machine_rows.LONG_AGO_D)
    return name == "age_d" or bool(row[name] > 0)


_ON_RECORD: Final = {
    "age_d": "birds {:.0f} days old",
    "duty_24h": "{:.1f} in use on average over the last day",
    "mended_d": "last repair {:.0f} days ago",
    "failed_30d": "{:.0f} failures in 30 days",
    "alarms_24h": "{:.0f} alarms in a day",
    "alarms_7d": "{:.0f} alarms in a week",
    "installed_y": "installed {:.1f} years ago",
}


def sign_in_words(sign: Sign, now: float, slope: float) -> str:
    """How far a sign is from its own past, and where it goes; "" where that is not known.

    >>> from farmlab.features.degradation import SIGNS
    >>> sign_in_words(SIGNS[0], 0.5, 0.1)
    'air that a running side fan moves: 8 % worse than usual, 2 % more a day'
    """
    if not np.isfinite(now):
        return ""
    scale, digits = (100.0, 0) if sign.unit == "%" else (1.0, 1)
    value, daily = scale * sign.limit * now, scale * sign.limit * slope
    if round(abs(value), digits) == 0:
        return ""
    word = "off what is usual" if sign.two_sided else "worse than usual" if now >= 0 else "better than usual"
    said = f"{sign.says}: {abs(value):.{digits}f} {sign.unit} {word}"
    if not np.isfinite(daily) or round(abs(daily), digits) == 0:
        return said
    return f"{said}, {abs(daily):.{digits}f} {sign.unit} {'more' if daily > 0 else 'less'} a day"


def _first(signs: pd.DataFrame, part: str) -> Crossing | None:
    found = [wear.crossing(signs[sign.name], sign) for sign in machine_rows.SLOTS[part]]
    return min((one for one in found if one is not None), key=lambda one: one.hours, default=None)


def _usable(past: pd.DataFrame) -> dict[str, float]:
    """By part: the share of the last day's readings in its columns that hold a value."""
    day = past[past.index > past.index[-1] - pd.Timedelta(hours=24)]
    columns = {part: [c for c in names if c in past.columns] for part, names in degradation.COLUMNS.items()}
    return {part: float(day[names].notna().to_numpy().mean()) if names else 1.0 for part, names in columns.items()}


def _health(measured: Mapping[str, pd.DataFrame], part: str, usable: Mapping[str, float]) -> Health:
    return _health_at(measured, part, usable, -1)


def _health_at(measured: Mapping[str, pd.DataFrame], part: str, usable: Mapping[str, float], row: int) -> Health:
    """The health at one hour; a part of which nothing told within a day has none."""
    told = {sign: measured[sign.name].iloc[row] for sign in machine_rows.SLOTS[part]}
    fresh = {sign: one for sign, one in told.items() if one["age_h"] <= 24 and np.isfinite(one["level"])}
    beyond = {sign: wear.beyond(one) for sign, one in fresh.items()}
    rising = [float(fresh[sign]["week"]) for sign, far in beyond.items() if far > 0 and sign.wears]
    gaps = measured["gaps"]["level"].iloc[row]
    limit = degradation.SIGNS[-1].limit
    arrived = 1.0 - limit * max(float(gaps), 0.0) if np.isfinite(gaps) else 1.0
    return health(
        arrived=arrived,
        usable=usable[part],
        level=max(beyond.values(), default=float("nan")),
        slope=max((week for week in rising if np.isfinite(week)), default=0.0),
    )


def _trend(measured: Mapping[str, pd.DataFrame], part: str, usable: Mapping[str, float]) -> float:
    """Points a day over two weeks (Theil), where Kendall's test is sure (p < .05); else missing."""
    from scipy.stats import kendalltau, theilslopes

    hours = len(measured["gaps"])
    rows = [row for row in range(-1, -24 * HEALTH_DAYS, -24) if -row <= hours]
    scores = np.array([_health_at(measured, part, usable, row).score for row in rows])
    days, known = np.array(rows) / 24.0, np.isfinite(scores)
    if known.sum() < 5 or len(np.unique(scores[known])) < 2:
        return float("nan")
    if kendalltau(days[known], scores[known]).pvalue >= 0.05:
        return float("nan")
    return round(float(theilslopes(scores[known], days[known])[0]), 2)


def _last(values: pd.Series) -> float:
    return float(values.iloc[-1]) if len(values) else float("nan")
