"""``flock``: the batches of birds in the houses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from farmlab.cli import context
from farmlab.cli.columns import aligned
from farmlab.cli.house import FarmName, Number
from farmlab.domain import Flock
from farmlab.errors import DataError

if TYPE_CHECKING:
    from farmlab.store import Store

app = typer.Typer(no_args_is_help=True, help="Flocks: the batches of birds in the houses.")

Breed = Annotated[str, typer.Option(help="Breed, such as ross308 or cobb500.")]
Birds = Annotated[int | None, typer.Option(min=1, help="Birds placed.")]
Harvest = Annotated[str, typer.Option(help="Expected day of harvest, as 2026-12-24.")]
_EARLIEST, _LATEST = 1970, 2200


@app.command("list")
def list_flocks(
    farm: FarmName,
    house: Annotated[int, typer.Option(min=0, help="Of this house only.")] = 0,
    as_json: context.Json = False,
) -> None:
    """List the flocks of a farm, the oldest first."""
    with context.open_store() as store:
        values = [_plain(flock) for flock in store.flocks(farm, house=house)]
    header = ("house", "placed on", "breed", "birds", "expected harvest", "ended on")
    rows = [tuple(value.values()) for value in values]
    context.say(values, as_json=as_json, text=aligned(header, rows, empty="No flock yet: farmlab flock place"))


@app.command()
def place(
    farm: FarmName,
    house: Number,
    on: Annotated[str, typer.Option("--on", help="Day of placement, as 2026-11-01; unset: today.")] = "",
    breed: Breed = "",
    birds: Birds = None,
    harvest: Harvest = "",
    as_json: context.Json = False,
) -> None:
    """Record that birds were placed in a house; that day is day 0 of their age."""
    from farmlab import ingest

    code, doubt = ingest.known_breed(breed)
    with context.open_store() as store:
        store.house(farm, house)
        day = _day(store, farm, on)
        _check_free(store, farm, house, day)
        flock = Flock(
            house=house,
            placed_on=day,
            breed=code,
            birds_placed=birds,
            expected_harvest=parse_day(harvest) if harvest else None,
        )
        saved = store.save_flock(farm, _in_order(flock))
    unknown = [name for name, value in (("breed", code), ("number of birds", birds)) if not value]
    told = f" Unknown: {' and '.join(unknown)}; say it with farmlab flock edit." if unknown else ""
    context.say(_plain(saved), as_json=as_json, text=f"Placed a flock in house {house} on {day}.{told} {doubt}".strip())


@app.command()
def end(
    farm: FarmName,
    house: Number,
    on: Annotated[str, typer.Option("--on", help="Last day of the flock; unset: today.")] = "",
    as_json: context.Json = False,
) -> None:
    """Record that the flock of a house is gone."""
    with context.open_store() as store:
        day = _day(store, farm, on)
        saved = store.save_flock(farm, _in_order(replace(_running(store, farm, house), ended_on=day)))
    context.say(_plain(saved), as_json=as_json, text=f"The flock of {saved.placed_on} in house {house} ended on {day}.")


@app.command()
def edit(
    farm: FarmName,
    house: Number,
    placed: Annotated[str, typer.Option(help="Which flock: its day of placement; unset: the newest.")] = "",
    on: Annotated[str, typer.Option("--on", help="A corrected day of placement.")] = "",
    ended: Annotated[str, typer.Option(help="A corrected last day.")] = "",
    breed: Breed = "",
    birds: Birds = None,
    harvest: Harvest = "",
    as_json: context.Json = False,
) -> None:
    """Correct what is recorded of a flock; what is not given stays."""
    from farmlab import ingest

    code, doubt = ingest.known_breed(breed)
    with context.open_store() as store:
        flock = _chosen(store, farm, house, placed)
        changed = replace(
            flock,
            placed_on=parse_day(on) if on else flock.placed_on,
            ended_on=parse_day(ended) if ended else flock.ended_on,
            breed=code or flock.breed,
            birds_placed=birds or flock.birds_placed,
            expected_harvest=parse_day(harvest) if harvest else flock.expected_harvest,
        )
        saved = store.save_flock(farm, _in_order(changed))
    text = f"Changed the flock of {saved.placed_on} in house {house}. {doubt}".strip()
    context.say(_plain(saved), as_json=as_json, text=text)


def parse_day(text: str) -> date:
    """A day as people write it.

    >>> parse_day("2026-11-01")
    datetime.date(2026, 11, 1)
    """
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = date.min
    if not _EARLIEST <= day.year <= _LATEST:
        raise DataError(f"{text!r} is no day", next_step="Write it as 2026-11-01.")
    return day


def _day(store: Store, farm: str, text: str) -> date:
    from farmlab import clock

    return parse_day(text) if text else clock.local_date(clock.now(), store.farm(farm).timezone)


def _in_order(flock: Flock) -> Flock:
    """The flock, whose end and harvest do not lie before its placement."""
    for day in (flock.ended_on, flock.expected_harvest):
        if day is not None and day < flock.placed_on:
            raise DataError(
                f"{day} is before the placement on {flock.placed_on}",
                where=f"house {flock.house}",
                next_step="Check the day.",
            )
    return flock


def _check_free(store: Store, farm: str, house: int, day: date) -> None:
    held = next((flock for flock in store.flocks(farm, house=house) if flock.holds(day)), None)
    if held is not None:
        raise DataError(
            f"the flock placed on {held.placed_on} is still there on {day}",
            where=f"house {house}",
            next_step=f"End it first: farmlab flock end --farm {farm!r} --house {house} --on DAY",
        )


def _running(store: Store, farm: str, house: int) -> Flock:
    running = [flock for flock in store.flocks(farm, house=house) if flock.ended_on is None]
    if not running:
        raise DataError("no flock is there", where=f"house {house}", next_step="Place one: farmlab flock place")
    return running[-1]


def _chosen(store: Store, farm: str, house: int, placed: str) -> Flock:
    flocks = store.flocks(farm, house=house)
    chosen = [flock for flock in flocks if not placed or flock.placed_on == parse_day(placed)]
    if not chosen:
        known = ", ".join(str(flock.placed_on) for flock in flocks) or "none"
        raise DataError(
            f"no flock was placed {f'on {placed}' if placed else 'yet'}",
            where=f"house {house}",
            next_step=f"Days of placement: {known}.",
        )
    return chosen[-1]


def _plain(flock: Flock) -> dict[str, Any]:
    return {
        "house": flock.house,
        "placed_on": str(flock.placed_on),
        "breed": flock.breed,
        "birds_placed": flock.birds_placed,
        "expected_harvest": str(flock.expected_harvest or ""),
        "ended_on": str(flock.ended_on or ""),
    }
