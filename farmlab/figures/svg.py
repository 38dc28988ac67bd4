"""A figure as SVG that fits its page: responsive, themed by variables, with its sentence as alternative text."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from hashlib import blake2b
from html import escape
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl

from farmlab.figures.style import PALETTE, RC
from farmlab.text import one_line

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_NAMES: Final = {colour: name.replace("_", "-") for name, colour in PALETTE.items()}
_COLOUR: Final = re.compile("|".join(_NAMES))
_TAG: Final = re.compile(r"<[^<>]+>")
_ID: Final = re.compile(r' id="([^"]*)"')
_FONT: Final = re.compile(r"font-family: [^;\"]+")
_PATH: Final = re.compile(r' d="([^"]*)"')
_DECIMALS: Final = re.compile(r"(\.\d)\d+")
_SPACE: Final = re.compile(r"\s*\n\s*")
_HEAD: Final = re.compile(r'\A.*?viewBox="0 0 ([\d.]+) ([\d.]+)"[^>]*>(?:\s*<metadata>.*?</metadata>)?', re.DOTALL)
_PAGE_WIDE: Final = re.compile(r"<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL)
_NO_METADATA: Final = {"Date": None, "Creator": None, "Format": None, "Type": None}


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure for a notebook or a page: SVG, and the sentence that it shows.

    JupyterLab, nbconvert and Voila show it when it is the last line of a cell. A ``folded`` one stands on a page
    as its sentence, which opens it. ``figure`` is the matplotlib figure, for those who want to go on drawing.
    """

    svg: str
    alt: str
    folded: bool = False
    figure: Figure | None = field(default=None, compare=False, repr=False)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        return {"image/svg+xml": self.svg, "text/plain": self.alt}, {
            "image/svg+xml": {"alt": self.alt},
            "alt": self.alt,
            "folded": self.folded,
        }


def picture(figure: Figure, alt: str) -> Picture:
    """The figure as a picture that says ``alt``."""
    return Picture(themed_svg(figure, alt), one_line(alt, limit=400), figure=figure)


def themed_svg(figure: Figure, alt: str) -> str:
    """The figure as one inline ``<svg>``, the same for the same figure.

    Text stays text, each colour of the palette becomes ``var(--name, #hex)``, ids are the drawing's own,
    and the drawing shrinks with its page.
    """
    sink = io.StringIO()
    with mpl.rc_context(dict(RC)):  # type: ignore[arg-type]
        figure.savefig(sink, format="svg", metadata=_NO_METADATA)
    plain = _PAGE_WIDE.sub("", sink.getvalue(), count=1)
    used = frozenset(re.findall(r"(?:href=\"#|url\(#)([\w.-]+)", plain))
    prefix = "f" + blake2b(f"{alt}{plain}".encode(), digest_size=4).hexdigest() + "-"
    themed = _TAG.sub(lambda tag: _themed(tag[0], prefix, used), plain)
    return _SPACE.sub(" ", _HEAD.sub(lambda head: _opening(head[1], head[2], alt), themed, count=1)).strip()


def _themed(tag: str, prefix: str, used: frozenset[str]) -> str:
    slim = _PATH.sub(lambda path: f' d="{_slim(path[1])}"', tag)
    own = _ID.sub(lambda name: f' id="{prefix}{name[1]}"' if name[1] in used else "", slim)
    fonts = _FONT.sub("font-family: system-ui, sans-serif", own)
    coloured = _COLOUR.sub(lambda colour: f"var(--{_NAMES[colour[0]]}, {colour[0]})", fonts)
    return re.sub(r"(href=\"#|url\(#)", rf"\1{prefix}", coloured)


def _slim(path: str) -> str:
    """The path to a tenth of a pixel; after a move, points follow by lines without saying so."""
    rounded = _DECIMALS.sub(r"\1", path).replace("\n", "")
    return rounded if "C" in rounded or "Q" in rounded else rounded.replace("L ", "")


def _opening(width: str, height: str, alt: str) -> str:
    said = escape(one_line(alt, limit=400))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' viewBox="0 0 {width} {height}" width="{width}px" height="{height}px"'
        ' style="max-width: 100%; height: auto; stroke-linejoin: round" role="img"'
        f' aria-label="{said}"><title>{said}</title>'
    )
