"""``up``: everything running. ``lab``: JupyterLab on the notebooks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from farmlab.cli import context
from farmlab.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from farmlab.config import Settings
    from farmlab.serving.services import Plan


def register(app: typer.Typer) -> None:
    """Add the verbs of this family."""
    app.command()(up)
    app.command()(lab)


def up(
    demo: Annotated[bool, typer.Option("--demo", help="Serve the simulated farms of this home, too.")] = False,
    forms: Annotated[bool, typer.Option("--forms", help="Serve the pages that write, with their own token.")] = False,
) -> None:
    """Run everything: schedules, dashboards and the Prefect server; Ctrl-C ends all of it."""
    from farmlab.serving import home, services

    settings = context.settings()
    with home.hold(settings.data), _told_to_stop() as stopping:
        plan = services.plan(settings, gateways=_gateways(settings) if demo else [], with_forms=forms)
        if demo:
            _catch_up(settings)
        _run(settings, plan, stopping)


def lab(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8888,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
) -> None:
    """Open JupyterLab on the notebooks, with a kernel that has farmlab."""
    from farmlab.serving import lab as jupyter

    settings = context.settings()
    command, env = jupyter.start(settings, port=port, browser=browser)
    os.execve(command[0], command, {**os.environ, **env})  # noqa: S606


def _gateways(settings: Settings) -> list[str]:
    """The address at which the simulated farm of this home is to be served."""
    from farmlab.cli import outside

    with context.open_store() as store:
        found = [
            str(farm.settings["base_url"]) for farm in store.farms() if farm.simulated and "base_url" in farm.settings
        ]
    if not found or not outside.exists(settings.home):
        raise ConfigError("there is no simulated farm", where=str(settings.home), next_step="Run: make demo.")
    return found[:1]


def _catch_up(settings: Settings) -> None:
    """In a process of its own: what it needs for a moment is not kept for as long as everything runs."""
    command = [sys.executable, "-m", "farmlab", "--home", str(settings.home), "simulate", "catch-up"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            _say(line.rstrip())
    if process.returncode:
        raise typer.Exit(process.returncode)


def _run(settings: Settings, plan: Plan, stopping: Event) -> None:
    from farmlab.serving import home
    from farmlab.serving.supervise import Supervisor

    supervisor = Supervisor(plan.services, logs=settings.logs, say=_say, stopping=stopping)
    try:
        supervisor.start()
        if not stopping.is_set():
            _say("\n".join(f"{name:<11} {address}" for name, address in plan.addresses))
            _say("Everything is running; Ctrl-C ends it.")
            supervisor.watch(lambda processes: home.tell(settings.data, processes))
    finally:
        _say("ending everything")
        supervisor.stop()


@contextmanager
def _told_to_stop() -> Iterator[Event]:
    """An event that is set by Ctrl-C and by the signals that ask a process to end."""
    stopping = Event()
    asked = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, lambda *_: stopping.set()) for number in asked}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stdout, flush=True)
