"""The tab "Models": which are in use, how old they are, what came of the last trainings, and whether they still fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from farmlab import clock, watch
from farmlab.dashboard import words
from farmlab.dashboard.insights import stored
from farmlab.dashboard.insights.stored import Head
from farmlab.dashboard.state import State
from farmlab.domain import ModelStep
from farmlab.models import kept

if TYPE_CHECKING:
    from datetime import datetime

    from farmlab.dashboard.insights.stored import Stored
    from farmlab.dashboard.source import Source
    from farmlab.domain import Farm, ModelChange, ModelRecord

    Rows = tuple[tuple[str, ...], ...]

NOTEBOOK: Final = "model_training"
MOST_ROWS: Final = 16
MOST_READ: Final = 200
SAID: Final = {ModelStep.KEPT_OUT: "kept out", ModelStep.ROLLED_BACK: "rolled back"}


@dataclass(frozen=True, slots=True)
class Part:
    """One farm: the models in use, the last trainings, and what has moved since, as the last look at them found it.

    ``looked`` says when that was, or how it is done.
    """

    name: str
    simulated: bool
    champions: Rows
    trainings: Rows
    looked: str
    moved: Rows


@dataclass(frozen=True, slots=True)
class Models:
    """The whole tab."""

    head: Head
    farms: tuple[Part, ...]


def read(source: Source, at: datetime) -> Models:
    """The models of every farm, and what the last look at them recorded."""
    champions = {farm.name: _champions(source, farm) for farm in source.store.farms()}
    wrong = [(one, why) for known in champions.values() for one in known if (why := kept.problem(one))]
    number = sum(map(len, champions.values()))
    sentence = "No farm has models of its own yet; the shipped ones serve."
    if number:
        sentence = f"{words.count(number, 'model')} {'is' if number == 1 else 'are'} in use."
    if wrong:
        one, why = wrong[0]
        sentence = f"{words.count(len(wrong), 'model')} cannot be used. First: {one.farm}, {_scope(one.scope)}: {why}."
    stands = State.WARNING if wrong else State.OK if number else State.NONE
    farms = tuple(_part(source, farm, champions[farm.name], at) for farm in source.store.farms())
    return Models(Head(at, stands, sentence[0].upper() + sentence[1:]), farms)


def _champions(source: Source, farm: Farm) -> list[ModelRecord]:
    return [one for one in source.store.models(farm=farm.name) if one.champion]


def _part(source: Source, farm: Farm, champions: list[ModelRecord], at: datetime) -> Part:
    done = source.store.model_history(farm=farm.name, limit=MOST_READ)
    told = [one for one in done if one.what is not ModelStep.TRAINED and one.by != watch.SOURCE]
    last = stored.last(source, farm, NOTEBOOK, at)
    ordered = sorted(champions, key=lambda one: (one.task, len(one.scope), one.scope))
    return Part(
        name=farm.name,
        simulated=farm.simulated,
        champions=tuple(_champion(one, at) for one in ordered[:MOST_ROWS]),
        trainings=tuple(_done(one, farm, at) for one in told[:MOST_ROWS]),
        looked=_looked(last),
        moved=tuple(_moved(last))[:MOST_ROWS] if last else (),
    )


_BY_HAND: Final = f"farmlab run {NOTEBOOK}"


def _champion(one: ModelRecord, at: datetime) -> tuple[str, ...]:
    said = kept.problem(one) or kept.figures_in_words(one) or words.NOTHING
    return one.task, _scope(one.scope), str(one.version), words.ago(one.fitted_at, at), said


def _done(one: ModelChange, farm: Farm, at: datetime) -> tuple[str, ...]:
    when = clock.spoken(one.at, farm.timezone, at=at)
    return when, one.task, _scope(one.scope), SAID.get(one.what, one.what.value), one.note or words.NOTHING


def _moved(last: Stored) -> list[tuple[str, ...]]:
    """Forecasts that are worse and risks that are worth nothing, then the inputs that have shifted most."""
    found: list[tuple[str, ...]] = []
    for row in last.table("forecasts"):
        if row["verdict"] == "worse":
            what = f"House {row['house']}, {row['series']}"
            found.append(("forecast", what, f"{words.number(_value(row, 'ratio'), 2)} × the error before", "worse"))
    for row in last.table("lived"):
        if str(row["verdict"]).startswith("no better"):
            found.append(("risk of failure", str(row["horizon"]), f"{row['risks told']} told", str(row["verdict"])))
    shifted = [row for row in last.table("inputs") if row["verdict"] == "shifted"]
    for row in sorted(shifted, key=lambda row: -_value(row, "psi")):
        found.append(("input", str(row["label"]), f"PSI {words.number(_value(row, 'psi'), 2)}", "shifted"))
    return found


def _looked(last: Stored | None) -> str:
    """When the models were looked at, and how many inputs are not what they were."""
    if last is None:
        return f"Not looked at yet; it is done weekly, or by: {_BY_HAND}."
    inputs = last.table("inputs")
    shifted = sum(row["verdict"] == "shifted" for row in inputs)
    said = f"{shifted} of {words.count(len(inputs), 'input')} {'has' if shifted == 1 else 'have'} shifted"
    return f"Looked at {last.age}. {said}; while birds grow, most do."


def _value(row: dict[str, Any], name: str) -> float:
    return float(row.get(name) or "nan")


def _scope(scope: str) -> str:
    """What a model is of, as people say it: "house 3"."""
    return scope.replace("/", " ")
