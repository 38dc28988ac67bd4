"""The farm as others use it: made, brought forward, looked at, broken."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from farmlab.domain import EventKind
from farmlab.errors import ConfigError, DataError, UnknownName
from farmlab.simulator.channels import CHANNELS, KEYS
from farmlab.simulator.farm import SimulatedFarm
from farmlab.simulator.faults import KINDS
from tests.simulator.conftest import UNTIL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Copy = Callable[[SimulatedFarm, str], SimulatedFarm]


def values(farm: SimulatedFarm, at: datetime) -> list[dict[str, float | None]]:
    return [dict(house.values) for house in farm.snapshot(at)]


class TestDeterminism:
    def test_chunks_do_not_matter(self, farm: SimulatedFarm, copy_of: Copy, tmp_path: Path) -> None:
        at_once, in_pieces = copy_of(farm, "once"), copy_of(farm, "pieces")
        end = UNTIL + timedelta(hours=17)
        at_once.advance(end)
        for minutes in (3, 64, 910):
            in_pieces.advance(UNTIL + timedelta(minutes=minutes))
            in_pieces = SimulatedFarm.open(in_pieces.folder)
        in_pieces.advance(end)
        for name, one in (("once.csv", at_once), ("pieces.csv", in_pieces)):
            one.write_archive(tmp_path / name, end)
        assert (tmp_path / "once.csv").read_bytes() == (tmp_path / "pieces.csv").read_bytes()
        assert (at_once.folder / "state.json").read_bytes() == (in_pieces.folder / "state.json").read_bytes()

    def test_the_same_seed_makes_the_same_farm_and_another_another(self, tmp_path: Path) -> None:
        farms = [
            SimulatedFarm.create(tmp_path / name, seed=seed, until=UNTIL, houses=1, days=1)
            for name, seed in (("a", 1), ("b", 1), ("c", 2))
        ]
        one, same, other = (values(farm, UNTIL) for farm in farms)
        assert one == same != other

    def test_a_house_is_the_same_in_a_smaller_farm(self, tmp_path: Path) -> None:
        small, large = (
            SimulatedFarm.create(tmp_path / str(houses), seed=4, until=UNTIL, houses=houses, days=1, step_minutes=15)
            for houses in (1, 2)
        )
        hour_ago = UNTIL - timedelta(days=1)
        assert values(small, hour_ago)[0] == values(large, hour_ago)[0]

    def test_going_back_changes_nothing(self, farm: SimulatedFarm, copy_of: Copy) -> None:
        twin = copy_of(farm, "twin")
        before = values(twin, UNTIL)
        twin.advance(UNTIL - timedelta(days=2))
        assert twin.until == UNTIL
        assert values(twin, UNTIL) == before


class TestSnapshot:
    def test_all_houses_with_all_that_is_installed(self, farm: SimulatedFarm) -> None:
        houses = farm.snapshot(UNTIL)
        assert [house.number for house in houses] == [1, 2, 3, 4]
        assert [house.name for house in houses] == [house.name for house in farm.houses]
        assert set(houses[0].values) == set(KEYS)
        assert set(KEYS) - set(houses[3].values) == {"Outside_Humidity"}
        assert houses[0].installed["Heaters"] == 8

    def test_the_clock_is_that_of_the_farm(self, farm: SimulatedFarm) -> None:
        shown = farm.snapshot(UNTIL + timedelta(seconds=200))[0].local_time
        assert shown == f"{UNTIL.astimezone(ZoneInfo(farm.timezone)):%H:%M}" == "10:00"

    def test_values_are_as_coarse_as_the_sensor_shows_them(self, farm: SimulatedFarm) -> None:
        quanta = {channel.key: channel.quantum for channel in CHANNELS}
        for hours in range(0, 48, 5):
            for house in farm.snapshot(UNTIL - timedelta(hours=hours)):
                for key, value in house.values.items():
                    if value is not None:
                        steps = value / quanta[key]
                        assert steps == pytest.approx(round(steps), abs=1e-6), (key, value)
                        assert value == round(value, 1)

    def test_a_flock_has_birds_and_a_curve(self, farm: SimulatedFarm) -> None:
        old = farm.snapshot(UNTIL)[0]
        assert old.growth_day == 38
        assert old.house_mode == "FULL_HOUSE"
        birds = old.values["Current_Birds_Count_In_House"]
        assert birds is not None
        assert 0.6 * (old.birds_placed or 0) < birds < (old.birds_placed or 0)
        targets = [point.target for point in old.curve]
        assert targets == sorted(targets, reverse=True)
        assert all(p.low_alarm < p.heat < p.target < p.tunnel < p.high_alarm for p in old.curve)

    def test_before_it_existed_there_is_nothing(self, farm: SimulatedFarm) -> None:
        with pytest.raises(DataError, match="nothing"):
            farm.snapshot(UNTIL - timedelta(days=20))


class TestDaily:
    def test_one_row_per_growth_day_that_agrees_with_the_screen(self, farm: SimulatedFarm) -> None:
        days, now = farm.daily(1, UNTIL), farm.snapshot(UNTIL)[0]
        assert days["growth_day"].tolist() == list(range(30, 39))
        last = days.iloc[-1]
        assert last["water"] == now.values["Daily_Water"]
        assert last["feed"] == now.values["Daily_Feed"]
        assert last["temp_last"] == now.values["Average_Temperature"]
        assert last["birds"] == now.values["Current_Birds_Count_In_House"]

    def test_days_are_possible(self, farm: SimulatedFarm) -> None:
        days = farm.daily(2, UNTIL).iloc[1:-1]
        for name in ("temp", "rh", "co2"):
            assert (days[f"{name}_min"] <= days[f"{name}_last"]).all()
            assert (days[f"{name}_last"] <= days[f"{name}_max"]).all()
        assert days["heater_minutes"].to_numpy() == pytest.approx(
            days[[f"heater_minutes_{n}" for n in range(1, 9)]].sum(axis=1).to_numpy()
        )
        assert (days[[f"heater_minutes_{n}" for n in range(1, 9)]] <= 1440).all(axis=None)
        assert days["weight"].is_monotonic_increasing
        assert days["birds"].is_monotonic_decreasing
        ratio = days["water"] / days["feed"]
        assert ratio.between(1.3, 2.6).all()

    def test_unknown_house(self, farm: SimulatedFarm) -> None:
        with pytest.raises(UnknownName, match="house"):
            farm.daily(9, UNTIL)


class TestInjection:
    def test_the_past_stays_and_the_house_answers(self, farm: SimulatedFarm, copy_of: Copy, tmp_path: Path) -> None:
        well, ill = copy_of(farm, "well"), copy_of(farm, "ill")
        label = ill.inject(2, "fan_loss", UNTIL - timedelta(hours=3))
        later = UNTIL + timedelta(hours=3)
        for one in (well, ill):
            one.advance(later)
            one.write_archive(tmp_path / f"{one.folder.name}.csv", UNTIL)
        assert (tmp_path / "well.csv").read_bytes() == (tmp_path / "ill.csv").read_bytes()
        co2 = [values(one, later)[1]["CO2"] or 0 for one in (well, ill)]
        assert co2[1] > co2[0] + 300
        assert values(well, later)[2] == values(ill, later)[2]
        told = next(entry for entry in json.loads((ill.folder / "labels.json").read_text()) if entry["id"] == label)
        assert told["t_onset"] == UNTIL.isoformat()
        assert told["t_repair"] is None

    def test_another_process_takes_the_fault_up(self, farm: SimulatedFarm, copy_of: Copy) -> None:
        holder = copy_of(farm, "holder")
        SimulatedFarm.open(holder.folder).inject(2, "comms_loss", UNTIL)
        holder.advance(UNTIL + timedelta(minutes=10))
        shown = holder.snapshot(UNTIL + timedelta(minutes=10))[1]
        assert not shown.connected
        assert shown.values["Average_Temperature"] == values(holder, UNTIL)[1]["Average_Temperature"]

    def test_alarms_come_and_stay(self, farm: SimulatedFarm, copy_of: Copy) -> None:
        twin = copy_of(farm, "cut")
        twin.inject(1, "power_cut", UNTIL)
        later = UNTIL + timedelta(minutes=30)
        twin.advance(later)
        active = {alarm.message for alarm in twin.snapshot(later)[0].alarms if alarm.active}
        assert {"Power failure", "High temperature"} <= active

    @pytest.mark.parametrize(("house", "kind", "severity"), [(9, "fan_loss", 1), (1, "fanloss", 1), (1, "inlet", 0)])
    def test_what_cannot_be_broken(self, farm: SimulatedFarm, house: int, kind: str, severity: float) -> None:
        with pytest.raises((UnknownName, ConfigError)):
            farm.inject(house, kind, UNTIL, severity)
        assert not (farm.folder / "faults.json").exists()


class TestRecords:
    def test_labels_are_in_order(self, farm: SimulatedFarm) -> None:
        labels = json.loads((farm.folder / "labels.json").read_text())
        assert {"fan_loss", "sensor_stuck", "water_leak", "sensor_drift"} <= {label["type"] for label in labels}
        for label in labels:
            times = [label[f"t_{name}"] for name in ("onset", "detectable", "failure", "repair")]
            moments = [datetime.fromisoformat(time) for time in times if time]
            assert moments == sorted(moments)
            assert moments[0] <= UNTIL
            assert label["precursor"] == (moments[0] < moments[2])

    def test_repairs_are_told_later(self, farm: SimulatedFarm) -> None:
        later = UNTIL + timedelta(days=5)
        events = farm.events(later)
        repairs = [event for event in events if event.kind is EventKind.MAINTENANCE_DONE]
        assert repairs
        assert all(event.learned_at is not None and event.time < event.learned_at <= later for event in events)
        assert farm.events(UNTIL) == [event for event in events if event.learned_at and event.learned_at <= UNTIL]
        assert {event.message for event in repairs} <= {kind.repair for kind in KINDS.values()} - {""}


class TestFolder:
    def test_a_farm_is_not_made_over_another(self, farm: SimulatedFarm) -> None:
        with pytest.raises(ConfigError, match="already"):
            SimulatedFarm.create(farm.folder, seed=1, until=UNTIL)

    def test_nothing_to_open(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="no simulated farm"):
            SimulatedFarm.open(tmp_path)

    def test_a_broken_state_is_said(self, farm: SimulatedFarm, copy_of: Copy) -> None:
        twin = copy_of(farm, "broken")
        (twin.folder / "state.json").write_text('[{"minute": 3}]')
        with pytest.raises(ConfigError, match="no simulated farm"):
            SimulatedFarm.open(twin.folder)

    @pytest.mark.parametrize("wrong", [{"houses": 0}, {"days": 0}, {"step_minutes": 7}, {"step_minutes": 45}])
    def test_impossible_farms(self, tmp_path: Path, wrong: dict[str, int]) -> None:
        with pytest.raises(ConfigError, match="can be made"):
            SimulatedFarm.create(tmp_path / "x", seed=1, until=UNTIL, **wrong)

    def test_no_half_files_stay(self, farm: SimulatedFarm) -> None:
        assert list(farm.folder.rglob(".*")) == []

    def test_steps_of_a_quarter_of_an_hour(self, tmp_path: Path) -> None:
        coarse = SimulatedFarm.create(tmp_path / "c", seed=3, until=UNTIL, houses=1, days=1, step_minutes=15)
        coarse.advance(UNTIL + timedelta(minutes=29))
        assert coarse.until == UNTIL + timedelta(minutes=15)
        coarse.write_archive(tmp_path / "c.csv", coarse.until)
        minutes = {line[14:16] for line in (tmp_path / "c.csv").read_text().splitlines()[1:]}
        assert minutes == {"00", "15", "30", "45"}


def test_numbers_are_finite(farm: SimulatedFarm) -> None:
    for house in farm.snapshot(UNTIL):
        assert all(value is None or np.isfinite(value) for value in house.values.values())
