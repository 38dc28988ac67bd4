from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farmlab import results
from farmlab.domain import Category, Finding, Hypothesis, Severity, Verdict, VerdictState
from farmlab.errors import DataError
from farmlab.results import Results

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def finding(kind: str = "stuck", *, house: int = 1, severity: Severity = Severity.WARNING) -> Finding:
    return Finding(
        category=Category.SENSOR,
        kind=kind,
        house=house,
        subject="T4",
        start=NOON,
        end=NOON,
        title="T4 is stuck",
        severity=severity,
        why=(Hypothesis(cause="cable", confidence=0.7, evidence="no change in 3 h"),),
        check=("the cable",),
        data={
            "value": np.float64(27.3),
            "times": [NOON],
            "day": date(2026, 7, 1),
            "gap": float("nan"),
            "curve": np.array([1.5, np.nan]),
        },
    )


VERDICT = Verdict(state=VerdictState.WARNING, reasons=("House 3 is silent.",), coverage=0.9, newest=NOON)


def test_what_is_recorded_is_loaded(tmp_path: Path) -> None:
    table = pd.DataFrame({"house": [1, 2], "temp": [29.5, None], "note": ["=cmd()", "plain"]})
    note = results.record(
        tmp_path,
        verdict=VERDICT,
        summary="One sensor",
        values={"rh_pct": np.float32(61), "n": np.int64(3), "none": float("inf"), "word": "ok"},
        findings=[finding()],
        tables={"houses": table, "by_day": pd.DataFrame({"x": [1]}, index=pd.Index([5], name="day"))},
    )
    found = results.load(tmp_path)
    assert str(note) == repr(note) == "Recorded 1 findings, 4 values and 2 tables."
    assert found.verdict == VERDICT
    assert found.summary == "One sensor"
    assert found.values == {"rh_pct": 61.0, "n": 3, "none": None, "word": "ok"}
    assert found.findings[0].key == finding().key
    assert found.findings[0].why == finding().why
    assert found.findings[0].start == NOON
    assert found.findings[0].data == {"value": 27.3, "times": [NOON.isoformat()], "day": "2026-07-01", "gap": None} | {
        "curve": [1.5, None]
    }
    pd.testing.assert_frame_equal(found.table("houses"), table, check_dtype=False)
    assert list(found.table("by_day").columns) == ["day", "x"]


def test_a_spreadsheet_that_opens_a_table_computes_nothing(tmp_path: Path) -> None:
    results.record(tmp_path, tables={"t": pd.DataFrame({"farm": ["=cmd()", "@x", "fine"]})})
    cells = (tmp_path / "tables" / "t.csv").read_text().split()
    assert cells == ["farm", "'=cmd()", "'@x", "fine"]


def test_by_hand_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    note = results.record("", findings=[finding()])
    assert "nothing is written" in str(note)
    assert list(tmp_path.iterdir()) == []
    assert results.previous("") is None


def test_a_run_that_recorded_nothing_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="recorded no results"):
        results.load(tmp_path)


@pytest.mark.parametrize("text", ["", "{}", '{"verdict": {"state": "great"}}', "[]"])
def test_results_that_cannot_be_read_are_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "results.json").write_text(text)
    with pytest.raises(DataError, match="cannot be read"):
        results.load(tmp_path)


def test_unknown_tables_and_bad_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no name for a table"):
        results.record(tmp_path, tables={"../x": pd.DataFrame()})
    results.record(tmp_path, tables={"a": pd.DataFrame({"x": [1]})})
    with pytest.raises(DataError, match="Recorded tables: a"):
        results.load(tmp_path).table("b")
    with pytest.raises(DataError, match="none"):
        Results().table("b")


def test_previous_is_what_lies_beside(tmp_path: Path) -> None:
    assert results.previous(tmp_path) is None
    results.record(tmp_path, summary="yesterday")
    (tmp_path / "results.json").rename(tmp_path / "previous.json")
    before = results.previous(tmp_path)
    assert before is not None
    assert before.summary == "yesterday"


def test_changes_are_new_gone_open_and_worse() -> None:
    same = finding("silent")
    before = Results(findings=(same, finding("stuck"), finding("drift")), values={"rh": 60.0, "same": 1.0, "old": 3.0})
    now = Results(
        findings=(same, finding("stuck", severity=Severity.CRITICAL), finding("spike")),
        values={"rh": 64.0, "same": 1.0},
    )
    changes = results.compare(now, before)
    assert [item.kind for item in changes.new] == ["spike"]
    assert [item.kind for item in changes.gone] == ["drift"]
    assert [item.kind for item in changes.open] == ["silent", "stuck"]
    assert [item.kind for item in changes.worse] == ["stuck"]
    assert changes.values == {"rh": (60.0, 64.0)}
    assert changes.sentence == "1 new, 1 gone, 2 still open."


def test_without_a_run_before_everything_is_new() -> None:
    changes = results.compare(Results(findings=(finding(),), values={"rh": 1.0}), None)
    assert len(changes.new) == 1
    assert changes.values == {}


def test_the_same_kind_in_another_house_is_another_finding() -> None:
    changes = results.compare(Results(findings=(finding(house=2),)), Results(findings=(finding(house=1),)))
    assert [item.house for item in changes.new] == [2]


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters="\r\0", codec="utf-8"), min_size=1), min_size=1))
def test_any_text_survives_a_table(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("run")
    results.record(folder, tables={"t": pd.DataFrame({"x": texts})})
    assert list(results.load(folder).table("t")["x"]) == texts


def test_a_table_without_columns_is_empty(tmp_path: Path) -> None:
    results.record(tmp_path, tables={"episodes": pd.DataFrame([])})
    assert results.load(tmp_path).table("episodes").empty


def test_an_empty_table_with_times_is_recorded(tmp_path: Path) -> None:
    empty = pd.DataFrame({"sensor": pd.Series(dtype=object), "first": pd.Series(dtype="datetime64[us, UTC]")})
    results.record(tmp_path, tables={"faults": empty})
    assert list(results.load(tmp_path).table("faults").columns) == ["sensor", "first"]
