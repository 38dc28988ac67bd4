"""Bringing a database to the tables that this FarmLab knows. Alembic is loaded only when there is work."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, text

from farmlab.errors import StoreError

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

MIGRATIONS: Final = files("farmlab.store") / "migrations"


def known() -> list[str]:
    """The revisions that come with this FarmLab, oldest first; files are named ``0001_what.py``."""
    names = (entry.name for entry in (MIGRATIONS / "versions").iterdir())
    return sorted(name[:4] for name in names if name[:4].isdigit() and name.endswith(".py"))


def current(connection: Connection) -> str | None:
    """The revision of the database; None when it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def is_current(connection: Connection, *, where: str) -> bool:
    """Whether the database has the newest tables.

    Raises
    ------
    StoreError
        The database was made by a newer FarmLab.
    """
    revisions = known()
    found = current(connection)
    if found is not None and found not in revisions:
        raise StoreError(
            f"the database was made by a newer FarmLab (tables {found}, known {revisions[-1]})",
            where=where,
            next_step="Update FarmLab, or set another home.",
        )
    return found == revisions[-1]


def outdated(where: str) -> StoreError:
    """The error for tables that are too old to be read, where they may not be changed."""
    return StoreError("the database is of an older FarmLab", where=where, next_step="Run: farmlab status.")


def upgrade(connection: Connection) -> None:
    """Bring the database to the newest tables, inside the transaction of this connection."""
    from alembic import command

    command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection) -> Config:
    """Alembic's settings for this connection; there is no alembic.ini."""
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
