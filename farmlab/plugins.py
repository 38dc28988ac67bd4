"""Extensions by entry point: ``farmlab.integrations`` (the built-in ones register the same way).

A plug-in that does not load is reported, never fatal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from farmlab.errors import UnknownName


@dataclass(frozen=True, slots=True)
class Plugin:
    """One extension: where it comes from, and what it is or why it cannot be used."""

    group: str
    name: str
    package: str
    version: str
    target: Any = None
    error: str = ""


@cache
def discover(group: str) -> tuple[Plugin, ...]:
    """All extensions of a group, loaded; those that failed carry the reason."""
    return tuple(_load(entry, group) for entry in sorted(entry_points(group=group), key=lambda e: e.name))


def find(group: str, name: str) -> Any:
    """The extension of this name.

    Raises
    ------
    UnknownName
        There is none, or it does not load; the sentence says which and why.
    """
    known = {plugin.name: plugin for plugin in discover(group)}
    if name not in known:
        raise UnknownName.among(group.rpartition(".")[2].rstrip("s"), name, known)
    plugin = known[name]
    if plugin.error:
        raise UnknownName(f"{name} does not load: {plugin.error}", where=plugin.package, next_step="Reinstall it.")
    return plugin.target


def _load(entry: Any, group: str) -> Plugin:
    package = entry.dist.name if entry.dist else ""
    version = entry.dist.version if entry.dist else ""
    try:
        return Plugin(group, entry.name, package, version, target=entry.load())
    except Exception as error:  # a stranger's code may raise anything
        return Plugin(group, entry.name, package, version, error=f"{type(error).__name__}: {error}")
