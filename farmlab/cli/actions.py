"""``actions``: what to do about findings, and what became of it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from farmlab.cli import context
from farmlab.cli.columns import aligned

if TYPE_CHECKING:
    from datetime import datetime

    from farmlab.domain import Action
    from farmlab.store import Store

app = typer.Typer(no_args_is_help=True, help="What to do about findings, and what became of it.")

Number = Annotated[int, typer.Argument(help="Number of the action, as `actions list` shows it.")]
Outcome = Annotated[str, typer.Option(help="What it brought, or why it was left out.")]


@app.command("list")
def list_actions(
    farm: Annotated[str, typer.Option(help="Of this farm only.")] = "", as_json: context.Json = False
) -> None:
    """List the steps that open findings advise, what is overdue first."""
    from farmlab import actions, clock
    from farmlab.results import as_plain

    with context.open_store() as store:
        found = actions.recommend(store, farm=farm or None, at=clock.now())
        zones = {known.name: known.timezone for known in store.farms(retired=True)}
        farms = {item.finding: store.finding(item.finding).farm for item in found}
    now = clock.now()
    rows = [
        (
            item.id,
            item.finding,
            _status(item, now),
            _due(item, zones[farms[item.finding]]),
            item.by,
            item.step,
            item.outcome,
        )
        for item in found
    ]
    text = aligned(("nr", "finding", "status", "due", "by", "step", "outcome"), rows, empty="Nothing is to be done.")
    context.say([as_plain(item) for item in found], as_json=as_json, text=text)


@app.command()
def schedule(
    action: Number,
    due: Annotated[str, typer.Option(help="Until when, in the farm's time, as 2026-07-01 12:00.")] = "",
    by: context.By = "",
    as_json: context.Json = False,
) -> None:
    """Plan a step."""
    from farmlab import actions, clock

    with context.open_store() as store:
        end = clock.parse_time(due, _timezone(store, action)) if due else None
        _say(actions.schedule(store, action, by=context.who(by), at=clock.now(), due=end), as_json=as_json)


@app.command()
def done(action: Number, outcome: Outcome = "", by: context.By = "", as_json: context.Json = False) -> None:
    """Say that a step was done, and what it brought."""
    from farmlab import actions, clock

    outcome = outcome or _asked("What did it bring?")
    with context.open_store() as store:
        _say(actions.done(store, action, by=context.who(by), at=clock.now(), outcome=outcome), as_json=as_json)


@app.command()
def skip(action: Number, outcome: Outcome = "", by: context.By = "", as_json: context.Json = False) -> None:
    """Leave a step out, and say why."""
    from farmlab import actions, clock

    outcome = outcome or _asked("Why is it left out?")
    with context.open_store() as store:
        _say(actions.skip(store, action, by=context.who(by), at=clock.now(), outcome=outcome), as_json=as_json)


def _say(action: Action, *, as_json: bool) -> None:
    from farmlab.results import as_plain

    context.say(as_plain(action), as_json=as_json, text=f"{action.id} is {action.status}: {action.step}")


def _asked(question: str) -> str:
    """The answer of a person at a terminal; nobody else is asked."""
    return str(typer.prompt(question, default="", show_default=False)) if sys.stdin.isatty() else ""


def _status(action: Action, now: datetime) -> str:
    from farmlab import actions

    return "overdue" if actions.is_overdue(action, now) else str(action.status)


def _due(action: Action, timezone: str) -> str:
    from farmlab import clock

    return f"{action.due.astimezone(clock.zone(timezone)):%Y-%m-%d %H:%M}" if action.due else ""


def _timezone(store: Store, number: int) -> str:
    """The zone of the farm that a step belongs to; an unknown one is refused later, with what is known."""
    farms = [store.finding(action.finding).farm for action in store.actions() if action.id == number]
    return store.farm(farms[0]).timezone if farms else "UTC"
