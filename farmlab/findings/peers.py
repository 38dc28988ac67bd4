"""A house without a past of its own is judged by the limits of the other houses of its farm, or waits.

Only the fast rules are borrowed: how far a sensor jumps, how long it repeats a value and how much it rattles are
matters of its make. Its level is a matter of its place, and waits until the house has a past of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from farmlab.findings.calibration import DAYS
from farmlab.findings.table import detector_table, settings
from farmlab.models.calibration import Threshold
from farmlab.models.layered import Layered
from farmlab.models.sensor_rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from farmlab.domain import Sensor
    from farmlab.findings.case import Case
    from farmlab.models.sensor_rules import SensorRules

    Values = NDArray[np.float64]
    Places = list[tuple[SensorRules, int]]

CAUTION: Final = 1.25
"""The limits of others are taken so many times as high as their median."""
OWN: Final = "until it has three days of readings of its own with birds in it"
LEVELS: Final = "levels wait for a past of its own"
ALL: Final = "all sensors"
"""What the whole house is called where its sensors would be named."""
NOTHING: Final = {"value": np.inf, "spread": 1.0, "rate": 0.0}
"""The threshold of a sensor that has no like."""
Kind = tuple[str, bool]
"""Metric, and whether the sensor hangs outside: sensors of one kind are compared."""
TEMPERATURE: Final[Kind] = ("temp", False)


@dataclass(frozen=True, slots=True)
class Peer:
    """Another house of the farm: what is usual in it, its sensors, and the age of its flock in days (None: unknown)."""

    number: int
    calibration: Mapping[str, Any]
    sensors: Sequence[Sensor]
    age_d: int | None = None


def borrowed(case: Case, peers: Sequence[Peer]) -> dict[str, Any]:
    """What a house that cannot be calibrated is judged by, in the form of :func:`~farmlab.findings.calibrate`.

    Without a peer whose sensors are of the same kinds there is no detector: the house is in its grace period.
    """
    near = _near(peers)
    detector = _detector(case, near)
    if detector is None:
        return {"detector": None, "expected_rate": {}, "grace": {ALL: f"no limits {OWN}; no other house has any"}}
    judged = detector.expected_rate_[lambda rates: rates > 0]
    return {
        "detector": detector.to_state(),
        "alone": {"sensors": _companions(case, near), "seen": {}},
        "expected_rate": {str(column): round(float(rate), 4) for column, rate in judged.items()},
        "grace": {ALL: f"judged by the limits of {_named(near)} {OWN}; {LEVELS}", **detector.grace_},
    }


def _companions(case: Case, peers: Sequence[Peer]) -> dict[str, dict[str, Any]]:
    """What sensors of a kind seldom do alone: swings, and jumps of temperatures, which need no learned relation."""
    found: dict[str, dict[str, Any]] = {}
    for column, kind in _kinds(case.sensors).items():
        known = [_alone_of(peer, kind) for peer in peers]
        jump, swing = (_median([one[name] for ones in known for one in ones]) for name in ("jump", "swing"))
        if swing is not None:
            found[column] = {"weights": {}, "jump": jump if kind == TEMPERATURE else None, "swing": swing}
    return found


def _alone_of(peer: Peer, kind: Kind) -> list[Mapping[str, Any]]:
    known, kinds = (peer.calibration.get("alone") or {}).get("sensors", {}), _kinds(peer.sensors)
    return [one for column, one in known.items() if kinds.get(column) == kind]


def _median(limits: Sequence[float | None]) -> float | None:
    known = [limit for limit in limits if limit is not None]
    return round(CAUTION * float(np.median(known)), 4) if known else None


def _near(peers: Sequence[Peer]) -> list[Peer]:
    """Those whose past has young birds in it, as this house has; all where none has."""
    able = [peer for peer in peers if peer.calibration.get("detector")]
    return [peer for peer in able if peer.age_d is not None and peer.age_d <= DAYS] or able


def _named(peers: Sequence[Peer]) -> str:
    numbers = sorted(peer.number for peer in peers)
    return f"house{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"


def _detector(case: Case, peers: Sequence[Peer]) -> Layered | None:
    """A detector with the rules of the peers, whose level judges nothing yet; None where nothing can be borrowed."""
    known = [(Layered.from_state(peer.calibration["detector"]), _kinds(peer.sensors)) for peer in peers]
    alike = [(detector, kinds) for detector, kinds in known if detector.rules.step_ == case.step]
    if not alike:
        return None
    detector, mine = Layered(**settings(case)), _kinds(case.sensors)
    judged = [c for c in map(str, detector_table(case).columns) if c in mine and c not in detector.rules.beside]
    places = [[(d.rules, i) for d, kinds in alike for i in _places(d.rules, kinds, mine[c])] for c in judged]
    if not any(places):
        return None
    _fill(detector.rules, judged, places, case.step)
    detector.level, detector.by_neighbours_ = alike[0][0].level, ()
    detector.level.keep(())
    return detector


def _kinds(sensors: Sequence[Sensor]) -> dict[str, Kind]:
    return {sensor.column: (sensor.metric, sensor.position == "outside") for sensor in sensors}


def _places(rules: SensorRules, kinds: Mapping[str, Kind], kind: Kind) -> list[int]:
    """Where the calibrated columns of a kind stand among those of the rules."""
    calibrated = np.isfinite(rules.thresholds_["spike"].value)
    return [i for i, column in enumerate(rules.columns_) if calibrated[i] and kinds.get(column) == kind]


def _fill(rules: SensorRules, columns: Sequence[str], places: Sequence[Places], step: pd.Timedelta) -> None:
    """Range, grain and thresholds of each column from its places among the rules of the peers."""

    def taken(pick: Callable[[SensorRules], Values], how: Callable[[Values], Any], nothing: float) -> Values:
        found = [[pick(theirs)[i] for theirs, i in ones] for ones in places]
        return np.array([float(how(np.array(values))) if values else nothing for values in found])

    rules.columns_, rules.step_ = tuple(columns), step
    for name in _by_column(places):
        setattr(rules, name, np.full(len(columns), np.nan))
    rules.grain_ = taken(lambda theirs: theirs.grain_, np.median, 1.0)
    rules.low_ = taken(lambda theirs: theirs.low_, np.min, np.nan)
    rules.high_ = taken(lambda theirs: theirs.high_, np.max, np.nan)
    rules.thresholds_ = {
        channel: Threshold(
            *(taken(_part(channel, part), np.median, nothing) for part, nothing in NOTHING.items())
        ).times(np.full(len(columns), CAUTION))
        for channel in RULES
    }
    rules.alarms_ = {channel: np.zeros(len(columns), dtype=np.int64) for channel in RULES}


def _by_column(places: Sequence[Places]) -> list[str]:
    """What rules keep for each column; what is a matter of its place is unknown here."""
    one = next(theirs for ones in places for theirs, _ in ones)
    return [name for name, value in vars(one).items() if name.endswith("_") and isinstance(value, np.ndarray)]


def _part(channel: str, part: str) -> Callable[[SensorRules], Values]:
    def pick(rules: SensorRules) -> Values:
        values: Values = getattr(rules.thresholds_[channel], part)
        return values

    return pick
