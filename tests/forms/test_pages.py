"""The form as people meet it: served by a Voila of its own, filled in in Chromium."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from farmlab import config
from farmlab.config import Settings
from farmlab.serving import ports, services
from farmlab.store import Store
from tests.browser import Visit, serious, served, visit
from tests.forms.conftest import fill

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

TOKEN = "keeper"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = config.load(tmp_path_factory.mktemp("home"))
    with Store.open(settings) as store:
        fill(store)
    return settings


@pytest.fixture(scope="module")
def server(home: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    voila = services.forms(home, ports.choose("127.0.0.1", 0, setting="port"), TOKEN)
    with served(voila, tmp_path_factory.mktemp("logs")) as address:
        yield address


@pytest.fixture(scope="module")
def opened(browser: Any, server: str) -> Visit:
    """The form on a phone, with the fields to answer."""
    path = f"voila/render/findings.ipynb?token={TOKEN}"
    found = visit(browser, server, path, width=360, height=740, scheme="dark")
    found.page.click("button:has-text('Answer')")
    found.page.wait_for_selector("button:has-text('Acknowledge')")
    return found


@pytest.fixture
def page(opened: Visit) -> Any:
    return opened.page


def test_it_shows_what_waits_and_the_fields_to_answer(opened: Visit) -> None:
    text = opened.page.inner_text(".fl")
    for words in ("it is critical", "Tunnel fan 2 is not moving air <img", "Broken belt (70%)", "Look at the belt"):
        assert words in text
    assert opened.errors == opened.outside == []
    assert opened.page.evaluate("window.evil") is None


def test_it_fits_a_phone_and_a_finger(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    boxes = (
        "[...document.querySelectorAll('.fl button, .fl input, .fl select, .fl p')].map(e => e.getBoundingClientRect())"
    )
    assert page.evaluate(f"Math.max(...{boxes}.map(box => box.right))") <= 361
    fields = boxes.replace(", .fl p", "")
    assert page.evaluate(f"Math.min(...{fields}.map(box => box.height))") >= 44


def test_an_accessibility_check_finds_nothing_serious(page: Any) -> None:
    assert serious(page) == []


def test_an_acknowledged_finding_is_stored_with_who(page: Any, home: Settings) -> None:
    page.fill("input[placeholder*='who says so']", "Ann")
    page.fill("input[placeholder*='what was seen']", "on my way")
    page.click("button:has-text('Acknowledge')")
    page.wait_for_selector("text=Stored: acknowledged, by Ann", timeout=90_000)
    with Store.open(home) as store:
        (fan,) = store.findings()
        last = store.history(fan.id)[-1]
    assert (fan.status, last["by"], last["note"]) == ("acknowledged", "Ann", "on my way")
    page.wait_for_selector(".fl h1 >> text=Somebody is at everything that is open.", timeout=90_000)
    assert serious(page) == []


def test_the_token_of_the_dashboards_does_not_open_it(server: str) -> None:
    for path in ("voila/render/findings.ipynb", "voila/render/findings.ipynb?token=stakeholder"):
        with urllib.request.urlopen(f"{server}/{path}", timeout=90) as answer:
            assert answer.url.startswith(f"{server}/login")
            assert b"Tunnel" not in answer.read()


def test_it_runs_no_code_of_others_and_hands_out_no_files(server: str) -> None:
    for path in ("api/contents", "voila/files/findings.ipynb"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{server}/{path}?token={TOKEN}", timeout=90)
        refused.value.close()
        assert refused.value.code in (403, 404)
    with urllib.request.urlopen(f"{server}/?token={TOKEN}", timeout=90) as answer:
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
