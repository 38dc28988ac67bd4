"""What is unusual in a file: every value with its score, the episodes, and what was to be expected by chance."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pandas as pd

from farmlab import clock
from farmlab.analyse import forward, grids
from farmlab.analyse.ranking import urgency
from farmlab.errors import InsufficientData, UnknownName
from farmlab.models import registry
from farmlab.models.episodes import THRESHOLD, episodes

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from farmlab.analyse.forward import Judged
    from farmlab.analyse.grids import Grid
    from farmlab.analyse.reading import Data
    from farmlab.integrations.recognise.plain import Series
    from farmlab.models.base import Detector
    from farmlab.models.episodes import Episode

LEARNING: Final = "learning"
NOT_JUDGED: Final = "not judged"
TOO_LITTLE: Final = "Too little history"
_SPOKEN: Final = re.compile(r"\b(since|at) (yesterday )?(\d\d:\d\d)\b")


@dataclass(frozen=True, slots=True)
class Sensor:
    """One series as it was judged.

    Attributes
    ----------
    score, kind
        For each of its rows; the kind is that of the episode, "learning", "not judged", or "".
    episodes
        In order of their start.
    why_not
        Why it was not judged, or not to the end, or not fully; "" otherwise.
    judged_days
        How many days of values were judged.
    rate
        Expected false episodes a day, from the clean history that it was calibrated on.
    values, expected
        As they were judged, by time in UTC; ``expected`` by kind of episode, where the detector tells.
    """

    series: Series
    score: NDArray[np.float64]
    kind: pd.Categorical[Any]
    episodes: tuple[Episode, ...] = ()
    why_not: str = ""
    judged_days: float = 0.0
    rate: float = 0.0
    values: pd.Series | None = None
    expected: dict[str, pd.Series] | None = None

    @property
    def name(self) -> str:
        """As in the tables."""
        return self.series.name


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in a file.

    Attributes
    ----------
    sensors
        In the order of the file.
    episodes
        The one to look at first comes first.
    by_chance
        How many episodes clean data of this length would show.
    notes, warnings
        Sentences: what was done with the series, and where too little was there.
    """

    model: str
    sensors: tuple[Sensor, ...]
    episodes: tuple[Episode, ...]
    by_chance: float
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    learned: str

    @property
    def judged(self) -> tuple[Sensor, ...]:
        """The sensors of which at least something was judged."""
        return tuple(sensor for sensor in self.sensors if sensor.judged_days > 0)


def look(
    data: Data,
    *,
    model: str = "",
    train_until: str = "",
    say: Callable[[str], None] = lambda _: None,
) -> Looked:
    """Every series of a file, judged by its own past and by its neighbours as they came in.

    Raises
    ------
    InsufficientData
        There are values at one time only.
    UnknownName
        There is no such model.
    """
    from threadpoolctl import threadpool_limits

    chosen = _detector(model)
    until = _train_until(data, train_until)
    found = grids.sort(data)
    _require_some(data)
    progress = _Progress(sum(len(part) for grid in found.grids for part in grid.parts), say)
    sensors: dict[str, Sensor] = {}
    warnings = list(found.warnings)
    for grid in found.grids:
        with threadpool_limits(1, user_api="blas"):  # many small products: threads would only wait for each other
            judged = [_judge(part, grid, chosen, data.zone, until, progress) for part in grid.parts]
        sensors |= {sensor.name: sensor for sensor in _sensors(grid, judged, data)}
        warnings += _too_little(grid, judged, data.zone)
    for series in data.series:
        if series.name in found.unfit:
            sensors[series.name] = _unfit(series, found.unfit[series.name])
    ordered = tuple(sensors[series.name] for series in data.series)
    every = sorted((episode for sensor in ordered for episode in sensor.episodes), key=urgency)
    return Looked(
        model=chosen.name,
        sensors=ordered,
        episodes=tuple(every),
        by_chance=sum(sensor.rate * sensor.judged_days for sensor in ordered),
        notes=found.notes,
        warnings=tuple(warnings),
        learned=_learned(until, data.zone),
    )


def _detector(model: str) -> type[Detector]:
    names = [entry.name for entry in registry.entries(task="anomaly")]
    if model and model not in names:
        raise UnknownName.among("detector", model, names)
    return cast("type[Detector]", registry.find(model) if model else registry.default("anomaly"))


class _Progress:
    """Says each quarter of the work."""

    def __init__(self, total: int, say: Callable[[str], None]) -> None:
        self.total, self.say, self.done, self.quarters = max(total, 1), say, 0, 0

    def __call__(self, rows: int) -> None:
        self.done += rows
        if 4 * self.done // self.total > self.quarters:
            self.quarters = 4 * self.done // self.total
            self.say(f"judged: {min(25 * self.quarters, 100)} %")


def _train_until(data: Data, text: str) -> pd.Timestamp | None:
    if not text:
        return None
    moment = clock.parse_time(text, data.zone)
    if not data.start < moment < data.until:
        first, last = (f"{time.astimezone(clock.zone(data.zone)):%Y-%m-%d %H:%M}" for time in (data.start, data.until))
        raise InsufficientData(
            f"--train-until {text} lies outside of the data", next_step=f"Choose a time between {first} and {last}."
        )
    return pd.Timestamp(moment)


def _require_some(data: Data) -> None:
    times = [data.time[series.rows[np.isfinite(series.values)]] for series in data.series]
    if len(np.unique(np.concatenate(times))) < 2:
        raise InsufficientData(
            "it has values at one time only",
            where=data.known.name,
            next_step=f"Give {forward.LEARNING.days} days at least, to learn from, and what is to be judged.",
        )


def _judge(
    part: pd.DataFrame,
    grid: Grid,
    chosen: type[Detector],
    zone: str,
    until: pd.Timestamp | None,
    progress: _Progress,
) -> tuple[pd.DataFrame, Judged, tuple[Episode, ...]]:
    inside = until if until is not None and part.index[0] < until else None
    judged = forward.judge(part, lambda: _made(chosen, zone), step=grid.step, until=inside, passed=progress)
    found = episodes(judged.channels, part, change=judged.change, timezone=zone)
    return part, judged, tuple(_dated(episode, zone) for episode in found)


def _dated(episode: Episode, zone: str) -> Episode:
    """The same with dates in its words: "yesterday" means nothing in a file of last year."""
    end = episode.end.astimezone(clock.zone(zone))

    def said(match: re.Match[str]) -> str:
        day = end - timedelta(days=1 if match[2] else 0)
        return f"{match[1]} {day.day} {day:%b} {match[3]}"

    return replace(episode, why=_SPOKEN.sub(said, episode.why))


def _made(chosen: type[Detector], zone: str) -> Detector:
    """A detector that knows whose clock tells the hour of the day, where it asks."""
    detector = chosen()
    parameters = detector.parameters
    return chosen(**{**parameters, "timezone": zone}) if "timezone" in parameters else detector


def _sensors(grid: Grid, judged: list[tuple[pd.DataFrame, Judged, tuple[Episode, ...]]], data: Data) -> list[Sensor]:
    table = pd.concat([part for part, _, _ in judged])
    scores = pd.concat([_highest(found) for _, found, _ in judged])
    learned = np.concatenate([_learned_rows(part, found) for part, found, _ in judged])
    every = [episode for _, _, found in judged for episode in found]
    by_name = {series.name: series for series in data.series}
    return [_sensor(by_name[name], grid, table[name], scores[name], learned, every, judged) for name in table.columns]


def _sensor(
    series: Series,
    grid: Grid,
    values: pd.Series,
    score: pd.Series,
    learned: NDArray[np.bool_],
    every: list[Episode],
    judged: list[tuple[pd.DataFrame, Judged, tuple[Episode, ...]]],
) -> Sensor:
    mine = tuple(episode for episode in every if episode.sensor == series.name)
    names = ["", LEARNING, NOT_JUDGED, *dict.fromkeys(episode.kind for episode in mine)]
    kinds = np.where(learned, 1, 0).astype(np.int8)
    flagged = score.to_numpy() >= THRESHOLD
    for episode in mine:
        first, last = values.index.searchsorted([episode.detected_at, episode.end])
        kinds[first : last + 1] = np.where(
            flagged[first : last + 1], names.index(episode.kind), kinds[first : last + 1]
        )
    slots = grid.slots[series.name]
    there = slots >= 0
    days = float((values.notna().to_numpy() & ~learned).sum() * (grid.step / pd.Timedelta(days=1)))
    weights = [max(len(part), 1) for part, _, _ in judged]
    return Sensor(
        series=series,
        score=np.where(there, score.to_numpy()[slots], 0.0),
        kind=labelled(np.where(there, kinds[slots], 2), names),
        episodes=mine,
        why_not=_grace(series.name, judged),
        judged_days=days,
        rate=float(np.average([found.rate[series.name] for _, found, _ in judged], weights=weights)),
        values=values,
        expected=_expected(series.name, judged),
    )


def _highest(found: Judged) -> pd.DataFrame:
    frames = list(found.channels.values())
    highest = np.maximum.reduce([frame.to_numpy() for frame in frames])
    return pd.DataFrame(highest, index=frames[0].index, columns=frames[0].columns)


def _learned_rows(part: pd.DataFrame, found: Judged) -> NDArray[np.bool_]:
    """The rows from which was learned before anything was judged."""
    if found.learned_until is None:
        return np.ones(len(part), dtype=bool)
    return np.asarray(part.index <= found.learned_until)


def _expected(name: str, judged: list[tuple[pd.DataFrame, Judged, tuple[Episode, ...]]]) -> dict[str, pd.Series]:
    channels = dict.fromkeys(channel for _, found, _ in judged for channel in found.expected)
    return {
        channel: pd.concat([found.expected[channel][name] for _, found, _ in judged if channel in found.expected])
        for channel in channels
    }


def _grace(name: str, judged: list[tuple[pd.DataFrame, Judged, tuple[Episode, ...]]]) -> str:
    """What the last calibration could not judge of it."""
    _, last, _ = judged[-1]
    if last.learned_until is None:
        return f"too little history: {last.refused}" if last.refused else "too little history"
    return last.grace.get(name, "")


def _too_little(grid: Grid, judged: list[tuple[pd.DataFrame, Judged, tuple[Episode, ...]]], zone: str) -> list[str]:
    """A sentence for every part that was too short to be judged."""
    where = f" of {grid.place}" if grid.place else ""
    needed = clock.in_words(max(forward.LEARNING, forward.FEWEST_STEPS * grid.step).to_pytimedelta())
    said = []
    for part, found, _ in judged:
        if found.learned_until is None:
            first, last = part.index[0], part.index[-1]
            span = clock.in_words((last - first).to_pytimedelta())
            since = f"{first.tz_convert(zone):%Y-%m-%d %H:%M}"
            said.append(
                f"{TOO_LITTLE}{where} from {since} on: {len(part):,} rows in {span}, "
                f"and {needed} are needed to learn from: not judged."
            )
    return said if len(said) <= 3 else [*said[:2], f"The same of {len(said) - 2} more stretches between long gaps."]


def _unfit(series: Series, why: str) -> Sensor:
    kind = labelled(np.zeros(len(series.rows), dtype=np.int8), [NOT_JUDGED])
    return Sensor(series, np.zeros(len(series.rows)), kind, why_not=why)


def _learned(until: pd.Timestamp | None, zone: str) -> str:
    tail = "then judged while learning on, each value from what came before it"
    if until is not None:
        return f"Learned until {until.tz_convert(zone):%Y-%m-%d %H:%M}, {tail}."
    first = f"The first {forward.LEARNING.days} days (or {forward.FEWEST_STEPS} steps, if longer)"
    return f"{first} are learned from, {tail}."


def labelled(codes: NDArray[Any], names: list[str]) -> pd.Categorical[Any]:
    """Names by their number, as a column that takes little room."""
    return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(names))
