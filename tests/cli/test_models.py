from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from farmlab import config, watch
from farmlab.analyses import evaluation, labelled, outlook, remembered
from farmlab.cli import models
from farmlab.domain import Farm, House
from farmlab.errors import ConfigError, UnknownName
from farmlab.models import registry
from farmlab.models.evaluation import KINDS
from farmlab.models.forecast import forecast
from farmlab.store import Store
from tests.cli.kit import Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal.of(tmp_path, models)


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    """Public data as they are laid out: two sensors with a drop-out, one marked series and a healthy one."""
    random = np.random.default_rng(1)

    def write(path: str, freq: str, at: slice) -> None:
        times = pd.date_range("2016-01-11", periods=1500, freq=freq)
        values = pd.Series(20 + np.sin(np.arange(1500) / 24) + random.normal(0, 0.1, 1500), times).round(1)
        values.iloc[at] = 0.0
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        values.rename("value").rename_axis("timestamp").to_csv(tmp_path / path)

    for name in ("T1", "T2"):
        write(f"fault_injection/dev/{name}.csv", "10min", slice(1000, 1010))
    write("nab/data/realTraffic/speed_6005.csv", "10min", slice(1000, 1060))
    write("nab/data/artificialNoAnomaly/art_flat.csv", "10min", slice(0, 0))
    event = {"kind": "dropout", "start": "2016-01-17 22:40:00", "end": "2016-01-18 00:10:00"}
    labels = {f"dev/{name}": {"events": [event]} for name in ("T1", "T2")}
    (tmp_path / "fault_injection" / "labels_dev.json").write_text(json.dumps(labels))
    window = [["2016-01-17 20:00:00.000000", "2016-01-18 10:00:00.000000"]]
    windows = {"realTraffic/speed_6005.csv": window, "artificialNoAnomaly/art_flat.csv": [], "other/x.csv": window}
    (tmp_path / "nab" / "labels").mkdir()
    (tmp_path / "nab" / "labels" / "combined_windows.json").write_text(json.dumps(windows))
    return tmp_path


def test_every_registered_estimator_is_listed_and_the_default_marked(terminal: Terminal) -> None:
    rows = terminal.ask("models", "list")["estimators"]
    assert [row["name"] for row in rows] == [entry.name for entry in registry.entries()]
    assert [row["name"] for row in rows if row["default"]] == list(registry.DEFAULT.values())
    assert "standard deviations" in terminal.type("models", "list")


def test_without_public_data_the_tables_say_so(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FARMLAB_BENCH_DATA", raising=False)
    monkeypatch.setattr(labelled, "own", lambda: (labelled.room(draws=1),))
    said = terminal.type("models", "evaluate", "z_score")
    assert "TESTS OF THE CODE" in said
    assert "not available" in said
    assert "github.com/numenta/NAB" in said


def test_public_data_are_measured_joined_alone_and_by_window(bench: Path) -> None:
    sets = {data.name: data for data in labelled.public(bench)}
    assert [len(data.trials) for data in sets.values()] == [1, 2, 1, 1]
    measured = evaluation.measure(["z_score"], sets.values())
    joined, alone, marked, healthy = (one.shipped for one in measured)
    assert joined.recall.value == alone.recall.value == 1.0
    assert joined.by_kind["dropout"][1] < 0.2
    assert marked.vus_pr.value > 2 * measured[2].floor
    assert (healthy.events, healthy.flags_per_day) == (0, pytest.approx(0, abs=0.5))
    json.dumps([one.plain() for one in measured], allow_nan=False)
    said = models.in_words(measured, [*sets.values()], "")
    assert said.count("EVIDENCE") == 1
    assert "VUS-PR" in said


def test_faults_are_put_into_simulated_and_into_real_readings() -> None:
    for data in labelled.own(draws=1):
        known = labelled.events(data)
        assert data.heading == labelled.CODE
        assert set(known["kind"]) <= set(KINDS)
        assert all(trial.judged_from < known["start"].min() for trial in data.trials)
    assert len(labelled.events(labelled.simulated(draws=1))) == 3 * len(KINDS)


def test_a_broken_file_is_told(bench: Path) -> None:
    (bench / "fault_injection" / "labels_dev.json").write_text('{"dev/T1": {}}')
    with pytest.raises(ConfigError, match="cannot be read"):
        labelled.public(bench)


def test_models_of_failure_are_judged_by_later_failures_and_forecasts_by_what_came_true(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FARMLAB_HOME", str(tmp_path))
    with Store.open(config.load(tmp_path)) as store:
        store.add_farm(Farm(name="Hill"))
        store.save_house("Hill", House(number=1))
    told = terminal.ask("models", "evaluate", "failure_risk", "forecast")
    assert [row["horizon"] for row in told["failure_risk"]] == ["next 24 h", "24–48 h"]
    assert all(row["PR-AUC"] > 2 * row["guessing"] for row in told["failure_risk"])
    assert told["forecast"] == []
    hours = pd.date_range("2026-06-01", periods=24 * 14, freq="h", tz="UTC")
    known = pd.Series(20 + np.sin(np.arange(len(hours)) / 24 * 6.28) + np.arange(len(hours)) % 7 / 9, index=hours)
    made = forecast(known, metric="temp", until=hours[-1])
    with Store.open(config.load(tmp_path)) as store:
        lab = watch.at(store, "Hill", hours[-1].to_pydatetime())
    remembered.remember(lab, outlook.LEFT, 1, {"series": {"temp": dict(made.memory)}})
    monkeypatch.delenv("FARMLAB_HOME")
    rows = terminal.ask("models", "evaluate", "forecast")["forecast"]
    assert [(row["house"], row["day"]) for row in rows] == [(1, 1), (1, 2)]
    issued = made.figures.query("model == 'ensemble'")
    assert [row["MASE"] for row in rows] == pytest.approx(issued["mase"].tolist(), rel=1e-4)
    said = terminal.type("models", "evaluate", "failure_risk", "forecast")
    assert "trained on simulated failures" in said
    assert "× yesterday's value" in said


def test_a_wrong_name_and_an_empty_folder_are_told(terminal: Terminal, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="z_score"):
        terminal.type("models", "evaluate", "z_scor")
    with pytest.raises(ConfigError, match="no labelled data"):
        terminal.type("models", "evaluate", "z_score", "--data", str(tmp_path))
