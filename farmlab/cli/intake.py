"""Data in: ``sync`` from integrations, ``import`` from files; the raw answers, and the keys of secrets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from farmlab.cli import context
from farmlab.domain import SyncStatus
from farmlab.errors import Busy, UnknownName
from farmlab.text import printable

if TYPE_CHECKING:
    from datetime import datetime

    from farmlab.domain import SyncRun
    from farmlab.ingest import Import
    from farmlab.store import Store

payload = typer.Typer(no_args_is_help=True, help="Raw answers of sources.")
secrets = typer.Typer(no_args_is_help=True, help="Stored passwords and tokens.")

KnownAs = Literal["polling", "measured", "now"]


def register(root: typer.Typer) -> None:
    """Add the verbs of this file."""
    root.command()(sync)
    root.command("import")(import_)
    root.add_typer(payload, name="payload")
    root.add_typer(secrets, name="secrets")


def sync(
    farm: Annotated[str, typer.Argument(help="The farm; unset: all that have an integration.")] = "",
    days: Annotated[bool, typer.Option("--days", help="Also read the tables of days that controllers keep.")] = False,
    as_json: context.Json = False,
) -> None:
    """Ask the sources of farms for what they know now.

    A farm that is named is asked even while it is left alone after repeated failures.
    """
    from farmlab import clock

    with context.open_store() as store:
        names = [farm] if farm else [known.name for known in store.farms() if known.integration != "none"]
        runs = [_sync(store, name, clock.now(), force=bool(farm), days=days, quiet=as_json) for name in names]
    text = "\n".join(map(_told, runs)) or "No farm has an integration. Add one: farmlab farm add NAME --integration …"
    context.say([_plain(run) for run in runs], as_json=as_json, text=text)
    if any(run.status == SyncStatus.FAILED for run in runs):
        raise typer.Exit(1)


def import_(
    file: Annotated[Path, typer.Argument(help="A table of readings: CSV or the like, plain or gzip.")],
    farm: Annotated[str, typer.Option(help="The farm that it is about.", show_default=False)],
    house: Annotated[int | None, typer.Option(min=0, help="House of rows that do not say theirs.")] = None,
    mapping: Annotated[
        list[str] | None, typer.Option("--map", help='What a column means: "T1=temp:F:north", stamp=time, x=ignore.')
    ] = None,
    known_as: Annotated[
        KnownAs,
        typer.Option(help="When readings count as known: one poll after they were measured, when measured, or now."),
    ] = "polling",
    timezone: Annotated[str, typer.Option(help="Zone of times without an offset; unset: the farm's.")] = "",
    dates: Annotated[
        Literal["dmy", "mdy", "ymd"] | None, typer.Option(help="Order of day, month and year.", show_default=False)
    ] = None,
    as_json: context.Json = False,
) -> None:
    """Take the readings of a file in; the same file again adds nothing."""
    from farmlab import clock, ingest
    from farmlab.integrations.recognise import parse_pairs

    with context.open_store() as store:
        done = ingest.import_file(
            store,
            context.settings(),
            file,
            farm=farm,
            at=clock.now(),
            house=house,
            known_as=known_as,
            mapping=parse_pairs(mapping or ()),
            timezone=timezone,
            dates=dates,
            progress=context.progress(quiet=as_json),
        )
    value = {**_plain(done.run), "said": list(done.said), "quarantine": str(done.quarantine or "")}
    context.say(value, as_json=as_json, text=_import_told(done, farm))


@payload.command("show")
def show_payload(
    farm: Annotated[str, typer.Argument(help="The farm.", show_default=False)],
    sync_id: Annotated[int, typer.Option("--sync", help="Number of the sync; unset: the newest with an answer.")] = 0,
) -> None:
    """Print what a source answered, secrets removed."""
    from farmlab import ingest

    with context.open_store() as store:
        syncs = [run for run in store.syncs(farm, limit=500) if run.payload and sync_id in (0, run.id)]
    if not syncs:
        raise UnknownName(
            f"there is no answer of sync {sync_id}" if sync_id else "no answer is kept yet",
            where=farm,
            next_step=f"Run: farmlab sync {farm!r}",
        )
    text = ingest.find_payload(context.settings(), syncs[0]).decode("utf-8", "replace")
    print(printable(text))


@secrets.command()
def rotate(as_json: context.Json = False) -> None:
    """Seal all stored secrets anew under a new key, and forget the old one."""
    from farmlab import ingest

    with context.open_store() as store:
        count = ingest.rotate_secrets(store, context.settings())
    context.say({"resealed": count}, as_json=as_json, text=f"Sealed anew: {count}. The old key is gone.")


def _sync(store: Store, farm: str, at: datetime, *, force: bool, days: bool, quiet: bool) -> SyncRun:
    """One farm's sync; one that another process is polling counts as running."""
    from farmlab import ingest
    from farmlab.domain import SyncRun

    try:
        return ingest.sync(
            store, context.settings(), farm, at=at, force=force, days=days, say=context.progress(quiet=quiet)
        )
    except Busy as error:
        if force:
            raise
        return SyncRun(farm=farm, source="", started_at=at, error=str(error))


def _told(run: SyncRun) -> str:
    counts = f"{run.new} new, {run.seen} seen before"
    changed = f", {run.changed} changed" if run.changed else ""
    rejected = f", {run.rejected} rejected" if run.rejected else ""
    tail = f" {run.error}" if run.error else ""
    if run.status == SyncStatus.FAILED:
        return f"{run.farm}: failed.{tail}"
    return f"{run.farm}: {run.status}, {counts}{changed}{rejected}.{tail}"


def _import_told(done: Import, farm: str) -> str:
    known = done.recognised
    span = f"{known.start:%Y-%m-%d %H:%M} to {known.until:%Y-%m-%d %H:%M} UTC" if known.start and known.until else ""
    columns = ", ".join(map(str, known.columns[:12])) + (" …" if len(known.columns) > 12 else "")
    lines = [
        f"{known.name}: a {known.layout} table, {known.rows:,} rows, {span}.",
        f"Columns: {columns}.",
        *done.said,
        _told(replace(done.run, farm=farm)),
        f"Next: farmlab run data_quality --farm {farm!r}",
    ]
    return "\n".join(lines)


def _plain(run: SyncRun) -> dict[str, Any]:
    return {
        "id": run.id,
        "farm": run.farm,
        "source": run.source,
        "status": str(run.status),
        "started_at": run.started_at.isoformat(),
        "new": run.new,
        "seen": run.seen,
        "changed": run.changed,
        "rejected": run.rejected,
        "error": run.error,
        "known_as": run.known_as,
    }
