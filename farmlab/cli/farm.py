"""``farm``: where the data come from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from farmlab.cli import context
from farmlab.cli.columns import aligned
from farmlab.domain import HouseKind
from farmlab.errors import ConfigError

if TYPE_CHECKING:
    from datetime import datetime

    from farmlab.domain import Farm
    from farmlab.store import Store

app = typer.Typer(no_args_is_help=True, help="Farms: where the data come from.")

Name = Annotated[str, typer.Argument(help="Name of the farm.", show_default=False)]
Set = Annotated[list[str] | None, typer.Option("--set", help="A setting of the integration: NAME=VALUE.")]
Secret = Annotated[
    list[str] | None, typer.Option("--secret", help="A secret: NAME=env:VARIABLE, NAME=@FILE, or NAME=- to be asked.")
]
Zone = Annotated[str, typer.Option("--timezone", help="Time zone of the farm, such as Europe/Berlin.")]
Minutes = Annotated[float | None, typer.Option(min=0.1, max=7 * 24 * 60, help="Minutes between two polls.")]


@app.command()
def add(
    name: Name,
    integration: Annotated[str, typer.Option(help="none, rotem, csv_file, or that of a plug-in.")] = "none",
    settings: Set = None,
    secret: Secret = None,
    timezone: Zone = "",
    location: Annotated[str, typer.Option(help="Where it is.")] = "",
    breed: Annotated[str, typer.Option(help="Breed of the running flocks, such as ross308.")] = "",
    birds: Annotated[int | None, typer.Option(min=1, help="Birds placed in each house.")] = None,
    houses: Annotated[int, typer.Option(min=0, max=1000, help="Number of houses, where there is no integration.")] = 0,
    kind: Annotated[HouseKind, typer.Option(help="What the houses of such a farm are.")] = HouseKind.BROILER,
    poll_minutes: Minutes = None,
    as_json: context.Json = False,
) -> None:
    """Add a farm: test its source, and record the houses, equipment and flocks found there.

    Example: farmlab farm add Hillside --integration rotem --timezone Europe/Berlin
    --set username=me@example.com --secret password=env:ROTEM_PASSWORD
    """
    from farmlab import clock, ingest

    with context.open_store() as store:
        added = ingest.add_farm(
            store,
            context.settings(),
            name,
            at=clock.now(),
            integration=integration,
            options=options(settings, secret),
            timezone=timezone,
            location=location,
            breed=breed,
            birds=birds,
            houses=houses,
            kind=kind,
            poll_minutes=poll_minutes,
            ask=_ask,
        )
    counts = f"{len(added.houses)} houses, {len(added.equipment)} pieces of equipment, {len(added.flocks)} flocks"
    lines = [f"Added {name}: {counts}.", *added.said, _next_step(added.farm)]
    value = {**_plain(added.farm), "houses": len(added.houses), "flocks": len(added.flocks), "said": list(added.said)}
    context.say(value, as_json=as_json, text="\n".join(lines))


@app.command("list")
def list_farms(
    every: Annotated[bool, typer.Option("--all", help="Also those that are retired.")] = False,
    as_json: context.Json = False,
) -> None:
    """List the farms, with their last sync and newest reading."""
    with context.open_store() as store:
        values = [{**_plain(farm), **_state(store, farm)} for farm in store.farms(retired=every)]
    rows = [
        (v["name"], v["integration"], v["houses"], v["last_sync"], v["newest_reading"], v["status"]) for v in values
    ]
    header = ("farm", "integration", "houses", "last sync", "newest reading", "status")
    text = aligned(header, rows, empty="No farm yet. Add one: farmlab farm add NAME --houses 2, or run: make demo")
    context.say(values, as_json=as_json, text=text)


@app.command()
def show(name: Name, as_json: context.Json = False) -> None:
    """Show a farm: settings (secrets stay hidden), houses, sensors and the last sync."""
    with context.open_store() as store:
        farm = store.farm(name)
        value = {**_plain(farm), **_state(store, farm)}
        sensors, equipment = store.sensors(name), store.equipment(name)
    value |= {"sensors": len(sensors), "equipment": len(equipment)}
    context.say(value, as_json=as_json, text=aligned(("", ""), value.items(), empty="").strip())


@app.command("test")
def check(name: Name, as_json: context.Json = False) -> None:
    """Test the connection to a farm's source."""
    from farmlab import ingest

    with context.open_store() as store:
        farm = store.farm(name)
    sentence, source = ingest.info(farm, context.settings())
    value = {"farm": name, "reached": sentence, "source": source.name, "simulated": source.simulated}
    context.say(value, as_json=as_json, text=f"{sentence}\n{source.detail}")


@app.command()
def edit(
    name: Name,
    new_name: Annotated[str, typer.Option("--name", help="A new name.")] = "",
    settings: Set = None,
    secret: Secret = None,
    timezone: Zone = "",
    location: Annotated[str | None, typer.Option(help="Where it is.")] = None,
    poll_minutes: Minutes = None,
    as_json: context.Json = False,
) -> None:
    """Change a farm; a changed connection is tested before it is recorded."""
    from farmlab import ingest

    with context.open_store() as store:
        farm = ingest.edit_farm(
            store,
            context.settings(),
            name,
            new_name=new_name,
            options=options(settings, secret),
            timezone=timezone,
            location=location,
            poll_minutes=poll_minutes,
            ask=_ask,
        )
    context.say(_plain(farm), as_json=as_json, text=f"Changed {farm.name}.")


@app.command()
def retire(name: Name, as_json: context.Json = False) -> None:
    """Stop polling and analysing a farm; its data stay."""
    from farmlab import clock

    _set_retired(name, clock.now(), f"Retired {name}. Its data stay; farmlab farm restore brings it back.", as_json)


@app.command()
def restore(name: Name, as_json: context.Json = False) -> None:
    """Take a retired farm up again."""
    _set_retired(name, None, f"{name} is polled and analysed again.", as_json)


def options(settings: list[str] | None, secret: list[str] | None) -> dict[str, str]:
    """The settings of ``--set`` and ``--secret`` together."""
    said: dict[str, str] = {}
    for pair in (*(settings or ()), *(secret or ())):
        name, equals, value = pair.partition("=")
        if not equals or not name:  # the pair is not repeated: somebody may have written a secret
            raise ConfigError(
                "a setting is written NAME=VALUE", next_step="Such as --set username=me or --secret password=-."
            )
        said[name] = value
    return said


def _ask() -> str:
    return str(typer.prompt("Secret (it is not shown)", hide_input=True))


def _set_retired(name: str, moment: datetime | None, text: str, as_json: bool) -> None:
    with context.open_store() as store:
        farm = store.update_farm(replace(store.farm(name), retired_at=moment))
    context.say(_plain(farm), as_json=as_json, text=text)


def _plain(farm: Farm) -> dict[str, Any]:
    """A farm as plain values; what is sealed is not shown, not even sealed."""
    from farmlab import secrets

    shown = {n: "(sealed)" if str(v).startswith(secrets.SEALED) else v for n, v in farm.settings.items()}
    return {
        "name": farm.name,
        "timezone": farm.timezone,
        "integration": farm.integration,
        "settings": shown,
        "location": farm.location,
        "poll_minutes": farm.poll_minutes,
        "simulated": farm.simulated,
        "status": "retired" if farm.retired_at else "simulated" if farm.simulated else "in use",
    }


def _state(store: Store, farm: Farm) -> dict[str, Any]:
    from farmlab import clock

    last = next(iter(store.syncs(farm.name, limit=1)), None)
    newest = max(store.newest(farm.name).values(), default=None)
    local = newest.astimezone(clock.zone(farm.timezone)).strftime("%Y-%m-%d %H:%M") if newest else ""
    return {
        "houses": len(store.houses(farm.name)),
        "last_sync": str(last.status) if last else "",
        "last_error": last.error if last else "",
        "newest_reading": local,
    }


def _next_step(farm: Farm) -> str:
    if farm.integration == "none":
        return f"Next: farmlab import FILE --farm {farm.name!r}, or farmlab record daily."
    return f"Next: farmlab sync {farm.name!r}"
