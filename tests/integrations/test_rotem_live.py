"""The client against the real gateway over loopback, on a good day."""

from __future__ import annotations

import json
import logging
from datetime import date, timedelta

import pytest

from farmlab.domain import Equipment, House, HouseKind, Quality
from farmlab.errors import AuthError
from farmlab.integrations.base import SourceInfo
from farmlab.integrations.checks import check_integration
from farmlab.integrations.rotem import CHANNELS
from farmlab.simulator.channels import KEYS
from tests.integrations.rotem_client import client, farm, values
from tests.simulator.served import GROWING, NOON, PASSWORD, USER, HandFarm, house, served


def test_the_contract_is_kept() -> None:
    with served() as gateway:
        check_integration(lambda: client(gateway), at=NOON, refused=lambda: client(gateway, password="correct donkey"))


@pytest.mark.parametrize("generation", ["api", "legacy", "auto"])
def test_both_generations_of_addresses_serve_the_same(generation: str) -> None:
    with served() as gateway, client(gateway, generation=generation) as rotem:
        assert values(rotem.read_live(NOON)) == pytest.approx(GROWING)


def test_auto_finds_the_old_addresses() -> None:
    with farm(generations=frozenset({"legacy"})) as (_, rotem):
        assert rotem.test_connection() == "Reached Hillside at 127.0.0.1: 3 houses, 3 connected."


def test_every_value_that_a_house_shows_arrives_in_si_units_stamped_with_the_receipt() -> None:
    with farm() as (_, rotem):
        batch = rotem.read_live(NOON)
    assert values(batch, 1) == pytest.approx(GROWING)
    assert {reading.time for reading in batch.readings} == {NOON}
    assert {reading.quality for reading in batch.readings} == {Quality.OK}
    assert batch.houses_seen == {1, 2, 8}
    assert (batch.problems, batch.rejected) == ((), ())


def test_the_simulator_and_the_client_name_the_same_channels() -> None:
    assert set(KEYS) <= set(CHANNELS)


def test_nothing_is_read_of_what_is_not_installed() -> None:
    poor = house(1, values={"Inside_Humidity": 60.0, "Daily_Water": 5.0, "Heaters": 0.0}, installed={})
    with farm(HandFarm([poor])) as (_, rotem):
        told = values(rotem.read_live(NOON))
    assert told == {"Inside_Humidity": 60.0, "Daily_Water": 5.0, "Growth_Day": 21.0}


def test_a_zero_of_a_scale_that_is_not_there_is_no_reading_but_an_empty_house_has_no_birds() -> None:
    zeros = {"Average_Weight": 0.0, "Silo_1": 0.0, "Current_Birds_Count_In_House": 0.0, "Daily_Water": 0.0}
    empty = house(2, values=zeros, installed={}, house_mode="EMPTY_HOUSE", growth_day=-2)
    houses = [house(1, values=zeros, installed={}), empty]
    with farm(HandFarm(houses)) as (_, rotem):
        batch = rotem.read_live(NOON)
    assert values(batch, 1) == {"Daily_Water": 0.0, "Growth_Day": 21.0, "Silo_1": 0.0}  # the silo is there: it is empty
    assert values(batch, 2)["Current_Birds_Count_In_House"] == 0.0


def test_what_the_source_says_of_itself() -> None:
    with farm() as (_, rotem):
        assert rotem.describe() == SourceInfo(
            "Hillside", simulated=True, detail="RotemNet gateway simu01000001 at 127.0.0.1 (simulated)"
        )


def test_houses_come_with_name_kind_and_set_points_sorted_by_number() -> None:
    with farm(HandFarm([house(8, name="Barn <b>"), house(1), house(3, connected=False)])) as (_, rotem):
        houses = rotem.list_houses()
    assert [h.number for h in houses] == [1, 3, 8]
    assert houses[2] == House(
        number=8, name="Barn <b>", kind=HouseKind.BROILER, set_points=((1.0, 33.0), (21.0, 27.0)), source_key="House8"
    )
    assert houses[1].set_points == ()


def test_as_many_houses_as_a_gateway_can_scan() -> None:
    with farm(HandFarm([house(number) for number in range(1, 33)])) as (_, rotem):
        assert rotem.read_live(NOON).houses_seen == set(range(1, 33))


def test_equipment_comes_from_the_installed_counts_with_sensors_that_exist() -> None:
    with farm(HandFarm([house(1)])) as (_, rotem):
        equipment = rotem.list_equipment()
    count = {kind: sum(item.kind == kind for item in equipment) for kind in {item.kind for item in equipment}}
    assert count == {
        "tunnel_fan": 12,
        "side_fan": 4,
        "stir_fan": 2,
        "heater": 8,
        "cooling_pad": 1,
        "feed_line": 2,
        "auger": 2,
        "drinker_line": 1,
        "inlet": 1,
        "tunnel_inlet": 1,
    }
    assert Equipment(house=1, kind="auger", number=2, sensors=("Auger", "Daily_Feed", "Silo_1")) in equipment
    assert Equipment(house=1, kind="drinker_line", number=1, sensors=("Daily_Water",)) in equipment


def test_drinker_lines_are_counted_where_they_are_switched() -> None:
    with farm(HandFarm([house(1, installed={"Water_Line": 4})])) as (_, rotem):
        kinds = [item.kind for item in rotem.list_equipment()]
    assert kinds.count("drinker_line") == 4


def test_flocks_were_placed_as_many_days_ago_as_the_controller_counts() -> None:
    houses = [house(1), house(2, birds_placed=None, growth_day=-1), house(3, house_mode="EMPTY_HOUSE")]
    with farm(HandFarm(houses)) as (_, rotem):
        first, second = rotem.list_flocks(NOON)
        assert (first.house, first.placed_on, first.birds_placed, first.breed) == (1, date(2026, 3, 30), 25000, "")
        assert (second.placed_on, second.birds_placed) == (date(2026, 4, 21), None)
        assert [rotem.house_age(number) for number in (1, 2, 3, 4)] == [21, -1, None, None]


def test_age_can_be_asked_for_without_reading_first() -> None:
    with farm() as (_, rotem):
        assert rotem.house_age(8) == 21


def test_a_flock_keeps_its_placement_day_when_the_clocks_of_farm_and_controller_are_on_both_sides_of_midnight() -> None:
    midnight = NOON.replace(hour=4, minute=0)  # 00:00 on the farm
    with farm(clock_skew_minutes=0) as (gateway, rotem):
        late = [house(1, growth_day=21)]
        gateway._service.farm = HandFarm(late)
        gateway._service.now = lambda: midnight - timedelta(minutes=1)  # the controllers still show 23:59
        assert rotem.list_flocks(midnight)[0].placed_on == date(2026, 3, 29)


def test_the_payload_holds_the_answers_and_no_secret() -> None:
    with farm() as (_, rotem):
        rotem.read_live(NOON)
        batch = rotem.read_live(NOON)
    lines = [json.loads(line) for line in batch.payload.decode().splitlines()]
    assert [line["asked"] for line in lines] == [
        "GetSiteControllersInfo",
        *(f"table 0 of house {number}" for number in (1, 2, 8)),
    ]
    assert lines[1]["answer"]["reponseObj"]["dsData"]["General"][1]["ParameterValue"] == "21"
    assert not any(secret.encode() in batch.payload for secret in rotem._service.secrets)


def test_a_secret_that_the_service_repeats_is_blacked_out() -> None:
    farm_with_secret = HandFarm([house(1, name=f"House of {PASSWORD}")])
    with farm(farm_with_secret) as (_, rotem):
        batch = rotem.read_live(NOON)
    assert PASSWORD.encode() not in batch.payload
    assert "House of •••" in batch.payload.decode()


def test_one_login_serves_a_whole_sync() -> None:
    with farm() as (gateway, rotem):
        rotem.test_connection()
        rotem.read_live(NOON)
        rotem.read_alarms(NOON)
        assert gateway.calls["Login"] == 1


def test_the_overview_of_one_moment_is_read_once() -> None:
    with farm() as (gateway, rotem):
        rotem.read_live(NOON)
        rotem.read_alarms(NOON)
        rotem.read_daily(1, NOON)
        rotem.list_flocks(NOON)
        assert gateway.calls["GetSiteControllersInfo"] == 1
        rotem.read_alarms(NOON + timedelta(minutes=5))
        rotem.read_live(NOON + timedelta(minutes=5))
        assert gateway.calls["GetSiteControllersInfo"] == 3


def test_only_read_operations_are_ever_called() -> None:
    with farm() as (gateway, rotem):
        rotem.test_connection()
        rotem.describe()
        rotem.list_houses()
        rotem.list_equipment()
        rotem.list_flocks(NOON)
        rotem.read_live(NOON)
        rotem.read_daily(1, NOON)
        rotem.read_alarms(NOON)
        assert {name for name in gateway.calls if "/" not in name} == {
            "Login",
            "GetSiteControllersInfo",
            "GetFarmRegistration",
            "RNBL_GetCommandData",
        }


def test_two_houses_at_a_time_bring_the_same() -> None:
    with served() as gateway, client(gateway, parallel=2) as two, client(gateway) as one:
        ours, theirs = two.read_live(NOON), one.read_live(NOON)
        assert (ours.readings, ours.houses_seen) == (theirs.readings, theirs.houses_seen)


def test_pauses_are_made_between_calls() -> None:
    sleeps: list[float] = []
    with served() as gateway, client(gateway, sleeps=sleeps, pause_s=0.5) as rotem:
        rotem.read_live(NOON)
        assert len(sleeps) == sum(gateway.calls[name] for name in ("Login", "GetSiteControllersInfo")) + 3 - 1
        assert set(sleeps) == {0.5}


def test_a_wrong_password_is_tried_once_and_never_told() -> None:
    with served() as gateway, client(gateway, password="correct donkey") as rotem:
        with pytest.raises(AuthError, match="Invalid username or password") as caught:
            rotem.read_live(NOON)
        assert gateway.calls["Login"] == 1
    assert "donkey" not in str(caught.value) + repr(caught.value)
    assert USER not in str(caught.value)


def test_repr_names_the_host_only() -> None:
    with farm() as (_, rotem):
        assert repr(rotem) == "Rotem(127.0.0.1)"


def test_no_secret_is_logged_at_any_level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with farm() as (_, rotem):
        rotem.read_live(NOON)
        secrets = rotem._service.secrets
    assert "GetSiteControllersInfo" in caplog.text
    assert [secret for secret in secrets if secret in caplog.text] == []
