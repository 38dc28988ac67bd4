"""The verdict: ok, warning or disqualified, with sentences a manager understands, the worst first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from farmlab import clock
from farmlab.domain import HouseKind, Verdict, VerdictState
from farmlab.quality import rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from farmlab.domain import Flock, House, Sensor

COVERAGE_WARNING: Final = 0.9
COVERAGE_DISQUALIFIED: Final = 0.5
"""Shares of the expected readings; below the lower one nothing should be concluded."""
FLAGGED_WARNING: Final = 0.10
FLAGGED_DISQUALIFIED: Final = 0.30
"""Shares of the readings that came and that a rule marks."""
STALE_HOURS: Final = 3.0
"""A house that has been silent for longer is not judged any more."""
FAULTY_SHARE: Final = 0.5
"""With more than this share of its sensors at fault a house is not judged any more."""
SENSOR_FLAGGED: Final = 0.10
SENSOR_MISSING: Final = 0.50
"""A sensor is at fault when so much of what it said is marked, or so much of what it should have said is missing."""

MOST_NAMED: Final = 3
_NAME: Final = "\0"
_ORDER: Final = (VerdictState.OK, VerdictState.WARNING, VerdictState.DISQUALIFIED)


@dataclass(frozen=True, slots=True)
class _Reason:
    state: VerdictState
    sentence: str


@dataclass(frozen=True, slots=True)
class _Scope:
    house: House
    start: datetime
    until: datetime
    step: timedelta
    timezone: str

    def spoken(self, moment: datetime | pd.Timestamp) -> str:
        """The moment in the farm's words."""
        return clock.spoken(pd.Timestamp(moment).to_pydatetime(), self.timezone, at=self.until)


def judge(
    wide: pd.DataFrame,
    sensors: Sequence[Sensor],
    *,
    house: House,
    start: datetime,
    until: datetime,
    step: timedelta,
    timezone: str,
    flocks: Sequence[Flock] | None = None,
    simulated: bool = False,
) -> Verdict:
    """How far the readings of one house in (start, until] can be trusted.

    Parameters
    ----------
    wide
        The readings, one column a sensor, in UTC; what it has before ``start`` tells how old the newest is.
    sensors
        The sensors of the house that should report.
    house, flocks
        The house and its flocks, past ones included; an empty house is not judged faulty.
    start, until, step
        The window, and the usual time between two readings (the polling interval).
    timezone
        The farm's, for the words.
    simulated
        Whether the readings come from a simulator; it is only passed on.
    """
    mine = [sensor for sensor in sensors if sensor.house == house.number]
    flags = rules.flag(wide, mine, step=step, start=start, until=until, flocks=_of(house, flocks), timezone=timezone)
    scope = _Scope(house, start, until, step, timezone)
    counted, newest = _counts(wide, mine, flags, scope), _newest(wide, mine, until)
    faults = _faults(counted, flags, scope)
    reasons = _reasons(counted, faults, newest, scope)
    if _is_empty(house, flocks, until, timezone):
        reasons.append(_Reason(VerdictState.OK, f"No birds in {house.label}: only ranges and arrival are judged."))
    return Verdict(
        state=max((reason.state for reason in reasons), key=_ORDER.index, default=VerdictState.OK),
        reasons=_sentences(reasons),
        coverage=_ratio(counted["came"].sum(), counted["expected"].sum()),
        flagged=_ratio(counted["marked"].sum(), counted["came"].sum()),
        newest=newest,
        start=start,
        until=until,
        sensors_at_fault=tuple(faults),
        simulated=simulated,
    )


def combine(verdicts: Mapping[str, Verdict]) -> Verdict:
    """One verdict for several scopes by their label ("House 3"), the worst sentence first.

    It is disqualified when more than half of them are, else as bad as a warning when any is not ok.
    Shares are means over the scopes, ``newest`` is the newest of all. What is said alike of several is said once.
    """
    if not verdicts:
        return Verdict(state=VerdictState.DISQUALIFIED, reasons=("There is no house with readings.",))
    every = list(verdicts.values())
    return Verdict(
        state=_joint_state(every),
        reasons=_sentences(_joined(verdicts)),
        coverage=_mean([verdict.coverage for verdict in every]),
        flagged=_mean([verdict.flagged for verdict in every]),
        newest=max((verdict.newest for verdict in every if verdict.newest), default=None),
        start=min((verdict.start for verdict in every if verdict.start), default=None),
        until=max((verdict.until for verdict in every if verdict.until), default=None),
        sensors_at_fault=tuple(
            name if len(every) == 1 else f"{label}: {name}"
            for label, verdict in verdicts.items()
            for name in verdict.sensors_at_fault
        ),
        simulated=any(verdict.simulated for verdict in every),
    )


def _joined(verdicts: Mapping[str, Verdict]) -> list[_Reason]:
    """The sentences of all scopes; those that differ in the name only are one."""
    alike: dict[tuple[VerdictState, str], list[str]] = {}
    for label, verdict in verdicts.items():
        for sentence in verdict.reasons:
            nameless = sentence.replace(label, _NAME) if label in sentence else f"{_NAME}: {sentence}"
            alike.setdefault((verdict.state, nameless), []).append(label)
    return [_Reason(state, nameless.replace(_NAME, _named(labels))) for (state, nameless), labels in alike.items()]


def _named(labels: Sequence[str]) -> str:
    """The first few, and how many more.

    >>> _named(["House 1"]), _named(["House 1", "House 2"])
    ('House 1', 'House 1 and House 2')
    >>> _named([f"House {number}" for number in range(1, 9)])
    'House 1, House 2, House 3 and 5 more'
    """
    named, more = list(labels[:MOST_NAMED]), len(labels) - MOST_NAMED
    last = f"{more} more" if more > 0 else named.pop()
    return f"{', '.join(named)} and {last}" if named else last


def _joint_state(every: Sequence[Verdict]) -> VerdictState:
    lost = sum(verdict.state is VerdictState.DISQUALIFIED for verdict in every)
    if 2 * lost > len(every):
        return VerdictState.DISQUALIFIED
    return VerdictState.OK if all(verdict.state is VerdictState.OK for verdict in every) else VerdictState.WARNING


def _of(house: House, flocks: Sequence[Flock] | None) -> list[Flock]:
    return [flock for flock in flocks or () if flock.house == house.number]


def _is_empty(house: House, flocks: Sequence[Flock] | None, until: datetime, timezone: str) -> bool:
    known, today = _of(house, flocks), clock.local_date(until, timezone)
    return house.kind is not HouseKind.ROOM and bool(known) and not any(flock.holds(today) for flock in known)


def _counts(wide: pd.DataFrame, sensors: Sequence[Sensor], flags: pd.DataFrame, scope: _Scope) -> pd.DataFrame:
    """By sensor: readings that came, that were expected, and that are marked."""
    inside = wide[(wide.index > pd.Timestamp(scope.start)) & (wide.index <= pd.Timestamp(scope.until))]
    marked = flags[flags["rule"].isin(["range", "spike", "stuck"])].drop_duplicates(["sensor", "time"])
    lost = flags[flags["rule"] == "missing"].groupby("sensor")["value"].sum()
    silent = set(flags.loc[(flags["rule"] == "stale") & flags["value"].isna(), "sensor"])
    table = pd.DataFrame(index=[sensor.source_key for sensor in sensors])
    columns = [sensor.column for sensor in sensors]
    table["label"] = [sensor.label for sensor in sensors]
    table["came"] = inside.reindex(columns=columns).notna().sum().to_numpy()
    table["marked"] = marked.groupby("sensor").size().reindex(table.index).fillna(0)
    table["lost"] = lost.reindex(table.index).fillna(0)
    table["silent"] = [key in silent for key in table.index]
    table["expected"] = table["came"] + table["lost"]
    return table


def _newest(wide: pd.DataFrame, sensors: Sequence[Sensor], until: datetime) -> datetime | None:
    columns = [sensor.column for sensor in sensors if sensor.column in wide]
    known = wide.loc[wide.index <= pd.Timestamp(until), columns].dropna(how="all")
    return pd.Timestamp(known.index.max()).to_pydatetime() if len(known) else None


def _faults(counted: pd.DataFrame, flags: pd.DataFrame, scope: _Scope) -> dict[str, str]:
    """Label of each sensor at fault → what is wrong with it, in a few words."""
    if counted.empty or not counted["came"].sum():
        return {}
    stale = flags[flags["rule"] == "stale"].groupby("sensor")["time"].max()
    house_silent = len(stale) == len(counted)
    said: dict[str, str] = {}
    for key, row in counted.iterrows():
        words = _what_is_wrong(row, flags[flags["sensor"] == key], scope)
        if not words and row["silent"]:
            words = "no reading at all"
        elif not words and key in stale.index and not house_silent:
            words = f"silent since {scope.spoken(stale[str(key)])}"
        if words:
            said[str(row["label"])] = words
    return said


def _what_is_wrong(row: pd.Series, flags: pd.DataFrame, scope: _Scope) -> str:
    if row["came"] and row["marked"] > SENSOR_FLAGGED * row["came"]:
        worst = flags[flags["rule"].isin(["range", "spike", "stuck"])]
        rule = str(worst["rule"].mode().iloc[0])
        first = worst[worst["rule"] == rule].iloc[0]
        since = f"since {scope.spoken(first['time'])}"
        phrases = {
            "stuck": f"stuck at {first['value']:g}",
            "range": f"impossible ({first['value']:g})",
            "spike": "spikes",
        }
        return f"{phrases[rule]} {since}"
    if row["came"] and row["lost"] > SENSOR_MISSING * row["expected"]:
        return f"{100 * row['lost'] / row['expected']:.0f} % of its readings are missing"
    return ""


def _reasons(counted: pd.DataFrame, faults: Mapping[str, str], newest: datetime | None, scope: _Scope) -> list[_Reason]:
    if newest is None or not len(counted):
        return [_Reason(VerdictState.DISQUALIFIED, f"No data from {scope.house.label} at all.")]
    reasons = _freshness(newest, scope)
    if newest <= scope.start:
        return reasons
    reasons += _shares(counted, scope.house)
    if faults:
        reasons.append(_at_fault(faults, len(counted), scope.house))
    return reasons


def _freshness(newest: datetime, scope: _Scope) -> list[_Reason]:
    age = scope.until - newest
    if age.total_seconds() <= max(rules.STALE_READINGS * scope.step.total_seconds(), rules.LEAST_STALE_S):
        return []
    state = VerdictState.DISQUALIFIED if age.total_seconds() > STALE_HOURS * 3600 else VerdictState.WARNING
    words = f"No data from {scope.house.label} since {scope.spoken(newest)}, {clock.in_words(age)}."
    return [_Reason(state, words)]


def _shares(counted: pd.DataFrame, house: House) -> list[_Reason]:
    reasons = []
    coverage = _ratio(counted["came"].sum(), counted["expected"].sum())
    if coverage is not None and coverage < COVERAGE_WARNING:
        state = VerdictState.DISQUALIFIED if coverage < COVERAGE_DISQUALIFIED else VerdictState.WARNING
        reasons.append(_Reason(state, f"{100 * (1 - coverage):.0f} % of the readings of {house.label} are missing."))
    flagged = _ratio(counted["marked"].sum(), counted["came"].sum())
    if flagged is not None and flagged > FLAGGED_WARNING:
        state = VerdictState.DISQUALIFIED if flagged > FLAGGED_DISQUALIFIED else VerdictState.WARNING
        reasons.append(_Reason(state, f"{100 * flagged:.0f} % of the readings of {house.label} cannot be right."))
    return reasons


def _at_fault(faults: Mapping[str, str], count: int, house: House) -> _Reason:
    state = VerdictState.DISQUALIFIED if len(faults) > FAULTY_SHARE * count else VerdictState.WARNING
    named = "; ".join(f"{label} {words}" for label, words in list(faults.items())[:3])
    more = f" and {len(faults) - 3} more" if len(faults) > 3 else ""
    plural = "sensor" if len(faults) == 1 else "sensors"
    return _Reason(state, f"{len(faults)} {plural} of {house.label} at fault: {named}{more}.")


def _sentences(reasons: Sequence[_Reason]) -> tuple[str, ...]:
    ordered = sorted(reasons, key=lambda reason: -_ORDER.index(reason.state))
    return tuple(dict.fromkeys(reason.sentence for reason in ordered))


def _ratio(part: float, whole: float) -> float | None:
    return round(float(part) / float(whole), 4) if whole else None


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known), 4) if known else None
