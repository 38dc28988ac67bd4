"""Sync and import, typed as a person types them."""

from __future__ import annotations

from pathlib import Path

import pytest

from farmlab import clock
from farmlab.cli import intake, records
from farmlab.errors import ConfigError, UnknownName, UnreadableTable
from farmlab.simulator.gateway import Traps
from tests.cli.kit import Terminal
from tests.simulator.served import PASSWORD, USER, ZONE, Hand, served


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("FARMLAB_RETRY_S", "0")
    monkeypatch.setenv("ROTEM_PASSWORD", PASSWORD)
    return Terminal.of(tmp_path / "home", records, intake)


def add(terminal: Terminal, url: str) -> None:
    terminal.type(
        *("farm", "add", "Hillside", "--integration", "rotem", "--timezone", ZONE),
        *("--set", f"base_url={url}", "--set", f"username={USER}", "--secret", "password=env:ROTEM_PASSWORD"),
    )


def test_a_poll_and_its_raw_answer(terminal: Terminal) -> None:
    with served(now=Hand(clock.now())) as gateway:
        add(terminal, gateway.url)
        assert "Hillside: success" in terminal.type("sync", "Hillside")
        (run,) = terminal.ask("sync")
        assert run["status"] == "success"
        gateway.traps = Traps(blocked=True)
        text = terminal.type("sync", code=1)
        assert "Hillside: failed." in text
        assert "blocked" in text
    raw = terminal.type("payload", "show", "Hillside")
    assert "FarmHouses" in raw
    assert PASSWORD not in raw
    assert terminal.type("payload", "show", "Hillside", "--sync", str(run["id"])) == raw
    with pytest.raises(UnknownName, match="no answer of sync 999"):
        terminal.type("payload", "show", "Hillside", "--sync", "999")


def test_without_an_integration_there_is_nothing_to_poll(terminal: Terminal) -> None:
    assert "No farm has an integration" in terminal.type("sync")
    terminal.type("farm", "add", "Barn", "--houses", "1")
    with pytest.raises(ConfigError, match="farmlab import FILE"):
        terminal.type("sync", "Barn")


def test_a_file_is_taken_in_and_what_was_assumed_is_said(terminal: Terminal, tmp_path: Path) -> None:
    terminal.type("farm", "add", "Barn", "--houses", "1", "--timezone", "Europe/Berlin")
    path = tmp_path / "r.csv"
    path.write_text("stamp;T1;rH\n01/02/2026 00:00;70;50\n01/02/2026 00:05;=cmd();51\n")
    text = terminal.type("import", str(path), "--farm", "Barn", "--map", "T1=temp:F:north", "--dates", "dmy")
    assert "T1: temperature north, F" in text
    assert "taken as those of Europe/Berlin" in text
    assert "Barn: success, 3 new, 0 seen before, 1 rejected." in text
    assert str(terminal.home / "quarantine") in text
    told = terminal.ask(
        "import", str(path), "--farm", "Barn", "--map", "T1=temp:F:north", "--dates", "dmy", "--known-as", "now"
    )
    assert (told["new"], told["seen"], told["rejected"], told["known_as"]) == (0, 3, 1, "now")
    assert Path(told["quarantine"]).is_file()


def test_a_file_that_cannot_be_taken_in_says_why(terminal: Terminal, tmp_path: Path) -> None:
    terminal.type("farm", "add", "Barn", "--houses", "1")
    with pytest.raises(UnreadableTable, match="No such file"):
        terminal.type("import", str(tmp_path / "nothing.csv"), "--farm", "Barn")
    with pytest.raises(ConfigError, match="NAME=METRIC"):
        terminal.type("import", str(tmp_path), "--farm", "Barn", "--map", "x")
    terminal.type("import", str(tmp_path), "--farm", "Barn", "--known-as", "guessed", code=2)


def test_secrets_are_sealed_anew(terminal: Terminal) -> None:
    assert terminal.ask("secrets", "rotate") == {"resealed": 0}


def test_a_growing_file_is_found_from_every_folder(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "logger.csv").write_text("time,temp\n2026-02-01 00:00,20.5\n2026-02-01 00:05,20.6\n")
    monkeypatch.chdir(tmp_path)
    terminal.type("farm", "add", "Logger", "--integration", "csv_file", "--set", "path=logger.csv", "--timezone", "UTC")
    monkeypatch.chdir("/")
    assert "Logger: success, 2 new" in terminal.type("sync")
