from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from datetime import timedelta
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from farmlab import clock, config, plugins
from farmlab.cli import care, doctor, main, results
from farmlab.config import Settings
from farmlab.domain import Farm, House, Run, RunStatus, SyncRun, SyncStatus
from farmlab.serving import home
from farmlab.store import Store
from tests.cli.kit import Terminal
from tests.dashboards import farms
from tests.runs.kit import write_notebook


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("FARMLAB_NOTEBOOKS", str(tmp_path / "notebooks"))
    (tmp_path / "notebooks" / "analyses").mkdir(parents=True)
    return config.load(tmp_path / "home")


@pytest.fixture
def terminal(settings: Settings) -> Terminal:
    return Terminal.of(settings.home, care)


@pytest.fixture
def room(settings: Settings) -> Settings:
    with Store.open(settings) as store:
        farms.room(store)
    return settings


def polled(store: Store, status: SyncStatus, *, minutes: float, error: str = "") -> None:
    started = clock.now() - timedelta(minutes=minutes)
    sync = store.start_sync(SyncRun(farm="Hill", source="rotem", started_at=started))
    store.finish_sync(SyncRun(**farms._fields(sync) | {"status": status, "ended_at": started, "error": error}))


def test_when_everything_is_in_order_it_says_so(terminal, room):
    said = terminal.type("status")
    assert said.startswith("Nothing failed, and nothing is late.\n")
    assert "findings  nothing needs anybody" in said
    assert "Nothing is running here; start everything with: farmlab up" in said
    assert "Room: The data are in order." in said
    assert "Office: until 6 Feb 2015 10:00" in said


def test_what_is_wrong_on_a_farm_is_counted_and_where_to_read_it(terminal, settings):
    with Store.open(settings) as store:
        farms.fill(store, clock.now(), folder=settings.runs / "f")
    counted = re.search(r"findings  (\d+) open in houses? ([\d, ]+): (.*)", terminal.type("status", code=1))
    listed = Terminal.of(settings.home, results).type("findings", "list", "--farm", "Hillside", "--json")
    serious = [one for one in json.loads(listed) if one["severity"] != "info"]
    assert int(counted[1]) == len(serious) > 0
    assert counted[2] == ", ".join(map(str, sorted({one["house"] for one in serious})))
    assert counted[3] == "farmlab findings list --farm Hillside"


def test_without_a_farm_it_says_how_to_begin(terminal):
    assert "farmlab farm add NAME" in terminal.type("status")


def test_a_silent_house_is_named_and_the_exit_code_is_one(terminal, settings):
    with Store.open(settings) as store:
        farms.fill(store, clock.now(), folder=settings.runs / "f")
    said = terminal.type("status", code=1)
    assert "■ Hillside: House 6, no data since " in said
    assert said.count("■ Hillside: House") == 1


def test_a_source_that_failed_or_went_silent_is_said_with_its_reason(terminal, settings):
    with Store.open(settings) as store:
        store.add_farm(Farm(name="Hill", integration="rotem"))
        polled(store, SyncStatus.FAILED, minutes=4, error="the password is wrong")
    assert "failed: the password is wrong" in terminal.type("status", code=1)
    with Store.open(settings) as store:
        store.save_house("Hill", House(number=1))
        store.save_house("Hill", House(number=2))
        polled(store, SyncStatus.SUCCESS, minutes=3)
    answer = json.loads(terminal.type("status", "--json", code=1))
    assert answer["problems"][0] == "Hill: all houses, no data yet"


def test_a_run_that_was_killed_is_said(terminal, room):
    with Store.open(room) as store:
        store.claim(Run(notebook="anomaly", farm="Room", house=0, slot=clock.now(), started_at=clock.now()))
    said = terminal.type("status", code=1)
    assert "■ Room: anomaly failed" in said
    assert "killed in the middle" in said


def test_only_the_last_run_of_a_kind_counts(terminal, room):
    with Store.open(room) as store:
        for hours, status in ((2, RunStatus.FAILED), (1, RunStatus.DONE)):
            slot = clock.now() - timedelta(hours=hours)
            store.save_run(Run(notebook="anomaly", farm="Room", house=1, slot=slot, status=status, error="cell 3"))
    assert "anomaly of Office: done" in terminal.type("status")


def test_a_weekly_report_that_failed_is_said_all_week(terminal, room):
    slots = [clock.now() - timedelta(minutes=20 * number) for number in range(300)]
    write_notebook(room.notebook_folder / "analyses", "weekly", schedule="none")
    with Store.open(room) as store:
        for slot in slots:
            store.save_run(Run(notebook="anomaly", farm="Room", house=0, slot=slot, status=RunStatus.DONE))
        weekly = Run(notebook="weekly", farm="Room", house=0, slot=slots[-1], status=RunStatus.FAILED, error="cell 3")
        store.save_run(weekly)
    assert "■ Room: weekly failed" in terminal.type("status", code=1)


def test_a_process_of_up_that_died_is_said(terminal, room):
    code = ("import sys, time; from pathlib import Path; from farmlab.serving import home\n"
            "with home.hold(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)")  # fmt: skip
    up = subprocess.Popen([sys.executable, "-c", code, str(room.data)], stdout=subprocess.PIPE, text=True)
    assert up.stdout.readline() == "held\n"
    try:
        alive = home.Running("dashboards", os.getpid(), "http://127.0.0.1:8866")
        home.tell(room.data, [home.Running("prefect", None, trouble="prefect ended by SIGKILL"), alive])
        said = terminal.type("status", code=1)
        assert "■ prefect ended by SIGKILL; it starts again" in said
        assert "Running: prefect is down · dashboards http://127.0.0.1:8866" in said
    finally:
        up.send_signal(signal.SIGKILL)
        up.wait()
        up.stdout.close()
    assert "Nothing is running here" in terminal.type("status")


def test_what_the_operating_system_refuses_is_one_sentence(tmp_path, capsys):
    (tmp_path / "lab").write_text("in the way of the folder")
    with pytest.raises(SystemExit) as ended:
        main(["--home", str(tmp_path), "lab", "--port", "0"])
    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert said.startswith(f"Error: {tmp_path / 'lab'}: File exists. Check the rights of the folder")


def test_doctor_masks_secrets_and_finds_the_database(terminal, room, monkeypatch):
    monkeypatch.setattr(doctor, "unloadable", lambda names: {})
    monkeypatch.setenv("FARMLAB_DATABASE_URL", f"sqlite:///{room.data / 'farmlab.db'}?hush=hush-hush")
    answer = json.loads(terminal.type("doctor", "--json", code=1))  # no notebook in this home
    assert answer["configuration"]["database_url"] == "(set, not shown)"
    assert "hush-hush" not in json.dumps(answer)
    says = {one["what"]: one for one in answer["checks"]}
    assert "1 farms" in says["database"]["says"]
    assert says["disk"]["ok"]


def test_doctor_says_what_is_broken_and_how_to_mend_it(terminal, settings, monkeypatch):
    monkeypatch.setattr(doctor, "unloadable", lambda names: {"prophet": "OSError: libgomp.so.1: cannot open"})
    monkeypatch.setenv("FARMLAB_DATABASE_URL", "mysql://nobody@nowhere/none")
    (settings.notebook_folder / "analyses" / "broken.ipynb").write_text("{}")
    said = terminal.type("doctor", code=1)
    assert "■ prophet: OSError: libgomp.so.1: cannot open. Make the environment anew" in said
    assert "■ database: the database address is neither SQLite" in said or "neither a SQLite file" in said
    assert "■ notebook broken" in said


def test_doctor_says_which_port_is_taken(terminal, settings, monkeypatch):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("FARMLAB_DASHBOARD_PORT", str(server.getsockname()[1]))
        monkeypatch.setenv("FARMLAB_PREFECT_PORT", "0")
        found = {one.what: one for one in doctor._guarded(doctor._ports, config.load(settings.home))}
    assert not found["dashboard_port"].ok
    assert "FARMLAB_DASHBOARD_PORT" in found["dashboard_port"].mend
    assert found["prefect_port"].says == "any free one"


def test_libraries_that_do_not_load_are_named_even_when_they_end_python(tmp_path, monkeypatch):
    (tmp_path / "halfway.py").write_text("raise OSError('libfoo.so.1: cannot open shared object file')")
    (tmp_path / "deadly.py").write_text("import os; os._exit(139)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert doctor.unloadable(["json"]) == {}
    assert doctor.unloadable(["json", "halfway", "no_such"]) == {
        "halfway": "OSError: libfoo.so.1: cannot open shared object file",
        "no_such": "ModuleNotFoundError: No module named 'no_such'",
    }
    assert "exit code 139" in doctor.unloadable(["deadly"])["libraries"]


def test_plugins_lists_what_is_there_and_what_does_not_load(terminal, monkeypatch):
    known = plugins.entry_points(group="farmlab.integrations")
    broken = EntryPoint("thermostat", "no_such_module:Thermostat", "farmlab.integrations")
    monkeypatch.setattr(plugins, "entry_points", lambda group: [*known, broken])
    plugins.discover.cache_clear()
    try:
        said = terminal.type("plugins")
        assert "rotem" in said
        assert "■ does not load: ModuleNotFoundError: No module named 'no_such_module'" in said
    finally:
        plugins.discover.cache_clear()
