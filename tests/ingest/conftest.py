"""A home with an open store, and a farm behind a gateway."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from farmlab import config, ingest
from farmlab.config import Settings
from farmlab.domain import SyncRun
from farmlab.ingest.farms import Added
from farmlab.simulator.gateway import Gateway
from farmlab.store import Store
from tests.simulator.served import NOON, PASSWORD, USER, ZONE, Hand, HandFarm, served

FARM = "Hillside"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return config.load(tmp_path / "home").model_copy(update={"retry_s": 0.0})


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store, made once."""
    path = tmp_path_factory.mktemp("pattern") / "farmlab.db"
    Store.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def store(settings: Settings, pattern: Path) -> Iterator[Store]:
    settings.data.mkdir(parents=True)
    shutil.copy(pattern, settings.data / "farmlab.db")
    with Store.open(settings) as opened:
        yield opened


@dataclass
class Site:
    """A farm behind a gateway, and the clock on the wall there."""

    store: Store
    settings: Settings
    gateway: Gateway
    farm: HandFarm
    hand: Hand

    def add(self, **changes: object) -> Added:
        options = {"base_url": self.gateway.url, "username": USER, "password": "env:PASSWORD"}
        return ingest.add_farm(
            self.store,
            self.settings,
            FARM,
            at=self.hand.at,
            **{"integration": "rotem", "options": options, "timezone": ZONE, **changes},
        )

    def sync(self, minutes: float = 5, **options: object) -> SyncRun:
        """A poll so many minutes after the last one."""
        self.hand.at += timedelta(minutes=minutes)
        return ingest.sync(self.store, self.settings, FARM, at=self.hand.at, **options)


@pytest.fixture
def site(store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("PASSWORD", PASSWORD)
    farm, hand = HandFarm(), Hand(NOON)
    with served(farm, now=hand) as gateway:
        yield Site(store, settings, gateway, farm, hand)
