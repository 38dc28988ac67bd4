"""Risks of failure: how far to trust them, and their course in the units that are likeliest to fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter, MaxNLocator

from farmlab.figures.lines import dates, line
from farmlab.figures.style import PALETTE, drawn, head, note, sheet
from farmlab.figures.svg import Picture, picture
from farmlab.figures.timeaxis import span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    Values = NDArray[np.float64]
    Flags = NDArray[np.bool_]

SIDE: Final = 210
COURSE: Final = 64
GROUPS: Final = 8
DRAWS: Final = 200
MOST_POINTS: Final = 400
"""Points of a curve of precision over recall, which has one a reading."""


class Horizon(NamedTuple):
    """One horizon on held-out readings: whether it came true, what was said, what the baseline said, and the unit."""

    name: str
    truth: Flags
    risk: Values
    baseline: Values
    unit: NDArray[np.object_]


class RiskCourse(NamedTuple):
    """One unit: its name, both risks by time (shares), and when it failed."""

    name: str
    first: pd.Series
    second: pd.Series
    failed: pd.DatetimeIndex


@drawn
def trust(horizons: Sequence[Horizon], *, title: str, baseline: str) -> Picture:
    """One row a horizon: precision over recall, and how often came true what was said.

    Dots of the right panels stand for groups of readings with the same number of expected failures each; their lines
    are 95 % intervals over units, drawn again, because readings of one unit are alike.
    """
    figure, panels = sheet([SIDE] * len(horizons), title=title, columns=2, right=24, gap=62, column_gap=64,
                           bottom=54, head_room=46)  # fmt: skip
    for horizon, left, right in zip(horizons, panels[::2], panels[1::2], strict=True):
        _precision(left, horizon)
        _reliability(right, horizon)
    _legend(panels[0], {"all features": "series_1", baseline: "series_2", "guessing; said = came true": "expected"})
    return picture(figure, title)


@drawn
def riskiest(courses: Sequence[RiskCourse], *, start: datetime, until: datetime, title: str) -> Picture:
    """One panel a unit: both risks by time, and a mark where it failed."""
    figure, panels = sheet([COURSE] * len(courses), title=title, gap=34, head_room=46)
    span(panels, start, until, timezone="UTC")
    top = max([float(part.max()) for course in courses for part in (course.first, course.second)], default=0.0)
    for panel, course in zip(panels, courses, strict=True):
        head(panel, course.name)
        line(panel, course.second, "series_2")
        line(panel, course.first, "series_1")
        failed = dates(course.failed)
        panel.vlines(failed, 0, 1, transform=panel.get_xaxis_transform(), color=PALETTE["critical"], linewidth=1.4)
        panel.plot(failed, np.ones(len(failed)), "v", transform=panel.get_xaxis_transform(), clip_on=False,
                   color=PALETTE["critical"], markersize=7)  # fmt: skip
        panel.set_ylim(0, min(1.0, max(1.1 * top, 0.01)))
        panel.yaxis.set_major_formatter(FuncFormatter(_percent))
    _legend(panels[0], {"next 24 h": "series_1", "24–48 h": "series_2", "failed": "critical"})
    return picture(figure, title)


def _legend(panel: Axes, colours: Mapping[str, str]) -> None:
    """What the colours mean, above the first panel."""
    x = 0.0
    for said, colour in colours.items():
        note(panel, f"● {said}", (0, 1), (x, 26), color=PALETTE[colour], va="bottom")
        x += 36 + 6.5 * len(said)


def _precision(panel: Axes, horizon: Horizon) -> None:
    head(panel, f"{horizon.name}: precision over recall")
    _shares(panel)
    usual = float(horizon.truth.mean())
    panel.axhline(usual, color=PALETTE["expected"], linewidth=1.2, linestyle=(0, (4, 3)))
    for risk, colour in ((horizon.baseline, "series_2"), (horizon.risk, "series_1")):
        recall, precision = _curve(horizon.truth, risk)
        panel.plot(recall, precision, color=PALETTE[colour], linewidth=1.6)
    panel.set_xlabel("of the readings before a failure, called")


def _reliability(panel: Axes, horizon: Horizon) -> None:
    head(panel, f"{horizon.name}: what was said came true")
    said, came, low, high = groups(horizon)
    top = min(1.0, 1.08 * float(max(said.max(), high.max(), 0.02)))
    panel.plot([0, top], [0, top], color=PALETTE["expected"], linewidth=1.2, linestyle=(0, (4, 3)))
    panel.vlines(said, low, high, color=PALETTE["series_1"], linewidth=2)
    panel.plot(said, came, "o", color=PALETTE["series_1"], markersize=6)
    _shares(panel, top)
    panel.set_xlabel("risk that was said")


def _percent(share: float, _: float) -> str:
    return f"{100 * share:.3g} %"


def _shares(panel: Axes, top: float = 1.0) -> None:
    panel.set_xlim(0, top)
    panel.set_ylim(0, top)
    panel.grid(visible=True, axis="x")
    for axis in (panel.xaxis, panel.yaxis):
        axis.set_major_locator(MaxNLocator(nbins=5))
        axis.set_major_formatter(FuncFormatter(_percent))


def _curve(truth: Flags, risk: Values) -> tuple[Values, Values]:
    """Recall and precision at every probability that was said, thinned."""
    from sklearn.metrics import precision_recall_curve

    precision, recall, _ = precision_recall_curve(truth, risk, drop_intermediate=True)
    kept = np.unique(np.searchsorted(-recall, np.linspace(-1, 0, MOST_POINTS)).clip(max=len(recall) - 2))
    return recall[kept], precision[kept]


def groups(horizon: Horizon) -> tuple[Values, Values, Values, Values]:
    """By group of readings: mean risk that was said, share that came true, and its 95 % interval over units.

    Groups hold equal sums of risks: with equal numbers of readings nearly all of them would lie at zero.
    """
    order = np.argsort(horizon.risk, kind="stable")
    risk, truth = horizon.risk[order], horizon.truth[order]
    total = np.cumsum(risk)
    group = np.unique(np.minimum((GROUPS * (total - risk) / max(total[-1], 1e-12)).astype(int), GROUPS - 1),
                      return_inverse=True)[1].ravel()  # fmt: skip
    unit, count = pd.factorize(horizon.unit[order])[0], int(group.max()) + 1
    rows, hits = (np.zeros((int(unit.max()) + 1, count)) for _ in range(2))
    np.add.at(rows, (unit, group), 1.0)
    np.add.at(hits, (unit, group), truth.astype(float))
    drawn_units = np.random.default_rng(0).multinomial(len(rows), np.full(len(rows), 1 / len(rows)), DRAWS)
    again = (drawn_units @ hits) / np.maximum(drawn_units @ rows, 1e-9)
    low, high = np.quantile(again, [0.025, 0.975], axis=0)
    said = np.bincount(group, risk) / rows.sum(axis=0)
    return np.asarray(said), np.asarray(hits.sum(axis=0) / rows.sum(axis=0)), np.asarray(low), np.asarray(high)
