"""Whether advice helps: simulated houses live on with and without it; no analysis knows their parameters."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from farmlab.errors import InsufficientData
from farmlab.features import flock, house_hours
from farmlab.findings import advice, advice_rules
from farmlab.models import house_heat
from farmlab.simulator.farm import SimulatedFarm

Row = dict[str, Any]
SEEDS = range(501, 507)
UNTIL = datetime(2026, 2, 12, 12, tzinfo=UTC)
BEFORE_DAYS, HABIT_DAYS, AFTER_DAYS, LEAST_HOURS = 14, 9, 4, 48
TOO_MUCH = 1.5
KEYS = {
    "Average_Temperature": "temp_c", "Set_Temperature": "temp_set_c", "Outside_Temperature": "temp_c_outside",
    "Inside_Humidity": "rh_pct", "Outside_Humidity": "rh_pct_outside", "CO2": "co2_ppm", "Ammonia": "nh3_ppm",
    "Current_Level_CFM": "airflow_m3h", "Heaters": "heaters_running", "Light1": "light_pct",
    "Average_Weight": "weight_g", "Current_Birds_Count_In_House": "birds_n", "Cooling_Pad": "pad_on",
}  # fmt: skip


def following() -> Iterator[Row]:
    """Each house that gets advice on its air lives four more days twice: as it is, and with the advice."""
    better, cheaper, worse, cases = 0, 0, 0, 0
    for seed in SEEDS:
        for heat, comfort, welfare in _of_farm(seed):
            cases += 1
            better += heat < 0 or comfort > 0
            cheaper += heat < 0
            worse += welfare < 0
    yield {"what": "comfort up or heat down", "measured": f"{better} of {cases}", "beside": "80 %",
           "ratio": better / max(cases, 1)}  # fmt: skip
    yield {"what": "of these, heat down", "measured": f"{cheaper}", "ratio": cheaper / max(cases, 1)}
    yield {"what": "welfare worse", "measured": f"{worse} of {cases}", "beside": "0", "ratio": worse / max(cases, 1)}


def _of_farm(seed: int) -> Iterator[tuple[float, float, float]]:
    """For each advised house: change of heater hours, of comfortable hours a day, and of welfare (≥ 0: no worse)."""
    with tempfile.TemporaryDirectory() as place:
        folder, other = Path(place) / "as_it_is", Path(place) / "advised"
        farm = _lived(folder, seed)
        factors = {house: _factor(hours) for house, hours in _hours(farm).items()}
        shutil.copytree(folder, other)
        tuned = SimulatedFarm.open(other)
        wanted = {house: factor for house, factor in factors.items() if factor != 1.0}
        for house, factor in wanted.items():
            tuned = tuned.tune(house, min_vent=factor)
        for one in (farm, tuned):
            one.advance(UNTIL + timedelta(days=AFTER_DAYS))
        plain, advised = _hours(farm), _hours(tuned)
        for house in wanted:
            if house in plain and len(_after(plain[house])) >= LEAST_HOURS:  # else the flock was caught meanwhile
                yield _change(_after(plain[house]), _after(advised[house]))


def _lived(folder: Path, seed: int) -> SimulatedFarm:
    """A farm of which some houses are ventilated half as much again as they need, for more than a week."""
    begin = UNTIL - timedelta(days=HABIT_DAYS)
    farm = SimulatedFarm.create(folder, seed=seed, until=begin, houses=8, days=BEFORE_DAYS - HABIT_DAYS)
    for house in farm.houses[1::4]:
        farm = farm.tune(house.number, min_vent=TOO_MUCH)
    farm.advance(UNTIL)
    return farm


def _factor(hours: pd.DataFrame) -> float:
    """What the advice wants the minimum ventilation to be multiplied with; 1 without such advice."""
    try:
        model, refits = house_heat.fit(hours), house_heat.refitted(hours)
    except InsufficientData:
        model, refits = None, []
    recent = hours[hours.index > hours.index[-1] - pd.Timedelta(hours=72)] if len(hours) else hours
    found = advice_rules.advise(advice.Situation(recent, model, refits))
    return next((one.factor for one in found if one.kind in ("less_air", "more_air")), 1.0)


def _change(plain: pd.DataFrame, advised: pd.DataFrame) -> tuple[float, float, float]:
    heat = float(advised["heaters"].mean() - plain["heaters"].mean())
    comfort = 24 * float(advised["comfortable"].astype(float).mean() - plain["comfortable"].astype(float).mean())
    return heat, comfort, comfort + 0.5


def _after(hours: pd.DataFrame) -> pd.DataFrame:
    return hours[hours.index > pd.Timestamp(UNTIL)]


def _hours(farm: SimulatedFarm) -> dict[int, pd.DataFrame]:
    """The hours of each house with its present flock, from the archive: what any analysis could read."""
    archive = farm.folder / "archive.csv"
    farm.write_archive(archive, farm.until)
    rows = pd.read_csv(archive)
    rows["time"] = pd.to_datetime(rows["time"], utc=True)
    found = {int(house): _of_house(part.set_index("time").sort_index()) for house, part in rows.groupby("house")}
    return {house: house_hours.hours(wide, timezone=farm.timezone) for house, wide in found.items() if len(wide)}


def _of_house(table: pd.DataFrame) -> pd.DataFrame:
    wide = table.reindex(columns=list(KEYS)).rename(columns=KEYS)
    wide[flock.AGE] = table["Growth_Day"]
    anew = (wide[flock.AGE].diff() < 0).cumsum()
    return wide[(anew == anew.iloc[-1]) & (wide[flock.AGE] >= 0)]


BENCHMARKS: dict[str, Callable[[], Iterator[Row]]] = {"advice": following}
LONG = ("advice",)
