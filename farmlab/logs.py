"""What FarmLab did, as JSON lines in the home: one file a day, old ones deleted, secrets blacked out.

A day's file is appended to by all processes; a line is written in one piece. Lines carry the ids given to
:func:`context`, such as the sync or run that they belong to.
"""

from __future__ import annotations

import json
import logging
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from farmlab.secrets import mask

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from farmlab.config import Settings

LOGGER: Final = logging.getLogger("farmlab")
_context: ContextVar[Mapping[str, Any]] = ContextVar("context", default={})  # noqa: B039 - never changed in place


class JsonLines(logging.Handler):
    """A handler that appends to ``FOLDER/YYYY-MM-DD.jsonl`` and forgets files older than ``keep_days``."""

    def __init__(self, folder: Path, *, keep_days: int, hide: Iterable[str] = ()) -> None:
        super().__init__()
        self._folder = folder
        self._keep = timedelta(days=keep_days)
        self._hide = tuple(hide)

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record as one line; a full or read-only disk stops nothing."""
        try:
            moment = datetime.fromtimestamp(record.created, UTC)
            path = self._folder / f"{moment:%Y-%m-%d}.jsonl"
            if not path.exists():
                self._folder.mkdir(parents=True, exist_ok=True)
                self._forget(moment)
            with path.open("a", encoding="utf-8") as file:
                file.write(self.format(record) + "\n")
        except OSError:
            self.handleError(record)

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON, without secrets."""
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "source": record.name,
            **_context.get(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["trace"] = logging.Formatter().formatException(record.exc_info)
        shown = {name: mask(value, self._hide) if isinstance(value, str) else value for name, value in told.items()}
        return json.dumps(shown, default=str, ensure_ascii=False)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """Go on without the line."""

    def _forget(self, moment: datetime) -> None:
        oldest = f"{moment - self._keep:%Y-%m-%d}"
        for path in self._folder.glob("????-??-??.jsonl"):
            if path.stem < oldest:
                path.unlink(missing_ok=True)


@contextmanager
def writing(settings: Settings, *, hide: Iterable[str] = (), **ids: Any) -> Iterator[logging.Logger]:
    """FarmLab's logger, writing into this home while the block lasts; its lines carry the ids."""
    handler = JsonLines(settings.logs, keep_days=settings.keep_logs_days, hide=hide)
    level = LOGGER.level
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    try:
        with context(**ids):
            yield LOGGER
    finally:
        LOGGER.removeHandler(handler)
        LOGGER.setLevel(level)


@contextmanager
def context(**ids: Any) -> Iterator[None]:
    """Lines that are written in the block carry these ids besides those of the blocks around it."""
    token = _context.set({**_context.get(), **ids})
    try:
        yield
    finally:
        _context.reset(token)
