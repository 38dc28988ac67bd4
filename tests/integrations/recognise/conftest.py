"""Any text as a table that was recognised."""

from __future__ import annotations

from pathlib import Path

import pytest

from farmlab.integrations import recognise
from farmlab.integrations.recognise import Hints, Table


@pytest.fixture
def table(tmp_path: Path):
    def make(text: str | bytes, name: str = "table.csv", **hints: object) -> Table:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return recognise.open_table(path, Hints(**hints))

    return make
