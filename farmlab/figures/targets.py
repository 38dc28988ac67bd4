"""A flock against its breed: weight, mortality, water and feed by age."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.ticker import MaxNLocator

from farmlab.figures.marks import end_labels
from farmlab.figures.style import PALETTE, drawn, head, note, number, sheet
from farmlab.figures.svg import Picture, picture

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

HEIGHT: Final = 120


@dataclass(frozen=True, slots=True)
class _Panel:
    column: str
    target: str
    label: str
    unit: str
    digits: int = 0
    action: str = ""


_PANELS: Final = (
    _Panel("weight_g", "weight_target_g", "bird weight", "g"),
    _Panel("mortality_pct", "mortality_target_pct", "mortality since placement", "%", 1, "mortality_action_pct"),
    _Panel("water_ml_bird", "water_target_ml_bird", "water per bird and day", "ml"),
    _Panel("feed_g_bird", "feed_target_g_bird", "feed per bird and day", "g"),
)


@drawn
def targets(days: pd.DataFrame, *, title: str) -> Picture:
    """Four panels by age; the target is a dashed line, five per cent around it (or up to the action level) a band.

    Parameters
    ----------
    days
        The days of a flock as :func:`farmlab.features.daily.daily` gives them. An incomplete last day is
        left out of water and feed.
    title
        The sentence that the figure shows.
    """
    figure, panels = sheet([HEIGHT, HEIGHT], title=title, columns=2, left=52, right=96, gap=52, column_gap=150)
    for panel, what in zip(panels, _PANELS, strict=True):
        _draw(panel, days, what)
    for panel in panels[2:]:
        note(panel, "age, days", (1, 0), (0, -26), color=PALETTE["muted"], ha="right")
    return picture(figure, title)


def _draw(panel: Axes, days: pd.DataFrame, what: _Panel) -> None:
    head(panel, what.label, unit=what.unit)
    age, target = days["age_d"].to_numpy(float), days[what.target].to_numpy(float)
    low, high = (target, days[what.action].to_numpy(float)) if what.action else (0.95 * target, 1.05 * target)
    panel.fill_between(age, low, high, color=PALETTE["band"], linewidth=0)
    panel.plot(age, target, color=PALETTE["expected"], linewidth=1, linestyle=(0, (4, 3)))
    whole = days[what.column].where(days["complete"].astype(bool) | (what.column in ("weight_g", "mortality_pct")))
    actual = whole.to_numpy(float)
    panel.plot(age, actual, color=PALETTE["series_1"], linewidth=1.8, marker="o", markersize=3)
    panel.set_ylim(bottom=0)
    panel.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    end_labels(panel, _ends(actual, target, what))


def _ends(actual: Values, target: Values, what: _Panel) -> list[tuple[float, str, str]]:
    known, planned = actual[np.isfinite(actual)], target[np.isfinite(target)]
    newest = f"{number(known[-1], what.digits)} {what.unit}" if len(known) else "no data"
    aim = f"target {number(planned[-1], what.digits)}" if len(planned) else ""
    ends = [
        (known[-1] if len(known) else 0.0, newest, "series_1"),
        (planned[-1] if len(planned) else np.nan, aim, "expected"),
    ]
    return [(float(value), text, colour) for value, text, colour in ends]
