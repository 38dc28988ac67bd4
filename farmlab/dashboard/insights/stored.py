"""What all tabs share: their first line, and the last results of an analysis with their age."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from farmlab import clock, results
from farmlab.dashboard import words
from farmlab.dashboard.state import Fresh, State, freshness
from farmlab.domain import RunStatus
from farmlab.errors import DataError

if TYPE_CHECKING:
    from datetime import datetime

    from farmlab.dashboard.source import Source
    from farmlab.domain import Farm, Run

OLD: Final = timedelta(hours=26)
"""A daily analysis is late from here on."""
_GOOD: Final = (RunStatus.DONE, RunStatus.SKIPPED)


@dataclass(frozen=True, slots=True)
class Head:
    """The first lines of a tab: when it was drawn, how things stand, and how old what it shows is."""

    drawn: datetime
    state: State
    sentence: str
    note: str = ""


class Shown(Protocol):
    """What a tab read."""

    @property
    def head(self) -> Head:
        """Its first lines."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: its word in the address, its title, what reads its view, and the page that shows it (as the key)."""

    key: str
    title: str
    read: Callable[[Source, datetime], Shown]
    page: str = ""

    @property
    def template(self) -> str:
        """The template that shows it."""
        return f"insights/{self.page or self.key}.html.j2"


@dataclass(frozen=True, slots=True)
class Stored:
    """The last good results of an analysis of a whole farm; ``age`` in words, ``late`` when they should be younger."""

    run: Run
    found: results.Results
    age: str
    late: bool

    def table(self, name: str) -> list[dict[str, Any]]:
        """The rows of a recorded table; none when it was not recorded."""
        if name not in self.found.tables:
            return []
        return [{str(key): cell for key, cell in row.items()} for row in self.found.table(name).to_dict("records")]


def last(source: Source, farm: Farm, notebook: str, at: datetime) -> Stored | None:
    """What the newest good run recorded; None without any, or when its folder is gone."""
    run = source.store.last_run(notebook, farm.name, 0, status=_GOOD)
    if run is None or not run.folder:
        return None
    try:
        found = results.load(source.runs / run.folder)
    except DataError:
        return None
    return Stored(run, found, made(farm, run, at), late(farm, run, at))


def silence(source: Source, at: datetime) -> str:
    """Which farms have sent nothing for too long, in words; what was found may have passed since."""
    late = ((farm.name, fresh(source, farm, at)) for farm in source.store.farms())
    return " ".join(f"{name}: {one.text}." for name, one in late if one.late)


def fresh(source: Source, farm: Farm, at: datetime) -> Fresh:
    """How old the newest reading of a farm is."""
    return freshness(max(source.store.newest(farm.name).values(), default=None), at, farm)


def made(farm: Farm, run: Run, at: datetime) -> str:
    """When a run looked, as said now."""
    return f"{words.ago(run.slot, at)}, {clock.spoken(run.slot, farm.timezone, at=at)}"


def late(farm: Farm, run: Run, at: datetime) -> bool:
    """Whether a newer run should be there; a farm whose data do not go on has none."""
    return farm.integration != "none" and at - run.slot > OLD
