"""``up`` and ``lab`` for real: processes, ports, signals."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import psutil
import pytest

from farmlab import clock, config, ingest
from farmlab.cli import demo, outside, serve
from farmlab.config import workspace
from farmlab.errors import ConfigError
from farmlab.serving import home, lab, services
from farmlab.store import Store
from tests.cli.kit import Terminal
from tests.runs.kit import write_notebook


@dataclass
class Up:
    """A running ``farmlab up``, and what it has said."""

    process: subprocess.Popen[str]
    home: Path
    env: dict[str, str]
    said: list[str]

    def farmlab(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "farmlab", "--home", str(self.home), *words]
        return subprocess.run(command, env=self.env, capture_output=True, text=True, check=False)

    def seen(self, name: str) -> home.Running:
        """The process as it was last told of; nothing of it when it was not."""
        processes = home.running(self.home) or []
        return next((one for one in processes if one.name == name), home.Running(name, None))

    def address(self, name: str) -> str:
        return next(line.split()[1] for line in self.said if line.startswith(name))


def until(ask: Callable[[], Any], *, seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.3)
    return answer


def ours(folder: Path) -> list[str]:
    """The commands of the processes of this home, wherever they stand in the tree; some may be gone already."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("FARMLAB_HOME") == str(folder) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A home with one farm, one analysis and the dashboards, everything running."""
    folder = tmp_path_factory.mktemp("up")
    place, notebooks = folder / "home", folder / "notebooks"
    shutil.copytree(workspace() / "notebooks" / "dashboards", notebooks / "dashboards")
    write_notebook(notebooks / "analyses", schedule="hourly")
    add_farm(folder, place)
    env = {**os.environ, "FARMLAB_HOME": str(place), "FARMLAB_NOTEBOOKS": str(notebooks),
           "FARMLAB_PREFECT_PORT": "0", "FARMLAB_DASHBOARD_PORT": "0"}  # fmt: skip
    command = [sys.executable, "-m", "farmlab", "--home", str(place), "up"]
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    running = Up(process, place, env, [])
    listening = Thread(target=lambda: running.said.extend(iter(process.stdout.readline, "")), daemon=True)
    listening.start()
    try:
        until(lambda: process.poll() is not None or "Everything is running" in "".join(running.said), seconds=240)
        assert process.poll() is None, "".join(running.said)
        yield running
    finally:
        process.terminate()
        process.wait(120)
        listening.join(10)
        process.stdout.close()


def add_farm(folder: Path, place: Path) -> None:
    ages = [timedelta(minutes=5 * number) for number in range(299, -1, -1)]
    rows = [f"{clock.now() - age:%Y-%m-%d %H:%M:%S},{20 + number % 7 / 10}" for number, age in enumerate(ages)]
    (folder / "logger.csv").write_text("\n".join(["time,temperature [°C]", *rows]) + "\n")
    settings = config.load(place)
    with Store.open(settings) as store:
        options = {"path": str(folder / "logger.csv")}
        ingest.add_farm(store, settings, "Hill", at=clock.now(), integration="csv_file", options=options)


@pytest.mark.prefect
@pytest.mark.timeout(600)
class TestUp:
    """The tests stand in the order of a day: start, work, an accident, the end."""

    def test_the_addresses_that_it_prints_answer(self, up):
        page = httpx.get(up.address("Dashboards"), timeout=60)
        assert page.status_code == 200
        assert "Reading the newest data" in page.text
        assert "<title>" in httpx.get(up.address("Schedules"), timeout=60).text

    def test_who_has_no_token_or_password_gets_nothing(self, up):
        plain = up.address("Dashboards").partition("?")[0]
        assert httpx.get(plain, timeout=30).status_code in (302, 401, 403)
        api, password = f"{up.address('Schedules')}/api/flows/filter", re.search(r"with (.+)\)", "".join(up.said))
        assert httpx.post(api, json={}, timeout=30).status_code == 401
        assert httpx.post(api, json={}, auth=tuple(password[1].split(":")), timeout=30).status_code == 200

    def test_tokens_stand_in_no_command_line(self, up):
        token = up.address("Dashboards").partition("token=")[2]
        commands = ours(up.home)
        assert len(commands) >= 3
        assert not any(token in command for command in commands)

    def test_a_second_one_is_refused(self, up):
        second = up.farmlab("up")
        assert second.returncode == 1
        assert f"already up (process {up.process.pid})" in second.stderr
        assert "Traceback" not in second.stderr

    def test_the_schedule_fires_and_a_report_appears(self, up):
        """The farm was never polled and its analysis never run: the minute's tick does both."""
        pages = until(lambda: list((up.home / "site").glob("Hill/warmth/2*.html")), seconds=240)
        assert "it is warm" in pages[0].read_text()
        assert "running:" in up.farmlab("status").stdout.lower()

    def test_a_prefect_that_is_killed_is_said_and_started_again(self, up):
        """What `status` makes of the trouble is in test_care.py: it may take longer than the trouble lasts."""
        first = up.seen("prefect").pid
        os.kill(first, signal.SIGKILL)
        until(lambda: "prefect ended by SIGKILL" in "".join(up.said), seconds=60)
        until(lambda: up.seen("prefect").trouble == "prefect ended by SIGKILL", seconds=60)
        until(lambda: up.seen("prefect").pid not in (None, first), seconds=60)
        health = f"{up.address('Schedules')}/api/health"
        until(lambda: answers(health), seconds=120)
        until(lambda: up.seen("prefect").pid and not up.seen("prefect").trouble, seconds=60)

    def test_ctrl_c_ends_all_of_it(self, up):
        httpx.get(up.address("Dashboards"), timeout=60)  # a kernel, in a session of its own
        before = ours(up.home)
        assert len(before) >= 4
        up.process.send_signal(signal.SIGINT)
        assert up.process.wait(120) == 0
        assert until(lambda: not ours(up.home), seconds=30)
        assert home.running(up.home) is None


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=3).is_success
    except httpx.HTTPError:
        return False


def test_up_says_what_it_does_and_ends_when_told_to(tmp_path, monkeypatch, capsys):
    place = tmp_path / "home"
    sleeping = services.Service("sleeper", (sys.executable, "-c", "import time; time.sleep(600)"), address="http://x")
    plan = services.Plan((sleeping,), (("Sleeper", "http://x?token=y"),))
    monkeypatch.setattr(services, "plan", lambda settings, gateways, with_forms: plan)
    seen = []

    def interrupt():
        until(lambda: seen.extend(home.running(place) or []) or seen, seconds=60)
        os.kill(os.getpid(), signal.SIGINT)

    Thread(target=interrupt, daemon=True).start()
    said = Terminal.of(place, serve).type("up")
    assert said.splitlines() == [
        "starting sleeper",
        "Sleeper     http://x?token=y",
        "Everything is running; Ctrl-C ends it.",
        "ending everything",
    ]
    assert (seen[0].name, seen[0].address, psutil.pid_exists(seen[0].pid)) == ("sleeper", "http://x", False)


def test_a_taken_port_is_an_error_before_anything_starts(tmp_path, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("FARMLAB_PREFECT_PORT", str(server.getsockname()[1]))
        with pytest.raises(ConfigError, match="FARMLAB_PREFECT_PORT"):
            Terminal.of(tmp_path / "home", serve).type("up")
    assert home.running(tmp_path / "home") is None


def test_without_a_simulated_farm_there_is_no_demo_to_serve(tmp_path):
    with pytest.raises(ConfigError, match=r"there is no simulated farm.*make demo"):
        Terminal.of(tmp_path / "home", serve).type("up", "--demo")


def test_the_simulated_farm_is_brought_up_to_the_present_before_anything_starts(tmp_path, monkeypatch):
    place, now = tmp_path / "home", clock.now()
    settings = config.load(place)
    with monkeypatch.context() as earlier:
        earlier.setattr(clock, "now", lambda: now - timedelta(hours=3))
        with demo.prepared(settings, demo.Steps(4), houses=1, days=3, seed=outside.SEED) as (store, until_then, _):
            count = len(store.read(demo.FARM, house=1, metric="co2", start=until_then, until=now))
    monkeypatch.setattr(services, "plan", lambda settings, gateways, with_forms: services.Plan((), ()))
    monkeypatch.setattr(serve, "_run", lambda settings, plan, stopping: print("starting"))
    said = Terminal.of(place, serve).type("up", "--demo").splitlines()
    assert (said[0], said[-1]) == (f"bringing {demo.FARM} up to the present", "starting")
    with Store.open(settings) as store:
        read = store.read(demo.FARM, house=1, metric="co2", start=until_then, until=now)
    assert count == 0
    assert len(read) == len(read["time"].unique()) >= 35, "every five minutes of three hours, each once"
    assert read["value"].notna().all()


def test_lab_serves_the_notebooks_with_a_token_and_asks_for_no_news(tmp_path):
    settings = config.load(tmp_path / "home").model_copy(update={"notebooks": tmp_path / "notebooks"})
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "mine.txt").write_text("x")
    command, env = lab.start(settings, port=0, browser=False)
    env = {**os.environ, **env, "JUPYTER_TOKEN": "scientist", "JUPYTER_CONFIG_DIR": str(tmp_path / "config")}
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    port = re.search(r"port=(\d+)", " ".join(command))[1]
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: answers(f"{address}/api"), seconds=120)
        assert httpx.get(f"{address}/api/contents", timeout=30).status_code == 403
        known = httpx.get(f"{address}/api/contents?token=scientist", timeout=30).json()
        assert [one["name"] for one in known["content"]] == ["mine.txt"]
        settings_url = f"{address}/lab/api/settings/@jupyterlab/apputils-extension:notification?token=scientist"
        assert httpx.get(settings_url, timeout=30).json()["schema"]["properties"]["fetchNews"]["default"] == "false"
        [name] = httpx.get(f"{address}/api/kernelspecs?token=scientist", timeout=30).json()["kernelspecs"]
        assert name == "python3"
    finally:
        process.terminate()
        process.wait(60)


def test_lab_listens_on_the_port_that_was_asked_for_or_says_that_it_is_taken(tmp_path):
    settings = config.load(tmp_path / "home")
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(ConfigError, match="Set --port to another port"),
    ):
        lab.start(settings, port=server.getsockname()[1], browser=True)
