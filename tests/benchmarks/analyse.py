"""What a one-shot analysis of 365,000 rows costs: one sensor, and many in a long table."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Row = dict[str, Any]
ROWS = 365_000
AIM_S = 60


def one_shot() -> Iterator[Row]:
    """``farmlab analyse anomaly`` from a cold start, against pandas reading the same file; the aim is 60 s."""
    for what, sensors, step in (("one sensor, 1 min", 1, "1min"), ("long, 10 sensors, 10 min", 10, "10min")):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "table.csv"
            _table(ROWS // sensors, sensors, step).to_csv(path, index=False)
            begin = time.perf_counter()
            pd.read_csv(path, parse_dates=["timestamp"])
            reading = time.perf_counter() - begin
            command = [sys.executable, "-m", "farmlab", "analyse", "anomaly", str(path), "--out", f"{folder}/out"]
            begin = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            took = time.perf_counter() - begin
        yield {
            "what": f"{ROWS:,} rows, {what} (aim: {AIM_S} s)",
            "measured": f"{took:.1f} s",
            "beside": f"{reading:.2f} s",
            "ratio": took / reading,
        }


def _table(rows: int, sensors: int, step: str) -> pd.DataFrame:
    """Readings of one room: a daily wave, slow weather, and noise of each sensor; seeded."""
    random = np.random.default_rng(1)
    times = pd.date_range("2025-01-01", periods=rows, freq=step)
    hours = (times.hour * 60 + times.minute).to_numpy() / 1440 * 2 * np.pi
    common = 22 + 2 * np.sin(hours) + np.cumsum(random.normal(0, 0.004, rows))
    noisy = {f"T{i}": (common + i + random.normal(0, 0.1, rows)).round(2) for i in range(1, sensors + 1)}
    wide = pd.DataFrame({"timestamp": times, **noisy})
    return wide if sensors == 1 else wide.melt("timestamp", var_name="sensor", value_name="value")


BENCHMARKS: dict[str, Callable[[], Iterator[Row]]] = {"analyse": one_shot}
