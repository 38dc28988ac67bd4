"""Readings with labels, to measure detectors on: faults put into readings, and public data where they are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from farmlab import sample
from farmlab.errors import ConfigError
from farmlab.models.checks import healthy
from farmlab.models.evaluation import KINDS, Event, Trial, inject

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

CODE: Final = "tests of the code"
EVIDENCE: Final = "evidence (public data)"
WHERE: Final = (
    "Set FARMLAB_BENCH_DATA to a folder with fault_injection/ (sensor series of UCI data set 374 with injected faults "
    "and labels_dev.json) and nab/ (github.com/numenta/NAB: data/ and labels/)."
)
ROOM: Final = {"Temperature": "temp_c", "Humidity": "rh_pct", "CO2": "co2_ppm"}
ROOM_HISTORY: Final = pd.Timedelta(days=6)
SIMULATED_DAYS: Final = 49
SIMULATED_HISTORY: Final = pd.Timedelta(days=14)
SETTLING: Final = "14D"
"""A detector with little history is calibrated every day until the 14th, as ``farmlab analyse`` does it."""
FAULT_FREE: Final = 0.3
"""So much of each series of the fault set is without faults; it is history."""
NAB_HISTORY: Final = 0.15
NAB_LEAST: Final = pd.Timedelta(days=3)
NAB_HEALTHY: Final = "artificialNoAnomaly/"
NAB_SERIES: Final = (
    # those of the univariate list of the TSB-AD benchmark
    "realTraffic/occupancy_6005",
    "realTraffic/TravelTime_451",
    "realTraffic/speed_t4013",
    "realTraffic/speed_6005",
    "artificialWithAnomaly/art_load_balancer_spikes",
    "artificialWithAnomaly/art_increase_spike_density",
    "artificialWithAnomaly/art_daily_flatmiddle",
    "realAWSCloudwatch/ec2_cpu_utilization_825cc2",
    "realAWSCloudwatch/ec2_cpu_utilization_5f5533",
    "realAWSCloudwatch/ec2_cpu_utilization_24ae8d",
    "realAWSCloudwatch/rds_cpu_utilization_cc0c53",
    "realAdExchange/exchange-3_cpm_results",
    "realTweets/Twitter_volume_FB",
)


@dataclass(frozen=True, slots=True)
class DataSet:
    """Trials that are measured together. ``alone_of`` names the set of which it judges each column by itself."""

    name: str
    heading: str
    split: str
    trials: tuple[Trial, ...]
    windows: bool = False
    """Labels are windows around something: VUS-PR is the measure."""
    alone_of: str = ""

    @property
    def labelled(self) -> bool:
        """Whether anything happens in it."""
        return any(trial.events for trial in self.trials)


def simulated(*, draws: int = 2) -> DataSet:
    """Three sensors of a made-up room without anything odd, with one fault of each kind put into each of them."""
    tables = [healthy(days=SIMULATED_DAYS, seed=seed) for seed in range(draws)]
    trials = tuple(_faulty(table, SIMULATED_HISTORY, len(KINDS), seed) for seed, table in enumerate(tables))
    return DataSet("simulated sensors, injected faults", CODE, "by time: 14 days of history, then weekly", trials)


def room(*, draws: int = 4, each: int = 3) -> DataSet:
    """The sample room (real readings, in which people open windows) with faults put in, drawn so many times."""
    table, split = _room(), "by time: 6 days of history, daily until the 14th day, then weekly"
    trials = tuple(_faulty(table, ROOM_HISTORY, each, seed, settling=SETTLING) for seed in range(draws))
    return DataSet("sample room, injected faults", CODE, split, trials)


def _faulty(table: pd.DataFrame, history: pd.Timedelta, each: int, seed: int, *, settling: str = "0D") -> Trial:
    start = table.index[0] + history
    faulty, known = inject(table, start=start, each=each, seed=seed)
    return Trial(f"draw {seed + 1}", faulty, known, start, settling=settling)


def own(*, draws: int = 2) -> tuple[DataSet, ...]:
    """What is always there: simulated sensors, and the sample room."""
    return simulated(draws=draws), room(draws=2 * draws)


def public(folder: Path | None) -> tuple[DataSet, ...]:
    """The public data that are in this folder; none where there is no folder.

    Raises
    ------
    ConfigError
        The folder is named, and holds none of them, or something else.
    """
    if folder is None:
        return ()
    try:
        found = (*_faults(folder / "fault_injection"), *_nab(folder / "nab"))
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(f"the labelled data cannot be read: {error}", where=str(folder), next_step=WHERE) from None
    if not found:
        raise ConfigError("there are no labelled data", where=str(folder), next_step=WHERE)
    return found


def nab(folder: Path, name: str = "NAB, all series", begins: tuple[str, ...] = ("",)) -> DataSet:
    """Series of the Numenta benchmark whose names begin so, each by itself."""
    windows: Mapping[str, list[list[str]]] = _json(folder / "labels" / "combined_windows.json")
    trials = tuple(_nab_trial(folder, one, windows[one]) for one in windows if one.startswith(begins))
    split = "by time: 15 % history (at least 3 days), then daily until the 14th day, then weekly; units are series"
    return DataSet(name, EVIDENCE, split, trials, windows=True)


def events(data: DataSet) -> pd.DataFrame:
    """What happens in a data set, one row each: trial, sensor, kind, start, hours."""
    rows = [
        {
            "trial": trial.name,
            "sensor": column,
            "kind": event.kind,
            "start": event.start,
            "hours": round((event.end - event.start) / pd.Timedelta(hours=1), 1),
        }
        for trial in data.trials
        for column, known in trial.events.items()
        for event in known
    ]
    return pd.DataFrame(rows, columns=["trial", "sensor", "kind", "start", "hours"])


def _room() -> pd.DataFrame:
    table = pd.read_csv(sample.file(sample.ROOM_FILE), index_col="date", parse_dates=True)
    times = pd.DatetimeIndex(table.index).tz_localize(sample.ROOM_ZONE).tz_convert("UTC").rename("time")
    return table[list(ROOM)].rename(columns=ROOM).set_axis(times)


def _faults(folder: Path) -> Iterator[DataSet]:
    labels = folder / "labels_dev.json"
    if not labels.is_file():
        return
    known = {key.partition("/")[2]: _events(entry["events"]) for key, entry in _json(labels).items()}
    table = pd.DataFrame({name: _series(folder / "dev" / f"{name}.csv") for name in known})
    start = table.index[int(FAULT_FREE * len(table))]
    joined = Trial("dev", table, known, start)
    split = "by time: the fault-free first 30 %, then weekly; units are sensors"
    yield DataSet("fault_injection/dev, columns joined", EVIDENCE, split, (joined,))
    yield DataSet(
        "fault_injection/dev, each sensor alone",
        EVIDENCE,
        split,
        joined.alone(),
        alone_of="fault_injection/dev, columns joined",
    )


def _events(rows: list[dict[str, Any]]) -> tuple[Event, ...]:
    return tuple(Event(row["kind"], _utc(row["start"]), _utc(row["end"])) for row in rows)


def _nab(folder: Path) -> Iterator[DataSet]:
    if (folder / "labels").is_dir():
        yield nab(folder, "NAB, 13 series", NAB_SERIES)
        yield nab(folder, "NAB, healthy series", (NAB_HEALTHY,))


def _nab_trial(folder: Path, name: str, windows: list[list[str]]) -> Trial:
    values = _series(folder / "data" / name)
    column = name.partition("/")[2].removesuffix(".csv")
    history = max(NAB_LEAST, NAB_HISTORY * (values.index[-1] - values.index[0]))
    events = tuple(Event("window", _utc(start), _utc(end)) for start, end in windows)
    marked = {column: events} if events else {}
    return Trial(column, values.to_frame(column), marked, values.index[0] + history, settling=SETTLING)


def _series(path: Path) -> pd.Series:
    """A series of a file with ``timestamp`` and ``value``; of several values at one time the first."""
    values = pd.read_csv(path, index_col="timestamp", parse_dates=True)["value"].astype(float)
    values = values[~values.index.duplicated()].sort_index()
    return values.set_axis(pd.DatetimeIndex(values.index).tz_localize("UTC"))


def _utc(text: str) -> pd.Timestamp:
    return pd.Timestamp(text).tz_localize("UTC")


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
