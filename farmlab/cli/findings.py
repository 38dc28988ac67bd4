"""``findings``: what somebody should know, and what people say of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from farmlab.cli import context
from farmlab.cli.columns import aligned
from farmlab.domain import ActionStatus, Answer, Category, Feedback, FindingStatus

if TYPE_CHECKING:
    from farmlab.domain import Action, Finding
    from farmlab.store import Store

app = typer.Typer(no_args_is_help=True, help="What somebody should know, and what people say of it.")

Id = Annotated[str, typer.Argument(help="Id of the finding, as `findings list` shows it.")]
Note = Annotated[str, typer.Option(help="A word about why.")]


@app.command("list")
def list_findings(
    farm: Annotated[str, typer.Option(help="Of this farm only.")] = "",
    house: Annotated[int, typer.Option(min=0, help="Of this house only.")] = 0,
    category: Annotated[Category | None, typer.Option(help="Of this category only, such as sensor.")] = None,
    status: Annotated[FindingStatus | None, typer.Option(help="Those that stand there, such as known.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    as_json: context.Json = False,
) -> None:
    """List the findings that are open, the newest first."""
    from farmlab.results import as_plain

    waiting = (FindingStatus.OPEN, FindingStatus.ACKNOWLEDGED, FindingStatus.SNOOZED)
    noticed = (status,) if status else () if every else waiting
    with context.open_store() as store:
        found = store.findings(farm or None, house=house, status=noticed, category=category)
        rows = [_row(item, _timezone(store, item.farm)) for item in found]
    header = ("id", "farm", "house", "severity", "since", "status", "what")
    text = aligned(header, rows, empty="Nothing is open.")
    context.say([as_plain(item) for item in found], as_json=as_json, text=text)


@app.command()
def show(finding: Id, as_json: context.Json = False) -> None:
    """Show a finding: why, what to check, where it stands and what that means, and what was said of it."""
    from farmlab import clock
    from farmlab import feedback as feedback_of
    from farmlab.results import as_plain

    with context.open_store() as store:
        item, history, steps = store.finding(finding), store.history(finding), store.actions(finding)
        limit = feedback_of.factor(store, item, until=clock.now())
        text = _described(item, history, [*_meant(item, limit), *_done(steps)], _timezone(store, item.farm))
    more = {"history": as_plain(history), "actions": as_plain(steps), "limit_times": limit}
    context.say({**as_plain(item), **more}, as_json=as_json, text=text)


@app.command()
def ack(finding: Id, note: Note = "", by: context.By = "", as_json: context.Json = False) -> None:
    """Acknowledge a finding: somebody knows and cares for it."""
    _set(finding, FindingStatus.ACKNOWLEDGED, note, by, as_json=as_json)


@app.command()
def snooze(
    finding: Id,
    hours: Annotated[float, typer.Option(min=0.1, max=366 * 24, help="For how many hours.")] = 24.0,
    note: Note = "",
    by: context.By = "",
    as_json: context.Json = False,
) -> None:
    """Leave a finding in peace for some hours."""
    _set(finding, FindingStatus.SNOOZED, note, by, hours=hours, as_json=as_json)


@app.command()
def resolve(finding: Id, note: Note = "", by: context.By = "", as_json: context.Json = False) -> None:
    """Say that what was found is mended."""
    _set(finding, FindingStatus.RESOLVED, note, by, as_json=as_json)


@app.command()
def reopen(finding: Id, note: Note = "", by: context.By = "", as_json: context.Json = False) -> None:
    """Say that a finding that was over, known or asleep needs somebody again."""
    _set(finding, FindingStatus.OPEN, note, by, as_json=as_json)


@app.command()
def feedback(
    finding: Id,
    answer: Annotated[Answer, typer.Argument(help="true, false (a false alarm) or known.")],
    note: Note = "",
    by: context.By = "",
    as_json: context.Json = False,
) -> None:
    """Say whether what was found occurred (true), did not (false) or is known; limits learn from it."""
    from farmlab import clock

    word = Feedback(finding=finding, answer=answer, by=context.who(by), at=clock.now(), note=note)
    with context.open_store() as store:
        _say(store.answer(word), as_json=as_json)


@app.command()
def effectiveness(
    farm: Annotated[str, typer.Option(help="Of this farm.")],
    days: Annotated[int, typer.Option(min=1, help="Over so many days up to now.")] = 90,
    as_json: context.Json = False,
) -> None:
    """How good alerts have been, by kind and month: true, in time, and what happened without one."""
    from farmlab import clock
    from farmlab import effectiveness as effect

    now = clock.now()
    with context.open_store() as store:
        table = effect.read(store, farm, start=now - timedelta(days=days), until=now)
    rows = [[_figure(cell) for cell in row] for row in table.itertuples(index=False)]
    text = aligned([name.replace("_", " ") for name in table.columns], rows, empty="No alert and no failure yet.")
    context.say(table.astype(object).where(table.notna(), None).to_dict("records"), as_json=as_json, text=text)


def _set(finding: str, status: FindingStatus, note: str, by: str, *, as_json: bool, hours: float | None = None) -> None:
    from farmlab import clock

    now = clock.now()
    until = None if hours is None else now + timedelta(hours=hours)
    with context.open_store() as store:
        item = store.set_status(finding, status, by=context.who(by), at=now, note=note, until=until)
    _say(item, as_json=as_json)


def _say(item: Finding, *, as_json: bool) -> None:
    from farmlab.results import as_plain
    from farmlab.text import one_line

    text = f"{item.id} is {item.status.said}: {one_line(item.title)}"
    context.say(as_plain(item), as_json=as_json, text=text)


def _row(item: Finding, timezone: str) -> tuple[object, ...]:
    return (
        item.id,
        item.farm,
        item.house or "farm",
        item.severity,
        _local(item, timezone),
        item.status.replace("_", " "),
        item.title,
    )


def _described(item: Finding, history: list[dict[str, object]], more: list[str], timezone: str) -> str:
    lines = [
        f"{item.id}  {item.title}",
        f"  {item.farm}, {f'house {item.house}' if item.house else 'the farm'}, {item.category}, {item.kind}",
        f"  {item.severity}, since {_local(item, timezone)}, score {item.score:.2f}, {item.status.said}",
        *(f"  why: {one.cause} ({one.confidence:.0%}) {one.evidence}".rstrip() for one in item.why),
        *(f"  check: {step}" for step in item.check),
        *(f"  {line}" for line in more),
        *(f"  {entry['at']:%Y-%m-%d %H:%M} UTC  {entry['by']}: {entry['status']} {entry['note']}" for entry in history),
    ]
    from farmlab.text import one_line

    return "\n".join(line[: len(line) - len(line.lstrip())] + one_line(line) for line in lines)


def _local(item: Finding, timezone: str) -> str:
    from farmlab import clock

    return f"{item.start.astimezone(clock.zone(timezone)):%Y-%m-%d %H:%M}"


def _timezone(store: Store, farm: str) -> str:
    return store.farm(farm).timezone


def _meant(item: Finding, limit: float) -> list[str]:
    """What it means where the finding stands, and what answers have done to its limit."""
    from farmlab.store.findings import KNOWN_FOR

    reopen = f"`farmlab findings reopen {item.id}` makes it an alert again"
    lines = []
    if item.status is FindingStatus.SNOOZED and item.snoozed_until:
        lines.append(f"it sleeps until {item.snoozed_until:%Y-%m-%d %H:%M} UTC, unless it gets more severe; {reopen}")
    if item.status is FindingStatus.KNOWN:
        lines.append(
            f"it is no alert again while it lasts, nor when it comes back within {KNOWN_FOR.days} days after "
            f"somebody said so, unless it gets more severe; {reopen}"
        )
    if item.status is FindingStatus.FALSE_ALARM:
        lines.append(f"it is no alert again while it lasts, unless it gets more severe; {reopen}")
    if limit > 1:
        lines.append(f"by the answers of people, {item.kind} of {item.subject} has a limit {limit:g} times the usual")
    return lines


def _done(steps: list[Action]) -> list[str]:
    taken_up = [step for step in steps if step.status is not ActionStatus.RECOMMENDED]
    return [
        f"{step.status}: {step.step}, {step.by}" + (f" ({step.outcome})" if step.outcome else "") for step in taken_up
    ]


def _figure(cell: object) -> object:
    if isinstance(cell, float):
        return "–" if cell != cell else f"{cell:.2f}"
    return cell
