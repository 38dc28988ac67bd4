"""A file that somebody else appends to is a source like any other."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from farmlab.errors import BadPayload, ConfigError, SourceUnavailable
from farmlab.integrations.checks import check_integration
from farmlab.integrations.csv_file import CsvFile

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HEAD = "time;Temp;rH\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "logger.csv"
    file.write_text(HEAD + "2026-03-01 06:00;21,5;55\n2026-03-01 06:05;21,6;56\n")
    return file


def source(path: Path, **settings: object) -> CsvFile:
    return CsvFile.configure({"path": str(path), **settings}, timezone="Europe/Berlin")


def rows(made: CsvFile) -> list[tuple[int, str, str, float]]:
    table = made.read_live(NOW).table
    return [(r.house, r.sensor, f"{r.time:%H:%M}", r.value) for r in table.itertuples()]


def test_it_keeps_the_contract_of_an_integration(path: Path) -> None:
    check_integration(lambda: source(path))


def test_times_are_those_of_the_farm(path: Path) -> None:
    assert rows(source(path)) == [
        (1, "Temp", "05:00", 21.5),
        (1, "Temp", "05:05", 21.6),
        (1, "rH", "05:00", 55),
        (1, "rH", "05:05", 56),
    ]


def test_a_line_that_is_being_written_is_left_for_the_next_time(path: Path) -> None:
    with path.open("a") as file:
        file.write("2026-03-01 06:10;2")
    assert len(rows(source(path))) == 4
    with path.open("a") as file:
        file.write("1,7;57\n")
    assert rows(source(path))[2] == (1, "Temp", "05:10", 21.7)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_half_a_character_at_the_end_changes_no_name(path: Path, encoding: str) -> None:
    whole = "time;Temp (°C);state\n2026-03-01 06:00;21,5;läuft\n2026-03-01 06:05;21,6;ä".encode(encoding)
    for cut in range(len(whole) - 3, len(whole)):
        path.write_bytes(whole[:cut])
        assert [row[1] for row in rows(source(path))] == ["Temp (°C)"]


def test_rows_that_cannot_be_read_are_told_with_their_line(path: Path) -> None:
    with path.open("a") as file:
        file.write("rubbish\n2026-03-01 06:15;=cmd();57\n")
    told = source(path).read_live(NOW).rejected
    assert [row.row for row in told] == ["line 4: rubbish", "line 5: 2026-03-01 06:15;=cmd();57"]


def test_houses_come_from_the_file_or_from_the_settings(tmp_path: Path, path: Path) -> None:
    assert [house.number for house in source(path, house=4).list_houses()] == [4]
    several = tmp_path / "several.csv"
    several.write_text("time,house,temp\n2026-03-01 06:00,House 2,20\n2026-03-01 06:00,7,21\n")
    made = source(several)
    assert [(house.number, house.name) for house in made.list_houses()] == [(2, "House 2"), (7, "")]
    assert made.read_live(NOW).houses_seen == {2, 7}


def test_what_columns_mean_can_be_said(tmp_path: Path) -> None:
    odd = tmp_path / "odd.csv"
    odd.write_text("stamp,A,B\n03/02/2026 10:00,86,7\n")
    made = source(odd, columns="A=temp:F:north, B=ignore", dates="dmy")
    (sensor,) = made.read_live(NOW).sensors
    assert (sensor.metric, sensor.position) == ("temp", "north")
    assert made.read_live(NOW).table["time"].iloc[0].month == 2
    assert "temperature north" in made.test_connection()


def test_a_file_that_is_not_there_may_come_back(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="the file is not there") as caught:
        source(tmp_path / "nothing.csv").read_live(NOW)
    assert caught.value.transient


def test_a_file_that_is_no_table_is_a_bad_answer(path: Path) -> None:
    path.write_text("temp\n1\n")
    with pytest.raises(BadPayload):
        source(path).test_connection()


def test_a_setting_that_is_wrong_is_named(path: Path) -> None:
    with pytest.raises(ConfigError, match="dates"):
        source(path, dates="ydm")


def test_a_relative_path_is_fixed_when_it_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    made = source(Path(path.name))
    monkeypatch.chdir("/")
    assert len(rows(made)) == 4
