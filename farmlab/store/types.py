"""How values of the domain lie in a column: moments, text from outside, words and structures."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import JSON, BigInteger, Dialect, Text
from sqlalchemy.types import TypeDecorator

from farmlab import clock

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def to_ms(moment: datetime) -> int:
    """Whole milliseconds since 1970 in UTC; what is finer is cut off.

    >>> to_ms(datetime(2026, 7, 1, tzinfo=UTC))
    1782864000000
    """
    return (clock.to_utc(moment) - EPOCH) // _MILLISECOND


def from_ms(ms: int) -> datetime:
    """The moment in UTC.

    >>> from_ms(1782864000000).isoformat()
    '2026-07-01T00:00:00+00:00'
    """
    return EPOCH + timedelta(milliseconds=ms)


class Moment(TypeDecorator[datetime]):
    """A moment, kept as milliseconds since 1970 so that it is the same number in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        """The number that is kept."""
        return None if value is None else to_ms(value)

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> datetime | None:
        """The moment that was meant."""
        return None if value is None else from_ms(value)


class Words(TypeDecorator[str]):
    """Text from anywhere. What no database takes (NUL, half a surrogate pair) is replaced or left out."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """The text as a database takes it."""
        return None if value is None else _storable(str(value))


class Word(TypeDecorator[StrEnum]):
    """One word of a closed list."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: StrEnum | str | None, _dialect: Dialect) -> str | None:
        """The word itself; one that is not on the list is a ``ValueError``."""
        return None if value is None else self.words(value).value

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> StrEnum | None:
        """The word as a member of its list."""
        return None if value is None else self.words(value)


class Structured(TypeDecorator[Any]):
    """A mapping, a tuple or a small dataclass, as JSON. What is no number becomes null."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def __init__(self, shape: Any) -> None:
        super().__init__()
        self.shape = shape

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.shape)

    def process_bind_param(self, value: Any | None, _dialect: Dialect) -> Any | None:
        """Plain JSON values."""
        if value is None:
            return None
        return _clean(self._adapter.dump_python(value, mode="json", fallback=_plain, warnings=False))

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> Any | None:
        """The value in its own shape."""
        return None if value is None else self._adapter.validate_python(value, strict=False)


def _storable(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _clean(value: Any) -> Any:
    """The JSON value as every database takes it."""
    if isinstance(value, str):
        return _storable(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {_storable(key): _clean(item) for key, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    """Numbers of numpy as Python's own; anything else as text."""
    return value.item() if hasattr(value, "item") else str(value)
