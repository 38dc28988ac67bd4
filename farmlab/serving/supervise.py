"""Start processes, watch them, start again what dies, and leave none behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import psutil

from farmlab.errors import ConfigError
from farmlab.serving import kernel
from farmlab.serving.home import Running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path
    from threading import Event

GRACE_S: Final = 8.0
"""Time that a process has to end by itself once it is asked to."""
STEADY_S: Final = 60.0
"""A process that lived this long has started well: its next restart waits no longer than the first."""
LONGEST_WAIT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Service:
    """A process that is to run: ``ready`` says whether it answers, ``address`` is what people open."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    ready: Callable[[], bool] = lambda: True
    address: str = ""
    patience_s: float = 120.0


class Child:
    """One service and the process that it has at present."""

    def __init__(self, service: Service, log: Path) -> None:
        self.service = service
        self.log = log
        self.restarts = 0
        self.trouble = ""
        self.process: subprocess.Popen[bytes] | None = None
        self.again_at = 0.0
        self._started = 0.0
        self._quick_deaths = 0

    def start(self) -> None:
        """Start the process, in a session of its own so that Ctrl-C reaches only us."""
        command = [sys.executable, "-m", "farmlab.serving.child", str(os.getpid()), *self.service.command]
        with os.fdopen(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as log:
            self.process = subprocess.Popen(
                command,
                env={**os.environ, **self.service.env},
                cwd=self.service.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._started = time.monotonic()

    @property
    def pid(self) -> int | None:
        """The process, while it lives."""
        return self.process.pid if self.process and self.process.poll() is None else None

    @property
    def died(self) -> bool:
        """Whether the process has ended although nobody asked it to."""
        return self.process is not None and self.pid is None

    def bury(self) -> str:
        """Note the death, plan the next start, and say both."""
        lived = time.monotonic() - self._started
        self._quick_deaths = 0 if lived > STEADY_S else self._quick_deaths + 1
        wait = min(2.0**self._quick_deaths, LONGEST_WAIT_S)
        self.again_at = time.monotonic() + wait
        code = self.process.returncode if self.process else 0
        self.trouble = f"{self.service.name} ended {_how(code)}"
        self.process = None
        return f"{self.trouble}; it starts again in {wait:.0f} s (see {self.log})"

    def seen(self) -> Running:
        """What others may know of it."""
        return Running(self.service.name, self.pid, self.service.address, self.restarts, self.trouble)


class Supervisor:
    """The services of one ``farmlab up``: started in order, watched, ended in the opposite order."""

    def __init__(self, services: Iterable[Service], *, logs: Path, say: Callable[[str], None], stopping: Event) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self.children = [Child(service, logs / f"{service.name}.log") for service in services]
        self._say = say
        self._stopping = stopping
        self._strangers = set(psutil.Process().children())
        kernel.adopt_orphans()

    def start(self) -> None:
        """Start one after the other, each when the one before answers.

        Raises
        ------
        ConfigError
            One ended, or did not answer in time, before it had ever answered.
        """
        for child in self.children:
            if self._stopping.is_set():
                return
            self._say(f"starting {child.service.name}")
            child.log.unlink(missing_ok=True)
            child.start()
            self._await(child)

    def watch(self, changed: Callable[[list[Running]], None], *, every_s: float = 0.5) -> None:
        """Start again what dies, until ``stopping`` is set; ``changed`` hears of each death and start.

        For a thread that stays: Linux ends a child with the very thread that started it.
        """
        changed(self.seen())
        while not self._stopping.wait(every_s):
            if self._mend():
                changed(self.seen())

    def seen(self) -> list[Running]:
        """All processes as others see them."""
        return [child.seen() for child in self.children]

    def stop(self) -> None:
        """End every process and all of its descendants; nothing is left when this returns."""
        for child in reversed(self.children):
            if child.process is not None:
                end([psutil.Process(child.process.pid)] if child.pid else [])
                child.process.wait()
                child.process = None
        end(set(psutil.Process().children()) - self._strangers)

    def _await(self, child: Child) -> None:
        deadline = time.monotonic() + child.service.patience_s
        while not child.service.ready():
            if child.died or time.monotonic() > deadline:
                reason = f"{child.service.name} " + ("ended at once" if child.died else "does not answer")
                raise ConfigError(f"{reason}: {_last_line(child.log)}", next_step=f"Read {child.log}.")
            if self._stopping.wait(0.2):
                return

    def _mend(self) -> bool:
        changed = False
        for child in self.children:
            if child.died:
                self._say(child.bury())
                end(_orphans(self._strangers, self.children))
                changed = True
            elif child.process is None and time.monotonic() >= child.again_at:
                child.start()
                child.restarts += 1
                self._say(f"{child.service.name} is started again")
                changed = True
            elif child.trouble and child.pid and child.service.ready():
                child.trouble = ""
                changed = True
        return changed


def end(processes: Iterable[psutil.Process], *, grace_s: float = GRACE_S) -> None:
    """Ask these processes to end, then those that they left behind, then end whatever is still there."""
    roots = list(processes)
    family = _with_descendants(roots)
    _tell(roots, signal.SIGTERM, grace_s)
    family |= _with_descendants(family)
    _tell(family, signal.SIGTERM, min(grace_s, 1.0))
    _tell(_with_descendants(family), signal.SIGKILL, grace_s)


def _tell(processes: Iterable[psutil.Process], signal_: signal.Signals, grace_s: float) -> None:
    listening = [process for process in processes if process.is_running()]
    for process in listening:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal_)
    psutil.wait_procs(listening, timeout=grace_s)


def _with_descendants(processes: Iterable[psutil.Process]) -> set[psutil.Process]:
    family = set(processes)
    for process in tuple(family):
        with suppress(psutil.NoSuchProcess):
            family.update(process.children(recursive=True))
    return family


def _orphans(strangers: set[psutil.Process], children: Iterable[Child]) -> set[psutil.Process]:
    ours = {child.pid for child in children}
    return {process for process in psutil.Process().children() if process not in strangers and process.pid not in ours}


def _how(code: int) -> str:
    return f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing"
