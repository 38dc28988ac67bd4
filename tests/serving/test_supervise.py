import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event

import psutil
import pytest

from farmlab.errors import ConfigError
from farmlab.serving.supervise import Service, Supervisor

SLEEP = "import time; time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
)
FAMILY = (  # a child in a session of its own, as the kernels of Voila are
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"
    "print(child.pid, flush=True); time.sleep(600)"
)


def service(name, code, **more):
    return Service(name, (sys.executable, "-c", code), **more)


@pytest.fixture
def said():
    return []


@pytest.fixture
def supervise(tmp_path, said):
    made = []

    def make(*services):
        supervisor = Supervisor(services, logs=tmp_path / "logs", say=said.append, stopping=Event())
        made.append(supervisor)
        return supervisor

    yield make
    for supervisor in made:
        supervisor.stop()


def until(condition, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def alive(pid):
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def logged(supervisor, name):
    return next(child.log for child in supervisor.children if child.service.name == name).read_text()


def test_each_is_started_when_the_one_before_answers(supervise, tmp_path):
    mark = tmp_path / "first is ready"
    first = service("first", f"import time, pathlib; time.sleep(.3); pathlib.Path({str(mark)!r}).touch(); {SLEEP}",
                    ready=mark.exists)  # fmt: skip
    second = service("second", f"import pathlib; print(pathlib.Path({str(mark)!r}).exists(), flush=True); {SLEEP}")
    supervisor = supervise(first, second)
    supervisor.start()
    until(lambda: logged(supervisor, "second") == "True\n")


def test_one_that_ends_before_it_ever_answered_is_an_error_with_its_last_words(supervise):
    supervisor = supervise(service("broken", "print('no such library'); raise SystemExit(3)", ready=lambda: False))
    with pytest.raises(ConfigError, match=r"broken ended at once: no such library. Read .*broken\.log"):
        supervisor.start()


def test_one_that_never_answers_is_an_error(supervise):
    supervisor = supervise(service("mute", SLEEP, ready=lambda: False, patience_s=0.3))
    with pytest.raises(ConfigError, match="mute does not answer: it said nothing"):
        supervisor.start()


def test_what_dies_is_said_and_started_again(supervise, said):
    supervisor = supervise(service("worker", SLEEP))
    supervisor.start()
    first = supervisor.seen()[0].pid
    told = []

    def hear(processes):
        told.append(processes)
        if processes[0].restarts:
            supervisor._stopping.set()

    os.kill(first, signal.SIGKILL)
    supervisor.watch(hear, every_s=0.05)  # here: the kernel ends children with the thread that started them
    again = supervisor.seen()[0]
    assert again.pid not in (None, first)
    assert any("worker ended by SIGKILL; it starts again in 2 s" in sentence for sentence in said)
    assert any(processes[0].pid is None and "SIGKILL" in processes[0].trouble for processes in told)


def test_one_that_dies_again_and_again_waits_longer_each_time(supervise):
    supervisor = supervise(service("restless", "raise SystemExit(1)"))
    child = supervisor.children[0]
    sentences = []
    for _ in range(8):
        child.start()
        child.process.wait()
        sentences.append(child.bury())
    waits = [int(sentence.split("again in ")[1].split(" s")[0]) for sentence in sentences]
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]


def test_stop_ends_grandchildren_in_sessions_of_their_own(supervise):
    supervisor = supervise(service("family", FAMILY))
    supervisor.start()
    until(lambda: logged(supervisor, "family").strip())
    grandchild = int(logged(supervisor, "family"))
    child = supervisor.seen()[0].pid
    assert os.getpgid(grandchild) != os.getpgid(child)
    supervisor.stop()
    assert not alive(child)
    assert not alive(grandchild)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="orphans are adopted on Linux only")
def test_orphans_of_a_killed_child_are_ended_too(supervise):
    supervisor = supervise(service("family", FAMILY))
    supervisor.start()
    until(lambda: logged(supervisor, "family").strip())
    grandchild = int(logged(supervisor, "family"))
    os.kill(supervisor.seen()[0].pid, signal.SIGKILL)
    until(lambda: supervisor.seen()[0].pid is None)
    assert alive(grandchild)
    supervisor.stop()
    assert not alive(grandchild)


def test_one_that_does_not_listen_is_killed(supervise, monkeypatch):
    supervisor = supervise(service("deaf", STUBBORN))
    supervisor.start()
    until(lambda: "deaf" in logged(supervisor, "deaf"))
    pid = supervisor.seen()[0].pid
    monkeypatch.setattr("farmlab.serving.supervise.end.__kwdefaults__", {"grace_s": 0.5})
    supervisor.stop()
    assert not alive(pid)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells children of a dead parent")
def test_children_end_when_the_parent_is_killed_outright(tmp_path):
    code = (
        "import sys, threading, pathlib\n"
        "from farmlab.serving.supervise import Service, Supervisor\n"
        f"s = Supervisor([Service('one', (sys.executable, '-c', {SLEEP!r}))], logs=pathlib.Path(sys.argv[1]),"
        " say=lambda _: None, stopping=threading.Event())\n"
        "s.start(); print(s.seen()[0].pid, flush=True); threading.Event().wait()"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    time.sleep(0.5)  # until the child has asked the kernel
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until(lambda: not alive(child))


def test_logs_are_for_the_owner_only(supervise):
    supervisor = supervise(service("one", SLEEP))
    supervisor.start()
    assert Path(supervisor.children[0].log).stat().st_mode & 0o077 == 0


def test_told_to_stop_while_starting(supervise):
    supervisor = supervise(service("first", SLEEP), service("second", SLEEP))
    supervisor._stopping.set()
    supervisor.start()
    assert [process.pid for process in supervisor.seen()] == [None, None]
