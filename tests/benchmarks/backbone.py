"""What the backbone costs: import, intake, sync, notebooks, the analyses, and memory of ``farmlab up``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd
import psutil

from farmlab import clock, config, ingest, runs
from farmlab.cli import demo, outside
from farmlab.errors import ConfigError
from farmlab.store import Store

Row = dict[str, Any]
HOME = Path("data/demo")
UP_MINUTES = 10


def seconds(work: Callable[[], object], *, times: int = 1) -> float:
    """The median time of so many runs."""
    spans = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        spans.append(time.perf_counter() - begin)
    return median(spans)


@contextmanager
def demo_copy() -> Iterator[config.Settings]:
    """A copy of the demo's home, to work on."""
    if not (HOME / "farmlab.db").exists():
        raise ConfigError("there is no demo to measure", where=str(HOME), next_step="Run: make demo")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(HOME, home)
        yield config.Settings(home=home, database_url=None)


def importing() -> Iterator[Row]:
    """A fresh interpreter each time."""

    def run(code: str) -> float:
        return seconds(lambda: subprocess.run([sys.executable, "-c", code], check=True), times=5)

    bare = run("pass")
    for module in ("farmlab", "farmlab.cli", "farmlab.scope"):
        own, pandas = run(f"import {module}") - bare, run("import pandas") - bare
        yield {
            "what": f"import {module}",
            "measured": f"{1000 * own:.0f} ms",
            "beside": f"{1000 * pandas:.0f} ms",
            "ratio": own / pandas,
        }


def intake() -> Iterator[Row]:
    """The demo's archive into an empty store, against pandas reading the same file."""
    archive = HOME / "simulated" / "archive.csv"
    readings = int(pd.read_csv(archive).iloc[:, 2:].notna().sum().sum())
    reading = seconds(lambda: pd.read_csv(archive))
    with tempfile.TemporaryDirectory() as folder:
        settings = config.Settings(home=Path(folder), database_url=None)
        with Store.open(settings) as store:
            ingest.add_farm(store, settings, "Farm", houses=8, timezone="UTC", at=clock.now())
            took = seconds(lambda: ingest.import_file(store, settings, archive, farm="Farm", at=clock.now()))
    yield {
        "what": f"import of {readings / 1e6:.1f} M readings",
        "measured": f"{readings / took / 1000:.0f} k/s",
        "beside": f"{readings / reading / 1000:.0f} k/s",
        "ratio": took / reading,
    }


def sync() -> Iterator[Row]:
    """One poll of all houses, against the time that the gateway takes to answer the same requests."""
    import httpx

    with demo_copy() as settings, Store.open(settings) as store:
        farm = outside.reopen(settings.home)
        (outside.folder(settings.home) / "gateway.json").write_text('{"port": 0}')  # the demo itself may be up
        moment = [farm.until]
        with outside.gateway(settings.home, farm, now=lambda: moment[0]) as gateway:
            record = store.farm(demo.FARM)
            fresh = {**record.settings, "base_url": gateway.url}
            store.update_farm(replace(record, settings=fresh))
            ingest.sync(store, settings, demo.FARM, at=moment[0])
            begin = gateway.calls.total()
            took = seconds(lambda: ingest.sync(store, settings, demo.FARM, at=moment[0] + timedelta(minutes=1)))
            count = gateway.calls.total() - begin
            with httpx.Client() as client:
                bare = seconds(lambda: [client.post(f"{gateway.url}/api/Login", json={}) for _ in range(count)])
    yield {
        "what": f"sync of 8 houses ({count} requests)",
        "measured": f"{took:.2f} s",
        "beside": f"{bare:.2f} s",
        "ratio": took / bare,
    }


def notebooks() -> Iterator[Row]:
    """Each analysis of the demo farm, against papermill on a notebook that does nothing."""
    empty = _empty_run()
    with demo_copy() as settings, Store.open(settings) as store:
        until, total = outside.reopen(settings.home).until, 0.0
        for notebook in runs.catalogue(settings):
            slot = clock.now()
            took = seconds(
                lambda name=notebook.name, slot=slot: runs.run(
                    store, settings, name, farm=demo.FARM, until=until, slot=slot, force=True
                )
            )
            total += took
            yield {
                "what": f"run {notebook.name}, 8 houses",
                "measured": f"{took:.1f} s",
                "beside": f"{empty:.1f} s",
                "ratio": took / empty,
            }
    yield {
        "what": "the analyses, 8 houses, in total",
        "measured": f"{total:.1f} s",
        "beside": f"{empty:.1f} s",
        "ratio": total / empty,
    }


def up() -> Iterator[Row]:
    """Memory of everything that ``farmlab up`` starts, after ten minutes, against one bare interpreter with pandas."""
    bare = _memory_mb([sys.executable, "-c", "import pandas, time; time.sleep(4)"], 3)
    with demo_copy() as settings:
        environment = {"FARMLAB_PREFECT_PORT": "0", "FARMLAB_DASHBOARD_PORT": "0"}
        command = [sys.executable, "-m", "farmlab", "--home", str(settings.home), "up", "--demo"]
        mine = _memory_mb(command, 60 * UP_MINUTES, environment)
    yield {
        "what": f"memory of up after {UP_MINUTES} min",
        "measured": f"{mine:.0f} MB",
        "beside": f"{bare:.0f} MB",
        "ratio": mine / bare,
    }


def _memory_mb(command: list[str], after_s: float, environment: dict[str, str] | None = None) -> float:
    """Proportional memory of a process and all below it after so many seconds."""
    env = {**os.environ, **(environment or {})}
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(after_s)
        if process.poll() is not None:
            raise ConfigError(f"it ended by itself: {' '.join(command)}", next_step="Run it by hand to see why.")
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        return sum(member.memory_full_info().pss for member in family) / 1e6
    finally:
        process.terminate()
        process.wait(timeout=60)


def _empty_run() -> float:
    import nbformat
    import papermill

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("")]), path)
        out = Path(folder) / "out.ipynb"
        return seconds(
            lambda: papermill.execute_notebook(path, out, kernel_name="python3", progress_bar=False), times=3
        )


BENCHMARKS: dict[str, Callable[[], Iterator[Row]]] = {
    "import": importing,
    "intake": intake,
    "sync": sync,
    "notebooks": notebooks,
    "up": up,
}
LONG = ("up",)
