"""Episodes of single sensors become findings: a sensor at fault, or something that the whole house shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.domain import Category, Severity
from farmlab.findings import alone
from farmlab.findings.case import capital
from farmlab.findings.climate import OUTDOOR_EXCESS
from farmlab.findings.sensor_episodes import confirmed, glitches, neighbours, sensor_of
from farmlab.findings.table import HOUSE, OUTSIDE
from farmlab.models.episodes import KINDS
from farmlab.units import METRICS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from farmlab.domain import Finding, Sensor
    from farmlab.findings.case import Case
    from farmlab.models.episodes import Episode

SPIKES: Final = 2
MANY_SPIKES: Final = 4
"""One jump out and back is nothing that a person has to know; two within an hour or four a day: a loose contact."""
BAND_C: Final = 2.0
CHANGED: Final = {"temp": "temperature", "rh": "humidity"}
SEVERAL: Final = 3
AT_ONCE: Final = pd.Timedelta(minutes=15)
"""So many sensors that fail within such a time share a board, a bus or a supply."""
OF_THE_SENSOR: Final = frozenset({"stuck", "noise", "dropout"})
"""What air and birds do not do."""
NEAR: Final = pd.Timedelta(hours=1)
OF_LEVEL: Final = frozenset({"offset", "step", "drift", "trend"})
ROUGH_BY_WIND: Final = ("noise", "pressure")
"""Wind, and fans that are switched, do this."""
TITLES: Final = {
    "stuck": "{label} stuck at {value} since {since}",
    "noise": "{label} jumps up and down since {since}",
    "dropout": "{label} gives no usable value since {since}",
    "offset": "{label} reads {value}, expected {expected}, since {since}",
    "step": "{label} jumped from {expected} to {value} at {since}",
    "drift": "{label} has moved away to {value}, expected {expected}, since {since}",
    "trend": "{label} has moved to {value}, expected {expected}, since {since}",
    "pattern": "{label} runs unlike anything in its past since {since}",
    "spike": "{label} jumped and came back {repeats} times since {since}",
}


def look(case: Case) -> list[Finding]:
    """What the calibrated detector finds in the window; nothing without a calibration."""
    own = [*alone.look(case), *glitches(case)]
    found = [episode for episode in confirmed(case) if not _is_told(case, episode, own)]
    alike = _together(case, found)
    singles = _one_each([*own, *(e for e in found if not any(e in group for group in alike.values()))])
    shared = _at_once(singles)
    rest = [episode for episode in singles if episode not in shared]
    loose = {e.sensor for e in found if e.kind == "spike" and e.repeats >= SPIKES}
    several = [_several(case, shared)] if shared else []
    return [
        *several,
        *(_of_house(case, metric, group) for metric, group in alike.items()),
        *(_single(case, e, often=e.repeats >= MANY_SPIKES or e.sensor in loose) for e in rest),
    ]


def _is_told(case: Case, episode: Episode, own: Sequence[Episode]) -> bool:
    """Whether what the sensor did alone says as much: its noise always, else the change of level that it made."""
    if episode.kind == "noise":
        return alone.tells_noise(case, episode.sensor)
    mine = [one for one in own if one.sensor == episode.sensor]
    return episode.kind in OF_LEVEL and any(o.start <= episode.end and episode.start <= o.end for o in mine)


def _at_once(singles: Sequence[Episode]) -> list[Episode]:
    """The sensors at fault that failed together, at least three; else none."""
    failed = sorted((e for e in singles if e.kind in OF_THE_SENSOR), key=lambda e: e.start)
    groups = [[o for o in failed if e.start <= o.start <= e.start + AT_ONCE] for e in failed]
    largest = max(groups, key=len, default=[])
    return largest if len(largest) >= SEVERAL else []


def _several(case: Case, group: Sequence[Episode]) -> Finding:
    """One finding for sensors that failed at once."""
    start, end = min(e.start for e in group), max(e.end for e in group)
    names = ", ".join(sensor_of(case, episode.sensor).label for episode in group)
    return case.finding(
        Category.SENSOR,
        "several_sensors",
        "sensors",
        f"{len(group)} sensors failed at once at {case.spoken(start)}: {names}",
        start,
        end=_end(case, end),
        score=max(e.score for e in group),
        check=("Look at the board, the cable and the supply that these sensors share.",),
        sensors=sorted(e.sensor for e in group),
        seen=names,
    )


def _one_each(found: Sequence[Episode]) -> list[Episode]:
    """Of one kind of a sensor the latest, from its first onset on; at one time only the most telling kind."""
    kept: dict[tuple[str, str], Episode] = {}
    for episode in sorted(found, key=lambda e: e.start):
        same = kept.get((episode.sensor, episode.kind))
        if same is not None:
            sure, often = same.alone or episode.alone, same.repeats + episode.repeats
            episode = replace(episode, start=same.start, repeats=often, alone=sure)
        kept[episode.sensor, episode.kind] = episode
    telling = [e for e in kept.values() if e.kind != "spike" or e.repeats >= SPIKES or e.alone]
    return [episode for episode in telling if not any(_covers(other, episode) for other in telling)]


def _covers(other: Episode, episode: Episode) -> bool:
    """Whether another kind of the same sensor says more, and is not over long before."""
    kinds = list(dict.fromkeys(KINDS.values()))
    near = other.start <= episode.end + NEAR and episode.start <= other.end + NEAR
    return other.sensor == episode.sensor and near and kinds.index(other.kind) < kinds.index(episode.kind)


def _together(case: Case, found: Sequence[Episode]) -> dict[str, list[Episode]]:
    """By metric, level changes that at least half of its sensors (and two) show at one time, one way."""
    groups: dict[str, list[Episode]] = {}
    for metric in ("temp", "rh"):
        columns = {sensor.column for sensor in case.sensors_of(metric) if sensor.position}
        columns |= {HOUSE} if metric == "temp" else set()
        moved = [e for e in found if e.sensor in columns and e.kind not in OF_THE_SENSOR | {"spike"}]
        for ways in (1, -1):
            same = [
                e for e in moved if np.sign(e.value - e.expected) == ways and (e.sensor == HOUSE or _overlaps(e, moved))
            ]
            whole = HOUSE in {e.sensor for e in same}
            if whole or len({e.sensor for e in same}) >= max(2, len(columns) / 2):
                groups.setdefault(metric, []).extend(same)
    return groups


def _overlaps(episode: Episode, others: Sequence[Episode]) -> bool:
    return any(o.sensor != episode.sensor and o.start <= episode.end and episode.start <= o.end for o in others)


def _of_house(case: Case, metric: str, group: Sequence[Episode]) -> Finding:
    """One finding for what several sensors of a house show together."""
    start, end = min(e.start for e in group), max(e.end for e in group)
    label = METRICS[metric].label
    value = float(np.nanmedian([e.value for e in group]))
    before = float(np.nanmedian([e.expected for e in group]))
    words = f"{_number(value, metric)}, expected {_number(before, metric)}"
    set_point = case.set_point.loc[:end].dropna()
    target = f" (set {_number(float(set_point.iloc[-1]), metric)})" if metric == "temp" and len(set_point) else ""
    return case.finding(
        Category.ANOMALY,
        f"{CHANGED[metric]}_changed",
        f"house {label}",
        f"{capital(label)} of the house {words}{target} since {case.spoken(start)}",
        start,
        end=_end(case, end),
        score=max(e.score for e in group),
        severity=Severity.INFO if metric == "temp" and _within_band(case, value, end) else Severity.WARNING,
        check=("Compare with the set-point, and look at fans, inlets and heaters on site.",),
        sensors=sorted({e.sensor for e in group}),
        seen=_evidence(case),
    )


def _within_band(case: Case, value: float, at: datetime) -> bool:
    """Whether the house is near its set-point, or as warm as the weather makes it: unusual, but no harm."""
    target, outside = (series.loc[:at].dropna().tail(1) for series in (case.set_point, case.column(OUTSIDE)))
    near = len(target) > 0 and abs(value - float(target.iloc[0])) <= BAND_C
    return near or (len(outside) > 0 and value <= float(outside.iloc[0]) + OUTDOOR_EXCESS)


def _evidence(case: Case) -> str:
    """What the equipment was doing at the end."""
    said = []
    columns = {
        "vent_level_pct": "ventilation {:.0f} %",
        "heaters_running": "{:.0f} heaters running",
        OUTSIDE: "outside {:.1f} °C",
    }
    for column, words in columns.items():
        known = case.column(column).dropna()
        if len(known):
            said.append(words.format(known.iloc[-1]))
    return ", ".join(said)


def _single(case: Case, episode: Episode, *, often: bool) -> Finding:
    sensor = sensor_of(case, episode.sensor)
    beside = neighbours(case, sensor)
    at_fault = (
        episode.alone
        or (episode.kind == "spike" and often)
        or (episode.kind in OF_THE_SENSOR and (episode.kind, sensor.metric) != ROUGH_BY_WIND)
        or (bool(beside) and episode.kind != "trend")  # a trend is against its own past: the weather does that, too
        or (sensor.position == "outside" and (sensor.metric == "temp" or episode.kind != "step"))
    )
    return case.finding(
        Category.SENSOR if at_fault else Category.ANOMALY,
        episode.kind,
        episode.sensor,
        _title(case, sensor, episode),
        episode.start,
        end=_end(case, episode.end),
        score=episode.score,
        severity=Severity.WARNING if at_fault else Severity.INFO,
        check=(episode.check,),
        seen=_seen(case, sensor, episode, beside),
        sensor=sensor.source_key,
        value=episode.value if np.isfinite(episode.value) else None,
    )


def _title(case: Case, sensor: Sensor, episode: Episode) -> str:
    label = sensor.label if sensor.name else capital(sensor.label)
    return TITLES[episode.kind].format(
        label=label,
        value=_number(episode.value, sensor.metric),
        expected=_number(episode.expected, sensor.metric),
        since=case.spoken(episode.start),
        repeats=episode.repeats,
    )


def _seen(case: Case, sensor: Sensor, episode: Episode, beside: Sequence[Sensor]) -> str:
    """What was seen, beside what the sensors next to it show."""
    if episode.kind in OF_THE_SENSOR:
        return episode.why
    if not beside:
        missing = f"; there is no second {METRICS[sensor.metric].label} to compare with"
        return episode.why + ("" if episode.alone else missing)
    others = case.wide[[s.column for s in beside]].loc[: episode.end].median(axis=1).dropna()
    return f"{episode.why}; the others show {_number(float(others.iloc[-1]), sensor.metric)}" if len(others) else ""


def _number(value: float, metric: str) -> str:
    if not np.isfinite(value):
        return "–"
    found = METRICS[metric]
    return f"{value:.{found.digits}f} {found.unit}".rstrip()


def _end(case: Case, end: object) -> pd.Timestamp | None:
    last = pd.Timestamp(end)  # type: ignore[arg-type]
    return None if case.index[-1] - last <= pd.Timedelta(minutes=30) else last
