"""Documentation is executed: the layer picture is redrawn, every command in it is known, every link leads somewhere."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_layer_picture_is_drawn_from_the_checked_layers() -> None:
    spec = importlib.util.spec_from_file_location("pictures", ROOT / "docs" / "pictures.py")
    assert spec is not None
    assert spec.loader is not None
    pictures = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(pictures)
    assert (ROOT / "docs" / "layers.svg").read_text() == pictures.layers_svg()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake(?: [A-Z]+=\S+)* ([a-z]+)\b(?=[^a-z ]|$)", "\n".join(commands(page))))
    assert named <= targets


def test_sentences_of_the_troubleshooting_page_are_said() -> None:
    source = "\n".join(path.read_text() for path in (ROOT / "farmlab").rglob("*.py"))
    told = re.findall(r"^\|[^|*]*\*([^*]+)\*", (ROOT / "docs" / "troubleshooting.md").read_text(), re.MULTILINE)
    parts = [part.strip() for sentence in told for part in re.split(r"…|'[^']*'", sentence)]
    assert len(told) > 5
    assert [part for part in parts if len(part) > 1 and part.rstrip("?") not in source] == []


def commands(page: Path) -> list[str]:
    """The lines of the ``sh`` blocks of a page, continued lines joined."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines() if line and line[0] != "#"]
