"""A file becomes a table, whatever its encoding, delimiter and header."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from farmlab.errors import UnreadableTable
from farmlab.integrations import recognise
from tests.integrations.recognise.tables import times, values


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(table, delimiter: str) -> None:
    text = "time,temp,rh\n2024-01-01 00:00,21.5,50\n2024-01-01 00:05,21.6,51\n".replace(",", delimiter)
    assert values(table(text)) == {"temp": [21.5, 21.6], "rh": [50, 51]}


def test_blanks_as_delimiter_part_date_and_time(table) -> None:
    made = table("date  clock  temp\n2024-01-01 00:00  21.5\n2024-01-01 00:05  21.6\n")
    assert values(made) == {"temp": [21.5, 21.6]}
    assert times(made) == ["01-01 00:00", "01-01 00:05"]


def test_comments_title_lines_and_blank_lines(table) -> None:
    made = table("# logger\nStation 7\n\ntime,temp\n2024-01-01,20\n# note\n\n2024-01-02,21\n")
    assert values(made) == {"temp": [20, 21]}


def test_a_header_in_a_comment(table) -> None:
    assert values(table("# logger\n# time;temp\n2024-01-01;20\n2024-01-02;21\n")) == {"temp": [20, 21]}


def test_without_header_columns_are_named_by_their_number(table) -> None:
    text = "2024-01-01 00:00,21.5,1\n2024-01-01 00:05,21.6,2\n"
    with pytest.raises(UnreadableTable, match="no column holds a quantity"):
        table(text)
    assert values(table(text, columns={"2": "temp"})) == {"column 2": [21.5, 21.6]}


def test_the_delimiter_that_excel_writes_down(table) -> None:
    assert values(table("sep=;\r\ntime;temp\r\n2024-01-01;20,5\r\n2024-01-02;20,5\r\n")) == {"temp": [20.5, 20.5]}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(table, encoding: str) -> None:
    made = table("time;Temp °C\n2024-01-01;20\n2024-01-02;21\n".encode(encoding))
    assert values(made) == {"Temp °C": [20, 21]}
    assert made.recognised.columns[0].unit == "°C"


def test_gzip(table) -> None:
    assert values(table(gzip.compress(b"time,temp\n2024-01-01,20\n"), name="t.csv.gz")) == {"temp": [20]}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b" \n\n", "the file is empty"),
        (b"# only\n# comments\n", "comments only"),
        (b"time,temp\n", "a header but no rows"),
        (b"temp,rh\n1,2\n3,4\n", "no column holds times"),
        (b"just some words\nand more of them here\nend\n", "no delimiter|no column holds times"),
        (b"\x00\x01\x02abc\n", "it is not text"),
        (b"PK\x03\x04whatever", "a workbook or a zip"),
        (b"%PDF-1.7", "it is a PDF"),
        (b"\x1f\x8bbroken", "the gzip file is damaged"),
        (b"time,note\n2024-01-01,a\n2024-01-02,b\n", "no column holds a quantity"),
    ],
)
def test_what_is_no_table_is_refused_with_the_next_step(table, content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableTable, match=reason) as caught:
        table(content)
    assert caught.value.next_step
    assert "table.csv" in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTable, match="No such file"):
        recognise.recognise(tmp_path / "nothing.csv")
