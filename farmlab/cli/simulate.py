"""``farmlab simulate``: the simulated farm and its gateway; ``simulate fault`` breaks something in it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from farmlab.cli import context, outside

app = typer.Typer(help="The simulated farm, on loopback only.", invoke_without_command=True)


def register(root: typer.Typer) -> None:
    """Add the verbs of this file."""
    root.add_typer(app, name="simulate")


@app.callback()
def simulate(
    call: typer.Context,
    archive: Annotated[Path | None, typer.Option(help="Write the farm's past to this file and end.")] = None,
    sample: Annotated[Path | None, typer.Option(help="Write two weeks of one house at 15 minutes and end.")] = None,
    port: Annotated[int, typer.Option(help="Port of the gateway; 0 = that of the last time, or any.")] = 0,
) -> None:
    """Serve the simulated farm of this home by the RotemNet protocol until Ctrl-C."""
    if call.invoked_subcommand:
        return
    from farmlab import clock

    home = context.settings().home
    if sample is not None:
        outside.write_sample(sample)
        print(f"Wrote {sample}")
        return
    farm = outside.reopen(home) if outside.exists(home) else outside.create(home, until=clock.now())
    if archive is not None:
        farm.advance(clock.now())
        farm.write_archive(archive, clock.now())
        print(f"Wrote {archive}")
        return
    with outside.gateway(home, farm, port=port) as running:
        print(f"Simulated gateway of {farm.name}: {running.url} (Ctrl-C ends it)", flush=True)
        _wait()


def _wait() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return


@app.command()
def fault(
    house: Annotated[int, typer.Option(help="House number.")],
    kind: Annotated[str, typer.Option(help="What breaks, as in: fan_loss, stuck, water_leak.")],
    severity: Annotated[float, typer.Option(min=0.1, max=2.0, help="1 = as usual.")] = 1.0,
) -> None:
    """Break something in the simulated farm, from now on."""
    from farmlab import clock

    outside.reopen(context.settings().home).inject(house, kind, clock.now(), severity=severity)
    print(f"{kind} in house {house} from now on; the dashboard and the next report will tell.")


@app.command("catch-up")
def catch_up() -> None:
    """Bring the simulated farms of this home up to the present, and import what was missed meanwhile."""
    from farmlab import clock

    settings = context.settings()
    with context.open_store() as store:
        for farm in [farm for farm in store.farms() if farm.simulated and outside.exists(settings.home)]:
            print(f"bringing {farm.name} up to the present", flush=True)
            new = outside.catch_up(store, settings, farm.name, until=clock.now())
            print(f"{new} readings that were missed", flush=True)
