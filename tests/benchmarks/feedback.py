"""What 30 answers bring: false episodes and recall afterwards, beside no answers and beside "all thresholds × 1.25".

In each house a person answers the first 30 episodes as they come, truthfully. Only what comes after the last answer
is measured. What is answered is what is counted: an episode of a sensor and kind, six hours from the one before.
Detectors are calibrated weekly on the unflagged past; answers count from the next day on. On simulated houses of
unseen seeds faults are put into healthy readings (a test of the code); public data are real series with injected
faults (evidence), where ``FARMLAB_BENCH_DATA`` names them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from farmlab import config
from farmlab.analyses import labelled
from farmlab.domain import Answer, Category, Feedback, Finding
from farmlab.findings import recalibration
from farmlab.findings.case import Case
from farmlab.findings.table import detector_table, settings
from farmlab.models import registry
from farmlab.models.base import Detector
from farmlab.models.episodes import KINDS, Episode, episodes
from farmlab.models.evaluation import Event, inject, outcome
from farmlab.models.evaluation.events import RECOVERY, Outcome
from tests.benchmarks.simulated_farm import Simulated, simulate

Row = dict[str, Any]
Factors = Mapping[str, Mapping[str, float]]

ANSWERS = 30
CONTROL = 1.25
STEP, CALIBRATED, MEMORY = pd.Timedelta("1D"), pd.Timedelta("7D"), pd.Timedelta("56D")
TOUCHING = pd.Timedelta("6h")
"""Episodes of one sensor and kind that lie no further apart are one finding, and are answered once."""
SEED = 20_264
HOUSES, DAYS = 5, 44
HISTORY = pd.Timedelta("14D")
UNTIL = datetime(2026, 6, 20, tzinfo=UTC)
SENSORS = ("temp_c_", "rh_pct", "co2_ppm", "nh3_ppm", "pressure_pa")


@dataclass
class Place:
    """Readings of one place, what happened to its columns, and how its detector is made."""

    table: pd.DataFrame
    events: Mapping[str, tuple[Event, ...]]
    judged_from: pd.Timestamp
    make: Callable[[], Detector]
    scores: list[pd.DataFrame] = field(default_factory=list)
    last: dict[tuple[str, str], pd.Timestamp] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    found: list[Episode] = field(default_factory=list)

    def fresh(self) -> Place:
        """The same before anything was looked at."""
        return Place(self.table, self.events, self.judged_from, self.make)

    def look(self, start: pd.Timestamp, end: pd.Timestamp, factors: Factors) -> list[Episode]:
        """The new episodes from ``start`` until ``end``; the scores are kept."""
        if (start - self.judged_from) % CALIBRATED == pd.Timedelta(0):
            past = self.table.loc[start - MEMORY : start]
            self.state = self.make().fit(past, clean=self._unflagged(past)).to_state()
        detector: Any = registry.restore(self.state)
        seen = self.table[(self.table.index >= start - STEP) & (self.table.index < end)]
        channels = detector.raise_thresholds(factors).score_channels(seen)
        now = {name: frame[frame.index >= start] for name, frame in channels.items()}
        highest = pd.concat(now.values()).groupby(level=0).max()
        self.scores.append(highest.reindex(columns=list(self.events), fill_value=0.0))
        new = [one for one in episodes(now, self.table) if one.sensor in self.events and self._new(one)]
        self.found += new
        return new

    def _unflagged(self, past: pd.DataFrame) -> pd.DataFrame | None:
        if not self.scores:
            return None
        flagged = pd.concat(self.scores) >= 0.5
        return ~flagged.reindex(index=past.index, columns=past.columns, fill_value=False)

    def _new(self, episode: Episode) -> bool:
        key = (episode.sensor, episode.kind)
        before, self.last[key] = self.last.get(key), pd.Timestamp(episode.end)
        return before is None or pd.Timestamp(episode.start) > before + TOUCHING

    def is_true(self, episode: Episode) -> bool:
        """What a person finds who goes and looks."""
        known = self.events[episode.sensor]
        return any(one.start <= episode.end and episode.start <= one.end + RECOVERY for one in known)

    def outcomes(self, since: pd.Timestamp) -> list[Outcome]:
        """What became of the events that begin after ``since``, and what was false from then on."""
        scores = pd.concat(self.scores)
        later = {name: [one for one in known if one.start > since] for name, known in self.events.items()}
        earlier = {name: [one for one in known if one.start <= since] for name, known in self.events.items()}
        quiet = {name: scores[name].mask(_near(scores.index, earlier[name]), 0.0) for name in self.events}
        return [outcome(quiet[name], later[name], unit=name, start=since) for name in self.events]


@dataclass(frozen=True)
class After:
    """What came after the answers: events, those of them that were found, false episodes, and sensor-days."""

    events: int = 0
    found: int = 0
    false: int = 0
    days: float = 0.0

    def __add__(self, other: After) -> After:
        return After(*(getattr(self, name) + getattr(other, name) for name in ("events", "found", "false", "days")))

    @property
    def recall(self) -> float:
        return self.found / self.events if self.events else float("nan")


class Keeper:
    """Somebody who answers what comes in one place, truthfully, until 30 answers are given."""

    def __init__(self) -> None:
        self.pairs: list[tuple[Finding, Feedback]] = []
        self.done: pd.Timestamp | None = None

    def hear(self, place: Place, found: Sequence[Episode]) -> None:
        for episode in sorted(found, key=lambda one: one.detected_at):
            if self.done is not None:
                return
            answer = Answer.TRUE if place.is_true(episode) else Answer.FALSE
            self.pairs.append(_answered(episode, answer, len(self.pairs)))
            if len(self.pairs) == ANSWERS:
                self.done = pd.Timestamp(episode.detected_at).ceil("D")

    def told(self, place: Place) -> Factors:
        columns = (str(column) for column in place.table)
        return recalibration.of_channels(recalibration.factors(self.pairs).get(1, {}), columns)


def walked(place: Place, keeper: Keeper, told: Callable[[pd.Timestamp], Factors]) -> Place:
    """The place after a walk through all time, day by day as long as somebody answers; ``told`` gives the factors."""
    fresh, start, last = place.fresh(), place.judged_from, pd.Timestamp(place.table.index[-1])
    while start < last:
        week = start + CALIBRATED - (start - place.judged_from) % CALIBRATED
        end = min(start + STEP if keeper.done is None else week, last)
        if keeper.done is not None and start < keeper.done:
            end = min(end, keeper.done)
        keeper.hear(fresh, fresh.look(start, end, told(start)))
        start = end
    return fresh


def compared(place: Place) -> tuple[Keeper, dict[str, After]]:
    """The same time after the answers: without them, with them, and with the control."""
    keeper = Keeper()
    taught = walked(place, keeper, lambda _: keeper.told(place))
    done = keeper.done
    if done is None:
        return keeper, {}
    every = {str(column): dict.fromkeys(KINDS, CONTROL) for column in place.table}
    walks = {
        "without": walked(place, keeper, lambda _: {}),
        f"after {ANSWERS} answers": taught,
        f"all thresholds × {CONTROL}": walked(place, keeper, lambda start: every if start >= done else {}),
    }
    return keeper, {name: _after(walk, done) for name, walk in walks.items()}


def measured(name: str, places: Sequence[Place]) -> Iterator[Row]:
    """False episodes and recall after the answers, each place with 30 of its own; in rows, beside no answers."""
    every = [found for place in places if (found := compared(place))[1]]
    if not every:
        yield {"what": f"{name}: fewer than {ANSWERS} episodes to answer", "measured": "not available"}
        return
    total = {what: sum((after[what] for _, after in every), After()) for what in every[0][1]}
    before = total.pop("without")
    false = sum(word.answer is Answer.FALSE for keeper, _ in every for _, word in keeper.pairs)
    print(
        f"{name}: {len(every)} of {len(places)} places with {ANSWERS} answers each, {false / len(every):.0f} of them "
        f"false; then without them {before.false} false episodes in {before.days:.0f} sensor-days, "
        f"{before.found} of {before.events} faults found"
    )
    for what, after in total.items():
        yield _row(f"{name}, {what}: false episodes", after.false, before.false, "d")
        yield _row(f"{name}, {what}: recall", after.recall, before.recall, ".3f")


def _row(what: str, after: float, before: float, digits: str) -> Row:
    ratio = after / before if before else None
    return {"what": what, "measured": f"{after:{digits}}", "beside": f"{before:{digits}}", "ratio": ratio}


def _after(place: Place, since: pd.Timestamp) -> After:
    seen = place.outcomes(since)
    found = [event.found for one in seen for event in one.found]
    false = [one for one in place.found if one.detected_at >= since and not place.is_true(one)]
    return After(len(found), sum(found), len(false), sum(one.clean_days for one in seen))


def _answered(episode: Episode, answer: Answer, count: int) -> tuple[Finding, Feedback]:
    finding = Finding(
        category=Category.SENSOR, kind=episode.kind, house=1, subject=episode.sensor,
        start=episode.start, title=episode.why, id=f"F{count}",
    )  # fmt: skip
    return finding, Feedback(finding=finding.id, answer=answer, by="keeper", at=episode.detected_at, id=count)


def _near(times: pd.Index, events: Iterable[Event]) -> pd.Series:
    near = pd.Series(False, index=times)
    for event in events:
        near.loc[event.start : event.end + RECOVERY] = True
    return near


def simulated() -> list[Place]:
    """Healthy houses of an unseen seed with three faults put into each sensor; flocks live in them and are caught."""
    with tempfile.TemporaryDirectory() as folder:
        farm = simulate(Path(folder) / "farm", seed=SEED, until=UNTIL, rate=0.0, houses=HOUSES, days=DAYS)
        return [_house(farm, number) for number in farm.wide]


def _house(farm: Simulated, number: int) -> Place:
    wide = farm.wide[number]
    start = wide.index[0].ceil("D") + HISTORY
    columns = [str(column) for column in wide if str(column).startswith(SENSORS) and "outside" not in str(column)]
    broken, events = inject(wide[columns], start=start, each=3, seed=SEED + number)
    changed = wide.assign(**{column: broken[column] for column in columns})
    case = Case(farm.house(number), changed, farm.sensors[number], farm.flocks, start, farm.until, farm.zone)
    told, kind = settings(case), registry.default("anomaly")
    return Place(detector_table(case), events, start, lambda: kind(**told))  # type: ignore[arg-type,return-value]


def public() -> list[Place]:
    """The series with injected faults that are public, as one place; empty where there are none."""
    found = [data for data in labelled.public(config.load().bench_data) if data.name.startswith("fault_injection")]
    return [
        Place(trial.table, trial.events, trial.judged_from, registry.default("anomaly"))
        for data in found[:1]
        for trial in data.trials
    ]


def feedback() -> Iterator[Row]:
    """Simulated houses, then public data."""
    yield from measured("simulated", simulated())
    places = public()
    if not places:
        yield {"what": "fault_injection/dev", "measured": "not available"}
        print(labelled.WHERE)
        return
    yield from measured("fault_injection/dev", places)


BENCHMARKS = {"feedback": feedback}
LONG = ("feedback",)
