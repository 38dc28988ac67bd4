"""The outside world of a demo home: the simulated farm, its gateway and its password, in ``<home>/simulated/``.

Only the command line looks in there; no analysis does.
"""

from __future__ import annotations

import json
import os
import secrets
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

from farmlab import clock
from farmlab.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import pandas as pd

    from farmlab.config import Settings
    from farmlab.simulator.farm import SimulatedFarm
    from farmlab.simulator.gateway import Gateway
    from farmlab.simulator.snapshot import HouseSnapshot
    from farmlab.store import Store

SEED = 7
HOUSES = 8
DAYS = 45
USER = "demo@hillside.example"
SAMPLE_SEED = 3
SAMPLE_DAYS = 24
SAMPLE_UNTIL = datetime(2025, 11, 20, 12, tzinfo=UTC)


def folder(home: Path) -> Path:
    """Where the outside world of a home is."""
    return home / "simulated"


def create(home: Path, *, until: datetime, houses: int = HOUSES, days: int = DAYS, seed: int = SEED) -> SimulatedFarm:
    """A new simulated farm with a new password."""
    from farmlab.simulator.farm import SimulatedFarm

    place = folder(home)
    place.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(password_file(home), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(12))
    (place / "gateway.json").write_text(json.dumps({"port": 0}))
    return SimulatedFarm.create(place, seed=seed, houses=houses, days=days, until=until)


def exists(home: Path) -> bool:
    """Whether this home has a simulated farm."""
    return (folder(home) / "gateway.json").exists()


def reopen(home: Path) -> SimulatedFarm:
    """The simulated farm of this home.

    Raises
    ------
    ConfigError
        There is none.
    """
    from farmlab.simulator.farm import SimulatedFarm

    if not exists(home):
        raise ConfigError("there is no simulated farm in this home", where=str(home), next_step="Run: make demo")
    return SimulatedFarm.open(folder(home))


@contextmanager
def gateway(
    home: Path, farm: SimulatedFarm, *, port: int = 0, now: Callable[[], datetime] = clock.now
) -> Iterator[Gateway]:
    """The farm's gateway on loopback, on the port of the last time where that is free."""
    from farmlab.simulator.gateway import Gateway

    file = folder(home) / "gateway.json"
    known = json.loads(file.read_text())
    wanted = port or int(known["port"])
    server = Gateway(Live(farm), port=wanted, username=USER, password=password_file(home).read_text(), now=now)
    with server as running:
        known["port"] = int(running.url.rpartition(":")[2])
        file.write_text(json.dumps(known))
        yield running


def password_file(home: Path) -> Path:
    """The file with the password of the gateway."""
    return folder(home) / "password"


class Live:
    """A simulated farm that is brought forward whenever somebody looks."""

    def __init__(self, farm: SimulatedFarm) -> None:
        self._farm, self._lock = farm, Lock()
        self.name, self.timezone = farm.name, farm.timezone

    def snapshot(self, at: datetime) -> Sequence[HouseSnapshot]:
        """What all controllers show at ``at``."""
        with self._lock:
            self._farm.advance(at)
            return self._farm.snapshot(at)

    def daily(self, house: int, at: datetime) -> pd.DataFrame:
        """The days of the running flock."""
        with self._lock:
            self._farm.advance(at)
            return self._farm.daily(house, at)


def catch_up(store: Store, settings: Settings, farm: str, *, until: datetime) -> int:
    """Bring the simulated farm forward and import what was missed meanwhile, as its owner would; readings new."""
    import pandas as pd

    from farmlab import ingest

    simulated = reopen(settings.home)
    simulated.advance(until)
    newest = max(store.newest(farm).values(), default=simulated.until)
    gap = folder(settings.home) / "missed.csv"
    simulated.write_archive(gap, until)
    rows = pd.read_csv(gap, dtype=str)
    missed = rows[pd.to_datetime(rows["time"], utc=True) > newest]
    missed.to_csv(gap, index=False)
    return ingest.import_file(store, settings, gap, farm=farm, at=until).run.new if len(missed) else 0


def write_sample(path: Path) -> None:
    """Two weeks of one house at 15 minutes, the same whenever it is written."""
    import tempfile
    from pathlib import Path as Folder

    import pandas as pd

    from farmlab.simulator.farm import SimulatedFarm

    with tempfile.TemporaryDirectory() as place:
        farm = SimulatedFarm.create(Folder(place), seed=SAMPLE_SEED, houses=1, days=SAMPLE_DAYS, until=SAMPLE_UNTIL)
        farm.write_archive(Folder(place) / "archive.csv", SAMPLE_UNTIL)
        whole = pd.read_csv(Folder(place) / "archive.csv", dtype=str)
    times = pd.to_datetime(whole["time"], utc=True)
    kept = (times.dt.minute % 15 == 0) & ~times.duplicated() & (times > SAMPLE_UNTIL - timedelta(days=14))
    whole[kept].sort_values("time").drop(columns="house").to_csv(path, index=False)
