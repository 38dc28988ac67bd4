"""An executed notebook as the body of a page: its prose and outputs, without the code, without scripts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, escape

from farmlab.publish import assets
from farmlab.publish.escape import clean_html, clean_svg

if TYPE_CHECKING:
    from pathlib import Path

    from nbconvert.exporters import HTMLExporter

_BANNER: Final = "papermill-error-cell-tag"
_HIDDEN: Final = frozenset({_BANNER, "parameters", "injected-parameters", "hide"})
_FIRST_HEADING: Final = re.compile(r"\A\s*# .*\n?")
_TABLE: Final = re.compile(r"<table\b.*?</table>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Body:
    """What a notebook says: the question of its first cell, everything it shows, and its code."""

    question: Markup
    main: Markup
    code: tuple[str, ...]


NOTHING: Final = Body(Markup(), Markup(), ())


def body(path: Path) -> Body:
    """The body of the executed notebook at ``path``; empty when the run left none.

    The verdict and the note of the last cell are not repeated: they stand in the page's header.
    """
    import nbformat

    if not path.is_file():
        return NOTHING
    notebook = nbformat.read(path, as_version=4)
    code = tuple(cell.source for cell in notebook.cells if cell.cell_type == "code" and not _tags(cell) & {_BANNER})
    cells = [cell for cell in notebook.cells if not _tags(cell) & _HIDDEN]
    question, shown = _question(cells), [cell for cell in cells[1:] if _is_shown(cell)]
    notebook.cells = shown
    html, _ = _exporter(assets.template_folder()).from_notebook_node(notebook)
    return Body(question, Markup(html), code)  # noqa: S704 (the exporter cleans every output)


def recolour(svg: str) -> str:
    """The drawing with the colours of the palette as variables, so that dark is designed as well.

    Colours that are variables already stay as they are.
    """
    from farmlab.figures.style import PALETTE

    for name, colour in PALETTE.items():
        variable = f"var(--{name.replace('_', '-')}, {colour})"
        svg = re.sub(rf"(?<!, ){colour}(?![0-9a-f])", variable, svg, flags=re.IGNORECASE)
    return svg


def drawing(svg: str, alt: str) -> Markup:
    """A drawing for the page: harmless, in the page's colours, with its sentence."""
    return clean_svg(recolour(svg), alt=alt)


def _question(cells: list[Any]) -> Markup:
    from nbconvert.filters import markdown2html

    if not cells or cells[0].cell_type != "markdown":
        return Markup()
    return clean_html(markdown2html(_FIRST_HEADING.sub("", cells[0].source)))


def _is_shown(cell: Any) -> bool:
    if cell.cell_type != "code":
        return bool(cell.cell_type == "markdown")
    failed = any(output.output_type == "error" for output in cell.outputs)
    return failed or bool(cell.outputs and not _is_said_above(cell))


def _is_said_above(cell: Any) -> bool:
    """Whether the page's header says it: the verdict alone, or the note of ``record``."""
    lines = cell.source.strip().splitlines()
    return "verdict()" in lines[-1] or "record(" in cell.source


def _tags(cell: Any) -> set[str]:
    return set(cell.metadata.get("tags", ()))


@cache
def _exporter(folder: Path) -> HTMLExporter:
    from nbconvert.exporters import HTMLExporter

    exporter = HTMLExporter(template_name=folder.name, extra_template_basedirs=[str(folder.parent)], sanitize_html=True)
    exporter.exclude_input = exporter.exclude_input_prompt = exporter.exclude_output_prompt = True
    exporter.exclude_anchor_links = True
    exporter.register_filter("harmless", lambda html: _scrolling(clean_html(html)))
    exporter.register_filter("figure", _figure)
    exporter.register_filter("picture", _picture)
    return exporter


def _scrolling(html: str) -> str:
    """Tables scroll inside themselves, also by keyboard."""
    frame = '<div class="scroll" tabindex="0" role="region" aria-label="Table">{}</div>'
    return _TABLE.sub(lambda table: frame.format(table[0]), html)


def _figure(output: Any) -> str:
    alt = _alt(output, "image/svg+xml")
    figure = f'<figure class="figure" tabindex="0">{drawing(output.data["image/svg+xml"], alt)}</figure>'
    return f'<details class="fold"><summary>{escape(alt)}</summary>{figure}</details>' if _is_folded(output) else figure


def _is_folded(output: Any) -> bool:
    return output.metadata.get("folded") is True


def _picture(output: Any, kind: str) -> str:
    data = re.sub(r"[^A-Za-z0-9+/=]", "", output.data[kind])
    return f'<figure class="figure"><img src="data:{kind};base64,{data}" alt="{escape(_alt(output, kind))}"></figure>'


def _alt(output: Any, kind: str) -> str:
    """The sentence of a figure: said beside it, else the title in the drawing."""
    said = output.metadata.get("alt") or output.metadata.get(kind, {}).get("alt")
    title = re.search(r"<(?:dc:)?title>\s*([^<]+?)\s*</", str(output.data[kind])[:4000])
    return str(said or (title[1] if title else "Figure"))
