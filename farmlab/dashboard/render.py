"""View objects into HTML. Every name is escaped by the templates; nothing here is marked safe but our own style."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

if TYPE_CHECKING:
    from farmlab.dashboard.house import HousePage
    from farmlab.dashboard.insights.stored import Shown, Tab
    from farmlab.dashboard.overview import Overview

TEMPLATES = Path(__file__).parent / "templates"


def overview(view: Overview) -> str:
    """The overview as HTML."""
    return environment(TEMPLATES).get_template("overview.html.j2").render(view=view)


def house(view: HousePage) -> str:
    """The page of a house as HTML."""
    return environment(TEMPLATES).get_template("house.html.j2").render(view=view)


def insights(tab: Tab, view: Shown) -> str:
    """A tab of the insights as HTML."""
    return environment(TEMPLATES).get_template(tab.template).render(view=view, key=tab.key)


def trouble(sentence: str, next_step: str = "") -> str:
    """A page that says why there is nothing to see."""
    return environment(TEMPLATES).get_template("trouble.html.j2").render(sentence=sentence, next_step=next_step)


def unforeseen(error: Exception) -> str:
    """A page that cannot be drawn for a reason that nobody thought of; the error's own words may tell too much."""
    said = f"This page cannot be drawn now ({type(error).__name__})."
    return trouble(said, "It tries again by itself; if this stays, tell whoever looks after FarmLab.")


@cache
def style() -> str:
    """The style of all pages, as an element."""
    return f"<style>{(TEMPLATES / 'style.css').read_text()}</style>"


@cache
def environment(folder: Path) -> Environment:
    """The templates of a folder, which escape whatever is put into them and miss nothing silently."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
