"""Readings go in once, and nothing that was known gets lost."""

from __future__ import annotations

import math
from dataclasses import astuple
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from farmlab.domain import House, Sensor
from farmlab.errors import DataError, UnknownName
from farmlab.store import Written, writing
from tests.store.farmyard import HOUR, MINUTE, NOON, Hillside, frame, settle


def test_same_value_again_is_seen_and_keeps_when_it_was_learned_first(hillside: Hillside) -> None:
    assert hillside.write((1, "T1", NOON, 21.5)) == Written(new=1)
    assert hillside.write((1, "T1", NOON, 21.5), learned_at=NOON + HOUR) == Written(seen=1)
    (learned_at,) = hillside.store.read("Hillside")["learned_at"]
    assert learned_at == NOON


def test_another_value_takes_the_place_of_the_old_one_which_is_kept(hillside: Hillside) -> None:
    hillside.write((1, "T1", NOON, 21.5), raw=["21,5"])
    assert hillside.write((1, "T1", NOON, 22.0), learned_at=NOON + HOUR) == Written(changed=1)
    now = hillside.store.read("Hillside")
    assert (now["value"].item(), now["learned_at"].item()) == (22.0, NOON + HOUR)
    then = hillside.store.read("Hillside", known_at=NOON + HOUR - MINUTE)
    assert (then["value"].item(), then["learned_at"].item()) == (21.5, NOON)


def test_no_value_is_kept_as_missing_and_is_the_same_again(hillside: Hillside) -> None:
    hillside.write((1, "T1", NOON, None))
    assert hillside.write((1, "T1", NOON, math.nan), learned_at=NOON + HOUR) == Written(seen=1)
    (row,) = hillside.store.read("Hillside").itertuples()
    assert row.quality == "missing"
    assert math.isnan(row.value)
    assert hillside.write((1, "T1", NOON, 20.0), learned_at=NOON + HOUR) == Written(changed=1)


def test_what_is_not_finite_is_no_value(hillside: Hillside) -> None:
    hillside.write((1, "T1", NOON, math.inf), (1, "RH", NOON, -math.inf))
    assert set(hillside.store.read("Hillside")["quality"]) == {"missing"}


def test_a_value_that_is_said_to_be_missing_is_none(hillside: Hillside) -> None:
    hillside.write((1, "T1", NOON, -999.0), (1, "RH", NOON, 60.0), quality=["missing", "suspect"])
    table = hillside.store.read("Hillside").set_index("sensor")
    assert math.isnan(table.loc["T1", "value"])
    assert table["quality"].to_dict() == {"T1": "missing", "RH": "suspect"}


def test_another_quality_of_the_same_value_counts_as_change(hillside: Hillside) -> None:
    hillside.write((1, "T1", NOON, 20.0))
    assert hillside.write((1, "T1", NOON, 20.0), quality=["suspect"], learned_at=NOON + HOUR) == Written(changed=1)
    assert hillside.store.read("Hillside")["quality"].item() == "suspect"


def test_of_two_values_in_one_frame_the_later_one_counts(hillside: Hillside) -> None:
    done = hillside.write((1, "T1", NOON, 20.0), (1, "RH", NOON, 60.0), (1, "T1", NOON, 21.0), (1, "T1", NOON, 21.0))
    assert done == Written(new=2, changed=1, seen=1)
    assert hillside.values() == {(1, "T1", NOON): 21.0, (1, "RH", NOON): 60.0}


def test_learned_at_of_a_row_goes_before_the_argument(hillside: Hillside) -> None:
    hillside.write((1, "T1", NOON, 20.0), learned_at=NOON + HOUR, raw=[None])
    rows = frame((1, "T1", NOON, 21.0), (1, "RH", NOON, 50.0)).assign(
        learned_at=pd.to_datetime([NOON + 2 * HOUR, NOON + MINUTE], utc=True)
    )
    hillside.store.write("Hillside", rows, learned_at=NOON + 9 * HOUR)
    table = hillside.store.read("Hillside").set_index("sensor")
    assert table["learned_at"].to_dict() == {"T1": NOON + 2 * HOUR, "RH": NOON + MINUTE}


def test_an_older_word_that_arrives_later_takes_its_place_in_the_past(hillside: Hillside) -> None:
    hillside.write((1, "T1", NOON, 3.0), learned_at=NOON + 3 * HOUR)
    assert hillside.write((1, "T1", NOON, 1.0), learned_at=NOON + HOUR) == Written(changed=1)
    assert hillside.write((1, "T1", NOON, 2.0), learned_at=NOON + 2 * HOUR) == Written(changed=1)
    known = [hillside.values(known_at=NOON + hours * HOUR) for hours in range(5)]
    assert [list(values.values()) for values in known] == [[], [1.0], [2.0], [3.0], [3.0]]


def test_an_older_word_of_the_same_value_only_says_that_it_was_known_earlier(hillside: Hillside) -> None:
    hillside.write((1, "T1", NOON, 3.0), learned_at=NOON + 3 * HOUR)
    assert hillside.write((1, "T1", NOON, 3.0), learned_at=NOON + HOUR) == Written(seen=1)
    assert hillside.values(known_at=NOON + HOUR) == {(1, "T1", NOON): 3.0}
    assert hillside.write((1, "T1", NOON, 2.0), learned_at=NOON) == Written(changed=1)
    assert hillside.write((1, "T1", NOON, 2.0), learned_at=NOON + MINUTE) == Written(seen=1)
    assert hillside.values(known_at=NOON + HOUR - MINUTE) == {(1, "T1", NOON): 2.0}


def test_of_two_late_words_learned_at_once_the_one_that_came_last_counts(hillside: Hillside) -> None:
    for value, hours in ((3.0, 3), (1.0, 1), (2.0, 1)):
        hillside.write((1, "T1", NOON, value), learned_at=NOON + hours * HOUR)
    assert hillside.store.read("Hillside", known_at=NOON + HOUR)["value"].tolist() == [2.0]
    assert hillside.store.read("Hillside")["value"].tolist() == [3.0]


def test_a_missing_value_that_arrives_late_takes_its_place_too(hillside: Hillside) -> None:
    hillside.write((1, "T1", NOON, 3.0), learned_at=NOON + 3 * HOUR)
    assert hillside.write((1, "T1", NOON, None), learned_at=NOON + HOUR) == Written(changed=1)
    assert hillside.write((1, "T1", NOON, None), learned_at=NOON + 2 * HOUR) == Written(seen=1)
    assert math.isnan(hillside.values(known_at=NOON + HOUR)[1, "T1", NOON])


def test_rows_of_any_order_and_number_arrive_over_several_transactions(
    hillside: Hillside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "CHUNK", 7)
    rows = [(house, key, NOON + step * MINUTE, float(step)) for step in range(40) for house in (2, 1) for key in "WT"]
    rows = [(house, {"T": "T1", "W": "W"}[key], time, value) for house, key, time, value in rows]
    assert hillside.write(*rows[::3], *rows) == Written(new=160, seen=54)
    assert hillside.write(*rows) == Written(seen=160)
    assert hillside.values() == {(house, key, time): value for house, key, time, value in rows}


def test_more_rows_than_one_statement_takes(hillside: Hillside) -> None:
    times = pd.date_range("2026-01-01", periods=1_234, freq="5min", tz="UTC")
    rows = pd.DataFrame({"house": 1, "sensor": "T1", "time": times, "value": np.arange(1_234.0)})
    assert hillside.store.write("Hillside", rows, learned_at=NOON).new == 1_234
    table = hillside.store.read("Hillside")
    assert table["value"].tolist() == list(range(1_234))
    assert table["time"].tolist() == times.tolist()


def test_what_is_cut_is_what_is_finer_than_a_millisecond(hillside: Hillside) -> None:
    fine = NOON.replace(microsecond=123_456)
    hillside.write((1, "T1", fine, 20.0), learned_at=fine)
    (row,) = hillside.store.read("Hillside").itertuples()
    assert row.time == row.learned_at == NOON.replace(microsecond=123_000)
    assert hillside.write((1, "T1", fine.replace(microsecond=123_999), 20.0)).seen == 1


def test_times_of_any_zone_are_the_same_moment(hillside: Hillside) -> None:
    hillside.write((1, "T1", NOON, 20.0))
    local = frame((1, "T1", NOON, 20.0))
    local["time"] = local["time"].dt.tz_convert("Asia/Kolkata")
    assert hillside.store.write("Hillside", local, learned_at=NOON).seen == 1
    local["time"] = pd.Series([datetime(2026, 7, 1, 12, tzinfo=UTC)], dtype=object)
    assert hillside.store.write("Hillside", local, learned_at=NOON).seen == 1


def test_nothing_is_written_of_nothing(hillside: Hillside) -> None:
    assert astuple(hillside.store.write("Hillside", frame(), learned_at=NOON)) == (0, 0, 0)
    assert hillside.store.watermark("Hillside") is None


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"sensor": "T2"}, UnknownName, "no sensor of house 1 called 'T2'. Known: T1, RH, W"),
        ({"house": 3}, UnknownName, "sensor of house 3"),
        ({"sensor": None}, DataError, "no house or no sensor"),
        ({"value": "warm"}, DataError, "a value is no number"),
        ({"time": pd.NaT}, DataError, "no time"),
        ({"time": pd.Timestamp("2026-07-01")}, DataError, "no time zone"),
        ({"quality": "fine"}, UnknownName, "there is no quality 'fine'"),
    ],
)
def test_a_bad_row_stops_all_before_anything_is_written(
    hillside: Hillside, change: dict[str, object], error: type[Exception], words: str
) -> None:
    rows = frame((1, "T1", NOON, 20.0), (1, "T1", NOON + MINUTE, 20.0)).astype({"value": object})
    with pytest.raises(error, match=words):
        hillside.store.write("Hillside", rows.assign(**change), learned_at=NOON)
    assert hillside.values() == {}


def test_a_missing_column_is_named(hillside: Hillside) -> None:
    with pytest.raises(DataError, match="the readings lack sensor, value"):
        hillside.store.write("Hillside", frame().drop(columns=["sensor", "value"]), learned_at=NOON)


def test_an_unknown_farm_names_the_nearest(hillside: Hillside) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'Hillside'"):
        hillside.store.write("Hilside", frame(), learned_at=NOON)


def test_sensors_of_the_farm_itself_are_written_as_house_0(hillside: Hillside) -> None:
    hillside.store.save_sensors("Hillside", [Sensor(house=0, source_key="P", metric="power")])
    assert hillside.write((0, "P", NOON, 1_500.0)).new == 1
    assert hillside.store.newest("Hillside") == {0: NOON}
    assert hillside.store.wide("Hillside", 0)["power_w"].tolist() == [1_500.0]


def test_farms_with_the_same_sensor_names_do_not_mix(hillside: Hillside) -> None:
    other = settle(hillside.store, "Valley")
    hillside.write((1, "T1", NOON, 20.0))
    other.write((1, "T1", NOON, 30.0))
    assert hillside.values() == {(1, "T1", NOON): 20.0}
    assert other.values() == {(1, "T1", NOON): 30.0}
    assert hillside.store.save_house("Hillside", House(number=3)).number == 3
