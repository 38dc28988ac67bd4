from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from farmlab.dashboard.source import Source
from farmlab.store import Store
from tests.dashboards import farms

NOW = datetime(2026, 7, 1, 12, 7, tzinfo=UTC)


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    """Both farms at NOW, as a dashboard reads them. Tests do not change them."""
    folder = tmp_path_factory.mktemp("farms")
    with Store.open(f"sqlite:///{folder}/farmlab.db") as store:
        farms.fill(store, NOW, folder=folder / "forecast")
        yield Source(store, folder)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Source]:
    """A store without a farm."""
    with Store.open(f"sqlite:///{tmp_path}/farmlab.db") as store:
        yield Source(store, tmp_path)
