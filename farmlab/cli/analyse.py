"""One-shot analyses: any table in, tables and a page out; no farm, no database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from farmlab.cli import context
from farmlab.cli.columns import aligned
from farmlab.text import counted, noun

if TYPE_CHECKING:
    from farmlab.analyse import Data, Looked

analyse = typer.Typer(no_args_is_help=True, help="Any table in, tables and a report out: no farm, no database.")

File = Annotated[Path, typer.Argument(help="A table with times: CSV or the like, plain or gzip, wide or long.")]
Time = Annotated[str, typer.Option(help="Column of the times; unset: recognised.")]
Group = Annotated[str, typer.Option(help="Column whose values are places of their own, such as house.")]
Timezone = Annotated[str, typer.Option(help="Zone of times without an offset; unset: UTC.")]
Dates = Annotated[
    Literal["dmy", "mdy", "ymd"] | None, typer.Option(help="Order of day, month and year.", show_default=False)
]

_MOST_SAID = 10


def register(root: typer.Typer) -> None:
    """Add the verbs of this file and of those that belong to it."""
    from farmlab.cli import analyse_failure, analyse_forecast  # noqa: F401 (their import adds the verbs)

    root.add_typer(analyse, name="analyse")


@analyse.callback()
def _analyse() -> None:
    """Any table in, tables and a report out: no farm, no database."""


@analyse.command()
def anomaly(
    file: File,
    out: Annotated[Path, typer.Option(help="Folder for scores.csv, episodes.csv and report.html.", show_default=False)],
    time: Time = "",
    value: Annotated[
        list[str] | None, typer.Option(help="Column (or series of a long table) to judge; again for more.")
    ] = None,
    group: Group = "",
    timezone: Timezone = "",
    dates: Dates = None,
    train_until: Annotated[str, typer.Option(help="Learn until then; unset: three days.")] = "",
    model: Annotated[str, typer.Option(help="Detector to use; unset: the default one.")] = "",
    as_json: context.Json = False,
) -> None:
    """Find what is unusual in a table: a score for every value, episodes, and a report.

    The columns of a file are taken as sensors of one place, which are compared with each other.
    Each value is judged by what came before it.
    """
    from farmlab import analyse as one_shot
    from farmlab import clock

    say, now = context.progress(quiet=as_json), clock.now()
    asked = one_shot.Asked(path=file, time=time, values=tuple(value or ()), group=group, timezone=timezone, dates=dates)
    one_shot.prepare(out, file)
    say(f"reading {file.name}")
    data = one_shot.read(asked, now=now)
    rows, sensors = data.known.rows, len(data.series)
    say(f"{rows:,} {noun(rows, 'row')}, {counted(sensors, 'sensor')}")
    looked = one_shot.look(data, model=model, train_until=train_until, say=say)
    say(f"writing to {out}")
    outputs = [one_shot.write_scores(out, data, looked), one_shot.write_episodes(out, data, looked)]
    rejected = one_shot.write_rejected(out, data)
    outputs += [rejected] if rejected else []
    outputs.append(one_shot.write_report(out, data, looked, at=now))
    context.say(one_shot.as_values(data, looked, outputs), as_json=as_json, text=_told(data, looked, outputs))


def _told(data: Data, looked: Looked, outputs: list[Path]) -> str:
    """What is wrong first, then the answer, the episodes, what was assumed, and where all of it is."""
    from farmlab import analyse as one_shot

    said = one_shot.summary(data, looked)
    lines = [
        *(f"Warning: {warning}" for warning in said.warnings),
        f"{said.state.shape} {said.sentence}.",
        said.chance,
        *_episodes(data, looked),
        *(f"Assumed: {sentence}" for sentence in said.assumptions),
        f"Written: {', '.join(map(str, outputs))}",
    ]
    return "\n".join(lines)


def _episodes(data: Data, looked: Looked) -> list[str]:
    from farmlab import analyse as one_shot
    from farmlab.analyse.ranking import severity

    shown = looked.episodes[:_MOST_SAID]
    if not shown:
        return []
    rows = [[severity(e), e.sensor, e.kind, one_shot.since(e, data), f"{e.score:.2f}", e.why] for e in shown]
    more = len(looked.episodes) - len(shown)
    tail = [f"… and {more} more in episodes.csv"] if more else []
    return ["", aligned(["severity", "sensor", "kind", "when", "score", "why"], rows, empty=""), *tail, ""]
