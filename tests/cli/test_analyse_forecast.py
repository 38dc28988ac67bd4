"""``farmlab analyse forecast`` as a person types it: no farm, no home, any table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from farmlab.cli import analyse, main
from tests.cli.kit import Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal.of(tmp_path / "nowhere", analyse)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    times = pd.date_range("2026-03-01", periods=8 * 24, freq="h", name="when")
    wave = np.sin(times.hour / 24 * 2 * np.pi) + np.random.default_rng(0).normal(0, 0.1, len(times))
    path = tmp_path / "table.csv"
    pd.DataFrame({"load": 10 + wave, "other": 20 + wave, "still": 3}, index=times).to_csv(path)
    return path


def test_a_table_in_and_the_next_day_and_a_page_out(terminal: Terminal, file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = terminal.type("analyse", "forecast", str(file), "--out", str(out), "--time", "when", "--horizon", "24h")
    lines = [line for line in said.splitlines() if not line.startswith("  ")]
    assert lines[0] == "Warning: No forecast of still: it has one value throughout (3)."
    assert any(line.startswith("The next 24 h of 2 series") for line in lines)
    assert {path.name for path in out.iterdir()} == {"forecast.csv", "report.html"}
    assert len(pd.read_csv(out / "forecast.csv")) == 48
    assert not (tmp_path / "nowhere").exists()


def test_the_answer_for_a_program(terminal: Terminal, file: Path, tmp_path: Path) -> None:
    answer = terminal.ask("analyse", "forecast", str(file), "--out", str(tmp_path / "out"), "--value", "load")
    assert answer["horizon_h"] == 24
    (series,) = answer["series"]
    assert series["sensor"] == "load"
    assert sum(series["weights"].values()) == pytest.approx(1, abs=0.01)
    assert {row["model"] for row in series["figures"]} >= {"seasonal-naive", "ensemble"}


@pytest.mark.parametrize(
    ("options", "said"),
    [(("--horizon", "9d"), "no horizon"), (("--value", "laod"), "load"), (("--time", "wen"), "when")],
)
def test_mistakes_are_said_in_a_sentence(
    file: Path, tmp_path: Path, options: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["analyse", "forecast", str(file), "--out", str(tmp_path / "out"), *options])
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert ended.value.code == 1
    assert said in error
    assert not (tmp_path / "out" / "forecast.csv").exists()
