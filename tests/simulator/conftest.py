"""One small farm for all tests of the simulator, made once; who changes it works on a copy."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from farmlab.simulator.farm import SimulatedFarm

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

UNTIL = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def farm(tmp_path_factory: pytest.TempPathFactory) -> SimulatedFarm:
    """Four houses, eight days: read it, never advance it."""
    return SimulatedFarm.create(tmp_path_factory.mktemp("farm") / "four", seed=11, until=UNTIL, houses=4, days=8)


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[SimulatedFarm, str], SimulatedFarm]:
    def copy(of: SimulatedFarm, name: str) -> SimulatedFarm:
        shutil.copytree(of.folder, tmp_path / name)
        return SimulatedFarm.open(tmp_path / name)

    return copy
