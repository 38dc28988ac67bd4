from __future__ import annotations

import re

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from farmlab.figures import Picture, picture, themed_svg
from farmlab.figures.style import DARK, PALETTE, SERIES, drawn, head, number, sheet
from tests.figures.pages import HOSTILE, parsed, texts


@drawn
def drawing(title: str = "A sentence") -> Figure:
    figure, (panel,) = sheet([80], title=title)
    head(panel, "temperature", unit="°C")
    panel.plot([1, 2, 3], [3, 1, 2], color=PALETTE["series_1"], marker="s")
    return figure


def brightness(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((brightness(one), brightness(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [PALETTE, DARK], ids=["light", "dark"])
def test_words_and_lines_can_be_read(colours: dict[str, str]) -> None:
    for name in ("ink", "muted", "expected", "ok", "warning", "critical"):
        assert contrast(colours[name], colours["paper"]) >= 4.5, name
    for name in SERIES:
        assert contrast(colours[name], colours["paper"]) >= 3, name


def test_each_colour_has_one_name_in_light_and_dark() -> None:
    assert set(DARK) == set(PALETTE)
    assert len(set(PALETTE.values())) == len(PALETTE)
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in PALETTE.values())


def test_the_drawing_fits_its_page_and_says_its_sentence() -> None:
    root = parsed(picture(drawing(), 'House "3" < 4 & \\1'))
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'House "3" < 4 & \\1'
    assert root[0].tag.endswith("title")
    assert root[0].text == 'House "3" < 4 & \\1'
    width, height = root.get("viewBox", "").split()[2:]
    assert (root.get("width"), root.get("height")) == (f"{width}px", f"{height}px")
    assert "max-width: 100%; height: auto" in root.get("style", "")


def test_every_colour_is_a_variable_with_the_light_one_behind() -> None:
    svg = themed_svg(drawing(), "x")
    assert f"var(--series-1, {PALETTE['series_1']})" in svg
    assert f"var(--sheet, {PALETTE['sheet']})" in svg
    assert re.findall(r"(?<!, )(?<![(\"])#[0-9a-f]{6}", svg) == []


def test_text_stays_text_in_the_fonts_of_the_page() -> None:
    shown = picture(drawing(), "x")
    assert "temperature, °C" in texts(shown)
    assert set(re.findall(r"font-family: ([^;\"]+)", shown.svg)) == {"system-ui, sans-serif"}


def test_two_drawings_on_a_page_share_no_ids_and_each_is_the_same_every_time() -> None:
    first, second = themed_svg(drawing(), "one"), themed_svg(drawing(), "two")
    ids = [set(re.findall(r' id="([^"]+)"', svg)) for svg in (first, second)]
    assert ids[0]
    assert ids[0].isdisjoint(ids[1])
    for svg, own in zip((first, second), ids, strict=True):
        assert set(re.findall(r"(?:url\(#|href=\"#)([^\")]+)", svg)) == own
    assert themed_svg(drawing(), "one") == first


def test_nothing_of_the_drawing_reaches_the_page_or_the_net() -> None:
    svg = themed_svg(drawing(HOSTILE), HOSTILE)
    assert "<script" not in svg
    assert "<style" not in svg
    assert "\x1b" not in svg
    assert "\u202e" not in svg
    assert set(re.findall(r"https?://[^\"' ]+", svg)) == {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "".join(texts(picture(drawing(HOSTILE), "x"))).count("$x^{2$") == 1


def test_long_sentences_go_on_in_the_next_line_above_the_panels() -> None:
    short, long = drawing("short"), drawing("many words " * 30)
    assert long.get_figheight() > short.get_figheight()
    assert max(len(text) for text in texts(picture(long, "x"))) <= 84


def test_a_notebook_is_given_the_drawing_and_its_sentence() -> None:
    shown = picture(drawing(), "The sentence")
    data, metadata = shown._repr_mimebundle_()
    assert data == {"image/svg+xml": shown.svg, "text/plain": "The sentence"}
    assert metadata["image/svg+xml"] == {"alt": "The sentence"}
    assert shown == Picture(shown.svg, "The sentence")


def test_settings_of_matplotlib_are_left_as_they_were() -> None:
    before = dict(mpl.rcParams)
    themed_svg(drawing(), "x")
    assert dict(mpl.rcParams) == before


def test_numbers_as_people_write_them() -> None:
    assert [
        number(value, digits)
        for value, digits in ((12345.678, 0), (0.5, None), (1000.0, None), (float("inf"), 1), (-3.0, 0))
    ] == [
        "12\u202f346",
        "0.5",
        "1\u202f000",
        "–",
        "−3",
    ]
