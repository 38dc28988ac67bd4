"""What is likely to fail on a farm in the next two days: its own model where it has records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab import figures
from farmlab.analyses import blocks
from farmlab.analyses.failure_model import choose
from farmlab.analyses.failure_records import happened, on_record
from farmlab.features import machine_rows
from farmlab.figures.wear import Course
from farmlab.findings import risk
from farmlab.findings.outlook import HISTORY_DAYS, outlooks
from farmlab.models.failure import HORIZONS, FailureRisk
from farmlab.models.failure.taught import RARER
from farmlab.text import counted, one_line

if TYPE_CHECKING:
    from farmlab.domain import Finding
    from farmlab.findings.outlook import Outlook
    from farmlab.scope import Scope

MOST_DRAWN: Final = 4
WELL: Final = "good"
ACT: Final = "act"
"""Bands of health, see :mod:`farmlab.models.failure.health`."""
LIKELIER: Final = 2.0
"""From so many times the usual risk on, the table says what it would be and what to do."""


@dataclass(frozen=True)
class Looked:
    """The outlook of every part of every house, and what told it.

    Attributes
    ----------
    outlooks
        By house and part.
    findings
        Where somebody should look, the likeliest first.
    model, trained
        What told the risks, and what it was trained on.
    refusal
        Why the farm has no model of its own; "" where it has one.
    """

    outlooks: list[Outlook]
    findings: list[Finding]
    model: FailureRisk
    trained: str
    refusal: str


def look(lab: Scope) -> Looked:
    """Everything that may fail in the next two days, as known at the end of the scope."""
    records = on_record(lab)
    model, trained, refusal = choose(lab, records)
    found: list[Outlook] = []
    for house in lab.houses:
        wide = lab.wide(house.number, history_hours=24 * HISTORY_DAYS)
        found += outlooks(
            wide,
            house,
            lab.all_flocks,
            until=lab.until,
            timezone=lab.farm.timezone,
            model=model,
            trained=trained,
            rarer=RARER if refusal else 1.0,
            happened=happened(records, house.number, until=pd.Timestamp(lab.until)),
        )
    told = risk.findings(found, start=lab.until, until=lab.until, farm=lab.farm.name)
    return Looked(found, told, model, trained, refusal)


def summary(looked: Looked, lab: Scope) -> str:
    """The answer in one sentence."""
    if not looked.outlooks:
        return "No house with birds and readings: nothing can be said of failures."
    needing = [finding for finding in looked.findings if finding.severity != "info"]
    if not needing:
        where = counted(len(lab.houses), "house")
        return f"{_nothing(looked)} in the next two days in {where} ({looked.trained})."
    first = needing[0]
    parts = counted(len(needing), "part")
    return f"{parts} may fail in the next two days. First: house {first.house}, {first.title}."


def unwell(looked: Looked) -> list[Outlook]:
    """Parts that do their work no longer, or hardly, at this moment; the worst first."""
    return sorted((one for one in looked.outlooks if one.health.band == ACT), key=lambda one: one.health.score)


def _nothing(looked: Looked) -> str:
    """That nothing is likely to fail; first what is not well now."""
    named = [f"house {one.house} {one.label}" for one in unwell(looked)]
    if not named:
        return "Nothing is likely to fail"
    more = " …" if named[MOST_DRAWN:] else ""
    return f"Not well now: {', '.join(named[:MOST_DRAWN])}{more}. Nothing else is likely to fail"


def table(looked: Looked) -> pd.DataFrame:
    """One row a part: the two horizons apart, health and its trend, why, and when its limit comes.

    Those that are not well now come first, then the likeliest to fail. Of parts that are well and no likelier to fail
    than usual there is nothing to explain.
    """
    rows = [
        {
            "house": one.house,
            "part": one.label,
            "next 24 h, %": 100 * one.risks["risk_0_24h"],
            "24–48 h, %": 100 * one.risks["risk_24_48h"],
            "health": one.health.score,
            "a day": one.health_trend,
            "state": one.health.band,
            "why": _why(one),
            "limit": risk.when_in_words(one),
            "likely": _likely(one),
        }
        for one in sorted(looked.outlooks, key=lambda one: (one.health.band != ACT, -risk.highest(one)[1]))
    ]
    columns = ["house", "part", "next 24 h, %", "24–48 h, %", "health", "a day", "state", "why", "limit", "likely"]
    return pd.DataFrame(rows, columns=columns)


def _why(one: Outlook) -> str:
    if not one.known:
        return "nothing told of it in the last day"
    asks = one.health.band != WELL or one.times >= LIKELIER
    return "; ".join(reason.says for reason in one.reasons) if asks else ""


def _likely(one: Outlook) -> str:
    """What it would be, where a failure is clearly likelier than usual."""
    what = risk.likely(one) if one.known and one.times >= LIKELIER else None
    return f"{what.what}. {what.step}" if what else ""


def risk_table(looked: Looked) -> figures.Table:
    """The table for people; the caption says what the model was trained on."""
    digits = {"next 24 h, %": 1, "24–48 h, %": 1, "health": 0, "a day": 1}
    return figures.table(table(looked), caption=f"Risk of failure by part ({looked.trained})", digits=digits)


def trained_on(looked: Looked) -> figures.Table:
    """What the model learned from, and its figures on held-out failures, horizon by horizon."""
    names = {
        "pr_auc": "PR-AUC",
        "prevalence": "guessing",
        "calibration_error": "calibration error",
        "brier": "Brier",
        "brier_usual": "Brier, guessing",
        "recall": "recall",
        "precision": "precision",
        "lead_h": "lead, h",
        "failures": "failures",
    }
    rows = [
        {"horizon": risk.WORDS[name], **{said: looked.model.figures(name).get(key) for key, said in names.items()}}
        for name in HORIZONS
    ]
    frame = pd.DataFrame(rows).astype(dict.fromkeys(names.values(), float))
    caption = f"Held-out figures of the model ({looked.trained})"
    return figures.table(
        frame, caption=caption, digits=dict.fromkeys(names.values(), 3) | {"failures": 0, "lead, h": 0}
    )


def note(looked: Looked) -> figures.Table:
    """What the model is, in a sentence or two."""
    said = f"The risks are of a model {looked.trained}"
    said += f"; {looked.refusal}. They are estimates, not experience with this farm." if looked.refusal else "."
    return figures.Table(f"<p>{escape(one_line(said, limit=300))}</p>", said)


def show(looked: Looked, lab: Scope) -> list[Finding]:
    """Each finding as a block with the course of its signs; the findings, with their figures in them."""
    drawn = []
    for place, finding in enumerate(looked.findings):
        blocks.display(blocks.block(finding, lab))
        outlook = next(o for o in looked.outlooks if (o.house, o.part) == (finding.house, finding.data["part"]))
        picture = course(outlook, lab, title=finding.title) if place < MOST_DRAWN else None
        if picture is not None:
            blocks.display(picture)
            finding = replace(finding, data={**finding.data, "drawing": picture.svg})
        drawn.append(finding)
    if not drawn:
        said = f"{_nothing(looked)}."
        blocks.display(figures.Table(f"<p>{escape(said)}</p>", said))
    return drawn


def worst(looked: Looked, lab: Scope) -> figures.Picture | None:
    """The course of the part whose health is lowest, likely to fail or not."""
    known = [one for one in looked.outlooks if np.isfinite(one.health.score)]
    if not known:
        return None
    lowest = min(known, key=lambda one: one.health.score)
    return course(lowest, lab, title=f"House {lowest.house}, {lowest.label}: health {lowest.health.score:.0f} of 100")


def course(outlook: Outlook, lab: Scope, *, title: str) -> figures.Picture | None:
    """The signs of a part over ten days, with limit and trend."""
    courses = []
    for sign in machine_rows.SLOTS[outlook.part]:
        level = outlook.signs[sign.name]["level"]
        if level.notna().any():
            near = outlook.crossing if outlook.crossing and outlook.crossing.sign is sign else None
            courses.append(Course(sign.says, level, (near.low, near.slope, near.high) if near else None))
    return figures.wear(courses, until=lab.until, timezone=lab.farm.timezone, title=title) if courses else None


def values(looked: Looked) -> dict[str, float]:
    """What the run keeps: both risks and the health of each part."""
    known: dict[str, float] = {}
    for one in looked.outlooks:
        key = f"{one.house}/{one.part}"
        said = {**one.risks, "health": one.health.score}
        known |= {f"{name}/{key}": float(value) for name, value in said.items() if np.isfinite(value)}
    return known
