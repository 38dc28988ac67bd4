"""Flags become episodes: one stretch of unusual readings of one sensor, with its kind, its score, and why."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab import clock
from farmlab.text import told_apart

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

THRESHOLD: Final = 0.5
JOINED: Final = pd.Timedelta(hours=1)
"""Flags of one sensor closer than this belong to one episode, and those of readings that follow each other."""
LOOSE: Final = 2
"""So many jumps out and back name an episode that is rough."""
BY_SPIKES: Final = ("noise_soon", "kept_step", "offset", "step", "drift", "away", "trend")
"""What these show in an episode of a loose contact is its doing."""
KINDS: Final = {
    # channel → kind; of several channels in one episode the first in this order names it
    "outside": "dropout",
    "silent": "dropout",
    "stuck": "stuck",
    "noise": "noise",
    "noise_soon": "noise",
    "kept_step": "offset",
    "drift": "drift",
    "away": "drift",
    "offset": "offset",
    "step": "step",
    "trend": "trend",
    "spike": "spike",
    "pattern": "pattern",
}
LOOKBACK: Final = {
    # channel → how long before the first flag the trouble began; spikes and steps are looked up in the readings
    "kept_step": pd.Timedelta(hours=3),
    "offset": pd.Timedelta(hours=3),
    "drift": pd.Timedelta(hours=12),
    "away": pd.Timedelta(hours=12),
    "trend": pd.Timedelta(hours=12),
}
OUT: Final = 3
"""A spike is told when it is over, after at most so many readings."""
JUMPED: Final = 2
"""A step is told so many readings after the first one on the new level."""
CHECKS: Final = {
    "dropout": "Check plug and cable of the sensor, and whether the controller still lists it.",
    "stuck": "Compare with a hand-held instrument; check the cable, then replace the sensor.",
    "noise": "Check plug and cable for a loose or wet contact.",
    "offset": "Compare with a hand-held instrument; ask whether the sensor was moved, cleaned or replaced.",
    "step": "Ask what was done at that time: a door, a setting, the sensor itself.",
    "drift": "Compare with a hand-held instrument; calibrate or clean the sensor if it is off.",
    "trend": "Compare with a hand-held instrument; ask what has changed around it.",
    "pattern": "Look at the curve: what was done, or which machine ran, at that time?",
    "spike": "Watch it; if it comes again, check plug and cable for a loose or wet contact.",
    "drop": "Watch it; if it comes again, check plug, cable and supply of the sensor.",
}


@dataclass(frozen=True, slots=True)
class Episode:
    """A stretch of flags of one sensor (its column), times in UTC.

    ``value`` is the reading at the highest score (of a spike or drop the farthest, of a jump the first ones after it),
    ``expected`` what it should have been: what it came back to, the last ones before a jump, else the median of the six
    hours before the start; either may be missing. ``repeats`` tells how many separate flags it joins, of spikes how
    often the values came back. ``alone``: what measures beside it shows that it is the sensor, not the air.
    """

    sensor: str
    kind: str
    start: datetime
    end: datetime
    detected_at: datetime
    score: float
    why: str
    check: str
    value: float = float("nan")
    expected: float = float("nan")
    repeats: int = 1
    alone: bool = False


def episodes(
    channels: Mapping[str, pd.DataFrame],
    X: pd.DataFrame,
    *,
    change: Mapping[str, pd.DataFrame] | None = None,
    timezone: str = "UTC",
) -> tuple[Episode, ...]:
    """The episodes in the scores by channel of ``X``, in order of their start.

    Parameters
    ----------
    channels
        Scores by channel, as a detector gives them.
    X
        What was scored.
    change
        Channel → how far the level is from what was expected; without it the six hours before are compared.
    timezone
        The farm's, for the words.

    >>> times = pd.date_range("2026-07-01", periods=4, freq="1h", tz="UTC")
    >>> scores = pd.DataFrame({"temp_c_2": [0.1, 0.9, 0.8, 0.2]}, index=times)
    >>> [found] = episodes({"stuck": scores}, scores * 0 + 27.3)
    >>> found.kind, found.sensor, found.why
    ('stuck', 'temp_c_2', '27.3 is repeated since 00:00')
    """
    found: list[Episode] = []
    for column in next(iter(channels.values())).columns:
        if any((frame[column].to_numpy() >= THRESHOLD).any() for frame in channels.values()):
            scores = pd.DataFrame({name: frame[column] for name, frame in channels.items()}).sort_index()
            off = {name: frame[column].sort_index() for name, frame in (change or {}).items() if column in frame}
            found += _of_sensor(_Seen(str(column), scores, X[column].sort_index(), off, timezone))
    return tuple(sorted(found, key=lambda episode: (episode.start, episode.sensor)))


def to_frame(found: Iterable[Episode]) -> pd.DataFrame:
    """Episodes as a table, one row each."""
    names = list(Episode.__dataclass_fields__)
    return pd.DataFrame([asdict(episode) for episode in found], columns=names)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One sensor: its scores, its readings, how far its level is off, and the zone for the words."""

    column: str
    scores: pd.DataFrame
    values: pd.Series
    off: Mapping[str, pd.Series]
    timezone: str


def _of_sensor(seen: _Seen) -> list[Episode]:
    index = pd.DatetimeIndex(seen.scores.index)
    flagged = np.flatnonzero((seen.scores.to_numpy() >= THRESHOLD).any(axis=1))
    seconds = index.as_unit("s").asi8
    step = float(np.median(np.diff(seconds))) if len(seconds) > 1 else 0.0
    breaks = np.flatnonzero(np.diff(seconds[flagged]) > max(JOINED.total_seconds(), step)) + 1
    return [_episode(seen, seen.scores.iloc[rows[0] : rows[-1] + 1]) for rows in np.split(flagged, breaks)]


def _episode(seen: _Seen, scores: pd.DataFrame) -> Episode:
    channel, *_ = raised = _raised(scores)
    hits = scores[channel] >= THRESHOLD
    detected, end = scores.index[0], scores.index[-1]
    worst = scores.index[int(scores[channel].argmax())]
    start = _onset(channel, scores.index[int(hits.argmax())], seen.values)
    value, expected = _levels(seen, channel, start, worst, stepped="step" in raised)
    kind = "drop" if channel == "spike" and value < expected else KINDS[channel]
    repeats = int(hits.sum() if channel == "spike" else (hits & ~hits.shift(fill_value=False)).sum())
    return Episode(
        sensor=seen.column,
        kind=kind,
        start=min(start, detected).to_pydatetime(),
        end=end.to_pydatetime(),
        detected_at=detected.to_pydatetime(),
        score=float(scores[raised].max().max()),
        why=_why(channel, value, expected, clock.spoken(start, seen.timezone, at=end), repeats),
        check=CHECKS[kind],
        value=value,
        expected=expected,
        repeats=repeats,
    )


def _levels(
    seen: _Seen, channel: str, start: pd.Timestamp, worst: pd.Timestamp, *, stepped: bool
) -> tuple[float, float]:
    """What was read and what was expected."""
    if channel == "spike":
        out, back = _excursion(seen.values, worst)
        return float(out.iloc[int((out - back).abs().argmax())]), back
    value = _last(seen.values.loc[:worst])
    if channel in seen.off and not stepped:  # the mean of hours takes hours to show a jump
        return value, value - float(seen.off[channel].loc[worst])
    earlier = seen.values.loc[: start - pd.Timedelta(seconds=1)]
    if channel in ("step", "kept_step"):
        return _middle(seen.values.loc[start:].dropna().head(OUT)), _middle(earlier.dropna().tail(OUT))
    return value, _middle(earlier.loc[start - pd.Timedelta(hours=6) :])


def _excursion(values: pd.Series, back_at: pd.Timestamp) -> tuple[pd.Series, float]:
    """The readings of a spike that is over at this time, which lie nearer to its farthest than to what followed."""
    known = values.loc[:back_at].dropna().tail(OUT + 1)
    off = (known - known.iloc[-1]).abs()
    return known[off >= off.max() / 2], float(known.iloc[-1])


def _raised(scores: pd.DataFrame) -> list[str]:
    """The channels that flagged something, the most telling first.

    Values that are far out now and then, beside spikes or noise, belong to these; a drop-out stays out. Jumps out
    and back are rough and shift means, too: two of them are named, unless the values go on up and down in turn.
    """
    hits = scores >= THRESHOLD
    raised = [name for name in KINDS if name in scores and hits[name].any()]
    if "noise" not in raised and "spike" in raised and hits["spike"].sum() >= LOOSE:
        raised = [name for name in raised if name not in (BY_SPIKES if "noise_soon" in raised else ("step",))]
    loose = {"spike", "noise", "noise_soon"} & set(raised)
    if "outside" in raised and loose and 2 * hits["outside"].sum() < len(hits) + 1:
        raised.remove("outside")
    return raised


def _onset(channel: str, first: pd.Timestamp, values: pd.Series) -> pd.Timestamp:
    """When the trouble began, as far as it can be told: the first of the repeated values, the jump itself."""
    if channel == "spike":
        return pd.Timestamp(_excursion(values, first)[0].index[0])
    if channel in ("step", "kept_step"):
        told = first - LOOKBACK.get(channel, pd.Timedelta(0))
        return pd.Timestamp(values.loc[:told].dropna().index[-JUMPED - 1 :][0])
    if channel not in ("stuck", "silent"):
        earlier: pd.Timestamp = max(first - LOOKBACK.get(channel, pd.Timedelta(0)), values.index[0])
        return earlier
    known = values.loc[:first].dropna()
    if channel == "stuck" and len(known):
        changes = np.flatnonzero(known.to_numpy()[:-1] != known.to_numpy()[1:])
        known = known.iloc[: changes[-1] + 2] if len(changes) else known.iloc[:1]
    onset: pd.Timestamp = pd.Timestamp(known.index[-1]) if len(known) else first
    return onset


def _last(values: pd.Series) -> float:
    known = values.dropna()
    return float(known.iloc[-1]) if len(known) else float("nan")


def _middle(values: pd.Series) -> float:
    return float(values.median()) if values.notna().any() else float("nan")


def _why(channel: str, value: float, expected: float, at: str, repeats: int) -> str:
    read, usual = told_apart(value, expected)
    sentences = {
        "outside": f"{value:g} is far outside of all it has shown before",
        "silent": f"no value since {at}, while others report",
        "stuck": f"{value:g} is repeated since {at}",
        "noise": f"it jumps up and down from reading to reading since {at}",
        "noise_soon": f"it jumps up and down from reading to reading since {at}",
        "kept_step": f"it jumped from about {usual} to {read} at {at} and stayed there",
        "offset": f"its level has changed since {at}: {read}, expected {usual}",
        "drift": f"it moves away from what the others let expect: {read}, expected {usual}",
        "away": f"it has left its usual place among the sensors beside it: {read}, expected {usual}",
        "trend": f"the mean of a day has moved away from that of the past days: {read}, expected {usual}",
        "pattern": f"its course since {at} is unlike anything in its past",
        "step": f"it jumped from about {usual} to {read} at {at}",
        "spike": f"it jumped to {read} and came back to {usual}" + (f", and so {repeats} times" if repeats > 1 else ""),
    }
    return sentences[channel]
