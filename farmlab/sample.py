"""The two farms that are always there: one simulated house, and one real room, from ``data/sample``.

They live in a store of their own in a temporary folder, so that a notebook's defaults run anywhere, offline, and
never touch anybody's data.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from farmlab import clock, config, ingest
from farmlab.errors import ConfigError
from farmlab.store import Store

if TYPE_CHECKING:
    from farmlab.config import Settings

HOUSE: Final = "sample"
ROOM: Final = "sample room"
HOUSE_FILE: Final = "house.csv"
ROOM_FILE: Final = "room.csv"
HOUSE_ZONE: Final = "Europe/Berlin"
ROOM_ZONE: Final = "Europe/Brussels"
BREED: Final = "ross308"
BIRDS: Final = 30_000
HOUSE_STEP_MINUTES: Final = 15.0
KNOWN: Final = clock.parse_time("2026-01-01")
"""When the sample was taken in; any fixed moment after its last reading."""


def file(name: str) -> Path:
    """A file of ``data/sample``.

    Raises
    ------
    ConfigError
        It is not there: the package was installed without its workspace.
    """
    path = config.workspace() / "data" / "sample" / name
    if not path.is_file():
        raise ConfigError("the sample data are not here", where=str(path), next_step="Work in a clone of FarmLab.")
    return path


def open_store() -> Store:
    """The store of the sample farms, made once a process."""
    return Store.open(_made().url, read_only=True)


@cache
def _made() -> Settings:
    folder = Path(tempfile.mkdtemp(prefix="farmlab-sample-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    settings = config.Settings(home=folder, database_url=None)
    with Store.open(settings) as store:
        _add_house(store, settings)
        _add_room(store, settings)
    return settings


def _add_house(store: Store, settings: Settings) -> None:
    ingest.add_farm(store, settings, HOUSE, at=KNOWN, timezone=HOUSE_ZONE, houses=1, poll_minutes=HOUSE_STEP_MINUTES)
    store.update_farm(replace(store.farm(HOUSE), simulated=True))
    ingest.import_file(store, settings, file(HOUSE_FILE), farm=HOUSE, house=1, at=KNOWN)
    for flock in store.flocks(HOUSE):
        store.save_flock(HOUSE, replace(flock, breed=BREED, birds_placed=BIRDS))


def _add_room(store: Store, settings: Settings) -> None:
    ingest.add_farm(store, settings, ROOM, at=KNOWN, timezone=ROOM_ZONE, houses=1, kind="room")
    ingest.import_file(store, settings, file(ROOM_FILE), farm=ROOM, house=1, at=KNOWN)
