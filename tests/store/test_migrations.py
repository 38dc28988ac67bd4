"""Every database comes to the same tables, and these are the ones that the code knows."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from farmlab.errors import StoreError
from farmlab.store import Store, migrate, tables


def test_migrations_and_tables_agree(store: Store) -> None:
    with store._reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, tables.METADATA) == []


def test_constraints_bear_the_names_that_the_tables_give_them(store: Store) -> None:
    with store._reading() as connection:
        here = inspect(connection)
        for name, table in tables.METADATA.tables.items():
            assert here.get_pk_constraint(name)["constrained_columns"] == [c.name for c in table.primary_key], name
            for column in here.get_columns(name):
                assert column["nullable"] == table.c[column["name"]].nullable, (name, column["name"])


def test_revisions_are_one_line_and_the_last_is_the_head(store: Store) -> None:
    with store._reading() as connection:
        script = ScriptDirectory.from_config(migrate.alembic_config(connection))
        assert migrate.current(connection) == script.get_current_head() == migrate.known()[-1]
    assert [revision.revision for revision in script.walk_revisions()] == migrate.known()[::-1]


def test_opening_again_does_not_migrate_again(url: str, monkeypatch) -> None:
    Store.open(url).close()
    monkeypatch.setattr(migrate, "upgrade", lambda connection: 1 / 0)
    Store.open(url).close()


def test_a_migration_that_fails_leaves_no_half_of_it(tmp_path, monkeypatch) -> None:
    upgrade = migrate.upgrade

    def fails(connection) -> None:
        upgrade(connection)
        raise RuntimeError("the power went")

    address = f"sqlite:///{tmp_path}/farmlab.db"
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "upgrade", fails)
        with pytest.raises(RuntimeError):
            Store.open(address)
    with pytest.raises(StoreError, match="older FarmLab"):
        Store.open(address, read_only=True)
    with Store.open(address) as store, store._reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1


def test_readings_are_kept_in_the_order_of_their_key(tmp_path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/farmlab.db") as store, store._reading() as connection:
        (sql,) = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'reading'")).scalars()
        assert sql.rstrip().endswith("WITHOUT ROWID")
