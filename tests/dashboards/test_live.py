from __future__ import annotations

import asyncio

import ipywidgets
import pytest

from farmlab import clock, config
from farmlab.dashboard import live, render
from farmlab.dashboard.source import Source
from farmlab.domain import Farm, House
from farmlab.errors import StoreError
from farmlab.store import Store
from tests.dashboards import farms


@pytest.fixture
def shown(monkeypatch):
    """What a notebook displays, in order."""
    widgets: list[ipywidgets.Widget] = []
    monkeypatch.setattr(live, "display", lambda *given: widgets.extend(given))
    return widgets


@pytest.fixture
def home():
    """The home of this test, with the room and a farm of three houses, one of them named by an enemy."""
    settings = config.load()
    with Store.open(settings) as store:
        farms.fill(store, clock.now(), folder=settings.runs / "f", houses=3)
    return settings


def run(work, *arguments):
    async def once():
        work(*arguments)

    asyncio.run(once())
    live._tasks.clear()


def test_the_overview_is_shown_with_its_style(home, shown):
    run(live.overview)
    style, page = shown
    assert style.value == render.style()
    assert "One house needs you today" in page.value


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("farm=Hillside&house=2", ("Hillside", 2)),
        ("token=x&house=1&farm=Room", ("Room", 1)),
        ("farm=Hillside&house=77", ("Hillside", 1)),
        ("farm=%3Cscript%3E&house=x", ("Hillside", 1)),
        ("", ("Hillside", 1)),
    ],
)
def test_the_address_chooses_the_house(home, shown, query, expected):
    run(live.house, query)
    _, chooser, page = shown
    assert chooser.value == expected
    assert f"{expected[0]} · " in page.value


def test_choosing_another_house_draws_it_at_once(home, shown):
    run(live.house, "farm=Hillside&house=1")
    _, chooser, page = shown
    chooser.value = ("Room", 1)
    assert "Office is in order." in page.value


def test_a_house_that_is_added_can_be_chosen_and_the_choice_stays(home, shown):
    run(live.house, "farm=Hillside&house=2")
    _, chooser, _ = shown
    with Store.open(home) as store:
        store.save_house("Hillside", House(number=4))
    live._offer(chooser, [*chooser.options, ("Hillside · House 4", ("Hillside", 4))], ("", ""))
    assert chooser.value == ("Hillside", 2)


def test_without_a_database_it_says_so_and_recovers(shown):
    page = live.Page(config.load(), lambda source, at: f"{len(source.store.farms())} farms")
    page.renew()
    assert "there is no database yet" in page.shown.value
    with Store.open(config.load()) as store:
        store.add_farm(Farm(name="Hill"))
    page.renew()
    assert page.shown.value == "1 farms"


def test_without_a_house_the_house_page_says_what_to_do(shown):
    with Store.open(config.load()):
        pass
    run(live.house)
    assert "There is no house yet." in shown[-1].value


def test_it_renews_itself(home):
    page, drawn = live.Page(config.load(), lambda source, at: "page"), []
    page.draw = lambda source, at: drawn.append(at) or "page"

    async def watch():
        renewing = asyncio.create_task(page.keep_renewing(every_s=0.01))
        while len(drawn) < 4 and not renewing.done():
            await asyncio.sleep(0.01)
        renewing.cancel()

    asyncio.run(watch())
    assert len(drawn) > 3


def test_a_fault_of_ours_is_said_and_the_page_goes_on(home):
    page, faults = live.Page(config.load(), lambda source, at: "page"), [KeyError("<b>secret</b>")]

    def draw(source, at):
        if faults:
            raise faults.pop()
        return "page"

    page.draw = draw
    page.renew()
    assert "cannot be drawn now (KeyError)" in page.shown.value
    assert "secret" not in page.shown.value
    page.renew()
    assert page.shown.value == "page"


def test_a_dashboard_cannot_write(home):
    def write(source: Source, at: object) -> str:
        source.store.add_farm(Farm(name="intruder"))
        return "written"

    page = live.Page(config.load(), write)
    page.renew()
    assert page.shown.value != "written"
    with Store.open(home) as store, pytest.raises(Exception, match="intruder"):
        store.farm("intruder")
    with Store.open(home, read_only=True) as store, pytest.raises(StoreError):
        store.add_farm(Farm(name="intruder"))
