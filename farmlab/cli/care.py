"""``status``, ``doctor``, ``plugins``: how everything is, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from farmlab.cli import context

if TYPE_CHECKING:
    from farmlab.cli.doctor import Finding
    from farmlab.plugins import Plugin


def register(app: typer.Typer) -> None:
    """Add the verbs of this family."""
    app.command()(status)
    app.command()(doctor)
    app.command("plugins")(list_plugins)


def status(as_json: context.Json = False) -> None:
    """Say what is fresh, late and failing; exit code 1 when something is not as it should be."""
    from farmlab import clock
    from farmlab.cli import status as overall

    with context.open_store() as store:
        found = overall.read(store, context.settings(), clock.now())
    context.say(asdict(found), as_json=as_json, text=overall.as_text(found))
    if found.problems:
        raise typer.Exit(1)


def doctor(as_json: context.Json = False) -> None:
    """Look for what is wrong with this installation and say how to mend it; exit code 1 when something is."""
    from farmlab.cli import doctor as examination

    settings = context.settings()
    found, configured = examination.examine(settings), examination.configuration(settings)
    answer = {"configuration": configured, "checks": [asdict(one) for one in found]}
    lines = [*(f"  {name:<16} {value}" for name, value in configured.items()), "", *map(_line, found)]
    context.say(answer, as_json=as_json, text="\n".join(["Configuration", *lines]))
    if not all(one.ok for one in found):
        raise typer.Exit(1)


def list_plugins(as_json: context.Json = False) -> None:
    """List the extensions that are installed, with what is wrong with those that do not load."""
    from farmlab import plugins
    from farmlab.cli.doctor import EXTENSIONS

    found = plugins.discover(EXTENSIONS)
    rows = [{key: getattr(one, key) for key in ("group", "name", "package", "version", "error")} for one in found]
    context.say(rows, as_json=as_json, text="\n".join(map(_plugin, found)))


def _line(one: Finding) -> str:
    return f"{'●' if one.ok else '■'} {one.what}: {one.says}" + ("" if one.ok or not one.mend else f". {one.mend}")


def _plugin(one: Plugin) -> str:
    return f"{one.name:<12} {one.package} {one.version}" + (f"  ■ does not load: {one.error}" if one.error else "")
