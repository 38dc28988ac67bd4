"""``notebooks``: what can be run. ``run``: one analysis, once or over the past, or whatever is due."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING, Annotated, Any

import typer

from farmlab.cli import context
from farmlab.cli.columns import aligned

if TYPE_CHECKING:
    from datetime import datetime

    from farmlab.config import Settings
    from farmlab.domain import Farm, Run
    from farmlab.notebooks import Notebook
    from farmlab.store import Store


def register(app: typer.Typer) -> None:
    """Add the verbs of this family."""
    app.command("notebooks")(list_notebooks)
    app.command()(run)


def list_notebooks(as_json: context.Json = False) -> None:
    """List the analyses with their parameters; exit code 1 when one cannot be run."""
    from farmlab import notebooks

    found = notebooks.catalogue(context.settings())
    context.say([_described(notebook) for notebook in found], as_json=as_json, text=_listed(found))
    if any(notebook.problems for notebook in found):
        raise typer.Exit(1)


def run(
    notebook: Annotated[str, typer.Argument(help="Name of an analysis, as `farmlab notebooks` lists it.")] = "",
    farm: Annotated[str, typer.Option(help="The farm; may be left out when there is only one.")] = "",
    house: Annotated[int, typer.Option(min=0, help="Number of a house; 0 = all.")] = 0,
    until: Annotated[str, typer.Option(help="End of the data, on the farm's clock; default: now.")] = "",
    parameter: Annotated[list[str] | None, typer.Option("--parameter", "-p", help="NAME=VALUE")] = None,
    due: Annotated[bool, typer.Option("--due", help="Run whatever is due, once.")] = False,
    start: Annotated[str, typer.Option("--from", help="Run it over the past, from this moment on.")] = "",
    end: Annotated[str, typer.Option("--to", help="With --from: up to this moment; default: now.")] = "",
    every: Annotated[str, typer.Option(help="With --from: the step, such as 1d, 6h, 30min or 1w.")] = "1d",
    force: Annotated[bool, typer.Option("--force", help="Run even what has been run, or has not changed.")] = False,
    as_json: context.Json = False,
) -> None:
    """Run an analysis and publish its page: farmlab run anomaly --farm Hillside -p hours=48.

    Over the past, as it was known then: farmlab run anomaly --farm Hillside --from 2026-07-01 --to 2026-07-14
    --every 1d. What was run before is kept, so that the same command goes on where it was stopped.
    """
    if due == bool(notebook):
        raise typer.BadParameter("give the name of a notebook, or --due")
    if due and (farm or house or until or parameter or start or end or force):
        raise typer.BadParameter("--due runs whatever is due, on all farms: give it alone")
    if (start and until) or (end and not start):
        raise typer.BadParameter("--from and --to are for the past, --until is for one run")
    settings = context.settings()
    with context.open_store() as store:
        if due:
            _report(_run_due(store, settings), settings, as_json=as_json)
            return
        asked = _Asked(store, settings, notebook, farm, house, parameter or [])
        if start:
            _run_past(asked, start, end, every, force=force, as_json=as_json)
        else:
            _report([_run_one(asked, until, force=force)], settings, as_json=as_json)


class _Asked:
    """One analysis with its parameters, as it was written; ``-p farm=…`` and the like go before the options."""

    def __init__(
        self, store: Store, settings: Settings, name: str, farm: str, house: int, assignments: list[str]
    ) -> None:
        from farmlab import notebooks
        from farmlab.notebooks import parameters

        self.store, self.settings, self.name = store, settings, name
        self.given = parameters.from_text(notebooks.find(settings, name).parameters, assignments, notebook=name)
        self.farm = store.farm(self.given.pop("farm", farm) or _only_farm(store))
        self.house: int = self.given.pop("house", house)
        self.until: str = self.given.pop("until", "")


def _run_due(store: Store, settings: Settings) -> list[Run]:
    from farmlab import clock, runs

    return runs.run_due(store, settings, clock.now())


def _run_one(asked: _Asked, until: str, *, force: bool) -> Run:
    from farmlab import runs

    return runs.run(
        asked.store,
        asked.settings,
        asked.name,
        farm=asked.farm.name,
        house=asked.house,
        until=_end(asked.store, asked.farm, asked.house, asked.until or until),
        parameters=asked.given,
        force=force,
    )


def _run_past(asked: _Asked, start: str, end: str, every: str, *, force: bool, as_json: bool) -> None:
    from farmlab import clock, runs
    from farmlab.cli import past
    from farmlab.notebooks import steps

    zone = asked.farm.timezone
    last = _end(asked.store, asked.farm, asked.house, end)
    if last > clock.now():
        raise typer.BadParameter("--to lies in the future")
    moments = steps.moments(clock.parse_time(start, zone), last, every, zone)
    done = runs.run_past(
        asked.store,
        asked.settings,
        asked.name,
        moments,
        farm=asked.farm.name,
        house=asked.house,
        parameters=asked.given,
        force=force,
        tell=past.progress(len(moments), zone, as_json=as_json),
    )
    past.report(done, zone, as_json=as_json)


def _only_farm(store: Store) -> str:
    names = [farm.name for farm in store.farms()]
    if len(names) != 1:
        raise typer.BadParameter(f"give --farm; there are: {', '.join(names) or 'none yet (farmlab farm add NAME)'}")
    return names[0]


def _end(store: Store, farm: Farm, house: int, until: str) -> datetime:
    """What was asked for; else now, or the newest reading of a farm whose data do not go on by themselves."""
    from farmlab import clock

    if until:
        return clock.parse_time(until, farm.timezone)
    newest = store.newest(farm.name, house=house) if farm.integration == "none" else {}
    return max(newest.values(), default=clock.now())


def _report(done: list[Run], settings: Settings, *, as_json: bool) -> None:
    from farmlab.domain import RunStatus
    from farmlab.results import as_plain

    lines = [_line(record, settings) for record in done]
    context.say([as_plain(record) for record in done], as_json=as_json, text="\n".join(lines) or "Nothing is due.")
    if any(record.status is RunStatus.FAILED for record in done):
        raise typer.Exit(1)


def _line(record: Run, settings: Settings) -> str:
    """How a run ended, what it found, and its page."""
    from farmlab.domain import RunStatus
    from farmlab.text import one_line

    where = f"{record.notebook}, {record.farm}" + (f", house {record.house}" if record.house else "")
    said = record.error or str(record.results.get("summary", ""))
    word = "nothing new" if record.status is RunStatus.SKIPPED and record.page else record.status
    page = f"\n  {settings.site / record.page}" if record.page else ""
    return one_line(f"{where}: {word}. {said}", limit=400) + page


def _listed(found: list[Notebook]) -> str:
    return "\n\n".join(_paragraph(notebook) for notebook in found) or "No notebook yet."


def _paragraph(notebook: Notebook) -> str:
    head = f"{notebook.name}: {notebook.title} ({notebook.schedule}, per {notebook.scope}; for {notebook.audience})"
    lines = [head if notebook.metadata else f"{notebook.name}: cannot be run"]
    lines += [f"  cannot be run: {problem}" for problem in notebook.problems]
    lines += [f"  note: {remark}" for remark in notebook.remarks]
    rows = [(item.name, item.type, repr(item.default), item.help) for item in notebook.parameters]
    table = aligned(("parameter", "type", "default", "meaning"), rows, empty="")
    return "\n".join([*lines, indent(table, "  ")])


def _described(notebook: Notebook) -> dict[str, Any]:
    from farmlab.results import as_plain

    return {
        "name": notebook.name,
        "title": notebook.title,
        "audience": notebook.audience,
        "scope": notebook.scope,
        "schedule": notebook.schedule,
        "parameters": [as_plain(parameter) for parameter in notebook.parameters],
        "problems": list(notebook.problems),
        "remarks": list(notebook.remarks),
    }
