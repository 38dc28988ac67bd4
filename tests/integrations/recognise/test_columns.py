"""Headers say quantity, unit, house and position; what is not certain is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from farmlab.integrations import recognise
from tests.integrations.recognise.tables import said, values

OCCUPANCY = (
    '"date","Temperature","Humidity","Light","CO2","HumidityRatio","Occupancy"\n'
    '"1","2015-02-04 17:51:00",23.18,27.272,426,721.25,0.00479298817650529,1\n'
    '"2","2015-02-04 17:51:59",23.15,27.2675,429.5,714,0.00478344094931065,1\n'
)


def test_a_header_with_one_name_too_few_means_row_numbers_in_front(table) -> None:
    made = table(OCCUPANCY, timezone="Europe/Brussels")
    known = made.recognised
    assert [(c.name, c.metric) for c in known.columns] == [
        ("Temperature", "temp"),
        ("Humidity", "rh"),
        ("Light", "illuminance"),
        ("CO2", "co2"),
        ("HumidityRatio", "humidity_ratio"),
        ("Occupancy", "occupancy"),
    ]
    assert said(known, "the first is a row number")
    assert known.start == datetime(2015, 2, 4, 16, 51, tzinfo=UTC)
    assert known.step == timedelta(seconds=59)
    assert values(made)["HumidityRatio"] == [0.00479298817650529, 0.00478344094931065]


@pytest.mark.parametrize(
    ("name", "cell", "metric", "value"),
    [
        ("Temp (°F)", "86", "temp", 30.0),
        ("temp_f", "86", "temp", 30.0),
        ("Temperature [K]", "300", "temp", 26.85),
        ("temp_c_2", "21", "temp", 21.0),
        ("CO2 [ppm]", "900", "co2", 900.0),
        ("Static pressure (in.w.c)", "0.1", "pressure", 24.9089),
        ("Water gallons", "10", "water", 37.85412),
        ("Bird weight (lb)", "2", "weight", 907.18474),
        ("Power [kW]", "1.5", "power", 1500.0),
        ("rh_pct", "60", "rh", 60.0),
        ("Set temperature", "30", "temp_set", 30.0),
        ("Light [%]", "40", "light", 40.0),
        ("Light", "40", "illuminance", 40.0),
        ("Average_Temperature", "29.7", "temp", 29.7),
        ("TotalDailyMaleMortality", "7", "mortality", 7.0),
    ],
)
def test_headers_say_quantity_and_unit(table, name: str, cell: str, metric: str, value: float) -> None:
    made = table(f"time;{name}\n2024-01-01 00:00;{cell}\n2024-01-01 00:05;{cell}\n")
    (column,) = made.recognised.columns
    assert column.metric == metric
    assert values(made)[name] == pytest.approx([value, value])


def test_a_unit_in_the_cells_or_in_a_row_below_the_header(table) -> None:
    assert values(table("time,Temp\n2024-01-01,86 °F\n2024-01-02,86 °F\n")) == {"Temp": [30, 30]}
    assert values(table("time,Temp,RH\n,°F,%\n2024-01-01,86,50\n2024-01-02,86,50\n"))["Temp [°F]"] == [30, 30]


def test_a_unit_in_some_cells_is_that_of_all_and_two_units_are_none(table) -> None:
    made = table("time;temp\n2024-01-01;86 °F\n2024-01-02;86\n2024-01-03;50 °F\n")
    assert values(made) == {"temp": [30, 30, 10]}
    made = table("time;temp;rh\n2024-01-01;86 °F;50\n2024-01-02;30 °C;50\n")
    assert list(values(made)) == ["rh"]
    assert said(made.recognised, "the unit '°C/°F' is not known")


def test_units_that_only_the_values_tell_are_said(table) -> None:
    made = table("time,Temp,RH\n2024-01-01,86,0.5\n2024-01-02,86,0.6\n")
    assert values(made) == {"Temp": [30, 30], "RH": [50, 60]}
    assert said(made.recognised, "fit °F")
    assert said(made.recognised, "shares of 100 %")


def test_positions_and_houses_in_headers(table) -> None:
    made = table("time,House 2 Temp,House 3 Temp north,Temp,Outside temp\n2024-01-01,1,2,3,4\n2024-01-02,1,2,3,4\n")
    frame, _ = recognise.read_table(made, house=1)
    found = {s.source_key: (s.house, s.position) for s in recognise.sensors_in(frame, made.recognised)}
    assert found == {
        "House 2 Temp": (2, ""),
        "House 3 Temp north": (3, "north"),
        "Temp": (1, ""),
        "Outside temp": (1, "outside"),
    }


def test_two_columns_of_one_quantity_stay_apart(table) -> None:
    made = table("time,Temp,Temperature\n2024-01-01,1,2\n2024-01-02,1,2\n")
    assert [column.position for column in made.recognised.columns] == ["", "2"]


def test_columns_of_one_name_stay_apart_from_one_that_bears_the_number(table) -> None:
    made = table("time,temp,temp,temp (2)\n2024-01-01,20,21,22\n")
    assert values(made) == {"temp": [20], "temp (3)": [21], "temp (2)": [22]}


def test_a_group_column_makes_sensors_of_its_own(table) -> None:
    made = table("time;temp;zone\n2024-01-01;20;north\n2024-01-01;21;south\n2024-01-02;22;north\n2024-01-02;23;south\n")
    assert values(made) == {"temp@north": [20, 22], "temp@south": [21, 23]}
    frame, _ = recognise.read_table(made)
    assert [s.position for s in recognise.sensors_in(frame, made.recognised)] == ["north", "south"]


def test_unknown_columns_are_left_out_and_said_or_kept(table) -> None:
    text = "time,vibration,temp\n2024-01-01,1,20\n2024-01-02,2,21\n"
    made = table(text)
    assert values(made) == {"temp": [20, 21]}
    assert said(made.recognised, 'use --map "vibration=metric[:unit]"')
    kept = table(text, keep_unknown=True)
    assert values(kept) == {"vibration": [1, 2], "temp": [20, 21]}


def test_a_unit_of_another_quantity_is_left_out_and_said(table) -> None:
    made = table("time,water [m3],temp\n2024-01-01,1,20\n2024-01-02,2,21\n")
    assert values(made) == {"temp": [20, 21]}
    assert said(made.recognised, "'m3' is not a unit of water")


@pytest.mark.parametrize(
    "name", ["Pressure (hPa)", "Water [m3]", "Feed [t]", "NH3 [mg/m3]", "Air flow (m3/s)", "Temp (°R)", "Energy (MWh)"]
)
def test_a_unit_that_is_not_converted_is_left_out_and_not_taken_for_the_usual_one(table, name: str) -> None:
    made = table(f"time,temp,{name}\n2024-01-01,20,1\n2024-01-02,20,2\n")
    assert list(values(made)) == ["temp"]
    assert said(made.recognised, f"Column {name!r} left out")


@pytest.mark.parametrize("words", ["in/out", "L/R", "north", "2"])
def test_other_words_in_brackets_are_a_position(table, words: str) -> None:
    assert list(values(table(f"time,temp ({words})\n2024-01-01,20\n"))) == [f"temp ({words})"]


def test_how_counts_add_up_is_seen_from_their_values(table) -> None:
    hours = pd.date_range("2024-01-01", periods=72, freq="h")
    rows = "".join(f"{t:%Y-%m-%d %H:%M},{i % 24},{i},{(i * 7) % 5},{i % 24}\n" for i, t in enumerate(hours))
    made = table("time,water,energy,feed,Daily_Water\n" + rows)
    kinds = {column.name: column.kind for column in made.recognised.columns}
    assert kinds == {"water": "day_counter", "energy": "counter", "feed": "amount", "Daily_Water": None}
    assert said(made.recognised, "'feed' is taken as amounts")


def test_a_day_counter_begins_anew_at_the_midnight_of_its_farm(table) -> None:
    hours = pd.date_range("2024-01-01", periods=72, freq="h")
    rows = "".join(f"{t:%Y-%m-%d %H:%M},{i % 24}\n" for i, t in enumerate(hours))
    (column,) = table("time,water\n" + rows, timezone="America/Chicago").recognised.columns
    assert column.kind == "day_counter"


def test_one_value_a_day_is_an_amount(table) -> None:
    made = table("date,water\n2024-01-01,100\n2024-01-02,120\n2024-01-03,140\n2024-01-04,150\n")
    assert made.recognised.columns[0].kind == "amount"


def test_control_characters_in_names_are_taken_out(table) -> None:
    made = table("time;Temp \x1b[31m<b>\n2024-01-01;20\n2024-01-02;20\n")
    assert made.recognised.columns[0].name == "Temp [31m<b>"
