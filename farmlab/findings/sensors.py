"""Episodes of single sensors become findings: a sensor at fault, or something that the whole house shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.domain import Category, Severity
from farmlab.findings.case import cause
from farmlab.findings.table import AMOUNTS, OUTSIDE, detector_table
from farmlab.models.episodes import episodes
from farmlab.models.own_history import OwnHistory
from farmlab.units import METRICS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from farmlab.domain import Finding, Hypothesis, Sensor
    from farmlab.findings.case import Case
    from farmlab.models.episodes import Episode

CONFIRMED: Final = pd.Timedelta(minutes=10)
"""An episode must have been there for so long before a person hears of it."""
SPIKES: Final = 2
"""One jump out and back is nothing that a person has to know."""
OF_THE_SENSOR: Final = frozenset({"stuck", "noise", "dropout"})
"""What air and birds do not do."""
TITLES: Final = {
    "stuck": "{label} stuck at {value} since {since}",
    "noise": "{label} jumps up and down since {since}",
    "dropout": "{label} gives no usable value since {since}",
    "offset": "{label} reads {value}, before {expected}, since {since}",
    "step": "{label} jumped from {expected} to {value} at {since}",
    "drift": "{label} has moved away from its usual level since {since}, now {value}",
    "spike": "{label} jumped and came back {repeats} times since {since}",
}


def look(case: Case) -> list[Finding]:
    """What the calibrated detector finds in the window; nothing without a calibration."""
    found = confirmed(case)
    alike = _together(case, found)
    singles = [episode for episode in found if not any(episode in group for group in alike.values())]
    return [_of_house(case, metric, group) for metric, group in alike.items()] + [_single(case, e) for e in singles]


def confirmed(case: Case) -> list[Episode]:
    """The episodes that reach into the window and have lasted long enough; amounts have findings of their own."""
    state = case.calibration.get("detector")
    if not state or case.empty:
        return []
    table = detector_table(case)
    channels = OwnHistory.from_state(state).score_channels(table)
    amounts = {METRICS[metric].column for metric in AMOUNTS}
    return [
        episode
        for episode in episodes(channels, table, timezone=case.timezone)
        if episode.sensor not in amounts and _is_confirmed(episode, case)
    ]


def _is_confirmed(episode: Episode, case: Case) -> bool:
    if episode.end <= case.start:
        return False
    if episode.kind == "spike":
        return episode.repeats >= SPIKES
    return bool(pd.Timestamp(episode.end) - pd.Timestamp(episode.detected_at) >= CONFIRMED)


def _together(case: Case, found: Sequence[Episode]) -> dict[str, list[Episode]]:
    """By metric, level changes that at least half of its sensors (and two) show at one time, one way."""
    groups: dict[str, list[Episode]] = {}
    for metric in ("temp", "rh"):
        columns = {sensor.column for sensor in case.sensors_of(metric) if sensor.position}
        moved = [e for e in found if e.sensor in columns and e.kind not in OF_THE_SENSOR | {"spike"}]
        for ways in (1, -1):
            same = [e for e in moved if np.sign(e.value - e.expected) == ways and _overlaps(e, moved)]
            if len({e.sensor for e in same}) >= max(2, len(columns) / 2):
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
    words = f"{_number(value, metric)}, before {_number(before, metric)}"
    set_point = case.set_point.loc[:end].dropna()
    target = f" (set {_number(float(set_point.iloc[-1]), metric)})" if metric == "temp" and len(set_point) else ""
    return case.finding(
        Category.ANOMALY,
        f"{label}_changed",
        f"house {label}",
        f"{label.capitalize()} of the house {words}{target} since {case.spoken(start)}",
        start,
        end=_end(case, end),
        score=max(e.score for e in group),
        why=(
            cause("the house itself: weather, ventilation or heating", 0.7, _evidence(case)),
            cause("a changed setting", 0.3, f"{len({e.sensor for e in group})} sensors changed together"),
        ),
        check=("Compare with the set-point, and look at fans, inlets and heaters on site.",),
        sensors=sorted({e.sensor for e in group}),
    )


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


def _single(case: Case, episode: Episode) -> Finding:
    sensor = next(s for s in case.sensors if s.column == episode.sensor)
    alone = _neighbours(case, sensor)
    at_fault = episode.kind in OF_THE_SENSOR or bool(alone) or sensor.position == "outside"
    return case.finding(
        Category.SENSOR if at_fault else Category.ANOMALY,
        episode.kind,
        episode.sensor,
        _title(case, sensor, episode),
        episode.start,
        end=_end(case, episode.end),
        score=episode.score,
        severity=Severity.WARNING if at_fault and episode.kind != "spike" else Severity.INFO,
        why=_why(case, sensor, episode, alone),
        check=(episode.check,),
        sensor=sensor.source_key,
        value=episode.value if np.isfinite(episode.value) else None,
    )


def _title(case: Case, sensor: Sensor, episode: Episode) -> str:
    label = sensor.label if sensor.name else sensor.label.capitalize()
    return TITLES[episode.kind].format(
        label=label,
        value=_number(episode.value, sensor.metric),
        expected=_number(episode.expected, sensor.metric),
        since=case.spoken(episode.start),
        repeats=episode.repeats,
    )


def _neighbours(case: Case, sensor: Sensor) -> list[Sensor]:
    """Other sensors of the same metric in the house, which would have seen it, too."""
    same = [s for s in case.sensors_of(sensor.metric) if s.position and s.column in case.wide.columns]
    return [s for s in same if s.column != sensor.column] if sensor in same else []


def _why(case: Case, sensor: Sensor, episode: Episode, alone: Sequence[Sensor]) -> tuple[Hypothesis, ...]:
    if episode.kind in OF_THE_SENSOR:
        return (cause("the sensor, its cable or its plug", 0.9, episode.why),)
    if alone:
        others = case.wide[[s.column for s in alone]].loc[: episode.end].median(axis=1).dropna()
        evidence = (
            f"{episode.why}; the others show {_number(float(others.iloc[-1]), sensor.metric)}" if len(others) else ""
        )
        return (
            cause("the sensor: moved, off or failing", 0.7, evidence or episode.why),
            cause("something near it: a draught, a heater, litter", 0.3, episode.why),
        )
    return (
        cause("a real change in the house", 0.5, episode.why),
        cause("the sensor: off or failing", 0.5, f"there is no second {METRICS[sensor.metric].label} to compare with"),
    )


def _number(value: float, metric: str) -> str:
    if not np.isfinite(value):
        return "–"
    found = METRICS[metric]
    return f"{value:.{found.digits}f} {found.unit}".rstrip()


def _end(case: Case, end: object) -> pd.Timestamp | None:
    last = pd.Timestamp(end)  # type: ignore[arg-type]
    return None if case.index[-1] - last <= pd.Timedelta(minutes=30) else last
