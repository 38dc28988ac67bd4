"""What the demo found of what was injected: the labels of the simulator beside the findings of FarmLab."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from farmlab.cli import outside
from farmlab.findings import ranked
from farmlab.simulator import labels as truth
from farmlab.text import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from farmlab.domain import Finding
    from farmlab.simulator.faults import Fault

SLACK: Final = timedelta(hours=2)
SENSOR_KINDS: Final = frozenset({"stuck", "drift", "offset", "spike", "noise", "dropout", "step"})
SHOWN_BY: Final = {
    # fault → kinds of finding that name it or its direct effect
    "fan_loss": {"fan_loss", "temperature_high", "co2_ppm_high", "temperature_changed", "power_cut"},
    "fan_belt": {"fan_loss", "temperature_high", "co2_ppm_high"},
    "heater": {"heater", "temperature_low", "temperature_changed"},
    "inlet": {"inlet", "uneven", "fan_loss", "temperature_high", "temperature_low"},
    "water_leak": {"water_leak", "water_high"},
    "blocked_line": {"water_low", "no_water"},
    "auger": {"auger", "feed_low", "no_feed", "catching"},
    "cooling_pad": {"cooling_pad", "temperature_high", "temperature_heat"},
    "power_cut": {"power_cut", "no_data", "fan_loss", "temperature_high", "temperature_changed"},
    "comms_loss": {"no_data", "dropout"},
    "health": {"water_low", "feed_low", "mortality"},
}


@dataclass(frozen=True, slots=True)
class Label:
    """One injected fault that could be seen in the window."""

    house: int
    type: str
    unit: str
    seen_from: datetime
    ended: datetime | None

    @property
    def words(self) -> str:
        """What people call it."""
        return f"{self.type.replace('_', ' ')} ({self.unit}, house {self.house})"


@dataclass(frozen=True, slots=True)
class Score:
    """Injected faults that were found and missed, and findings about houses in which nothing was injected then."""

    found: tuple[Label, ...]
    missed: tuple[Label, ...]
    unexplained: tuple[Finding, ...]
    causes: Mapping[Label, tuple[str, ...]]
    """By found fault: the causes that its most urgent finding names, the likeliest first"""


def labels(home: Path, *, start: datetime, until: datetime) -> list[Label]:
    """The faults that could be seen at some time in (start, until]."""
    rows = json.loads((outside.folder(home) / "labels.json").read_text())
    every = [_label(row) for row in rows]
    return [one for one in every if one.seen_from <= until and (one.ended is None or one.ended > start)]


def compare(known: Sequence[Label], findings: Sequence[Finding]) -> Score:
    """Which faults a finding of the right kind, place and time names."""
    found = tuple(label for label in known if any(names(finding, label) for finding in findings))
    causes = {label: tuple(told_of(label, findings).data.get("causes", ())) for label in found}
    alerts = (item for item in findings if item.severity != "info" and not item.is_outlook)
    told = tuple(item for item in alerts if not any(_touches(item, one) for one in known))
    return Score(found, tuple(label for label in known if label not in found), told, causes)


def told_of(label: Label, findings: Sequence[Finding]) -> Finding:
    """The most urgent of the findings that name a fault; one that says its cause before one that does not."""
    mine = [finding for finding in ranked(findings) if names(finding, label)]
    return next((finding for finding in mine if finding.data.get("causes")), mine[0])


def in_words(score: Score) -> str:
    """The score in a few lines."""
    total = len(score.found) + len(score.missed)
    right = sum(causes[:1] == (label.type,) for label, causes in score.causes.items())
    lines = [
        f"Faults that could be seen in the last two days: {total} injected, {len(score.found)} found, "
        f"{len(score.missed)} missed, {counted(len(score.unexplained), 'alert')} without a fault; "
        f"cause named first is right for {right} of {len(score.found)}"
    ]
    lines += [f"  found:  {label.words}: {_cause_words(label, score.causes[label])}" for label in score.found]
    lines += [f"  missed: {label.words}" for label in score.missed]
    lines += [f"  without a fault: house {item.house}: {item.title}" for item in score.unexplained]
    return "\n".join(lines)


def _cause_words(label: Label, causes: Sequence[str]) -> str:
    """Whether the first cause that was named is the one that was injected."""
    if not causes:
        return "no cause named"
    place = causes.index(label.type) + 1 if label.type in causes else 0
    first = causes[0].replace("_", " ")
    return (
        "cause right" if place == 1 else f"cause named {first}" + (f", the right one as no. {place}" if place else "")
    )


def label_of(fault: Fault) -> Label:
    """The label of a fault."""
    return _label(truth.label(fault))


def _label(row: dict[str, Any]) -> Label:
    ended = row["t_repair"]
    return Label(
        house=int(row["house"]),
        type=str(row["type"]),
        unit=str(row["unit"]),
        seen_from=datetime.fromisoformat(row["t_detectable"]),
        ended=datetime.fromisoformat(ended) if ended else None,
    )


def names(finding: Finding, label: Label) -> bool:
    """Whether a finding of the right kind, place and time names the fault or its direct effect."""
    if not _touches(finding, label):
        return False
    if label.type.startswith("sensor_"):
        return finding.data.get("sensor") == label.unit and finding.kind in SENSOR_KINDS
    return finding.kind in SHOWN_BY[label.type]


def _touches(finding: Finding, label: Label) -> bool:
    begins = finding.start <= (label.ended or finding.start) + SLACK
    ends = finding.end is None or finding.end >= label.seen_from - SLACK
    return finding.house == label.house and begins and ends
