"""The templates and the style sheet: one folder, ``reports/template`` of the workspace or of the package."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup

from farmlab.config import workspace
from farmlab.errors import ConfigError
from farmlab.publish import words

if TYPE_CHECKING:
    from collections.abc import Mapping


def template_folder() -> Path:
    """Where the templates are.

    Raises
    ------
    ConfigError
        Neither the workspace nor the package has them.
    """
    places = (workspace() / "reports" / "template", Path(__file__).parent / "template")
    for place in places:
        if (place / "style.css").is_file():
            return place
    raise ConfigError(
        "the page templates are missing", where=str(places[0]), next_step="Bring reports/template back from the clone."
    )


def render(template: str, **values: object) -> str:
    """A page from its template; every value is escaped, unless it was made safe before."""
    return _environment(template_folder()).get_template(template).render(style=style_sheet(), **values)


def style_sheet() -> Markup:
    """The style sheet, with the colours of the figures in front, for light and dark."""
    from farmlab.figures.style import DARK, PALETTE

    colours = f":root{{{_variables(PALETTE)}}}\n@media (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}\n"
    print_colours = f"@media print{{:root{{{_variables(PALETTE)}}}}}\n"
    css = (template_folder() / "style.css").read_text(encoding="utf-8")
    return Markup(colours + print_colours + css)  # noqa: S704 (our own files)


def write(path: Path, text: str) -> Path:
    """Write a file so that a reader sees the old one or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
    return path


def _variables(colours: Mapping[str, str]) -> str:
    return "".join(f"--{name.replace('_', '-')}:{value};" for name, value in colours.items())


@cache
def _environment(folder: Path) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(value=words.value, sentence=words.sentence)
    return environment
