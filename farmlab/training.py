"""Models that are looked after: what training means for each task, and when a challenger takes over.

``anomaly``: what is usual in a house. It is no contest: the newest takes over, as it does once a day after a sync.
``failure``: the farm's own model. It takes over only when it is better than the present one (the shipped one, at
first) on rows that neither has learned from. Forecasts learn the weights of their members hourly, and log them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from farmlab import watch
from farmlab.analyses import failure_model, failure_records
from farmlab.domain import ModelChange, ModelRecord, ModelStep
from farmlab.errors import DataError, InsufficientData, UnknownName, VersionMismatch
from farmlab.features.machine_rows import FEATURES
from farmlab.models import kept
from farmlab.models.failure import HORIZONS, Contest, contest, taught
from farmlab.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import pandas as pd

    from farmlab.domain import House
    from farmlab.models.failure import FailureRisk
    from farmlab.scope import Scope
    from farmlab.store import Store

EVERY: Final = timedelta(days=7)
"""So often a farm's own models are trained again."""
MODEL: Final = "failure_risk"
LIBRARIES: Final = ("numpy", "scikit-learn")
NEWER: Final = "a newer one is in use"
FIGURES: Final = ("pr_auc", "prevalence", "brier", "calibration_error")
"""What the record keeps of each horizon."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of one training: promoted, kept out or failed, why, and the model if there is one."""

    task: str
    scope: str
    what: ModelStep
    note: str
    model: ModelRecord | None = None


def train(store: Store, task: str, farm: str, *, house: int = 0, until: datetime, by: str) -> list[Trained]:
    """Train the models of a task from what was known at ``until``; everything is written into their history.

    ``house`` 0 stands for all houses, where there is a model for each.

    Raises
    ------
    UnknownName
        No such task, farm or house.
    DataError
        One house was asked for, and the model is of the whole farm.
    """
    if task not in TASKS:
        raise UnknownName.among("task", task, TASKS)
    return TASKS[task](watch.at(store, farm, until, house=house), house, by)


def due(store: Store, farm: str, at: datetime) -> bool:
    """Whether the farm's own model of failures should be trained: a week has passed, or it cannot be used."""
    last = store.model_history(task=failure_model.TASK, farm=farm, scope=failure_model.SCOPE, limit=1)
    champion = store.champion(failure_model.TASK, farm, failure_model.SCOPE)
    if champion is not None and kept.problem(champion):
        return not last or last[0].at <= at - timedelta(days=1)
    return not last or last[0].at <= at - EVERY


def _anomaly(scope: Scope, house: int, by: str) -> list[Trained]:
    del house
    return [_calibrated(scope, one, by) for one in scope.houses]


def _calibrated(scope: Scope, house: House, by: str) -> Trained:
    name = watch.name_of(house)
    try:
        record, takes_over = watch.train(scope, house, by=by)
    except InsufficientData as error:
        return _failed(scope, watch.TASK, name, by, str(error))
    except Exception as error:
        _failed(scope, watch.TASK, name, by, _broke(error))
        raise
    if takes_over:
        rate, judged = record.metrics["false_per_day"], record.metrics["judged"]
        told = f"{rate:.2f} false episodes a day expected of {judged:.0f} sensors"
        return Trained(watch.TASK, name, ModelStep.PROMOTED, told, record)
    watch.note_training(scope.store, record, ModelStep.KEPT_OUT, by=by, note=NEWER)
    return Trained(watch.TASK, name, ModelStep.KEPT_OUT, NEWER, record)


def _failure(scope: Scope, house: int, by: str) -> list[Trained]:
    if house:
        raise DataError("a model of failures is of the whole farm", next_step="Leave the house out.")
    try:
        table = failure_model.learning_table(scope, failure_records.on_record(scope))
        challenger = failure_model.own(table)
    except InsufficientData as error:
        return [_failed(scope, failure_model.TASK, failure_model.SCOPE, by, str(error))]
    except Exception as error:
        _failed(scope, failure_model.TASK, failure_model.SCOPE, by, _broke(error))
        raise
    outcome = contest(challenger, _champion(scope), table[list(FEATURES)], table["hours"], table["order"])
    record = scope.store.save_model(_record(scope, challenger, table, outcome))
    watch.note_training(scope.store, record, ModelStep.TRAINED, by=by)
    return [_settled(scope, record, outcome, by)]


def _settled(scope: Scope, record: ModelRecord, outcome: Contest, by: str) -> Trained:
    """The challenger promoted or kept out; a look into the past leaves the newest in use."""
    present = scope.store.champion(failure_model.TASK, scope.farm.name, failure_model.SCOPE)
    newer = present is not None and present.fitted_at > scope.until
    if outcome.won and not newer:
        record = scope.store.promote(record.id, at=scope.until, by=by, note=outcome.words)
        return Trained(record.task, record.scope, ModelStep.PROMOTED, outcome.words, record)
    note = NEWER if newer else outcome.words
    watch.note_training(scope.store, record, ModelStep.KEPT_OUT, by=by, note=note)
    return Trained(record.task, record.scope, ModelStep.KEPT_OUT, note, record)


def _champion(scope: Scope) -> FailureRisk:
    """What the farm uses now; the shipped model where it has none that can be used."""
    try:
        return failure_model.champion(scope) or taught()
    except VersionMismatch:
        return taught()


def _record(scope: Scope, model: FailureRisk, table: pd.DataFrame, outcome: Contest) -> ModelRecord:
    figures = {f"{name}/{key}": model.figures(name).get(key) for name in HORIZONS for key in FIGURES}
    figures |= {"contest/challenger": outcome.challenger, "contest/champion": outcome.champion}
    record = ModelRecord(
        name=MODEL,
        version=0,
        task=failure_model.TASK,
        farm=scope.farm.name,
        scope=failure_model.SCOPE,
        fitted_at=scope.until,
        window_start=table["time"].min().to_pydatetime(),
        window_end=table["time"].max().to_pydatetime(),
        features=model.columns_,
        metrics={name: round(value, 4) for name, value in figures.items() if value is not None and np.isfinite(value)},
        libraries=kept.libraries(*LIBRARIES),
        state=model.to_state(),
    )
    return kept.sealed(record, data=str(model.about_["table"]))


def _failed(scope: Scope, task: str, name: str, by: str, note: str) -> Trained:
    said = ModelChange(
        task=task, farm=scope.farm.name, scope=name, at=scope.until, what=ModelStep.FAILED, by=by, note=note
    )
    scope.store.note_model(said)
    return Trained(task, name, ModelStep.FAILED, note)


def _broke(error: Exception) -> str:
    """What the history says of a training that broke; the error itself goes on."""
    return one_line(f"it broke: {type(error).__name__}: {error}", limit=300)


TASKS: Final[dict[str, Callable[[Scope, int, str], list[Trained]]]] = {
    watch.TASK: _anomaly,
    failure_model.TASK: _failure,
}
"""Task → what its training is."""
