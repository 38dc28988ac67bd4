"""What was found, in a sentence, and as values for a program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from farmlab import clock, states, text
from farmlab.analyse import anomaly, reading
from farmlab.analyse.ranking import ORDER, severity
from farmlab.domain import Severity
from farmlab.publish import words

if TYPE_CHECKING:
    from pathlib import Path

    from farmlab.analyse.anomaly import Looked
    from farmlab.analyse.reading import Data
    from farmlab.models.episodes import Episode
    from farmlab.states import State


@dataclass(frozen=True, slots=True)
class Summary:
    """The answer: a sentence, the state that stands beside it, and how many episodes are to be expected by chance."""

    sentence: str
    state: State
    chance: str
    warnings: tuple[str, ...]
    assumptions: tuple[str, ...]


def summary(data: Data, looked: Looked) -> Summary:
    """The answer, and everything that a person has to be told beside it."""
    return Summary(
        sentence=_sentence(data, looked),
        state=_state(looked),
        chance=_chance(looked),
        warnings=(*data.warnings, *looked.warnings, *_unfit(looked)),
        assumptions=(*data.assumptions, *_clock(data), *looked.notes, looked.learned),
    )


def _clock(data: Data) -> list[str]:
    """Of which clock the times are, where the file says it."""
    said = np.isfinite(data.offset).any()
    return [f"Times are {reading.zone_in_words(data)}."] if said else []


def as_values(data: Data, looked: Looked, outputs: list[Path]) -> dict[str, Any]:
    """The same for a program."""
    said = summary(data, looked)
    counts = {str(grade): sum(severity(e) is grade for e in looked.episodes) for grade in ORDER}
    return {
        "file": data.known.name,
        "verdict": said.sentence,
        "state": said.state.word,
        "warnings": list(said.warnings),
        "assumptions": list(said.assumptions),
        "model": looked.model,
        "layout": data.known.layout,
        "rows": data.known.rows,
        "rejected_rows": len(data.rejected),
        "start": data.start.isoformat(),
        "until": data.until.isoformat(),
        "zone": data.zone,
        "step_s": data.known.step.total_seconds() if data.known.step else None,
        "episodes": len(looked.episodes),
        "episodes_by_severity": counts,
        "expected_by_chance": round(looked.by_chance, 3),
        "sensors": [
            {
                "sensor": sensor.name,
                "place": sensor.series.place,
                "values": len(sensor.series.rows),
                "judged_days": round(sensor.judged_days, 2),
                "episodes": len(sensor.episodes),
                "expected_false_episodes_per_day": round(sensor.rate, 4),
                "not_judged": sensor.why_not,
            }
            for sensor in looked.sensors
        ],
        "outputs": [str(path) for path in outputs],
    }


def since(episode: Episode, data: Data) -> str:
    """When an episode began and how long it lasted, in the file's zone."""
    begin = episode.start.astimezone(clock.zone(data.zone))
    lasted = clock.in_words(episode.end - episode.start)
    for_so_long = f" for {lasted}" if episode.end > episode.start else ""
    return f"since {begin.day} {begin:%b %Y %H:%M}{for_so_long}"


def _sentence(data: Data, looked: Looked) -> str:
    count = len(looked.judged)
    if not count:
        first = looked.sensors[0]
        short = (warning for warning in looked.warnings if warning.startswith(anomaly.TOO_LITTLE))
        why = next(short, f"of {text.one_line(first.name, limit=60)}, {first.why_not}")
        return f"Nothing could be judged: {why[:1].lower()}{why[1:]}".rstrip(".")
    over = f"{words.count(count, 'sensor')} over {_days(max(sensor.judged_days for sensor in looked.judged))}"
    serious = [episode for episode in looked.episodes if severity(episode) is not Severity.INFO]
    small = len(looked.episodes)
    if not serious and small:
        return f"Only small things in {over}: {words.count(small, 'episode')}"
    if not serious:
        return f"Nothing unusual in {over}"
    who = _who(len({episode.sensor for episode in serious}), count)
    return f"{who} a look. First: {_first(serious[0], count, data)}"


def _who(sensors: int, count: int) -> str:
    if count == 1:
        return "The sensor needs"
    if sensors == count:
        return f"All {words.count(count, 'sensor')} need"
    return f"{words.sentence(words.count(sensors, 'sensor'))} of {count} {'needs' if sensors == 1 else 'need'}"


def _first(episode: Episode, count: int, data: Data) -> str:
    what = f"{episode.kind.replace('_', ' ')} {since(episode, data)}"
    return what if count == 1 else f"{text.one_line(episode.sensor, limit=60)}, {what}"


def _days(days: float) -> str:
    return f"{days:.0f} days" if days >= 10 else f"{days:.1f} days"


def _state(looked: Looked) -> State:
    if not looked.judged:
        return states.DISQUALIFIED
    grades = {severity(episode) for episode in looked.episodes}
    if Severity.CRITICAL in grades:
        return states.CRITICAL
    return states.WARNING if Severity.WARNING in grades or looked.warnings else states.OK


def _chance(looked: Looked) -> str:
    days = sum(sensor.judged_days for sensor in looked.judged)
    if not days:
        return "Nothing was judged, so that nothing is to be expected."
    found = len(looked.episodes)
    return (
        f"{words.sentence(words.count(found, 'episode'))} in {days:.0f} sensor-days; in clean data about "
        f"{looked.by_chance:.1f} are to be expected by chance ({looked.by_chance / days:.3f} a sensor-day)."
    )


def _unfit(looked: Looked) -> list[str]:
    """The series that were not judged at all, each with the reason."""
    never = [sensor for sensor in looked.sensors if sensor.values is None]
    said = [f"Not judged: {text.one_line(sensor.name, limit=60)}, {sensor.why_not}." for sensor in never[:6]]
    return said if len(never) <= 6 else [*said, f"The same of {len(never) - 6} more, see the report."]
