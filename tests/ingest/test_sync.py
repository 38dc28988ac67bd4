"""Polls of a farm: what comes in, what fails, and that nothing is lost."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from farmlab import ingest
from farmlab.domain import Event, EventKind, FindingStatus, Quality, SyncRun, SyncStatus
from farmlab.errors import Busy, ConfigError
from farmlab.integrations.rotem import Rotem
from farmlab.simulator.gateway import Traps
from tests.ingest.conftest import FARM, Site
from tests.simulator.served import NOON, PASSWORD, house


def test_a_poll_brings_readings_events_and_the_raw_answer(site: Site) -> None:
    site.add()
    run = site.sync()
    assert (run.status, run.rejected, run.known_as, run.error) == ("success", 0, "receipt", "")
    assert run.new == len(site.store.read(FARM)) > 60
    temp = site.store.read(FARM, house=1, sensor="Average_Temperature").iloc[0]
    assert (temp["value"], temp["unit"], temp["time"]) == (29.7, "°C", site.hand.at)
    assert {event.kind for event in site.store.events(FARM)} == {EventKind.ALARM}
    kept = ingest.find_payload(site.settings, run)
    assert b"GetSiteControllersInfo" in kept or b"FarmHouses" in kept
    assert PASSWORD.encode() not in kept
    assert site.store.syncs(FARM)[0] == run


def test_the_same_moment_again_adds_nothing(site: Site) -> None:
    site.add()
    first = site.sync()
    again = site.sync(minutes=0)
    assert (again.new, again.changed, again.seen) == (0, 0, first.new)


def test_an_alarm_that_is_told_without_its_time_is_one_event_and_not_one_a_poll(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(_: Rotem, at: datetime) -> list[Event]:
        return [Event(house=1, time=at, kind=EventKind.ALARM, message="Hot")]

    monkeypatch.setattr(Rotem, "read_alarms", told)
    site.add()
    first, *_ = (site.sync().started_at for _ in range(3))
    assert [event.time for event in site.store.events(FARM)] == [first]


def test_one_house_that_is_offline_makes_it_partial_and_is_an_event_until_it_speaks(site: Site) -> None:
    site.add()
    site.gateway.traps = Traps(offline=frozenset({2}))
    run = site.sync()
    assert run.status == SyncStatus.PARTIAL
    assert "House 2: its controller is" in run.error
    assert set(site.store.newest(FARM)) == {1, 8}
    site.sync()
    (event,) = site.store.events(FARM, kinds=[EventKind.CONNECTION])
    assert (event.house, event.ended_at) == (2, None)
    assert event.time == NOON + timedelta(minutes=5)
    site.gateway.traps = Traps()
    assert site.sync().status == SyncStatus.SUCCESS
    (event,) = site.store.events(FARM, kinds=[EventKind.CONNECTION])
    assert event.ended_at == site.hand.at


def test_a_house_that_vanishes_is_said_and_keeps_its_data(site: Site) -> None:
    site.add()
    site.sync()
    site.farm.houses = [told for told in site.farm.houses if told.number != 8]
    run = site.sync()
    assert run.status == SyncStatus.PARTIAL
    assert "House 8: it is no longer named by the source" in run.error
    assert not site.store.read(FARM, house=8).empty
    assert 8 in [known.number for known in site.store.houses(FARM)]


def test_a_house_that_appears_is_added(site: Site) -> None:
    site.add()
    site.farm.houses = [*site.farm.houses, house(9)]
    said: list[str] = []
    site.sync(say=said.append)
    assert site.store.house(FARM, 9).name == "House 9"
    assert site.store.equipment(FARM, house=9)
    assert 9 in site.store.newest(FARM)
    assert any("House 9 is new" in sentence for sentence in said)
    assert site.store.flock_at(FARM, 9, site.hand.at).placed_on == date(2026, 3, 30)


def test_an_unknown_parameter_is_kept_aside_and_the_rest_goes_in(site: Site) -> None:
    site.add()
    site.gateway.traps = Traps(extra_parameters=True)
    said: list[str] = []
    run = site.sync(say=said.append)
    assert run.rejected > 0
    assert run.new > 60
    (path,) = site.settings.quarantine.iterdir()
    assert any(str(path) in sentence for sentence in said)
    site.sync()
    assert list(site.settings.quarantine.iterdir()) == [path]


def test_a_clock_that_is_off_is_said_and_readings_carry_the_time_of_receipt(site: Site) -> None:
    site.add()
    site.gateway.traps = Traps(clock_skew_minutes=45)
    run = site.sync()
    assert run.status == SyncStatus.PARTIAL
    assert "ahead of the farm's" in run.error
    assert set(site.store.newest(FARM).values()) == {site.hand.at}


def test_impossible_values_are_kept_and_marked(site: Site) -> None:
    site.add()
    site.farm.houses = [house(1, values={**house(1).values, "Average_Temperature": 84.0})]
    site.sync()
    row = site.store.read(FARM, house=1, sensor="Average_Temperature").iloc[0]
    assert (row["value"], row["quality"]) == (84.0, Quality.SUSPECT)


@pytest.mark.parametrize(
    ("traps", "words"),
    [
        (Traps(blocked=True), "blocked"),
        (Traps(truncated=frozenset({"GetSiteControllersInfo"})), ""),
        (Traps(web_page=frozenset({"Login"})), ""),
    ],
)
def test_a_source_that_fails_is_a_failed_sync_with_a_sentence(site: Site, traps: Traps, words: str) -> None:
    site.add()
    site.gateway.traps = traps
    run = site.sync()
    assert run.status == SyncStatus.FAILED
    assert words in run.error
    assert len(run.error) > 20
    assert "Traceback" not in run.error
    assert site.store.syncs(FARM)[0].error == run.error


def test_a_wrong_password_is_said_without_showing_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.add()
    monkeypatch.setenv("PASSWORD", "hunter22")
    run = site.sync()
    assert run.status == SyncStatus.FAILED
    assert "password" in run.error
    logged = "".join(path.read_text() for path in site.settings.logs.iterdir())
    assert "hunter22" not in run.error + logged
    assert json.loads(logged.splitlines()[-1])["sync"] == run.id


def test_a_house_with_half_an_answer_loses_only_what_is_missing(site: Site) -> None:
    site.add()
    site.gateway.traps = Traps(truncated=frozenset({"RNBL_GetCommandData/0/2"}))
    run = site.sync()
    assert run.status == SyncStatus.PARTIAL
    assert "House 2" in run.error
    assert len(site.store.read(FARM, house=1)) > 25
    assert not site.store.read(FARM, house=2).empty


def test_three_failures_in_a_row_are_a_finding_that_goes_when_it_works_again(site: Site) -> None:
    site.add()
    site.sync()
    site.gateway.traps = Traps(blocked=True)
    site.sync()
    site.sync()
    assert site.store.findings(FARM) == []
    site.sync()
    (finding,) = site.store.findings(FARM)
    assert (finding.category, finding.kind, finding.status) == ("operation", "sync_failed", FindingStatus.OPEN)
    assert finding.start == NOON + timedelta(minutes=10)
    site.gateway.traps = Traps()
    assert site.sync().status == SyncStatus.SUCCESS
    (finding,) = site.store.findings(FARM)
    assert finding.status == FindingStatus.RESOLVED


def test_after_five_failures_the_farm_is_left_alone_for_a_growing_time(site: Site) -> None:
    site.add()
    site.gateway.traps = Traps(blocked=True)
    for _ in range(5):
        assert site.sync().id
    paused = site.sync(minutes=6)
    assert (paused.id, paused.status) == (0, SyncStatus.FAILED)
    assert "left alone until 2026-04-20 12:58 after 5 failed polls" in paused.error
    assert len(site.store.syncs(FARM)) == 5
    assert site.sync(minutes=5).id
    assert site.sync(minutes=15).id == 0
    assert site.sync(minutes=6).id
    site.gateway.traps = Traps()
    assert site.sync(minutes=1, force=True).status == SyncStatus.SUCCESS
    assert site.sync(minutes=1).status == SyncStatus.SUCCESS


def test_a_stumble_is_tried_again(site: Site) -> None:
    site.add()
    site.gateway.traps = Traps(web_page=frozenset())
    calls: list[int] = []
    original = Rotem.read_live

    def stumbling(self: Rotem, at: object) -> object:
        from farmlab.errors import SourceUnavailable

        calls.append(1)
        if len(calls) < 3:
            raise SourceUnavailable("out of order")
        return original(self, at)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rotem, "read_live", stumbling)
        assert site.sync().status == SyncStatus.SUCCESS
    assert len(calls) == 3


def test_an_unexpected_error_closes_the_attempt_and_is_logged(site: Site) -> None:
    site.add()

    def broken(self: Rotem, at: object) -> None:
        raise ZeroDivisionError("with \x1b[31m colours\nand lines")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rotem, "read_live", broken)
        run = site.sync()
    assert run.status == SyncStatus.FAILED
    assert "unexpected ZeroDivisionError: with [31m colours and lines" in run.error
    assert "Traceback" in "".join(path.read_text() for path in site.settings.logs.iterdir())


def test_a_poll_that_was_killed_is_closed_by_the_next(site: Site) -> None:
    site.add()
    site.store.start_sync(SyncRun(farm=FARM, source="rotem", started_at=NOON))
    site.sync()
    killed = site.store.syncs(FARM)[1]
    assert (killed.status, killed.ended_at) == (SyncStatus.FAILED, site.hand.at)
    assert "interrupted" in killed.error


def test_only_one_poll_at_a_time(site: Site) -> None:
    site.add()
    with site.store.lock(f"sync:{FARM}", owner="another", ttl=timedelta(minutes=1)), pytest.raises(Busy):
        site.sync()
    assert site.store.syncs(FARM) == []


def counting(site: Site, growth_day: int) -> None:
    """Let the controller of house 1 show this growth day."""
    site.farm.houses = [
        replace(told, growth_day=growth_day, values={**told.values, "Growth_Day": float(growth_day)})
        if told.number == 1
        else told
        for told in site.farm.houses
    ]


def test_a_count_that_somebody_sets_back_by_a_day_is_no_new_flock(site: Site) -> None:
    site.add()
    (flock,) = site.store.flocks(FARM, house=1)
    site.store.save_flock(FARM, replace(flock, placed_on=flock.placed_on - timedelta(days=5)))
    site.sync()
    counting(site, 20)
    site.sync()
    assert [known.placed_on for known in site.store.flocks(FARM, house=1)] == [flock.placed_on - timedelta(days=5)]


def test_days_before_placement_are_no_flock_yet(site: Site) -> None:
    site.add()
    (flock,) = site.store.flocks(FARM, house=1)
    site.store.save_flock(FARM, replace(flock, ended_on=flock.placed_on))
    counting(site, -2)
    site.sync()
    assert len(site.store.flocks(FARM, house=1)) == 1


def test_a_growth_day_that_falls_back_is_a_new_flock(site: Site) -> None:
    site.add(breed="ross308")
    site.sync()
    counting(site, 0)
    said: list[str] = []
    site.sync(minutes=24 * 60, say=said.append)
    flocks = site.store.flocks(FARM, house=1)
    assert [(flock.placed_on, flock.ended_on) for flock in flocks] == [
        (date(2026, 3, 30), date(2026, 4, 20)),
        (date(2026, 4, 21), None),
    ]
    assert flocks[1].breed == ""
    assert any("a new flock" in sentence and "breed unknown" in sentence for sentence in said)
    site.sync()
    assert site.store.flocks(FARM, house=1) == flocks


def test_a_record_that_somebody_corrected_is_left_alone(site: Site) -> None:
    site.add()
    site.sync()
    flock = site.store.flock_at(FARM, 1, site.hand.at)
    corrected = site.store.save_flock(FARM, replace(flock, placed_on=date(2026, 3, 20)))
    site.sync()
    assert site.store.flocks(FARM, house=1) == [corrected]


def test_the_tables_of_days_come_when_they_are_asked_for(site: Site) -> None:
    site.add()
    site.sync(days=True)
    water = site.store.read(FARM, house=1, metric="water", position="day")
    assert len(water) >= 3
    assert {sensor.kind for sensor in site.store.sensors(FARM, house=1, metric="mortality") if sensor.position} == {
        "amount"
    }


def test_farms_that_cannot_be_polled_say_so(site: Site) -> None:
    site.add()
    site.store.update_farm(replace(site.store.farm(FARM), retired_at=NOON))
    with pytest.raises(ConfigError, match="retired"):
        site.sync()
    ingest.add_farm(site.store, site.settings, "Office", at=NOON, houses=1)
    with pytest.raises(ConfigError, match="no integration"):
        ingest.sync(site.store, site.settings, "Office", at=NOON)


def test_old_payloads_are_forgotten(site: Site) -> None:
    site.add()
    old = site.settings.payloads / FARM / "2026-01-01"
    old.mkdir(parents=True)
    (old / "x.gz").write_bytes(gzip.compress(b"x"))
    run = site.sync()
    assert not old.exists()
    assert (site.settings.payloads / run.payload).exists()


def test_a_sensor_that_appears_makes_us_look_at_the_equipment_again(site: Site) -> None:
    full = site.farm.houses
    bare = {key: value for key, value in full[0].values.items() if key != "Cooling_Pad"}
    installed = {key: count for key, count in full[0].installed.items() if key != "Cooling_Pad"}
    site.farm.houses = [replace(told, values=bare, installed=installed) for told in full]
    site.add()
    site.sync()
    assert "pad" not in {item.kind for item in site.store.equipment(FARM)}
    site.farm.houses = full
    said: list[str] = []
    site.sync(say=said.append)
    assert any("new equipment" in sentence for sentence in said)
    assert any("pad" in item.kind for item in site.store.equipment(FARM))


def test_a_retired_house_is_left_out(site: Site) -> None:
    site.add()
    site.store.save_house(FARM, replace(site.store.house(FARM, 2), retired_at=NOON))
    site.gateway.traps = Traps(offline=frozenset({2}))
    assert site.sync().status == SyncStatus.SUCCESS
    site.gateway.traps = Traps()
    assert site.sync().rejected == 0
    assert set(site.store.newest(FARM)) == {1, 8}


def test_alarms_that_cannot_be_read_cost_only_themselves(site: Site) -> None:
    site.add()
    site.gateway.traps = Traps(truncated=frozenset({"RNBL_GetCommandData/45", "RNBL_GetCommandData/35"}))
    run = site.sync(days=True)
    assert run.status in (SyncStatus.SUCCESS, SyncStatus.PARTIAL)
    assert run.new > 60
    assert not site.store.read(FARM, house=1, metric="water", position="day").empty


def test_a_part_that_fails_is_said(site: Site) -> None:
    from farmlab.errors import BadPayload

    def broken(*_: object) -> None:
        raise BadPayload("the list is cut off")

    site.add()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rotem, "read_alarms", broken)
        patch.setattr(Rotem, "read_daily", broken)
        run = site.sync(days=True)
    assert run.status == SyncStatus.PARTIAL
    assert "Alarms: the list is cut off" in run.error
    assert "House 1, days: the list is cut off" in run.error
    assert run.new > 60


def test_a_source_without_a_word_is_a_failure(site: Site) -> None:
    site.add()
    site.farm.houses = []
    run = site.sync()
    assert run.status == SyncStatus.FAILED
    assert "gateway" in run.error
