"""Once a day: train a farm's own model of failures again where a week has passed.

What is usual in a house is learned with the syncs (:mod:`farmlab.watch`); forecasts learn with their notebook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefect import flow

from farmlab import clock, config, training
from farmlab.analyses.failure_model import TASK
from farmlab.errors import FarmLabError, ModelError
from farmlab.store import Store

if TYPE_CHECKING:
    from datetime import datetime

    from farmlab.domain import Farm

BY = "training"


@flow(name="training", description="Train the farms' own models of failures again, where a week has passed.")
def train(home: str) -> list[str]:
    """One line a farm that was due: what came of it.

    Raises
    ------
    ModelError
        At the end, when a training broke; a refusal for lack of records is no such thing.
    """
    with Store.open(config.load(home)) as store:
        return each(store, clock.now())


def each(store: Store, at: datetime) -> list[str]:
    """Train the farms that are due, one after the other; one that fails does not keep the next from its turn."""
    said, failed = [], []
    for farm in store.farms():
        if training.due(store, farm.name, at):
            try:
                said += _one(store, farm, at)
            except FarmLabError as error:
                failed.append(f"{farm.name}: {error}")
    if failed:
        raise ModelError("; ".join([*failed, *said]))
    return said


def _one(store: Store, farm: Farm, at: datetime) -> list[str]:
    made = training.train(store, TASK, farm.name, until=at, by=BY)
    return [f"{farm.name}: {one.what.value.replace('_', ' ')}, {one.note}" for one in made]
