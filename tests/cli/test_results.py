from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from farmlab import actions, clock
from farmlab.cli import results
from farmlab.domain import ActionStatus, Category, Finding, Hypothesis, Sensor
from farmlab.errors import ConfigError, DataError, UnknownName
from tests.cli.kit import Terminal
from tests.runs.kit import NOON, Bench


@pytest.fixture(autouse=True)
def _weeks_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=20))


@pytest.fixture
def terminal(bench: Bench) -> Terminal:
    return Terminal.of(bench.settings.home, results)


@pytest.fixture
def found(bench: Bench) -> str:
    """The id of a finding with two steps to take."""
    seen = Finding(
        category=Category.FAILURE,
        kind="fan_loss",
        house=2,
        subject="tunnel fan 2",
        start=NOON,
        title="tunnel fan 2 does not\x1b[31m move air",
        why=(Hypothesis(cause="belt off", confidence=0.8, evidence="no air"),),
        check=("the belt", "the breaker"),
    )
    (saved,) = bench.store.save_findings("Hillside", [seen], source="test", at=NOON)
    return saved.id


class TestFindings:
    def test_open_ones_are_listed_on_the_farms_clock(self, bench: Bench, terminal: Terminal, found: str) -> None:
        bench.store.update_farm(replace(bench.store.farm("Hillside"), timezone="Europe/Berlin"))
        said = terminal.type("findings", "list")
        for word in (found, "Hillside", "warning", "2026-07-01 14:00", "open", "tunnel fan 2 does not"):
            assert word in said
        assert "\x1b" not in said
        assert [item["id"] for item in terminal.ask("findings", "list")] == [found]

    @pytest.mark.parametrize("options", [("--house", "1"), ("--category", "sensor")])
    def test_others_are_left_out(self, terminal: Terminal, found: str, options: tuple[str, str]) -> None:
        assert terminal.type("findings", "list", *options) == "Nothing is open.\n"

    def test_a_category_that_there_is_not_is_wrong_usage(self, terminal: Terminal, found: str) -> None:
        assert "'optimisation'" in terminal.type("findings", "list", "--category", "advice", code=2)

    def test_one_is_shown_with_why_and_what_was_said(self, terminal: Terminal, found: str) -> None:
        terminal.type("findings", "ack", found, "--note", "on my way", "--by", "Ann")
        said = terminal.type("findings", "show", found)
        for word in ("why: belt off (80%) no air", "check: the breaker", "Ann: acknowledged on my way", "score 0.50"):
            assert word in said
        assert terminal.ask("findings", "show", found)["history"][-1]["by"] == "Ann"

    @pytest.mark.parametrize(
        ("words", "status"),
        [
            (("ack",), "acknowledged"),
            (("resolve", "--note", "new belt"), "resolved"),
            (("snooze", "--hours", "2"), "snoozed"),
        ],
    )
    def test_somebody_says_where_it_stands(
        self, terminal: Terminal, found: str, words: tuple[str, ...], status: str
    ) -> None:
        assert terminal.ask("findings", words[0], found, *words[1:])["status"] == status

    @pytest.mark.parametrize(
        ("answer", "status"), [("true", "acknowledged"), ("false", "false_alarm"), ("known", "known")]
    )
    def test_feedback_is_kept_and_sets_the_status(
        self, bench: Bench, terminal: Terminal, found: str, answer: str, status: str
    ) -> None:
        assert terminal.ask("findings", "feedback", found, answer, "--by", "Ann")["status"] == status
        (kept,) = bench.store.feedback(found)
        assert (kept.answer, kept.by) == (answer, "Ann")

    def test_over_is_over_unless_all_are_asked_for(self, terminal: Terminal, found: str) -> None:
        terminal.type("findings", "resolve", found)
        assert terminal.ask("findings", "list") == []
        assert len(terminal.ask("findings", "list", "--all")) == 1

    def test_what_it_means_where_it_stands_is_said(self, terminal: Terminal, found: str) -> None:
        terminal.type("findings", "snooze", found, "--hours", "2")
        assert "it sleeps until" in terminal.type("findings", "show", found)
        terminal.type("findings", "feedback", found, "known")
        said = terminal.type("findings", "show", found)
        assert "it is no alert again while it lasts, nor when it comes back within 30 days" in said
        assert f"findings reopen {found}" in said
        assert [item["id"] for item in terminal.ask("findings", "list", "--status", "known")] == [found]
        assert terminal.ask("findings", "reopen", found)["status"] == "open"

    def test_what_answers_do_to_its_limit_is_said(self, terminal: Terminal, found: str) -> None:
        terminal.type("findings", "feedback", found, "false", "--by", "Ann")
        said = terminal.type("findings", "show", found)
        assert "fan_loss of tunnel fan 2 has a limit 1.25 times the usual" in said
        assert "Ann: false_alarm answered false" in said
        assert terminal.ask("findings", "show", found)["limit_times"] == 1.25
        with pytest.raises(DataError, match="answered false already, by Ann"):
            terminal.type("findings", "feedback", found, "false")

    def test_what_makes_no_sense_is_refused_in_a_sentence(self, terminal: Terminal, found: str) -> None:
        terminal.type("findings", "resolve", found, "--by", "Ann")
        with pytest.raises(DataError, match=rf"{found} is resolved already, by Ann .* reopen"):
            terminal.type("findings", "snooze", found)
        with pytest.raises(DataError, match="is resolved already"):
            terminal.type("findings", "resolve", found)

    def test_alerts_are_measured_by_month_and_kind(self, bench: Bench, terminal: Terminal, found: str) -> None:
        assert terminal.type("findings", "effectiveness", "--farm", "Hillside", "--days", "1").startswith("No alert")
        days = "22"
        terminal.type("findings", "feedback", found, "true")
        (row,) = terminal.ask("findings", "effectiveness", "--farm", "Hillside", "--days", days)
        assert (row["month"], row["kind"], row["alerts"], row["precision"]) == ("2026-07", "fan_loss", 1, 1.0)
        assert row["lead_h"] is None
        assert "–" in terminal.type("findings", "effectiveness", "--farm", "Hillside", "--days", days)

    def test_an_unknown_one_is_said(self, terminal: Terminal, found: str) -> None:
        with pytest.raises(UnknownName, match=found):
            terminal.type("findings", "show", f"{found[:-1]}")


class TestActions:
    def test_steps_of_open_findings_are_listed_once(self, terminal: Terminal, found: str) -> None:
        assert "the breaker" in terminal.type("actions", "list")
        steps = terminal.ask("actions", "list", "--farm", "Hillside")
        assert [(item["id"], item["step"], item["status"]) for item in steps] == [
            (1, "the belt", "recommended"),
            (2, "the breaker", "recommended"),
        ]

    def test_a_step_is_planned_done_or_left_out(self, terminal: Terminal, found: str) -> None:
        terminal.type("actions", "list")
        planned = terminal.ask("actions", "schedule", "1", "--due", "2099-07-02 12:00", "--by", "Ann")
        assert (planned["status"], planned["by"], planned["due"]) == ("scheduled", "Ann", "2099-07-02T12:00:00+00:00")
        assert "2099-07-02 12:00" in terminal.type("actions", "list")
        assert "1 is executed: the belt" in terminal.type("actions", "done", "1", "--outcome", "runs again")
        assert terminal.ask("actions", "skip", "2", "--outcome", "was fine")["outcome"] == "was fine"

    def test_those_of_a_retired_farm_stay_on_the_list(self, bench: Bench, terminal: Terminal, found: str) -> None:
        bench.store.update_farm(replace(bench.store.farm("Hillside"), retired_at=NOON))
        assert "the breaker" in terminal.type("actions", "list")

    def test_what_is_overdue_stands_first_and_what_is_over_for_its_finding_does_not_linger(
        self, bench: Bench, terminal: Terminal, found: str
    ) -> None:
        terminal.type("actions", "list")
        bench.store.act(2, ActionStatus.SCHEDULED, by="Ann", at=NOON, due=NOON)
        bench.store.update_farm(replace(bench.store.farm("Hillside"), timezone="Europe/Berlin"))
        first = terminal.type("actions", "list").splitlines()[1]
        for word in ("2 ", "overdue", "2026-07-01 14:00", "Ann", "the breaker"):
            assert word in first
        table = actions.table(bench.store, "Hillside", at=clock.now())
        assert list(table["status"]) == ["overdue", "recommended"]
        with pytest.raises(DataError, match="planned for a moment to come"):
            terminal.type("actions", "schedule", "1", "--due", "2026-07-02 12:00")
        terminal.type("findings", "snooze", found)
        assert terminal.type("actions", "list") == "Nothing is to be done.\n"
        assert actions.table(bench.store, "Hillside", at=clock.now()).empty

    def test_a_step_that_is_no_longer_advised_goes_unless_somebody_took_it_up(
        self, bench: Bench, terminal: Terminal, found: str
    ) -> None:
        terminal.type("actions", "list")
        terminal.type("actions", "done", "1")
        again = replace(bench.store.finding(found), check=("the motor",))
        bench.store.save_findings("Hillside", [again], source="test", at=NOON)
        steps = [(item["step"], item["status"]) for item in terminal.ask("actions", "list")]
        assert steps == [("the motor", "recommended"), ("the belt", "executed")]

    def test_what_is_over_or_unknown_is_refused(self, terminal: Terminal, found: str) -> None:
        terminal.type("actions", "list")
        terminal.type("actions", "done", "1")
        with pytest.raises(DataError, match="executed already"):
            terminal.type("actions", "skip", "1")
        with pytest.raises(UnknownName, match="Known: 1, 2"):
            terminal.type("actions", "done", "99")

    def test_without_findings_nothing_is_to_be_done(self, terminal: Terminal) -> None:
        assert terminal.type("actions", "list") == "Nothing is to be done.\n"


class TestReport:
    def test_the_first_page_is_written_anew(self, bench: Bench, terminal: Terminal) -> None:
        page = Path(terminal.type("report").replace("\n", ""))
        assert page == bench.settings.site / "index.html"
        assert "Hillside" in page.read_text()
        assert terminal.ask("report") == {"site": str(page)}

    def test_it_is_opened_when_asked(self, terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
        opened: list[str] = []
        monkeypatch.setattr("typer.launch", opened.append)
        terminal.type("report", "open")
        assert opened[0].startswith("file:///")


class TestExport:
    COLUMNS = ("farm", "house", "sensor", "metric", "unit", "time", "value", "quality", "learned_at")

    def rows(self, text: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(text)))

    def test_rows_are_the_same_everywhere(self, bench: Bench, terminal: Terminal) -> None:
        bench.read(NOON)
        first, _ = self.rows(terminal.type("export", "--farm", "Hillside"))
        assert tuple(first) == self.COLUMNS
        assert (first["farm"], first["house"], first["metric"], first["unit"]) == ("Hillside", "1", "temp", "°C")
        assert clock.parse_time(first["time"]) == NOON
        (one, _) = json.loads(terminal.type("export", "--farm", "Hillside", "--json"))
        assert tuple(one) == self.COLUMNS
        assert clock.parse_time(one["time"]) == NOON

    def test_house_metric_and_window_narrow_it(self, bench: Bench, terminal: Terminal) -> None:
        for hour in range(3):
            bench.read(NOON + timedelta(hours=hour))
        options = ("--house", "2", "--metric", "temp", "--start", "2026-07-01 12:00", "--until", "2026-07-01 13:00")
        (row,) = self.rows(terminal.type("export", "--farm", "Hillside", *options))
        assert (row["house"], clock.parse_time(row["time"])) == ("2", NOON + timedelta(hours=1))

    def test_a_formula_is_not_computed_by_a_spreadsheet(self, bench: Bench, terminal: Terminal, tmp_path: Path) -> None:
        bench.store.save_sensors("Hillside", [Sensor(house=1, source_key="=cmd()", metric="temp")])
        import pandas as pd

        rows = pd.DataFrame([{"house": 1, "sensor": "=cmd()", "time": NOON, "value": -1.5}])
        bench.store.write("Hillside", rows, learned_at=NOON)
        target = tmp_path / "out.csv"
        assert terminal.type("export", "--farm", "Hillside", "--out", str(target)).startswith("1 rows in ")
        (row,) = self.rows(target.read_text())
        assert (row["sensor"], row["value"]) == ("'=cmd()", "-1.5")

    def test_an_unknown_metric_names_the_nearest(self, terminal: Terminal) -> None:
        with pytest.raises(UnknownName, match="Did you mean 'temp'"):
            terminal.type("export", "--farm", "Hillside", "--metric", "tmp")

    def test_a_place_that_cannot_be_written_is_said(self, terminal: Terminal, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="cannot be written"):
            terminal.type("export", "--farm", "Hillside", "--out", str(tmp_path / "no" / "x.csv"))
