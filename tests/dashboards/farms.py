"""Two small farms for the dashboards: eight houses with a live source, and a room measured by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from farmlab import clock, results
from farmlab.domain import (
    Category,
    Farm,
    Finding,
    Flock,
    House,
    HouseKind,
    Hypothesis,
    ModelChange,
    ModelRecord,
    ModelStep,
    Run,
    RunStatus,
    Sensor,
    Severity,
    SyncRun,
    SyncStatus,
    Verdict,
    VerdictState,
)
from farmlab.models import kept
from farmlab.store import Store

HOSTILE = "<script>window.evil=1</script>"
SENSORS = (
    ("Average_Temperature", "temp", ""),
    ("Temperature_Sensor_1", "temp", "1"),
    ("Temperature_Sensor_2", "temp", "2"),
    ("Outside_Temperature", "temp", "outside"),
    ("Set_Temperature", "temp_set", ""),
    ("Inside_Humidity", "rh", ""),
    ("CO2", "co2", ""),
    ("Ammonia", "nh3", ""),
    ("Static_Pressure", "pressure", ""),
    ("Target_Pressure", "pressure_set", ""),
    ("CFM_Percentage", "vent_level", ""),
    ("Tunnel_Fans", "fans_tunnel", ""),
    ("Heaters", "heaters", ""),
    ("Daily_Water", "water", ""),
    ("Daily_Feed", "feed", ""),
    ("Average_Weight", "weight", ""),
    ("Current_Birds_Count_In_House", "birds", ""),
)
ZONE = "Europe/Berlin"
AGES = {1: 35, 2: 30, 3: 28, 4: 24, 5: 18, 6: 12, 7: 5}
"""House 8 stands empty."""
TARGETS = {house: 33.0 - 0.35 * age for house, age in AGES.items()} | {8: 20.0}


def fill(store: Store, now: datetime, *, folder: Path, houses: int = 8, named: str = "House {}") -> None:
    """Hillside with everything that the dashboards show, and the room."""
    store.add_farm(Farm(name="Hillside", timezone=ZONE, integration="rotem", simulated=True))
    for number in range(1, houses + 1):
        store.save_house("Hillside", House(number=number, name=named.format(number), capacity=20_000))
        _flock(store, number, now)
        store.save_sensors(
            "Hillside", [Sensor(house=number, source_key=k, metric=m, position=p) for k, m, p in SENSORS]
        )
    frame = pd.concat([climate(number, now) for number in range(1, houses + 1)])
    store.write("Hillside", frame.assign(learned_at=frame["time"]), learned_at=now)
    _findings(store, now)
    _runs(store, now, folder)
    sync = store.start_sync(SyncRun(farm="Hillside", source="rotem", started_at=now - timedelta(minutes=2)))
    store.finish_sync(SyncRun(**{**_fields(sync), "status": SyncStatus.SUCCESS, "ended_at": now, "new": 272}))
    room(store)


def room(store: Store, *, name: str = "Room") -> None:
    """A farm without a live source; its readings end long ago."""
    store.add_farm(Farm(name=name, timezone="Europe/Brussels"))
    store.save_house(name, House(number=1, name="Office", kind=HouseKind.ROOM))
    keys = (("temp", "temp"), ("rh", "rh"), ("co2", "co2"), ("light", "illuminance"))
    store.save_sensors(name, [Sensor(house=1, source_key=key, metric=metric) for key, metric in keys])
    times = pd.date_range("2015-02-05", "2015-02-06 09:00", freq="5min", tz="UTC")
    day = np.sin(np.arange(len(times)) / 45)
    values = {"temp": 21 + day, "rh": 26 + 2 * day, "co2": 600 + 180 * day, "light": 200 + 190 * day}
    store.write(name, _tidy(1, times, values), learned_at=times[-1])


def climate(house: int, now: datetime) -> pd.DataFrame:
    """26 hours at five minutes; house 6 has been silent for the last four hours."""
    end = now - timedelta(hours=4, minutes=25) if house == 6 else now - timedelta(minutes=2)
    times = pd.date_range(end - timedelta(hours=26), end, freq="5min")
    random, day = np.random.default_rng(house), np.sin(np.arange(len(times)) / 46)
    target = TARGETS[house]
    temp = target + 0.8 * day + random.normal(0, 0.1, len(times)) + (np.arange(len(times)) > 240) * 3.5 * (house == 3)
    midnight = times.tz_convert("Europe/Berlin").normalize()
    hours = (times - midnight.tz_convert("UTC")) / pd.Timedelta(hours=1)
    living = house in AGES
    values = {
        "Average_Temperature": temp,
        "Temperature_Sensor_1": temp + 0.4,
        "Temperature_Sensor_2": temp - 0.5,
        "Outside_Temperature": 14 + 6 * day,
        "Set_Temperature": np.full(len(times), target),
        "Inside_Humidity": 62 + 5 * day,
        "CO2": 1900 - 600 * day,
        "Ammonia": 9 + 3 * day,
        "Static_Pressure": 24 + random.normal(0, 1.5, len(times)),
        "Target_Pressure": np.full(len(times), 25.0),
        "CFM_Percentage": 40 + 30 * day,
        "Tunnel_Fans": np.round(np.clip(3 + 4 * day, 0, 6)),
        "Heaters": np.round(np.clip(-3 * day, 0, 2)),
        "Daily_Water": np.round(190 * hours * living),
        "Daily_Feed": np.round(105 * hours * living),
        "Average_Weight": np.full(len(times), 60 * AGES.get(house, 0) + 42.0),
        "Current_Birds_Count_In_House": np.full(len(times), 19_400.0 * living),
    }
    return _tidy(house, times, values)


def _flock(store: Store, house: int, now: datetime) -> None:
    if house in AGES:
        placed = clock.local_date(now, ZONE) - timedelta(days=AGES[house])
        store.save_flock("Hillside", Flock(house=house, placed_on=placed, breed="ross_308", birds_placed=19_800))


def _findings(store: Store, now: datetime) -> None:
    fan = Finding(
        category=Category.FAILURE, kind="fan_loss", house=3, subject="tunnel fan 2", severity=Severity.CRITICAL,
        title="Tunnel fan 2 is not moving air", start=now - timedelta(hours=3), end=now, score=0.9,
        why=(Hypothesis(cause="Broken belt", confidence=0.7, evidence="3 of 4 fans run, pressure 8 Pa under set"),),
        check=("Look at the belt and the breaker of tunnel fan 2", "Open the tunnel curtain by hand"),
        data={"evidence": [{"for": True, "text": "Pressure fell with the fan"}, {"for": False, "text": "No alarm"}],
              "harm_h": 5.6, "also": ["Temperature 2 K over set"]},
    )  # fmt: skip
    stuck = Finding(
        category=Category.SENSOR, kind="stuck", house=5, subject="temp_c_2", start=now - timedelta(hours=16),
        title="Temperature 2 has shown 27.3 °C since yesterday", check=("Change sensor T2",), data={"metric": "temp"},
    )  # fmt: skip
    water = Finding(
        category=Category.ANOMALY, kind="low", house=4, subject="water_l", start=now - timedelta(hours=7),
        title="Water is 18 % under what birds of 24 days drink", check=("Walk the birds", "Look at the drinker line"),
    )  # fmt: skip
    known = {house.number for house in store.houses("Hillside")}
    found = [finding for finding in (fan, stuck, water) if finding.house in known]
    store.save_findings("Hillside", found, source="anomaly", at=now)


def _runs(store: Store, now: datetime, folder: Path) -> None:
    slot = now.replace(minute=0, second=0, microsecond=0)
    verdict = Verdict(state=VerdictState.WARNING, reasons=("House 6 sent nothing since 09:40.",), coverage=0.97)
    judged = Run(notebook="data_quality", farm="Hillside", house=0, slot=slot, status=RunStatus.DONE, verdict=verdict)
    store.save_run(judged)
    times = pd.date_range(slot + timedelta(hours=1), periods=48, freq="h")
    fans = [
        pd.DataFrame({"house": 3, "metric": metric, "time": times, "forecast": middle + wave,
                      "lower": middle + wave - width, "upper": middle + wave + width})
        for metric, middle, width in (("temp", 24.0, 1.0), ("rh", 60.0, 5.0), ("water", 190.0, 25.0),
                                      ("co2", 1900.0, 300.0), ("nh3", 9.0, 3.0))
        for wave in (np.sin(np.arange(48) / 4),)
    ]  # fmt: skip
    results.record(folder, tables={"forecast": pd.concat(fans)})
    done = Run(notebook="forecast", farm="Hillside", house=0, slot=slot, status=RunStatus.DONE, folder=folder.name)
    store.save_run(done)
    _insights(store, slot, folder.parent)
    _models(store, slot, folder.parent)


def _insights(store: Store, slot: datetime, runs: Path) -> None:
    """What the last runs of two analyses recorded."""
    fan = next((one for one in store.findings("Hillside") if one.kind == "fan_loss"), None)
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script>evil=1</script><path d="M0 0L9 9"/></svg>'
    drawn = [replace(fan, data={results.DRAWING: svg})] if fan else []
    episodes = pd.DataFrame({"house": [3, 3, 5], "sensor": "t", "kind": ["spike", "spike", "stuck"]})
    results.record(runs / "anomaly", summary="One house unusual.", findings=drawn, tables={"episodes": episodes})
    days = pd.date_range(slot - timedelta(days=7), slot, freq="D").normalize()
    tables = {
        "checks": pd.DataFrame(
            {"what": ["Syncs", "Alerts"], "said": ["97.0 % of 2016 attempts", "3 in 90 days"],
             "aim": ["≥ 99 %", "true"], "good": ["no", "unknown"]}
        ),
        "days": pd.DataFrame({"day": days, "success_pct": 97.0, "p95_min": 4.0, "complete_pct": [*[99.0] * 7, 93.0]}),
        "runs": pd.DataFrame({"notebook": ["anomaly"], "runs": [168], "failed": [1], "median_s": [5.2], "p95_s": 9.0}),
        "alerts": pd.DataFrame({"month": ["2026-06"], "kind": ["fan_loss"], "alerts": [3], "answered": [2],
                                "precision": [0.5], "missed": [0]}),
    }  # fmt: skip
    results.record(runs / "performance", summary="1 of 5 need a look.", tables=tables)
    for notebook, folder in (("anomaly", "anomaly"), ("system_performance", "performance")):
        store.save_run(Run(notebook=notebook, farm="Hillside", house=0, slot=slot, status=RunStatus.DONE, folder=folder,
                           page="p.html", results={"summary": f"{notebook} said this."}))  # fmt: skip


def _models(store: Store, slot: datetime, runs: Path) -> None:
    """Two models in use, a challenger that was kept out, and what the last look at them found."""
    for scope, metrics in (("house/3", {"judged": 21.0}), ("farm", {"risk_24_48h/pr_auc": 0.12})):
        made = ModelRecord(name="m", version=0, task="anomaly" if scope != "farm" else "failure", farm="Hillside",
                           scope=scope, fitted_at=slot - timedelta(days=3), metrics=metrics,
                           libraries=kept.libraries("numpy"), state={"mean": 1.0})  # fmt: skip
        saved = store.save_model(kept.sealed(made, data=""))
        store.promote(saved.id, at=slot - timedelta(days=3), by="ann", note="better on held-out flocks")
    store.note_model(ModelChange(task="failure", farm="Hillside", scope="farm", at=slot - timedelta(days=1),
                                 what=ModelStep.KEPT_OUT, by="ann", note="PR-AUC .10 against .12"))  # fmt: skip
    inputs = pd.DataFrame({"label": ["House 3, CO2", "House 3, water"], "psi": [0.4, 0.01],
                           "verdict": ["shifted", "same"]})  # fmt: skip
    worse = pd.DataFrame({"house": [3], "series": ["temperature"], "ratio": [1.62], "verdict": ["worse"]})
    results.record(runs / "models", tables={"inputs": inputs, "forecasts": worse})
    store.save_run(Run(notebook="model_training", farm="Hillside", house=0, slot=slot, status=RunStatus.DONE,
                       folder="models", page="p.html"))  # fmt: skip


def _tidy(house: int, times: pd.DatetimeIndex, values: dict[str, np.ndarray]) -> pd.DataFrame:
    one = [
        pd.DataFrame({"house": house, "sensor": key, "time": times, "value": column}) for key, column in values.items()
    ]
    return pd.concat(one, ignore_index=True)


def _fields(record: object) -> dict[str, object]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}
