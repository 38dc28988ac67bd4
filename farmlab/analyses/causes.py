"""Why it is as it is: the most urgent findings of a window with their ranked causes, and the evidence as a plot."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from farmlab import figures, watch
from farmlab.analyses import blocks
from farmlab.domain import Severity
from farmlab.figures import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from farmlab.domain import Finding
    from farmlab.scope import Scope

MOST_BLOCKS = 5
COLUMNS = ["house", "what", "start", "cause", "confidence", "next", "check", "hours to harm"]


def explain(lab: Scope) -> list[Finding]:
    """The findings of the window with their causes, the most urgent first."""
    return [item for item in watch.find(lab, watch.calibrations(lab, keep=False)) if item.why]


def urgent(explained: Sequence[Finding]) -> list[Finding]:
    """What stands on a page as a block with its plot: whatever needs somebody, at most five."""
    return [item for item in explained if item.severity is not Severity.INFO][:MOST_BLOCKS]


def others(explained: Sequence[Finding]) -> list[Finding]:
    """What is only listed."""
    shown = {id(item) for item in urgent(explained)}
    return [item for item in explained if id(item) not in shown]


def show(explained: Sequence[Finding], lab: Scope) -> list[Finding]:
    """Each urgent finding as a block, its causes and evidence as a plot; the findings, with their plots in them."""
    drawn = []
    for finding in urgent(explained):
        blocks.display(blocks.block(finding, lab))
        blocks.display(picture := plot(finding))
        drawn.append(replace(finding, data={**finding.data, "drawing": picture.svg}))
    if not drawn:
        blocks.display(Table("<p>Nothing needs an explanation.</p>", "Nothing needs an explanation."))
    return drawn


def plot(finding: Finding) -> figures.Picture:
    """The causes of a finding, and what speaks for and against the first of them."""
    first = finding.why[0]
    alt = f"{finding.title}. Likeliest cause: {first.cause}, {100 * first.confidence:.0f} %."
    return figures.causes(finding.why, finding.data.get("evidence", ()), alt=alt)


def table(explained: Sequence[Finding]) -> pd.DataFrame:
    """One row a finding: what, since when, its first two causes, what to check first, and hours to harm."""
    rows = [
        {
            "house": item.house,
            "what": item.kind.replace("_", " "),
            "start": item.start,
            "cause": item.why[0].cause,
            "confidence": f"{100 * item.why[0].confidence:.0f} %",
            "next": item.why[1].cause if len(item.why) > 1 else "",
            "check": item.check[0] if item.check else "",
            "hours to harm": item.data.get("harm_h"),
        }
        for item in explained
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def summary(explained: Sequence[Finding]) -> str:
    """The answer in one sentence: the most urgent finding and its likeliest cause."""
    needing = urgent(explained)
    if not needing:
        return "Nothing needs an explanation."
    first = needing[0]
    where = f"House {first.house}: " if first.house else ""
    why = first.why[0]
    return f"{where}{first.title}. Likeliest: {why.cause} ({100 * why.confidence:.0f} %)."
