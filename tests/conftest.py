"""What every test has: a folder of its own, loopback only, no settings of the person who runs it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.browser import chromium

os.environ["MPLBACKEND"] = "agg"

# The same examples on every machine, however slow; --hypothesis-profile=default looks for new ones.
hypothesis.settings.register_profile(
    "same", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("same")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--site", default="", help="a published site to inspect (tests/site)")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("FARMLAB_")]:
        if not name.startswith(("FARMLAB_TEST_", "FARMLAB_REQUIRE_", "FARMLAB_BENCH_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("FARMLAB_HOME", str(tmp_path / "home"))


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection to any address but this machine's own is an error, said at once."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1", "localhost")):
            raise PermissionError(f"a test tried to reach {address[0]}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium. Not for longer than a file: while it runs, no other event loop can."""
    with chromium() as started:
        yield started
