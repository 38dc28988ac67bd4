"""One cause, one finding: what another finding explains is folded into it; the rest is ranked by consequence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from farmlab.domain import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from farmlab.domain import Finding

EXPLAINS: Final = {
    # kind → kinds of the same house and time that follow from it
    "fan_loss": {
        "temperature_high",
        "temperature_changed",
        "relative humidity_changed",
        "co2_ppm_high",
        "nh3_ppm_high",
    },
    "heater": {"temperature_low", "temperature_changed"},
    "auger": {"no_feed", "feed_low"},
    "catching": {"fan_loss", "temperature_low", "temperature_changed", "no_water", "water_low", "feed_low"},
    "no_water": {"water_low"},
    "water_leak": {"water_high"},
    "temperature_high": {"temperature_changed"},
    "temperature_low": {"temperature_changed"},
    "temperature_heat": {"temperature_changed"},
}
CLOSE: Final = pd.Timedelta(hours=6)
_RANK: Final = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}


def folded(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of one house without those that another explains; these are named in its data."""
    parents = {child.key: parent for parent in findings for child in findings if _explains(parent, child)}
    kept = [finding for finding in findings if finding.key not in parents]
    return [_with_children(finding, [c for c in findings if parents.get(c.key) is finding]) for finding in kept]


def _explains(parent: Finding, child: Finding) -> bool:
    if child.kind not in EXPLAINS.get(parent.kind, ()):
        return False
    least = Severity.WARNING if parent.kind == "catching" else parent.severity
    more_urgent = _RANK[child.severity] < _RANK[least]
    follows = parent.start - CLOSE <= child.start and (parent.end is None or child.start <= parent.end + CLOSE)
    return follows and not more_urgent and (child.end is None or child.end >= parent.start)


def _with_children(finding: Finding, children: Sequence[Finding]) -> Finding:
    if not children:
        return finding
    return replace(finding, data={**finding.data, "also": [child.title for child in children]})


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """The most urgent first: by severity, what still goes on, harm to birds before sensors, then score."""
    return sorted(
        findings, key=lambda f: (_RANK[f.severity], f.end is not None, f.category is Category.SENSOR, -f.score)
    )
