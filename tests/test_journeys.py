"""The commands of README and docs, run in order, page by page, on a small farm with a real gateway and real kernels."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from farmlab import config
from farmlab.cli import demo, main, outside, scoring
from farmlab.domain import Category, Finding
from farmlab.store import Store
from tests.test_docs import PAGES, ROOT, commands

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.timeout(900)

ELSEWHERE = {
    # started and ended by tests of their own, or too long for this one
    "farmlab up": "tests/cli/test_serve.py",
    "farmlab lab": "tests/cli/test_serve.py",
    "farmlab run --due": "tests/cli/test_notebooks.py",
    "farmlab models evaluate": "tests/cli/test_models.py",
    "farmlab analyse failure": "tests/analyse/test_failure.py",
    "farmlab run anomaly --farm Hillside --from": "tests/cli/test_notebooks.py",
}
PASSWORD = "ROTEM_PASSWORD"
FINDING = "F1a2b3c4d5"
"""Stands for the id of a finding in the pages."""


@dataclass(frozen=True)
class Place:
    """A home with the demo's farms, and the address of the gateway that runs meanwhile."""

    settings: config.Settings
    url: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home = tmp_path_factory.mktemp("journeys") / "home"
    settings = config.Settings(home=home, database_url=None)
    with demo.prepared(settings, demo.Steps(4), houses=3, days=9, seed=outside.SEED) as (_, _, url):
        yield Place(settings, url)


def lines(page: Path) -> list[str]:
    return [line for line in commands(page) if line.startswith("farmlab ")]


@pytest.mark.parametrize("page", [page for page in PAGES if lines(page)], ids=lambda page: page.name)
def test_every_command_of_the_page_works(
    page: Path, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(PASSWORD, outside.password_file(place.settings.home).read_text())
    monkeypatch.setenv("FARMLAB_NOTEBOOKS", str(ROOT / "notebooks"))
    (tmp_path / "readings.csv").write_text((ROOT / "data" / "sample" / "room.csv").read_text())
    for line in lines(page):
        if any(line.startswith(start) for start in ELSEWHERE):
            continue
        words = shlex.split(adapted(line, place))[1:]
        with pytest.raises(SystemExit) as ended:
            main(["--home", str(place.settings.home), *words])
        said = capsys.readouterr()
        allowed = (0, 1) if words[-1] in ("status", "doctor") else (0,)  # 1: something is late, which is said
        assert ended.value.code in allowed, f"{line}\n{said.out}\n{said.err}"
        assert "Traceback" not in said.err, line


def adapted(line: str, place: Place) -> str:
    """The command for this farm: another address, another user, no second home."""
    line = line.replace("https://rotemnetweb.com", place.url).replace("me@example.org", outside.USER)
    line = line.replace("--home data/demo ", "")
    return line.replace(FINDING, finding(place)) if FINDING in line else line


def finding(place: Place) -> str:
    """The id of a finding that is made for the pages which speak of one."""
    fan = Finding(
        category=Category.FAILURE, kind="fan_loss", house=1, subject="exhaust fans", title="Fan 2 moves no air",
        start=datetime(2026, 7, 1, tzinfo=UTC), check=("Look at the belt",),
    )  # fmt: skip
    with Store.open(place.settings) as store:
        (kept,) = store.save_findings(demo.FARM, [fan], source="journey", at=fan.start, close_absent=False)
    return kept.id


@pytest.mark.parametrize("name", ["README.md", "docs/notebooks.md", "docs/storage.md"])
def test_python_of_the_page_works(name: str, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FARMLAB_HOME", str(place.settings.home))
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / name).read_text(), re.MULTILINE | re.DOTALL)
    assert blocks
    exec("\n".join(blocks), {})


def test_commands_that_are_run_elsewhere_have_their_tests() -> None:
    for command, path in ELSEWHERE.items():
        assert command.split()[1] in (ROOT / path).read_text()


def test_labels_of_the_simulator_are_matched_with_findings(place: Place) -> None:
    from datetime import UTC, datetime

    every = scoring.labels(
        place.settings.home, start=datetime(2000, 1, 1, tzinfo=UTC), until=datetime(2100, 1, 1, tzinfo=UTC)
    )
    with Store.open(place.settings) as store:
        score = scoring.compare(every, store.findings(demo.FARM))
    assert len(score.found) + len(score.missed) == len(every)
    assert f"{len(every)} injected" in scoring.in_words(score)


def test_no_analysis_knows_where_the_labels_are() -> None:
    for folder in ("features", "models", "quality", "findings", "figures", "analyses", "dashboard", "publish", "runs"):
        for path in (ROOT / "farmlab" / folder).rglob("*.py"):
            assert "labels.json" not in path.read_text(), path
    for path in (ROOT / "notebooks").rglob("*.ipynb"):
        assert "labels.json" not in path.read_text()
