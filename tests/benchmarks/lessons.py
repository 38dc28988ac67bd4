"""Simulated farms for models of failure: lessons to teach the shipped one, and others on which it is measured.

``python -m tests.benchmarks.lessons`` makes ``farmlab/models/failure/simulated.json`` anew (deterministic, about ten
minutes). The first farms have many failures and are learned from, without those that nothing could be seen of
beforehand; methods are chosen, calibrated and measured on farms of their own, where things fail as on any other
simulated farm of the benchmarks.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd

from farmlab.domain import Sensor
from farmlab.features.machine_rows import FEATURES
from farmlab.integrations.rotem.channels import CHANNELS
from farmlab.models.failure import HORIZONS, FailureRisk
from farmlab.models.failure.taught import FILE
from farmlab.simulator import lessons
from farmlab.simulator.channels import COLUMNS
from farmlab.simulator.timeline import minute_of
from tests.benchmarks import simulated_farm
from tests.benchmarks.simulated_farm import Simulated

RATE = 6.0
"""Failures of each kind per house and year where methods are chosen and measured."""
DAYS = 45
HOUSES = 8
OFTEN = {"fan_belt": 24.0, "heater": 20.0, "inlet": 20.0, "water_leak": 12.0, "blocked_line": 20.0, "auger": 20.0,
         "cooling_pad": 24.0, "comms_loss": 10.0, "fan_loss": 4.0, "health": 4.0, "power_cut": 3.0}  # fmt: skip
LEARN = ((601, "2026-05-05"), (602, "2026-07-20"), (603, "2026-02-10"), (604, "2026-08-15"), (605, "2026-11-20"),
         (606, "2026-06-25"))  # fmt: skip
CHOOSE = ((501, "2026-05-10"), (502, "2026-07-25"), (503, "2026-01-15"), (504, "2026-08-20"), (505, "2026-03-20"))
MEASURE = ((506, "2026-07-05"), (507, "2026-06-10"), (508, "2026-10-10"))
APART_H = 10_000.0
"""Hours from one farm to the next in the order of learning."""


def farm(folder: Path, seed: int, day: str, *, often: bool = False) -> Simulated:
    """A farm of this seed that ends on this day; one that is in the folder already is used again."""
    until = datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=UTC)
    given = {"seed": seed, "until": until, "houses": HOUSES, "days": DAYS}
    with many() if often else mock.patch.dict({}):
        return simulated_farm.simulate(folder / str(seed), rate=RATE, **given)  # type: ignore[arg-type]


@contextmanager
def many() -> Iterator[None]:
    """Equipment fails many times as often, and sensors half as often."""
    usual = dict.fromkeys

    def rates(kinds: dict[str, float], rate: float) -> dict[str, float]:
        return {**usual(kinds, rate / 2), **OFTEN}

    with mock.patch.object(simulated_farm, "_rates", rates):
        yield


def readings(lived: Simulated) -> dict[int, pd.DataFrame]:
    """Readings by house, as the controllers showed them while they were connected."""
    start, until = lived.farm._start, minute_of(lived.until)
    found = {}
    for house in lived.farm.houses:
        minutes, shown = lived.farm._history.between(start, until, house=house.number - 1)
        index = pd.to_datetime(minutes, unit="m", utc=True).as_unit("ns")
        table = pd.DataFrame(shown, index=pd.DatetimeIndex(index, name="time"), columns=list(COLUMNS))
        named = {key: Sensor(house=1, source_key=key, metric=m, position=p).column for key, (m, p) in CHANNELS.items()}
        known = [key for key in COLUMNS if key in named and table[key].notna().any()]
        found[house.number] = table.loc[table["connected"] == 1, known].rename(columns=named)
    return found


def rows(lived: Simulated) -> pd.DataFrame:
    """Features with the hours to the next failure of every part and house, and where they are of."""
    tables, by_house = [], readings(lived)
    lived.__dict__["wide"] = by_house  # in the place of the archive, which would be written and read for it
    known_flocks = lived.flocks
    for house, wide in by_house.items():
        flocks = [flock for flock in known_flocks if flock.house == house]
        faults = [fault for fault in lived.faults if fault.house == house]
        table = lessons.house_rows(wide, flocks, faults, timezone=lived.zone).reset_index(names=["named", "time"])
        placed = pd.Series(sorted(pd.Timestamp(f.placed_on, tz="UTC") for f in flocks))
        flock = placed.searchsorted(table["time"], side="right")
        unit = f"{lived.farm.seed}/{house}"
        tables.append(table.assign(unit=unit + "/" + table["named"], flock=[f"{unit}/{number}" for number in flock]))
    return pd.concat(tables, ignore_index=True)


def lesson(folder: Path) -> pd.DataFrame:
    """Everything that the shipped model is made from, in its order."""
    tables = []
    for place, (seed, day) in enumerate((*LEARN, *CHOOSE, *MEASURE)):
        often = (seed, day) in LEARN
        table = rows(farm(folder, seed, day, often=often))
        if often:
            unseen = np.isfinite(table["hours"]) & (table["ahead_h"] <= table["hours"])
            table.loc[unseen, "hours"] = np.nan
        hours = (table["time"] - table["time"].min()) / pd.Timedelta(hours=1)
        tables.append(table.assign(order=place * APART_H + hours, part_of_lesson=_name(place)))
        print(f"{seed}: {len(table)} rows", file=sys.stderr, flush=True)
    return pd.concat(tables, ignore_index=True)


def _name(place: int) -> str:
    return "learn" if place < len(LEARN) else "choose" if place < len(LEARN) + len(CHOOSE) else "measure"


def teach(table: pd.DataFrame) -> FailureRisk:
    """The model of a lesson."""
    bounds = tuple(
        (table["order"][table["part_of_lesson"] == name].max() + APART_H / 10) for name in ("learn", "choose")
    )
    return FailureRisk().fit(
        table[list(FEATURES)], table["hours"], order=table["order"], unit=table["unit"], bounds=bounds
    )


def main() -> None:
    """Write the shipped model."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(made)
        model = teach(lesson(folder))
    path = Path("farmlab/models/failure") / FILE
    path.write_text(json.dumps(model.to_state(), separators=(",", ":")) + "\n", encoding="utf-8")
    for name in HORIZONS:
        print(name, dict(model.figures(name)))
    print(f"{path}: {path.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
