"""Cells become numbers, and what is not certain is said."""

from __future__ import annotations

import pytest

from farmlab.integrations import recognise
from tests.integrations.recognise.tables import said, values


def test_a_decimal_comma_between_semicolons(table) -> None:
    made = table("Zeit;Temp;Feuchte;Gewicht\n13.02.2024 00:00;21,5;55,0;1.234,5\n13.02.2024 00:05;-1,75;54,9;\n")
    assert values(made) == {"Temp": [21.5, -1.75], "Feuchte": [55, 54.9], "Gewicht": [1234.5]}


def test_thousands_with_commas_in_quotes(table) -> None:
    made = table('time,weight,temp\n2024-01-01,"1,234.5",20.5\n2024-01-02,"1,250",21.25\n')
    assert values(made)["weight"] == [1234.5, 1250.0]


def test_numbers_that_may_be_thousands_or_decimals_are_said(table) -> None:
    made = table("time;weight\n2024-01-01;1,234\n2024-01-02;1,250\n")
    assert values(made) == {"weight": [1234.0, 1250.0]}
    assert said(made.recognised, "one thousand")


def test_exact_values_survive(table) -> None:
    numbers = ["0.1", "29.700000000000003", "123456.789012345", "1e-7"]
    text = "time,CO2\n" + "".join(f"2024-01-01 00:0{i},{number}\n" for i, number in enumerate(numbers))
    assert values(table(text))["CO2"] == [float(number) for number in numbers]


@pytest.mark.parametrize("word", ["- - -", "N/A", "-9999", "null", "-8888"])
def test_no_value_is_kept_as_missing_and_empty_cells_are_nothing(table, word: str) -> None:
    made = table(f"time,temp,rh\n2024-01-01,{word},50\n2024-01-02,,51\n2024-01-03,20,52\n")
    frame, rejected = recognise.read_table(made)
    temp = frame[frame["sensor"] == "temp"]
    assert temp["quality"].tolist() == ["missing", "ok"]
    assert rejected.empty


def test_switches_are_numbers(table) -> None:
    assert values(table("time,Occupancy\n2024-01-01,On\n2024-01-02,off\n")) == {"Occupancy": [1, 0]}
    assert values(table("time,Occupancy\n2024-01-01,True\n2024-01-02,False\n")) == {"Occupancy": [1, 0]}


def test_a_sign_behind_a_number_is_not_overlooked(table) -> None:
    made = table("time,temp\n2024-01-01,5-\n2024-01-02,6\n2024-01-03,7\n")
    assert values(made) == {"temp": [6, 7]}


def test_what_is_no_number_costs_only_its_cell(table) -> None:
    made = table("time,temp,rh\n2024-01-01,=cmd(),50\n2024-01-02,1e999,51\n2024-01-03,20,52\n")
    assert values(made) == {"temp": [20], "rh": [50, 51, 52]}
    _, rejected = recognise.read_table(made)
    assert rejected["row"].tolist() == ["2024-01-01,=cmd(),50", "2024-01-02,1e999,51"]
    assert "'=cmd()' is no number" in rejected.iloc[0]["reason"]


def test_both_decimal_marks_in_one_file_are_said(table) -> None:
    made = table("time;temp;rh\n2024-01-01;20,5;50.5\n2024-01-02;20,5;51,5\n2024-01-03;21,5;52.5\n")
    assert values(made) == {"temp": [20.5, 20.5, 21.5], "rh": [50.5, 51.5, 52.5]}
    assert said(made.recognised, "Both 1,5 and 1.5")
