"""What every command shares: the settings, the open store, output as text or JSON, and who asks."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from farmlab.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from farmlab.config import Settings
    from farmlab.store import Store

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
By = Annotated[str, typer.Option("--by", help="Who says so; default: the operating-system user.")]


@dataclass
class Context:
    """The global options of one call."""

    home: Path | None = None
    debug: bool = False


_current = Context()


def begin(*, home: Path | None, debug: bool) -> None:
    """Remember the global options of this call."""
    _current.home, _current.debug = home, debug


def current() -> Context:
    """The global options of this call."""
    return _current


def settings() -> Settings:
    """The settings in force."""
    from farmlab import config

    return config.load(_current.home)


@contextmanager
def open_store() -> Iterator[Store]:
    """The store of this home, migrated and closed again."""
    from farmlab.store import Store

    with Store.open(settings()) as store:
        yield store


def who(by: str = "") -> str:
    """The name that stands beside what is changed, see :func:`farmlab.config.who`."""
    from farmlab import config

    return config.who(by)


def progress(*, quiet: bool) -> Callable[[str], None]:
    """What says beside the answer how far a long command is; nothing where a program reads."""
    return (lambda _: None) if quiet else lambda text: print(f"  {printable(text)}", file=sys.stderr, flush=True)


def say(value: Any, *, as_json: bool, text: str) -> None:
    """Print the answer for a program or for a person, whose terminal is not told what to do by names from outside."""
    print(json.dumps(value, default=str, ensure_ascii=False, indent=2) if as_json else printable(text))
