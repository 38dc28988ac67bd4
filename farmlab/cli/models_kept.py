"""``farmlab models show / train / promote / rollback``: the models that the store keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from farmlab.cli import context
from farmlab.cli.columns import aligned
from farmlab.domain import ModelStep

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from farmlab.domain import ModelChange, ModelRecord
    from farmlab.store import Store
    from farmlab.training import Trained

MAIN: Final = (
    # figure of a record → what people call it; the first that there is
    ("contest/challenger", "PR-AUC"),
    ("risk_24_48h/pr_auc", "PR-AUC, 24–48 h"),
    ("false_per_day", "false episodes a day, expected"),
)
HISTORY: Final = 12

Id = Annotated[int, typer.Argument(metavar="ID", help="Id of the model, as `models list` shows it.")]
Task = Annotated[str, typer.Argument(help="What the model is for: anomaly or failure.")]
Farm = Annotated[str, typer.Option(help="Name of the farm.")]


def register(app: typer.Typer) -> None:
    """Add the verbs of this file to ``farmlab models``."""
    for verb in (show, train, promote, rollback):
        app.command()(verb)


def show(model: Id, as_json: context.Json = False) -> None:
    """Show a model: from what, with what and how good it was made, whether it is used, and what was done with it."""
    with context.open_store() as store:
        record = store.model(model)
        history = store.model_history(task=record.task, farm=record.farm, scope=record.scope)
    mine = [entry for entry in history if entry.model_id in (None, record.id)][:HISTORY]
    context.say({**plain(record), "history": _plain(mine)}, as_json=as_json, text=_described(record, mine))


def train(
    task: Task,
    farm: Farm,
    house: Annotated[int, typer.Option(min=0, help="Of this house only, where each has a model; 0 for all.")] = 0,
    until: Annotated[str, typer.Option(help="Learn from what was known then, on the farm's clock; unset: now.")] = "",
    by: context.By = "",
    as_json: context.Json = False,
) -> None:
    """Train the models of a task now; they are used where they are better, or newer where nothing can be compared."""
    from farmlab import clock, training
    from farmlab.errors import InsufficientData

    with context.open_store() as store:
        moment = clock.parse_time(until, store.farm(farm).timezone) if until else clock.now()
        made = training.train(store, task, farm, house=house, until=moment, by=context.who(by))
    if made and all(one.what is ModelStep.FAILED for one in made):
        raise InsufficientData(made[0].note.rstrip("."))
    rows = ([one.scope, one.what.value.replace("_", " "), one.model.id if one.model else "", one.note] for one in made)
    text = aligned(["scope", "outcome", "id", "why"], rows, empty="The farm has no house.")
    context.say([_outcome(one) for one in made], as_json=as_json, text=text)


def promote(
    model: Id,
    note: Annotated[str, typer.Option(help="A word about why.")] = "",
    by: context.By = "",
    as_json: context.Json = False,
) -> None:
    """Use this model from now on, for its task and scope."""
    from farmlab import clock
    from farmlab.models import kept

    with context.open_store() as store:
        kept.opened(store.model(model))
        record = store.promote(model, at=clock.now(), by=context.who(by), note=note)
    context.say(plain(record), as_json=as_json, text=f"{_called(record)} is in use now.")


def rollback(
    task: Task,
    farm: Farm,
    scope: Annotated[str, typer.Option(help="Such as farm, or house/3.")] = "farm",
    by: context.By = "",
    as_json: context.Json = False,
) -> None:
    """Use the champion before the present one again."""
    from farmlab import clock

    with context.open_store() as store:
        _known(store, task, farm)
        record = store.rollback(task, farm, scope, at=clock.now(), by=context.who(by))
    wrong = plain(record)["problem"]
    said = f"{_called(record)} is champion again" + (f", but not used: {wrong}." if wrong else ".")
    context.say(plain(record), as_json=as_json, text=said)


def listed(store: Store, *, farm: str, task: str, every: bool) -> list[ModelRecord]:
    """The stored models, newest first; only those in use unless ``every``."""
    _known(store, task, farm)
    found = store.models(farm=farm or None, task=task or None)
    return [record for record in found if record.champion or every]


def in_words(records: Iterable[ModelRecord]) -> str:
    """One line a stored model."""
    header = ["id", "", "farm", "scope", "task", "version", "learned from", "figure", "state"]
    return aligned(header, map(_row, records), empty="No model of a farm is in use yet.")


def plain(record: ModelRecord) -> dict[str, Any]:
    """What is known of a model, for a program; its state, which can be large, left out."""
    from farmlab.models import kept
    from farmlab.results import as_plain

    about: dict[str, Any] = as_plain(record)
    del about["state"]
    return {**about, "data": kept.data(record), "problem": kept.problem(record)}


def _row(record: ModelRecord) -> Sequence[object]:
    from farmlab.models import kept

    what = [record.farm, record.scope, record.task, record.version]
    state = kept.problem(record) or "ok"
    return [record.id, "*" if record.champion else "", *what, _window(record), _figure(record), state]


def _window(record: ModelRecord) -> str:
    begin, end = record.window_start, record.window_end
    return f"{begin:%Y-%m-%d} to {end:%Y-%m-%d}" if begin and end else ""


def _figure(record: ModelRecord) -> str:
    return next((f"{record.metrics[key]:.3g} {said}" for key, said in MAIN if key in record.metrics), "")


def _described(record: ModelRecord, history: Sequence[ModelChange]) -> str:
    from farmlab.models import kept

    facts = {
        "in use": "yes" if record.champion else "no",
        "state": kept.problem(record) or "ok",
        "learned": f"{record.fitted_at:%Y-%m-%d %H:%M} UTC from {_window(record)}",
        "data": kept.data(record),
        "libraries": ", ".join(f"{name} {version}" for name, version in record.libraries.items()),
        "features": f"{len(record.features)}: {', '.join(record.features)}",
    }
    told = [f"{name}: {value}" for name, value in facts.items()]
    figures = aligned(["figure", "value"], ([k, f"{v:.4g}"] for k, v in record.metrics.items()), empty="No figures.")
    lines = ([f"{e.at:%Y-%m-%d %H:%M}", e.what.value.replace("_", " "), e.model_id, e.by, e.note] for e in history)
    done = aligned(["at (UTC)", "what", "id", "by", "note"], lines, empty="No history.")
    return "\n".join([_called(record), *told, "", figures, "", done])


def _called(record: ModelRecord) -> str:
    farm = record.farm or "every farm"
    return f"Model {record.id}, {record.name} version {record.version} ({record.task}, {farm}, {record.scope})"


def _outcome(made: Trained) -> dict[str, Any]:
    said = {"task": made.task, "scope": made.scope, "outcome": made.what.value, "note": made.note}
    return {**said, "model": plain(made.model) if made.model else None}


def _plain(history: Sequence[ModelChange]) -> Any:
    from farmlab.results import as_plain

    return [as_plain(entry) for entry in history]


def _known(store: Store, task: str, farm: str) -> None:
    from farmlab import training
    from farmlab.errors import UnknownName

    if task and task not in training.TASKS:
        raise UnknownName.among("task", task, training.TASKS)
    if farm:
        store.farm(farm)
