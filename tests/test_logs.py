"""The log: JSON lines with ids, without secrets, a file a day, the old ones gone."""

from __future__ import annotations

import json
from pathlib import Path

from farmlab import config, logs


def test_lines_carry_ids_and_no_secrets(tmp_path: Path) -> None:
    settings = config.load(tmp_path)
    with logs.writing(settings, hide=['hunt"er22'], sync=7) as log, logs.context(house=3):
        log.info("login with %s\nfailed", 'hunt"er22')
    (path,) = settings.logs.glob("*.jsonl")
    (line,) = path.read_text().splitlines()
    told = json.loads(line)
    assert told["message"] == "login with •••\nfailed"
    assert (told["sync"], told["house"], told["level"]) == (7, 3, "info")


def test_an_exception_is_told_with_its_trace(tmp_path: Path) -> None:
    settings = config.load(tmp_path)
    with logs.writing(settings) as log:
        try:
            raise ValueError("nonsense")
        except ValueError:
            log.exception("it failed")
    (path,) = settings.logs.glob("*.jsonl")
    assert "ValueError: nonsense" in json.loads(path.read_text())["trace"]


def test_old_files_go_and_the_handler_is_let_go(tmp_path: Path) -> None:
    settings = config.load(tmp_path)
    settings.logs.mkdir(parents=True)
    old, other = settings.logs / "2020-01-01.jsonl", settings.logs / "notes.txt"
    old.write_text("{}\n")
    other.write_text("mine")
    with logs.writing(settings) as log:
        log.info("one")
    assert not old.exists()
    assert other.exists()
    assert logs.LOGGER.handlers == []


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    settings = config.load(tmp_path)
    settings.logs.parent.mkdir(parents=True, exist_ok=True)
    settings.logs.write_text("a file where the folder should be")
    with logs.writing(settings) as log:
        log.info("one")
    assert settings.logs.read_text() == "a file where the folder should be"
