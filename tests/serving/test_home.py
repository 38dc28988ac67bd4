import os
import stat
import subprocess
import sys

import pytest

from farmlab.errors import Busy
from farmlab.serving import home

HOLD = (
    "import sys, time; from pathlib import Path; from farmlab.serving import home\n"
    "with home.hold(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
)


@pytest.fixture
def other(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_one_is_refused_and_told_which_process_holds_the_home(tmp_path, other):
    with pytest.raises(Busy, match=f"process {other.pid}.*--home"), home.hold(tmp_path):
        pass
    assert home.holder(tmp_path) == other.pid


def test_a_holder_that_is_killed_lets_go(tmp_path, other):
    other.kill()
    other.wait()
    assert home.holder(tmp_path) is None
    with home.hold(tmp_path):
        assert home.running(tmp_path) == []


def test_nothing_runs_in_a_home_that_nobody_holds(tmp_path):
    home.tell(tmp_path, [home.Running("left over", 1)])
    assert home.holder(tmp_path) is None
    assert home.running(tmp_path) is None


def test_what_runs_is_told_to_the_owner_only_and_forgotten_at_the_end(tmp_path, other):
    processes = [home.Running("prefect", os.getpid(), "http://127.0.0.1:4200", 2, "prefect ended")]
    home.tell(tmp_path, processes)
    assert home.running(tmp_path) == processes
    assert stat.S_IMODE((tmp_path / home.STATE).stat().st_mode) == 0o600


def test_the_list_goes_with_the_lock(tmp_path):
    with home.hold(tmp_path):
        home.tell(tmp_path, [home.Running("prefect", 1)])
    assert not (tmp_path / home.STATE).exists()
