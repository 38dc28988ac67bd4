"""Fitted estimators: numbered versions, and one champion for each task and scope."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from farmlab.domain import ModelRecord
from farmlab.errors import DataError, UnknownName
from farmlab.store import tables
from farmlab.store.base import Door, add, change
from farmlab.store.rows import from_row, from_rows, to_row

if TYPE_CHECKING:
    from sqlalchemy import Connection


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

    def promote(self, model: int) -> ModelRecord:
        """The model of this id, now the only champion of its task and scope."""
        with self._writing() as connection:
            row = connection.execute(select(tables.model).where(tables.model.c.id == model)).first()
            if row is None:
                raise UnknownName(f"there is no model with the id {model}", next_step="Run: farmlab models list.")
            _promote(connection, from_row(ModelRecord, row))
            return replace(from_row(ModelRecord, row), champion=True)


def _last_version(connection: Connection, model: ModelRecord) -> int:
    kept = tables.model.c
    same = (kept.name == model.name, kept.farm == model.farm, kept.scope == model.scope)
    return connection.execute(select(func.max(kept.version)).where(*same)).scalar() or 0


def _promote(connection: Connection, model: ModelRecord) -> None:
    kept = tables.model.c
    same = (kept.task == model.task, kept.farm == model.farm, kept.scope == model.scope)
    connection.execute(update(tables.model).where(*same).values(champion=False))
    change(connection, tables.model, model.id, {"champion": True}, kind="model")
