"""The page on which people answer findings: acknowledge, snooze, resolve, say what it was, and do the steps."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import ipywidgets as widgets
from IPython.display import display

from farmlab import actions, clock, config
from farmlab.dashboard import render
from farmlab.domain import Answer, Feedback, FindingStatus
from farmlab.errors import DataError, FarmLabError
from farmlab.forms import view
from farmlab.forms.fields import button, chooser, text
from farmlab.store import Store
from farmlab.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from farmlab.config import Settings
    from farmlab.forms.view import Card, Step

EVERY_S: Final = 15.0
HOURS: Final = (("4 hours", 4), ("12 hours", 12), ("1 day", 24), ("3 days", 72), ("1 week", 168))
ANSWERS: Final = (("It occurred", Answer.TRUE), ("False alarm", Answer.FALSE), ("Known already", Answer.KNOWN))
NAME_LENGTH: Final = 80


@dataclass
class Form:
    """The whole page. It reads through a store that cannot write, and opens one that can for each thing said."""

    settings: Settings
    by: widgets.Text = field(default_factory=lambda: text("Your name", "who says so; needed"))
    said: widgets.HTML = field(default_factory=widgets.HTML)
    head: widgets.HTML = field(default_factory=widgets.HTML)
    cards: widgets.VBox = field(default_factory=widgets.VBox)
    _rows: dict[str, Row] = field(default_factory=dict)
    _store: Store | None = None

    def page(self) -> widgets.VBox:
        """Everything in one box."""
        box = widgets.VBox([self.head, self.by, self.said, self.cards])
        for name in ("fl", "fl-form"):
            box.add_class(name)
        return box

    def renew(self) -> None:
        """Read the findings again; what is being answered stays open, what stands in the way is said."""
        try:
            if self._store is None:
                self._store = Store.open(self.settings, read_only=True)
            self._show(view.read(self._store, at=clock.now()))
        except FarmLabError as error:
            self.head.value = render.trouble(str(error.what), error.next_step)
        except Exception as error:  # a page that stopped renewing itself would go on showing what was
            self.head.value = render.unforeseen(error)

    async def keep_renewing(self, every_s: float = EVERY_S) -> None:
        """Read them again every few seconds, for ever."""
        while True:
            await asyncio.sleep(every_s)
            self.renew()

    def open(self, finding: str) -> None:
        """Show the fields for one finding; those of another one close."""
        for name, row in self._rows.items():
            if name == finding and not row.panel.children:
                row.fill(Panel(self, row.card).children(self._steps(finding)))
            else:
                row.close()

    def do(self, card: Card, what: Callable[[Store, str, datetime], str]) -> None:
        """Store what somebody says of a finding, unless it has changed since it was shown; say what was stored."""
        try:
            sentence = self._stored(card, what)
        except FarmLabError as error:
            self.said.value = view.message(str(error), trouble=True)
        else:
            self.said.value = view.message(sentence)
            if card.id in self._rows:
                self._rows[card.id].close()
        self.renew()

    def _stored(self, card: Card, what: Callable[[Store, str, datetime], str]) -> str:
        by = one_line(self.by.value, limit=NAME_LENGTH)
        if not by:
            raise DataError("nothing was stored: nobody said so", next_step="Write your name above.")
        with Store.open(self.settings) as store:
            now = store.finding(card.id).status
            if now is not card.status:
                raise DataError(
                    f"nothing was stored: meanwhile “{one_line(card.title, limit=80)}” is {now.said}",
                    next_step="Look at it again.",
                )
            return what(store, by, clock.now())

    def _steps(self, finding: str) -> tuple[Step, ...]:
        """The steps of a finding, as far as they are kept."""
        return view.steps(self._store, finding, at=clock.now()) if self._store else ()

    def _show(self, page: view.Page) -> None:
        self.head.value = view.header(page)
        shown = {card.id: card for card in page.cards}
        for gone in set(self._rows) - set(shown):
            if self._rows.pop(gone).panel.children:
                self.said.value = view.message("What you were answering needs nobody any more.", trouble=True)
        for card in page.cards:
            self._rows.setdefault(card.id, Row(self, card)).update(card)
        rows = tuple(self._rows[card.id].box for card in page.cards)
        if self.cards.children != rows:
            self.cards.children = rows


class Row:
    """A card with the button that opens its fields, and the fields while they are open."""

    def __init__(self, form: Form, card: Card) -> None:
        self.card = card
        self.html = widgets.HTML()
        self.panel = widgets.VBox()
        self.answer = button("Answer", lambda: form.open(self.card.id), title=f"Answer: {card.title}")
        self.box = widgets.VBox([self.html, self.answer, self.panel])
        self.box.add_class("fl-card")

    def update(self, card: Card) -> None:
        """Show the card as it is now; what was opened before a change is answered as it was then."""
        value = view.html(card)
        if self.html.value != value:
            self.html.value = value
        if not self.panel.children:
            self.card = card

    def fill(self, children: tuple[widgets.Widget, ...]) -> None:
        """Open the fields."""
        self.panel.children = children
        self.panel.add_class("fl-panel")
        self.answer.description = "Close"

    def close(self) -> None:
        """Close the fields."""
        self.panel.children = ()
        self.panel.remove_class("fl-panel")
        self.answer.description = "Answer"


class Panel:
    """The fields for one finding."""

    def __init__(self, form: Form, card: Card) -> None:
        self.form, self.card = form, card
        self.note = text("Note", "what was seen or done")
        self.hours = chooser("for", HOURS, 24)
        self.hours.add_class("fl-snooze")

    def children(self, steps: tuple[Step, ...]) -> tuple[widgets.Widget, ...]:
        """The fields from top to bottom."""
        return (
            self.note,
            widgets.HBox([*self._stands(), *self._snooze()]),
            widgets.HTML("<h3>What was it? One answer counts: limits learn from it.</h3>"),
            widgets.HBox([button(label, self._answers(answer)) for label, answer in ANSWERS]),
            *([widgets.HTML("<h3>Steps</h3>")] if steps else []),
            *(widget for step in steps for widget in self._step(step)),
        )

    def _stands(self) -> list[widgets.Widget]:
        said = (("Acknowledge", FindingStatus.ACKNOWLEDGED), ("Resolve", FindingStatus.RESOLVED))
        fitting = [(label, status) for label, status in said if status is not self.card.status]
        return [button(label, self._sets(status), primary=label == said[0][0]) for label, status in fitting]

    def _snooze(self) -> list[widgets.Widget]:
        return [button("Snooze", self._sets(FindingStatus.SNOOZED)), self.hours]

    def _sets(self, status: FindingStatus) -> Callable[[], None]:
        def store_it(store: Store, by: str, at: datetime) -> str:
            until = at + timedelta(hours=self.hours.value) if status is FindingStatus.SNOOZED else None
            item = store.set_status(self.card.id, status, by=by, at=at, note=self._noted(), until=until)
            asleep = f" until {clock.spoken(until, self.card.timezone, at=at)}" if until else ""
            return f"Stored: {item.status.said}{asleep}, by {by}. {item.title}"

        return lambda: self.form.do(self.card, store_it)

    def _answers(self, answer: Answer) -> Callable[[], None]:
        def store_it(store: Store, by: str, at: datetime) -> str:
            item = store.answer(Feedback(finding=self.card.id, answer=answer, by=by, at=at, note=self._noted()))
            return f"Stored: answered {answer}, by {by}; it is {item.status.said} now. {item.title}"

        return lambda: self.form.do(self.card, store_it)

    def _step(self, step: Step) -> list[widgets.Widget]:
        if not step.waits:
            return [widgets.HTML(view.step(step))]
        hours, outcome = chooser("until in", HOURS, 24), text("Outcome", "what it brought, or why it is left out")
        hours.add_class("fl-snooze")
        buttons = (
            button("Plan", self._acts(step, lambda store, nr, by, at: actions.schedule(
                store, nr, by=by, at=at, due=at + timedelta(hours=hours.value))), title=f"Plan: {step.text}"),
            hours,
            button("Done", self._acts(step, lambda store, nr, by, at: actions.done(
                store, nr, by=by, at=at, outcome=one_line(outcome.value))), title=f"Done: {step.text}"),
            button("Skip", self._acts(step, lambda store, nr, by, at: actions.skip(
                store, nr, by=by, at=at, outcome=one_line(outcome.value))), title=f"Skip: {step.text}"),
        )  # fmt: skip
        return [widgets.HTML(view.step(step)), outcome, widgets.HBox(buttons)]

    def _acts(self, step: Step, act: Callable[[Store, int, str, datetime], object]) -> Callable[[], None]:
        def store_it(store: Store, by: str, at: datetime) -> str:
            store.recommend(self.card.id, [step.text], at=at)
            number = next(one.id for one in store.actions(self.card.id) if one.step == step.text)
            act(store, number, by, at)
            now = next(one for one in store.actions(self.card.id) if one.id == number)
            return f"Stored: {now.status}, by {by}. {now.step}"

        return lambda: self.form.do(self.card, store_it)

    def _noted(self) -> str:
        return one_line(self.note.value)


def show() -> None:
    """Show the form, and keep it up to date."""
    form = Form(config.load())
    form.renew()
    display(widgets.HTML(render.style() + view.style()), form.page())  # type: ignore[no-untyped-call]
    _tasks.add(asyncio.get_running_loop().create_task(form.keep_renewing()))


_tasks: Final[set[asyncio.Task[None]]] = set()
"""Kept, since the loop itself holds tasks only weakly."""
