"""The page of a one-shot analysis: the answer, how far to trust it, the episodes, every series, what was assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

import farmlab
from farmlab import clock, text
from farmlab.analyse.ranking import severity
from farmlab.analyse.reading import zone_in_words
from farmlab.analyse.summary import since, summary
from farmlab.publish import assets, html, words
from farmlab.states import NOTHING, OK, SEVERITIES

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from markupsafe import Markup

    from farmlab.analyse.anomaly import Looked, Sensor
    from farmlab.analyse.reading import Data
    from farmlab.models.episodes import Episode

MOST_BLOCKS: Final = 12
MOST_ROWS: Final = 100
MOST_SERIES: Final = 150
_MOST_POINTS: Final = 600
_AROUND: Final = pd.Timedelta(hours=24)
_FARTHEST: Final = pd.Timedelta(days=2)
LARGEST: Final = 1 << 20


def write_report(folder: Path, data: Data, looked: Looked, *, at: datetime) -> Path:
    """Write ``report.html``: one file, with everything in it."""
    return assets.write(folder / "report.html", render(data, looked, at=at))


def render(data: Data, looked: Looked, *, at: datetime) -> str:
    """The page; with fewer figures where it would be larger than 1 MiB."""
    for blocks in (MOST_BLOCKS, MOST_BLOCKS // 2, 2, 0):
        page = assets.render("analyse.html.j2", **_view(data, looked, at, blocks))
        if len(page.encode()) <= LARGEST:
            break
    return page


def _view(data: Data, looked: Looked, at: datetime, blocks: int) -> dict[str, Any]:
    said = summary(data, looked)
    judged = looked.judged
    return {
        "title": f"{data.known.name} · anomalies",
        "file": text.one_line(data.known.name),
        "headline": said.sentence,
        "state": said.state,
        "chance": said.chance,
        "warnings": said.warnings,
        "assumptions": said.assumptions,
        "trust": _trust(data, looked, at),
        "blocks": [_block(episode, data, looked) for episode in looked.episodes[:blocks]],
        "others": [_row(episode, data) for episode in looked.episodes[blocks : blocks + MOST_ROWS]],
        "unlisted": max(0, len(looked.episodes) - blocks - MOST_ROWS),
        "sensors": [_sensor(sensor, data) for sensor in looked.sensors[:MOST_SERIES]],
        "unshown": max(0, len(looked.sensors) - MOST_SERIES),
        "unjudged": [(sensor.name, sensor.why_not) for sensor in looked.sensors if sensor.why_not][:MOST_ROWS],
        "alone": len(judged) == 1,
        "how": _how(data, looked),
    }


def _trust(data: Data, looked: Looked, at: datetime) -> list[tuple[str, str]]:
    zone = clock.zone(data.zone)
    first, last, made = (
        f"{t.astimezone(zone).day} {t.astimezone(zone):%b %Y %H:%M}" for t in (data.start, data.until, at)
    )
    days = max((sensor.judged_days for sensor in looked.sensors), default=0.0)
    rate = looked.by_chance / max(sum(sensor.judged_days for sensor in looked.sensors), 1e-9)
    step = clock.in_words(data.known.step) if data.known.step else "–"
    return [
        ("Data", f"{first} – {last} ({words.lasting(data.start, data.until)})"),
        ("Rows", f"{words.value(data.known.rows)} rows, {words.count(len(data.series), 'sensor')}, every {step}"),
        ("Judged", f"{words.count(len(looked.judged), 'sensor')}, up to {days:.1f} days"),
        ("False episodes to expect", f"{rate:.3f} a sensor-day"),
        ("Clock", zone_in_words(data)),
        ("Made", made),
    ]


def _block(episode: Episode, data: Data, looked: Looked) -> dict[str, Any]:
    grade = severity(episode)
    noticed = clock.in_words(episode.detected_at - episode.start)
    late = f"noticed after {noticed}" if episode.detected_at > episode.start else "noticed at once"
    return {
        "state": SEVERITIES[grade],
        "where": text.one_line(episode.sensor),
        "title": f"{episode.kind.replace('_', ' ')}: {episode.why}",
        "since": words.sentence(since(episode, data)),
        "sure": f"{text.sure(episode.score)} · {late}",
        "change": "",
        "why": "",
        "check": episode.check,
        "drawing": _drawing(episode, data, looked),
    }


def _drawing(episode: Episode, data: Data, looked: Looked) -> Markup | None:
    """The series around the episode, with what was expected of it where the detector tells."""
    from farmlab.figures import evidence, lines

    sensor = next(sensor for sensor in looked.sensors if sensor.name == episode.sensor)
    if sensor.values is None:
        return None
    around = min(max(_AROUND, episode.end - episode.start), _FARTHEST)
    first, last = sensor.values.index[0], sensor.values.index[-1]
    start = max(first, pd.Timestamp(episode.start - around))
    until = min(last, pd.Timestamp(episode.end + around / 2))
    inside = sensor.values.loc[start:until]
    alt = f"{text.one_line(episode.sensor)}: {episode.kind.replace('_', ' ')} {since(episode, data)}; {episode.why}"
    picture = evidence(
        lines.decimate(inside, most=_MOST_POINTS),
        metric="",
        marks=[episode],
        start=start.to_pydatetime(),
        until=until.to_pydatetime(),
        timezone=data.zone,
        alt=alt,
        expected=_expected(sensor, episode, start, until),
        label=text.one_line(episode.sensor, limit=40),
    )
    return html.drawing(picture.svg, picture.alt)


def _expected(sensor: Sensor, episode: Episode, start: pd.Timestamp, until: pd.Timestamp) -> pd.DataFrame | None:
    known = (sensor.expected or {}).get(episode.kind)
    if known is None:
        return None
    inside = known.loc[start:until]
    thin = inside.iloc[:: max(1, len(inside) // (_MOST_POINTS // 2))]
    return pd.DataFrame({"expected": thin}) if thin.notna().any() else None


def _row(episode: Episode, data: Data) -> dict[str, Any]:
    return {
        "state": SEVERITIES[severity(episode)],
        "sensor": text.one_line(episode.sensor),
        "kind": episode.kind.replace("_", " "),
        "since": since(episode, data).removeprefix("since "),
        "score": f"{episode.score:.2f}",
        "why": episode.why,
    }


def _sensor(sensor: Sensor, data: Data) -> dict[str, Any]:
    known = sensor.series.values[np.isfinite(sensor.series.values)]
    low, middle, high = np.quantile(known, [0, 0.5, 1]) if len(known) else (None, None, None)
    grades = [severity(episode) for episode in sensor.episodes]
    states = [SEVERITIES[grade] for grade in grades]
    return {
        "name": text.one_line(sensor.name),
        "state": min(states, key=lambda state: state.rank, default=OK if sensor.judged_days else NOTHING),
        "drawing": _sparkline(sensor, data),
        "range": [words.value(float(x)) if x is not None else "–" for x in (low, middle, high)],
        "missing": f"{100 * (1 - len(known) / max(len(sensor.series.values), 1)):.1f} %",
        "days": f"{sensor.judged_days:.1f}",
        "episodes": len(sensor.episodes),
        "rate": f"{sensor.rate:.3f}" if sensor.judged_days else "–",
        "by_chance": f"{sensor.rate * sensor.judged_days:.1f}" if sensor.judged_days else "–",
    }


def _sparkline(sensor: Sensor, data: Data) -> Markup | None:
    from farmlab.figures import sparkline

    if sensor.values is None or sensor.values.notna().sum() < 2:
        return None
    values = sensor.values.to_numpy()
    alt = f"{text.one_line(sensor.name, limit=60)} from {data.start:%Y-%m-%d} to {data.until:%Y-%m-%d}"
    return html.drawing(sparkline(values, alt=alt), alt)


def _how(data: Data, looked: Looked) -> list[tuple[str, str]]:
    return [
        ("Command", "farmlab analyse anomaly"),
        ("FarmLab", farmlab.__version__),
        ("Model", looked.model),
        ("File", f"{text.one_line(data.known.name)}, a {data.known.layout} table, {data.known.encoding}"),
    ]
