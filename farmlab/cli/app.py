"""The root command: global options, the families of verbs, and how errors are said."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

import farmlab
from farmlab.cli import context
from farmlab.errors import ConfigError, FarmLabError
from farmlab.text import printable

FAMILIES = ("records", "intake", "notebooks", "results", "serve", "care", "models", "analyse", "simulate", "demo")
"""Modules of this folder; each has ``register(app)``."""

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


def _version(value: bool) -> None:
    if value:
        print(f"farmlab {farmlab.__version__}")
        raise typer.Exit


@app.callback()
def root(
    home: Annotated[Path | None, typer.Option(help="Folder of configuration, data and site.")] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say it.")] = False,
) -> None:
    """FarmLab: a research workbench for animal houses."""
    del version
    context.begin(home=home, debug=debug)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; an error of FarmLab or of the operating system is one sentence, not a traceback."""
    for family in FAMILIES:
        import_module(f"farmlab.cli.{family}").register(app)
    try:
        app(args=arguments, prog_name="farmlab")
    except (FarmLabError, OSError) as error:
        if context.current().debug:
            raise
        print(f"Error: {printable(_sentence(error))}", file=sys.stderr)
        sys.exit(1)


def _sentence(error: FarmLabError | OSError) -> str:
    """What happened; a file of any command may lie where nobody may write, or where no space is left."""
    if isinstance(error, FarmLabError):
        return str(error)
    where, step = str(error.filename or ""), "Check the rights of the folder and the space on the disk."
    return str(ConfigError(error.strerror or str(error), where=where, next_step=step))
