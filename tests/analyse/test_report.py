"""The page of a one-shot analysis: the answer first, all that was assumed, and nothing from outside."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from farmlab import analyse
from farmlab.analyse import report
from farmlab.analyse.output import GENERATOR
from tests.analyse.kit import DAY, FAST, NOW, read, room, stuck
from tests.browser import faults

HOSTILE = "<script>alert(1)</script>"


def page_of(folder: Path, frame: pd.DataFrame, **options: Any) -> str:
    data = read(folder, frame)
    looked = analyse.look(data, **{"model": FAST, **options})
    return analyse.write_report(folder, data, looked, at=NOW).read_text()


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report on two sensors of which one is stuck, has no value for a while, and has a hostile name."""
    folder = tmp_path_factory.mktemp("report")
    frame = stuck(room(columns=(HOSTILE, "T2")), HOSTILE, rows=150)
    frame.loc[7 * DAY + 100 :, "T2"] = np.nan
    frame["off"] = 3
    page_of(folder, frame)
    return folder / "report.html"


def test_the_page_says_everything(shown: Path) -> None:
    text = re.sub(r"<style>.*?</style>", "", shown.read_text(), flags=re.DOTALL)
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text))
    headline = re.search(r"<h1>(.*?)</h1>", text)
    assert headline
    assert "First: &lt;script&gt;alert(1)&lt;/script&gt;, stuck since 7 Mar 2026 00:00" in headline[1]
    for words in (
        "are to be expected by chance",
        "Not judged: off, it has one value throughout (3).",
        "What to look at first",
        "Every sensor",
        "What could not be judged",
        "taken as neighbours in one place",
        "The first 3 days (or 100 steps, if longer) are learned from",
        "what is flagged is not learned from",
    ):
        assert words in said, words
    assert GENERATOR in text


def test_the_page_is_one_harmless_file(shown: Path) -> None:
    text = shown.read_text()
    assert len(text.encode()) <= 1 << 20
    assert "<script" not in text
    assert not re.findall(r"(?:src|href)\s*=\s*[\"'](?!#|data:)[^\"']*", text)
    assert not re.findall(r"url\((?!#)", text)


def test_every_figure_says_what_it_shows(shown: Path) -> None:
    drawings = re.findall(r"<svg\b[^>]*>", shown.read_text())
    assert len(drawings) >= 3
    assert all('aria-label="' in drawing for drawing in drawings)


def test_a_page_of_many_sensors_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "MOST_SERIES", 2)
    assert "3 more sensors are in scores.csv" in page_of(tmp_path, room(1, columns=tuple("abcde")))


def test_a_page_that_would_be_too_large_has_fewer_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = page_of(tmp_path, stuck(room()))
    monkeypatch.setattr(report, "LARGEST", len(whole) - 1000)
    less = page_of(tmp_path, stuck(room()))
    assert len(less) < len(whole) - 1000
    assert "is repeated since" in less


def test_a_page_without_anything_judged_says_so(tmp_path: Path) -> None:
    text = page_of(tmp_path, room(1))
    assert re.search(r"<h1>Nothing could be judged: too little history", text)
    assert "disqualified" in text


@pytest.mark.browser
def test_the_page_holds_in_a_browser(browser: Any, shown: Path) -> None:
    assert faults(browser, shown.as_uri()) == []
