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
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]…", help="Detectors; default: all.")] = None,
    data: Annotated[Path | None, typer.Option(help="Labelled public data; default: FARMLAB_BENCH_DATA.")] = None,
    as_json: context.Json = False,
) -> None:
    """Recall beside chance, false episodes, delay and VUS-PR of detectors, walked forward over labelled readings."""
    from farmlab.analyses import evaluation, labelled

    chosen = _chosen(names or [])
    sets = (*labelled.own(), *labelled.public(data or context.settings().bench_data))
    measured = evaluation.measure(chosen, sets, say=_progress)
    missing = "" if any(one.heading == labelled.EVIDENCE for one in sets) else labelled.WHERE
    context.say(answer(measured, sets, missing), as_json=as_json, text=in_words(measured, sets, missing))


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


def _chosen(names: list[str]) -> list[str]:
    from farmlab.errors import UnknownName
    from farmlab.models import registry

    known = [entry.name for entry in registry.entries(task="anomaly")]
    for name in names:
        if name not in known:
            raise UnknownName.among("detector", name, known)
    return names or known


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
