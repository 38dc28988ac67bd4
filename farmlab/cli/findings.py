"""``findings``: what somebody should know, and what people say of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from farmlab.cli import context
from farmlab.cli.columns import aligned
from farmlab.domain import Answer, Feedback, FindingStatus

if TYPE_CHECKING:
    from farmlab.domain import Finding
    from farmlab.store import Store

app = typer.Typer(no_args_is_help=True, help="What somebody should know, and what people say of it.")

Id = Annotated[str, typer.Argument(help="Id of the finding, as `findings list` shows it.")]
Note = Annotated[str, typer.Option(help="A word about why.")]

_STATUS_OF_ANSWER = {
    Answer.TRUE: FindingStatus.ACKNOWLEDGED,
    Answer.FALSE: FindingStatus.FALSE_ALARM,
    Answer.KNOWN: FindingStatus.KNOWN,
}


@app.command("list")
def list_findings(
    farm: Annotated[str, typer.Option(help="Of this farm only.")] = "",
    house: Annotated[int, typer.Option(min=0, help="Of this house only.")] = 0,
    category: Annotated[str, typer.Option(help="Of this category only, such as sensor.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    as_json: context.Json = False,
) -> None:
    """List the findings that are open, the newest first."""
    from farmlab.results import as_plain

    noticed = () if every else (FindingStatus.OPEN, FindingStatus.ACKNOWLEDGED, FindingStatus.SNOOZED)
    with context.open_store() as store:
        found = store.findings(farm or None, house=house, status=noticed, category=category or None)
        rows = [_row(item, _timezone(store, item.farm)) for item in found]
    header = ("id", "farm", "house", "severity", "since", "status", "what")
    text = aligned(header, rows, empty="Nothing is open.")
    context.say([as_plain(item) for item in found], as_json=as_json, text=text)


@app.command()
def show(finding: Id, as_json: context.Json = False) -> None:
    """Show a finding: why, what to check, and what was said of it."""
    from farmlab.results import as_plain

    with context.open_store() as store:
        item, history = store.finding(finding), store.history(finding)
        text = _described(item, history, _timezone(store, item.farm))
    context.say({**as_plain(item), "history": as_plain(history)}, as_json=as_json, text=text)


@app.command()
def ack(finding: Id, note: Note = "", by: context.By = "", as_json: context.Json = False) -> None:
    """Acknowledge a finding: somebody knows and cares for it."""
    _set(finding, FindingStatus.ACKNOWLEDGED, note, by, as_json=as_json)


@app.command()
def snooze(
    finding: Id,
    hours: Annotated[float, typer.Option(min=0.1, help="For how many hours.")] = 24.0,
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
def feedback(
    finding: Id,
    answer: Annotated[Answer, typer.Argument(help="true, false (a false alarm) or known.")],
    note: Note = "",
    by: context.By = "",
    as_json: context.Json = False,
) -> None:
    """Say whether a finding is true, false or known; thresholds learn from it."""
    from farmlab import clock

    with context.open_store() as store:
        store.add_feedback(Feedback(finding=finding, answer=answer, by=context.who(by), at=clock.now(), note=note))
    _set(finding, _STATUS_OF_ANSWER[answer], note, by, as_json=as_json)


def _set(finding: str, status: FindingStatus, note: str, by: str, *, as_json: bool, hours: float | None = None) -> None:
    from farmlab import clock
    from farmlab.results import as_plain

    now = clock.now()
    until = None if hours is None else now + timedelta(hours=hours)
    with context.open_store() as store:
        item = store.set_status(finding, status, by=context.who(by), at=now, note=note, until=until)
    context.say(as_plain(item), as_json=as_json, text=f"{item.id} is {_word(item.status)}: {item.title}")


def _row(item: Finding, timezone: str) -> tuple[object, ...]:
    return (
        item.id,
        item.farm,
        item.house or "farm",
        item.severity,
        _local(item, timezone),
        _word(item.status),
        item.title,
    )


def _described(item: Finding, history: list[dict[str, object]], timezone: str) -> str:
    lines = [
        f"{item.id}  {item.title}",
        f"  {item.farm}, {f'house {item.house}' if item.house else 'the farm'}, {item.category}, {item.kind}",
        f"  {item.severity}, since {_local(item, timezone)}, score {item.score:.2f}, {_word(item.status)}",
        *(f"  why: {one.cause} ({one.confidence:.0%}) {one.evidence}".rstrip() for one in item.why),
        *(f"  check: {step}" for step in item.check),
        *(f"  {entry['at']:%Y-%m-%d %H:%M} UTC  {entry['by']}: {entry['status']} {entry['note']}" for entry in history),
    ]
    from farmlab.text import one_line

    return "\n".join(line[: len(line) - len(line.lstrip())] + one_line(line) for line in lines)


def _local(item: Finding, timezone: str) -> str:
    from farmlab import clock

    return f"{item.start.astimezone(clock.zone(timezone)):%Y-%m-%d %H:%M}"


def _timezone(store: Store, farm: str) -> str:
    return store.farm(farm).timezone


def _word(status: FindingStatus) -> str:
    return status.replace("_", " ")
