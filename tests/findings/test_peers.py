"""A house that is too new for limits of its own."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from farmlab import findings, watch
from farmlab.domain import Farm, Finding, Flock, House, Sensor
from farmlab.findings import peers
from farmlab.findings.case import Case
from farmlab.findings.peers import Peer
from farmlab.models.layered import Layered
from farmlab.store import Store
from tests.findings.houses import FLOCK, SENSORS, START, UNTIL, ZONE, calibration, house

if TYPE_CHECKING:
    from collections.abc import Sequence

NEW = House(number=2)
SENSORS_2 = tuple(replace(sensor, house=2) for sensor in SENSORS)
PLACED = Flock(house=2, placed_on=date(2026, 6, 28), breed="ross308", birds_placed=20_000)
TEMPERATURES = [f"temp_c_{number}" for number in range(1, 5)]
HOURS_48 = timedelta(hours=48)


def case(wide: pd.DataFrame) -> Case:
    new = wide[wide.index > pd.Timestamp(UNTIL - HOURS_48)]
    return Case(NEW, new, SENSORS_2, [FLOCK, PLACED], START, UNTIL, ZONE)


def peer(number: int = 1, age_d: int | None = 24, **more: Any) -> Peer:
    return Peer(number, calibration() | more, SENSORS, age_d)


def look(wide: pd.DataFrame, known: dict[str, Any]) -> list[Finding]:
    given = case(wide)
    return findings.look(
        {2: given.wide}, {2: SENSORS_2}, given.flocks, [NEW], start=START, until=UNTIL, timezone=ZONE,
        calibrations={2: json.loads(json.dumps(known, allow_nan=False))},
    )  # fmt: skip


def test_a_stuck_sensor_of_a_new_house_is_found_on_its_second_day() -> None:
    wide = house()
    wide.loc[wide.index > pd.Timestamp(UNTIL - timedelta(hours=8)), "temp_c_2"] = 22.7
    known = peers.borrowed(case(wide), [peer()])
    [found] = [finding for finding in look(wide, known) if finding.kind == "stuck"]
    assert (found.house, found.subject) == (2, "temp_c_2")
    assert not [finding for finding in look(house(), known) if finding.kind in ("stuck", "noise", "spike", "dropout")]


def test_a_sensor_of_a_new_house_that_jumps_alone_is_found() -> None:
    wide = house()
    wide.loc[wide.index > pd.Timestamp(UNTIL - timedelta(hours=1)), "temp_c_2"] += 1.5
    known = peers.borrowed(case(wide), [peer()])
    theirs = calibration()["alone"]["sensors"]["rh_pct"]
    assert known["alone"]["sensors"]["rh_pct"] == {
        "weights": {}, "jump": None, "swing": pytest.approx(peers.CAUTION * theirs["swing"], abs=1e-3)
    }  # fmt: skip
    assert [found.subject for found in look(wide, known) if found.kind == "offset"] == ["temp_c_2"]


def test_limits_are_those_of_the_others_a_little_raised_and_levels_wait() -> None:
    known = peers.borrowed(case(house()), [peer()])
    mine, theirs = (Layered.from_state(said["detector"]) for said in (known, calibration()))
    spikes = dict(zip(theirs.rules.columns_, theirs.rules.thresholds_["spike"].value, strict=True))
    inside = sorted(limit for column, limit in spikes.items() if column in TEMPERATURES)
    at = mine.rules.columns_.index("temp_c_3")
    assert mine.rules.thresholds_["spike"].value[at] == pytest.approx(peers.CAUTION * sum(inside[1:3]) / 2)
    assert mine.level.columns_ == ()
    assert known["grace"][peers.ALL] == f"judged by the limits of house 1 {peers.OWN}; {peers.LEVELS}"
    assert 0 < sum(known["expected_rate"].values()) < sum(calibration()["expected_rate"].values())


def test_houses_that_have_seen_young_birds_are_asked_first() -> None:
    told = peers.borrowed(case(house()), [peer(1, age_d=35), peer(3, age_d=12), peer(4, age_d=9)])["grace"]
    assert "houses 3, 4 " in told[peers.ALL]
    assert "houses 1, 3 " in peers.borrowed(case(house()), [peer(1, 35), peer(3, None)])["grace"][peers.ALL]


@pytest.mark.parametrize("others", [[], [peer(detector=None)], [replace(peer(), sensors=())]])
def test_without_a_peer_a_house_waits_and_says_so(others: list[Peer]) -> None:
    wide = house()
    wide.loc[wide.index > pd.Timestamp(UNTIL - timedelta(hours=8)), "temp_c_2"] = 22.7
    known = peers.borrowed(case(wide), others)
    assert known["detector"] is None
    assert "no limits" in known["grace"][peers.ALL]
    assert not [finding for finding in look(wide, known) if finding.kind == "stuck"]


def settle(store: Store, houses: Sequence[tuple[int, Flock, Sequence[Sensor], int]]) -> None:
    """A farm with these houses: number, flock, sensors, hours of readings."""
    wide = house()
    store.add_farm(Farm(name="Hillside", timezone=ZONE))
    for number, flock, sensors, hours in houses:
        store.save_house("Hillside", House(number=number))
        store.save_flock("Hillside", flock)
        store.save_sensors("Hillside", list(sensors))
        keys = {sensor.column: sensor.source_key for sensor in sensors}
        new = wide.loc[wide.index > pd.Timestamp(UNTIL - timedelta(hours=hours)), list(keys)].rename(columns=keys)
        tidy = (
            new.rename_axis("time").reset_index().melt("time", var_name="sensor").assign(house=number, learned_at=UNTIL)
        )
        store.write("Hillside", tidy, learned_at=UNTIL)


def test_the_watch_asks_the_other_houses_of_the_farm(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/farmlab.db") as store:
        settle(store, [(1, FLOCK, SENSORS[:6], 240), (2, PLACED, SENSORS_2[:6], 48)])
        both = watch.calibrations(watch.at(store, "Hillside", UNTIL), keep=False)
        alone = watch.calibrations(watch.at(store, "Hillside", UNTIL, house=2), keep=False)
        before = watch.calibrations(watch.at(store, "Hillside", UNTIL - timedelta(days=16)), keep=False)
    assert "limits of house 1 " in both[2]["grace"][peers.ALL]
    assert alone[2] == both[2]
    assert before[1]["detector"] is None


def test_what_was_learned_in_another_form_is_learned_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(f"sqlite:///{tmp_path}/farmlab.db") as store:
        settle(store, [(1, FLOCK, SENSORS[:2], 240)])
        scope = watch.at(store, "Hillside", UNTIL)
        watch.calibrations(scope)
        watch.calibrations(scope)
        assert len(store.models(farm="Hillside", task="anomaly")) == 1
        monkeypatch.setattr(findings, "FORMAT", findings.FORMAT + 1)
        watch.calibrations(scope)
        assert len(store.models(farm="Hillside", task="anomaly")) == 2
