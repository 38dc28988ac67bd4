"""Pages as people meet them: a server, and a real browser.

Without a browser these tests are skipped, or fail where it is required.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from farmlab.serving.supervise import Service, Supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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


@contextmanager
def served(service: Service, logs: Path) -> Iterator[str]:
    """The address of a server that runs for the tests inside."""
    running = Supervisor([service], logs=logs, say=lambda _: None, stopping=Event())
    try:
        running.start()
        yield service.address
    finally:
        running.stop()


@dataclass
class Visit:
    """An open page, and what it said and asked for on the way."""

    page: Any
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


def visit(browser: Any, server: str, path: str, *, width: int, height: int, scheme: str) -> Visit:
    """A page of a server in a window of its own, once its heading is there; other hosts are not asked."""
    page = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme).new_page()
    found = Visit(page)
    page.on("console", lambda said: found.errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: found.errors.append(str(error)))
    page.route("**/*", lambda route: _pass(route, server, found))
    page.goto(f"{server}/{path}", timeout=90_000)
    page.wait_for_selector(".fl h1", timeout=90_000)
    return found


def _pass(route: Any, server: str, found: Visit) -> None:
    if route.request.url.startswith((server, "data:", "blob:")):
        route.continue_()
    else:
        found.outside.append(route.request.url)
        route.abort()


def serious(page: Any) -> list[str]:
    """What an accessibility check (axe-core) calls serious or critical."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{item['id']}: {item['nodes'][0]['html']}" for item in found if item["impact"] in ("serious", "critical")]


def faults(browser: Any, address: str) -> list[str]:
    """What is wrong with a page that needs no server, on a phone and on a screen: it asks, logs, is too wide, …"""
    found = []
    for width, scheme in ((360, "light"), (1280, "dark")):
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
        page = context.new_page()
        heard: list[str] = []
        page.on("request", lambda request, heard=heard: heard.append(request.url))
        page.on("console", lambda message, heard=heard: heard.append(message.text))
        page.goto(address)
        heard.remove(address)
        needed = page.evaluate("document.documentElement.scrollWidth")
        wide = [f"it needs {needed} px"] if needed > width else []
        found += [f"{width} px, {scheme}: {fault}" for fault in (*heard, *wide, *serious(page))]
        context.close()
    return found
