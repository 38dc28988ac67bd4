"""``farmlab analyse anomaly`` as a person types it: no farm, no home, any table."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from farmlab.cli import analyse, main
from farmlab.errors import FarmLabError
from tests.analyse.kit import FAST, room, stuck, written
from tests.cli.kit import Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal.of(tmp_path / "nowhere", analyse)


def test_a_table_in_and_tables_and_a_page_out(terminal: Terminal, tmp_path: Path) -> None:
    frame = pd.concat([stuck(room()), room().iloc[[3]]])
    path, out = written(tmp_path, frame), tmp_path / "out"
    said = terminal.type("analyse", "anomaly", str(path), "--out", str(out), "--model", FAST)
    lines = [line for line in said.splitlines() if not line.startswith("  ")]
    assert lines[0].startswith("Warning: 1 row repeats a time")
    assert "First: T1, stuck since 7 Mar 2026 00:00" in lines[1]
    assert "expected by chance" in lines[2]
    assert any(line.startswith("Assumed: The 2 columns are taken as neighbours") for line in lines)
    assert {path.name for path in out.iterdir()} == {"scores.csv", "episodes.csv", "report.html"}
    assert not (tmp_path / "nowhere").exists()


def test_too_little_history_is_in_the_first_line(terminal: Terminal, tmp_path: Path) -> None:
    said = terminal.type("analyse", "anomaly", str(written(tmp_path, room(2))), "--out", str(tmp_path / "out"))
    first = next(line for line in said.splitlines() if not line.startswith("  "))
    assert first.startswith("Warning: Too little history")


def test_the_answer_for_a_program(terminal: Terminal, tmp_path: Path) -> None:
    path = written(tmp_path, stuck(room()).assign(room="x"))
    answer = terminal.ask(
        "analyse", "anomaly", str(path), "--out", str(tmp_path / "o"), "--model", FAST, "--value", "T1"
    )
    assert answer["state"] == "critical"
    assert answer["episodes_by_severity"]["critical"] == answer["episodes"] == 1
    (sensor,) = answer["sensors"]
    assert sensor["sensor"] == "T1"
    assert sensor["expected_false_episodes_per_day"] > 0
    assert [Path(output).name for output in answer["outputs"]] == ["scores.csv", "episodes.csv", "report.html"]


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("", (), "the file is empty"),
        ("time,temp\n2026-01-01,1\n2026-01-02,2\n", ("--value", "tmep"), "Did you mean 'temp'"),
        ("time,temp\n2026-01-01,1\n2026-01-02,2\n", ("--model", "layerd"), "Did you mean 'layered'"),
        ("time,temp\n2026-01-01,1\n", (), "one time only"),
    ],
)
def test_a_refusal_is_one_sentence(
    tmp_path: Path, text: str, options: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SystemExit) as ended:
        main(["analyse", "anomaly", str(path), "--out", str(tmp_path / "out"), *options])
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert ended.value.code == 1
    assert error.startswith("Error: ")
    assert said in error
    assert not (tmp_path / "out" / "scores.csv").exists()


def test_wrong_usage_ends_with_2(terminal: Terminal, tmp_path: Path) -> None:
    terminal.type("analyse", "anomaly", str(written(tmp_path, room(1))), code=2)


def test_options_say_what_is_what(terminal: Terminal, tmp_path: Path) -> None:
    rooms = pd.concat([stuck(room()).assign(barn="a"), room(seed=3).assign(barn="b")])
    path = written(tmp_path, rooms.rename(columns={"time": "when"}))
    words = ("--time", "when", "--group", "barn", "--timezone", "Europe/Berlin", "--train-until", "2026-03-05 00:00")
    answer = terminal.ask("analyse", "anomaly", str(path), "--out", str(tmp_path / "o"), "--model", FAST, *words)
    assert {(one["sensor"], one["place"]) for one in answer["sensors"]} == {
        ("T1@a", "a"), ("T2@a", "a"), ("T1@b", "b"), ("T2@b", "b"),
    }  # fmt: skip
    assert answer["zone"] == "Europe/Berlin"
    assert "Learned until 2026-03-05 00:00" in " ".join(answer["assumptions"])


def test_errors_are_of_the_tree(terminal: Terminal, tmp_path: Path) -> None:
    with pytest.raises(FarmLabError, match="No such file"):
        terminal.type("analyse", "anomaly", str(tmp_path / "none.csv"), "--out", str(tmp_path / "o"))


def test_the_summary_is_plain_json(terminal: Terminal, tmp_path: Path) -> None:
    path = written(tmp_path, room(1))
    said = terminal.type("analyse", "anomaly", str(path), "--out", str(tmp_path / "o"), "--json")
    assert json.loads(said)["verdict"].startswith("Nothing could be judged")
