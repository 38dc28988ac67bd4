from __future__ import annotations

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from farmlab import clock
from farmlab.cli import context, notebooks
from farmlab.errors import BadParameter, UnknownName
from tests.cli.kit import Terminal
from tests.runs.kit import NOON, Bench, add_farm, good_verdict, write_notebook


@pytest.fixture
def terminal(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setattr("farmlab.watch.verdict", good_verdict)
    return Terminal.of(bench.settings.home, notebooks)


def test_a_notebook_dropped_in_is_listed_with_its_parameters(bench: Bench, terminal: Terminal) -> None:
    assert terminal.type("notebooks") == "No notebook yet.\n"
    write_notebook(bench.analyses, "warmth")
    said = terminal.type("notebooks")
    assert "warmth: Warmth (hourly, per farm; for managers)" in said
    assert "hours      int    24        length of the window" in said
    (described,) = terminal.ask("notebooks")
    assert described["name"] == "warmth"
    assert [item["name"] for item in described["parameters"]][:2] == ["farm", "house"]


def test_a_broken_notebook_is_listed_with_what_it_lacks(bench: Bench, terminal: Terminal) -> None:
    write_notebook(bench.analyses, "broken", record="1")
    assert "cannot be run: the last cell does not record" in terminal.type("notebooks", code=1)


def test_a_notebook_dropped_in_runs_and_is_published(bench: Bench, terminal: Terminal) -> None:
    write_notebook(bench.analyses)
    said = terminal.type("run", "warmth", "--farm", "Hillside", "--until", "2026-07-01 14:00+02:00", "-p", "day=4")
    (run,) = bench.store.runs()
    assert run.parameters["until"] == NOON.isoformat()
    assert "warmth, Hillside: done. Day 4" in said
    assert str(bench.settings.site / run.page) in said


def test_the_only_farm_need_not_be_named(bench: Bench, terminal: Terminal) -> None:
    write_notebook(bench.analyses)
    (answer,) = terminal.ask("run", "warmth", "-p", "house=2")
    assert (answer["farm"], answer["house"], answer["status"]) == ("Hillside", 2, "done")
    add_farm(bench.store, "Valley")
    assert "Hillside, Valley" in terminal.type("run", "warmth", code=2)


def test_a_misspelt_parameter_names_the_right_one(bench: Bench, terminal: Terminal) -> None:
    write_notebook(bench.analyses)
    with pytest.raises(BadParameter, match="Did you mean 'house'"):
        terminal.type("run", "warmth", "--farm", "Hillside", "-p", "huose=1")
    with pytest.raises(UnknownName, match="Did you mean 'warmth'"):
        terminal.type("run", "warmt", "--farm", "Hillside")
    assert bench.store.runs() == []


def test_the_end_is_now_or_the_newest_reading_of_a_farm_by_hand(bench: Bench, terminal: Terminal) -> None:
    write_notebook(bench.analyses)
    add_farm(bench.store, "Room", integration="none")
    bench.read(NOON, farm="Room")
    (room,) = terminal.ask("run", "warmth", "--farm", "Room")
    assert room["parameters"]["until"] == NOON.isoformat()
    (live,) = terminal.ask("run", "warmth", "--farm", "Hillside")
    assert clock.now() - clock.parse_time(live["parameters"]["until"]) < timedelta(minutes=5)


def test_a_failed_run_is_exit_code_1(bench: Bench, terminal: Terminal) -> None:
    write_notebook(bench.analyses, code="1 / 0")
    assert "failed. warmth: ZeroDivisionError" in terminal.type("run", "warmth", code=1)


def test_whatever_is_due_runs_once(bench: Bench, terminal: Terminal) -> None:
    write_notebook(bench.analyses)
    assert [item["status"] for item in terminal.ask("run", "--due")] == ["done"]
    assert terminal.type("run", "--due") == "Nothing is due.\n"


def test_nothing_new_is_said(bench: Bench, terminal: Terminal) -> None:
    write_notebook(bench.analyses)
    bench.read(NOON)
    terminal.type("run", "warmth")
    assert "warmth, Hillside: nothing new." in terminal.type("run", "warmth")
    assert "done" in terminal.type("run", "warmth", "--force", "--house", "0")


def test_wrong_usage_is_exit_code_2(terminal: Terminal) -> None:
    terminal.type("run", code=2)
    terminal.type("run", "warmth", "--due", code=2)
    terminal.type("run", "warmth", "--house", "-1", code=2)


@pytest.mark.parametrize("words", [("--farm", "Hillside"), ("--house", "1"), ("--force",), ("-p", "day=1")])
def test_what_is_due_is_not_narrowed(bench: Bench, terminal: Terminal, words: tuple[str, ...]) -> None:
    write_notebook(bench.analyses)
    assert "give it alone" in terminal.type("run", "--due", *words, code=2)
    assert bench.store.runs() == []


def test_the_past_is_run_moment_by_moment_and_its_values_are_gathered(bench: Bench, terminal: Terminal) -> None:
    write_notebook(bench.analyses, code='assert until[:10] != "2026-06-02", "no such day"')
    bench.read(NOON)
    span = ("run", "warmth", "--from", "2026-06-01 06:00", "--to", "2026-06-03 06:00", "--every", "1d")
    said = terminal.type(*span, code=1)
    assert "1/3  2026-06-01 06:00 done. Day 0" in said
    assert "3 moments: 2 run, 0 kept from before, 1 failed: 2026-06-02 06:00." in said
    again = terminal.type(*span, code=1)
    assert "2 kept from before, 1 failed" in again
    write_notebook(bench.analyses)
    context.begin(home=bench.settings.home, debug=False)
    answer = CliRunner().invoke(terminal.app, [*span, "--force", "--json"])
    values = [(slot["slot"][:10], slot["values"]["temp_c"], slot["findings"]) for slot in json.loads(answer.stdout)]
    assert values == [(f"2026-06-0{day}", 20.0, 1) for day in (1, 2, 3)]
    assert "3/3" in answer.stderr


@pytest.mark.parametrize("words", [("--to", "2026-06-01"), ("--from", "2026-06-01", "--until", "2026-06-02")])
def test_a_span_and_a_single_end_are_not_mixed(bench: Bench, terminal: Terminal, words: tuple[str, ...]) -> None:
    write_notebook(bench.analyses)
    terminal.type("run", "warmth", *words, code=2)
