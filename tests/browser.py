"""A real browser for tests of pages; without one they are skipped, or fail where it is required."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUIRED = "FARMLAB_REQUIRE_BROWSER"


@contextmanager
def chromium() -> Iterator[Any]:
    """Chromium, started once for the tests inside."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        if os.environ.get(REQUIRED):
            pytest.fail("Chromium is missing")
        pytest.skip("Chromium is missing")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def serious(page: Any) -> list[str]:
    """What an accessibility check (axe-core) calls serious or critical."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{item['id']}: {item['nodes'][0]['html']}" for item in found if item["impact"] in ("serious", "critical")]
