"""One id for one thing as long as it is seen; what people said of it stays; everything is in its history."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from farmlab.domain import (
    ActionStatus,
    Answer,
    Category,
    Feedback,
    Finding,
    FindingStatus,
    Hypothesis,
    Severity,
)
from farmlab.errors import DataError, UnknownName
from tests.store.farmyard import DAY, HOUR, MINUTE, NOON, Hillside, seen, settle


def save(farm: Hillside, *found: Finding, at=NOON + DAY, source: str = "anomaly", **more) -> list[Finding]:
    return farm.store.save_findings("Hillside", found, source=source, at=at, **more)


def test_a_finding_comes_back_as_it_was(hillside: Hillside) -> None:
    full = seen(
        NOON,
        NOON + HOUR,
        detected_at=NOON + MINUTE,
        score=0.93,
        severity=Severity.CRITICAL,
        why=(Hypothesis(cause="The cable is loose", confidence=0.7, evidence="flat for 3 h"),),
        check=("Look at the cable", "<b>swap</b> it"),
        data={"value": 21.5, "list": [1, None], "of": {"hours": 3}},
    )
    (saved,) = save(hillside, full)
    assert saved == replace(full, farm="Hillside", id=saved.id) == hillside.store.finding(saved.id)
    assert saved.id.startswith("F")


def test_numbers_of_numpy_and_no_numbers_are_kept_as_json(hillside: Hillside) -> None:
    data = {"n": np.int64(3), "x": np.float64(0.5), "nan": float("nan"), "inf": float("inf"), "when": NOON}
    (saved,) = save(hillside, seen(data=data))
    assert saved.data == {"n": 3, "x": 0.5, "nan": None, "inf": None, "when": "2026-07-01T12:00:00Z"}


def test_seen_again_it_keeps_its_id_and_gets_the_newest_judgement(hillside: Hillside) -> None:
    (first,) = save(hillside, seen(NOON, NOON + HOUR), at=NOON + HOUR)
    later = seen(NOON + HOUR, NOON + 3 * HOUR, score=0.9, severity=Severity.CRITICAL, title="Still stuck", check=("x",))
    (second,) = save(hillside, later, at=NOON + 3 * HOUR)
    assert second.id == first.id
    assert (second.start, second.end, second.detected_at) == (NOON, NOON + 3 * HOUR, NOON + HOUR)
    assert (second.score, second.severity, second.title, second.check) == (
        0.9,
        Severity.CRITICAL,
        "Still stuck",
        ("x",),
    )
    assert len(hillside.store.findings()) == 1


@pytest.mark.parametrize(
    ("start", "end", "joins"),
    [
        (NOON + 8 * HOUR, NOON + 9 * HOUR, True),
        (NOON + 8 * HOUR + MINUTE, NOON + 9 * HOUR, False),
        (NOON - 9 * HOUR, NOON - 6 * HOUR, True),
        (NOON - 9 * HOUR, NOON - 6 * HOUR - MINUTE, False),
        (NOON - DAY, NOON + DAY, True),
        (NOON + HOUR, None, True),
        (NOON + DAY, None, False),
    ],
)
def test_windows_that_touch_are_one(hillside: Hillside, start, end, joins: bool) -> None:
    (first,) = save(hillside, seen(NOON, NOON + 2 * HOUR))
    (second,) = save(hillside, seen(start, end), close_absent=False)
    assert (second.id == first.id) is joins
    if joins:
        assert second.start == min(start, NOON)
        assert second.end == (None if end is None else max(end, NOON + 2 * HOUR))


def test_one_without_an_end_goes_on(hillside: Hillside) -> None:
    (first,) = save(hillside, seen(NOON))
    (again,) = save(hillside, seen(NOON + 3 * DAY))
    (ended,) = save(hillside, seen(NOON + 3 * DAY, NOON + 4 * DAY))
    assert first.id == again.id == ended.id
    assert (again.start, again.end, ended.end) == (NOON, None, NOON + 4 * DAY)


@pytest.mark.parametrize("change", [{"house": 2}, {"subject": "T2"}, {"category": Category.ANOMALY}, {"kind": "drift"}])
def test_another_key_is_another_finding(hillside: Hillside, change: dict[str, object]) -> None:
    first, second = save(hillside, seen(), replace(seen(), **change))
    assert first.id != second.id


def test_what_is_no_longer_seen_is_resolved(hillside: Hillside) -> None:
    (stuck,) = save(hillside, seen(), at=NOON)
    (other,) = save(hillside, seen(subject="RH"), at=NOON, source="data_quality")
    assert save(hillside, at=NOON + HOUR) == []
    assert hillside.store.finding(stuck.id).status is FindingStatus.RESOLVED
    assert hillside.store.finding(other.id).status is FindingStatus.OPEN
    assert hillside.store.history(stuck.id) == [
        {"at": NOON, "by": "farmlab", "status": FindingStatus.OPEN, "note": "found by anomaly"},
        {"at": NOON + HOUR, "by": "farmlab", "status": FindingStatus.RESOLVED, "note": "no longer seen"},
    ]
    save(hillside, at=NOON + 2 * HOUR)
    assert len(hillside.store.history(stuck.id)) == 2


def test_other_farms_and_partial_looks_close_nothing(hillside: Hillside) -> None:
    (stuck,) = save(hillside, seen())
    settle(hillside.store, "Valley")
    hillside.store.save_findings("Valley", [], source="anomaly", at=NOON)
    save(hillside, seen(subject="RH"), close_absent=False)
    assert hillside.store.finding(stuck.id).status is FindingStatus.OPEN


def test_the_source_that_saw_it_last_is_the_one_that_can_close_it(hillside: Hillside) -> None:
    (stuck,) = save(hillside, seen(), source="watch")
    assert save(hillside, seen(), source="anomaly")[0].id == stuck.id
    save(hillside, source="watch")
    assert hillside.store.finding(stuck.id).status is FindingStatus.OPEN
    save(hillside, source="anomaly")
    assert hillside.store.finding(stuck.id).status is FindingStatus.RESOLVED


def test_resolved_by_itself_it_opens_again_when_it_comes_back(hillside: Hillside) -> None:
    (stuck,) = save(hillside, seen(NOON, NOON + HOUR))
    save(hillside)
    (again,) = save(hillside, seen(NOON + 2 * HOUR, NOON + 3 * HOUR))
    assert (again.id, again.status) == (stuck.id, FindingStatus.OPEN)
    assert hillside.store.history(stuck.id)[-1]["note"] == "seen again"


def test_resolved_by_a_person_it_stays_so_until_it_goes_on(hillside: Hillside) -> None:
    (stuck,) = save(hillside, seen(NOON, NOON + HOUR))
    hillside.store.set_status(stuck.id, "resolved", by="Ann", at=NOON + 2 * HOUR, note="cable changed")
    (same,) = save(hillside, seen(NOON, NOON + 2 * HOUR))
    assert same.status is FindingStatus.RESOLVED
    (later,) = save(hillside, seen(NOON, NOON + 3 * HOUR))
    assert (later.id, later.status) == (stuck.id, FindingStatus.OPEN)


@pytest.mark.parametrize("word", [FindingStatus.FALSE_ALARM, FindingStatus.KNOWN, FindingStatus.ACKNOWLEDGED])
def test_what_a_person_said_stays_when_it_is_seen_again(hillside: Hillside, word: FindingStatus) -> None:
    (stuck,) = save(hillside, seen())
    said = hillside.store.set_status(stuck.id, word, by="Ann", at=NOON + HOUR, note="old sensor")
    assert said.status is word
    (again,) = save(hillside, seen(NOON + HOUR, score=1.0))
    assert (again.id, again.status, again.score) == (stuck.id, word, 1.0)
    assert hillside.store.history(stuck.id)[-1] == {
        "at": NOON + HOUR,
        "by": "Ann",
        "status": word,
        "note": "old sensor",
    }


def test_a_false_alarm_and_a_known_one_are_not_resolved_when_they_vanish(hillside: Hillside) -> None:
    false, known, noted = save(hillside, seen(), seen(subject="RH"), seen(subject="W"))
    for finding, word in ((false, "false_alarm"), (known, "known"), (noted, "acknowledged")):
        hillside.store.set_status(finding.id, word, by="Ann", at=NOON)
    save(hillside)
    found = [hillside.store.finding(finding.id).status for finding in (false, known, noted)]
    assert found == [FindingStatus.FALSE_ALARM, FindingStatus.KNOWN, FindingStatus.RESOLVED]


def test_a_snoozed_one_sleeps_until_its_time(hillside: Hillside) -> None:
    (stuck,) = save(hillside, seen(), at=NOON)
    hillside.store.set_status(stuck.id, "snoozed", by="Ann", at=NOON, until=NOON + 5 * HOUR)
    assert save(hillside, seen(), at=NOON + 4 * HOUR)[0].status is FindingStatus.SNOOZED
    assert save(hillside, seen(), at=NOON + 5 * HOUR)[0].status is FindingStatus.OPEN
    assert [entry["status"] for entry in hillside.store.history(stuck.id)] == ["open", "snoozed", "open"]


def test_a_snoozed_one_that_comes_and_goes_sleeps_on_and_is_resolved_after_its_time(hillside: Hillside) -> None:
    (stuck,) = save(hillside, seen(), at=NOON)
    hillside.store.set_status(stuck.id, "snoozed", by="Ann", at=NOON, until=NOON + 5 * HOUR)
    save(hillside, at=NOON + HOUR)
    (again,) = save(hillside, seen(NOON + 2 * HOUR), at=NOON + 2 * HOUR)
    assert (again.id, again.status, again.snoozed_until) == (stuck.id, FindingStatus.SNOOZED, NOON + 5 * HOUR)
    save(hillside, at=NOON + 5 * HOUR)
    assert hillside.store.finding(stuck.id).status is FindingStatus.RESOLVED


@pytest.mark.parametrize("until", [None, NOON, NOON - HOUR])
def test_snoozed_without_an_end(hillside: Hillside, until) -> None:
    (stuck,) = save(hillside, seen())
    with pytest.raises(DataError, match="Say until when"):
        hillside.store.set_status(stuck.id, "snoozed", by="Ann", at=NOON, until=until)
    assert hillside.store.finding(stuck.id).status is FindingStatus.OPEN


def test_two_sights_of_one_thing_in_one_list_are_one(hillside: Hillside) -> None:
    (one,) = save(hillside, seen(NOON, NOON + HOUR), seen(NOON + 2 * HOUR, NOON + 3 * HOUR))
    assert (one.start, one.end) == (NOON, NOON + 3 * HOUR)
    early, late = save(hillside, seen(NOON, NOON + HOUR), seen(NOON + 2 * DAY, NOON + 3 * DAY))
    assert early.id == one.id != late.id


def test_findings_are_found_by_farm_house_status_category_and_window(hillside: Hillside) -> None:
    old = seen(NOON - 3 * DAY, NOON - 2 * DAY)
    new = seen(NOON, NOON + HOUR, house=2)
    running = seen(NOON - DAY, category=Category.ANOMALY)
    settle(hillside.store, "Valley")
    hillside.store.save_findings("Valley", [new], source="x", at=NOON)
    save(hillside, old, new, running)
    find = hillside.store.findings
    assert [finding.start for finding in find("Hillside")] == [NOON, NOON - DAY, NOON - 3 * DAY]
    assert len(find()) == 4
    assert {finding.farm for finding in find(house=2)} == {"Hillside", "Valley"}
    assert [finding.start for finding in find("Hillside", category="anomaly")] == [NOON - DAY]
    assert [finding.start for finding in find("Hillside", start=NOON - 2 * DAY, until=NOON - HOUR)] == [NOON - DAY]
    assert len(find("Hillside", start=NOON - 2 * DAY - MINUTE)) == 3
    hillside.store.set_status(find("Hillside")[0].id, "known", by="Ann", at=NOON)
    assert [finding.house for finding in find("Hillside", status="known")] == [2]
    assert len(find("Hillside", status=("known", FindingStatus.OPEN))) == 3


def test_unknown_findings(hillside: Hillside) -> None:
    (stuck,) = save(hillside, seen())
    near = stuck.id[:-1] + ("0" if stuck.id[-1] != "0" else "1")
    with pytest.raises(UnknownName, match=f"Did you mean '{stuck.id}'"):
        hillside.store.finding(near)
    for ask in (
        lambda: hillside.store.history("F0"),
        lambda: hillside.store.set_status("F0", "known", by="Ann", at=NOON),
        lambda: hillside.store.answer(Feedback(finding="F0", answer=Answer.TRUE, by="Ann", at=NOON)),
        lambda: hillside.store.act(1, ActionStatus.EXECUTED, by="Ann", at=NOON),
        lambda: save(hillside, seen(house=9)),
        lambda: hillside.store.set_status(stuck.id, "knwon", by="Ann", at=NOON),
        lambda: hillside.store.findings(status="opened"),
    ):
        with pytest.raises(UnknownName):
            ask()


def test_an_answer_is_kept_with_when_it_was_learned(hillside: Hillside) -> None:
    one, two = save(hillside, seen(), seen(subject="RH"))
    word = Feedback(finding=one.id, answer=Answer.FALSE, by="Ann", at=NOON, note="it was me")
    assert hillside.store.answer(word).status is FindingStatus.FALSE_ALARM
    late = replace(word, finding=two.id, answer=Answer.KNOWN, learned_at=NOON + HOUR)
    assert hillside.store.answer(late).status is FindingStatus.KNOWN
    first, second = hillside.store.feedback()
    assert (first, second) == (replace(word, learned_at=NOON, id=first.id), replace(late, id=second.id))
    assert hillside.store.feedback(two.id) == [second]
    assert hillside.store.history(one.id)[-1]["note"] == "answered false: it was me"
    known = [(finding.id, said) for finding, said in hillside.store.answered("Hillside", until=NOON)]
    assert known == [(one.id, first)]
    assert len(hillside.store.answered("Hillside", until=NOON + HOUR)) == 2


@pytest.mark.parametrize("word", [FindingStatus.RESOLVED, FindingStatus.SNOOZED])
def test_that_it_was_true_opens_nothing(hillside: Hillside, word: FindingStatus) -> None:
    (stuck,) = save(hillside, seen())
    hillside.store.set_status(stuck.id, word, by="Ann", at=NOON, until=NOON + DAY)
    said = hillside.store.answer(Feedback(finding=stuck.id, answer=Answer.TRUE, by="Bob", at=NOON + HOUR))
    assert (said.status, said.snoozed_until) == (word, NOON + DAY if word is FindingStatus.SNOOZED else None)


def test_one_answer_counts_and_another_takes_it_back(hillside: Hillside) -> None:
    (stuck,) = save(hillside, seen())
    word = Feedback(finding=stuck.id, answer=Answer.FALSE, by="Ann", at=NOON)
    hillside.store.answer(word)
    with pytest.raises(DataError, match="answered false already, by Ann at 2026-07-01 12:00 UTC"):
        hillside.store.answer(replace(word, by="Bob", at=NOON + HOUR))
    assert hillside.store.answer(replace(word, answer=Answer.TRUE)).status is FindingStatus.ACKNOWLEDGED


@pytest.mark.parametrize(
    ("stands", "word", "sentence"),
    [
        ("acknowledged", "acknowledged", "is acknowledged already, by Ann at 2026-07-01 12:00 UTC"),
        ("resolved", "acknowledged", "is resolved already, by Ann .* reopen"),
        ("resolved", "snoozed", "is resolved already"),
        ("false_alarm", "resolved", "is a false alarm already"),
        ("known", "snoozed", "is known already"),
    ],
)
def test_what_cannot_be_said_of_it_any_more_is_refused(
    hillside: Hillside, stands: str, word: str, sentence: str
) -> None:
    (stuck,) = save(hillside, seen())
    hillside.store.set_status(stuck.id, stands, by="Ann", at=NOON)
    with pytest.raises(DataError, match=sentence):
        hillside.store.set_status(stuck.id, word, by="Bob", at=NOON + HOUR, until=NOON + DAY)
    assert hillside.store.set_status(stuck.id, "open", by="Bob", at=NOON + HOUR).status is FindingStatus.OPEN


def test_what_is_known_is_known_again_when_it_comes_back_within_a_month(hillside: Hillside) -> None:
    (first,) = save(hillside, seen(NOON, NOON + HOUR), at=NOON)
    hillside.store.set_status(first.id, "known", by="Ann", at=NOON)
    (again,) = save(hillside, seen(NOON + 9 * DAY, NOON + 10 * DAY), at=NOON + 10 * DAY)
    assert (again.status, again.id != first.id) == (FindingStatus.KNOWN, True)
    assert hillside.store.history(again.id)[-1]["note"] == "known before, by Ann"
    (late,) = save(hillside, seen(NOON + 31 * DAY, NOON + 32 * DAY), at=NOON + 32 * DAY)
    assert late.status is FindingStatus.OPEN


def test_what_is_known_is_news_when_it_comes_back_more_severe(hillside: Hillside) -> None:
    (first,) = save(hillside, seen(NOON, NOON + HOUR), at=NOON)
    hillside.store.set_status(first.id, "known", by="Ann", at=NOON)
    (worse,) = save(hillside, seen(NOON + 9 * DAY, severity=Severity.CRITICAL), at=NOON + 9 * DAY)
    assert worse.status is FindingStatus.OPEN


@pytest.mark.parametrize("word", ["known", "false_alarm", "snoozed"])
def test_what_gets_more_severe_opens_again(hillside: Hillside, word: str) -> None:
    (stuck,) = save(hillside, seen(), at=NOON)
    hillside.store.set_status(stuck.id, word, by="Ann", at=NOON, until=NOON + DAY)
    (worse,) = save(hillside, seen(severity=Severity.CRITICAL), at=NOON + HOUR)
    assert worse.status is FindingStatus.OPEN
    assert hillside.store.history(stuck.id)[-1]["note"] == "critical now"


@pytest.mark.parametrize("word", ["known", "false_alarm", "acknowledged"])
def test_what_vanished_has_ended_so_that_the_next_one_is_another(hillside: Hillside, word: str) -> None:
    (stuck,) = save(hillside, seen(NOON), at=NOON)
    hillside.store.set_status(stuck.id, word, by="Ann", at=NOON)
    save(hillside, at=NOON + HOUR)
    assert hillside.store.finding(stuck.id).end == NOON + HOUR
    (other,) = save(hillside, seen(NOON + 9 * DAY), at=NOON + 9 * DAY)
    assert other.id != stuck.id


def test_reports_tell_where_a_finding_stood_then(hillside: Hillside) -> None:
    kept, known = save(hillside, seen(NOON, NOON + HOUR), seen(NOON, NOON + HOUR, subject="RH"), at=NOON + HOUR)
    hillside.store.set_status(kept.id, "false_alarm", by="Ann", at=NOON + 3 * HOUR)
    hillside.store.set_status(known.id, "known", by="Ann", at=NOON + 3 * HOUR)

    def stood(at, start=NOON, **more) -> list[str]:
        sights = [seen(start, start + HOUR, **more), seen(start, start + HOUR, subject="RH", **more)]
        return [one.status.value for one in hillside.store.standing("Hillside", sights, at=at)]

    assert stood(NOON + 2 * HOUR) == ["open", "open"]
    assert stood(NOON + 3 * HOUR) == ["false_alarm", "known"]
    assert stood(NOON + 3 * HOUR, severity=Severity.CRITICAL) == ["open", "open"]
    assert stood(NOON + 5 * DAY, start=NOON + 5 * DAY) == ["open", "known"]
    assert len(hillside.store.findings()) == 2


def test_steps_are_kept_once_and_live_until_they_are_done(hillside: Hillside) -> None:
    one, two = save(hillside, seen(), seen(subject="RH"))
    for _ in range(2):
        hillside.store.recommend(one.id, ["Change the cable", "Look", "Look"], at=NOON)
    hillside.store.recommend(two.id, ["Look"], at=NOON)
    cable, look = hillside.store.actions(one.id)
    planned = hillside.store.act(cable.id, ActionStatus.SCHEDULED, by="Bob", at=NOON, due=NOON + DAY)
    assert planned == replace(cable, status=ActionStatus.SCHEDULED, by="Bob", at=NOON, due=NOON + DAY)
    done = hillside.store.act(cable.id, ActionStatus.EXECUTED, by="Ann", at=NOON + HOUR, outcome="works")
    assert hillside.store.actions(one.id) == [done, look]
    assert (done.due, done.outcome) == (NOON + DAY, "works")
    assert [action.step for action in hillside.store.actions(status="recommended")] == ["Look", "Look"]
    last = hillside.store.history(one.id)[-1]
    assert (last["by"], last["status"], last["note"]) == ("Ann", "open", "step executed: Change the cable (works)")
    with pytest.raises(DataError, match="executed already, by Ann"):
        hillside.store.act(cable.id, ActionStatus.SKIPPED, by="Bob", at=NOON)


def test_a_step_after_the_end_does_not_make_it_settled(hillside: Hillside) -> None:
    (stuck,) = save(hillside, seen(NOON, NOON + HOUR))
    hillside.store.recommend(stuck.id, ["Look"], at=NOON)
    save(hillside, at=NOON + 2 * HOUR)
    (look,) = hillside.store.actions(stuck.id)
    hillside.store.act(look.id, ActionStatus.EXECUTED, by="Ann", at=NOON + 3 * HOUR)
    (again,) = save(hillside, seen(NOON + 2 * HOUR, NOON + 3 * HOUR))
    assert again.status is FindingStatus.OPEN
