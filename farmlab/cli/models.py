"""``farmlab models``: which estimators and stored models there are, and how good the detectors are."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from farmlab.cli import context, models_kept
from farmlab.cli.columns import aligned

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from farmlab.analyses.evaluation import Measured
    from farmlab.analyses.labelled import DataSet

app = typer.Typer(help="Models: what there is, how good it is, and what is in use.", no_args_is_help=True)
models_kept.register(app)
EXPLAINED = """\
recall [95 % interval over units] · chance and brackets: recall of the same flags where nothing happened · false/day:
false episodes per clean sensor-day · intended: what the detector expects of itself · ratio: achieved by intended ·
score: the threshold (0.5 as shipped; at 0.25 three times, at 0.75 a third of the false episodes are expected) · delay:
median, hours

Faults of simulated flocks, their causes and alerts a day: make bench"""


def register(root: typer.Typer) -> None:
    """Add the verbs of this file."""
    root.add_typer(app, name="models")


@app.command(name="list")
def listing(
    farm: Annotated[str, typer.Option(help="Stored models of this farm only.")] = "",
    task: Annotated[str, typer.Option(help="Stored models for this only: anomaly or failure.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Also stored models that are not in use.")] = False,
    as_json: context.Json = False,
) -> None:
    """Every registered estimator, and the stored models of the farms that are in use (*)."""
    rows = _estimators()
    with context.open_store() as store:
        stored = models_kept.listed(store, farm=farm, task=task, every=every)
    lines = ([row["name"], row["task"], "*" if row["default"] else "", row["what"]] for row in rows)
    estimators = aligned(["name", "task", "default", "what"], lines, empty="None.")
    answer = {"estimators": rows, "stored": [models_kept.plain(record) for record in stored]}
    context.say(answer, as_json=as_json, text=f"{estimators}\n\n{models_kept.in_words(stored)}")


@app.command()
def evaluate(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]…", help="Detectors, failure_risk, forecast; default: all.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Labelled public data; default: FARMLAB_BENCH_DATA.")] = None,
    as_json: context.Json = False,
) -> None:
    """Models beside the simplest there is, on what they had not learned from: detectors, failure risk, forecasts.

    Detectors are walked forward over labelled readings: recall beside chance, false episodes, delay, VUS-PR. Models of
    failure are judged on later failures, horizon by horizon; forecasts by what came of those of the last two weeks.
    """
    from farmlab.analyses import evaluation, labelled

    chosen, lived = _chosen(names or [])
    told = _lived(lived)
    if not chosen:
        context.say({name: _plain(table) for name, table in told.items()}, as_json=as_json, text=lived_in_words(told))
        return
    sets = (*labelled.own(), *labelled.public(data or context.settings().bench_data))
    measured = evaluation.measure(chosen, sets, say=_progress)
    missing = "" if any(one.heading == labelled.EVIDENCE for one in sets) else labelled.WHERE
    whole = {**answer(measured, sets, missing), **{name: _plain(table) for name, table in told.items()}}
    parts = [in_words(measured, sets, missing), lived_in_words(told)]
    context.say(whole, as_json=as_json, text="\n\n".join(part for part in parts if part))


def lived_in_words(told: dict[str, pd.DataFrame]) -> str:
    """The tables of failures and forecasts for people."""
    titles = {
        "failure_risk": "RISK OF FAILURE, on later failures than were learned from",
        "forecast": "FORECASTS of the last two weeks, by what came true",
    }
    parts = []
    for name, table in told.items():
        rows = [[_short(cell) for cell in row] for row in _cells(table)]
        parts.append(f"{titles[name]}\n" + aligned(list(table.columns), rows, empty="Nothing was forecast yet."))
    return "\n\n".join(parts)


def _cells(table: pd.DataFrame) -> list[list[Any]]:
    """The rows; what is missing is None."""
    return table.astype(object).where(table.notna(), None).to_numpy().tolist()


def _short(cell: object) -> str:
    if cell is None:
        return "–"
    return f"{cell:.3g}" if isinstance(cell, float) and not cell.is_integer() else str(cell).removesuffix(".0")


def _lived(names: Sequence[str]) -> dict[str, pd.DataFrame]:
    from farmlab import clock
    from farmlab.analyses import held_out

    if not names:
        return {}
    with context.open_store() as store:
        data = context.settings().data
        tables = {
            held_out.FAILURE: lambda: held_out.failures(store),
            held_out.FORECAST: lambda: held_out.forecasts(store, clock.now(), data=data),
        }
        return {name: tables[name]() for name in names}


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(zip(map(str, table.columns), row, strict=True)) for row in _cells(table)]


def answer(measured: Sequence[Measured], sets: Sequence[DataSet], missing: str) -> dict[str, Any]:
    """The figures for a program."""
    about = [{"name": data.name, "kind": data.heading, "split": data.split} for data in sets]
    return {"data": about, "figures": [one.plain() for one in measured], "not_available": missing or None}


def in_words(measured: Sequence[Measured], sets: Sequence[DataSet], missing: str) -> str:
    """The tables for people, tests of the code apart from evidence."""
    from farmlab.analyses import evaluation
    from farmlab.analyses.labelled import EVIDENCE

    parts, heading = [], ""
    for data in sets:
        if data.heading != heading:
            heading = data.heading
            parts.append(heading.upper())
        table = evaluation.frame(measured, data)
        rows = table.to_numpy().tolist()
        parts.append(f"{data.name} (split {data.split})\n" + aligned(list(table.columns), rows, empty="Nothing."))
    if missing:
        parts.append(f"{EVIDENCE.upper()}\nnot available. {missing}")
    return "\n\n".join([*parts, EXPLAINED])


def _estimators() -> list[dict[str, Any]]:
    from farmlab.models import registry

    rows = []
    for entry in registry.entries():
        said = (inspect.getdoc(entry.load()) or "").partition("\n")[0]
        shipped = registry.DEFAULT.get(entry.task) == entry.name
        rows.append({"name": entry.name, "task": entry.task, "default": shipped, "what": said})
    return rows


def _chosen(names: list[str]) -> tuple[list[str], list[str]]:
    """The detectors that were asked for, and which of failure risk and forecast; all without a name."""
    from farmlab.analyses.held_out import FAILURE, FORECAST
    from farmlab.errors import UnknownName
    from farmlab.models import registry

    known = [entry.name for entry in registry.entries(task="anomaly")]
    lived = [FAILURE, FORECAST]
    for name in names:
        if name not in (*known, *lived):
            raise UnknownName.among("model", name, (*known, *lived))
    asked = names or [*known, *lived]
    return [name for name in asked if name in known], [name for name in lived if name in asked]


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
