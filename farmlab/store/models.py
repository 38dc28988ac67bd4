"""Fitted estimators: numbered versions, and one champion for each task and scope."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update

from farmlab.domain import ModelChange, ModelRecord, ModelStep
from farmlab.errors import DataError, UnknownName
from farmlab.store import tables
from farmlab.store.base import Door, add, change
from farmlab.store.rows import from_row, from_rows, to_row

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

MACHINE = "farmlab"
"""Who did it when no person did."""


class Models(Door):
    """The registry of models. ``farm`` may be "": a model for every farm."""

    def save_model(self, model: ModelRecord) -> ModelRecord:
        """The model with its id; version 0 gets the next one of its name, farm and scope.

        Raises
        ------
        DataError
            This version is there already: a fitted model is never overwritten.
        """
        with self._writing() as connection:
            last = _last_version(connection, model)
            kept = replace(model, version=model.version or last + 1)
            if 0 < model.version <= last:
                raise DataError(
                    f"{model.name} has a version {model.version} already", next_step="Save it with version 0."
                )
            kept = replace(kept, id=add(connection, tables.model, to_row(kept, tables.model)))
            if kept.champion:
                _promote(connection, kept)
                _note(connection, kept, ModelStep.PROMOTED, kept.fitted_at, MACHINE, "")
            return kept

    def models(self, *, farm: str | None = None, task: str | None = None) -> list[ModelRecord]:
        """The models, newest first."""
        model = tables.model.c
        wanted = ((model.farm, farm), (model.task, task))
        query = select(tables.model).where(*(column == value for column, value in wanted if value is not None))
        with self._reading() as connection:
            return from_rows(ModelRecord, connection.execute(query.order_by(model.id.desc())))

    def champion(self, task: str, farm: str, scope: str) -> ModelRecord | None:
        """The model that is in use for a task and scope; None without any."""
        model = tables.model.c
        same = (model.task == task, model.farm == farm, model.scope == scope, model.champion)
        with self._reading() as connection:
            row = connection.execute(select(tables.model).where(*same)).first()
        return None if row is None else from_row(ModelRecord, row)

    def model(self, model: int) -> ModelRecord:
        """The model of this id."""
        with self._reading() as connection:
            return _of_id(connection, model)

    def promote(self, model: int, *, at: datetime, by: str = MACHINE, note: str = "") -> ModelRecord:
        """The model of this id, now the only champion of its task and scope."""
        with self._writing() as connection:
            known = _of_id(connection, model)
            _promote(connection, known)
            _note(connection, known, ModelStep.PROMOTED, at, by, note)
            return replace(known, champion=True)

    def rollback(self, task: str, farm: str, scope: str, *, at: datetime, by: str = MACHINE) -> ModelRecord:
        """The champion before the present one, champion again.

        Raises
        ------
        DataError
            There was none before, or it is no longer kept.
        """
        with self._writing() as connection:
            before = _champions(connection, task, farm, scope)
            if len(before) < 2:
                raise DataError(
                    f"there is no earlier champion of {task}, {farm or 'every farm'}, {scope}",
                    next_step="Run: farmlab models list --farm FARM, and promote one.",
                )
            known = _of_id(connection, before[-2])
            _promote(connection, known)
            _note(connection, known, ModelStep.ROLLED_BACK, at, by, f"instead of model {before[-1]}")
            return replace(known, champion=True)

    def note_model(self, said: ModelChange) -> None:
        """Keep what was done with a model, a training that failed included."""
        with self._writing() as connection:
            add(connection, tables.model_history, to_row(said, tables.model_history))

    def model_history(
        self, *, task: str | None = None, farm: str | None = None, scope: str | None = None, limit: int = 100
    ) -> list[ModelChange]:
        """What was done with models, newest first."""
        entry = tables.model_history.c
        wanted = ((entry.task, task), (entry.farm, farm), (entry.scope, scope))
        query = select(tables.model_history).where(*(column == value for column, value in wanted if value is not None))
        with self._reading() as connection:
            return from_rows(ModelChange, connection.execute(query.order_by(entry.id.desc()).limit(limit)))

    def prune_models(self, *, keep: int) -> int:
        """Remove all but the newest ``keep`` of each name, farm and scope; champions stay. How many went."""
        model = tables.model.c
        place = func.row_number().over(partition_by=(model.name, model.farm, model.scope), order_by=model.id.desc())
        ranked = select(model.id, place.label("place")).where(~model.champion).subquery()
        old = select(ranked.c.id).where(ranked.c.place > keep)
        with self._writing() as connection:
            return connection.execute(delete(tables.model).where(model.id.in_(old))).rowcount


def _of_id(connection: Connection, model: int) -> ModelRecord:
    row = connection.execute(select(tables.model).where(tables.model.c.id == model)).first()
    if row is None:
        raise UnknownName(f"there is no model with the id {model}", next_step="Run: farmlab models list.")
    return from_row(ModelRecord, row)


def _note(connection: Connection, model: ModelRecord, what: ModelStep, at: datetime, by: str, note: str) -> None:
    said = ModelChange(
        task=model.task, farm=model.farm, scope=model.scope, at=at, what=what, by=by, note=note, model_id=model.id
    )
    add(connection, tables.model_history, to_row(said, tables.model_history))


def _champions(connection: Connection, task: str, farm: str, scope: str) -> list[int]:
    """The ids of those that were champions and are still kept, in order; a rollback takes back what came after."""
    entry = tables.model_history.c
    same = (entry.task == task, entry.farm == farm, entry.scope == scope)
    kept = entry.model_id.in_(select(tables.model.c.id))
    query = select(entry.model_id, entry.what).where(*same, kept).order_by(entry.id)
    order: list[int] = []
    for model, what in connection.execute(query):
        if what == ModelStep.PROMOTED:
            order.append(model)
        elif what == ModelStep.ROLLED_BACK and model in order:
            del order[order.index(model) + 1 :]
    return order


def _last_version(connection: Connection, model: ModelRecord) -> int:
    kept = tables.model.c
    same = (kept.name == model.name, kept.farm == model.farm, kept.scope == model.scope)
    return connection.execute(select(func.max(kept.version)).where(*same)).scalar() or 0


def _promote(connection: Connection, model: ModelRecord) -> None:
    kept = tables.model.c
    same = (kept.task == model.task, kept.farm == model.farm, kept.scope == model.scope)
    connection.execute(update(tables.model).where(*same).values(champion=False))
    change(connection, tables.model, model.id, {"champion": True}, kind="model")
