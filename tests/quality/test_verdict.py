from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from farmlab import quality
from farmlab.domain import Flock, House, HouseKind, Sensor, Verdict, VerdictState

STEP = timedelta(minutes=5)
UNTIL = datetime(2026, 7, 10, 12, 5, tzinfo=UTC)
START = UNTIL - timedelta(hours=24)
SENSORS = [Sensor(house=3, source_key=f"T{n}", metric="temp", position=str(n)) for n in range(1, 6)]
HOUSE = House(number=3)


def readings(*, hours: float = 24) -> pd.DataFrame:
    index = pd.date_range(UNTIL - timedelta(hours=hours), UNTIL, freq="5min", name="time", inclusive="right")
    random = np.random.default_rng(1)
    return pd.DataFrame({s.column: (25 + random.normal(0, 0.3, len(index))).round(1) for s in SENSORS}, index=index)


def judge(wide: pd.DataFrame, **options: object) -> Verdict:
    given = {"house": HOUSE, "start": START, "until": UNTIL, "step": STEP, "timezone": "Europe/Berlin"} | options
    return quality.judge(wide, SENSORS, **given)  # type: ignore[arg-type]


def test_whole_readings_are_in_order() -> None:
    verdict = judge(readings())
    assert verdict.state is VerdictState.OK
    assert verdict.sentence == "The data are in order."
    assert (verdict.coverage, verdict.flagged, verdict.newest) == (1.0, 0.0, UNTIL)
    assert not verdict.sensors_at_fault
    assert judge(readings(), simulated=True).simulated


@pytest.mark.parametrize(("minutes", "state"), [(15, "ok"), (20, "warning"), (175, "warning"), (265, "disqualified")])
def test_silence_is_said_with_time_and_duration(minutes: int, state: str) -> None:
    wide = readings()
    verdict = judge(wide[wide.index <= pd.Timestamp(UNTIL) - pd.Timedelta(minutes=minutes)])
    assert verdict.state == state
    if minutes == 265:
        assert verdict.sentence == "No data from House 3 since 09:40, 4 h 25 min."


@pytest.mark.parametrize(("hours", "said"), [(2, "yesterday 12:05, 26 h"), (0, "yesterday 14:05, 24 h")])
def test_a_house_silent_since_before_the_window_says_only_that(hours: int, said: str) -> None:
    wide = readings(hours=60)
    verdict = judge(wide[wide.index <= pd.Timestamp(START) - pd.Timedelta(hours=hours)])
    assert verdict.state is VerdictState.DISQUALIFIED
    assert verdict.reasons == (f"No data from House 3 since {said}.",)


def test_no_readings_at_all() -> None:
    for wide in (readings().iloc[:0], pd.DataFrame(index=pd.DatetimeIndex([], tz="UTC"))):
        verdict = judge(wide)
        assert verdict.state is VerdictState.DISQUALIFIED
        assert verdict.sentence == "No data from House 3 at all."
        assert verdict.newest is None


@pytest.mark.parametrize(("share", "state"), [(0.05, "ok"), (0.2, "warning"), (0.6, "disqualified")])
def test_missing_readings_are_counted(share: float, state: str) -> None:
    wide = readings()
    gone = np.random.default_rng(2).random(len(wide)) < share
    gone[-1] = gone[0] = False
    verdict = judge(wide[~gone])
    assert verdict.state == state
    assert verdict.coverage == pytest.approx(1 - gone.mean(), abs=0.06 if share < 0.5 else 0.3)


def test_a_stuck_sensor_is_named_with_value_and_time() -> None:
    wide = readings()
    wide.loc[wide.index[100:], "temp_c_4"] = 27.3
    verdict = judge(wide)
    assert verdict.state is VerdictState.WARNING
    assert verdict.sensors_at_fault == ("temperature 4",)
    assert "1 sensor of House 3 at fault: temperature 4 stuck at 27.3 since yesterday 22:30." in verdict.reasons


def test_a_silent_sensor_among_others_is_named_and_a_missing_one_too() -> None:
    wide = readings()
    wide.loc[wide.index[-60:], "temp_c_1"] = np.nan
    wide["temp_c_2"] = np.nan
    sentence = next(reason for reason in judge(wide).reasons if "at fault" in reason)
    assert "2 sensors of House 3 at fault" in sentence
    assert "temperature 1 silent since 09:05" in sentence
    assert "temperature 2 no reading at all" in sentence


def test_many_flagged_readings_disqualify_and_come_first() -> None:
    wide = readings()
    wide.loc[wide.index[-120:], ["temp_c_1", "temp_c_2", "temp_c_3", "temp_c_4"]] = 99.0
    verdict = judge(wide)
    assert verdict.state is VerdictState.DISQUALIFIED
    assert verdict.flagged == pytest.approx(4 / 5 * 120 / 288, abs=0.01)
    assert "% of the readings of House 3 cannot be right." in verdict.sentence


def test_an_empty_house_is_in_order_and_says_so() -> None:
    gone = [Flock(house=3, placed_on=date(2026, 5, 20), ended_on=date(2026, 7, 1))]
    wide = readings()
    wide["temp_c_1"] = 12.0
    verdict = judge(wide, flocks=gone)
    assert verdict.state is VerdictState.OK
    assert verdict.reasons == ("No birds in House 3: only ranges and arrival are judged.",)


def test_a_room_is_never_empty_and_a_house_of_unknown_flocks_neither() -> None:
    assert not judge(readings(), house=House(number=3, kind=HouseKind.ROOM)).reasons
    assert not judge(readings(), flocks=[Flock(house=9, placed_on=date(2026, 1, 1))]).reasons


def test_a_farm_is_as_bad_as_its_houses_and_disqualified_with_most_of_them() -> None:
    good, bad = judge(readings()), judge(readings().iloc[:0])
    two = quality.combine({"House 1": good, "House 3": bad})
    assert two.state is VerdictState.WARNING
    assert two.sentence == "No data from House 3 at all."
    assert two.newest == UNTIL
    assert quality.combine({"a": bad, "b": bad, "c": good}).state is VerdictState.DISQUALIFIED
    assert quality.combine({"House 1": good}).state is VerdictState.OK
    assert quality.combine({}).state is VerdictState.DISQUALIFIED


def test_what_is_said_alike_of_several_houses_is_said_once() -> None:
    silent = judge(readings().iloc[:-53])
    every = {
        f"House {number}": replace(silent, reasons=(silent.sentence.replace("House 3", f"House {number}"),))
        for number in (1, 3, 10, 11)
    }
    assert quality.combine(every).reasons == (
        "No data from House 1, House 3, House 10 and 1 more since 09:40, 4 h 25 min.",
    )
    del every["House 11"]
    joint = quality.combine(every | {"House 12": judge(readings())})
    assert joint.reasons == ("No data from House 1, House 3 and House 10 since 09:40, 4 h 25 min.",)
    gone = judge(readings(), flocks=[Flock(house=3, placed_on=date(2026, 5, 20), ended_on=date(2026, 7, 1))])
    assert quality.combine({"House 3": gone}).sentence == "No birds in House 3: only ranges and arrival are judged."


def test_a_farm_names_the_house_of_each_sensor_at_fault() -> None:
    wide = readings()
    wide.loc[wide.index[100:], "temp_c_4"] = 27.3
    stuck, good = judge(wide), judge(readings())
    assert quality.combine({"House 3": stuck, "House 4": good}).sensors_at_fault == ("House 3: temperature 4",)
    assert quality.combine({"House 3": stuck}).sensors_at_fault == ("temperature 4",)
