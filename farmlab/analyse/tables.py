"""The tables that are left behind, for programs and for spreadsheets; only what is ours is overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab.analyse import output
from farmlab.analyse.anomaly import labelled
from farmlab.analyse.ranking import severity
from farmlab.analyse.reading import written
from farmlab.integrations.recognise.plain import REJECTED
from farmlab.models.episodes import THRESHOLD
from farmlab.text import inert

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from farmlab.analyse.anomaly import Looked, Sensor
    from farmlab.analyse.reading import Data

SCORES: Final = ("timestamp", "sensor", "value", "score", "is_anomaly", "kind")
EPISODES: Final = ("sensor", "kind", "start", "end", "detected_at", "severity", "score", "why")
_OURS: Final = {
    "scores.csv": ",".join(SCORES),
    "episodes.csv": ",".join(EPISODES),
    "rejected.csv": ",".join(REJECTED),
    "report.html": output.GENERATOR,
}
_DIGITS: Final = 4


def prepare(folder: Path, source: Path) -> None:
    """Make the folder, and refuse what must not be overwritten; see :func:`farmlab.analyse.output.prepare`."""
    output.prepare(folder, [source], ours=_OURS)


def write_scores(folder: Path, data: Data, looked: Looked) -> Path:
    """Every value of the file, series by series in order of time, with its score."""
    times = written(data)
    with output.replacing(folder / "scores.csv") as sink:
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
    with output.replacing(folder / "episodes.csv") as sink:
        pd.DataFrame(rows, columns=list(EPISODES)).to_csv(sink, index=False)
    return folder / "episodes.csv"


def write_rejected(folder: Path, data: Data) -> Path | None:
    """The rows that could not be read, each with its line and the reason; an old list goes."""
    path = folder / "rejected.csv"
    if data.rejected.empty:
        path.unlink(missing_ok=True)
        return None
    with output.replacing(path) as sink:
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
