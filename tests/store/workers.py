"""What other processes do in tests: real processes, forked from one that has the imports done."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from datetime import timedelta
from multiprocessing.process import BaseProcess
from typing import Any, Final
from unittest.mock import patch

import alembic.command  # noqa: F401 - loaded once, not by every worker
import pandas as pd

from farmlab.domain import Event, EventKind, Run
from farmlab.errors import Busy
from farmlab.store import Store, Written, writing
from tests.store.farmyard import HOUR, MINUTE, NOON, Hillside, seen

ROWS: Final = 200_000
CHUNK: Final = 1_000
PATIENCE_S: Final = 100.0
_PROCESSES: Final = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload([__name__])


def start(work: Callable[..., Any], *arguments: Any) -> BaseProcess:
    """A process that does the work."""
    process = _PROCESSES.Process(target=work, args=arguments, daemon=True)
    process.start()
    return process


def together(work: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
    """What each of several processes returned that began the work at the same moment."""
    barrier, answers = _PROCESSES.Barrier(len(arguments)), _PROCESSES.SimpleQueue()
    processes = [start(_answer, work, given, barrier, answers) for given in arguments]
    for process in processes:
        process.join(timeout=PATIENCE_S)
    assert [process.exitcode for process in processes] == [0] * len(processes)
    return [answers.get() for _ in processes]


def _answer(work: Callable[..., Any], arguments: tuple[Any, ...], barrier: Any, answers: Any) -> None:
    barrier.wait(timeout=PATIENCE_S)
    answers.put(work(*arguments))


def opens(address: str) -> str:
    """Open the store and close it."""
    Store.open(address).close()
    return "opened"


def writes(address: str, number: int) -> int:
    """Write what is mine and what all write; how many slots I claimed."""
    with patch.object(writing, "CHUNK", 50), Store.open(address) as store:
        return sum(_turn(Hillside(store), number, turn) for turn in range(4))


def _turn(farm: Hillside, number: int, turn: int) -> bool:
    mine = [(1, "T1", NOON + (number * 1_000 + turn * 100 + step) * MINUTE, float(number)) for step in range(100)]
    ours = [(2, "T1", NOON + step * MINUTE, 10.0 * turn + number) for step in range(100)]
    farm.write(*mine, *ours, learned_at=NOON + (10 * turn + number) * HOUR)
    note = Event(house=1, time=NOON, kind=EventKind.NOTE, message=f"{number} {turn}")
    farm.store.write_events("Hillside", [note, Event(house=2, time=NOON, kind=EventKind.NOTE)], learned_at=NOON)
    farm.store.save_findings("Hillside", [seen(subject=f"turn {turn}")], source="x", at=NOON, close_absent=False)
    try:
        farm.store.claim(Run(notebook="n", farm="Hillside", house=1, slot=NOON + turn * HOUR))
    except Busy:
        return False
    return True


def imports(address: str) -> Written:
    """Import a long history in many transactions."""
    times = pd.date_range("2020-01-01", periods=ROWS, freq="5min", tz="UTC")
    rows = pd.DataFrame({"house": 1, "sensor": "T1", "time": times, "value": 1.0})
    with patch.object(writing, "CHUNK", CHUNK), Store.open(address) as store:
        return store.write("Hillside", rows, learned_at=NOON)


def holds(address: str, said: Any) -> None:
    """Hold the lock "home", say so, and never let go."""
    with Store.open(address).lock("home", owner="killed", ttl=timedelta(hours=1)):
        said.send("held")
        said.recv()


def pipe() -> tuple[Any, Any]:
    """Two ends that talk to each other."""
    return _PROCESSES.Pipe()
