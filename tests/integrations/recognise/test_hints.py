"""What somebody knows goes before what is seen."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from farmlab.errors import ConfigError, UnitError, UnknownName, UnreadableTable
from farmlab.integrations import recognise
from tests.integrations.recognise.tables import times


@pytest.mark.parametrize(
    ("columns", "error", "words"),
    [
        ({"tem": "temp"}, UnknownName, "Did you mean 'temp'"),
        ({"temp": "tepm"}, UnknownName, "Did you mean 'temp'"),
        ({"temp": "temp:parsec"}, UnitError, "'parsec' is not known"),
        ({"temp": "temp:ppm"}, UnitError, "not a unit of temperature"),
    ],
)
def test_a_hint_that_cannot_be_right_is_refused(table, columns: dict[str, str], error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        table("time,temp\n2024-01-01,20\n", columns=columns)


def test_hints_go_before_what_is_seen(table) -> None:
    text = "a,b,stamp,x\n2024-01-01,20,2024-02-01,1\n2024-01-02,21,2024-02-02,2\n"
    made = table(text, columns={"stamp": "time", "B": "temp::north", "x": "ignore"})
    assert times(made) == ["02-01 00:00", "02-02 00:00"]
    frame, _ = recognise.read_table(made)
    assert recognise.sensors_in(frame, made.recognised)[0].position == "north"


def test_pairs_of_the_command_line() -> None:
    assert recognise.parse_pairs(["a=b=temp:F"]) == {"a=b": "temp:F"}
    with pytest.raises(ConfigError, match="does not say NAME="):
        recognise.parse_pairs(["temp"])


def test_the_same_kind_of_file_is_read_by_what_was_recognised_before(tmp_path: Path) -> None:
    first, second, other = tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "c.csv"
    first.write_text("time;temp\n13.01.2024;20,5\n")
    second.write_text("time;temp\n02.01.2024;1,234\n")
    other.write_text("time;rh\n02.01.2024;50\n")
    known = recognise.recognise(first)
    frame, _ = recognise.read(second, known, house=4)
    assert frame.iloc[0].to_dict() == {
        "house": 4,
        "sensor": "temp",
        "time": pd.Timestamp("2024-01-02", tz="UTC"),
        "value": 1.234,
        "quality": "ok",
    }
    with pytest.raises(UnreadableTable, match="not those that were recognised"):
        recognise.read(other, known)
