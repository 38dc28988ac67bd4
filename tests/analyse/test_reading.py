"""What a file is taken to be, and what is said of it."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from farmlab import analyse
from farmlab.analyse.reading import written as times_of
from farmlab.errors import FarmLabError, UnknownName, UnreadableTable
from tests.analyse.kit import NOW, read, room, written


def series(data: analyse.Data) -> dict[str, list[float]]:
    return {one.name: one.values.tolist() for one in data.series}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("time,a,b\n2026-01-01 00:00,1,2\n2026-01-01 00:10,3,4\n", {"a": [1, 3], "b": [2, 4]}),
        ("Zeit;a;b\n13.01.2026 00:00;1,5;2\n13.01.2026 00:10;3,5;4\n", {"a": [1.5, 3.5], "b": [2, 4]}),
        ("ts,a\n1767225600,1\n1767226200,2\n", {"a": [1, 2]}),
        ("ts,a\n1767225600000,1\n1767226200000,2\n", {"a": [1, 2]}),
        ("time,sensor,value\n2026-01-01,x,1\n2026-01-01,y,2\n2026-01-02,x,3\n", {"x": [1, 3], "y": [2]}),
        ("time,where,temp\n2026-01-01,x,1\n2026-01-01,y,2\n2026-01-02,x,3\n", {"x": [1, 3], "y": [2]}),
        ("time,T (°F),RH\n2026-01-01,86,0.5\n2026-01-02,87,0.6\n", {"T (°F)": [86, 87], "RH": [0.5, 0.6]}),
    ],
    ids=["wide", "decimal commas", "epoch s", "epoch ms", "long", "long by its repeats", "units stay as they are"],
)  # fmt: skip
def test_layouts(tmp_path: Path, text: str, expected: dict[str, list[float]]) -> None:
    assert series(read(tmp_path, text)) == expected


def test_gzip(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"time,a\n2026-01-01 00:00,1\n2026-01-01 00:10,2\n"))
    assert series(analyse.read(analyse.Asked(path=path), now=NOW)) == {"a": [1, 2]}


TWO_HOUSES = (
    "time,house,T,RH\n2026-01-01 00:00,1,1,5\n2026-01-01 00:00,2,2,6\n2026-01-01 00:10,1,3,7\n2026-01-01 00:10,2,4,8\n"
)


def test_a_house_or_a_named_group_is_a_place_of_its_own(tmp_path: Path) -> None:
    rooms = TWO_HOUSES.replace("house", "room")
    by_house, by_room = read(tmp_path, TWO_HOUSES), read(tmp_path, rooms, group="room")
    for data in (by_house, by_room):
        assert [(one.name, one.place) for one in data.series] == [
            ("T@1", "1"), ("T@2", "2"), ("RH@1", "1"), ("RH@2", "2"),
        ]  # fmt: skip
        assert any("2 places" in sentence for sentence in data.assumptions)
    assert {one.place for one in read(tmp_path, rooms).series} == {""}


def test_columns_can_be_named(tmp_path: Path) -> None:
    text = "a,when,b,c\n2026-01-01 00:00,2020-01-01 00:00,1,2\n2026-01-01 00:10,2020-01-01 00:10,3,4\n"
    data = read(tmp_path, text, time="when", values=("C",))
    assert series(data) == {"c": [2, 4]}
    assert data.start.year == 2020


@pytest.mark.parametrize(
    ("text", "asked", "said"),
    [
        ("", {}, "the file is empty"),
        ("time,a\n", {}, "a header but no rows"),
        ("a,b\n1,2\n3,4\n", {}, "no column holds times.*--time COLUMN"),
        ("time,note\n2026-01-01,x\n2026-01-02,y\n", {}, "no column holds numbers.*--value"),
        ("time,a\n2026-01-01,\n2026-01-02,\n", {}, "no column holds numbers"),
        ("time,a,b\n2026-01-01,1,\n2026-01-02,2,\n", {"values": ("b",)}, "'b' holds no numbers"),
        ("time,note,a\n2026-01-01,x,1\n2026-01-02,y,2\n", {"values": ("note",)}, "'note' holds no numbers"),
        ("time,temp\n2026-01-01,1\n2026-01-02,2\n", {"values": ("tmp",)}, "Did you mean 'temp'"),
        ("time,temp\n2026-01-01,1\n2026-01-02,2\n", {"time": "tim"}, "Did you mean 'time'"),
        ("time,temp\n2026-01-01,1\n2026-01-02,2\n", {"group": "tem"}, "Did you mean 'temp'"),
        ("time,sensor,value\n2026-01-01,north,1\n2026-01-02,north,2\n", {"values": ("noth",)}, "Did you mean 'north'"),
        ("\x00\x01\x02abc\n", {}, "it is not text"),
        ("PK\x03\x04xx", {}, "a workbook or a zip"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_refused_with_the_next_step(
    tmp_path: Path, text: str, asked: dict[str, object], said: str
) -> None:
    with pytest.raises((UnreadableTable, UnknownName), match=said) as caught:
        read(tmp_path, text, **asked)
    assert caught.value.next_step
    assert "--map" not in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FarmLabError, match="No such file"):
        analyse.read(analyse.Asked(path=tmp_path / "nothing.csv"), now=NOW)


def test_repeated_unsorted_and_unreadable_rows_are_warned_of(tmp_path: Path) -> None:
    rows = ["2026-01-01 00:20,1", "2026-01-01 00:00,2", "2026-01-01 00:10,inf", "2026-01-01 00:10,3", "nonsense,4"]
    data = read(tmp_path, "time,a\n" + "\n".join(rows) + "\n")
    said = " ".join(data.warnings)
    assert "1 row repeats a time: the first of each is judged." in said
    assert "not in order of time: they were sorted" in said
    assert "1 row was left out, see rejected.csv; the first is line 6: no time can be read from it." in said
    assert "1 cell holds infinity or no number" in said
    np.testing.assert_equal(series(data), {"a": [2, np.nan, 3, 1]})


def test_newest_first_is_an_order(tmp_path: Path) -> None:
    assert read(tmp_path, room(2).iloc[::-1]).warnings == ()


@pytest.mark.parametrize(("written", "ahead"), [("13:30", 0), ("14:30", 1), ("00:30+00:00", 1), ("13:30+14:00", 0)])
def test_a_time_is_to_come_when_it_has_come_nowhere(tmp_path: Path, written: str, ahead: int) -> None:
    offset = written[5:]
    rows = [f"2026-05-{day:02d} 12:00{offset},{day}" for day in range(1, 20)]
    data = read(tmp_path, "\n".join(["time,T", *rows, f"2026-06-01 {written},7"]) + "\n")
    assert data.future.sum() == ahead


def test_a_time_to_come_is_not_judged_and_said(tmp_path: Path) -> None:
    frame = room(2)
    frame.loc[5, "time"] = "2062-03-01 00:50"
    data = read(tmp_path, frame)
    assert data.future.sum() == 1
    assert "1 row lies in the future (up to 2062-03-01 00:50 UTC; it is 2026-06-01): not judged" in " ".join(
        data.warnings
    )
    ahead = read(tmp_path, room(2).assign(time=lambda all_: all_["time"].str.replace("2026", "2031")))
    assert not ahead.future.any()
    assert "judged all the same" in ahead.warnings[0]


@pytest.mark.parametrize(
    ("cells", "expected", "zone"),
    [
        (("13.01.2026 00:00", "13.01.2026 00:10"), ("2026-01-13 00:00:00", "2026-01-13 00:10:00"), "UTC"),
        (("2026-01-01T00:00Z", "2026-01-01T00:10Z"), ("2026-01-01 00:00:00+00:00", "2026-01-01 00:10:00+00:00"), "UTC"),
        (("2026-01-01 00:00+02:00", "2026-01-01 00:10+02:00"),
         ("2026-01-01 00:00:00+02:00", "2026-01-01 00:10:00+02:00"), "Etc/GMT-2"),
        (("2026-01-01 00:00+02:00", "2026-01-01 00:10+01:00"),
         ("2025-12-31 22:00:00+00:00", "2025-12-31 23:10:00+00:00"), "UTC"),
        (("1767225600", "1767226200.5"),
         ("2026-01-01 00:00:00.000000+00:00", "2026-01-01 00:10:00.500000+00:00"), "UTC"),
    ],
)  # fmt: skip
def test_times_are_written_as_in_the_file(
    tmp_path: Path, cells: tuple[str, str], expected: tuple[str, str], zone: str
) -> None:
    data = read(tmp_path, f"time;a\n{cells[0]};1\n{cells[1]};2\n")
    assert tuple(times_of(data)) == expected
    assert data.zone == zone
    assert pd.to_datetime(pd.Series(times_of(data))).diff().iloc[1] > pd.Timedelta(0)


def test_the_zone_is_told(tmp_path: Path) -> None:
    data = read(tmp_path, room(1), timezone="Europe/Berlin")
    assert data.start.isoformat() == "2026-02-28T23:00:00+00:00"
    assert times_of(data)[0] == "2026-03-01 00:00:00"
    with pytest.raises(UnknownName, match="time zone"):
        read(tmp_path, room(1), timezone="Europe/Berlim")


def test_many_rows_are_read(tmp_path: Path) -> None:
    times = pd.date_range("2020-01-01", periods=20_000, freq="5min").strftime("%Y-%m-%d %H:%M:%S")
    path = written(tmp_path, "time,a\n" + "".join(f"{time},{i % 97}\n" for i, time in enumerate(times)))
    data = analyse.read(analyse.Asked(path=path), now=NOW)
    assert data.known.rows == len(data.series[0].rows) == 20_000
