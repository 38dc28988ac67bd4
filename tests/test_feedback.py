"""What people said, as labels that models may learn from."""

from __future__ import annotations

from dataclasses import replace

from farmlab import feedback
from farmlab.domain import Answer, Event, EventKind, Feedback, Hypothesis
from farmlab.store import Store
from tests.store.farmyard import DAY, HOUR, NOON, seen, settle


def test_answers_and_labels_are_one_table_of_what_was_known_then(tmp_path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/farmlab.db") as store:
        settle(store)
        why = (Hypothesis(cause="loose cable", confidence=0.9),)
        one, two = store.save_findings(
            "Hillside", [seen(NOON, NOON + HOUR, why=why), seen(subject="RH", why=why)], source="x", at=NOON
        )
        word = Feedback(finding=one.id, answer=Answer.FALSE, by="Ann", at=NOON)
        store.answer(word)
        store.answer(replace(word, answer=Answer.TRUE, at=NOON + DAY))
        store.answer(replace(word, finding=two.id, note="it was the door"))
        mark = Event(
            house=1, time=NOON - DAY, ended_at=NOON, kind=EventKind.LABEL, code="drift", equipment="T1", by="Bob"
        )
        store.write_events("Hillside", [mark, replace(mark, house=2, code="healthy")], learned_at=NOON)
        table = feedback.labelled(store, "Hillside", until=NOON + HOUR)
        later = feedback.labelled(store, "Hillside", until=NOON + DAY)
        limits = [feedback.factor(store, store.finding(one.id), until=moment) for moment in (NOON, NOON + DAY)]
    rows = list(table[["subject", "kind", "occurred", "cause", "source"]].itertuples(index=False, name=None))
    assert sorted(rows) == [
        ("RH", "stuck", False, "it was the door", "feedback"),
        ("T1", "stuck", False, "", "feedback"),
        ("temp_c_1", "drift", True, "", "label"),
        ("temp_c_1", "healthy", False, "", "label"),
    ]
    (changed,) = later[later["subject"] == "T1"].itertuples(index=False)
    assert (changed.occurred, changed.cause, changed.by) == (True, "loose cable", "Ann")
    assert limits == [1.25, 1.0]


def test_without_answers_the_table_is_empty(tmp_path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/farmlab.db") as store:
        settle(store)
        table = feedback.labelled(store, "Hillside", until=NOON)
    assert list(table.columns) == list(feedback.COLUMNS)
    assert table.empty
