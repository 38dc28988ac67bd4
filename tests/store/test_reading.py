"""Readings come out as export rows or as a wide table, of any window."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from farmlab.domain import Sensor
from farmlab.errors import ConfigError, DataError, UnknownName
from tests.store.farmyard import DAY, HOUR, MINUTE, NOON, Hillside

EXPORT_ROW = ["farm", "house", "sensor", "metric", "unit", "time", "value", "quality", "learned_at"]


@pytest.fixture
def steady(hillside: Hillside) -> Hillside:
    """Readings every 5 minutes for an hour in house 1: 20.0, 20.1, …; a counter; one in house 2."""
    times = [NOON + 5 * step * MINUTE for step in range(13)]
    hillside.write(*((1, "T1", time, 20.0 + step / 10) for step, time in enumerate(times)))
    hillside.write(*((1, "W", time, 100.0 * step) for step, time in enumerate(times)))
    hillside.write((2, "RH", NOON, 60.0))
    return hillside


def test_export_row(steady: Hillside) -> None:
    table = steady.store.read("Hillside")
    assert list(table.columns) == EXPORT_ROW
    assert table.iloc[0].to_dict() == {
        "farm": "Hillside",
        "house": 1,
        "sensor": "T1",
        "metric": "temp",
        "unit": "°C",
        "time": NOON,
        "value": 20.0,
        "quality": "ok",
        "learned_at": NOON,
    }
    assert str(table["time"].dtype) == str(table["learned_at"].dtype) == "datetime64[us, UTC]"


def test_rows_are_sorted_by_house_sensor_and_time(hillside: Hillside) -> None:
    rows = [
        (house, key, NOON + step * MINUTE, 1.0) for step in (2, 0, 1) for key in ("W", "RH", "T1") for house in (2, 1)
    ]
    hillside.write(*rows)
    table = hillside.store.read("Hillside")
    assert list(zip(table["house"], table["sensor"], table["time"], strict=True)) == sorted(row[:3] for row in rows)


def test_an_empty_table_has_the_columns_of_a_full_one(steady: Hillside) -> None:
    empty = steady.store.read("Hillside", start=NOON + DAY)
    full = steady.store.read("Hillside")
    assert len(empty) == 0
    assert empty.dtypes.equals(full.dtypes)
    none = steady.store.read("Hillside", metric="nh3", step="1h")
    assert len(none) == 0
    assert none.dtypes.equals(full.dtypes)


def test_a_window_has_its_end_and_not_its_start(steady: Hillside) -> None:
    table = steady.store.read("Hillside", house=1, sensor="T1", start=NOON, until=NOON + 10 * MINUTE)
    assert table["time"].tolist() == [NOON + 5 * MINUTE, NOON + 10 * MINUTE]
    wide = steady.store.wide("Hillside", 1, start=NOON, until=NOON + 10 * MINUTE)
    assert wide.index.tolist() == [NOON + 5 * MINUTE, NOON + 10 * MINUTE]


def test_moments_of_any_zone_mean_the_same_and_without_a_zone_nothing(steady: Hillside) -> None:
    berlin = NOON.astimezone(ZoneInfo("Europe/Berlin"))
    window = {"start": berlin, "until": berlin + HOUR, "known_at": berlin}
    assert len(steady.store.wide("Hillside", 1, **window)) == 12
    steady.write((1, "T1", NOON + HOUR, 30.0), learned_at=berlin + MINUTE)
    assert steady.store.watermark("Hillside") == NOON + MINUTE
    for name in window:
        with pytest.raises(ConfigError, match="has no time zone"):
            steady.store.wide("Hillside", 1, **{name: NOON.replace(tzinfo=None)})


@pytest.mark.parametrize(
    ("where", "sensors"),
    [
        ({}, {(1, "T1"), (1, "W"), (2, "RH")}),
        ({"house": 2}, {(2, "RH")}),
        ({"sensor": "W"}, {(1, "W")}),
        ({"metric": "temp"}, {(1, "T1")}),
        ({"metric": ["temp", "rh"]}, {(1, "T1"), (2, "RH")}),
        ({"position": "1"}, {(1, "T1")}),
        ({"position": ""}, {(1, "W"), (2, "RH")}),
        ({"metric": []}, set()),
    ],
)
def test_filters(steady: Hillside, where: dict[str, object], sensors: set[tuple[int, str]]) -> None:
    assert {key[:2] for key in steady.values(**where)} == sensors


def test_wide_has_a_column_for_each_sensor_and_a_row_for_each_time(steady: Hillside) -> None:
    steady.write((1, "RH", NOON + MINUTE, 55.0))
    wide = steady.store.wide("Hillside", 1)
    assert list(wide.columns) == ["temp_c_1", "rh_pct", "water_l"]
    assert wide.index.name == "time"
    assert str(wide.index.dtype) == "datetime64[us, UTC]"
    assert wide.index.is_monotonic_increasing
    assert len(wide) == 14
    np.testing.assert_array_equal(wide.loc[NOON + MINUTE], [np.nan, 55.0, np.nan])
    np.testing.assert_array_equal(wide.loc[NOON + 5 * MINUTE], [20.1, np.nan, 100.0])


def test_wide_of_some_metrics(steady: Hillside) -> None:
    assert list(steady.store.wide("Hillside", 1, metric="temp").columns) == ["temp_c_1"]
    assert list(steady.store.wide("Hillside", 1, metric=["water", "temp"]).columns) == ["temp_c_1", "water_l"]


def test_wide_without_readings_is_an_empty_table_with_its_columns(hillside: Hillside) -> None:
    wide = hillside.store.wide("Hillside", 2)
    assert wide.shape == (0, 3)
    assert str(wide.index.dtype) == "datetime64[us, UTC]"
    assert set(wide.dtypes) == {np.dtype("float64")}
    assert hillside.store.wide("Hillside", 2, step="1h").shape == (0, 3)
    assert hillside.store.wide("Hillside", 0).shape == (0, 0)


def test_two_sensors_of_one_kind_and_place_keep_their_columns(hillside: Hillside) -> None:
    hillside.store.save_sensors("Hillside", [Sensor(house=1, source_key="T1b", metric="temp", position="1")])
    hillside.write((1, "T1", NOON, 20.0), (1, "T1b", NOON, 30.0))
    wide = hillside.store.wide("Hillside", 1)
    assert wide[["temp_c_1", "temp_c_1_T1b"]].to_numpy().tolist() == [[20.0, 30.0]]


def test_steps_are_labelled_at_their_end(steady: Hillside) -> None:
    wide = steady.store.wide("Hillside", 1, start=NOON, until=NOON + HOUR, step="30min")
    assert wide.index.tolist() == [NOON + 30 * MINUTE, NOON + HOUR]
    assert wide["temp_c_1"].tolist() == pytest.approx([20.35, 20.95])
    assert wide["water_l"].tolist() == [600.0, 1200.0]
    assert wide["rh_pct"].isna().all()


def test_tidy_and_wide_agree_on_steps(steady: Hillside) -> None:
    for step in ("7min", timedelta(minutes=15), "1h", "1D"):
        wide = steady.store.wide("Hillside", 1, step=step)
        tidy = steady.store.read("Hillside", house=1, step=step).pivot(index="time", columns="sensor", values="value")
        pd.testing.assert_frame_equal(
            wide[["temp_c_1", "water_l"]].dropna(how="all"),
            tidy[["T1", "W"]].set_axis(["temp_c_1", "water_l"], axis=1),
            check_freq=False,
        )


def test_a_step_of_a_day_ends_at_the_farms_midnight(hillside: Hillside) -> None:
    """On the days of spring and autumn, too: 23 and 25 hours."""
    for midnight, hours in (("2026-03-29", 23), ("2026-10-25", 25)):
        begins = pd.Timestamp(midnight, tz="Europe/Berlin").tz_convert("UTC")
        counts = [begins + timedelta(hours=hour) for hour in range(-2, hours + 2)]
        hillside.write(*((1, "W", time, float(100 + (hour - 2) % hours)) for hour, time in enumerate(counts)))
        ends = begins + timedelta(hours=hours)
        for table in (
            hillside.store.read("Hillside", metric="water", start=begins, step="1D").set_index("time")["value"],
            hillside.store.wide("Hillside", 1, metric="water", start=begins, step="1D")["water_l"],
        ):
            assert table[ends] == 100 + hours - 1


def test_amounts_are_added_up_and_gaps_stay_gaps(hillside: Hillside) -> None:
    hillside.store.save_sensors("Hillside", [Sensor(house=1, source_key="A", metric="feed", kind="amount")])
    hillside.write((1, "A", NOON + MINUTE, 2.0), (1, "A", NOON + 2 * MINUTE, 3.0), (1, "A", NOON + 3 * HOUR, 4.0))
    wide = hillside.store.wide("Hillside", 1, metric="feed", step="1h")["feed_kg"]
    np.testing.assert_array_equal(wide, [5.0, np.nan, 4.0])
    tidy = hillside.store.read("Hillside", metric="feed", step="1h")
    assert tidy["value"].tolist() == [5.0, 4.0]


def test_a_step_is_as_good_as_its_worst_reading_and_as_late_as_its_last(hillside: Hillside) -> None:
    hillside.write((1, "T1", NOON + MINUTE, 20.0))
    hillside.write((1, "T1", NOON + 2 * MINUTE, 22.0), learned_at=NOON + HOUR, quality=["suspect"])
    (row,) = hillside.store.read("Hillside", step="1h").itertuples()
    assert (row.time, row.value, row.quality, row.learned_at) == (NOON + HOUR, 21.0, "suspect", NOON + HOUR)


@pytest.mark.parametrize("step", ["soon", "-5min", "0min", "15", "NaT", timedelta(0)])
def test_a_step_that_is_none_is_refused(steady: Hillside, step: str) -> None:
    with pytest.raises(DataError, match="is not a step"):
        steady.store.wide("Hillside", 1, step=step)
    with pytest.raises(DataError, match="is not a step"):
        steady.store.read("Hillside", step=step)


def test_unknown_farm_and_house(hillside: Hillside) -> None:
    with pytest.raises(UnknownName, match="Hillside"):
        hillside.store.wide("Hilside", 1)
    for read in (lambda: hillside.store.wide("Hillside", 9), lambda: hillside.store.read("Hillside", house=9)):
        with pytest.raises(UnknownName, match=r"there is no house '9'\. Known: 1, 2"):
            read()
