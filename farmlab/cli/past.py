"""What ``run --from A --to B`` says: every moment as it ends, and all of them at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from farmlab.cli import context

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from farmlab.runs import Slot


def progress(total: int, timezone: str, *, as_json: bool) -> Callable[[Slot], None]:
    """What prints a line for each moment; beside the answer, where a program reads that."""
    place = iter(range(1, total + 1))

    def tell(slot: Slot) -> None:
        typer.echo(f"{next(place):>{len(str(total))}}/{total}  {_line(slot, timezone)}", err=as_json)

    return tell


def report(done: Sequence[Slot], timezone: str, *, as_json: bool) -> None:
    """The values of every moment, or how many were run; exit code 1 when some failed."""
    context.say([_described(slot) for slot in done], as_json=as_json, text=_summary(done, timezone))
    if any(slot.failed for slot in done):
        raise typer.Exit(1)


def _line(slot: Slot, timezone: str) -> str:
    from farmlab.text import one_line

    said = slot.run.error or str(slot.run.results.get("summary", ""))
    word = "kept" if slot.kept else str(slot.run.status)
    return one_line(f"{_local(slot.moment, timezone)} {word}. {said}", limit=160)


def _summary(done: Sequence[Slot], timezone: str) -> str:
    kept = sum(slot.kept for slot in done)
    failed = [_local(slot.moment, timezone) for slot in done if slot.failed]
    said = f"{len(done)} moments: {len(done) - kept - len(failed)} run, {kept} kept from before, {len(failed)} failed"
    if not failed:
        return f"{said}."
    return f"{said}: {', '.join(failed)}.\nThe same command runs those again, and no others."


def _described(slot: Slot) -> dict[str, Any]:
    from farmlab.results import as_plain

    run = slot.run
    return {
        "slot": run.slot.isoformat(),
        "status": str(run.status),
        "kept": slot.kept,
        "verdict": str(run.verdict.state) if run.verdict else None,
        "summary": run.results.get("summary", ""),
        "values": as_plain(run.results.get("values", {})),
        "findings": run.results.get("findings"),
        "error": run.error,
        "page": run.page,
    }


def _local(moment: datetime, timezone: str) -> str:
    from farmlab import clock

    return f"{moment.astimezone(clock.zone(timezone)):%Y-%m-%d %H:%M}"
