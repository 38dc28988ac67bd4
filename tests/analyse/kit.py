"""Small tables of a room, with or without something wrong, and one call that judges them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from farmlab import analyse

NOW = datetime(2026, 6, 1, tzinfo=UTC)
FAST = "sensor_rules"
DAY = 144


def room(days: int = 8, *, columns: tuple[str, ...] = ("T1", "T2"), seed: int = 0) -> pd.DataFrame:
    """Readings every ten minutes of healthy sensors of one room, with the time as its first column, as text."""
    times = pd.date_range("2026-03-01", periods=days * DAY, freq="10min")
    random = np.random.default_rng(seed)
    common = 22 + 2 * np.sin(np.arange(len(times)) / DAY * 2 * np.pi)
    values = {name: (common + i + random.normal(0, 0.15, len(times))).round(2) for i, name in enumerate(columns)}
    return pd.DataFrame({"time": times.strftime("%Y-%m-%d %H:%M"), **values})


def stuck(frame: pd.DataFrame, column: str = "T1", *, first: int = 6 * DAY, rows: int = 60) -> pd.DataFrame:
    """The same with one value repeated."""
    out = frame.copy()
    out.loc[first : first + rows - 1, column] = out.loc[first, column]
    return out


def written(folder: Path, text: str | pd.DataFrame, name: str = "table.csv") -> Path:
    """The path of a file with this in it."""
    path = folder / name
    path.write_text(text if isinstance(text, str) else text.to_csv(index=False))
    return path


def read(folder: Path, text: str | pd.DataFrame, **asked: object) -> analyse.Data:
    """The file as it is read."""
    return analyse.read(analyse.Asked(path=written(folder, text), **asked), now=NOW)  # type: ignore[arg-type]


def scores(folder: Path, data: analyse.Data, looked: analyse.Looked) -> pd.DataFrame:
    """What stands in ``scores.csv``."""
    return pd.read_csv(analyse.write_scores(folder, data, looked), keep_default_na=False, na_values={"value": [""]})
