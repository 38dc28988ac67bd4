"""Opening a database, and what is said when it cannot be opened, read or written."""

from __future__ import annotations

import logging
import sqlite3
import sys
import threading
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from farmlab import config
from farmlab.domain import Farm
from farmlab.errors import FarmLabError, StoreError
from farmlab.store import Store, faults, migrate, writing
from tests.store.farmyard import MINUTE, NOON, settle

SECRET = "hunter2-très/secret"


def test_open_makes_the_folder_and_the_tables(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "100 %.db"
    with Store.open(f"sqlite:///{file}") as store:
        store.add_farm(Farm(name="Hillside"))
    with Store.open(f"sqlite:///{file}") as store:
        assert [farm.name for farm in store.farms()] == ["Hillside"]


def test_open_by_settings(tmp_path: Path) -> None:
    settings = config.load(tmp_path / "home")
    with Store.open(settings) as store:
        store.add_farm(Farm(name="Hillside"))
    assert (tmp_path / "home" / "farmlab.db").exists()


def test_sqlite_is_in_wal_mode_and_checks_references(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/farmlab.db") as store, store._reading() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA busy_timeout")).scalar() == 30_000


@pytest.mark.parametrize(
    "address",
    [
        "sqlite://",
        "sqlite:///:memory:",
        f"mysql://farm:{SECRET}@host/farmlab",
        f"farm:{SECRET}@host",
        f"postgresql://farm:{SECRET}@host:no-port/farmlab",
        "",
    ],
)
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(StoreError, match="neither a SQLite file nor PostgreSQL") as caught:
        Store.open(address)
    assert_no_secret(caught.value)


def test_a_server_that_does_not_answer(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(StoreError, match="cannot be reached") as caught:
        Store.open(f"postgresql://farm:{SECRET}@127.0.0.1:9/farmlab")
    assert caught.value.where == "127.0.0.1/farmlab"
    assert caught.value.transient
    assert_no_secret(caught.value)
    assert SECRET not in caplog.text


def test_a_server_without_this_database(postgresql: str) -> None:
    from sqlalchemy.engine import make_url

    url = make_url(postgresql).set(database="nowhere").render_as_string(hide_password=False)
    with pytest.raises(StoreError, match="there is no such database on the server"):
        Store.open(url)


def test_postgresql_without_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match="psycopg, which is not installed") as caught:
        Store.open(f"postgresql://farm:{SECRET}@127.0.0.1:9/farmlab")
    assert_no_secret(caught.value)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "farmlab.db"
    file.write_bytes(b"id;name\n" * 1_000)
    with pytest.raises(StoreError, match="the file is not a FarmLab database") as caught:
        Store.open(f"sqlite:///{file}")
    assert caught.value.where == str(file)
    assert file.read_bytes() == b"id;name\n" * 1_000


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="the folder cannot be made"):
        Store.open(f"sqlite:///{tmp_path}/file/farmlab.db")


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="the database cannot be opened"):
        Store.open(f"sqlite:///{tmp_path}")


def test_a_newer_database(url: str) -> None:
    with Store.open(url) as store, store._writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        with pytest.raises(StoreError, match="made by a newer FarmLab") as caught:
            Store.open(url)
        assert "Update FarmLab" in str(caught.value)
    finally:
        with store._writing() as connection:
            connection.execute(
                text("UPDATE alembic_version SET version_num = :newest"), {"newest": migrate.known()[-1]}
            )
        store.close()


def test_read_only_reads_and_does_not_write(url: str) -> None:
    with Store.open(url) as store:
        store.add_farm(Farm(name="Hillside"))
    with Store.open(url, read_only=True) as reader:
        assert reader.farm("Hillside").name == "Hillside"
        with pytest.raises(StoreError, match="may not be written"):
            reader.add_farm(Farm(name="Valley"))
        assert len(reader.farms()) == 1


def test_read_only_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no database yet"):
        Store.open(f"sqlite:///{tmp_path}/farmlab.db", read_only=True)
    assert list(tmp_path.iterdir()) == []
    sqlite3.connect(tmp_path / "empty.db").close()
    with pytest.raises(StoreError, match="of an older FarmLab"):
        Store.open(f"sqlite:///{tmp_path}/empty.db", read_only=True)


def test_a_locked_database_is_said_to_be_locked(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/farmlab.db?timeout=0.01") as store, store._writing():
        with pytest.raises(StoreError, match="locked by another process") as caught:
            store.add_farm(Farm(name="Hillside"))
        assert caught.value.transient
        assert store.farms() == [], "reading goes on while somebody writes"


def test_a_full_disk_keeps_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "CHUNK", 1_000)
    with Store.open(f"sqlite:///{tmp_path}/farmlab.db") as store:
        farm = settle(store)
        rows = [(1, "T1", NOON + step * MINUTE, float(step)) for step in range(40_000)]
        with store._writing() as connection:
            pages = connection.execute(text("PRAGMA page_count")).scalar_one()
            connection.execute(text(f"PRAGMA max_page_count = {pages + 100}"))
        with pytest.raises(StoreError, match="the disk is full") as caught:
            farm.write(*rows)
        assert "Free some space" in str(caught.value)
        kept = farm.values()
        assert len(kept) % 1_000 == 0, "a transaction is in as a whole or not at all"
        with store._reading() as connection:
            connection.execute(text("PRAGMA max_page_count = 1000000"))
            connection.rollback()
        done = farm.write(*rows)
        assert (done.seen, done.new) == (len(kept), 40_000 - len(kept))


def test_threads_share_a_store(store: Store) -> None:
    farm, errors = settle(store), []

    def work(number: int) -> None:
        try:
            for step in range(10):
                farm.write((1, "T1", NOON + (10 * number + step) * MINUTE, 1.0))
                farm.values(sensor="T1")
        except FarmLabError as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(farm.values()) == 40


def test_an_error_inside_leaves_nothing_behind(store: Store) -> None:
    def breaks() -> None:
        with store._writing() as connection:
            connection.execute(text("DELETE FROM farm"))
            raise ZeroDivisionError

    store.add_farm(Farm(name="Hillside"))
    with pytest.raises(ZeroDivisionError):
        breaks()
    assert len(store.farms()) == 1


@pytest.mark.parametrize(
    ("state", "message", "words", "transient"),
    [
        (
            None,
            f'password authentication failed for user "farm" ({SECRET})',
            "does not accept the user or password",
            False,
        ),
        (None, "fe_sendauth: no password supplied", "does not accept the user or password", False),
        (None, 'FATAL:  database "nowhere" does not exist', "no such database", False),
        (None, f"could not translate host name {SECRET}", "cannot be reached", True),
        ("42501", "permission denied for schema public", "lacks a right", False),
        ("53100", "could not extend file", "disk of the database server is full", False),
        ("53300", "too many connections", "no room for more", True),
        ("40P01", "deadlock detected", "locked by another process", True),
        ("57P01", "terminating connection", "was stopped", True),
        ("22003", f"integer out of range {SECRET}", r"refused \(22003\)", False),
    ],
)
def test_what_postgresql_says_in_our_words(state: str | None, message: str, words: str, transient: bool) -> None:
    said = type("Error", (psycopg.Error,), {"sqlstate": state})(message)
    with pytest.raises(StoreError, match=words) as caught, faults.translated("db.farm/farmlab"):
        raise DBAPIError("SELECT 1", {}, said)
    assert caught.value.where == "db.farm/farmlab"
    assert caught.value.transient is transient
    assert_no_secret(caught.value)


def test_whatever_else_goes_wrong_is_a_store_error_too(store: Store) -> None:
    with pytest.raises(StoreError, match="the database refused") as caught:
        store.add_farm(Farm(name="Hillside", poll_minutes="often"))  # type: ignore[arg-type]
    assert "often" not in str(caught.value)


def assert_no_secret(error: BaseException) -> None:
    """Neither the error nor anything behind it shows the password."""
    chain: BaseException | None = error
    while chain is not None:
        assert SECRET not in f"{chain} {chain!r}"
        chain = chain.__cause__ or (None if chain.__suppress_context__ else chain.__context__)
