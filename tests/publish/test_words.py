from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from farmlab import states
from farmlab.domain import (
    Category,
    Finding,
    Run,
    RunStatus,
    Severity,
    Verdict,
    VerdictState,
)
from farmlab.publish import words

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def run(status: RunStatus, state: VerdictState | None = None) -> Run:
    verdict = Verdict(state=state) if state else None
    return Run(notebook="n", farm="f", house=0, slot=NOON, status=status, verdict=verdict)


@pytest.mark.parametrize(
    ("record", "state"),
    [
        (run(RunStatus.FAILED, VerdictState.OK), "failed"),
        (run(RunStatus.RUNNING), "running"),
        (run(RunStatus.SKIPPED), "not run"),
        (run(RunStatus.SKIPPED, VerdictState.DISQUALIFIED), "disqualified"),
        (run(RunStatus.DONE, VerdictState.OK), "ok"),
        (run(RunStatus.DONE, VerdictState.WARNING), "warning"),
    ],
)
def test_the_state_beside_a_run(record: Run, state: str) -> None:
    assert words.of_run(record).word == state


def test_states_differ_in_shape_and_word() -> None:
    shown = [states.OK, states.WARNING, states.DISQUALIFIED]
    assert [state.shape for state in shown] == ["●", "▲", "■"]
    assert len({state.word for state in shown}) == len({state.colour for state in shown}) == 3


def finding(severity: Severity) -> Finding:
    return Finding(category=Category.SENSOR, kind="k", house=1, subject="s", start=NOON, title="t", severity=severity)


def test_the_worst_finding_counts_and_information_does_not() -> None:
    levels = [Severity.INFO, Severity.WARNING, Severity.CRITICAL]
    assert words.worst([finding(level) for level in levels]) is states.CRITICAL
    assert words.worst([finding(level) for level in levels[:2]]) == states.WARNING
    assert words.worst([finding(Severity.INFO)]) is states.OK
    assert words.worst([]) is states.OK


def test_times_are_the_farms_own() -> None:
    evening = datetime(2026, 7, 1, 23, tzinfo=UTC)
    assert words.moment(evening, "Europe/Berlin", evening) == "today 01:00"
    assert words.moment(evening - timedelta(hours=2), "Europe/Berlin", evening) == "yesterday 23:00"
    assert words.moment(evening, "UTC", evening - timedelta(days=1)) == "tomorrow 23:00"
    assert words.moment(NOON.replace(year=2015), "UTC", NOON) == "Wed 1 Jul 2015 12:00"
    assert words.day(evening, "Europe/Berlin") == "Thursday 2 July 2026"
    assert words.lasting(NOON, NOON - timedelta(hours=1)) == "0 s"


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (float("nan"), "–"),
        (0, "0"),
        (12345, "12\u2009345"),
        (-0.25, "-0.25"),
        (29.84, "29.8"),
        (True, "True"),
        ("x", "x"),
    ],
)
def test_values_are_shown_as_people_write_them(cell: object, shown: str) -> None:
    assert words.value(cell) == shown
