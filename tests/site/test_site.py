"""A published site, whole: ``pytest tests/site --site data/demo/site`` after ``make demo``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import faults

if TYPE_CHECKING:
    pass

pytestmark = pytest.mark.browser

MEBIBYTE = 1 << 20
ANALYSES = ("daily_report", "data_quality", "anomaly", "forecast")


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest) -> Path:
    given = request.config.getoption("--site")
    if not given:
        pytest.skip("no site was given: pytest tests/site --site FOLDER")
    return Path(given).resolve()


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def newest(site: Path) -> list[Path]:
    """The index, and the newest report of every farm and analysis."""
    folders = {page.parent for page in pages(site) if page.parent.name in ANALYSES}
    return [site / "index.html", *(max(set(folder.glob("*.html")) - {folder / "index.html"}) for folder in folders)]


def test_every_analysis_of_both_farms_is_there(site: Path) -> None:
    farms = {page.parent.parent.name for page in pages(site) if page.parent.name in ANALYSES}
    assert len(farms) == 2
    for farm in farms:
        assert {page.parent.name for page in (site / farm).rglob("*.html")} >= set(ANALYSES), farm


def test_pages_are_small_and_ask_nobody_for_anything(site: Path) -> None:
    for page in pages(site):
        text = page.read_text()
        assert len(text.encode()) <= MEBIBYTE, page
        assert not re.search(r"<script|(?:src|href)=\"https?:|@import|url\(\s*['\"]?https?:", text), page


def test_simulated_data_are_called_so_and_real_ones_are_not(site: Path) -> None:
    for page in newest(site)[1:]:
        said = "simulated" in page.read_text()
        assert said == (page.parent.parent.name == "Hillside"), page


def test_every_figure_has_its_sentence(site: Path) -> None:
    for page in newest(site):
        drawings = re.findall(r"<svg\b[^>]*>", page.read_text())
        assert all(re.search(r'aria-label="[^"]{5,}"', drawing) for drawing in drawings), page


def test_links_lead_somewhere(site: Path) -> None:
    for page in pages(site):
        for link in re.findall(r'href="([^"#]+)"', page.read_text()):
            assert (page.parent / link).exists(), f"{page}: {link}"


def test_pages_hold_in_a_browser(site: Path, browser: Any) -> None:
    for path in newest(site):
        assert faults(browser, path.as_uri()) == [], path
