"""A table with one value a row."""

from __future__ import annotations

from farmlab.integrations import recognise
from tests.integrations.recognise.tables import said, values

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


def test_rows_that_name_no_sensor_are_called_by_what_they_measure(table) -> None:
    made = table("time,sensor,metric,value\n2024-01-01,S1,temp,20\n2024-01-01,,rh,50\n2024-01-02,,rh,51\n")
    assert values(made) == {"S1": [20], "rh": [50, 51]}


def test_keys_of_a_long_table_can_be_mapped(table) -> None:
    made = table("time,tag,value\n2024-01-01,T1,86\n2024-01-01,X,1\n", columns={"T1": "temp:F"})
    assert values(made) == {"T1": [30]}
    assert made.recognised.left_out == ("X",)
