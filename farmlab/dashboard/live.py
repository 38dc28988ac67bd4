"""A page in a notebook that renews itself: the kernel reads the store again, the browser only shows."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

import ipywidgets as widgets
from IPython.display import display

from farmlab import clock, config
from farmlab.dashboard import house as house_page
from farmlab.dashboard import overview as overview_page
from farmlab.dashboard import render
from farmlab.dashboard.insights import TABS, named
from farmlab.dashboard.source import Source
from farmlab.errors import FarmLabError
from farmlab.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from farmlab.config import Settings

EVERY_S: Final = 15.0


@dataclass
class Page:
    """HTML that is drawn from the store again and again. ``draw`` says what it shows at a moment."""

    settings: Settings
    draw: Callable[[Source, datetime], str]
    shown: widgets.HTML = field(default_factory=widgets.HTML)
    _source: Source | None = None

    def renew(self) -> None:
        """Draw it as of now; what stands in the way is said on the page."""
        try:
            if self._source is None:
                self._source = Source(Store.open(self.settings, read_only=True), self.settings.runs)
            self.shown.value = self.draw(self._source, clock.now())
        except FarmLabError as error:
            self.shown.value = render.trouble(str(error.what), error.next_step)
        except Exception as error:  # a page that stopped renewing itself would go on showing what was
            self.shown.value = render.unforeseen(error)

    async def keep_renewing(self, every_s: float = EVERY_S) -> None:
        """Draw it again every few seconds, for ever."""
        while True:
            await asyncio.sleep(every_s)
            self.renew()


def overview() -> None:
    """Show all farms, and keep them up to date."""
    page = Page(config.load(), lambda source, at: render.overview(overview_page.read(source, at=at)))
    _show(page)


def house(query: str | None = None) -> None:
    """Show the house that the address asks for (``?farm=…&house=…``), with a list to choose another one."""
    asked = parse_qs(os.environ.get("QUERY_STRING", "") if query is None else query)
    wanted = (asked.get("farm", [""])[0], asked.get("house", [""])[0])
    settings = config.load()
    chooser = widgets.Dropdown(options=[], description="House")
    chooser.add_class("fl-choose")

    def draw(source: Source, at: datetime) -> str:
        _offer(chooser, house_page.choices(source.store), wanted)
        if chooser.value is None:
            return render.trouble("There is no house yet.", "Add a farm with: farmlab farm add NAME.")
        farm, number = chooser.value
        return render.house(house_page.read(source, farm, number, at=at))

    page = Page(settings, draw)
    page.renew()
    chooser.observe(lambda _: page.renew(), names="value")
    _show(page, chooser)


def insights(query: str | None = None) -> None:
    """Show the tab that the address asks for (``?tab=…``), with the others to choose."""
    asked = parse_qs(os.environ.get("QUERY_STRING", "") if query is None else query)
    tabs = widgets.ToggleButtons(
        options=[(tab.title, tab.key) for tab in TABS], value=named(asked.get("tab", [""])[0]).key
    )
    tabs.add_class("fl-tabs")

    def draw(source: Source, at: datetime) -> str:
        tab = named(tabs.value)
        return render.insights(tab, tab.read(source, at))

    page = Page(config.load(), draw)
    tabs.observe(lambda _: page.renew(), names="value")
    _show(page, tabs)


def _offer(chooser: widgets.Dropdown, choices: list[tuple[str, tuple[str, int]]], wanted: tuple[str, str]) -> None:
    """Bring the list up to date, keep what is chosen, and begin with what was asked for."""
    if list(chooser.options) == choices:
        return
    keys = [key for _, key in choices]
    now = chooser.value
    fitting = [key for key in keys if key == now or (now is None and (key[0], str(key[1])) == wanted)]
    chooser.options = choices
    chooser.value = next(iter([*fitting, *keys]), None)


def _show(page: Page, *above: widgets.Widget) -> None:
    page.renew()
    display(widgets.HTML(render.style()), *above, page.shown)  # type: ignore[no-untyped-call]
    _tasks.add(asyncio.get_running_loop().create_task(page.keep_renewing()))


_tasks: Final[set[asyncio.Task[None]]] = set()
"""Kept, since the loop itself holds tasks only weakly."""
