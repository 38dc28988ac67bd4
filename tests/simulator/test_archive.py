"""The past as a file: what an owner would hand over."""

from __future__ import annotations

import csv
import gzip
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from farmlab.simulator.channels import KEYS
from tests.simulator.conftest import UNTIL

if TYPE_CHECKING:
    from pathlib import Path

    from farmlab.simulator.farm import SimulatedFarm


@pytest.fixture(scope="module")
def archive(farm: SimulatedFarm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "archive.csv.gz"
    farm.write_archive(path, UNTIL)
    return path


@pytest.fixture(scope="module")
def rows(archive: Path) -> list[dict[str, str]]:
    with gzip.open(archive, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_columns_are_the_source_keys(rows: list[dict[str, str]]) -> None:
    assert tuple(rows[0]) == ("time", "house", *KEYS)


def test_values_are_those_of_the_live_screens(farm: SimulatedFarm, rows: list[dict[str, str]]) -> None:
    checked = 0
    for row in rows[:: len(rows) // 25]:
        house = farm.snapshot(datetime.fromisoformat(row["time"]))[int(row["house"]) - 1]
        for key in KEYS:
            if row[key]:
                assert float(row[key]) == house.values[key]
                checked += 1
    assert checked > 700


def test_times_have_an_offset_and_lie_in_the_past(rows: list[dict[str, str]]) -> None:
    moments = [datetime.fromisoformat(row["time"]) for row in rows]
    assert all(moment.utcoffset() == timedelta(hours=1) for moment in moments)
    assert max(moments) == UNTIL
    assert timedelta(days=8) <= UNTIL - min(moments) < timedelta(days=9)


def test_a_little_is_missing_twice_or_out_of_order(rows: list[dict[str, str]]) -> None:
    moments = [(row["time"], row["house"]) for row in rows]
    possible = len({time for time, _ in moments}) * 4
    lost = 1 - len(set(moments)) / possible
    assert 0.002 < lost < 0.04
    assert 0 < len(moments) - len(set(moments)) < 0.004 * possible
    assert any(later < earlier for earlier, later in pairwise(moments))
    present = [row["Average_Temperature"] != "" for row in rows]
    assert 0.99 < sum(present) / len(present) < 1


def test_what_is_not_installed_is_empty(rows: list[dict[str, str]]) -> None:
    assert not any(row["Outside_Humidity"] for row in rows if row["house"] == "4")
    assert any(row["Outside_Humidity"] for row in rows if row["house"] == "1")


def test_an_older_past_is_the_beginning_of_a_newer_one(farm: SimulatedFarm, archive: Path, tmp_path: Path) -> None:
    midnight = (UNTIL - timedelta(days=2)).replace(hour=22, minute=55)
    farm.write_archive(tmp_path / "older.csv", midnight)
    with gzip.open(archive, "rt", encoding="utf-8") as file:
        assert file.read().startswith((tmp_path / "older.csv").read_text(encoding="utf-8"))


def test_the_same_file_twice(farm: SimulatedFarm, archive: Path, tmp_path: Path) -> None:
    farm.write_archive(tmp_path / "again.csv.gz", UNTIL)
    assert (tmp_path / "again.csv.gz").read_bytes() == archive.read_bytes()
