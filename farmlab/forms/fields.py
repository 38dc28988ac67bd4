"""The fields of which forms are made: names from outside are shown as text, whatever they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def button(label: str, clicked: Callable[[], None], *, title: str = "", primary: bool = False) -> widgets.Button:
    """A button; ``title`` tells it from others of the same label."""
    made = widgets.Button(description=label, tooltip=title or label, button_style="primary" if primary else "")
    made.on_click(lambda _: clicked())
    return made


def text(label: str, hint: str = "") -> widgets.Text:
    """A line to write in; ``hint`` stands in it while it is empty."""
    return widgets.Text(description=label, placeholder=hint)


def chooser(label: str, options: Sequence[tuple[str, Any]], value: object) -> widgets.Dropdown:
    """One of several."""
    return widgets.Dropdown(description=label, options=list(options), value=value)
