"""Rows that are not like the others cost only themselves."""

from __future__ import annotations

from datetime import timedelta

from farmlab.integrations import recognise
from tests.integrations.recognise.tables import said, values


def test_a_house_column(table) -> None:
    made = table(
        "time,house,temp\n2024-01-01,House 3,1\n2024-01-01,North barn,2\n2024-01-02,??,3\n", houses={"North barn": 7}
    )
    frame, rejected = recognise.read_table(made)
    assert frame[["house", "value"]].to_numpy().tolist() == [[3, 1], [7, 2]]
    assert rejected["reason"].tolist() == ["its house has no number, and no house is called so"]


def test_houses_that_are_not_allowed_are_rejected(table) -> None:
    made = table("time,house,temp\n2024-01-01,1,1\n2024-01-01,9,2\n")
    frame, rejected = recognise.read_table(made, allowed=frozenset({1}))
    assert frame["house"].tolist() == [1]
    assert rejected["row"].tolist() == ["2024-01-01,9,2"]
    assert "farmlab house add" in rejected["reason"].iloc[0]


def test_ragged_rows_and_open_quotes_cost_only_themselves(table) -> None:
    rows = [f"2024-01-{day:02},20,x" for day in range(1, 8)]
    broken = ["2024-02-01,20", "2024-02-02,20,x,y", '2024-02-03,20,"x', "2024-02-04,20,x,,", "whatever,20,x"]
    made = table("\n".join(["time,temp,note", *rows, *broken]) + "\n")
    frame, rejected = recognise.read_table(made)
    assert len(frame) == 8
    assert rejected["line"].tolist() == [9, 10, 11, 13]
    assert rejected["reason"].tolist() == [
        "2 cells where the table has 3 columns",
        "4 cells where the table has 3 columns",
        "a quote is not closed",
        "no time can be read from it",
    ]


def test_a_cell_that_is_longer_than_any_table_has_costs_only_its_row(table) -> None:
    made = table(f'time,temp,note\n2024-01-01,20,"{"x" * 200_000}"\n2024-01-02,21,"b"\n')
    assert values(made) == {"temp": [21]}


def test_a_quoted_cell_may_hold_delimiters_and_line_breaks(table) -> None:
    made = table('time,note,temp\n2024-01-01,"a, b\nc ""d""",20\n2024-01-02,e,21\n')
    assert values(made) == {"temp": [20, 21]}


def test_a_time_that_repeats_counts_once_and_the_other_value_is_rejected(table) -> None:
    made = table("time,temp\n2024-01-01 00:00,20\n2024-01-01 00:05,1\n2024-01-01 00:00,21\n2024-01-01 00:05,1\n")
    assert values(made) == {"temp": [21, 1]}
    _, rejected = recognise.read_table(made)
    assert rejected["line"].tolist() == [2]
    assert said(made.recognised, "Times that repeat: 2")


def test_gaps_are_said(table) -> None:
    hours = [*range(5), *range(9, 12)]
    made = table("time,temp\n" + "".join(f"2024-01-01 {hour:02}:00,20\n" for hour in hours))
    assert made.recognised.step == timedelta(hours=1)
    assert made.recognised.gaps == 1
    assert said(made.recognised, "the longest 5 h")
