"""Any table becomes readings, and what is not certain is said."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from farmlab.errors import ConfigError, UnitError, UnknownName, UnreadableTable
from farmlab.integrations import recognise
from farmlab.integrations.recognise import Hints, Recognised, Table


@pytest.fixture
def table(tmp_path: Path):
    def make(text: str | bytes, name: str = "table.csv", **hints: object) -> Table:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return recognise.open_table(path, Hints(**hints))

    return make


def values(made: Table, **options: object) -> dict[str, list[float]]:
    """The values of every sensor, in the order of their times."""
    frame, _ = recognise.read_table(made, **options)
    return {str(name): group["value"].tolist() for name, group in frame.groupby("sensor", observed=True, sort=False)}


def times(made: Table) -> list[str]:
    frame, _ = recognise.read_table(made)
    return [moment.strftime("%m-%d %H:%M") for moment in frame["time"].drop_duplicates()]


def said(known: Recognised, words: str) -> bool:
    return any(words in sentence for sentence in known.assumptions)


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


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(table, delimiter: str) -> None:
    text = "time,temp,rh\n2024-01-01 00:00,21.5,50\n2024-01-01 00:05,21.6,51\n".replace(",", delimiter)
    assert values(table(text)) == {"temp": [21.5, 21.6], "rh": [50, 51]}


def test_blanks_as_delimiter_part_date_and_time(table) -> None:
    made = table("date  clock  temp\n2024-01-01 00:00  21.5\n2024-01-01 00:05  21.6\n")
    assert values(made) == {"temp": [21.5, 21.6]}
    assert times(made) == ["01-01 00:00", "01-01 00:05"]


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


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("2024-03-04T05:06:00Z", "2024-03-04T05:11:00Z"), ("03-04 05:06", "03-04 05:11")),
        (("2024-03-04 05:06:00+02:00", "2024-03-04 05:11:00+0200"), ("03-04 03:06", "03-04 03:11")),
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
    newest_first = "".join(f"{row}\n" for row in reversed(rows.split()[:0] or rows.strip().split("\n")))
    assert values(table("time,temp\n" + newest_first, timezone="Europe/Berlin")) == {"temp": [1, 2, 3, 4]}


def test_the_hour_that_is_skipped_is_rejected(table) -> None:
    made = table("time,temp\n2024-03-31 01:30,1\n2024-03-31 02:30,2\n", timezone="Europe/Berlin")
    frame, rejected = recognise.read_table(made)
    assert len(frame) == 1
    assert rejected.iloc[0]["reason"] == "the clocks of Europe/Berlin skip this time"
    assert rejected.iloc[0]["line"] == 3


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


def test_a_house_column(table) -> None:
    made = table(
        "time,house,temp\n2024-01-01,House 3,1\n2024-01-01,North barn,2\n2024-01-02,??,3\n", houses={"North barn": 7}
    )
    frame, rejected = recognise.read_table(made)
    assert frame[["house", "value"]].to_numpy().tolist() == [[3, 1], [7, 2]]
    assert "house is not known" in rejected.iloc[0]["reason"]


def test_houses_that_are_not_allowed_are_rejected(table) -> None:
    made = table("time,house,temp\n2024-01-01,1,1\n2024-01-01,9,2\n")
    frame, rejected = recognise.read_table(made, allowed=frozenset({1}))
    assert frame["house"].tolist() == [1]
    assert rejected["row"].tolist() == ["2024-01-01,9,2"]


def test_a_group_column_makes_sensors_of_its_own(table) -> None:
    made = table("time;temp;zone\n2024-01-01;20;north\n2024-01-01;21;south\n2024-01-02;22;north\n2024-01-02;23;south\n")
    assert values(made) == {"temp@north": [20, 22], "temp@south": [21, 23]}
    frame, _ = recognise.read_table(made)
    assert [s.position for s in recognise.sensors_in(frame, made.recognised)] == ["north", "south"]


LONG = (
    "farm,house,sensor,metric,unit,time,value,quality,learned_at\n"
    "F,1,S1,temp,°F,2024-01-01T00:00:00Z,86,ok,2024-01-01T00:05:00Z\n"
    "F,1,S1,rh,%,2024-01-01T00:00:00Z,60,suspect,2024-01-01T00:05:00Z\n"
    "F,2,Temperature_Sensor_2,temp,°C,2024-01-01T00:00:00Z,,missing,2024-01-01T00:05:00Z\n"
)


def test_a_long_table_with_metric_unit_and_quality(table) -> None:
    made = table(LONG)
    assert made.recognised.layout == "long"
    frame, rejected = recognise.read_table(made)
    assert rejected.empty
    rows = {(r.house, r.sensor): (r.value, r.quality) for r in frame.fillna({"value": -1}).itertuples()}
    assert rows == {
        (1, "S1 temp"): (30, "ok"),
        (1, "S1 rh"): (60, "suspect"),
        (2, "Temperature_Sensor_2"): (-1, "missing"),
    }
    sensors = {s.source_key: (s.metric, s.position) for s in recognise.sensors_in(frame, made.recognised)}
    assert sensors["S1 temp"] == ("temp", "S1")
    assert sensors["Temperature_Sensor_2"] == ("temp", "2")


def test_a_long_table_whose_header_does_not_say_so(table) -> None:
    made = table("when,what,number\n2024-01-01,temp,20\n2024-01-01,humidity,50\n2024-01-02,temp,21\n")
    assert values(made) == {"temp": [20, 21], "humidity": [50]}
    assert said(made.recognised, "A long table")


def test_keys_of_a_long_table_can_be_mapped(table) -> None:
    made = table("time,tag,value\n2024-01-01,T1,86\n2024-01-01,X,1\n", columns={"T1": "temp:F"})
    assert values(made) == {"T1": [30]}
    assert made.recognised.left_out == ("X",)


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


def test_what_is_no_number_costs_only_its_cell(table) -> None:
    made = table("time,temp,rh\n2024-01-01,=cmd(),50\n2024-01-02,1e999,51\n2024-01-03,20,52\n")
    assert values(made) == {"temp": [20], "rh": [50, 51, 52]}
    _, rejected = recognise.read_table(made)
    assert rejected["row"].tolist() == ["2024-01-01,=cmd(),50", "2024-01-02,1e999,51"]
    assert "'=cmd()' is no number" in rejected.iloc[0]["reason"]


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


def test_a_quoted_cell_may_hold_delimiters_and_line_breaks(table) -> None:
    made = table('time,note,temp\n2024-01-01,"a, b\nc ""d""",20\n2024-01-02,e,21\n')
    assert values(made) == {"temp": [20, 21]}


def test_a_time_that_repeats_counts_once_and_the_other_value_is_rejected(table) -> None:
    made = table("time,temp\n2024-01-01 00:00,20\n2024-01-01 00:05,1\n2024-01-01 00:00,21\n2024-01-01 00:05,1\n")
    assert values(made) == {"temp": [21, 1]}
    _, rejected = recognise.read_table(made)
    assert rejected["line"].tolist() == [2]
    assert said(made.recognised, "Times that repeat: 2")


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


def test_gaps_are_said(table) -> None:
    hours = [*range(5), *range(9, 12)]
    made = table("time,temp\n" + "".join(f"2024-01-01 {hour:02}:00,20\n" for hour in hours))
    assert made.recognised.step == timedelta(hours=1)
    assert made.recognised.gaps == 1
    assert said(made.recognised, "the longest 5 h")


def test_how_counts_add_up_is_seen_from_their_values(table) -> None:
    hours = pd.date_range("2024-01-01", periods=72, freq="h")
    rows = "".join(f"{t:%Y-%m-%d %H:%M},{i % 24},{i},{(i * 7) % 5},{i % 24}\n" for i, t in enumerate(hours))
    made = table("time,water,energy,feed,Daily_Water\n" + rows)
    kinds = {column.name: column.kind for column in made.recognised.columns}
    assert kinds == {"water": "day_counter", "energy": "counter", "feed": "amount", "Daily_Water": None}
    assert said(made.recognised, "'feed' is taken as amounts")


def test_one_value_a_day_is_an_amount(table) -> None:
    made = table("date,water\n2024-01-01,100\n2024-01-02,120\n2024-01-03,140\n2024-01-04,150\n")
    assert made.recognised.columns[0].kind == "amount"


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


def test_control_characters_in_names_are_taken_out(table) -> None:
    made = table("time;Temp \x1b[31m<b>\n2024-01-01;20\n2024-01-02;20\n")
    assert made.recognised.columns[0].name == "Temp [31m<b>"


def test_both_decimal_marks_in_one_file_are_said(table) -> None:
    made = table("time;temp;rh\n2024-01-01;20,5;50.5\n2024-01-02;20,5;51,5\n2024-01-03;21,5;52.5\n")
    assert values(made) == {"temp": [20.5, 20.5, 21.5], "rh": [50.5, 51.5, 52.5]}
    assert said(made.recognised, "Both 1,5 and 1.5")
