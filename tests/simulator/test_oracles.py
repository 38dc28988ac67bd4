"""Arithmetic of the balances against figures worked out by hand: 30 000 Ross birds, 2700 W/K, no sun, no heater."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from farmlab.simulator import air, curves, physiology
from farmlab.simulator.house import Air, Balance, Sources
from farmlab.simulator.structure import build

BIRDS = 30_000
HOUSE = replace(build(1, 1), ua=2700.0, direct_fired=False)

# age d, °C, W/bird, sensible share, V_min m³/h, balance point °C, CO₂ ppm, V for RH 60 % / V_min, loss kW/K
ORACLES = [
    (0, 32.0, 0.78, 0.303, 0.067, 29.9, 2490, 0.72, 3.4),
    (7, 26.7, 2.89, 0.423, 0.220, 19.2, 2780, 1.05, 4.9),
    (14, 24.3, 6.05, 0.462, 0.438, 12.5, 2907, 1.28, 7.1),
    (21, 22.0, 10.3, 0.495, 0.708, 6.5, 3034, 1.61, 9.8),
    (28, 20.0, 15.2, 0.519, 1.006, 1.5, 3143, 2.02, 12.8),
    (35, 20.0, 19.8, 0.519, 1.309, 0.6, 3143, 2.02, 15.9),
    (42, 20.0, 24.2, 0.519, 1.599, 0.0, 3143, 2.02, 18.8),
]


def weight_kg(age: int) -> float:
    return float(curves.breed("ross308").at("bw_g", np.array(float(age)))) / 1000


def settled(age: int, temp: float, *, flow_share: float = 1.0, outside: float = 5.0, rh: float = 80.0) -> Air:
    """The air that a house of this age comes to when its birds live at ``temp``."""
    heat = BIRDS * physiology.heat_total(weight_kg(age), temp)
    share = physiology.sensible_share(temp)
    sources = Sources(
        heat=heat * share,
        water=heat * (1 - share) / air.LATENT_HEAT,
        co2=heat * physiology.CO2_PER_WATT,
        litter_ammonia=0.0,
        inlet_c=outside,
        inlet_ratio=air.humidity_ratio(outside, rh),
        burner=0.0,
        outside_c=outside,
    )
    now = Air(temp, temp, 0.01, 1e-3, 0.0, felt=temp, opening=0.1, steps=0, heaters=0)
    flow = flow_share * BIRDS * physiology.minimum_ventilation(weight_kg(age)) / 3600
    Balance(HOUSE, step_s=1e12).step(now, flow, sources)
    return now


@pytest.mark.parametrize(("age", "temp", "watts", "share", "least", "point", "ppm", "dry", "loss"), ORACLES)
class TestOracles:
    def test_heat_and_need_of_air(self, age, temp, watts, share, least, point, ppm, dry, loss) -> None:
        assert physiology.heat_total(weight_kg(age), temp) == pytest.approx(watts, rel=0.006)
        assert physiology.sensible_share(temp) == pytest.approx(share, abs=0.001)
        assert physiology.minimum_ventilation(weight_kg(age)) == pytest.approx(least, abs=0.001)

    def test_a_house_at_its_balance_point_keeps_its_temperature(
        self, age, temp, watts, share, least, point, ppm, dry, loss
    ) -> None:
        assert settled(age, temp, outside=point).temp == pytest.approx(temp, abs=0.1)

    def test_carbon_dioxide_at_minimum_ventilation(self, age, temp, watts, share, least, point, ppm, dry, loss) -> None:
        assert settled(age, temp).co2 * 1e6 == pytest.approx(ppm, abs=8)

    def test_air_that_keeps_the_humidity_at_60(self, age, temp, watts, share, least, point, ppm, dry, loss) -> None:
        ratio = settled(age, temp, flow_share=dry).ratio
        assert air.relative_humidity(temp, ratio) == pytest.approx(60, abs=0.5)

    def test_loss_per_kelvin(self, age, temp, watts, share, least, point, ppm, dry, loss) -> None:
        one, other = settled(age, temp, outside=5.0), settled(age, temp, outside=6.0)
        heat = BIRDS * physiology.heat_total(weight_kg(age), temp) * physiology.sensible_share(temp)
        assert other.temp - one.temp == pytest.approx(1.0)
        assert heat / (one.temp - 5.0) / 1000 == pytest.approx(loss, abs=0.06)
