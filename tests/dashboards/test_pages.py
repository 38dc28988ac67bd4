"""The dashboards as people meet them: served by Voila, seen in Chromium."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from farmlab import clock, config
from farmlab.config import Settings
from farmlab.serving import ports, services
from farmlab.store import Store
from tests.browser import Visit, serious, served, visit
from tests.dashboards import farms

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

TOKEN = "stakeholder"
VISITS = {
    "overview on a wall": ("overview.ipynb?", 1280, 720, "light"),
    "overview on a phone": ("overview.ipynb?", 360, 740, "dark"),
    "house on a screen": ("house.ipynb?farm=Hillside&house=3&", 1280, 720, "dark"),
    "house on a phone": ("house.ipynb?farm=Hillside&house=3&", 360, 740, "light"),
}
TABS = {
    "insights on a screen": ("insights.ipynb?", 1280, 720, "light"),
    "insights on a phone": ("insights.ipynb?tab=anomalies&", 360, 740, "dark"),
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = config.load(tmp_path_factory.mktemp("home"))
    with Store.open(settings) as store:
        farms.fill(store, clock.now(), folder=settings.runs / "forecast")
        farms.room(store, name=farms.HOSTILE)
    return settings


@pytest.fixture(scope="module")
def server(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running Voila."""
    voila = services.dashboards(settings, ports.choose("127.0.0.1", 0, setting="port"), TOKEN)
    with served(voila, tmp_path_factory.mktemp("logs")) as address:
        yield address


@pytest.fixture(scope="module")
def visits(browser: Any, server: str) -> dict[str, Visit]:
    """Each page opened once."""
    return {
        name: visit(browser, server, f"voila/render/{path}token={TOKEN}", width=width, height=height, scheme=scheme)
        for name, (path, width, height, scheme) in (VISITS | TABS).items()
    }


@pytest.fixture(params=VISITS)
def opened(request: pytest.FixtureRequest, visits: dict[str, Visit]) -> Visit:
    return visits[request.param]


def test_it_shows_the_figures_of_the_farm(opened: Visit) -> None:
    text = opened.page.inner_text(".fl")
    assert "Tunnel fan 2 is not moving air" in text
    assert "set 23.2; +" in text
    assert "28 d · 19\u202f400 of 20\u202f000" in text


def test_it_logs_no_error(opened: Visit) -> None:
    assert opened.errors == []


def test_it_asks_no_other_host_for_anything(opened: Visit) -> None:
    assert opened.outside == []


def test_it_never_scrolls_sideways(opened: Visit) -> None:
    width = opened.page.viewport_size["width"]
    boxes = ".fl section, .fl .tile, .fl figure, .fl p, .fl svg, .fl li"  # what they cut off is inside them
    widest = f"Math.max(...[...document.querySelectorAll('{boxes}')].map(e => e.getBoundingClientRect().right))"
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.page.evaluate(widest) <= width + 1


def test_an_accessibility_check_finds_nothing_serious(opened: Visit) -> None:
    assert serious(opened.page) == []


def test_names_from_outside_are_text(opened: Visit) -> None:
    assert opened.page.evaluate("window.evil") is None


@pytest.mark.parametrize("name", TABS)
def test_every_tab_shows_the_figures_of_the_farm_and_fits(visits: dict[str, Visit], name: str) -> None:
    opened = visits[name]
    expected = {
        "Overview": "system_performance said this.",
        "Anomalies": "Tunnel fan 2 is not moving air",
        "Causes": "Pressure fell with the fan",
        "Forecast": "1899 to 1901",
        "Models": "PR-AUC .10 against .12",
        "System performance": "97.0 % of 2016 attempts",
    }
    for title, said in expected.items():
        opened.page.click(f".fl-tabs button >> text={title}")
        opened.page.wait_for_selector(f".insights >> text={said}", timeout=90_000)
        test_it_never_scrolls_sideways(opened)
        test_an_accessibility_check_finds_nothing_serious(opened)
    test_it_logs_no_error(opened)
    test_it_asks_no_other_host_for_anything(opened)
    test_names_from_outside_are_text(opened)
    heights = "[...document.querySelectorAll('.fl-tabs button')].map(e => e.getBoundingClientRect().height)"
    assert min(opened.page.evaluate(heights)) >= 44


def test_eight_houses_and_two_rooms_fit_a_wall_screen(visits: dict[str, Visit]) -> None:
    page = visits["overview on a wall"].page
    assert page.locator(".farm").count() == 3
    assert page.locator(".farm .tile").count() == 10
    assert page.evaluate("document.documentElement.scrollHeight") <= 720


def test_on_a_phone_every_house_can_be_told_by_its_name(visits: dict[str, Visit]) -> None:
    names = visits["overview on a phone"].page.locator(".farm .tile h3 .cut")
    cut = [name.inner_text() for name in names.all() if name.evaluate("one => one.scrollWidth > one.clientWidth + 1")]
    assert names.count() == 10
    assert cut == []


def test_a_finding_is_drawn_over_its_time(visits: dict[str, Visit]) -> None:
    page = visits["house on a screen"].page
    plot, span = (page.locator(f".day {name}").first.bounding_box() for name in (".plot", ".span"))
    began = (span["x"] - plot["x"]) / plot["width"]
    assert 20.5 / 24 < began < 21.1 / 24, "three hours ago"
    assert abs(span["x"] + span["width"] - plot["x"] - plot["width"]) < 20


def test_tap_targets_are_large_enough(visits: dict[str, Visit]) -> None:
    heights = "[...document.querySelectorAll('a.tile, select')].map(e => e.getBoundingClientRect().height)"
    for name in ("overview on a phone", "house on a phone"):
        assert min(visits[name].page.evaluate(heights)) >= 44


def test_it_renews_itself_when_something_comes_in(visits: dict[str, Visit], settings: Settings) -> None:
    now = clock.now()
    row = {"house": 2, "sensor": "Average_Temperature", "time": [pd.Timestamp(now)], "value": 41.7}
    with Store.open(settings) as store:
        store.write("Hillside", pd.DataFrame(row), learned_at=now + timedelta(seconds=1))
    page = visits["house on a screen"].page
    page.select_option("select", label="Hillside · House 2")
    page.wait_for_function("document.querySelector('.live')?.innerText.includes('41.7')", timeout=90_000)
    before = page.get_attribute(".fl", "data-drawn")
    page.wait_for_function(f"document.querySelector('.fl').dataset.drawn !== '{before}'", timeout=90_000)


def test_a_tile_leads_to_its_house(visits: dict[str, Visit]) -> None:
    page = visits["overview on a phone"].page
    page.click("a.tile >> text=House 7")
    page.wait_for_selector(".fl .live", timeout=90_000)
    assert "House 7 is in order." in page.inner_text(".fl h1")


@pytest.mark.parametrize("path", ["voila/render/overview.ipynb", "voila/render/house.ipynb?token=wrong", ""])
def test_without_the_token_nothing_is_shown(server: str, path: str) -> None:
    with urllib.request.urlopen(f"{server}/{path}", timeout=90) as answer:
        assert answer.url.startswith(f"{server}/login")
        assert b"Hillside" not in answer.read()


@pytest.mark.parametrize("path", ["voila/files/overview.ipynb", "voila/files/../../pyproject.toml", "api/contents"])
def test_it_hands_out_no_files(server: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{server}/{path}?token={TOKEN}", timeout=90)
    refused.value.close()
    assert refused.value.code in (403, 404)


def test_the_browser_is_told_to_load_nothing_from_elsewhere(server: str) -> None:
    with urllib.request.urlopen(f"{server}/?token={TOKEN}", timeout=90) as answer:
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert b"overview.ipynb" in answer.read()


def test_the_configuration_with_the_token_is_the_owners_alone(server: str, settings: Settings) -> None:
    assert Path(settings.data / "voila" / "voila.json").stat().st_mode & 0o077 == 0
