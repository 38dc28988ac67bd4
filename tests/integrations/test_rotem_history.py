"""Days, curves, inventory and alarms: growth days become dates, texts become events."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farmlab import clock
from farmlab.domain import EventKind, Quality
from farmlab.errors import AuthError
from farmlab.integrations.rotem.alarms import from_history, from_overview, merged
from farmlab.integrations.rotem.clocks import ClockWatch, controller_date, deviation, wall_clock
from farmlab.integrations.rotem.history import Days, birds_placed, curve, read_days
from farmlab.integrations.rotem.signs import Units
from tests.integrations.rotem_client import farm
from tests.simulator.served import DAYS, NOON, ZONE, HandFarm, house

TODAY = date(2026, 4, 20)
FLOCK = Days(house=1, today=TODAY, running=21, timezone=ZONE)


def day_end(growth_day: int) -> datetime:
    return clock.midnight(TODAY - timedelta(days=21 - growth_day - 1), ZONE)


def test_completed_days_are_stamped_with_the_midnight_that_ends_them() -> None:
    with farm() as (_, rotem):
        batch = rotem.read_daily(1, NOON)
    water = {r.time: r.value for r in batch.readings if r.sensor.metric == "water"}
    assert water == {day_end(-1): 0.0, day_end(0): 7.5, day_end(1): 1.0, day_end(2): 155.2}
    assert day_end(20) == datetime(2026, 4, 20, 4, 0, tzinfo=UTC)
    assert max(water) < NOON
    assert (batch.problems, batch.rejected) == ((), ())


def test_each_table_gives_its_quantities() -> None:
    with farm() as (_, rotem):
        batch = rotem.read_daily(1, NOON)
    found = {(r.sensor.column, r.sensor.counts): r.value for r in batch.readings if r.time == day_end(2)}
    assert found == pytest.approx(
        {
            ("temp_c_day_min", "gauge"): 30.0,
            ("temp_c_day_max", "gauge"): 32.0,
            ("rh_pct_day_min", "gauge"): 43.0,
            ("rh_pct_day_max", "gauge"): 63.0,
            ("weight_g_day", "gauge"): 71.0,
            ("water_l_day", "amount"): 155.2,
            ("feed_kg_day", "amount"): 41.0,
            ("mortality_n_day", "amount"): 9.0,
            ("culls_n_day", "amount"): 1.0,
            ("heater_time_h_day", "amount"): 1.5,
        },
        abs=0.01,
    )


def test_days_of_us_units_are_the_same_days() -> None:
    with farm() as (_, metric), farm(units="us") as (_, us):
        ours, theirs = metric.read_daily(1, NOON), us.read_daily(1, NOON)
    for a, b in zip(ours.readings, theirs.readings, strict=True):
        assert b.sensor == a.sensor
        assert b.value == pytest.approx(a.value, rel=0.01, abs=0.3)


@pytest.mark.parametrize(
    ("number", "changes"),
    [(9, {}), (1, {"connected": False}), (1, {"house_mode": "EMPTY_HOUSE"})],
)
def test_a_house_without_days_has_a_problem(number: int, changes: dict[str, Any]) -> None:
    with farm(HandFarm([house(1, **changes)])) as (_, rotem):
        batch = rotem.read_daily(number, NOON)
    assert (batch.readings, [p.house for p in batch.problems]) == ((), [number])


def test_one_table_that_fails_does_not_take_the_others_along() -> None:
    with farm(wrong_shape=frozenset({"RNBL_GetCommandData/40"})) as (_, rotem):
        batch = rotem.read_daily(1, NOON)
    assert [p.what for p in batch.problems] == ["table 40 is missing: the answer is a list, not a dict"]
    assert {r.sensor.metric for r in batch.readings} >= {"temp", "feed", "mortality"}


def test_a_password_that_is_changed_meanwhile_is_no_problem_of_a_table() -> None:
    with farm() as (gateway, rotem):
        rotem.test_connection()
        gateway.end_sessions()
        gateway.traps = type(gateway.traps)(blocked=True)
        with pytest.raises(AuthError, match="blocked"):
            rotem.read_daily(1, NOON)


def test_rows_that_cannot_be_read_are_rejected_and_the_rest_is_taken() -> None:
    rows = [
        {"HistoryRecord_GrowthDay": 3.0, "HistoryRecord_TotalDrink": "a lot"},
        {"HistoryRecord_TotalDrink": "5"},
        {"HistoryRecord_GrowthDay": -(2.0**31), "HistoryRecord_TotalDrink": "5"},
        {"HistoryRecord_GrowthDay": 4.0, "HistoryRecord_TotalDrink": "1,234"},
        {"HistoryRecord_GrowthDay": 5.0, "HistoryRecord_TotalDrink": "-9999"},
        {"HistoryRecord_GrowthDay": 6.0, "HistoryRecord_TotalDrink": "999999"},
    ]
    told = read_days(40, rows, FLOCK, Units())
    assert [(r.time, r.value) for r in told.readings] == [(day_end(4), 1234.0), (day_end(6), 999999.0)]
    assert told.readings[1].quality is Quality.SUSPECT
    assert [row.reason for row in told.rejected] == ["not a number", *["a row without a growth day"] * 2]
    assert "a lot" in told.rejected[0].row


@pytest.mark.parametrize("table", [None, "x", [], [None], [{"a": 1}]])
def test_a_table_without_rows_is_empty(table: object) -> None:
    assert read_days(43, table, FLOCK, Units()).readings == []
    assert curve(table, Units()) == ()
    assert birds_placed(table) is None
    assert from_history(table, FLOCK) == []


def test_a_curve_is_sorted_and_in_degrees_celsius() -> None:
    rows = [
        {"TemperatureCurve_Day": 21.0, "TemperatureCurve_Target": 80.6},
        {"TemperatureCurve_Day": 1.0, "TemperatureCurve_Target": 91.4},
        {"TemperatureCurve_Day": 0.0, "TemperatureCurve_Target": 0.0},
    ]
    points = curve(rows, Units(temp="F"))
    assert [day for day, _ in points] == [1.0, 21.0]
    assert [target for _, target in points] == pytest.approx([33.0, 27.0])


def test_alarms_begin_and_end() -> None:
    with farm() as (_, rotem):
        first, second = rotem.read_alarms(NOON)
        assert rotem.read_alarms(NOON) == [first, second]
    assert (first.house, first.message, first.kind, first.source) == (1, "High temperature", EventKind.ALARM, "rotem")
    assert (first.time, first.ended_at) == (NOON - timedelta(hours=5), NOON - timedelta(hours=4))
    assert (second.message, second.time, second.ended_at) == ("Water shortage", NOON - timedelta(minutes=23), None)


def alarm(day: float, at: str, active: Any, message: str = "Hot") -> dict[str, Any]:
    return {
        "HistoryAlarms_Day": day,
        "HistoryAlarms_Time": at,
        "HistoryAlarms_Message": message,
        "HistoryAlarms_IsActive": active,
    }


def test_an_end_without_a_beginning_is_an_alarm_that_is_over() -> None:
    (event,) = from_history([alarm(20.0, "07:00", 0)], FLOCK)
    assert event.time == event.ended_at == datetime(2026, 4, 19, 11, 0, tzinfo=UTC)


def test_the_same_alarm_twice_is_two_alarms_in_the_order_of_time() -> None:
    rows = [alarm(20, "09:00", 1), alarm(20, "10:00", "0"), alarm(20, "07:00", True), alarm(20, "08:00", False)]
    events = from_history(rows, FLOCK)
    assert [(e.time.hour, e.ended_at and e.ended_at.hour) for e in events] == [(11, 12), (13, 14)]


def test_rows_without_day_or_time_are_no_alarms() -> None:
    assert from_history([alarm("x", "09:00", 1), alarm(3, "later", 1), alarm(2**31, "09:00", 1)], FLOCK) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("row", "house_number", "moment", "message"),
    [
        ({"HouseNumber": 3, "Alarm_Message": "Hot", "Alarm_Time": "12:00"}, 3, NOON - timedelta(minutes=23), "Hot"),
        ({"Alarm_House": "3", "Message": "Hot", "Alarm_Time": "12:30"}, 3, NOON + timedelta(minutes=7), "Hot"),
        ({"HouseNumber": 3, "Alarm_Time": "13:00", "AlarmID": 2}, 3, NOON - timedelta(hours=23, minutes=23), "alarm 2"),
        ({}, 0, NOON, "alarm"),
        ({"Alarm_Message": "a\nb", "Alarm_Time": "soon"}, 0, NOON, "a b"),
    ],
)
def test_active_alarms_are_read_tolerantly(row: Any, house_number: int, moment: datetime, message: str) -> None:
    (event,) = from_overview([row], NOON, ZONE)
    assert (event.house, event.time, event.message) == (house_number, moment, message)


def test_the_overview_adds_only_what_the_history_does_not_hold() -> None:
    history = from_history([alarm(21, "12:00", 1)], FLOCK)
    overview = from_overview(
        [
            {"HouseNumber": 1, "Alarm_Message": "Hot", "Alarm_Time": "12:00"},
            {"HouseNumber": 2, "Alarm_Message": "Hot", "Alarm_Time": "11:00"},
        ],
        NOON,
        ZONE,
    )
    assert [event.house for event in merged(history, overview)] == [2, 1]


def test_active_alarms_are_known_when_the_history_is_not() -> None:
    with farm(no_payload=frozenset({"RNBL_GetCommandData/45"})) as (_, rotem):
        (event,) = rotem.read_alarms(NOON)
    assert (event.house, event.message, event.time) == (1, "Water shortage", NOON - timedelta(minutes=23))


def test_alarms_before_the_clock_change_keep_their_hour() -> None:
    days = Days(house=1, today=date(2026, 3, 10), running=5, timezone=ZONE)  # summer time began on 8 March
    before, after = from_history([alarm(2, "12:00", 1, "A"), alarm(4, "12:00", 1, "B")], days)
    assert (before.time, after.time) == (
        datetime(2026, 3, 7, 17, 0, tzinfo=UTC),
        datetime(2026, 3, 9, 16, 0, tzinfo=UTC),
    )


@pytest.mark.parametrize("text", ["", "24:00", "12:60", "noon", "12.30", "123:00"])
def test_what_is_no_time_of_day(text: str) -> None:
    assert wall_clock(text) is None


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.integers(-12 * 60 + 1, 12 * 60 - 1))
def test_a_clock_is_off_by_what_it_was_turned(moment: datetime, minutes: int) -> None:
    at = moment.replace(second=0, microsecond=0, tzinfo=UTC)
    shown = (at.astimezone(clock.zone(ZONE)).replace(tzinfo=None) + timedelta(minutes=minutes)).time()
    assert deviation(shown, at, ZONE) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("shown", "local", "day"),
    [
        ("23:58", time(0, 1), TODAY - timedelta(days=1)),
        ("00:02", time(23, 59), TODAY + timedelta(days=1)),
        ("12:00", time(12, 0), TODAY),
        ("02:00", time(23, 59), TODAY),
        ("", time(0, 1), TODAY),
    ],
)
def test_a_controller_may_be_on_the_day_before_or_after(shown: str, local: time, day: date) -> None:
    assert controller_date(shown, clock.at_local(TODAY, local, ZONE), ZONE) == day


def test_a_clock_stands_still_when_it_shows_the_same_for_more_than_six_minutes() -> None:
    watch = ClockWatch()
    told = [watch.stands_still(1, "12:18", NOON + timedelta(minutes=minute)) for minute in (0, 1, 6, 7)]
    assert told == [False, False, False, True]
    assert not watch.stands_still(1, "12:23", NOON + timedelta(minutes=8))
    assert not watch.stands_still(2, "12:23", NOON)


def test_the_example_has_no_day_that_the_client_invents() -> None:
    with farm() as (_, rotem):
        times = {reading.time for reading in rotem.read_daily(1, NOON).readings}
    assert times == {day_end(day) for day in DAYS["growth_day"][:-1]}
