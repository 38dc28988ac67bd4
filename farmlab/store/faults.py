"""What a database says when it cannot, in the words of :mod:`farmlab.errors`. No password ever gets out."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from farmlab.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SQLITE: Final[Mapping[int, tuple[str, str, bool]]] = {
    sqlite3.SQLITE_BUSY: ("the database is locked by another process", "Try again in a moment.", True),
    sqlite3.SQLITE_LOCKED: ("the database is locked by another process", "Try again in a moment.", True),
    sqlite3.SQLITE_FULL: ("the disk is full", "Free some space; nothing of the last step was kept.", False),
    sqlite3.SQLITE_IOERR: ("the disk does not read or write", "Check the disk and its free space.", False),
    sqlite3.SQLITE_READONLY: ("the database may not be written", "Check the rights of the file.", False),
    sqlite3.SQLITE_CANTOPEN: ("the database cannot be opened", "Check the folder and its rights.", False),
    sqlite3.SQLITE_NOTADB: ("the file is not a FarmLab database", "Move it away, or set another home.", False),
    sqlite3.SQLITE_CORRUPT: ("the database is damaged", "Put a backup in its place.", False),
}
_POSTGRESQL: Final[Mapping[str, tuple[str, str, bool]]] = {
    "28": ("the database does not accept the user or password", "Correct FARMLAB_DATABASE_URL.", False),
    "3D": ("there is no such database on the server", "Create it, or correct FARMLAB_DATABASE_URL.", False),
    "42501": ("the database user lacks a right", "Grant it the right to create and write tables.", False),
    "25006": ("the database may not be written", "Open it for writing.", False),
    "53100": ("the disk of the database server is full", "Free some space there.", False),
    "53": ("the database server has no room for more", "Try again in a moment.", True),
    "55P03": ("the database is locked by another process", "Try again in a moment.", True),
    "40": ("the database is locked by another process", "Try again in a moment.", True),
    "57": ("the database server was stopped", "Try again when it is up.", True),
    "08": ("the database server cannot be reached", "Start it, or correct FARMLAB_DATABASE_URL.", True),
}
_UNREACHABLE: Final = _POSTGRESQL["08"]


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Errors of the database inside come out as :class:`farmlab.errors.StoreError`."""
    try:
        yield
    except DBAPIError as error:
        raise _store_error(error.orig, where) from None
    except sqlite3.Error as error:
        raise _store_error(error, where) from None
    except OverflowError:
        raise StoreError("a number is too large to be kept", where=where, next_step="Check the numbers.") from None
    except SQLAlchemyError as error:
        raise StoreError(f"the database refused: {type(error).__name__}", where=where) from error


def _store_error(error: BaseException | None, where: str) -> StoreError:
    what, next_step, transient = _words(error)
    fault = StoreError(what, where=where, next_step=next_step)
    fault.transient = transient
    return fault


def _words(error: BaseException | None) -> tuple[str, str, bool]:
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        return _SQLITE.get(code, (f"the database refused: {error}", "Run: farmlab doctor.", False))
    state = getattr(error, "sqlstate", None) or _guessed_state(str(error))
    for length in (5, 2):
        if state[:length] in _POSTGRESQL:
            return _POSTGRESQL[state[:length]]
    if not state:
        return _UNREACHABLE
    return f"the database refused ({state}): {type(error).__name__}", "Run: farmlab doctor.", False


def _guessed_state(message: str) -> str:
    """When the connection itself fails psycopg gives no state, only the server's words."""
    if "authentication failed" in message or "no password supplied" in message:
        return "28"
    return "3D" if "database" in message and "does not exist" in message else ""
