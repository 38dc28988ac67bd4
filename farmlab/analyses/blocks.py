"""The blocks that pages are made of: the verdict, and one block a finding with its evidence beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Final

import pandas as pd

from farmlab import clock, figures
from farmlab.features import water_feed
from farmlab.figures import Table
from farmlab.findings import ahead, seen
from farmlab.states import SEVERITIES, VERDICTS
from farmlab.text import one_line, sure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from farmlab.domain import Finding, Sensor, Verdict
    from farmlab.scope import Scope

METRIC_OF: Final = {
    "temperature_high": "temp",
    "temperature_low": "temp",
    "temperature_heat": "temp",
    "temperature_changed": "temp",
    "humidity_changed": "rh",
    "rh_pct_high": "rh",
    "co2_ppm_high": "co2",
    "nh3_ppm_high": "nh3",
    "water_leak": "water",
    "water_low": "water",
    "water_high": "water",
    "no_water": "water",
    "feed_low": "feed",
    "feed_high": "feed",
    "no_feed": "feed",
    "auger": "feed",
    "catching": "feed",
    "fan_loss": "pressure",
    "power_cut": "pressure",
    "inlet": "pressure",
    "uneven": "temp",
    "heater": "temp",
    "cooling_pad": "temp",
}
"""Kind of finding → the metric whose curve shows it; kinds that name a sensor need none."""
CONTEXT_HOURS: Final = 24
"""So much is shown before a finding begins."""


def verdict(judged: Verdict) -> Table:
    """The verdict as people read it: shape, word, and the sentences why."""
    reasons = "".join(f"<li>{_said(reason)}</li>" for reason in judged.reasons)
    word = f"{VERDICTS[judged.state].shape} {judged.state}"
    simulated = " · simulated" if judged.simulated else ""
    html = (
        f"<div><p><strong>{word}</strong>{simulated}</p><ul>{reasons or '<li>The data are in order.</li>'}</ul></div>"
    )
    return Table(html, "\n".join([word + simulated, *(judged.reasons or ("The data are in order.",))]))


def display(shown: object) -> None:
    """Show something below a cell."""
    from IPython import display as ipython

    ipython.display(shown)  # type: ignore[no-untyped-call]


def show(found: Iterable[Finding], lab: Scope) -> list[Finding]:
    """Each finding as a block, followed by the figure that shows it; the findings, with their figures in them."""
    drawn = []
    for finding in found:
        display(block(finding, lab))
        picture = evidence(finding, lab)
        if picture is not None:
            display(picture)
            finding = replace(finding, data={**finding.data, "drawing": picture.svg})
        drawn.append(finding)
    if not drawn:
        display(Table("<p>Nothing was found.</p>", "Nothing was found."))
    return drawn


def block(finding: Finding, lab: Scope) -> Table:
    """What, where, since or for when, how sure, why, and what to check first."""
    _, shape, word, name = SEVERITIES[finding.severity]
    best = finding.why[0] if finding.why else None
    until = f" until {spoken(finding.end, lab)}" if finding.end else ", going on"
    when = ahead.expected(finding, lab.farm.timezone) or f"since {spoken(finding.start, lab)}{until}"
    lines = [f"{when} · {sure(finding.score)} · {word}"]
    if best is not None:
        lines.append(
            f"Why: {best.cause} ({100 * best.confidence:.0f} %)" + (f" – {best.evidence}" if best.evidence else "")
        )
    where = _where(finding, lab)
    mark = f'<span class="mark {name}" role="img" aria-label="{word}">{shape}</span>'
    head = f'<h3>{mark} <span class="where">{_said(where)}</span> '
    body = "".join(f"<p>{_said(line)}</p>" for line in lines)
    check = "".join(f'<p class="check"><strong>Check first:</strong> {_said(step)}</p>' for step in finding.check[:1])
    html = f'<article class="finding {name}">{head}{_said(finding.title)}</h3>{body}{check}</article>'
    return Table(html, "\n".join([f"{shape} {where}: {finding.title}", *lines, *finding.check[:1]]))


def others(found: Sequence[Finding], lab: Scope) -> Table:
    """The less urgent findings, one line each."""
    lines = [f"{_where(item, lab)}: {item.title}{_stands(item)}" for item in found]
    listed = "".join(f"<li>{_said(line)}</li>" for line in lines)
    html = f"<details><summary>{len(lines)} less urgent</summary><ul>{listed}</ul></details>" if lines else ""
    return Table(html, "\n".join(lines))


def _stands(finding: Finding) -> str:
    return "" if finding.status.needs_somebody else f" ({finding.status.said})"


def local_table(frame: pd.DataFrame, lab: Scope, *, caption: str) -> Table:
    """A table with its times on the farm's clock."""
    shown = frame.copy()
    for name in shown.columns:
        if name in ("start", "end", "time", "due"):
            shown[name] = [spoken(time, lab) for time in frame[name]]
    return figures.table(shown, caption=caption, digits={"score": 2})


def spoken(moment: datetime, lab: Scope) -> str:
    """The moment on the farm's clock; "never" when there is none."""
    return "never" if pd.isna(moment) else clock.spoken(moment, lab.farm.timezone, at=lab.until)


def evidence(finding: Finding, lab: Scope) -> figures.Picture | None:
    """What the finding was judged by, else the sensor that shows it, with what was usual; None where nothing does."""
    kept = seen.of(finding)
    if kept is not None:
        return _evidence(finding, lab, kept.frame["seen"], kept.frame.drop(columns="seen"), kept.label, unit=kept.unit)
    sensor = _sensor_of(finding, lab)
    if sensor is None:
        return None
    wide = lab.wide(finding.house, history_hours=CONTEXT_HOURS)
    if sensor.column not in wide or not wide[sensor.column].notna().any():
        return None
    series = shown(wide[sensor.column], sensor, lab.farm.timezone)
    return _evidence(finding, lab, series, _expected(wide, sensor), sensor.label, metric=sensor.metric)


def _evidence(
    finding: Finding,
    lab: Scope,
    series: pd.Series,
    expected: pd.DataFrame | None,
    label: str,
    *,
    metric: str = "",
    unit: str = "",
) -> figures.Picture:
    return figures.evidence(
        series,
        metric=metric,
        unit=unit,
        marks=[finding],
        start=max(lab.start, finding.start) - timedelta(hours=CONTEXT_HOURS),
        until=lab.until,
        timezone=lab.farm.timezone,
        expected=expected,
        label=label,
        alt=finding.title,
    )


def shown(series: pd.Series, sensor: Sensor, timezone: str) -> pd.Series:
    """A gauge as it is, a counter as amounts per hour."""
    if sensor.counts == "gauge":
        return series
    return water_feed.hourly_amounts(series, kind=sensor.counts, timezone=timezone)


def _where(finding: Finding, lab: Scope) -> str:
    return f"House {finding.house}" if finding.house else lab.farm.name


def _sensor_of(finding: Finding, lab: Scope) -> Sensor | None:
    mine = lab.sensors(finding.house)
    named = [sensor for sensor in mine if finding.subject in (sensor.source_key, sensor.column)]
    metric = METRIC_OF.get(finding.kind, finding.subject)
    return next(iter(named or [sensor for sensor in mine if sensor.metric == metric and sensor.position == ""]), None)


def _expected(wide: pd.DataFrame, sensor: Sensor) -> pd.DataFrame | None:
    """What the controller wanted, for temperatures inside."""
    if sensor.metric != "temp" or sensor.position == "outside" or "temp_set_c" not in wide:
        return None
    wanted = wide["temp_set_c"].rename("expected").to_frame()
    return wanted.assign(lower=wanted["expected"] - 1, upper=wanted["expected"] + 1)


def _said(text: str) -> str:
    return escape(one_line(text, limit=300))
