"""The site, and data out: ``report``, ``export``; the life of findings and actions is in their own files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from farmlab.cli import actions, context, findings

if TYPE_CHECKING:
    from typing import TextIO

    import pandas as pd


def register(app: typer.Typer) -> None:
    """Add the verbs of this family."""
    app.add_typer(findings.app, name="findings")
    app.add_typer(actions.app, name="actions")
    app.command()(report)
    app.command()(export)


def report(
    what: Annotated[Literal["show", "open"], typer.Argument(help="`open` it in a browser.")] = "show",
    as_json: context.Json = False,
) -> None:
    """Write the site's first page anew and say where it is."""
    from farmlab import clock, publish

    with context.open_store() as store:
        page = publish.publish_index(store, context.settings(), clock.now())
    context.say({"site": str(page)}, as_json=as_json, text=str(page))
    if what == "open":
        typer.launch(page.as_uri())


def export(
    farm: Annotated[str, typer.Option(help="The farm.")],
    house: Annotated[int, typer.Option(min=0, help="Number of a house; 0 = all.")] = 0,
    metric: Annotated[str, typer.Option(help="One metric, such as temp; default: all.")] = "",
    start: Annotated[str, typer.Option(help="From when, on the farm's clock.")] = "",
    until: Annotated[str, typer.Option(help="Until when, on the farm's clock.")] = "",
    step: Annotated[str, typer.Option(help="One row per step, such as 15min; default: as measured.")] = "",
    out: Annotated[Path | None, typer.Option(help="File to write; default: the terminal.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A list of objects instead of CSV.")] = False,
) -> None:
    """Readings as rows: farm, house, sensor, metric, unit, time, value, quality, learned_at."""
    from farmlab import clock, units

    with context.open_store() as store:
        record = store.farm(farm)
        first = clock.parse_time(start, record.timezone) if start else None
        last = clock.parse_time(until, record.timezone) if until else None
        code = units.metric(metric).code if metric else None
        rows = store.read(farm, house=house, metric=code, start=first, until=last, step=step or None)
    _write(rows, out, as_json=as_json)


def _write(rows: pd.DataFrame, out: Path | None, *, as_json: bool) -> None:
    from farmlab.errors import ConfigError

    if out is None:
        _to(rows, sys.stdout, as_json=as_json)
        return
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            _to(rows, file, as_json=as_json)
    except OSError as error:
        raise ConfigError(
            f"the file cannot be written: {error.strerror}", where=str(out), next_step="Choose another with --out."
        ) from None
    print(f"{len(rows)} rows in {out}")


def _to(rows: pd.DataFrame, file: TextIO, *, as_json: bool) -> None:
    """Names of farms and sensors come from outside: a spreadsheet must not compute them."""
    from farmlab.text import inert

    if as_json:
        rows.to_json(file, orient="records", date_format="iso", force_ascii=False)
        file.write("\n")
        return
    words = [name for name in ("farm", "sensor") if name in rows]
    rows.assign(**{name: rows[name].astype(str).map(inert) for name in words}).to_csv(file, index=False)
