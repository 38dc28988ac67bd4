from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farmlab.publish.escape import clean_html, clean_svg

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">{}</svg>'
HOSTILE = """\
<script>
</script>
alert(1)
<img src=x onerror=alert(1)>
<svg onload=alert(1)>
<style>
</style>
<iframe src=//x>
<a href='javascript:alert(1)'>
<math>
<title>
<!--
-->
<table><td>
<foreignObject>
<form action=//x>
<meta http-equiv=refresh>
<link rel=stylesheet href=//x>
<b
text
>"""
PIECES = st.lists(st.sampled_from(HOSTILE.splitlines()), max_size=12).map("".join)


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ('<b onclick="x()">31</b>', "<b>31</b>"),
        ("a<script>alert(1)</script>b", "ab"),
        ("<style>*{display:none}</style>c", "c"),
        ('<a href="javascript:alert(1)">d</a>', "<a>d</a>"),
        ('<a href="https://example.org/x">e</a>', "<a>e</a>"),
        ('<a href="//example.org">f</a>', "<a>f</a>"),
        ('<a href="../index.html#top">g</a>', '<a href="../index.html#top">g</a>'),
        ('<img src="https://example.org/x.png" alt="h">', '<img alt="h">'),
        ('<img src="data:image/png;base64,AAAA" alt="i">', '<img src="data:image/png;base64,AAAA" alt="i">'),
        ('<p style="color: red; position: fixed">j</p>', '<p style="color: red;">j</p>'),
        ('<p style="color: red; background: url(//x)">j</p>', "<p>j</p>"),
        ('<form action="//x"><input></form>k', "k"),
        ('<p style="background-color: url(https://x)">l</p>', "<p>l</p>"),
        (r'<p style="width: \75 rl(https://x)">m</p>', "<p>m</p>"),
        ('<svg><path fill="url(https://x)"></path></svg>n', "<svg><path></path></svg>n"),
        ('<b title="url(x)">o</b>', '<b title="url(x)">o</b>'),
    ],
)
def test_what_runs_loads_or_leaves_the_page_goes(html: str, kept: str) -> None:
    assert clean_html(html) == kept


def test_small_drawings_in_html_stay() -> None:
    assert "<polyline" in clean_html('<svg viewBox="0 0 9 9"><polyline points="0,0 9,9"></polyline></svg>')


@settings(deadline=None)
@given(PIECES)
def test_no_mixture_of_hostile_pieces_runs(html: str) -> None:
    cleaned = clean_html(html).lower()
    tags = re.findall(r"<[a-z][^>]*>", cleaned)
    assert not [
        tag for tag in tags if re.match(r"<(script|style|iframe|form|meta|link|math|title|foreignobject)\b", tag)
    ]
    assert not [tag for tag in tags if re.search(r"\son\w+=|javascript:|src=.x", tag)]


def test_a_drawing_gets_its_sentence_and_keeps_its_shapes() -> None:
    drawn = clean_svg(SVG.format('<path d="M0 0" style="stroke: #000"/>'), alt='31 °C "at" <noon>')
    root = ElementTree.fromstring(drawn)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == '31 °C "at" <noon>'
    assert "M0 0" in drawn


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<foreignObject><b>x</b></foreignObject>",
        '<path onclick="alert(1)"/>',
        '<image xlink:href="https://example.org/x.png"/>',
        '<use href="//example.org/x#a"/>',
        "<style>@import url(//example.org)</style>",
        '<path style="fill: url(https://example.org/x)"/>',
        '<a xlink:href="javascript:alert(1)"><path/></a>',
        r'<path style="fill: \75rl(https://example.org/x)"/>',
        r'<path fill="u\72l(https://example.org/x)"/>',
        """<g style="background-image: image-set('https://example.org/x.png' 1x)"/>""",
    ],
)
def test_what_is_no_part_of_a_drawing_goes(inside: str) -> None:
    drawn = clean_svg(SVG.format(inside), alt="a")
    assert not re.search(r"script|alert|example\.org|foreignObject|@import", drawn)


def test_a_name_that_looks_like_an_address_stays_in_its_drawing() -> None:
    assert "Fan url(3) javascript: 4" in clean_svg(SVG.format("<text>Fan url(3) javascript: 4</text>"), alt="a")


def test_two_drawings_do_not_borrow_each_others_parts() -> None:
    inside = '<defs><path id="a" d="{}"/><path id="unused"/></defs><use xlink:href="#a"/><g clip-path="url(#a)"/>'
    one, two = (clean_svg(SVG.format(inside.format(shape)), alt="a") for shape in ("M0 0", "M1 1"))
    (first,), (second,) = (re.findall(r' id="([^"]+)"', drawn) for drawn in (one, two))
    assert first != second
    assert f'href="#{first}"' in one
    assert f"url(#{first})" in one


@pytest.mark.parametrize("text", ["no drawing", "<svg", "<b xmlns='http://www.w3.org/2000/svg'/>"])
def test_what_is_no_drawing_comes_out_as_its_sentence(text: str) -> None:
    assert clean_svg(text, alt="<it>") == "<p>&lt;it&gt;</p>"


def test_it_shrinks_with_the_page_but_does_not_grow() -> None:
    drawn = clean_svg('<svg viewBox="0 0 9 9" width="72pt" height="9pt"></svg>', alt="a")
    root = ElementTree.fromstring(drawn)
    assert "width" not in root.attrib
    assert "height" not in root.attrib
    assert "max-width: 72pt" in root.attrib["style"]
