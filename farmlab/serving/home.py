"""One ``farmlab up`` for each home: the lock that refuses a second one, and what it says of its processes."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from farmlab.errors import Busy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

LOCK = "up.lock"
STATE = "up.json"


@dataclass(frozen=True, slots=True)
class Running:
    """A process of ``farmlab up`` as others see it; ``address`` is without its token."""

    name: str
    pid: int | None
    address: str = ""
    restarts: int = 0
    trouble: str = ""


@contextmanager
def hold(data: Path) -> Iterator[None]:
    """Keep this home for oneself until the end; the lock goes with the process, however that ends.

    Raises
    ------
    Busy
        Another process holds it; the sentence names it.
    """
    data.mkdir(parents=True, exist_ok=True)
    with _open(data / LOCK) as file:
        if not _take(file):
            raise Busy(
                f"FarmLab is already up (process {_pid(data)})",
                where=str(data),
                next_step="End that one with Ctrl-C, or choose another --home.",
            )
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            (data / STATE).unlink(missing_ok=True)


def holder(data: Path) -> int | None:
    """The process that holds this home now; None when nobody does."""
    if not (data / LOCK).exists():
        return None
    with _open(data / LOCK) as file:
        return None if _take(file) else _pid(data)


def tell(data: Path, processes: Iterable[Running]) -> None:
    """Write down what runs, for ``farmlab status``; readable by the owner only."""
    beside = data / f"{STATE}.new"
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump([asdict(process) for process in processes], file)
    beside.replace(data / STATE)


def running(data: Path) -> list[Running] | None:
    """What runs in this home; None when it is not up."""
    if holder(data) is None:
        return None
    try:
        rows = json.loads((data / STATE).read_text())
    except (OSError, ValueError):
        return []
    return [Running(**row) for row in rows]


def _open(path: Path) -> Any:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")


def _take(file: Any) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _pid(data: Path) -> int:
    text = (data / LOCK).read_text().strip()
    return int(text) if text.isdigit() else 0
