"""Cells become moments, and what is not certain is said."""

from __future__ import annotations

import pandas as pd
import pytest

from farmlab.integrations import recognise
from tests.integrations.recognise.tables import said, times, values


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("2024-03-04T05:06:00Z", "2024-03-04T05:11:00Z"), ("03-04 05:06", "03-04 05:11")),
        (("2024-03-04 05:06:00+02:00", "2024-03-04 05:11:00+0200"), ("03-04 03:06", "03-04 03:11")),
        (("2024-03-04 05:06-05:00", "2024-03-04 05:11-0330"), ("03-04 08:41", "03-04 10:06")),
        (("2024/03/04 05:06", "2024/03/04 05:11"), ("03-04 05:06", "03-04 05:11")),
        (("20240304T0506", "20240304T0511"), ("03-04 05:06", "03-04 05:11")),
        (("25/03/2024 05:06", "04/04/2024 05:11"), ("03-25 05:06", "04-04 05:11")),
        (("03/25/2024 05:06", "04/04/2024 05:11"), ("03-25 05:06", "04-04 05:11")),
        (("25.3.24 5.06", "4.4.24 5.11"), ("03-25 05:06", "04-04 05:11")),
        (("3/25/2024 12:06 AM", "3/25/2024 12:11 PM"), ("03-25 00:06", "03-25 12:11")),
        (("4 Mar 2024 05:06", "5 March 2024 05:11"), ("03-04 05:06", "03-05 05:11")),
        (("Mar 4 2024 05:06", "Mar 5 2024 05:11"), ("03-04 05:06", "03-05 05:11")),
        (("2024-03-04 24:00", "2024-03-05 01:00"), ("03-05 00:00", "03-05 01:00")),
        (("1709528760", "1709529060"), ("03-04 05:06", "03-04 05:11")),
        (("1709528760000", "1709529060000"), ("03-04 05:06", "03-04 05:11")),
    ],
)
def test_times(table, cells: tuple[str, str], expected: tuple[str, str]) -> None:
    made = table("timestamp;temp\n" + "".join(f"{cell};20\n" for cell in cells))
    assert tuple(times(made)) == expected


@pytest.mark.parametrize("cell", ["1-Oct-26", "1-Oct-26 00:00", "01.10.26", "1 October 2026", "Oct 1 2026", "20261001"])
def test_the_year_may_have_two_digits_and_the_month_letters(table, cell: str) -> None:
    frame, _ = recognise.read_table(table(f"time;temp\n{cell};20\n"))
    assert frame["time"].tolist() == [pd.Timestamp("2026-10-01", tz="UTC")]


def test_day_and_month_are_told_apart_by_the_whole_column(table) -> None:
    days = pd.date_range("2024-01-31", periods=40, freq="D")
    made = table("date,temp\n" + "".join(f"{day:%m/%d/%Y},20\n" for day in days))
    assert times(made) == [f"{day:%m-%d} 00:00" for day in days]
    assert not said(made.recognised, "Dates like")


def test_an_order_that_days_do_not_tell_is_the_one_that_keeps_them_together(table) -> None:
    days = pd.date_range("2024-02-01", periods=6, freq="D")
    for written in ("%d/%m/%Y", "%m/%d/%Y"):
        made = table("date,temp\n" + "".join(f"{day.strftime(written)},20\n" for day in days))
        assert times(made) == [f"{day:%m-%d} 00:00" for day in days]
        assert said(made.recognised, "Dates like")


def test_an_order_that_nothing_tells_is_said_and_can_be_given(table) -> None:
    text = "time,temp\n03/04/2024 10:00,20\n03/04/2024 11:00,20\n"
    assert times(table(text)) == ["04-03 10:00", "04-03 11:00"]
    assert said(table(text).recognised, "--dates mdy")
    assert times(table(text, dates="mdy")) == ["03-04 10:00", "03-04 11:00"]


def test_the_zone_is_that_of_the_hint_and_is_said(table) -> None:
    text = "time,temp\n2024-07-01 06:00,20\n"
    assert times(table(text, timezone="Europe/Berlin")) == ["07-01 04:00"]
    assert said(table(text, timezone="Europe/Berlin").recognised, "Europe/Berlin")
    assert times(table(text)) == ["07-01 06:00"]
    assert said(table(text).recognised, "--timezone")


def test_the_hour_that_comes_twice_is_the_earlier_and_then_the_later(table) -> None:
    rows = "2024-10-27 01:30,1\n2024-10-27 02:30,2\n2024-10-27 02:30,3\n2024-10-27 03:30,4\n"
    made = table("time,temp\n" + rows, timezone="Europe/Berlin")
    assert times(made) == ["10-26 23:30", "10-27 00:30", "10-27 01:30", "10-27 02:30"]
    assert values(made) == {"temp": [1, 2, 3, 4]}
    newest_first = "".join(f"{row}\n" for row in reversed(rows.splitlines()))
    assert values(table("time,temp\n" + newest_first, timezone="Europe/Berlin")) == {"temp": [1, 2, 3, 4]}


@pytest.mark.parametrize("newest_first", [False, True])
def test_each_house_tells_for_itself_which_of_the_two_hours_came_first(table, newest_first: bool) -> None:
    """Houses stand one after the other; the second one ends before, or begins after, the first."""
    autumn = ["10-27 01:30,1", "10-27 02:30,2", "10-27 02:30,3", "10-27 03:30,4"]
    other = ["10-29 01:30,9", "10-29 03:30,9"] if newest_first else ["10-01 01:30,9", "10-01 03:30,9"]
    step = -1 if newest_first else 1
    rows = [f"2024-{row},{house}" for house, part in ((1, autumn), (2, other)) for row in part[::step]]
    made = table("time,temp,house\n" + "\n".join(rows), timezone="Europe/Berlin")
    frame, _ = recognise.read_table(made)
    assert frame["value"][frame["house"] == 1].tolist() == [1, 2, 3, 4]


def test_quantities_of_one_sensor_at_one_time_are_not_the_hour_that_comes_twice(table) -> None:
    rows = [f"2024-10-27 {hour}:30,S1,{what},{hour}" for hour in ("01", "02", "03") for what in ("temp", "rh")]
    made = table("time,sensor,metric,value\n" + "\n".join(rows), timezone="Europe/Berlin")
    assert times(made) == ["10-26 23:30", "10-27 00:30", "10-27 02:30"]
    assert not said(made.recognised, "Times that repeat")


@pytest.mark.parametrize("cell", ["20240301", "202403010000"])
def test_a_date_without_separators_is_one_beside_an_empty_cell(table, cell: str) -> None:
    made = table(f"date,temp\n{cell},20\n,21\n{cell.replace('01', '02', 1)},22\n")
    assert values(made) == {"temp": [20, 22]}
    assert times(made)[0] == "03-01 00:00"


def test_the_hour_that_is_skipped_is_rejected(table) -> None:
    made = table("time,temp\n2024-03-31 01:30,1\n2024-03-31 02:30,2\n", timezone="Europe/Berlin")
    frame, rejected = recognise.read_table(made)
    assert len(frame) == 1
    assert rejected.iloc[0]["reason"] == "the clocks of Europe/Berlin skip this time"
    assert rejected.iloc[0]["line"] == 3
