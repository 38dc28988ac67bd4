"""What is left behind: ``risk.csv`` for programs and spreadsheets, ``report.html`` for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

import farmlab
from farmlab import states, text
from farmlab.analyse import output
from farmlab.analyse.failure.judging import BASELINE
from farmlab.models.failure import HORIZONS
from farmlab.publish import assets, words

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from farmlab.analyse.failure.judging import Judged
    from farmlab.analyse.failure.reading import Tables
    from farmlab.models.failure import Figures

COLUMNS: Final = ("unit", "timestamp", "risk_0_24h", "risk_24_48h", "factors")
SAYS: Final = {"risk_0_24h": "next 24 h", "risk_24_48h": "24–48 h"}
MOST_UNITS: Final = 60
FIGURES: Final = ("PR-AUC", "prevalence", "Brier", "Brier of guessing", "calibration error", "recall", "precision",
                  "lead, h", "failures", "readings")  # fmt: skip
_OURS: Final = {"risk.csv": ",".join(COLUMNS), "report.html": output.GENERATOR}


def prepare(folder: Path, sources: list[Path]) -> None:
    """Make the folder, and refuse what must not be overwritten; see :func:`farmlab.analyse.output.prepare`."""
    output.prepare(folder, sources, ours=_OURS)


def write_risk(folder: Path, judged: Judged) -> Path:
    """One row a unit and reading after the end of learning, times in UTC."""
    table = judged.risk.assign(
        unit=judged.risk["unit"].map(text.inert),
        timestamp=judged.risk["timestamp"].dt.strftime("%Y-%m-%d %H:%M:%S+00:00"),
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
        "factors": text.one_line(row["factors"], limit=200),
    }
