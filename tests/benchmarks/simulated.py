"""What is found on simulated flocks of seeds that nothing was developed on: a test of the code, no evidence on farms.

A look at a house sees 24 hours and what was learned before; it is causal, as after each sync. A fault counts as
found when a look no later than its deadline names it or its direct effect (:mod:`farmlab.cli.scoring`).
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from farmlab import clock, findings
from farmlab.cli import scoring
from farmlab.domain import Finding, Severity
from farmlab.errors import InsufficientData
from farmlab.findings import peers
from farmlab.findings.case import Case
from farmlab.findings.peers import Peer
from farmlab.simulator.faults import Fault
from farmlab.simulator.timeline import moment_of
from tests.benchmarks import simulated_farm
from tests.benchmarks.simulated_farm import Simulated

Row = dict[str, Any]
FARMS = ((9101, datetime(2026, 4, 20, 10, tzinfo=UTC)), (9202, datetime(2026, 8, 12, 10, tzinfo=UTC)))
HEALTHY = ((9303, datetime(2026, 4, 5, 10, tzinfo=UTC)), (9404, datetime(2026, 7, 20, 10, tzinfo=UTC)))
LEARNING = timedelta(days=4)
"""Nothing is asked of a farm before it has so many days."""
WINDOW = timedelta(hours=24)
EVERY = timedelta(hours=12)
"""Healthy farms are looked at so often."""
OF_LIMITS = {"temperature_high", "temperature_heat", "temperature_low", "rh_pct_high", "co2_ppm_high", "nh3_ppm_high"}
"""Kinds of finding that say no more than that the house has left a limit: in summer healthy houses do."""
SENSOR_HOURS = {"sensor_stuck": 3.0, "sensor_drift": 48.0}
"""Hours from ``t_detectable`` in which a fault of a sensor is to be found; 1 where not said."""
LEVELS = {"sensor_drift", "sensor_offset"}
"""Of a sensor without a second one in the house nobody can tell a slow one from a change of the air; they count too."""
EQUIPMENT_HOURS = 2.0
"""The same for equipment and processes, from ``t_failure``."""
LEAST_USE = 5
"""Readings at which a machine was running, from its failure to the deadline, so that it can be judged at all."""
STEPS = (0.25, 0.5, 1.0)
"""Shares of these hours at which it is looked."""


@dataclass
class Observer:
    """Looks at the houses of one farm at any moment of its past, with what was known then."""

    lived: Simulated
    learned: dict[tuple[int, datetime], dict[str, Any] | None] = field(default_factory=dict)

    def look(self, house: int, at: datetime) -> list[Finding]:
        """What a person would be told at this moment."""
        wide, start = self.lived.wide[house], at - WINDOW
        context = wide[(wide.index > start - timedelta(hours=findings.CONTEXT_HOURS)) & (wide.index <= at)]
        known = self._known(house, at)
        return findings.look(
            {house: context},
            {house: self.lived.sensors[house]},
            self.lived.flocks,
            [self.lived.house(house)],
            start=start,
            until=at,
            timezone=self.lived.zone,
            calibrations={} if known is None else {house: known},
            events=self.lived.events(house, at),
        )

    def _known(self, house: int, at: datetime) -> dict[str, Any] | None:
        day = at.replace(hour=0, minute=0, second=0, microsecond=0)
        own = self._own(house, day)
        return own if own is not None else self._borrowed(house, day, at)

    def _own(self, house: int, day: datetime) -> dict[str, Any] | None:
        if (house, day) not in self.learned:
            self.learned[house, day] = self._learn(house, day - WINDOW)
        return self.learned[house, day]

    def _borrowed(self, house: int, day: datetime, at: datetime) -> dict[str, Any] | None:
        """What a house too new to be judged by its own past is judged by, as in :func:`farmlab.watch.calibrations`."""
        lived, wide = self.lived, self.lived.wide[house]
        context = wide[(wide.index > at - WINDOW - timedelta(hours=findings.CONTEXT_HOURS)) & (wide.index <= at)]
        case = Case(lived.house(house), context, lived.sensors[house], lived.flocks, at - WINDOW, at, lived.zone)
        if case.empty:
            return None
        known = {number: self._own(number, day) for number in lived.wide if number != house}
        near = [Peer(n, one, lived.sensors[n], self._age(n, at)) for n, one in known.items() if one is not None]
        return peers.borrowed(case, near)

    def _age(self, house: int, at: datetime) -> int | None:
        day = clock.local_date(at, self.lived.zone)
        flock = next((one for one in self.lived.flocks if one.house == house and one.holds(day)), None)
        return flock.age_days(at, self.lived.zone) if flock else None

    def _learn(self, house: int, until: datetime) -> dict[str, Any] | None:
        wide = self.lived.wide[house]
        past = wide[(wide.index > until - timedelta(days=findings.DAYS)) & (wide.index <= until)]
        try:
            return findings.calibrate(
                past,
                self.lived.sensors[house],
                house=self.lived.house(house),
                flocks=self.lived.flocks,
                until=until,
                timezone=self.lived.zone,
            )
        except InsufficientData:
            return None


@dataclass(frozen=True)
class Told:
    """What was said about one fault: the hours from its reference moment, and the causes named, best first."""

    fault: Fault
    hours: float | None
    codes: tuple[str, ...]
    used: bool = True
    """Whether the machine was in use between its failure and the deadline"""

    @property
    def kind(self) -> str:
        return self.fault.type


def told(observer: Observer, fault: Fault) -> Told:
    """The first look at which a finding names the fault, up to its deadline."""
    label = scoring.label_of(fault)
    sensor = fault.type.startswith("sensor_")
    used = sensor or in_use(observer.lived, fault)
    reference = moment_of(fault.detectable if sensor else fault.failure)
    limit = SENSOR_HOURS.get(fault.type, 1.0) if sensor else EQUIPMENT_HOURS
    for hours in (*(() if sensor else (0.0,)), *(limit * share for share in STEPS)):
        found = observer.look(fault.house, reference + timedelta(hours=hours))
        alerts = [finding for finding in found if finding.severity is not Severity.INFO]
        if any(scoring.names(finding, label) for finding in alerts):
            return Told(fault, hours, tuple(scoring.told_of(label, alerts).data.get("causes", ())), used)
    return Told(fault, None, (), used)


def visible(lived: Simulated) -> Iterator[Fault]:
    """The faults that ran their course after the days of learning."""
    for fault in lived.faults:
        deadline = moment_of(max(fault.failure, fault.detectable)) + timedelta(hours=3)
        deadline += timedelta(hours=SENSOR_HOURS.get(fault.type, 0.0))
        if moment_of(fault.onset) > lived.wide[fault.house].index[0] + LEARNING and deadline <= lived.until:
            yield fault


def in_use(lived: Simulated, fault: Fault) -> bool:
    """Whether the machine was asked for anything between its failure and its deadline: who sleeps shows no fault."""
    start = moment_of(fault.failure)
    wide = lived.wide[fault.house].loc[start : start + timedelta(hours=EQUIPMENT_HOURS)]
    columns = {"tunnel": "fans_tunnel_running", "side": "fans_exhaust_running", "cooling": "pad_on"}
    columns |= {"heater": "heaters_running", "auger": "auger_running"}
    name, number = fault.unit.split(" ")[0], int(fault.unit.rsplit(" ", 1)[-1]) if fault.unit[-1].isdigit() else 1
    if name not in columns or columns[name] not in wide:
        return name not in columns
    return bool((wide[columns[name]] >= (number if name in ("tunnel", "side") else 1)).sum() >= LEAST_USE)


def everything(farms: Sequence[tuple[int, datetime]]) -> list[Told]:
    """Every fault of these farms, and what was said about it."""
    with tempfile.TemporaryDirectory() as folder:
        lived = [simulated_farm.simulate(Path(folder) / str(seed), seed=seed, until=until) for seed, until in farms]
        return [told(Observer(one), fault) for one in lived for fault in visible(one)]


def found() -> Iterator[Row]:
    """Recall by kind of fault at its deadline, beside the aim, and the causes named for what was found."""
    every = everything(FARMS)
    asleep = [one for one in every if not one.used]
    every = [one for one in every if one.used]
    for name in sorted({one.kind for one in every}, key=lambda kind: (kind.startswith("sensor_"), kind)):
        mine = [one for one in every if one.kind == name]
        yield _recall(name, mine, 0.9 if name.startswith("sensor_") else 0.8)
    alone = [one for one in every if one.kind in LEVELS and not one.fault.unit.startswith("Temperature_Sensor")]
    yield _recall("  of these, level faults with no neighbour", alone, 0.9)
    yield _recall("all sensor faults", [one for one in every if one.kind.startswith("sensor_")], 0.9)
    yield _recall("all equipment faults", [one for one in every if not one.kind.startswith("sensor_")], 0.8)
    sudden = [one for one in every if not one.kind.startswith("sensor_") and not one.fault.precursor]
    yield _recall("  those without precursor", sudden, 0.8)
    yield {"what": "machines not in use then, left out", "measured": f"{len(asleep)}", "beside": "", "ratio": None}
    yield from causes(every)


def causes(every: Sequence[Told]) -> Iterator[Row]:
    """How often the cause is named first, and among the first three, beside always saying the most frequent one."""
    known = [one for one in every if one.hours is not None]
    usual = [kind for kind, _ in Counter(one.kind for one in known).most_common(3)]
    for places, aim in ((1, 0.7), (3, 0.9)):
        right = sum(one.kind in one.codes[:places] for one in known) / max(len(known), 1)
        beside = sum(one.kind in usual[:places] for one in known) / max(len(known), 1)
        yield {
            "what": f"root cause, top {places}, of {len(known)} found",
            "measured": f"{right:.2f}",
            "beside": f"most frequent {beside:.2f}",
            "ratio": right / aim,
        }


def _recall(what: str, mine: Sequence[Told], aim: float) -> Row:
    in_time = [one for one in mine if one.hours is not None]
    delay = sorted(one.hours for one in in_time if one.hours is not None)
    middle = f", {delay[len(delay) // 2]:.1f} h" if delay else ""
    recall = len(in_time) / max(len(mine), 1)
    return {
        "what": f"{what}: found in time",
        "measured": f"{len(in_time)}/{len(mine)}{middle}",
        "beside": f"aim {aim:.2f}",
        "ratio": recall / aim,
    }


def healthy() -> Iterator[Row]:
    """Alerts per house-day where nothing was broken, looked at twice a day; the second row is true, but no fault."""
    alerts: set[tuple[int, int, str, datetime]] = set()
    days = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for seed, until in HEALTHY:
            lived = simulated_farm.simulate(Path(folder) / str(seed), seed=seed, until=until, rate=0)
            days += sum(1 for _ in _moments(lived)) * EVERY / timedelta(days=1)
            alerts |= {(seed, *alert) for alert in false_alerts(Observer(lived))}
    limits = {alert for alert in alerts if alert[2].split("/")[-1] in OF_LIMITS}
    for what, mine in (("false alerts per house-day", alerts - limits), ("  limits really left (weather)", limits)):
        yield {
            "what": f"{what}, {days:.0f} d",
            "measured": f"{len(mine) / days:.3f}",
            "beside": "aim 0.200" if mine is not limits else "",
            "ratio": len(mine) / days / 0.2 if mine is not limits else None,
        }


def false_alerts(observer: Observer) -> dict[tuple[int, str, datetime], Finding]:
    """Alerts by house, what, and the day of onset; one that goes on over several looks counts once."""
    known: dict[tuple[int, str, datetime], Finding] = {}
    running: dict[tuple[int, str], datetime] = {}
    for house, at in _moments(observer.lived):
        for finding in observer.look(house, at):
            if finding.severity is Severity.INFO or (finding.end is not None and finding.end < at - EVERY):
                continue
            last = running.get((house, finding.key))
            if last is None or finding.start > last + timedelta(hours=1):
                known[house, finding.key, finding.start] = finding
            running[house, finding.key] = finding.end or at
    return known


def _moments(lived: Simulated) -> Iterator[tuple[int, datetime]]:
    for house in sorted(lived.wide):
        at = lived.wide[house].index[0].to_pydatetime() + LEARNING
        while at <= lived.until:
            yield house, at
            at += EVERY


BENCHMARKS: dict[str, Callable[[], Iterator[Row]]] = {"simulated_faults": found, "simulated_healthy": healthy}
LONG = tuple(BENCHMARKS)
