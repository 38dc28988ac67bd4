"""``actions``: what to do about findings, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from farmlab.cli import context
from farmlab.cli.columns import aligned

if TYPE_CHECKING:
    from farmlab.domain import Action

app = typer.Typer(no_args_is_help=True, help="What to do about findings, and what became of it.")

Number = Annotated[int, typer.Argument(help="Number of the action, as `actions list` shows it.")]
Outcome = Annotated[str, typer.Option(help="What it brought, or why it was left out.")]


@app.command("list")
def list_actions(
    farm: Annotated[str, typer.Option(help="Of this farm only.")] = "", as_json: context.Json = False
) -> None:
    """List the steps that open findings advise."""
    from farmlab import actions, clock
    from farmlab.results import as_plain

    with context.open_store() as store:
        found = actions.recommend(store, farm=farm or None, at=clock.now())
    rows = [(item.id, item.finding, item.status, _due(item), item.by, item.step) for item in found]
    text = aligned(("nr", "finding", "status", "due", "by", "step"), rows, empty="Nothing is to be done.")
    context.say([as_plain(item) for item in found], as_json=as_json, text=text)


@app.command()
def schedule(
    action: Number,
    due: Annotated[str, typer.Option(help="Until when, such as 2026-07-01 12:00+02:00.")] = "",
    by: context.By = "",
    as_json: context.Json = False,
) -> None:
    """Plan a step."""
    from farmlab import actions, clock

    end = clock.parse_time(due) if due else None
    with context.open_store() as store:
        _say(actions.schedule(store, action, by=context.who(by), at=clock.now(), due=end), as_json=as_json)


@app.command()
def done(action: Number, outcome: Outcome = "", by: context.By = "", as_json: context.Json = False) -> None:
    """Say that a step was done, and what it brought."""
    from farmlab import actions, clock

    with context.open_store() as store:
        _say(actions.done(store, action, by=context.who(by), at=clock.now(), outcome=outcome), as_json=as_json)


@app.command()
def skip(action: Number, outcome: Outcome = "", by: context.By = "", as_json: context.Json = False) -> None:
    """Leave a step out, and say why."""
    from farmlab import actions, clock

    with context.open_store() as store:
        _say(actions.skip(store, action, by=context.who(by), at=clock.now(), outcome=outcome), as_json=as_json)


def _say(action: Action, *, as_json: bool) -> None:
    from farmlab.results import as_plain

    context.say(as_plain(action), as_json=as_json, text=f"{action.id} is {action.status}: {action.step}")


def _due(action: Action) -> str:
    return f"{action.due:%Y-%m-%d %H:%M} UTC" if action.due else ""
