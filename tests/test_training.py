"""Models are trained, compared, kept and looked after, on a farm whose fans wear before they fail."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from farmlab import training, watch
from farmlab.analyses import failure_model, failure_records, remembered
from farmlab.analyses import training as analysis
from farmlab.cli import models
from farmlab.domain import Event, EventKind, Farm, Flock, House, ModelStep, Run, RunStatus, Sensor
from farmlab.errors import DataError, InsufficientData, UnknownName, VersionMismatch
from farmlab.features import degradation
from farmlab.models import kept
from farmlab.models.failure import TAUGHT
from farmlab.models.forecasting.log import Log
from farmlab.models.forecasting.window import hours_since_1970
from farmlab.store import Store
from tests.cli.kit import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

START = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 70
UNTIL = START + timedelta(days=DAYS)
HOUSES = (1, 2, 3)
SENSORS = {
    # column that the features ask for → metric, position
    "fans_exhaust_running": ("fans_exhaust", ""),
    "fans_tunnel_running": ("fans_tunnel", ""),
    "pressure_pa": ("pressure", ""),
    "pressure_set_pa": ("pressure_set", ""),
    "inlet_pct_1": ("inlet", "1"),
}


def failures(number: int) -> list[datetime]:
    """Every week, another day in each house, at odd hours."""
    return [START + timedelta(days=12 + 7 * week + 2 * number, hours=5 * number + week) for week in range(8)]


def readings(number: int) -> pd.DataFrame:
    """Side fans that lose air over the four days before each failure, by the hour."""
    random = np.random.default_rng(number)
    times = pd.date_range(START, periods=DAYS * 24, freq="1h")
    left = np.min([_days_to(moment, times) for moment in failures(number)], axis=0)
    worn = 0.25 * np.clip(1 - left / 4, 0, 1) + random.normal(0, 0.01, len(times))
    return pd.DataFrame(
        {
            "fans_exhaust_running": 2.0,
            "fans_tunnel_running": 0.0,
            "pressure_pa": 20 + random.normal(0, 1, len(times)),
            "pressure_set_pa": 20.0,
            "inlet_pct_1": 100 * (0.30 * (1 - worn) - degradation.LEAK_OPENING),
        },
        index=times,
    )


def _days_to(moment: datetime, times: pd.DatetimeIndex) -> np.ndarray:
    days = np.asarray((pd.Timestamp(moment) - times) / pd.Timedelta(days=1))
    return np.where(days > 0, days, np.inf)


def fill(store: Store) -> None:
    store.add_farm(Farm(name="Hill", timezone="UTC", poll_minutes=60))
    for number in HOUSES:
        store.save_house("Hill", House(number=number))
        store.save_flock("Hill", Flock(house=number, placed_on=date(2026, 2, 20), breed="ross308"))
        sensors = [Sensor(house=number, source_key=key, metric=m, position=p) for key, (m, p) in SENSORS.items()]
        store.save_sensors("Hill", sensors)
        tidy = readings(number).rename_axis("time").reset_index().melt("time", var_name="sensor")
        store.write("Hill", tidy.assign(house=number, learned_at=tidy["time"]), learned_at=UNTIL)
        for moment in failures(number):
            fan = Event(house=number, kind=EventKind.FAILURE, time=moment, equipment="side fan 1")
            store.write_events("Hill", [fan], learned_at=moment)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which the model of failures was trained once."""
    path = tmp_path_factory.mktemp("trained") / "farmlab.db"
    with Store.open(f"sqlite:///{path}") as store:
        fill(store)
        [made] = training.train(store, "failure", "Hill", until=UNTIL, by="ann")
        assert made.what is ModelStep.PROMOTED, made.note
    return path


@pytest.fixture
def store(trained: Path, tmp_path: Path) -> Iterator[Store]:
    shutil.copy(trained, tmp_path / "farmlab.db")
    with Store.open(f"sqlite:///{tmp_path}/farmlab.db") as store:
        yield store


@pytest.fixture
def terminal(store: Store, tmp_path: Path) -> Terminal:
    return Terminal.of(tmp_path, models)


def chosen(store: Store, until: datetime = UNTIL) -> tuple[str, str]:
    """What the risk analysis would use then: what it was trained on, and why it is not the farm's own."""
    lab = watch.at(store, "Hill", until)
    return failure_model.choose(lab, failure_records.on_record(lab))[1:]


def tamper(tmp_path: Path, column: str, old: str, new: str, *, task: str = "failure") -> None:
    """Change a stored model behind the store's back."""
    with closing(sqlite3.connect(tmp_path / "farmlab.db")) as connection:
        change = f"UPDATE model SET {column} = replace({column}, ?, ?) WHERE task = ? AND {column} LIKE ?"
        assert connection.execute(change, (old, new, task, f"%{old}%")).rowcount == 1
        connection.commit()


def test_a_farm_with_records_uses_its_own_model_from_then_on(store: Store) -> None:
    record = store.champion("failure", "Hill", "farm")
    assert record is not None
    assert record.metrics["contest/challenger"] > record.metrics["contest/champion"] + 0.02
    assert record.metrics["risk_24_48h/pr_auc"] > 3 * record.metrics["risk_24_48h/prevalence"]
    assert (kept.problem(record), len(kept.data(record))) == ("", 24)
    assert record.window_start is not None
    assert record.window_end is not None
    assert START <= record.window_start < record.window_end <= UNTIL
    assert [entry.what for entry in store.model_history(task="failure")] == [ModelStep.PROMOTED, ModelStep.TRAINED]
    trained, refusal = chosen(store)
    assert (trained, refusal) == ("trained on 24 failures of Hill", "")
    assert chosen(store, UNTIL - timedelta(hours=1))[0] == TAUGHT, "it was not there then"


def test_a_challenger_that_is_no_better_is_kept_out(store: Store) -> None:
    first = store.champion("failure", "Hill", "farm")
    [again] = training.train(store, "failure", "Hill", until=UNTIL + timedelta(hours=1), by="ann")
    assert again.what is ModelStep.KEPT_OUT
    assert again.note.startswith("PR-AUC 0.")
    assert store.champion("failure", "Hill", "farm") == first
    [past] = training.train(store, "failure", "Hill", until=UNTIL - timedelta(hours=1), by="ann")
    assert (past.what, past.note) == (ModelStep.KEPT_OUT, training.NEWER)
    assert store.champion("failure", "Hill", "farm") == first


@pytest.mark.parametrize(
    ("column", "old", "new", "why"),
    [
        ("state", '"slope": ', '"slope": 1', "its state was changed"),
        ("state", '"seal"', '"deal"', "its state was changed"),
        ("libraries", '"numpy": "', '"numpy": "0.', "it was made with numpy 0."),
        ("libraries", "scikit-learn", "no-such-library", "it was made with no-such-library"),
    ],
)
def test_a_model_that_was_changed_or_is_of_other_libraries_is_not_guessed_at(
    store: Store, terminal: Terminal, tmp_path: Path, column: str, old: str, new: str, why: str
) -> None:
    tamper(tmp_path, column, old, new)
    trained, refusal = chosen(store)
    assert trained == TAUGHT
    assert refusal.startswith(f"the model of this farm is not used: {why}")
    [stored] = terminal.ask("models", "list", "--farm", "Hill")["stored"]
    assert stored["problem"].startswith(why)
    with pytest.raises(VersionMismatch, match=f"{why}.*models train"):
        terminal.type("models", "promote", str(stored["id"]))
    assert training.due(store, "Hill", UNTIL + timedelta(days=1))


def test_a_model_that_cannot_be_used_is_trained_again(store: Store, tmp_path: Path) -> None:
    tamper(tmp_path, "state", '"slope": ', '"slope": 1')
    [made] = training.train(store, "failure", "Hill", until=UNTIL + timedelta(hours=1), by="ann")
    assert made.what is ModelStep.PROMOTED
    assert chosen(store, UNTIL + timedelta(hours=1))[1] == ""


def test_it_is_due_again_after_a_week(store: Store) -> None:
    assert not training.due(store, "Hill", UNTIL + timedelta(days=6))
    assert training.due(store, "Hill", UNTIL + timedelta(days=7))


def test_too_few_records_are_refused_and_remembered(store: Store, terminal: Terminal) -> None:
    until = START + timedelta(days=30)
    with pytest.raises(InsufficientData, match=r"7 failures are on record, and 20 are needed .* farmlab record"):
        terminal.type("models", "train", "failure", "--farm", "Hill", "--until", until.isoformat(), "--by", "bob")
    newest = store.model_history(task="failure")[0]
    assert (newest.what, newest.by, newest.at, newest.model_id) == (ModelStep.FAILED, "bob", until, None)


def test_a_training_that_breaks_stays_in_the_history(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: pd.DataFrame) -> None:
        raise ValueError("singular matrix")

    monkeypatch.setattr(failure_model, "own", broken)
    with pytest.raises(ValueError, match="singular"):
        training.train(store, "failure", "Hill", until=UNTIL, by="ann")
    newest = store.model_history(task="failure")[0]
    assert (newest.what, newest.note) == (ModelStep.FAILED, "it broke: ValueError: singular matrix")
    assert chosen(store)[1] == "", "the champion goes on"


def test_what_is_usual_takes_over_when_it_is_newer(store: Store, terminal: Terminal) -> None:
    rows = [terminal.ask("models", "train", "anomaly", "--farm", "Hill", "--house", "2", "--until", moment.isoformat())
            for moment in (UNTIL, UNTIL - timedelta(days=2))]  # fmt: skip
    (first,), (older,) = rows
    assert (first["outcome"], first["scope"]) == ("promoted", "house/2")
    assert first["model"]["metrics"]["judged"] == 1
    assert (older["outcome"], older["note"]) == ("kept_out", training.NEWER)
    assert watch.calibrations(watch.at(store, "Hill", UNTIL, house=2))
    assert len(store.models(farm="Hill", task="anomaly")) == 2, "what was trained is used, not learned again"


def test_a_model_is_shown_with_its_history_promoted_and_rolled_back(store: Store, terminal: Terminal) -> None:
    first = store.champion("failure", "Hill", "farm")
    assert first is not None
    with pytest.raises(DataError, match="no earlier champion of failure, Hill, farm"):
        terminal.type("models", "rollback", "failure", "--farm", "Hill")
    second = store.save_model(replace(first, id=0, version=0, champion=False))
    said = terminal.type("models", "promote", str(second.id), "--by", "bob", "--note", "a test")
    assert said == f"Model {second.id}, failure_risk version 2 (failure, Hill, farm) is in use now.\n"
    assert terminal.ask("models", "rollback", "failure", "--farm", "Hill", "--by", "bob")["id"] == first.id
    shown = terminal.ask("models", "show", str(second.id))
    assert "state" not in shown
    [entry] = shown["history"]
    assert (entry["what"], entry["by"], entry["note"]) == ("promoted", "bob", "a test")
    said = terminal.type("models", "show", str(first.id))
    for part in ("in use: yes", "rolled back", "risk_24_48h/pr_auc", "scikit-learn", kept.data(first)):
        assert part in said
    assert len(terminal.ask("models", "list", "--task", "failure", "--all")["stored"]) == 2


@pytest.mark.parametrize(
    ("words", "error", "why"),
    [
        (("show", "99"), UnknownName, "no model with the id 99"),
        (("train", "failur", "--farm", "Hill"), UnknownName, "Did you mean 'failure'"),
        (("train", "anomaly", "--farm", "Hil"), UnknownName, "Did you mean 'Hill'"),
        (("train", "anomaly", "--farm", "Hill", "--house", "9"), UnknownName, "house"),
        (("train", "failure", "--farm", "Hill", "--house", "1"), DataError, "of the whole farm"),
        (("list", "--farm", "Hil"), UnknownName, "Did you mean 'Hill'"),
        (("rollback", "forecast", "--farm", "Hill"), UnknownName, "no task 'forecast'"),
    ],
)
def test_wrong_names_are_told(terminal: Terminal, words: tuple[str, ...], error: type[Exception], why: str) -> None:
    with pytest.raises(error, match=why):
        terminal.type("models", *words)


def looked(store: Store, until: datetime = UNTIL) -> analysis.Watched:
    return analysis.look(watch.at(store, "Hill", until, window=timedelta(days=7)))


def test_the_page_tells_what_is_in_use_and_what_moved(store: Store) -> None:
    training.train(store, "failure", "Hill", until=UNTIL, by="ann")
    lab, seen = watch.at(store, "Hill", UNTIL, window=timedelta(days=7)), looked(store)
    assert analysis.summary(seen) == "1 model of this farm is in use."
    assert "PR-AUC 24–48 h:" in analysis.champions(seen).html
    assert seen.contests["outcome"].tolist() == ["kept out", "promoted"]
    said = analysis.history(seen, lab).html
    assert said.count("<tr>") == 3
    assert said.index("kept out") < said.index("promoted")
    assert "have shifted" in str(analysis.inputs(seen)._repr_mimebundle_())
    assert seen.lived["verdict"].tolist() == ["too few", "too few"]
    assert set(analysis.values(seen)) > {"inputs_shifted", "models_unusable"}
    before = looked(store, UNTIL - timedelta(days=1))
    assert (before.champions, before.history) == ((), ()), "they were not there then"


def test_inputs_that_moved_are_named(store: Store) -> None:
    times = pd.date_range(UNTIL + timedelta(hours=1), periods=7 * 24, freq="1h")
    moved = pd.DataFrame({"house": 2, "sensor": "pressure_pa", "time": times, "value": 35.0, "learned_at": times})
    store.write("Hill", moved, learned_at=times[-1].to_pydatetime())
    seen = looked(store, UNTIL + timedelta(days=7))
    [row] = seen.inputs[seen.inputs["verdict"] == "shifted"].to_dict("records")
    assert (row["house"], row["input"], row["label"]) == (2, "pressure_pa", "House 2, static pressure")


def test_told_risks_are_judged_by_what_came_true(store: Store) -> None:
    for day in range(60):
        slot = START + timedelta(days=8 + day)
        hours = (min((m for m in failures(1) if m > slot), default=UNTIL + timedelta(days=9)) - slot) / timedelta(
            hours=1
        )
        told = {"risk_0_24h/1/side_fans": float(hours <= 24), "risk_24_48h/1/side_fans": 0.9}
        run = Run(notebook="failure", farm="Hill", house=0, slot=slot, status=RunStatus.DONE, results={"values": told})
        store.save_run(run)
    near, far = looked(store).lived.to_dict("records")
    assert (near["came true"], near["Brier"], near["verdict"]) == (8, 0.0, "better than guessing")
    assert (far["came true"], far["verdict"]) == (8, "no better than guessing")


def test_a_model_that_cannot_be_used_is_the_first_thing_the_page_says(store: Store, tmp_path: Path) -> None:
    tamper(tmp_path, "state", '"slope": ', '"slope": 1')
    said = analysis.summary(looked(store))
    assert said == "1 model cannot be used. First: failure, farm: its state was changed since it was made."


def test_forecasts_that_got_worse_are_told(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FARMLAB_HOME", str(tmp_path))
    origins = hours_since_1970(pd.date_range(end=UNTIL, periods=15 * 8, freq="3h"))
    scores = np.random.default_rng(1).uniform(0.9, 1.1, (len(origins), 2, 3))
    scores[-7 * 8 :, -1] *= 2
    log = Log(("naive", "ensemble"), origins, np.zeros((len(origins), 3, 48)), scores)
    left = {"series": {"temp": {"log": log.state()}}}
    remembered.remember(watch.at(store, "Hill", UNTIL), "forecast", 1, left)
    seen = looked(store)
    [row] = seen.forecasts.to_dict("records")
    assert (row["series"], row["verdict"]) == ("temperature", "worse")
    assert row["low"] < row["ratio"] < row["high"]
    assert row["ratio"] == pytest.approx(2, abs=0.1)
    assert "1 forecast worse than before" in analysis.summary(seen)
    few = analysis.look(watch.at(store, "Hill", UNTIL, window=timedelta(days=2)))
    assert few.forecasts["verdict"].tolist() == ["too few"]


def test_a_calibration_that_was_changed_is_learned_anew_at_the_next_look(store: Store, tmp_path: Path) -> None:
    [made] = training.train(store, "anomaly", "Hill", house=1, until=UNTIL, by="ann")
    tamper(tmp_path, "state", '"fitted_until": "2026', '"fitted_until": "2025', task="anomaly")
    watch.calibrations(watch.at(store, "Hill", UNTIL + timedelta(minutes=5), house=1))
    newest = store.champion("anomaly", "Hill", "house/1")
    assert made.model is not None
    assert newest is not None
    assert newest.version == made.model.version + 1
    assert kept.problem(newest) == ""
