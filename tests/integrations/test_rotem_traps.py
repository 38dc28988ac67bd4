"""Everything that is known to go wrong with the service, one trap at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from farmlab.domain import Quality
from farmlab.errors import AuthError, BadPayload, IntegrationError, SourceUnavailable
from farmlab.integrations.rotem.calls import read_table
from farmlab.integrations.rotem.clocks import ClockWatch
from farmlab.integrations.rotem.houses import Moment, read_house
from farmlab.integrations.rotem.parse import Meaning, parse
from farmlab.integrations.rotem.protocol import Answer
from farmlab.integrations.rotem.signs import Units
from farmlab.integrations.rotem.site import read_site
from farmlab.simulator.gateway import Traps
from tests.integrations.rotem_client import client, farm, values
from tests.simulator.served import GROWING, NOON, Hand, HandFarm, house, served

SITE = "GetSiteControllersInfo"
TABLE = "RNBL_GetCommandData"
NOT_SHOWN = ("Temperature_Sensor", "TotalDaily")
OVERVIEW = {key: value for key, value in GROWING.items() if not key.startswith(NOT_SHOWN)}


@pytest.mark.parametrize(
    "traps",
    [
        {"bom": False},
        {"compressed": False},
        {"spelling": "responseObj"},
        {"empty_data": False},
        {"commas": True},
        {"connection_token": False},
        {"nameless_logins": 2},
        {"clock_skew_minutes": 2},
        {"units_at_login": False},
        *({"service_url": place} for place in ("top", "user", "connection", "relative", "none")),
        {"unavailable": {"Login": 1}},
        {"unavailable": {SITE: 3}},
        {"unavailable": {f"{TABLE}/0/1": 2, f"{TABLE}/0/2": 1}},
    ],
    ids=str,
)
def test_what_is_only_a_manner_of_the_service_changes_nothing(traps: dict[str, Any]) -> None:
    with farm(**traps) as (_, rotem):
        batch = rotem.read_live(NOON)
    assert values(batch) == pytest.approx(GROWING)
    assert (batch.problems, batch.rejected) == ((), ())


@pytest.mark.parametrize("at_login", [True, False])
def test_us_units_become_si(at_login: bool) -> None:
    with farm(units="us", units_at_login=at_login) as (gateway, rotem):
        told = values(rotem.read_live(NOON))
        assert gateway.calls["JsGlobals_GetJsGlobals"] == (0 if at_login else 1)
        rotem.read_live(NOON)
        assert gateway.calls["JsGlobals_GetJsGlobals"] == (0 if at_login else 1)
    for key, value in GROWING.items():
        assert told[key] == pytest.approx(value, rel=0.006, abs=0.01), key


def test_units_that_change_while_the_session_lives_are_noticed() -> None:
    with farm() as (gateway, rotem):
        rotem.read_live(NOON)
        gateway.traps = Traps(units="us")
        told = values(rotem.read_live(NOON))
    assert told["Average_Temperature"] == pytest.approx(29.7, abs=0.01)
    assert told["Static_Pressure"] == pytest.approx(24.0, abs=0.3)


@pytest.mark.parametrize(("water_unit", "litres"), [("auto", 1989.0), ("gal", 7529.2), ("l", 1989.0)])
def test_a_water_meter_may_count_in_another_unit_than_the_account(water_unit: str, litres: float) -> None:
    with served() as gateway, client(gateway, water_unit=water_unit) as rotem:
        assert values(rotem.read_live(NOON))["Daily_Water"] == pytest.approx(litres, abs=0.1)


@pytest.mark.parametrize("form", ["- - -", "-9999", "N/A", "LangKey_NA", "-8888"])
def test_a_sensor_without_a_value_is_missing_and_its_text_is_kept(form: str) -> None:
    lame = house(1, values=GROWING | {"CO2": None, "Temperature_Sensor_2": None, "Ammonia": None})
    with farm(HandFarm([lame]), missing=(form,)) as (_, rotem):
        readings = {r.sensor.source_key: r for r in rotem.read_live(NOON).readings}
    for key in ("CO2", "Temperature_Sensor_2", "Ammonia"):
        assert (readings[key].value, readings[key].quality, readings[key].raw) == (None, Quality.MISSING, form)
    assert readings["Average_Temperature"].quality is Quality.OK


def test_all_forms_of_no_value_that_the_gateway_knows_are_understood() -> None:
    assert {parse(form).meaning for form in Traps().missing} == {Meaning.MISSING}


def test_an_impossible_value_is_kept_and_suspected() -> None:
    with farm(HandFarm([house(1, values=GROWING | {"Inside_Humidity": 255.0})])) as (_, rotem):
        readings = {r.sensor.source_key: r for r in rotem.read_live(NOON).readings}
    assert (readings["Inside_Humidity"].value, readings["Inside_Humidity"].quality) == (255.0, Quality.SUSPECT)


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}/api/", "http://localhost:{own}/api/"])
def test_a_token_asked_for_by_another_host_is_not_sent(address: str) -> None:
    with served() as thief, served() as gateway:
        port, own = thief.url.rpartition(":")[2], gateway.url.rpartition(":")[2]
        gateway.traps = Traps(service_url=address.format(port=port, own=own))
        with client(gateway) as rotem, pytest.raises(BadPayload, match="not allowed") as caught:
            rotem.read_live(NOON)
        assert thief.calls.total() == 0
        assert list(gateway.calls) == ["Login"]
    assert "allowed_hosts" in str(caught.value)


@pytest.mark.parametrize("operation", ["Login", SITE])
def test_a_redirect_to_another_host_is_not_followed(operation: str) -> None:
    with served() as thief, served(redirect={operation: f"{thief.url}/api/{operation}"}) as gateway:
        with client(gateway) as rotem, pytest.raises(BadPayload, match="not allowed"):
            rotem.read_live(NOON)
        assert thief.calls.total() == 0


def test_a_host_that_was_allowed_is_asked() -> None:
    with served() as elsewhere, served(redirect={SITE: f"{elsewhere.url}/api/{SITE}"}) as gateway:
        allowed = elsewhere.url.removeprefix("http://")
        with client(gateway, allowed_hosts=allowed) as rotem, pytest.raises(AuthError):
            rotem.read_live(NOON)
        assert elsewhere.calls[SITE] > 0


def test_an_expired_session_is_renewed_without_a_word() -> None:
    now = Hand()
    with farm(now=now, session_minutes=20) as (gateway, rotem):
        for minutes in (0, 19, 38, 59):
            now.at = NOON + timedelta(minutes=minutes)
            assert rotem.read_live(now.at).problems == ()
        assert gateway.calls["Login"] == 2


def test_a_service_that_forgets_everybody_is_asked_again() -> None:
    with farm() as (gateway, rotem):
        rotem.read_live(NOON)
        gateway.end_sessions()
        assert len(rotem.read_live(NOON).readings) == 3 * len(GROWING)
        assert gateway.calls["Login"] == 2


def test_two_clients_of_an_account_that_allows_one_session_take_turns() -> None:
    with farm(single_session=True) as (gateway, first), client(gateway) as second:
        for rotem in (first, second, first):
            assert values(rotem.read_live(NOON)) == pytest.approx(GROWING)
        assert gateway.calls["Login"] == 3


def test_an_account_without_rights_is_not_asked_for_ever() -> None:
    with farm(session_minutes=-1) as (gateway, rotem):
        with pytest.raises(AuthError, match="its own login"):
            rotem.read_live(NOON)
        assert gateway.calls["Login"] == 2


def test_a_blocked_account_says_so_once() -> None:
    with farm(blocked=True) as (gateway, rotem):
        with pytest.raises(AuthError, match="user is blocked") as caught:
            rotem.test_connection()
        assert gateway.calls["Login"] == 1
    assert caught.value.next_step


def test_another_farm_than_the_accounts_is_refused() -> None:
    refused = pytest.raises(SourceUnavailable, match="Invalid farm")
    with served() as gateway, client(gateway, gateway_code="abcd00000001") as rotem, refused:
        rotem.read_live(NOON)


@pytest.mark.parametrize(
    ("traps", "kind", "said"),
    [
        ({"unavailable": {SITE: 99}}, SourceUnavailable, "503"),
        ({"unavailable": {"Login": 99}}, SourceUnavailable, "503"),
        ({"slow_s": {SITE: 0.3}}, SourceUnavailable, "no answer within 0.1 s"),
        ({"truncated": frozenset({SITE})}, BadPayload, "breaks off"),
        ({"web_page": frozenset({SITE})}, BadPayload, "web page"),
        ({"no_payload": frozenset({SITE})}, SourceUnavailable, "nothing"),
        ({"wrong_shape": frozenset({SITE})}, BadPayload, "list"),
        ({"nameless_logins": 99}, SourceUnavailable, "gateway"),
        ({"generations": frozenset()}, BadPayload, "no RotemNet service"),
        ({"truncated": frozenset({"Login"})}, BadPayload, "breaks off"),
        ({"no_payload": frozenset({"Login"})}, SourceUnavailable, "nothing"),
    ],
    ids=str,
)
def test_a_service_that_fails_is_a_named_error(traps: Any, kind: type[IntegrationError], said: str) -> None:
    timeout_s = 0.1 if "slow_s" in traps else 60
    with served(**traps) as gateway, client(gateway, timeout_s=timeout_s) as rotem, pytest.raises(kind) as caught:
        rotem.read_live(NOON)
    assert said in caught.value.what
    assert caught.value.where == "127.0.0.1"
    assert caught.value.next_step


def test_an_answer_that_breaks_off_is_kept_without_the_token() -> None:
    with farm(truncated=frozenset({"Login"})) as (_, rotem), pytest.raises(BadPayload) as caught:
        rotem.read_live(NOON)
    assert caught.value.answer.startswith('{"reponseObj"')


@pytest.mark.parametrize(
    ("traps", "said"),
    [
        ({"unavailable": {f"{TABLE}/0/2": 99}}, "503"),
        ({"truncated": frozenset({f"{TABLE}/0/2"})}, "breaks off"),
        ({"web_page": frozenset({f"{TABLE}/0/2"})}, "web page"),
        ({"no_payload": frozenset({f"{TABLE}/0/2"})}, "nothing"),
        ({"wrong_shape": frozenset({f"{TABLE}/0/2"})}, "list"),
        ({"silent": frozenset({2})}, "not connected"),
        ({"silent": frozenset({2}), "dead_answer": "empty"}, "nothing"),
        ({"silent": frozenset({2}), "dead_answer": "api_error"}, "result 10"),
    ],
    ids=str,
)
def test_a_table_that_fails_leaves_the_overview_and_the_other_houses(traps: Any, said: str) -> None:
    with farm(**traps) as (_, rotem):
        batch = rotem.read_live(NOON)
    assert [problem.house for problem in batch.problems] == [2]
    assert said in batch.problems[0].what
    assert values(batch, 1) == pytest.approx(GROWING)
    assert set(values(batch, 2)) == set(OVERVIEW)
    assert values(batch, 2) == pytest.approx(OVERVIEW, abs=0.06)


def test_the_overview_of_filled_sections_is_used_where_items_are_missing() -> None:
    data = {"CO2": {"CurrentNumericValue": 900, "CurrentValue": "900"}, "Humidity": {"CurrentNumericValue": 0}}
    row = {"HouseNumber": 1, "ConnectionStatus": 1, "Data": data | {"Pressure": None}, "GrowthDay": 3}
    state = read_site({"FarmHouses": [row, {"HouseNumber": "x"}, None], "HousesAlarms": None}).houses[1]
    assert state.values() == {"CO2": "900"}
    assert (state.growth_day, state.name, state.key) == (3, "House 1", "House1")


def test_a_house_that_says_nothing_is_a_problem_not_an_error() -> None:
    with farm(HandFarm([house(1), house(2, values={})]), silent=frozenset({2})) as (_, rotem):
        batch = rotem.read_live(NOON)
    assert {reading.sensor.source_key for reading in batch.readings if reading.sensor.house == 2} == {"Growth_Day"}


def test_a_service_that_stops_answering_is_not_asked_for_every_house() -> None:
    houses = HandFarm([house(number) for number in range(1, 9)])
    with farm(houses, unavailable={f"{TABLE}/0": 999}) as (gateway, rotem):
        batch = rotem.read_live(NOON)
        assert gateway.calls[f"{TABLE}/0"] == 2 * 4
    assert [problem.house for problem in batch.problems] == list(range(1, 9))
    assert "was not asked" in batch.problems[7].what
    assert set(values(batch, 8)) == set(OVERVIEW)


def test_houses_that_fail_one_after_the_other_do_not_keep_the_others_from_being_asked() -> None:
    broken = frozenset({f"{TABLE}/0/1", f"{TABLE}/0/2", f"{TABLE}/0/3"})
    with farm(HandFarm([house(number) for number in range(1, 5)]), truncated=broken) as (_, rotem):
        batch = rotem.read_live(NOON)
    assert [problem.house for problem in batch.problems] == [1, 2, 3]


@pytest.mark.parametrize("dead_answer", ["error", "empty", "api_error"])
def test_a_disconnected_house_is_a_problem_and_is_not_asked(dead_answer: str) -> None:
    with farm(offline=frozenset({2}), dead_answer=dead_answer) as (gateway, rotem):
        batch = rotem.read_live(NOON)
        assert gateway.calls[f"{TABLE}/0/2"] == 0
        assert rotem.test_connection().endswith("3 houses, 2 connected.")
    assert [(p.house, p.what) for p in batch.problems] == [(2, "its controller is disconnected")]
    assert values(batch, 2) == {}
    assert batch.houses_seen == {1, 2, 8}


def test_a_house_that_vanishes_is_not_seen() -> None:
    hand = HandFarm()
    now = Hand()
    with farm(hand, now=now) as (_, rotem):
        rotem.read_live(NOON)
        hand.houses = hand.houses[:2]
        now.at += timedelta(minutes=5)
        assert rotem.read_live(now.at).houses_seen == {1, 2}


def test_a_gateway_without_houses_is_a_problem_of_the_farm() -> None:
    with farm(HandFarm([])) as (_, rotem):
        batch = rotem.read_live(NOON)
    assert (batch.readings, [problem.house for problem in batch.problems]) == ((), [0])


def test_a_controller_that_stands_still_is_suspected() -> None:
    now = Hand()
    with farm(now=now, frozen=frozenset({2})) as (_, rotem):
        for _ in range(2):
            assert rotem.read_live(now.at).problems == ()
            now.at += timedelta(minutes=5)
        batch = rotem.read_live(now.at)
    assert [(p.house, p.what) for p in batch.problems] == [
        (2, "its controller stands still: the clock goes on showing 12:23")
    ]
    quality = {(r.sensor.house, r.quality) for r in batch.readings}
    assert quality == {(1, Quality.OK), (2, Quality.SUSPECT), (8, Quality.OK)}


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(60, "its clock shows 13:23, 1 h ahead of the farm's"), (-30, "its clock shows 11:53, 30 min behind the farm's")],
)
def test_a_clock_that_is_off_is_told_and_the_readings_are_taken(minutes: int, said: str) -> None:
    with farm(clock_skew_minutes=minutes) as (_, rotem):
        batch = rotem.read_live(NOON)
    assert [(p.house, p.what) for p in batch.problems] == [(2, said), (8, said)]
    assert {reading.time for reading in batch.readings} == {NOON}
    assert {reading.quality for reading in batch.readings} == {Quality.OK}


def test_negative_growth_days_are_days_before_placement() -> None:
    with farm(growth_days={1: -1, 2: 0}) as (_, rotem):
        placed = {flock.house: flock.placed_on for flock in rotem.list_flocks(NOON)}
        assert values(rotem.read_live(NOON))["Growth_Day"] == -1.0
        assert rotem.house_age(1) == -1
        assert rotem.house_age(2) == 0
    assert placed == {1: date(2026, 4, 21), 2: date(2026, 4, 20), 8: date(2026, 3, 30)}


def test_a_growth_day_that_no_flock_reaches_is_not_known() -> None:
    with farm(growth_days={1: 2**32 - 1}) as (_, rotem):
        assert rotem.house_age(1) is None
        assert [flock.house for flock in rotem.list_flocks(NOON)] == [2, 8]
        counted = [r for r in rotem.read_live(NOON).readings if r.sensor.metric == "growth_day"]
    assert [reading.quality for reading in counted] == [Quality.SUSPECT, Quality.OK, Quality.OK]


def test_a_new_flock_is_noticed() -> None:
    with farm() as (gateway, rotem):
        assert rotem.list_flocks(NOON)[0].placed_on == date(2026, 3, 30)
        gateway.traps = replace(gateway.traps, growth_days={1: 0})
        assert rotem.list_flocks(NOON + timedelta(minutes=5))[0].placed_on == date(2026, 4, 20)


def test_unknown_parameters_are_noted_once_and_unreadable_values_each_time() -> None:
    with farm(HandFarm([house(1)]), extra_parameters=True) as (_, rotem):
        first, second = rotem.read_live(NOON), rotem.read_live(NOON)
    assert [(row.row, row.reason) for row in first.rejected] == [
        ("house 1: Quantum_Flux = 42", "unknown parameter"),
        ("house 1: Temperature_Sensor_6 = warm", "not a number"),
    ]
    assert [row.reason for row in second.rejected] == ["not a number"]
    assert values(second) == pytest.approx(GROWING)


def test_a_gateway_that_is_down_is_unavailable_and_comes_back() -> None:
    with served() as gateway, client(gateway) as rotem:
        rotem.read_live(NOON)
        gateway.stop()
        with pytest.raises(SourceUnavailable, match="refused") as caught:
            rotem.read_live(NOON)
        assert caught.value.transient
        gateway.start()
        assert len(rotem.read_live(NOON).readings) == 3 * len(GROWING)


def test_a_registration_that_cannot_be_read_does_not_matter() -> None:
    with farm(web_page=frozenset({"GetFarmRegistration"})) as (_, rotem):
        assert rotem.test_connection() == "Reached a farm without a name at 127.0.0.1: 3 houses, 3 connected."


def test_a_bundle_without_tables_is_a_bad_payload() -> None:
    answer = Answer(payload={"dsData": None}, text="{}", beside={})
    with pytest.raises(BadPayload, match="no tables") as caught:
        read_table(answer, 3, where="h")
    assert caught.value.where == "h, house 3"


def test_an_empty_bundle_is_a_problem() -> None:
    state = read_site({"FarmHouses": [{"HouseNumber": 3, "ConnectionStatus": 1}]}).houses[3]
    told = read_house(state, {}, Moment(NOON, "UTC", Units()), ClockWatch())
    assert [problem.what for problem in told.problems] == ["its controller told no value"]


@pytest.mark.parametrize(("status", "said"), [(0, "offline"), (2, "disconnected"), (3, "in an unknown state")])
def test_a_house_that_is_not_connected_says_how(status: int, said: str) -> None:
    state = read_site({"FarmHouses": [{"HouseNumber": 3, "ConnectionStatus": status}]}).houses[3]
    told = read_house(state, None, Moment(NOON, "UTC", Units()), ClockWatch())
    assert [problem.what for problem in told.problems] == [f"its controller is {said}"]
