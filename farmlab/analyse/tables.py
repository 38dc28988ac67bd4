"""The tables that are left behind, for programs and for spreadsheets; only what is ours is overwritten."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.analyse.anomaly import labelled
from farmlab.analyse.ranking import severity
from farmlab.analyse.reading import written
from farmlab.errors import ConfigError
from farmlab.integrations.recognise.plain import REJECTED
from farmlab.models.episodes import THRESHOLD
from farmlab.text import inert

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import TextIO

    from farmlab.analyse.anomaly import Looked, Sensor
    from farmlab.analyse.reading import Data

SCORES: Final = ("timestamp", "sensor", "value", "score", "is_anomaly", "kind")
EPISODES: Final = ("sensor", "kind", "start", "end", "detected_at", "severity", "score", "why")
GENERATOR: Final = '<meta name="generator" content="farmlab analyse">'
"""By this line a report is known as one of ours."""
_OURS: Final = {
    "scores.csv": ",".join(SCORES),
    "episodes.csv": ",".join(EPISODES),
    "rejected.csv": ",".join(REJECTED),
    "report.html": GENERATOR,
}
_DIGITS: Final = 4


def prepare(folder: Path, source: Path, *, ours: Mapping[str, str] = _OURS) -> None:
    """Make the folder, and refuse what could not be written or would overwrite the work of others.

    Raises
    ------
    ConfigError
        The sentence says which file and why.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".farmlab.{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ConfigError(
            f"nothing can be written there: {error.strerror}", where=str(folder), next_step="Choose another --out."
        ) from None
    for name, mark in ours.items():
        path = folder / name
        if path.exists() and (_same(path, source) or not _is_ours(path, mark)):
            raise ConfigError(
                f"there is already a {name} that is not of this command", where=str(folder),
                next_step="Choose another --out.",
            )  # fmt: skip


def write_scores(folder: Path, data: Data, looked: Looked) -> Path:
    """Every value of the file, series by series in order of time, with its score."""
    times = written(data)
    with _replacing(folder / "scores.csv") as sink:
        sink.write(",".join(SCORES) + "\n")
        for sensor in looked.sensors:
            _scores(sensor, times[sensor.series.rows]).to_csv(sink, index=False, header=False)
    return folder / "scores.csv"


def write_episodes(folder: Path, data: Data, looked: Looked) -> Path:
    """The episodes, the one to look at first at the top; times on the clock of the file."""
    rows = [
        (
            inert(episode.sensor),
            episode.kind,
            *(on_the_clock(time, data) for time in (episode.start, episode.end, episode.detected_at)),
            str(severity(episode)),
            f"{episode.score:.{_DIGITS}f}",
            inert(episode.why),
        )
        for episode in looked.episodes
    ]
    with _replacing(folder / "episodes.csv") as sink:
        pd.DataFrame(rows, columns=list(EPISODES)).to_csv(sink, index=False)
    return folder / "episodes.csv"


def write_rejected(folder: Path, data: Data) -> Path | None:
    """The rows that could not be read, each with its line and the reason; an old list goes."""
    path = folder / "rejected.csv"
    if data.rejected.empty:
        path.unlink(missing_ok=True)
        return None
    with _replacing(path) as sink:
        data.rejected.assign(row=data.rejected["row"].map(inert)).to_csv(sink, index=False)
    return path


def _scores(sensor: Sensor, times: np.ndarray) -> pd.DataFrame:
    flagged = sensor.score >= THRESHOLD
    shown = np.round(sensor.score, _DIGITS)
    below = THRESHOLD - 10.0**-_DIGITS
    columns: Mapping[str, object] = {
        "timestamp": times,
        "sensor": labelled(np.zeros(len(times), dtype=np.int8), [inert(sensor.name)]),
        "value": sensor.series.values,
        "score": np.where(flagged, shown, np.minimum(shown, below)),
        "is_anomaly": labelled(flagged.astype(np.int8), ["false", "true"]),
        "kind": sensor.kind,
    }
    return pd.DataFrame(columns)


def on_the_clock(moment: object, data: Data) -> str:
    """A moment as ``scores.csv`` writes times: without an offset where the file has none."""
    local = pd.Timestamp(moment).tz_convert(data.zone)  # type: ignore[arg-type]
    naive = not np.isfinite(data.offset).any()
    return f"{local.tz_localize(None) if naive else local}"


def _same(path: Path, source: Path) -> bool:
    return source.exists() and path.samefile(source)


def _is_ours(path: Path, mark: str) -> bool:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return mark in file.read(2_000) if mark == GENERATOR else file.readline().strip() == mark
    except OSError:
        return False


@contextmanager
def _replacing(path: Path) -> Iterator[TextIO]:
    """A file that takes the place of the old one when it is complete."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8", newline="") as sink:
            yield sink
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
