"""What is left behind: ``risk.csv`` for programs and spreadsheets, ``report.html`` for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

import farmlab
from farmlab import states, text
from farmlab.analyse import output
from farmlab.analyse.failure.judging import ALONE, BASELINE
from farmlab.models.failure import HORIZONS
from farmlab.publish import assets, html, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from farmlab.analyse.failure.judging import Judged
    from farmlab.analyse.failure.reading import Tables
    from farmlab.figures import Picture
    from farmlab.figures.risks import Horizon, RiskCourse
    from farmlab.models.failure import Figures

COLUMNS: Final = ("unit", "timestamp", "risk_0_24h", "risk_24_48h", "likely", "factors")
SAYS: Final = {"risk_0_24h": "next 24 h", "risk_24_48h": "24–48 h"}
MOST_UNITS: Final = 60
MOST_DRAWN: Final = 6
SHOWN: Final = pd.Timedelta(days=30)
"""The last so many days are drawn."""
FIGURES: Final = ("PR-AUC", "prevalence", "Brier", "Brier of guessing", "calibration error", "recall", "precision",
                  "lead, h", "failures", "readings")  # fmt: skip
_OURS: Final = {"risk.csv": "unit,timestamp,risk_0_24h,risk_24_48h,", "report.html": output.GENERATOR}


def prepare(folder: Path, sources: list[Path]) -> None:
    """Make the folder, and refuse what must not be overwritten; see :func:`farmlab.analyse.output.prepare`."""
    output.prepare(folder, sources, ours=_OURS)


def write_risk(folder: Path, judged: Judged) -> Path:
    """One row a unit and reading after the end of learning, times in UTC."""
    table = judged.risk.assign(
        unit=judged.risk["unit"].map(text.inert),
        timestamp=judged.risk["timestamp"].dt.strftime("%Y-%m-%d %H:%M:%S+00:00"),
        likely=judged.risk["likely"].map(text.inert),
        factors=judged.risk["factors"].map(text.inert),
    )
    rounded = table.round(dict.fromkeys(HORIZONS, 5))
    with output.replacing(folder / "risk.csv") as sink:
        rounded[list(COLUMNS)].to_csv(sink, index=False)
    return folder / "risk.csv"


def write_report(folder: Path, tables: Tables, judged: Judged, *, at: datetime) -> Path:
    """Write ``report.html``: one file, with everything in it."""
    return assets.write(folder / "report.html", render(tables, judged, at=at))


def render(tables: Tables, judged: Judged, *, at: datetime) -> str:
    """The page."""
    newest = judged.risk.sort_values("timestamp").groupby("unit", sort=False).tail(1)
    ranked = newest.assign(worst=newest[list(HORIZONS)].max(axis=1)).sort_values("worst", ascending=False)
    return assets.render(
        "analyse_failure.html.j2",
        title=f"{tables.name} · failure risk",
        file=text.one_line(tables.name),
        headline=headline(judged),
        state=states.WARNING if judged.warnings else states.OK,
        trust=_trust(tables, judged, at),
        warnings=judged.warnings,
        notes=judged.notes,
        names=FIGURES,
        horizons=[_row(name, by, told[name]) for name in HORIZONS for by, told in _both(judged) if name in told],
        pictures=[html.drawing(one.svg, one.alt) for one in pictures(tables, judged)],
        kinds=bool((judged.risk["likely"] != "").any()),
        units=[_unit(row) for row in ranked.head(MOST_UNITS).to_dict("records")],
        unlisted=max(0, len(ranked) - MOST_UNITS),
        how=[
            ("Command", "farmlab analyse failure"),
            ("FarmLab", farmlab.__version__),
            ("Model", f"{judged.model.learned_.soon.method}" if judged.model.learned_ else "–"),
            ("Learned from", f"{judged.model.about_['failures']} failures, {judged.model.about_['rows']:,} rows"),
        ],
    )


def headline(judged: Judged) -> str:
    """The answer in one sentence: both horizons apart, beside guessing."""
    if not judged.figures:
        return "risks without a known quality: nothing failed after the end of learning"
    told = [
        f"{SAYS[name]}: PR-AUC {one.pr_auc:.3f} where guessing has {one.prevalence:.3f}"
        for name, one in judged.figures.items()
    ]
    return "; ".join(told)


def pictures(tables: Tables, judged: Judged) -> list[Picture]:
    """How far to trust the risks, where that is known; and the course of the riskiest units."""
    from farmlab import figures

    known = [_horizon(name, judged) for name in HORIZONS if name in judged.figures]
    known = [horizon for horizon in known if horizon.truth.any()]
    said = "How far to trust the risks, on readings after the end of learning"
    drawn = [figures.trust(known, title=said, baseline=BASELINE)] if known else []
    until = judged.risk["timestamp"].max()
    start = max(judged.risk["timestamp"].min(), until - SHOWN)
    shown = judged.risk[judged.risk["timestamp"] >= start]
    if start == until:
        return drawn
    worst = shown.groupby("unit")["risk_0_24h"].max().nlargest(MOST_DRAWN).index
    courses = [_course(shown[shown["unit"] == unit], tables.failures[str(unit)], start, until) for unit in worst]
    said = f"The units with the highest risks from {start:%Y-%m-%d} to {until:%Y-%m-%d}"
    return [*drawn, figures.riskiest(courses, start=start, until=until, title=said)]


def _horizon(name: str, judged: Judged) -> Horizon:
    from farmlab.figures.risks import Horizon
    from farmlab.models.failure.learning import within

    table = judged.held_out
    truth = within(table["hours"].to_numpy(float), name)
    risk, alone = table[name].to_numpy(float), table[ALONE + name].to_numpy(float)
    return Horizon(SAYS[name], truth, risk, alone, table["unit"].to_numpy(object))


def _course(
    rows: pd.DataFrame, failures: Sequence[pd.Timestamp], start: pd.Timestamp, until: pd.Timestamp
) -> RiskCourse:
    from farmlab.figures.risks import RiskCourse

    by_time = rows.set_index("timestamp")
    failed = pd.DatetimeIndex([moment for moment in failures if start <= moment <= until], tz="UTC")
    name = text.one_line(str(rows["unit"].iloc[0]), limit=40)
    return RiskCourse(name, by_time["risk_0_24h"], by_time["risk_24_48h"], failed)


def _both(judged: Judged) -> list[tuple[str, dict[str, Figures]]]:
    return [("all features", judged.figures), (BASELINE, judged.baseline)]


def _trust(tables: Tables, judged: Judged, at: datetime) -> list[tuple[str, str]]:
    times = tables.readings.index.get_level_values("time")
    units = len(tables.readings.index.get_level_values("unit").unique())
    return [
        ("Data", f"{times.min():%Y-%m-%d %H:%M} – {times.max():%Y-%m-%d %H:%M} UTC"),
        ("Readings", f"{len(tables.readings):,} of {words.count(units, 'unit')}"),
        ("Learned until", f"{judged.train_until:%Y-%m-%d %H:%M} UTC"),
        ("Made", f"{at:%Y-%m-%d %H:%M} UTC"),
    ]


def _row(name: str, by: str, told: Figures) -> dict[str, Any]:
    values = (told.pr_auc, told.prevalence, told.brier, told.brier_usual, told.calibration_error, told.recall,
              told.precision)  # fmt: skip
    cells = [f"{value:.3f}" if np.isfinite(value) else "–" for value in values]
    cells += [f"{told.lead_h:.0f}" if np.isfinite(told.lead_h) else "–", f"{told.failures}", f"{told.rows:,}"]
    return {"horizon": SAYS[name], "by": by, "cells": cells}


def _unit(row: dict[Any, Any]) -> dict[str, str]:
    return {
        "unit": text.one_line(row["unit"]),
        "time": f"{row['timestamp']:%Y-%m-%d %H:%M}",
        "first": f"{100 * row['risk_0_24h']:.1f} %",
        "second": f"{100 * row['risk_24_48h']:.1f} %",
        "likely": f"{text.one_line(row['likely'], limit=60)} ({100 * row['likely_share']:.0f} %)"
        if row["likely"]
        else "",
        "factors": text.one_line(row["factors"], limit=200),
    }
