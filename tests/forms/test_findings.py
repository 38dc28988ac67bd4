"""The form of findings without a browser: what is stored, by whom, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import ipywidgets
import pytest

from farmlab import clock, config
from farmlab.config import Settings
from farmlab.domain import ActionStatus, Answer, FindingStatus
from farmlab.errors import StoreError
from farmlab.forms.findings import Form
from farmlab.store import Store
from tests.forms.conftest import HOSTILE


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings) as store:
        yield store


@pytest.fixture
def form(settings: Settings) -> Form:
    form = Form(settings)
    form.renew()
    return form


@pytest.fixture
def fan(store: Store) -> str:
    return next(item.id for item in store.findings() if item.kind == "fan_loss")


def widgets(form: Form, kind: type) -> list[ipywidgets.Widget]:
    """The widgets of a kind on the page, in order."""

    def below(widget: ipywidgets.Widget) -> Iterator[ipywidgets.Widget]:
        yield widget
        for child in getattr(widget, "children", ()):
            yield from below(child)

    return [widget for widget in below(form.page()) if isinstance(widget, kind)]


def press(form: Form, label: str) -> None:
    next(one for one in widgets(form, ipywidgets.Button) if one.description == label).click()


def write(form: Form, label: str, words: str) -> None:
    next(one for one in widgets(form, ipywidgets.Text) if one.description == label).value = words


def test_it_lists_what_waits_with_severity_why_and_what_to_check(form: Form) -> None:
    assert "One finding waits for an answer, it is critical." in form.head.value
    (card,) = (row.html.value for row in form._rows.values())
    for words in ("■ critical", "Hillside · House 3", "Broken belt (70%)", "Look at the belt and the breaker"):
        assert words in card


def test_it_sleeps_for_as_many_hours_as_were_chosen(form: Form, store: Store, fan: str) -> None:
    press(form, "Answer")
    write(form, "Your name", "Ann")
    next(one for one in widgets(form, ipywidgets.Dropdown) if one.description == "for").value = 72
    press(form, "Snooze")
    until = store.finding(fan).snoozed_until
    assert until is not None
    assert timedelta(hours=71.9) < until - clock.now() <= timedelta(hours=72)


@pytest.mark.parametrize(
    ("label", "status"),
    [
        ("Acknowledge", "acknowledged"),
        ("Snooze", "snoozed"),
        ("Resolve", "resolved"),
        ("It occurred", "acknowledged"),
        ("False alarm", "false_alarm"),
        ("Known already", "known"),
    ],
)
def test_what_is_said_is_stored_with_who_and_why(form: Form, store: Store, fan: str, label: str, status: str) -> None:
    press(form, "Answer")
    write(form, "Your name", " Ann\x1b[31m ")
    write(form, "Note", HOSTILE)
    press(form, label)
    assert store.finding(fan).status == status
    last = store.history(fan)[-1]
    assert last["by"] == "Ann[31m"
    assert HOSTILE in last["note"]
    assert "Stored" in form.said.value
    assert "<img" not in form.said.value + "".join(row.html.value for row in form._rows.values())


def test_an_answer_is_feedback(form: Form, store: Store, fan: str) -> None:
    press(form, "Answer")
    write(form, "Your name", "Ann")
    press(form, "False alarm")
    (word,) = store.feedback(fan)
    assert (word.answer, word.by) == (Answer.FALSE, "Ann")


def test_steps_are_planned_done_and_left_out(form: Form, store: Store, fan: str) -> None:
    write(form, "Your name", "Ann")
    for label, status in (("Plan", ActionStatus.SCHEDULED), ("Done", ActionStatus.EXECUTED)):
        press(form, "Answer")
        write(form, "Outcome", "new belt")
        press(form, label)
        assert store.actions(fan)[0].status is status
    assert (store.actions(fan)[0].by, store.actions(fan)[0].outcome) == ("Ann", "new belt")
    press(form, "Answer")
    press(form, "Skip")
    assert [one.status for one in store.actions(fan)] == [ActionStatus.EXECUTED, ActionStatus.SKIPPED]


def test_without_a_name_nothing_is_stored(form: Form, store: Store, fan: str) -> None:
    press(form, "Answer")
    press(form, "Acknowledge")
    assert store.finding(fan).status is FindingStatus.OPEN
    assert "Write your name above." in form.said.value


def test_what_somebody_else_did_meanwhile_is_said_and_stands(form: Form, store: Store, fan: str) -> None:
    write(form, "Your name", "Ann")
    press(form, "Answer")
    store.set_status(fan, "acknowledged", by="Bob", at=clock.now())
    press(form, "Resolve")
    assert store.finding(fan).status is FindingStatus.ACKNOWLEDGED
    assert "is acknowledged" in form.said.value
    assert "Bob" in form._rows[fan].html.value


def test_one_that_is_gone_says_so_and_leaves_the_page(form: Form, store: Store, fan: str) -> None:
    press(form, "Answer")
    store.set_status(fan, "resolved", by="Bob", at=clock.now())
    form.renew()
    assert "needs nobody any more" in form.said.value
    assert form.cards.children == ()
    assert "Nothing waits for an answer." in form.head.value


def test_what_is_being_written_stays_when_the_page_renews_itself(form: Form) -> None:
    press(form, "Answer")
    write(form, "Note", "the belt is")
    form.renew()
    assert [one.value for one in widgets(form, ipywidgets.Text) if one.description == "Note"] == ["the belt is"]
    press(form, "Close")
    assert not [one for one in widgets(form, ipywidgets.Text) if one.description == "Note"]


def test_a_farm_that_is_retired_is_not_asked_about(form: Form, store: Store) -> None:
    store.update_farm(replace(store.farm("Hillside"), retired_at=clock.now()))
    form.renew()
    assert "Nothing waits for an answer." in form.head.value
    assert form.cards.children == ()


def test_it_reads_through_a_store_that_cannot_write(form: Form) -> None:
    with pytest.raises(StoreError):
        form._store.set_status("F0", "known", by="x", at=clock.now())


def test_without_a_database_it_says_so_and_makes_none() -> None:
    form = Form(config.load())
    form.renew()
    assert "there is no database yet" in form.head.value
    assert not (config.load().data / "farmlab.db").exists()
