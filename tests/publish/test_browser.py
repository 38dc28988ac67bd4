"""Pages in Chromium: no request, no sideways scrolling at 360 px, nothing that an accessibility check minds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from farmlab import publish
from farmlab.domain import Verdict, VerdictState
from farmlab.store import Store
from tests.browser import faults
from tests.publish.test_pages import TABLE
from tests.runs.kit import NOON, Bench, write_notebook

pytestmark = pytest.mark.browser

DRAW = """\
from farmlab.figures.style import PALETTE, drawn, sheet
from farmlab.figures.svg import picture

@drawn
def draw():
    figure, (axes,) = sheet([120], title="House 2 is warmer than its set point")
    axes.plot([1, 2, 4], color=PALETTE["series_1"])
    return picture(figure, "House 2 is warmer than its set point")"""
RECORD = f"""\
{DRAW}
{TABLE}
from datetime import datetime
from farmlab.domain import *
from farmlab.results import record
found = Finding(category=Category.FAILURE, kind="fan_loss", house=2, subject="tunnel fan 2", score=0.9,
                start=datetime.fromisoformat(until), title="tunnel fan 2 does not move air", check=("the belt",),
                severity=Severity.CRITICAL, data={{"drawing": draw().svg}})
record(run_dir, summary="One house needs you", values={{"weight_g": 1800.0 + day}}, findings=[found],
       tables={{"houses": table}})"""


def warned(store: Store, farm: str, house: int, until: Any) -> Verdict:
    return Verdict(
        state=VerdictState.WARNING,
        reasons=("No data from house 1 since 09:40.",),
        coverage=0.9,
        newest=until,
        start=until - timedelta(hours=24),
        until=until,
    )


@pytest.fixture
def site(bench: Bench) -> dict[str, str]:
    """The addresses of an index, a good page, a failed page and a history."""
    bench.read(NOON)
    path = write_notebook(bench.analyses, code=DRAW, record=RECORD)
    bench.run(at=NOON - timedelta(hours=1), verdict_of=warned, parameters={"day": 1})
    good = bench.run(verdict_of=warned)
    path.write_text(path.read_text().replace("figure, (axes,)", "1 / 0; figure, (axes,)"))
    failed = bench.run(at=NOON + timedelta(hours=1), verdict_of=warned)
    index = publish.publish_index(bench.store, bench.settings, NOON + timedelta(hours=1))
    pages = {"index": "index.html", "good": good.page, "failed": failed.page, "history": "Hillside/warmth/index.html"}
    return {name: (index.parent / page).as_uri() for name, page in pages.items()}


def test_pages_hold_in_a_browser(browser: Any, site: dict[str, str]) -> None:
    for name, address in site.items():
        assert faults(browser, address) == [], name


def test_the_policy_of_a_page_stops_scripts(browser: Any, site: dict[str, str]) -> None:
    page = browser.new_page()
    page.goto(site["index"])
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"document.title = 1\">')")
    page.wait_for_timeout(200)
    assert page.title() == "FarmLab"
    page.close()


def test_tap_targets_are_large_enough(browser: Any, site: dict[str, str]) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    for address in (site["index"], site["good"]):
        page.goto(address)
        heights = page.eval_on_selector_all(
            ".reports a, summary, .path a", "all => all.map(one => one.getBoundingClientRect().height)"
        )
        assert heights
        assert min(heights) >= 44
    page.close()


def test_the_findings_drawing_follows_the_colour_scheme(browser: Any, site: dict[str, str]) -> None:
    colours = set()
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        page.goto(site["index"])
        colours.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        colours.add(page.eval_on_selector(".finding svg text", "one => getComputedStyle(one).fill"))
        context.close()
    assert len(colours) == 4
