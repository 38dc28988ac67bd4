"""Outputs of notebooks, made harmless: what a page may show is listed, everything else goes.

Names and cells from outside may have found their way into any output. The page's Content-Security-Policy
is the second wall.
"""

from __future__ import annotations

import re
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree

import bleach
from bleach.css_sanitizer import CSSSanitizer
from markupsafe import Markup

if TYPE_CHECKING:
    from bleach.sanitizer import Cleaner

_TAGS: Final = (
    "a abbr article aside b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure"
    " h1 h2 h3 h4 h5 h6 hr i img kbd li mark ol p pre s samp section small span strong sub summary sup table tbody"
    " td tfoot th thead time tr tt u ul var svg g path polyline polygon line rect circle ellipse text tspan"
)
_DRAWING: Final = (
    "viewBox viewbox width height x y x1 x2 y1 y2 cx cy r rx ry d points transform fill stroke stroke-width"
    " stroke-dasharray stroke-linecap stroke-linejoin stroke-opacity fill-opacity opacity text-anchor"
    " dominant-baseline font-size font-weight preserveAspectRatio preserveaspectratio focusable"
)
_EVERYWHERE: Final = frozenset({"class", "title", "role", "lang", "dir", "tabindex"})
_OWN: Final = {
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "scope"},
    "col": {"span"},
    "details": {"open"},
    "time": {"datetime"},
    "ol": {"start"},
}
_STYLES: Final = (
    "color background-color border-color fill stroke text-align vertical-align width min-width max-width height"
    " font-weight font-style font-size white-space padding margin opacity display"
)
_BLOCKS: Final = re.compile(r"<(script|style|title|iframe|object|template)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_IMAGE: Final = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+")
_WITHIN: Final = re.compile(r"(?!//)[\w./-]*(?:#[\w.-]*)?")
_LENGTH: Final = re.compile(r"[\d.]+(?:pt|px)?")

_SVG: Final = "http://www.w3.org/2000/svg"
_SVG_TAGS: Final = (
    "svg g defs path polyline polygon line rect circle ellipse text tspan use clipPath title desc symbol marker"
    " linearGradient radialGradient stop pattern mask image"
)
_OUTSIDE: Final = re.compile(
    r"\\|url\((?!\s*['\"]?#)|(?:image|image-set|cross-fade|src)\(|@import|expression\(|javascript:", re.IGNORECASE
)
"""What may load from elsewhere, in a style or in an attribute that is read as one; a backslash could hide it."""


def clean_html(html: str) -> Markup:
    """The HTML with nothing in it that runs, loads or leaves the page.

    >>> clean_html('<b onclick="x()">31 °C</b><script>alert(1)</script>')
    Markup('<b>31 °C</b>')
    """
    return Markup(_cleaner().clean(_BLOCKS.sub("", html)))  # noqa: S704 (this is where it becomes safe)


def clean_svg(svg: str, *, alt: str) -> Markup:
    """The drawing as one element of the page, with its sentence for those who cannot see it.

    Ids are made its own, so that two drawings on a page do not borrow each other's parts. What is no
    drawing comes out as its sentence.
    """
    named = svg if "xmlns=" in svg else svg.replace("<svg", f'<svg xmlns="{_SVG}"', 1)
    try:
        root = ElementTree.fromstring(named)  # noqa: S314 (expat refuses entities that multiply)
    except ElementTree.ParseError:
        return Markup("<p>{}</p>").format(alt)
    if root.tag != f"{{{_SVG}}}svg":
        return Markup("<p>{}</p>").format(alt)
    _keep_drawing(root)
    _own_ids(root, "f" + blake2b(svg.encode(), digest_size=4).hexdigest())
    width = root.attrib.pop("width", "")
    root.attrib |= {"role": "img", "aria-label": alt}
    if "viewBox" in root.attrib and _LENGTH.fullmatch(width):  # it may shrink with the page, but does not grow
        del root.attrib["height"]
        root.attrib["style"] = f"max-width: {width}; stroke-linejoin: round"
    ElementTree.register_namespace("", _SVG)
    return Markup(ElementTree.tostring(root, encoding="unicode"))  # noqa: S704


@cache
def _cleaner() -> Cleaner:
    return bleach.Cleaner(
        tags=_TAGS.split(),
        attributes=_allowed,
        protocols={"http", "https", "mailto", "data"},
        css_sanitizer=CSSSanitizer(allowed_css_properties=_STYLES.split(), allowed_svg_properties=[]),
        strip=True,
        strip_comments=True,
    )


def _allowed(tag: str, name: str, value: str) -> bool:
    if name == "src":
        return tag == "img" and _IMAGE.fullmatch(value) is not None
    if name == "href":
        return tag == "a" and _WITHIN.fullmatch(value) is not None
    if name == "style" or name in _DRAWING.split():
        return not _OUTSIDE.search(value)
    return name in _EVERYWHERE or name.startswith("aria-") or name in _OWN.get(tag, ())


def _keep_drawing(element: Any) -> None:
    """Remove, in place, every element and attribute that is no part of a drawing."""
    for child in list(element):
        if _local(child.tag) in _SVG_TAGS.split():
            _keep_drawing(child)
        else:
            element.remove(child)
    for name, value in list(element.attrib.items()):
        del element.attrib[name]
        if _harmless(name, value):
            element.attrib[_local(name)] = value  # HTML knows href, and no namespaces


def _harmless(name: str, value: str) -> bool:
    if _local(name) == "href":
        return value.startswith("#") or _IMAGE.fullmatch(value) is not None
    return not name.lower().startswith("on") and not _OUTSIDE.search(value)


def _own_ids(root: Any, prefix: str) -> None:
    """Prefix the ids that are referred to; drop the others."""
    used = set(re.findall(r"#([\w.-]+)", " ".join(value for item in root.iter() for value in item.attrib.values())))
    for element in root.iter():
        name = element.attrib.pop("id", None)
        if name in used:
            element.attrib["id"] = f"{prefix}-{name}"
        for key, value in element.attrib.items():
            if "#" in value and (key == "href" or "url(" in value):
                element.attrib[key] = re.sub(r"#(?=[\w.-])", f"#{prefix}-", value)


def _local(tag: object) -> str:
    """The name without its namespace; comments have none."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
