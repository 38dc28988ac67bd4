"""How good forecasts are on public series, beside yesterday's value; and what 40 series cost.

Eight weeks of training and 30 origins at rotating hours, nothing but the series' own past; what each origin leaves
is handed to the next, as on a farm. Faults that were injected into a series are masked by their labels.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from farmlab import units
from farmlab.errors import ConfigError
from farmlab.models.forecast import Forecasted, forecast
from farmlab.models.forecasting.ensemble import ENSEMBLE
from farmlab.models.hourly import bridge, hourly

Row = dict[str, Any]
DAY: Final = 24
TRAIN_HOURS: Final = 56 * DAY
ORIGINS: Final = 30
EVERY_HOURS: Final = 25
VALUE: Final = units.Metric("value", "", "", "value", 0, np.inf)
IL: Final = ("electricity-cdd-hdd", "electricity-cdd-only", "gas-hdd-only")
NAMED: Final = ("bdg2", "vic", "il electricity-cdd-hdd", "appliances")
"""The series whose error has an aim of its own."""


def forecasting() -> Iterator[Row]:
    """MASE of day 1 and its ratio to seasonal-naive, WAPE, coverage and width, by series."""
    tables = {}
    for name, y in _series().items():
        tables[name] = scored(y)
        yield _row(name, tables[name])
    named = pd.concat([tables[name] for name in NAMED if name in tables])
    yield {
        "what": "the four named series, day 1, MASE",
        "measured": f"{named['own 1'].mean():.3f}",
        "beside": "aim .72",
    }
    for day, aim in ((1, 0.75), (2, 0.82)):
        ratios = [table[f"own {day}"].mean() / table[f"naive {day}"].mean() for table in tables.values()]
        yield _over_all(f"all, day {day}, × seasonal-naive (worst)", ratios, aim)
    covered = [0.75 <= table["held 1"].mean() <= 0.85 for table in tables.values()]
    yield {"what": "series with 75–85 % covered", "measured": f"{100 * np.mean(covered):.0f} %", "beside": "aim 80 %"}


def forecasting_cost() -> Iterator[Row]:
    """CPU seconds of 40 series of eight weeks on one core: the first time, a daily refit, an hourly update."""
    series = [_made_up(seed) for seed in range(40)]
    with threadpool_limits(limits=1):
        first, told = _timed(series, TRAIN_HOURS, [None] * 40)
        daily, told = _timed(series, TRAIN_HOURS + DAY, [one.memory for one in told])
        update, _ = _timed(series, TRAIN_HOURS + DAY + 1, [one.memory for one in told], back=30)
    yield {"what": "40 series, first run", "measured": f"{first:.1f} s"}
    yield {"what": "40 series, daily refit", "measured": f"{daily:.1f} s", "beside": "aim 15 s"}
    yield {"what": "40 series, hourly update", "measured": f"{update:.1f} s", "beside": "aim 3 s"}


def scored(y: pd.Series) -> pd.DataFrame:
    """One row an origin: errors of both days in units of the mean change from day to day, and what was covered."""
    rows, memory = [], None
    for place in range(TRAIN_HOURS, min(len(y) - 2 * DAY, TRAIN_HOURS + ORIGINS * EVERY_HOURS), EVERY_HOURS):
        known, truth = y.iloc[place - TRAIN_HOURS : place], y.iloc[place : place + 2 * DAY].to_numpy()
        if known.iloc[-DAY:].notna().any():
            made = forecast(known, metric=VALUE, until=known.index[-1], memory=memory)
            memory = made.memory
            rows.append(_judged(made, known, truth))
    return pd.DataFrame(rows)


BENCHMARKS = {"forecasting": forecasting, "forecasting_cost": forecasting_cost}
LONG = ("forecasting",)


def _judged(made: Forecasted, known: pd.Series, truth: np.ndarray) -> Row:
    scale = float(known.diff(DAY).abs().mean())
    naive = np.tile(bridge(known).to_numpy()[-DAY:], 2)
    middle, lower, upper = (made.frame[name].to_numpy() for name in ("forecast", "lower", "upper"))
    row: Row = {"ensemble": made.model == ENSEMBLE}
    for day, hours in ((1, slice(0, DAY)), (2, slice(DAY, 2 * DAY))):
        here = np.isfinite(truth[hours])
        if 2 * here.sum() < DAY:
            continue
        came = truth[hours][here]
        own = np.abs(came - middle[hours][here])
        inside = (came >= lower[hours][here]) & (came <= upper[hours][here])
        row |= {
            f"own {day}": own.mean() / scale,
            f"naive {day}": np.abs(came - naive[hours][here]).mean() / scale,
            f"wape {day}": own.sum() / np.abs(came).sum(),
            f"held {day}": inside.mean(),
            f"width {day}": (upper - lower)[hours].mean() / scale,
        }
    return row


def _row(name: str, table: pd.DataFrame) -> Row:
    mean = table.mean()
    return {
        "what": f"{name} ({100 * mean['held 1']:.0f} % in {mean['width 1']:.1f}, WAPE {100 * mean['wape 1']:.0f} %)",
        "measured": f"MASE {mean['own 1']:.3f}",
        "beside": f"naive {mean['naive 1']:.3f}",
        "ratio": mean["own 1"] / mean["naive 1"],
        "day 2": mean["own 2"] / mean["naive 2"],
        "origins": len(table),
    }


def _over_all(what: str, ratios: list[float], aim: float) -> Row:
    return {"what": what, "measured": f"{np.mean(ratios):.3f} ({max(ratios):.2f})", "beside": f"aim {aim:.2f} (.90)"}


def _timed(
    series: list[pd.Series], end: int, memories: list[Any], *, back: int = TRAIN_HOURS
) -> tuple[float, list[Forecasted]]:
    begin = time.process_time()
    told = [
        forecast(y.iloc[end - back : end], metric=VALUE, until=y.index[end - 1], memory=memory)
        for y, memory in zip(series, memories, strict=True)
    ]
    return time.process_time() - begin, told


def _made_up(seed: int) -> pd.Series:
    hours = np.arange(TRAIN_HOURS + 3 * DAY)
    rng = np.random.default_rng(seed)
    wander = rng.normal(0, 0.3, len(hours)).cumsum() * 0.3
    values = (
        60 + 10 * np.sin(hours / DAY * 2 * np.pi) - 5 * (hours // DAY % 7 >= 5) + wander + rng.normal(0, 1, len(hours))
    )
    return pd.Series(values, index=pd.date_range("2026-06-01", periods=len(hours), freq="h", tz="UTC"))


def _series() -> dict[str, pd.Series]:
    """The series by name, in hours; what is longer than needed is cut."""
    folder = Path(os.environ.get("FARMLAB_BENCH_DATA", ""))
    if not (folder / "energy").is_dir():
        raise ConfigError("there are no public series", next_step="Set FARMLAB_BENCH_DATA to their folder.")
    energy = folder / "energy"
    found = {
        "bdg2": _read(energy / "bdg2_building_1_hourly.csv", "timestamp", "building_1"),
        "vic": _read(energy / "vic_electricity.csv", "Time", "Demand"),
        "appliances": _read(energy / "dev_appliances_only.csv", "date", "Appliances", dayfirst=True),
    }
    found |= {f"il {name}": _read(energy / f"il-{name}-hourly.csv.gz", "start", "value") for name in IL}
    labels = json.loads((folder / "fault_injection" / "labels_dev.json").read_text(encoding="utf-8"))
    for path in sorted((folder / "fault_injection" / "dev").glob("*.csv")):
        found[path.stem] = _read(path, "timestamp", "value", events=labels[f"dev/{path.stem}"]["events"])
    return found


def _read(path: Path, time_column: str, column: str, *, dayfirst: bool = False, events: Any = ()) -> pd.Series:
    table = pd.read_csv(path)
    times = pd.to_datetime(table[time_column], utc=True, dayfirst=dayfirst)
    values = pd.Series(table[column].to_numpy(float), index=pd.DatetimeIndex(times))
    for event in events:
        values.iloc[event["i"] : event["j"]] = np.nan
    last = values.index[0] + pd.Timedelta(hours=TRAIN_HOURS + (ORIGINS + 3) * EVERY_HOURS)
    return hourly(values[values.index <= last])
