"""``record``: what people measure, count and observe themselves."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from farmlab import units
from farmlab.cli import context
from farmlab.cli.flock import parse_day
from farmlab.cli.house import FarmName
from farmlab.domain import EventKind

if TYPE_CHECKING:
    from datetime import datetime

    from farmlab.store import Store

app = typer.Typer(no_args_is_help=True, help="Write down what people measure, count and observe.")

HouseNumber = Annotated[int, typer.Option("--house", min=0, help="Number of the house; 0 = the farm itself.")]
At = Annotated[str, typer.Option("--at", help="When, in the farm's time, as 2026-11-01 06:00; unset: now.")]
Note = Annotated[str, typer.Option(help="What was seen or done.")]
Equipment = Annotated[str, typer.Option(help='The piece of equipment, as "tunnel fan 2".')]
Amount = Annotated[float | None, typer.Option(min=0, show_default=False)]


@app.command()
def reading(
    farm: FarmName,
    house: HouseNumber,
    metric: Annotated[str, typer.Option(help="What was measured, such as temp, rh, co2, nh3.")],
    value: Annotated[float, typer.Option(help="The value.")],
    unit: Annotated[str, typer.Option(help="Its unit, such as F; unset: the metric's own.")] = "",
    position: Annotated[str, typer.Option(help="Where in the house.")] = "",
    at: At = "",
    as_json: context.Json = False,
) -> None:
    """Write down one value that somebody measured."""
    from farmlab.ingest import byhand

    with context.open_store() as store:
        now, moment = _moments(store, farm, at)
        written = byhand.record_reading(
            store, farm, house, metric, value, time=moment, at=now, unit=unit, position=position
        )
    found = units.to_si(value, unit or units.METRICS[metric].unit, metric=metric)
    what = f"{units.METRICS[metric].label} {found:g} {units.METRICS[metric].unit}".strip()
    context.say(asdict(written), as_json=as_json, text=f"{_done(written.new, written.changed)}: {what}.")


@app.command()
def daily(
    farm: FarmName,
    house: Annotated[int, typer.Option("--house", min=1, help="Number of the house.")],
    weight_g: Amount = None,
    mortality: Amount = None,
    culls: Amount = None,
    water_l: Amount = None,
    feed_kg: Amount = None,
    at: Annotated[str, typer.Option("--at", help="The day, as 2026-11-01; unset: today.")] = "",
    as_json: context.Json = False,
) -> None:
    """Write down the figures of a day, beside those of the day before; saying them again corrects them."""
    from farmlab import clock
    from farmlab.ingest import byhand

    said = {"weight": weight_g, "mortality": mortality, "culls": culls, "water": water_l, "feed": feed_kg}
    with context.open_store() as store:
        now = clock.now()
        day = parse_day(at) if at else clock.local_date(now, store.farm(farm).timezone)
        values = {metric: value for metric, value in said.items() if value is not None}
        byhand.record_daily(store, farm, house, values, day=day, at=now)
        days = [byhand.daily_of(store, farm, house, day - timedelta(days=back)) for back in (0, 1)]
    value = {str(told.day): dict(told.values) for told in days}
    context.say(value, as_json=as_json, text=_beside(*days))


@app.command()
def event(
    farm: FarmName,
    house: HouseNumber,
    kind: Annotated[EventKind, typer.Option(help="What kind of event.")],
    equipment: Equipment = "",
    at: At = "",
    note: Note = "",
    by: context.By = "",
    as_json: context.Json = False,
) -> None:
    """Write down what happened, such as a medication or an open door."""
    _event(farm, house, kind, equipment, at, note, by, as_json=as_json)


@app.command()
def failure(
    farm: FarmName,
    house: HouseNumber,
    equipment: Equipment = "",
    at: At = "",
    note: Note = "",
    by: context.By = "",
    as_json: context.Json = False,
) -> None:
    """Write down that something failed."""
    _event(farm, house, EventKind.FAILURE, equipment, at, note, by, as_json=as_json)


@app.command()
def maintenance(
    farm: FarmName,
    house: HouseNumber,
    equipment: Equipment = "",
    at: At = "",
    note: Note = "",
    started: Annotated[bool, typer.Option("--started", help="It has only begun.")] = False,
    by: context.By = "",
    as_json: context.Json = False,
) -> None:
    """Write down that something was repaired or serviced."""
    kind = EventKind.MAINTENANCE_STARTED if started else EventKind.MAINTENANCE_DONE
    _event(farm, house, kind, equipment, at, note, by, as_json=as_json)


def _event(
    farm: str, house: int, kind: EventKind, equipment: str, at: str, note: str, by: str, *, as_json: bool
) -> None:
    from farmlab.ingest import byhand

    with context.open_store() as store:
        now, moment = _moments(store, farm, at)
        kept = byhand.record_event(
            store, farm, house, kind, time=moment, at=now, by=context.who(by), message=note, equipment=equipment
        )
    value = {"house": house, "kind": str(kind), "equipment": kept.equipment, "note": kept.message, "by": kept.by}
    value["time"] = moment.isoformat()
    about = f" of {kept.equipment}" if kept.equipment else ""
    where = f"house {house}" if house else farm
    context.say(value, as_json=as_json, text=f"Written down: {kind.replace('_', ' ')}{about} in {where}, by {kept.by}.")


def _moments(store: Store, farm: str, at: str) -> tuple[datetime, datetime]:
    """The present, and the moment that was said in the farm's time."""
    from farmlab import clock

    now = clock.now()
    return now, clock.parse_time(at, store.farm(farm).timezone) if at else now


def _done(new: int, changed: int) -> str:
    return "Written down" if new else "Corrected" if changed else "Known already"


def _beside(today: Any, yesterday: Any) -> str:
    from farmlab.cli.columns import aligned
    from farmlab.ingest import byhand

    rows = [
        (
            f"{units.METRICS[metric].label} ({units.METRICS[metric].unit or 'number'})",
            _shown(today.values.get(metric)),
            _shown(yesterday.values.get(metric)),
        )
        for metric in byhand.DAILY
    ]
    return aligned(("", str(today.day), str(yesterday.day)), rows, empty="")


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"
