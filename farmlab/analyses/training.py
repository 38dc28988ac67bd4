"""How the models of a farm are: which are in use, what came of the last trainings, and whether they still fit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from farmlab import figures, units, watch
from farmlab.analyses import failure_model, failure_records, outlook, remembered
from farmlab.domain import ModelStep
from farmlab.figures.shifts import shifts
from farmlab.findings import DAYS as LEARNED_DAYS
from farmlab.findings.risk import WORDS as WHEN
from farmlab.models import drift, kept
from farmlab.models.failure import HORIZONS
from farmlab.models.failure.learning import within
from farmlab.models.failure.outcome import hours_to_failure
from farmlab.models.forecasting.log import Log
from farmlab.models.forecasting.window import as_times
from farmlab.text import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from farmlab.domain import House, ModelChange, ModelRecord
    from farmlab.scope import Scope

LIVED_DAYS: Final = 90
FEWEST_FAILURES: Final = 5
"""Failures in a horizon below which nothing is said of the risks that were told."""
DRAWN: Final = 14
SHOWN: Final = 25
LIVED: Final = ("told, %", "came true, %", "Brier", "Brier, guessing")
WORDS: Final = {ModelStep.KEPT_OUT: "kept out", ModelStep.ROLLED_BACK: "rolled back"}
NO_MODEL: Final = "No model of this farm is in use yet, the shipped ones serve"
NOTHING: Final = figures.Table("<p>There is none yet.</p>", "There is none yet.")


@dataclass(frozen=True, slots=True)
class Watched:
    """The models of a farm, and how they do.

    Attributes
    ----------
    champions, history
        Those in use and what was done, as known at the end of the scope, newest first.
    contests
        One row a trained model of failures: its PR-AUC, that of the champion then, and the outcome.
    inputs
        One row a sensor: how its last week differs from the three weeks before (:func:`farmlab.models.drift.inputs`).
    forecasts
        One row a series: errors of the last week against those before (:func:`farmlab.models.drift.performance`).
    lived
        One row a horizon: what the risks of the last :data:`LIVED_DAYS` days were worth.
    """

    champions: tuple[ModelRecord, ...]
    history: tuple[ModelChange, ...]
    contests: pd.DataFrame
    inputs: pd.DataFrame
    forecasts: pd.DataFrame
    lived: pd.DataFrame


def look(lab: Scope) -> Watched:
    """Everything about the models of a scope; the window is what is compared with the time before it."""
    records = [one for one in lab.store.models(farm=lab.farm.name) if one.fitted_at <= lab.until and _mine(one, lab)]
    done = [one for one in lab.store.model_history(farm=lab.farm.name, limit=1000) if one.at <= lab.until]
    return Watched(
        champions=tuple(one for one in records if one.champion),
        history=tuple(one for one in done if _mine(one, lab)),
        contests=_contests(records, done),
        inputs=_inputs(lab),
        forecasts=_forecasts(lab),
        lived=_lived(lab),
    )


def summary(watched: Watched) -> str:
    """The answer in one sentence; inputs that shift are none, since birds that grow and seasons shift most of them."""
    unusable = [one for one in watched.champions if kept.problem(one)]
    if unusable:
        first, many = unusable[0], counted(len(unusable), "model")
        return f"{many} cannot be used. First: {first.task}, {first.scope}: {kept.problem(first)}."
    number = len(watched.champions)
    used = f"{counted(number, 'model')} of this farm {'is' if number == 1 else 'are'} in use" if number else NO_MODEL
    worse = _are(watched.forecasts, "worse")
    said = f"; {counted(worse, 'forecast')} worse than before" if worse else ""
    return f"{used}{said}."


def champions(watched: Watched) -> figures.Table:
    """The models in use."""
    rows = [
        {
            "for": one.task,
            "of": one.scope,
            "version": one.version,
            "learned from": f"{one.window_start:%d %b %Y} to {one.window_end:%d %b %Y}" if one.window_start else "–",
            "figures": kept.figures_in_words(one),
            "state": kept.problem(one) or "ok",
        }
        for one in watched.champions
    ]
    return figures.table(pd.DataFrame(rows), caption="In use") if rows else NOTHING


def history(watched: Watched, lab: Scope) -> figures.Table:
    """What came of trainings and what people did, newest first; the daily calibrations are left aside."""
    rows = [
        {
            "when": f"{lab.local(one.at):%d %b %H:%M}",
            "for": one.task,
            "of": one.scope,
            "what": WORDS.get(one.what, one.what.value),
            "why": one.note,
            "by": one.by,
        }
        for one in watched.history
        if one.what is not ModelStep.TRAINED and one.by != watch.SOURCE
    ]
    return figures.table(pd.DataFrame(rows[:SHOWN]), caption="The last trainings") if rows else NOTHING


def contests(watched: Watched) -> figures.Table:
    """Each challenger beside the champion of its time, on rows that neither had learned from."""
    if watched.contests.empty:
        return NOTHING
    digits = {"PR-AUC": 3, "of the champion": 3}
    return figures.table(watched.contests, caption="Challengers and champions, models of failure", digits=digits)


def inputs(watched: Watched) -> figures.Picture | figures.Table:
    """The inputs that moved most."""
    known = watched.inputs.dropna(subset="psi").sort_values("psi", ascending=False)
    if known.empty:
        return NOTHING
    title = f"{_are(known, 'shifted')} of {len(known)} inputs have shifted against the three weeks before"
    return shifts(known.head(DRAWN), title=title)


def performance(watched: Watched) -> figures.Table:
    """Errors of the forecasts of the last week, in units of those before."""
    if watched.forecasts.empty:
        return NOTHING
    names = {"low": "at least", "high": "at most"}
    shown = watched.forecasts.rename(columns=names)
    caption = "Errors of forecasts in this window, × those of the days before (95 % interval over days)"
    return figures.table(shown, caption=caption, digits=dict.fromkeys(["ratio", *names.values()], 2))


def lived(watched: Watched) -> figures.Table:
    """What the told risks were worth."""
    caption = f"Risks of failure told in the last {LIVED_DAYS} days, and what came true"
    return figures.table(watched.lived, caption=caption, digits=dict(zip(LIVED, (2, 2, 4, 4), strict=True)))


def values(watched: Watched) -> dict[str, float]:
    """The figures that the run keeps."""
    return {
        "models": float(len(watched.champions)),
        "models_unusable": float(sum(bool(kept.problem(one)) for one in watched.champions)),
        "inputs_shifted": float(_are(watched.inputs, "shifted")),
        "forecasts_worse": float(_are(watched.forecasts, "worse")),
        "trainings_failed": float(sum(one.what is ModelStep.FAILED for one in watched.history)),
    }


def tables(watched: Watched) -> dict[str, pd.DataFrame]:
    """The tables that the run keeps."""
    return {"inputs": watched.inputs, "forecasts": watched.forecasts, "lived": watched.lived}


def _mine(entry: ModelRecord | ModelChange, lab: Scope) -> bool:
    return entry.scope in {failure_model.SCOPE, *(watch.name_of(house) for house in lab.houses)}


def _contests(records: list[ModelRecord], done: list[ModelChange]) -> pd.DataFrame:
    outcome = {one.model_id: WORDS.get(one.what, one.what.value) for one in done if one.what is not ModelStep.TRAINED}
    rows = [
        {
            "version": one.version,
            "trained": f"{one.fitted_at:%Y-%m-%d}",
            "PR-AUC": one.metrics.get("contest/challenger", np.nan),
            "of the champion": one.metrics.get("contest/champion", np.nan),
            "outcome": outcome.get(one.id, ""),
        }
        for one in records
        if one.task == failure_model.TASK
    ]
    return pd.DataFrame(rows, columns=["version", "trained", "PR-AUC", "of the champion", "outcome"])


def _inputs(lab: Scope) -> pd.DataFrame:
    found = [_inputs_of(lab, house) for house in lab.houses]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=["house", "label", *drift.COLUMNS])


def _inputs_of(lab: Scope, house: House) -> pd.DataFrame:
    """Every sensor of a house, but counters that only grow."""
    wide = lab.wide(house.number, history_hours=24 * LEARNED_DAYS)
    labels = {one.column: one.label for one in lab.sensors(house.number) if one.counts != "counter"}
    columns, new = [name for name in labels if name in wide], wide.index > pd.Timestamp(lab.start)
    moved = drift.inputs(wide.loc[~new, columns], wide.loc[new, columns])
    said = [f"{house.label}, {labels[name]}" for name in moved["input"]]
    return moved.assign(house=house.number, label=said)


def _forecasts(lab: Scope) -> pd.DataFrame:
    rows = [row for house in lab.houses for row in _forecasts_of(lab, house)]
    return pd.DataFrame(rows, columns=["house", "series", "ratio", "low", "high", "days", "verdict"])


def _forecasts_of(lab: Scope, house: House) -> list[dict[str, object]]:
    """From the log of the forecast: the errors of the ensemble by the day on which it was issued."""
    rows: list[dict[str, object]] = []
    for metric, memory in remembered.recall(lab, outlook.LEFT, house.number).get("series", {}).items():
        log = Log.restored(memory["log"])
        errors = pd.Series(log.scores[:, -1].mean(axis=1), index=as_times(log.origins)).dropna()
        errors, begin = errors[errors.index <= pd.Timestamp(lab.until)], pd.Timestamp(lab.start)
        told = drift.performance(errors[errors.index <= begin], errors[errors.index > begin])
        rows.append({"house": house.number, "series": units.METRICS[metric].label, **told})
    return rows


def _lived(lab: Scope) -> pd.DataFrame:
    """By horizon: mean told risk, share that came true, and Brier scores of both; missing with too few failures."""
    told = replace(lab, start=lab.until - timedelta(days=LIVED_DAYS)).over_time("failure")
    known = failure_records.on_record(lab).failed
    return pd.DataFrame([_lived_of(name, _told(told, name, known, lab)) for name in HORIZONS])


def _told(
    told: pd.DataFrame, horizon: str, failed: Mapping[tuple[int, str], Sequence[failure_records.Failed]], lab: Scope
) -> pd.DataFrame:
    """One row a told risk whose outcome is known: ``risk``, and whether it came ``true``."""
    moments, until = pd.DatetimeIndex(told.index).tz_convert("UTC"), pd.Timestamp(lab.until)
    rows = []
    for column in told.columns[told.columns.str.startswith(f"{horizon}/")]:
        _, number, part = column.split("/")
        hours = hours_to_failure(moments, failed.get((int(number), part), ()), until=until)
        one = pd.DataFrame({"risk": told[column].to_numpy(float), "true": within(hours, horizon)})
        rows.append(one[np.isfinite(one["risk"]) & ~np.isnan(hours)])
    return pd.concat(rows) if rows else pd.DataFrame({"risk": [], "true": []})


def _lived_of(horizon: str, told: pd.DataFrame) -> dict[str, object]:
    risks, true = told["risk"].to_numpy(float), told["true"].to_numpy(float)
    row: dict[str, object] = {"horizon": WHEN[horizon], "risks told": len(told), "came true": int(true.sum())}
    if true.sum() < FEWEST_FAILURES:
        return row | dict.fromkeys(LIVED, np.nan) | {"verdict": "too few"}
    brier, guessing = float(np.mean((risks - true) ** 2)), float(true.mean() * (1 - true.mean()))
    found = dict(zip(LIVED, (100 * risks.mean(), 100 * true.mean(), brier, guessing), strict=True))
    return row | found | {"verdict": "better than guessing" if brier < guessing else "no better than guessing"}


def _are(table: pd.DataFrame, verdict: str) -> int:
    return int((table["verdict"] == verdict).sum()) if len(table) else 0
