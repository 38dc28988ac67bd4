"""What is unusual in a scope: findings, and the episodes of single sensors beneath them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from farmlab import findings, watch
from farmlab.domain import Severity
from farmlab.findings.case import Case
from farmlab.findings.detection import restored
from farmlab.findings.table import detector_table
from farmlab.models.episodes import episodes
from farmlab.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from farmlab.domain import Finding, House
    from farmlab.models.episodes import Episode
    from farmlab.scope import Scope

MOST_BLOCKS = 8
EPISODE_COLUMNS = ["house", "sensor", "kind", "start", "end", "score", "why", "likely", "check"]


@dataclass(frozen=True, slots=True)
class Detected:
    """What was found.

    Attributes
    ----------
    findings
        What somebody should know, the most urgent first.
    episodes
        By house number: stretches of unusual readings of single sensors.
    expected_per_day
        By house number: episodes to expect per day in clean readings, all sensors together.
    grace
        Sensors that cannot be judged yet: house, sensor, why.
    """

    findings: list[Finding]
    episodes: dict[int, tuple[Episode, ...]]
    expected_per_day: dict[int, float]
    grace: pd.DataFrame

    @property
    def count(self) -> int:
        """How many episodes there are."""
        return sum(len(found) for found in self.episodes.values())


def detect(lab: Scope) -> Detected:
    """Everything unusual in the window, judged by what was usual before it."""
    known = watch.calibrations(lab, keep=False)
    found = lab.store.standing(lab.farm.name, watch.find(lab, known), at=lab.until)
    stretches = {house.number: _episodes(lab, house, known.get(house.number)) for house in lab.houses}
    rates = {number: round(sum(said["expected_rate"].values()), 3) for number, said in known.items()}
    return Detected(found, stretches, rates, _grace(known))


def summary(detected: Detected, lab: Scope) -> str:
    """The answer in one sentence.

    Houses that need somebody are counted, not findings.
    """
    needing = [finding for finding in detected.findings if needs_somebody(finding)]
    houses = sorted({finding.house for finding in needing if finding.house})
    if not needing:
        return f"Nothing unusual in {counted(len(lab.houses), 'house')}."
    first = needing[0]
    where = f"House {first.house}: " if first.house else ""
    said = f"{counted(len(houses), 'house')} of {len(lab.houses)} unusual. First: " if houses else ""
    return f"{said}{where}{first.title}."


def urgent(detected: Detected) -> list[Finding]:
    """What stands on a page as a block: whatever needs somebody, the most urgent first, at most eight."""
    return [item for item in detected.findings if needs_somebody(item)][:MOST_BLOCKS]


def needs_somebody(finding: Finding) -> bool:
    """Whether somebody has to act: it is no mere information, and nobody called it false, known or mended."""
    return finding.severity is not Severity.INFO and finding.status.needs_somebody


def others(detected: Detected) -> list[Finding]:
    """What is listed below the blocks."""
    shown = {id(item) for item in urgent(detected)}
    return [item for item in detected.findings if id(item) not in shown]


def episode_table(detected: Detected) -> pd.DataFrame:
    """One row an episode: house, sensor, kind, start, end, score, why, likely (cause and confidence), check."""
    causes = _causes(detected.findings)
    rows = [
        {"house": house, "sensor": item.sensor, "kind": item.kind, "start": item.start, "end": item.end,
         "score": item.score, "why": item.why, "likely": causes.get((house, item.sensor), ""), "check": item.check}
        for house, found in detected.episodes.items()
        for item in found
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=EPISODE_COLUMNS)


def _causes(found: Iterable[Finding]) -> dict[tuple[int, str], str]:
    """By house and sensor: the likeliest cause of the most urgent finding that this sensor is part of."""
    named: dict[tuple[int, str], str] = {}
    for item in found:
        for sensor in (item.subject, *item.data.get("sensors", ())):
            if item.why:
                named.setdefault((item.house, sensor), f"{item.why[0].cause} ({100 * item.why[0].confidence:.0f} %)")
    return named


def expected_table(detected: Detected) -> pd.DataFrame:
    """One row a house: episodes to expect per day in clean readings, all its sensors together."""
    rows = [{"house": house, "episodes a day": rate} for house, rate in detected.expected_per_day.items()]
    return pd.DataFrame(rows, columns=["house", "episodes a day"])


def _episodes(lab: Scope, house: House, known: Mapping[str, Any] | None) -> tuple[Episode, ...]:
    if known is None or not known["detector"]:
        return ()
    wide = lab.wide(house.number, history_hours=findings.CONTEXT_HOURS)
    zone = lab.farm.timezone
    case = Case(house, wide, lab.sensors(house.number), lab.all_flocks, lab.start, lab.until, zone)
    table = detector_table(case)
    found = episodes(restored(known, table).score_channels(table), table, timezone=zone)
    return tuple(item for item in found if item.end > lab.start)


def _grace(known: Mapping[int, Mapping[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(list(_waiting(known)), columns=["house", "sensor", "why"])


def _waiting(known: Mapping[int, Mapping[str, Any]]) -> Iterator[tuple[int, str, str]]:
    for house, said in known.items():
        for sensor, why in said["grace"].items():
            yield house, sensor, why
