"""Each kind of fault changes what it should, in the right direction, against its fault-free twin."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from farmlab.errors import UnknownName
from farmlab.simulator import faults
from farmlab.simulator.channels import COLUMN, KEYS, SENSORS
from farmlab.simulator.faults import KINDS, Fault
from tests.simulator.houses import Twins, fault, summer, winter

# house 1 holds an old flock, house 2 a young one
OLD, YOUNG = (1, 30), (2, 12)
CHICKS = (2, 4)


def twins(kind: str, unit: str, *, of: tuple[int, int] = YOUNG, hours: float = 8, **how: float) -> Twins:
    engine = winter(*of)
    return Twins(engine, fault(engine, kind, unit, **how), hours)


class TestSensors:
    def test_stuck_shows_one_value_and_misleads_the_controller(self) -> None:
        pair = twins("sensor_stuck", "Temperature_Sensor_2")
        well, ill = pair.of("Temperature_Sensor_2")
        assert len(set(ill)) == 1
        assert len(set(well)) > 3

    def test_drift_grows(self) -> None:
        pair = twins("sensor_drift", "Temperature_Sensor_3", hours=24, lead_h=24)
        well, ill = pair.of("Temperature_Sensor_3")
        away = np.abs(ill - well)
        assert away[:24].mean() < 0.5 < 1.5 < away[-24:].mean()

    def test_drift_moves_the_whole_house_the_other_way(self) -> None:
        pair = twins("sensor_drift", "Temperature_Sensor_3", hours=30, lead_h=20)
        own, other = pair.change("Temperature_Sensor_3", last_h=6), pair.change("Temperature_Sensor_1", last_h=6)
        assert own * other < 0
        assert abs(other) < abs(own)

    @pytest.mark.parametrize("key", ["CO2", "Ammonia"])
    def test_gas_sensors_drift_down(self, key: str) -> None:
        assert twins("sensor_drift", key, of=OLD, hours=12, lead_h=6).change(key, last_h=2) < 0

    def test_offset_is_a_step_that_the_controller_follows(self) -> None:
        pair = twins("sensor_offset", "Inside_Humidity", hours=3)
        well, ill = pair.of("Inside_Humidity")
        assert abs(ill - well)[0] > 11
        assert abs(ill - well)[-6:].mean() < abs(ill - well)[:6].mean() - 2

    def test_spikes_come_and_go(self) -> None:
        well, ill = twins("sensor_spike", "CO2", hours=24).of("CO2")
        away = np.abs(ill - well) > 1000
        assert 0.1 <= away.mean() <= 0.4  # a quarter of the readings
        assert (away[1:] & away[:-1]).sum() <= away.sum() / 2

    def test_noise_makes_values_jump(self) -> None:
        well, ill = twins("sensor_noise", "Temperature_Sensor_5").of("Temperature_Sensor_5")
        assert np.abs(np.diff(ill)).mean() > 4 * np.abs(np.diff(well)).mean()

    def test_dropout_leaves_nothing_and_the_average_leaves_it_out(self) -> None:
        pair = twins("sensor_dropout", "Temperature_Sensor_1")
        assert np.isnan(pair.of("Temperature_Sensor_1")[1]).all()
        assert not np.isnan(pair.of("Average_Temperature")[1]).any()

    def test_a_faulty_outside_sensor_leaves_the_house_alone(self) -> None:
        pair = twins("sensor_offset", "Outside_Temperature", hours=3)
        same = [key for key in KEYS if key != "Outside_Temperature"]
        columns = [COLUMN[key] for key in same]
        np.testing.assert_array_equal(pair.well[:, columns], pair.ill[:, columns])


class TestVentilation:
    def test_a_lost_fan_pair_shuts_the_inlets_and_spoils_the_air(self) -> None:
        pair = twins("fan_loss", "side fan 1", of=OLD)
        assert pair.change("CO2") > 150
        assert pair.change("Inside_Humidity") > 1
        assert pair.change("Vent_Level") > 0.5
        assert pair.change("Average_Temperature") > 0

    def test_a_lost_fan_pair_leaves_young_birds_without_pressure(self) -> None:
        pair = twins("fan_loss", "side fan 1")
        assert np.nanmax(pair.of("Static_Pressure")[1][6:]) < 12 < np.nanmax(pair.of("Static_Pressure")[0])
        assert pair.change("CO2", last_h=1) > 1000

    def test_less_of_a_fault_does_less(self) -> None:
        one = twins("fan_loss", "side fan 1", of=OLD, severity=0.5)
        both = twins("fan_loss", "side fan 1", of=OLD, severity=1.0)
        assert 0 < one.change("CO2") < both.change("CO2")

    def test_a_slipping_belt_creeps_then_breaks(self) -> None:
        pair = twins("fan_belt", "side fan 1", of=OLD, hours=24, lead_h=20)
        well, ill = pair.of("CO2")
        worse = ill - well
        assert np.mean(worse[: 4 * 12]) < np.mean(worse[12 * 12 : 20 * 12]) < np.mean(worse[-3 * 12 :])

    def test_hanging_inlets_let_the_pressure_fall(self) -> None:
        pair = twins("inlet", "inlet 1", of=OLD)
        assert pair.change("Static_Pressure") < -3
        assert len(set(pair.of("Air_Vent_1_Position")[1][1:])) == 1
        spread = pair.ill[:, :6].max(axis=1) - pair.ill[:, :6].min(axis=1)
        assert spread.mean() > (pair.well[:, :6].max(axis=1) - pair.well[:, :6].min(axis=1)).mean() + 1

    def test_a_power_cut_stops_everything(self) -> None:
        pair = twins("power_cut", "power supply 1", of=OLD, hours=0.5)
        assert np.abs(pair.of("Static_Pressure")[1]).max() < 6
        assert pair.change("CO2") > 1000
        assert pair.change("Average_Temperature") > 1.5

    def test_a_failed_heater_leaves_chicks_in_the_cold(self) -> None:
        pair = twins("heater", "heater 1", of=CHICKS)
        assert pair.change("Average_Temperature", last_h=2) < -2
        assert pair.change("Heaters", last_h=2) > 2

    def test_a_dry_pad_lets_a_hot_day_in(self) -> None:
        engine = summer(1, 33)
        today = engine.plan(engine.state.minute)
        today.temp_c[:] = [36.0] * len(today.temp_c)
        today.depression[:] = [11.0] * len(today.depression)
        pair = Twins(engine, fault(engine, "cooling_pad", "cooling pad 1"), 4)
        assert pair.of("Cooling_Pad")[0][-1] == 1
        assert pair.of("Tunnel_Fans")[0][-1] >= 9
        assert pair.of("Tunnel_Curtain_1_Position")[0][-1] > 10
        assert pair.of("Air_Vent_1_Position")[0][-1] == 0
        assert pair.change("Average_Temperature", last_h=1) > 2


class TestWaterAndFeed:
    def test_a_leak_runs_by_night_too(self) -> None:
        pair = twins("water_leak", "drinker line 1", hours=22, lead_h=1)
        dark = pair.well[1:, COLUMN["Light1"]] == 0
        well, ill = (12 * np.clip(np.diff(column), 0, None)[dark].mean() for column in pair.of("Daily_Water"))
        assert dark.sum() > 24
        assert well < 15
        assert 150 < ill < 250

    def test_a_leak_wets_the_litter(self) -> None:
        pair = twins("water_leak", "drinker line 1", of=OLD, hours=40, lead_h=1)
        assert pair.change("Inside_Humidity", last_h=6) + pair.change("Current_Level_CFM", last_h=6) / 5000 > 0.2
        assert pair.change("Ammonia", last_h=12) > 0

    def test_a_blocked_line_halves_the_water_and_hunger_follows(self) -> None:
        pair = twins("blocked_line", "drinker line 1", hours=10, lead_h=0.1)
        started = pair.of("Daily_Water")[0][0]
        well, ill = (column[-1] - started for column in pair.of("Daily_Water"))
        assert ill < 0.6 * well
        assert pair.of("Daily_Feed")[1][-1] < pair.of("Daily_Feed")[0][-1]

    def test_a_jammed_auger_stops_the_feed_and_calls(self) -> None:
        pair = twins("auger", "auger 1", of=OLD, hours=9)
        assert len(set(pair.of("Daily_Feed")[1][12:])) == 1
        assert pair.of("Daily_Water")[1][-1] < pair.of("Daily_Water")[0][-1]
        assert (pair.of("Feeding")[1][24:] > 0).mean() > 0.9
        assert (pair.ill[-1, COLUMN["alarms"]].astype(int) >> 7) & 1

    def test_sick_birds_drink_less_first_and_die_later(self) -> None:
        pair = twins("health", "flock", of=OLD, hours=60, lead_h=24)
        lead = slice(12 * 12, 22 * 12)
        water = [np.clip(np.diff(column[lead]), 0, None).sum() for column in pair.of("Daily_Water")]
        assert 0.8 < water[1] / water[0] < 0.97
        assert np.nanmax(pair.of("TotalDailyMaleMortality")[1]) > 2 * np.nanmax(pair.of("TotalDailyMaleMortality")[0])
        assert pair.of("Current_Birds_Count_In_House")[1][-1] < pair.of("Current_Birds_Count_In_House")[0][-1]


def test_a_dead_line_changes_nothing_in_the_house() -> None:
    pair = twins("comms_loss", "gateway 1", hours=2)
    assert not pair.of("connected")[1][1:].any()
    columns = [COLUMN[key] for key in KEYS]
    np.testing.assert_array_equal(pair.well[:, columns], pair.ill[:, columns])


def test_every_kind_names_units_that_exist() -> None:
    kinds_of_units = {"side fan", "tunnel fan", "heater", "inlet", "drinker line", "auger", "cooling pad"}
    for kind in KINDS.values():
        for unit in kind.units:
            known = unit in SENSORS or unit.rsplit(" ", 1)[0] in kinds_of_units
            assert known or unit in {"flock", "power supply 1", "gateway 1"}


def test_an_unknown_kind_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="fan_loss"):
        faults.kind("fan_los")


def test_a_tenth_of_the_effect_is_there_when_it_can_be_detected() -> None:
    creeping = Fault(id="a", house=1, type="auger", unit="auger 1", severity=1, onset=0, failure=1000, repaired=2000)
    assert creeping.precursor
    assert creeping.creep(creeping.detectable) == pytest.approx(0.1, abs=0.005)
    gaps = replace(creeping, type="sensor_dropout")
    assert gaps.detectable == gaps.failure  # a few lost readings are what every line loses
    assert creeping.creep(1500) == 1
    assert not creeping.is_active(2000)
