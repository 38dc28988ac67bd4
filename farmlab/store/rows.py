"""From a domain object to a row and back: columns bear the names of the fields."""

from __future__ import annotations

from dataclasses import fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from farmlab.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Row, Table

Record = TypeVar("Record")
Term = TypeVar("Term", bound=StrEnum)


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


def term(kind: type[Term], word: str) -> Term:
    """The member of a closed list that this word is; an unknown one names the nearest.

    >>> from farmlab.domain import FindingStatus
    >>> term(FindingStatus, "open")
    <FindingStatus.OPEN: 'open'>
    >>> term(FindingStatus, "opn")
    Traceback (most recent call last):
    farmlab.errors.UnknownName: there is no finding status 'opn'. Did you mean 'open'?
    """
    if word not in list(kind):
        name = "".join(f" {char.lower()}" if char.isupper() else char for char in kind.__name__).strip()
        raise UnknownName.among(name, word, kind)
    return kind(word)


def terms(kind: type[Term], words: Iterable[str]) -> list[Term]:
    """The members that these words are, of one word or of several."""
    return [term(kind, word) for word in ((words,) if isinstance(words, str) else words)]
