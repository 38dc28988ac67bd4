from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from farmlab import config
from farmlab.store import Store
from tests.runs.kit import Bench, add_farm, in_process


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A home with a farm; notebooks are executed in this process."""
    monkeypatch.setenv("FARMLAB_NOTEBOOKS", str(tmp_path / "notebooks"))
    monkeypatch.setattr("farmlab.runs.door.execute", in_process)
    settings = config.load(tmp_path / "home")
    with Store.open(settings) as store:
        add_farm(store)
        yield Bench(settings, store)
