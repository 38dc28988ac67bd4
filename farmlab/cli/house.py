"""``house``: the houses of a farm."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from farmlab import units
from farmlab.cli import context
from farmlab.cli.columns import aligned
from farmlab.domain import House, HouseKind
from farmlab.errors import DataError

if TYPE_CHECKING:
    from datetime import datetime

    from farmlab.store import Store

app = typer.Typer(no_args_is_help=True, help="Houses of a farm.")

FarmName = Annotated[str, typer.Option("--farm", help="Name of the farm.", show_default=False)]
Number = Annotated[int, typer.Option("--house", min=1, help="Number of the house.", show_default=False)]
Label = Annotated[str | None, typer.Option("--name", help="What people call it.")]
Kind = Annotated[HouseKind | None, typer.Option(help="What lives in it.")]
Capacity = Annotated[int | None, typer.Option(min=1, help="Birds that fit in.")]
SetPoints = Annotated[
    str, typer.Option(help='Temperature curve, "day:°C" pairs, linear in between: "0:33,7:30,21:26,35:21".')
]

_OLDEST_D = 1000
"""No bird that is kept gets older."""


@app.command("list")
def list_houses(farm: FarmName, as_json: context.Json = False) -> None:
    """List the houses of a farm, with flock and age."""
    from farmlab import clock

    with context.open_store() as store:
        now = clock.now()
        values = [_plain(house) | _flock(store, farm, house, now) for house in store.houses(farm)]
    header = ("house", "name", "kind", "capacity", "flock", "age in days")
    rows = [(v["number"], v["name"], v["kind"], v["capacity"], v["placed_on"], v["age_days"]) for v in values]
    text = aligned(header, rows, empty=f"No house yet. Add one: farmlab house add --farm {farm!r} --house 1")
    context.say(values, as_json=as_json, text=text)


@app.command()
def add(
    farm: FarmName,
    house: Number,
    name: Label = None,
    kind: Kind = None,
    capacity: Capacity = None,
    set_points: SetPoints = "",
    as_json: context.Json = False,
) -> None:
    """Add a house to a farm."""
    with context.open_store() as store:
        if any(known.number == house for known in store.houses(farm, retired=True)):
            raise DataError(f"there is a house {house} already", where=farm, next_step="Change it: farmlab house edit.")
        saved = store.save_house(farm, _changed(House(number=house), name, kind, capacity, set_points))
    context.say(_plain(saved), as_json=as_json, text=f"Added {saved.label} to {farm}.")


@app.command()
def edit(
    farm: FarmName,
    house: Number,
    name: Label = None,
    kind: Kind = None,
    capacity: Capacity = None,
    set_points: SetPoints = "",
    as_json: context.Json = False,
) -> None:
    """Change what is known of a house; what is not given stays."""
    with context.open_store() as store:
        saved = store.save_house(farm, _changed(store.house(farm, house), name, kind, capacity, set_points))
    context.say(_plain(saved), as_json=as_json, text=f"Changed {saved.label} of {farm}.")


@app.command()
def retire(farm: FarmName, house: Number, as_json: context.Json = False) -> None:
    """Leave a house out from now on; its data stay."""
    from farmlab import clock

    with context.open_store() as store:
        saved = store.save_house(farm, replace(store.house(farm, house), retired_at=clock.now()))
    context.say(_plain(saved), as_json=as_json, text=f"Retired {saved.label} of {farm}; its data stay.")


def _changed(house: House, name: str | None, kind: Kind, capacity: int | None, set_points: str) -> House:
    from farmlab.text import one_line

    return replace(
        house,
        name=house.name if name is None else one_line(name, limit=80),
        kind=kind or house.kind,
        capacity=capacity or house.capacity,
        set_points=parse_curve(set_points) if set_points else house.set_points,
    )


def parse_curve(text: str) -> tuple[tuple[float, float], ...]:
    """A temperature curve as (age in days, °C) pairs.

    >>> parse_curve("0:33, 7:30.5")
    ((0.0, 33.0), (7.0, 30.5))
    """
    try:
        pairs = sorted((float(day), float(temp)) for day, temp in (part.split(":") for part in text.split(",")))
    except ValueError:
        pairs = []
    possible = units.METRICS["temp_set"]
    if not pairs or not all(0 <= day <= _OLDEST_D and possible.low <= temp <= possible.high for day, temp in pairs):
        raise DataError(f"{text!r} is no temperature curve", next_step='Write it as "0:33,7:30,21:26".')
    return tuple(pairs)


def _plain(house: House) -> dict[str, Any]:
    return {
        "number": house.number,
        "name": house.name,
        "kind": str(house.kind),
        "capacity": house.capacity,
        "set_points": [list(point) for point in house.set_points],
        "retired": house.retired_at is not None,
    }


def _flock(store: Store, farm: str, house: House, now: datetime) -> dict[str, Any]:
    flock = store.flock_at(farm, house.number, now)
    if flock is None:
        return {"placed_on": "", "age_days": None}
    return {"placed_on": str(flock.placed_on), "age_days": flock.age_days(now, store.farm(farm).timezone)}
