"""From a domain object to a row and back: columns bear the names of the fields."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Row, Table

Record = TypeVar("Record")


def to_row(record: Any, table: Table, **more: Any) -> dict[str, Any]:
    """The columns of ``table`` that the record fills, without its id, and those given by name."""
    names = {field.name for field in fields(record)} & set(table.columns.keys()) - {"id"}
    return {name: getattr(record, name) for name in names} | more


def from_row(kind: type[Record], row: Row[Any], **more: Any) -> Record:
    """The domain object of a row; columns that it has no field for are left out."""
    known = row._mapping
    names = (field.name for field in fields(kind))  # type: ignore[arg-type]
    return kind(**{name: known[name] for name in names if name in known} | more)


def from_rows(kind: type[Record], rows: Iterable[Row[Any]]) -> list[Record]:
    """The domain objects of rows, in their order."""
    return [from_row(kind, row) for row in rows]
