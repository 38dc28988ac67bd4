"""One cause, one finding: what another finding explains is folded into it; the rest is ranked by consequence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from farmlab.domain import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from farmlab.domain import Finding
    from farmlab.findings.case import Case

_WARM: Final = {"temperature_high", "temperature_heat", "temperature_changed", "humidity_changed"}
_COLD: Final = {"temperature_low", "temperature_changed"}
_STALE: Final = {"co2_ppm_high", "nh3_ppm_high", "rh_pct_high", "humidity_changed"}
EXPLAINS: Final = {
    # kind → kinds of the same house and time that follow from it
    "power_cut": {
        *("fan_loss", "inlet", "heater", "uneven", "cooling_pad", "no_water", "no_feed"),
        *_WARM,
        *_COLD,
        *_STALE,
    },
    "fan_loss": {*_WARM, *_STALE, "uneven"},
    "inlet": {"fan_loss", "uneven", *_WARM, *_COLD, *_STALE},
    "uneven": {"temperature_changed"},
    "heater": {*_COLD, "humidity_changed"},
    "cooling_pad": _WARM,
    "auger": {"no_feed", "feed_low"},
    "catching": {
        *("fan_loss", "inlet", "uneven", "power_cut", "heater", "no_water", "water_low", "feed_low", "no_feed"),
        *_COLD,
        "humidity_changed",
    },
    "no_water": {"water_low", "feed_low"},
    "no_feed": {"feed_low"},
    "water_low": {"feed_low"},
    "water_leak": {"water_high", "rh_pct_high", "nh3_ppm_high"},
    "temperature_high": {"temperature_changed", "water_high", "humidity_changed"},
    "temperature_low": {"temperature_changed", "humidity_changed"},
    "temperature_heat": {"temperature_changed", "water_high", "humidity_changed", "rh_pct_high"},
}
SHOWN_IN: Final = {
    # kind → sensors of the same house in which it shows; what such a sensor says is no finding of its own then
    "power_cut": {"pressure_pa", "co2_ppm", "rh_pct", "nh3_ppm"},
    "fan_loss": {"pressure_pa", "co2_ppm", "rh_pct", "nh3_ppm"},
    "inlet": {"pressure_pa", "co2_ppm", "rh_pct", "nh3_ppm"},
    "catching": {"pressure_pa", "co2_ppm", "rh_pct", "nh3_ppm"},
    "cooling_pad": {"rh_pct"},
    "water_leak": {"rh_pct", "nh3_ppm"},
    "temperature_heat": {"rh_pct", "co2_ppm", "nh3_ppm"},
}
OF_READINGS: Final = frozenset({"offset", "step", "drift", "trend", "pattern", "dropout", "noise", "spike"})
HARM_H: Final = {
    # kind → hours until birds are harmed when nobody does anything (estimates of the trade, not measured)
    "power_cut": 0.3,
    "temperature_high": 2.0,
    "fan_loss": 3.0,
    "temperature_heat": 3.0,
    "no_water": 4.0,
    "temperature_low": 4.0,
    "heater": 4.0,
    "cooling_pad": 4.0,
    "no_data": 6.0,
    "no_feed": 10.0,
    "auger": 10.0,
    "co2_ppm_high": 12.0,
    "inlet": 12.0,
    "water_low": 12.0,
    "nh3_ppm_high": 24.0,
    "feed_low": 24.0,
    "uneven": 24.0,
    "rh_pct_high": 36.0,
    "water_leak": 48.0,
    "water_high": 48.0,
}
LATE_H: Final = 72.0
"""Of everything else."""
CONTROL_H: Final = 24.0
"""Of a temperature sensor by which the house is controlled."""
OLD_D: Final = 28
YOUNG_D: Final = 10
CLOSE: Final = pd.Timedelta(hours=6)
_RANK: Final = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}


def folded(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of one house without those that another explains; these are named in its data."""
    parents = {child.key: parent for parent in findings for child in findings if _explains(parent, child)}
    kept = [finding for finding in findings if finding.key not in parents]
    return [
        _with_children(finding, [one for one in findings if one is not finding and _first(one, parents) is finding])
        for finding in kept
    ]


def _first(finding: Finding, parents: Mapping[str, Finding]) -> Finding:
    """What explains a finding, and is explained by nothing itself."""
    while finding.key in parents:
        finding = parents[finding.key]
    return finding


def _explains(parent: Finding, child: Finding) -> bool:
    if parent is child or not (_is_effect(parent, child) or _is_shown(parent, child)):
        return False
    least = Severity.WARNING if parent.kind == "catching" else parent.severity
    more_urgent = _RANK[child.severity] < _RANK[least]
    follows = parent.start - CLOSE <= child.start and (parent.end is None or child.start <= parent.end + CLOSE)
    return follows and not more_urgent and (child.end is None or child.end >= parent.start)


def _is_effect(parent: Finding, child: Finding) -> bool:
    return child.kind in EXPLAINS.get(parent.kind, ())


def _is_shown(parent: Finding, child: Finding) -> bool:
    return child.kind in OF_READINGS and child.subject in SHOWN_IN.get(parent.kind, ())


def _with_children(finding: Finding, children: Sequence[Finding]) -> Finding:
    if not children:
        return finding
    return replace(finding, data={**finding.data, "also": [child.title for child in children]})


def with_harm(case: Case, finding: Finding) -> Finding:
    """The finding with ``harm_h``: hours until birds are harmed when nobody does anything, an estimate."""
    if finding.house == 0 or not case.populated:
        return finding
    age = float(case.ages.iloc[-1]) if len(case.ages) else 0.0
    return replace(finding, data={**finding.data, "harm_h": round(harm_h(finding, age), 1)})


def harm_h(finding: Finding, age_d: float) -> float:
    """Hours until birds of this age are harmed: old birds stand heat badly, chicks cold; a critical one comes sooner.

    >>> from datetime import UTC, datetime
    >>> from farmlab.domain import Category, Finding
    >>> cold = Finding(category=Category.FAILURE, kind="heater", house=1, subject="heaters", title="",
    ...                start=datetime(2026, 7, 1, tzinfo=UTC))
    >>> harm_h(cold, 2), harm_h(cold, 35)
    (2.0, 12.0)
    """
    hours = HARM_H.get(finding.kind, LATE_H)
    if finding.category is Category.SENSOR and finding.subject.startswith("temp_c"):
        hours = CONTROL_H
    if finding.kind in ("temperature_low", "heater"):
        hours *= 0.5 if age_d <= YOUNG_D else 3.0 if age_d >= OLD_D else 1.0
    if finding.kind in ("fan_loss", "temperature_high", "temperature_heat", "cooling_pad", "power_cut"):
        hours *= 3.0 if age_d <= YOUNG_D else 1.0 if age_d >= OLD_D else 2.0
    return hours / 2 if finding.severity is Severity.CRITICAL else hours


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """The most urgent first: by severity, what still goes on, the time until birds are harmed, then score."""

    def urgency(finding: Finding) -> tuple[int, bool, float, bool, float]:
        soon = float(finding.data.get("harm_h", LATE_H))
        return (
            _RANK[finding.severity],
            finding.end is not None,
            soon,
            finding.category is Category.SENSOR,
            -finding.score,
        )

    return sorted(findings, key=urgency)
