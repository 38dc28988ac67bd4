"""Opening a database: the address, the folder, the settings of a connection, and short transactions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from farmlab.errors import StoreError

if TYPE_CHECKING:
    from sqlalchemy import Engine

WRITES: Final = "farmlab_writes"
"""Execution option of a connection that is going to write."""
_BUSY_S: Final = "30"
_PRAGMAS: Final = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = NORMAL",  # with WAL a power cut may lose the last commits, never the file
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -65536",
    "PRAGMA mmap_size = 1073741824",
)


def parse(address: str) -> URL:
    """The address of a database, with the driver that FarmLab uses.

    Raises
    ------
    StoreError
        Not an address of SQLite (a file) or PostgreSQL. The address is not repeated: it may hold a password.
    """
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise _unusable() from None
    if url.get_backend_name() in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        raise _unusable()
    return url.update_query_dict({"timeout": url.query.get("timeout", _BUSY_S)})


def label(url: URL) -> str:
    """Where the database is, in words that hold no secret: a file, or server and database."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return f"{url.host or 'localhost'}/{url.database or ''}"


def connect(url: URL, *, read_only: bool) -> Engine:
    """The engine for this address; the folder of a SQLite file is made unless only reading is meant."""
    if url.get_backend_name() == "sqlite":
        _folder(Path(str(url.database)), url, create=not read_only)
        engine = create_engine(url, hide_parameters=True)
        event.listen(engine, "connect", _sqlite_connection(read_only=read_only))
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    try:
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=True)
    except ModuleNotFoundError:
        raise StoreError(
            "PostgreSQL needs psycopg, which is not installed", next_step="Run: pip install 'farmlab[postgres]'."
        ) from None
    if read_only:
        event.listen(engine, "begin", _postgresql_read_only)
    return engine


def _folder(file: Path, url: URL, *, create: bool) -> None:
    if not create:
        if not file.exists():
            raise StoreError("there is no database yet", where=label(url), next_step="Run: farmlab farm add NAME.")
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"the folder cannot be made: {error.strerror}", where=str(file.parent), next_step="Choose another home."
        ) from None


def _sqlite_connection(*, read_only: bool) -> Any:
    def prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None  # transactions begin where _sqlite_begin says so
        for pragma in (*_PRAGMAS, "PRAGMA query_only = ON" if read_only else "PRAGMA journal_mode = WAL"):
            connection.execute(pragma)

    return prepare


def _postgresql_read_only(connection: Connection) -> None:
    connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _sqlite_begin(connection: Connection) -> None:
    """A writer asks for the lock at once, so that it waits for its turn instead of failing half-way."""
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _unusable() -> StoreError:
    return StoreError(
        "the database address is neither a SQLite file nor PostgreSQL",
        where="FARMLAB_DATABASE_URL",
        next_step="Write it as sqlite:////folder/farmlab.db or postgresql://user:password@host/database.",
    )
