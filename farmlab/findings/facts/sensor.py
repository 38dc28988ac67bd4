"""What the sensor itself and those beside it answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab.findings.facts.span import Fact, Span
from farmlab.text import signed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from farmlab.findings.facts.span import Answer

SLOW_HOURS: Final = 6.0
OF_LEVELS: Final = frozenset({"offset", "step", "drift", "trend"})


def _unmoved(span: Span) -> Fact | None:
    sensor = next((s for s in span.case.sensors if s.column == span.finding.subject), None)
    if sensor is None or span.finding.kind not in OF_LEVELS:
        return None
    others = [s.column for s in span.case.sensors_of(sensor.metric) if s.position and s.column != sensor.column]
    others = [column for column in others if column in span.case.wide.columns] if sensor.position else []
    if not others:
        return None
    rest = span.case.wide[others].median(axis=1)
    apart = span.case.column(sensor.column) - rest
    moved = float(span.inside(apart).median() - span.before(apart).median())
    theirs = float(span.inside(rest - span.case.set_point).median() - span.before(rest - span.case.set_point).median())
    if not np.isfinite(moved) or not np.isfinite(theirs):
        return None
    return Fact(
        abs(moved) > abs(theirs), f"it moved by {signed(moved, 1)} against the others, they by {signed(theirs, 1)}"
    )


def _no_second(span: Span) -> Fact | None:
    sensor = next((s for s in span.case.sensors if s.column == span.finding.subject), None)
    if sensor is None or sensor.position == "outside" or span.finding.kind not in OF_LEVELS:
        return None
    others = [s for s in span.case.sensors_of(sensor.metric) if s.column != sensor.column and s.position]
    return Fact(not others, f"{len(others)} others of the same kind to compare with" if others else "no second sensor")


def _slowly(span: Span) -> Fact | None:
    """How long the sensor took for the middle half of its way."""
    column = span.finding.subject
    if column not in span.case.wide.columns or span.finding.kind not in OF_LEVELS:
        return None
    sensor = next(s for s in span.case.sensors if s.column == column)
    others = [s.column for s in span.case.sensors_of(sensor.metric) if s.position and s.column != column]
    others = [other for other in others if other in span.case.wide.columns] if sensor.position else []
    apart = span.case.wide[column] - (span.case.wide[others].median(axis=1) if others else 0.0)
    path = apart.rolling("60min", min_periods=3).median().dropna()
    if len(path) < 24:
        return None
    first, last = float(path.iloc[:12].median()), float(path.iloc[-12:].median())
    way = (path - first) / (last - first) if abs(last - first) > 1e-6 else path * 0
    quarter, rest = way.index[(way > 0.25).to_numpy()], way.index[(way > 0.75).to_numpy()]
    if not len(quarter) or not len(rest):
        return None
    hours = (rest[0] - quarter[0]).total_seconds() / 3600
    return Fact(hours > SLOW_HOURS, f"half of the way took {hours:.0f} h")


def _back_and_forth(span: Span) -> Fact | None:
    column = span.finding.subject
    if span.finding.kind not in ("noise", "spike", "pattern") or column not in span.case.wide.columns:
        return None
    steps = span.inside(span.case.wide[column]).diff().abs().dropna()
    if len(steps) < 12:
        return None
    single = float((steps > 5 * max(float(steps.median()), 1e-6)).mean())
    return Fact(0 < single < 0.25 and float(steps.max()) > 8 * float(steps.median()), f"{100 * single:.0f} % are jumps")


ANSWERS: Final[Mapping[str, Answer]] = {
    "others_unmoved": _unmoved,
    "no_second_sensor": _no_second,
    "came_slowly": _slowly,
    "back_and_forth": _back_and_forth,
}
"""Question → who answers it."""
